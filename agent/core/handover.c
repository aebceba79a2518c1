/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/handover.h"

#include "agent/core/away.h"
#include "agent/core/confirm.h"
#include "agent/core/conversation.h"
#include "agent/core/follow.h"
#include "agent/core/quectel.h"
#include "agent/core/text.h"

/* A modem needs a while to register again; longer than this no verdict waits for it. */
#define HEALTH_MS 20000
#define HEALTH_PAUSE_MS 2000
/* +CFUN: 1, full functionality (facts, section 5: boot URCs) */
#define CFUN_FULL 1

/* Not before the modem is known to listen, and not while it may take commands for bytes. */
static bool can_talk(const struct dfota *d)
{
	return d->presence == DFOTA_PRESENCE_MODEM && d->state >= DFOTA_STATE_IDENTIFY &&
	       d->state != DFOTA_STATE_CONNECT && d->state != DFOTA_STATE_RESUME;
}

/* It has told its IMEI since the last boot, or since it came to the bus before the request. */
static bool is_same(const struct dfota *d)
{
	if (!d->left && !d->resumed)
		return d->identified;
	return verdict_compare_imei(d->imei_now, d->imei) == VERDICT_IMEI_SAME;
}

/*
 * 7, 8 and 9 leave the modem to itself, but for one that runs normally with odd
 * firmware. A stranger at its position is never written to, whatever the verdict:
 * its settings and files are its own.
 */
static bool is_ours(const struct dfota *d)
{
	int exit = step_exit(d, d->ending);

	if (!is_same(d))
		return false;
	return exit < 7 || (exit == 7 && d->ending == VERDICT_STOP_BOOTED && d->firmware_now[0]);
}

/* It answers, and is not another modem in its place. */
static bool has_booted(const struct dfota *d)
{
	return d->ending == VERDICT_STOP_BOOTED && d->firmware_now[0] && d->imei_now[0] &&
	       verdict_compare_imei(d->imei_now, d->imei) != VERDICT_IMEI_OTHER;
}

void handover_go_on(struct step *s)
{
	struct dfota *d = s->d;

	if (!can_talk(d) || !is_ours(d))
		step_finish(s, d->ending);
	else if (has_booted(d) && !d->health_told)
		step_go(s, DFOTA_STATE_HEALTH);
	else if (d->urc_moved && !d->urc_back_tried)
		step_go(s, DFOTA_STATE_URC_BACK);
	else if (d->stored && step_exit(d, d->ending) < 7)
		step_go(s, DFOTA_STATE_SWEEP);
	else
		step_finish(s, d->ending);
}

void handover_finish(struct step *s, enum verdict_stop stop)
{
	s->d->ending = stop;
	s->d->after_sweep = DFOTA_STATE_FINISHED;
	handover_go_on(s);
}

void handover_finish_error(struct step *s, enum verdict_stop stop, const char *what, int code)
{
	struct dfota *d = s->d;
	const char *meaning = code < 0 ? NULL : quectel_cme(code);

	text_set(d->reason, sizeof(d->reason), what);
	text_add(d->reason, sizeof(d->reason), code < 0 ? ": ERROR" : ": +CME ERROR: ");
	if (code >= 0)
		text_add_number(d->reason, sizeof(d->reason), code);
	if (meaning) {
		text_add(d->reason, sizeof(d->reason), " (");
		text_add(d->reason, sizeof(d->reason), meaning);
		text_add(d->reason, sizeof(d->reason), ")");
	}
	handover_finish(s, stop);
}

/* It may be downloading still; what was read of it says otherwise only if that is not its old firmware. */
static bool is_downloading(const struct step *s, const struct signal *signal)
{
	return confirm_may_be_old(s->d) && away_is_download_going_on(s, signal);
}

/* What was read of it is not of its last boot: it reboots once more, or was not done. */
static bool is_overtaken(const struct step *s, const struct signal *signal)
{
	return s->d->requested && s->d->ending == VERDICT_STOP_BOOTED &&
	       (signal->type == SIGNAL_DETACHED || signal->type == SIGNAL_FLASHING ||
		is_downloading(s, signal));
}

/* What is owed is short, so nobody who wants to stop stops that. */
void handover_meanwhile(struct step *s, const struct signal *signal)
{
	if (is_overtaken(s, signal)) {
		s->d->health_told = s->d->evidence.unsent = false;
		if (is_downloading(s, signal))
			away_download_take_up(s, signal);
		else
			follow_after_request(s, signal);
	} else if (s->d->requested && signal->type == SIGNAL_END) {
		follow_end_record(s, signal->number);
	} else if (signal->type == SIGNAL_DETACHED || signal->type == SIGNAL_HOST ||
		   signal->type == SIGNAL_STATE_LIMIT) {
		step_finish(s, s->d->ending);
	}
}

/* ---- health ---- */

void handover_remember(struct dfota *d)
{
	d->before_known = true;
	d->sim_before = d->sim_ready;
	d->registered_before = d->registered;
	d->cfun_before = d->cfun;
}

static bool is_upgraded(const struct dfota *d)
{
	return step_exit(d, d->ending) == 0;
}

/*
 * A modem that was not upgraded may have lost its calibration all the same
 * (facts, section 5); for its network there is no need to wait.
 */
static enum conversation_script health_script(const struct dfota *d)
{
	return d->health_network ? CONVERSATION_SCRIPT_NETWORK : CONVERSATION_SCRIPT_FUNCTION;
}

/* A late END may turn the verdict in mid-round: that goes on with the questions it began with. */
static void health_ask(struct step *s)
{
	s->d->health_network = is_upgraded(s->d);
	s->d->sim_ready = s->d->registered = false;
	s->d->cfun = -1;
	conversation_ask(s, health_script(s->d));
}

void handover_health_enter(struct step *s)
{
	step_timer(s, DFOTA_TIMER_STATE, HEALTH_MS);
	health_ask(s);
}

static void network_tell(struct step *s)
{
	const struct dfota *d = s->d;

	if (d->sim_before && !d->sim_ready)
		step_note(s, "the SIM was ready before the upgrade, and is not now");
	if (d->registered_before && !d->registered)
		step_note(s, "it was registered in a network before the upgrade, and is not yet "
			     "again");
	/* Of a job that was taken up. */
	if (!d->before_known && !d->sim_ready)
		step_note(s, "no SIM is ready now; whether one was before the upgrade is not known");
	else if (!d->before_known && !d->registered)
		step_note(s, "it is not registered in a network now; whether it was before the "
			     "upgrade is not known");
}

static void health_tell(struct step *s)
{
	const struct dfota *d = s->d;

	s->d->health_told = true;
	if (is_upgraded(d))
		network_tell(s);
	if (d->cfun == QUECTEL_CFUN_FTM)
		step_note(s, "it came back in its factory test mode (+CFUN: 5), perhaps without its "
			     "radio calibration");
	else if (d->cfun >= 0 && d->cfun != CFUN_FULL &&
		 !(d->before_known && d->cfun == d->cfun_before))
		step_note(s, "its functionality (AT+CFUN?) is neither full nor what it is known to "
			     "have been before");
}

/* What was not ready before, or is not known to have been, is not waited for. */
static bool is_as_before(const struct dfota *d)
{
	return !is_upgraded(d) ||
	       ((d->sim_ready || !d->sim_before) && (d->registered || !d->registered_before));
}

void handover_health_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_STATE_LIMIT || signal->type == SIGNAL_STOP) {
		health_tell(s);
		handover_go_on(s);
	} else if (d->resting && signal->type == SIGNAL_ANSWER_LIMIT) {
		health_ask(s);
	} else if (d->resting ||
		   conversation_take(s, health_script(d), signal) != CONVERSATION_DONE) {
		handover_meanwhile(s, signal);
	} else if (is_as_before(d)) {
		health_tell(s);
		handover_go_on(s);
	} else {
		d->resting = true;
		step_timer(s, DFOTA_TIMER_ANSWER, HEALTH_PAUSE_MS);
	}
}

/* ---- the URC port ---- */

void handover_urc_back_enter(struct step *s)
{
	s->d->urc_back_tried = true;
	conversation_ask(s, CONVERSATION_SCRIPT_URC_BACK);
}

void handover_urc_back_take(struct step *s, const struct signal *signal)
{
	bool done = conversation_take(s, CONVERSATION_SCRIPT_URC_BACK, signal) == CONVERSATION_DONE;

	if (!done && signal->type != SIGNAL_STATE_LIMIT) {
		handover_meanwhile(s, signal);
		return;
	}
	if (s->d->urc_moved)
		step_note(s, "the modem did not take its URC port setting back; the next run tries "
			     "again, or set it by AT+QURCCFG");
	handover_go_on(s);
}
