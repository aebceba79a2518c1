/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/prepare.h"

#include "agent/core/conversation.h"
#include "agent/core/handover.h"
#include "agent/core/follow.h"
#include "agent/core/text.h"
#include "agent/core/upload.h"

/* Between two questions for SIM and registration: no event tells. */
#define NETWORK_PAUSE_MS 2000
/* +CSQ counts in steps of 2 dBm from -113; 99 is "not known" (3GPP 27.007, 8.5). */
#define RSSI_WEAK 5
#define RSSI_UNKNOWN 99
/* A modem that keeps leaving before it was asked for anything (facts, section 7: weak supply). */
#define LOSSES_MAX 5

static void running(struct step *s, const struct signal *signal)
{
	if (s->d->follow) {
		/* What is read after the loss of the bus is of the past. */
		if (s->d->state != DFOTA_STATE_ATTACH)
			follow_heard(s, signal);
		return;
	}
	step_finish_saying(s, VERDICT_STOP_REFUSED,
			   "an upgrade is already running in this modem; wait for its END: "
			   "qfota-agent follow reports it");
}

/* Another modem may come back, to which nothing is owed. */
static void remember_who(struct dfota *d)
{
	if (d->urc_moved && d->imei[0])
		text_set(d->imei_now, sizeof(d->imei_now), d->imei);
}

void prepare_finish(struct step *s, enum verdict_stop stop, const char *reason)
{
	text_set(s->d->reason, sizeof(s->d->reason), reason);
	handover_finish(s, stop);
}

void prepare_before_request(struct step *s, const struct signal *signal)
{
	switch (signal->type) {
	case SIGNAL_DETACHED:
		remember_who(s->d);
		if (++s->d->losses == LOSSES_MAX)
			prepare_finish(s, VERDICT_STOP_HOST,
				       "the modem keeps leaving the bus; look at its power supply "
				       "and cabling");
		else
			step_go(s, DFOTA_STATE_ATTACH);
		break;
	case SIGNAL_STATE_LIMIT:
		step_say_limit(s, LIMIT_READY);
		handover_finish(s, VERDICT_STOP_HOST);
		break;
	case SIGNAL_TRANSFER_START:
	case SIGNAL_TRANSFER_END:
	case SIGNAL_FLASHING:
	case SIGNAL_END:
	case SIGNAL_LIFE:
		running(s, signal);
		break;
	case SIGNAL_STOP:
		prepare_finish(s, VERDICT_STOP_SIGNAL, "stopped before anything was requested");
		break;
	case SIGNAL_HOST:
		prepare_finish(s, VERDICT_STOP_HOST, signal->event->reason);
		break;
	case SIGNAL_HELD:
		step_finish_saying(s, VERDICT_STOP_REFUSED, signal->event->reason);
		break;
	case SIGNAL_ATTACHED:
	case SIGNAL_TOTAL_LIMIT:
	case SIGNAL_ANSWER_LIMIT:
	case SIGNAL_PLAN:
	case SIGNAL_SAVED:
	case SIGNAL_WRITTEN:
	case SIGNAL_CONNECT:
	case SIGNAL_ACK:
	case SIGNAL_OK:
	case SIGNAL_ERROR:
	case SIGNAL_TEXT:
	case SIGNAL_BOOT:
	case SIGNAL_PART:
		break;
	}
}

/* An upload was begun in it, so it is known, and has to be put in order. */
static bool is_loading(const struct dfota *d)
{
	return d->settling || d->upload_lost;
}

/* Such a one is awaited for as long as any modem that left the bus in a job. */
void prepare_attach_enter(struct step *s)
{
	if (is_loading(s->d))
		step_timer(s, DFOTA_TIMER_STATE, s->d->limits.ms[LIMIT_RETURN]);
}

void prepare_attach_take(struct step *s, const struct signal *signal)
{
	bool speaks = s->d->presence == DFOTA_PRESENCE_MODEM ||
		      (s->d->presence == DFOTA_PRESENCE_RECOVERY && s->d->follow);

	if (signal->type == SIGNAL_ATTACHED && speaks)
		step_go(s, DFOTA_STATE_LISTEN);
	else if (signal->type == SIGNAL_STATE_LIMIT && is_loading(s->d) &&
		 s->d->presence == DFOTA_PRESENCE_NONE)
		step_finish(s, VERDICT_STOP_LOST);
	else if (signal->type != SIGNAL_STATE_LIMIT || s->d->presence == DFOTA_PRESENCE_NONE)
		prepare_before_request(s, signal);
	else if (s->d->presence == DFOTA_PRESENCE_EMERGENCY)
		step_finish(s, VERDICT_STOP_EMERGENCY);
	else
		step_finish_saying(s, VERDICT_STOP_REFUSED,
			      "the modem shows no AT port in this state; if it is being upgraded, "
			      "wait, else change its USB composition");
}

static void listened(struct step *s)
{
	struct dfota *d = s->d;

	if (d->follow && (!d->ask || d->presence != DFOTA_PRESENCE_MODEM))
		step_finish_saying(s, VERDICT_STOP_NOTHING,
				   "no upgrade of it is under way, as far as a second of "
				   "listening tells");
	else
		step_go(s, DFOTA_STATE_PROBE);
}

void prepare_listen_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_ANSWER_LIMIT)
		listened(s);
	else
		prepare_before_request(s, signal);
}

void prepare_listen_enter(struct step *s)
{
	/* Only power that was cut is sure to have ended an upload. */
	uint64_t silence = is_loading(s->d) ? UPLOAD_SETTLE_MS : LISTEN_MS;

	step_timer(s, DFOTA_TIMER_ANSWER, silence);
	step_timer(s, DFOTA_TIMER_STATE, silence + s->d->limits.ms[LIMIT_READY]);
}

void prepare_probe_take(struct step *s, const struct signal *signal)
{
	if (conversation_probe_take(s, signal) == CONVERSATION_DONE)
		step_go(s, DFOTA_STATE_IDENTIFY);
	else
		prepare_before_request(s, signal);
}

void prepare_identify_enter(struct step *s)
{
	const uint64_t *ms = s->d->limits.ms;

	if (!s->d->urc_moved)
		s->d->urc_port[0] = '\0';
	/* A modem that has just booted needs its time for a sub-version. */
	if (s->d->parts)
		step_timer(s, DFOTA_TIMER_STATE, ms[LIMIT_READY] + ms[LIMIT_VERIFY]);
	conversation_ask(s, CONVERSATION_SCRIPT_IDENTIFY);
}

/* What was begun was begun with another modem than the one that is there now. */
static bool is_left_elsewhere(const struct dfota *d)
{
	return verdict_compare_imei(d->imei_now, d->imei) == VERDICT_IMEI_OTHER;
}

static void identified(struct step *s)
{
	struct dfota *d = s->d;
	bool elsewhere = is_left_elsewhere(d), moved = d->urc_moved;

	d->identified = true;
	d->imei_now[0] = '\0';
	if (elsewhere)
		d->settling = d->stored = d->upload_lost = d->urc_moved = false;
	if (elsewhere && moved) {
		/* This modem's own URC port is asked for again. */
		step_note(s, "another modem is here now; the URC port of the one before was not put "
			     "back: set it there by AT+QURCCFG");
		step_go(s, DFOTA_STATE_IDENTIFY);
		return;
	}
	if (is_loading(d))
		upload_leftover(s);
	else
		step_go(s, DFOTA_STATE_PLAN);
}

void prepare_identify_take(struct step *s, const struct signal *signal)
{
	if (conversation_take(s, CONVERSATION_SCRIPT_IDENTIFY, signal) == CONVERSATION_DONE)
		identified(s);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		prepare_finish(s, VERDICT_STOP_REFUSED,
			      "the modem answers AT, but tells no firmware or no IMEI");
	else
		prepare_before_request(s, signal);
}

void prepare_plan_enter(struct step *s)
{
	step_emit(s, DFOTA_ACTION_IDENTIFIED);
}

static void plan_follow(struct step *s)
{
	switch (s->d->plan.kind) {
	case DFOTA_PLAN_NOTHING:
		prepare_finish(s, VERDICT_STOP_NOTHING, s->d->plan.reason);
		break;
	case DFOTA_PLAN_CURRENT:
		prepare_finish(s, VERDICT_STOP_CURRENT, s->d->plan.reason);
		break;
	case DFOTA_PLAN_REFUSE:
		prepare_finish(s, VERDICT_STOP_REFUSED, s->d->plan.reason);
		break;
	case DFOTA_PLAN_CONFIG:
		prepare_finish(s, VERDICT_STOP_CONFIG, s->d->plan.reason);
		break;
	case DFOTA_PLAN_UPGRADE:
		if (s->d->follow)
			prepare_finish(s, VERDICT_STOP_NOTHING,
					   "no upgrade of it is under way, and none is begun");
		else
			step_go(s, DFOTA_STATE_CHECK);
		break;
	}
}

/* In plan and save it is the agent itself that is awaited. */
void prepare_host_awaited(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_STATE_LIMIT)
		prepare_finish(s, VERDICT_STOP_HOST,
			      "the agent itself was not ready in time; nothing was requested");
	else
		prepare_before_request(s, signal);
}

void prepare_plan_take(struct step *s, const struct signal *signal)
{
	if (signal->type != SIGNAL_PLAN) {
		prepare_host_awaited(s, signal);
		return;
	}
	s->d->plan = *signal->event->plan;
	plan_follow(s);
}

/* None of it is a reason to refuse: such downloads do succeed. */
static void check_note(struct step *s)
{
	const struct dfota *d = s->d;

	if (d->rssi >= 0 && d->rssi < RSSI_WEAK)
		step_note(s, "its signal is weaker than -103 dBm: the download may take long or "
			     "fail; look at its antenna");
	else if (d->rssi == RSSI_UNKNOWN)
		step_note(s, "its signal is not known, although it is registered");
	if (d->context > 1)
		step_note(s, "PDP context 1, which it is thought to download by, is not defined");
}

static void check_passed(struct step *s)
{
	handover_remember(s->d);
	if (s->d->plan.download)
		check_note(s);
	if (s->d->plan.upload)
		step_go(s, DFOTA_STATE_STORE);
	else if (s->d->plan.dry_run)
		prepare_finish(s, VERDICT_STOP_NOTHING,
				   "dry run: all checks passed, nothing was requested");
	else
		step_go(s, DFOTA_STATE_SAVE);
}

void prepare_check_enter(struct step *s)
{
	s->d->sim_ready = s->d->registered = false;
	s->d->cfun = s->d->context = s->d->rssi = s->d->store_free = -1;
	conversation_ask(s, CONVERSATION_SCRIPT_NETWORK);
}

/* An empty APN is that of the network; a context that was not told may be there. */
static bool can_download(const struct dfota *d)
{
	return d->sim_ready && d->registered && d->context != 0;
}

static const char *check_refusal(const struct dfota *d)
{
	/* What was asked for is there, or was not needed. */
	if (!d->plan.download || can_download(d))
		return "the modem does not tell its IMEI a second time, so none of its answers can be "
		       "relied on";
	if (!d->sim_ready)
		return "no SIM is ready, so the modem cannot download; insert or unlock it";
	if (!d->registered)
		return "the modem is not registered in a network, so it cannot download; check "
		       "antenna, APN and subscription";
	return "the modem has no PDP context, so it cannot download; define one with the APN of "
	       "its SIM: AT+CGDCONT=1,\"IP\",\"APN\"";
}

void prepare_check_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_STATE_LIMIT) {
		prepare_finish(s, VERDICT_STOP_REFUSED, check_refusal(d));
	} else if (d->resting && signal->type == SIGNAL_ANSWER_LIMIT) {
		prepare_check_enter(s);
	} else if (!d->resting &&
		   conversation_take(s, CONVERSATION_SCRIPT_NETWORK, signal) == CONVERSATION_DONE) {
		/* Who downloads nothing needs no network; it is asked for comparison only. */
		if (!d->plan.download || can_download(d)) {
			check_passed(s);
			return;
		}
		d->resting = true;
		step_timer(s, DFOTA_TIMER_ANSWER, NETWORK_PAUSE_MS);
	} else {
		prepare_before_request(s, signal);
	}
}

/* Neighbours are asked before the journal is written: hooks twice, for a minute at most. */
#define SAVE_MS 180000

void prepare_save_enter(struct step *s)
{
	step_timer(s, DFOTA_TIMER_STATE, SAVE_MS);
	step_emit(s, DFOTA_ACTION_HOLD);
	step_emit(s, DFOTA_ACTION_SAVE);
}

/*
 * The one place from which a request goes out. The caller has seen the journal
 * on disk, or the refusal of the same request with another directory.
 */
bool prepare_request(struct step *s)
{
	struct dfota *d = s->d;
	char argument[AT_ARGUMENT_MAX + 1];

	if (d->plan.upload ? !upload_argument(d, argument, sizeof(argument))
			   : !text_set(argument, sizeof(argument), d->plan.argument))
		return false;
	if (!at_command(d->command, sizeof(d->command), "+QFOTADL", argument))
		return false;
	d->requested = true;
	step_send(s, d->order[d->candidate]);
	d->request_open = true;
	step_go(s, DFOTA_STATE_ACCEPT);
	return true;
}

static void request_or_refuse(struct step *s)
{
	if (prepare_request(s))
		return;
	prepare_finish(s, VERDICT_STOP_REFUSED, "the package cannot be named to the modem");
}

/* The journal knows by now what is to be put back; so does the machine, whatever is answered. */
void prepare_urc_move_enter(struct step *s)
{
	s->d->urc_moved = true;
	conversation_ask(s, CONVERSATION_SCRIPT_URC_MOVE);
}

/* Without the codes the job is followed all the same, by the bus and the firmware. */
void prepare_urc_move_take(struct step *s, const struct signal *signal)
{
	if (conversation_take(s, CONVERSATION_SCRIPT_URC_MOVE, signal) == CONVERSATION_DONE) {
		request_or_refuse(s);
	} else if (signal->type == SIGNAL_STATE_LIMIT) {
		prepare_finish(s, VERDICT_STOP_HOST,
			       "the modem stopped answering before the request; nothing was "
			       "requested");
	} else {
		prepare_before_request(s, signal);
	}
}

/* Only with the journal on disk. */
void prepare_save_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type != SIGNAL_SAVED) {
		prepare_host_awaited(s, signal);
	} else if (!signal->event->saved) {
		prepare_finish(s, VERDICT_STOP_HOST,
			       "the journal could not be written, so nothing was requested; free or "
			       "mend the state directory");
	} else if (d->urc_port[0]) {
		step_go(s, DFOTA_STATE_URC_MOVE);
	} else {
		request_or_refuse(s);
	}
}

