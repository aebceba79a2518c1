/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/handover.h"

#include "agent/core/conversation.h"
#include "agent/core/follow.h"
#include "agent/core/text.h"

/* A modem needs a while to register again; longer than this no verdict waits for it. */
#define HEALTH_MS 20000
#define HEALTH_PAUSE_MS 2000
/* +CFUN: 1 is full functionality, 5 the factory test mode (facts, section 5). */
#define CFUN_FULL 1
#define CFUN_TEST 5

/* Not before the modem is known to listen, and not while it may take commands for bytes. */
static bool can_talk(const struct dfota *d)
{
	return d->presence == DFOTA_PRESENCE_MODEM && d->state >= DFOTA_STATE_IDENTIFY &&
	       d->state != DFOTA_STATE_CONNECT && d->state != DFOTA_STATE_RESUME;
}

/* 7, 8 and 9 leave the modem to itself, but for one that runs normally with odd firmware. */
static bool is_ours(const struct dfota *d)
{
	int exit = step_exit(d, d->ending);

	return exit < 7 || (exit == 7 && d->ending == VERDICT_STOP_BOOTED && d->firmware_now[0]);
}

static void handover_go_on(struct step *s)
{
	struct dfota *d = s->d;
	bool upgraded = d->ending == VERDICT_STOP_BOOTED && step_exit(d, d->ending) == 0;

	if (!can_talk(d) || !is_ours(d))
		step_finish(s, d->ending);
	else if (upgraded && d->before_known && !d->health_told)
		step_go(s, DFOTA_STATE_HEALTH);
	else if (d->urc_moved)
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

void handover_meanwhile(struct step *s, const struct signal *signal)
{
	if (s->d->requested && signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else if (signal->type == SIGNAL_DETACHED || signal->type == SIGNAL_STOP ||
		 signal->type == SIGNAL_HOST || signal->type == SIGNAL_STATE_LIMIT ||
		 signal->type == SIGNAL_TOTAL_LIMIT)
		step_finish(s, s->d->ending);
}

void handover_swept(struct step *s)
{
	handover_go_on(s);
}

/* ---- health ---- */

void handover_remember(struct dfota *d)
{
	d->before_known = true;
	d->sim_before = d->sim_ready;
	d->registered_before = d->registered;
	d->cfun_before = d->cfun;
}

static void health_ask(struct step *s)
{
	s->d->sim_ready = s->d->registered = false;
	s->d->cfun = -1;
	conversation_ask(s, CONVERSATION_SCRIPT_NETWORK);
}

void handover_health_enter(struct step *s)
{
	step_timer(s, DFOTA_TIMER_STATE, HEALTH_MS);
	health_ask(s);
}

static void health_tell(struct step *s)
{
	const struct dfota *d = s->d;

	s->d->health_told = true;
	if (d->sim_before && !d->sim_ready)
		step_note(s, "the SIM was ready before the upgrade, and is not now");
	if (d->registered_before && !d->registered)
		step_note(s, "it was registered in a network before the upgrade, and is not yet "
			     "again");
	if (d->cfun == CFUN_TEST)
		step_note(s, "it came back in its factory test mode (+CFUN: 5), perhaps without its "
			     "radio calibration; ask the vendor before anything else is done to it");
	else if (d->cfun >= 0 && d->cfun != CFUN_FULL && d->cfun != d->cfun_before)
		step_note(s, "its functionality (AT+CFUN?) is not what it was before the upgrade");
}

static bool is_as_before(const struct dfota *d)
{
	return (d->sim_ready || !d->sim_before) && (d->registered || !d->registered_before);
}

void handover_health_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_STATE_LIMIT) {
		health_tell(s);
		handover_go_on(s);
	} else if (d->query_pausing && signal->type == SIGNAL_ANSWER_LIMIT) {
		health_ask(s);
	} else if (d->query_pausing || conversation_take(s, CONVERSATION_SCRIPT_NETWORK, signal) !=
					       CONVERSATION_DONE) {
		handover_meanwhile(s, signal);
	} else if (is_as_before(d)) {
		health_tell(s);
		handover_go_on(s);
	} else {
		d->query_pausing = true;
		step_timer(s, DFOTA_TIMER_ANSWER, HEALTH_PAUSE_MS);
	}
}

/* ---- the URC port ---- */

/* AT+QURCCFG="urcport","uart1": it is saved in the modem, so it must not stay changed (facts 2.5). */
void handover_urc_back_enter(struct step *s)
{
	struct dfota *d = s->d;

	text_set(d->command, sizeof(d->command), "AT+QURCCFG=\"urcport\",\"");
	text_add(d->command, sizeof(d->command), d->urc_port);
	text_add(d->command, sizeof(d->command), "\"");
	step_send(s, d->order[d->candidate]);
}

void handover_urc_back_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;
	bool answer = signal->text && signal->port == d->order[d->candidate];

	if (answer && signal->type == SIGNAL_OK) {
		d->urc_moved = false;
		handover_go_on(s);
	} else if ((answer && signal->type == SIGNAL_ERROR) || signal->type == SIGNAL_STATE_LIMIT) {
		step_note(s, "the URC port could not be put back; set it by AT+QURCCFG");
		d->urc_moved = false;
		handover_go_on(s);
	} else {
		handover_meanwhile(s, signal);
	}
}
