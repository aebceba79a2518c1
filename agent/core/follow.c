/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/follow.h"

#include "agent/core/away.h"
#include "agent/core/confirm.h"
#include "agent/core/handover.h"
#include "agent/core/prepare.h"
#include "agent/core/text.h"

void follow_total_arm(struct step *s)
{
	if (!s->d->timer[DFOTA_TIMER_TOTAL])
		step_timer(s, DFOTA_TIMER_TOTAL, s->d->limits.ms[LIMIT_FLASH]);
}

/*
 * The END of the last try counts. Said twice is said once; of two that differ, with
 * no START or UPDATING between them, the failure counts: a later 0 does not talk it away.
 */
void follow_end_record(struct step *s, int code)
{
	struct evidence *evidence = &s->d->evidence;

	if (!evidence->end_seen || !evidence->end)
		evidence->end = code;
	evidence->end_seen = true;
	evidence->flashing = false;
	s->d->stayed = false;
	s->d->open_until_ms = 0;
	s->d->dirty = true;
}

/* As far as the codes tell, it is not done with the download. */
static bool is_before_xxxend(const struct dfota *d)
{
	return d->state == DFOTA_STATE_ACCEPT || d->state == DFOTA_STATE_DOWNLOAD_START ||
	       d->state == DFOTA_STATE_DOWNLOAD;
}

/* What comes after the download has a limit of its own. */
static void download_over(struct step *s)
{
	if (is_before_xxxend(s->d))
		step_timer_off(s, DFOTA_TIMER_TOTAL);
}

/*
 * The package check may fail before any reboot: still the normal system (facts
 * 2.3 no. 3). Not so after a restart of the agent, which may have missed the reboot.
 */
static void ended(struct step *s, int code)
{
	bool normal = code && !s->d->left && !s->d->resumed;

	follow_end_record(s, code);
	download_over(s);
	step_go(s, normal ? DFOTA_STATE_CONFIRM_PROBE : DFOTA_STATE_ENDED);
}

/* Its normal system, as everybody can see or hear; the journal may hold that it stayed. */
static void mark_left(struct dfota *d)
{
	d->left = true;
	d->dirty |= d->stayed;
	d->stayed = false;
}

/* What was read before does not count. */
static void forget_firmware(struct dfota *d)
{
	d->firmware_now[0] = d->imei_now[0] = '\0';
}

/* A modem tries again by itself, up to five times, before it gives up (facts 1.5). */
static void try_begins(struct step *s)
{
	struct dfota *d = s->d;
	struct evidence *evidence = &d->evidence;

	if (!evidence->end_seen)
		return;
	text_set(d->try_note, sizeof(d->try_note), "the modem tries again by itself; the try before "
						   "ended with END ");
	text_add_number(d->try_note, sizeof(d->try_note), evidence->end);
	step_note(s, d->try_note);
	evidence->end_seen = false;
	evidence->end = 0;
	d->dirty = true;
}

/* A port that is read late reports what the other one has ended already. */
static bool is_late(const struct dfota *d, const struct signal *signal)
{
	return d->evidence.end_seen && d->end_port && d->end_port != signal->port + 1;
}

static void flashing(struct step *s, const struct signal *signal)
{
	if (!is_late(s->d, signal))
		try_begins(s);
	download_over(s);
	mark_left(s->d);
	forget_firmware(s->d);
	s->d->open_until_ms = 0;
	s->d->evidence.cut = false;
	s->d->evidence.flashing = true;
	step_go(s, DFOTA_STATE_FLASH);
}

/*
 * A loss of the bus proves nothing about a download, however often it comes: a
 * glitch, or a host that reset its controller, leave the modem at work. So for the
 * rest of the time that the download may take, its old firmware proves nothing
 * either; RDY does, or another firmware.
 */
static void download_lost_sight_of(struct step *s)
{
	struct dfota *d = s->d;
	uint64_t accept = d->timer[DFOTA_TIMER_STATE] ? d->timer[DFOTA_TIMER_STATE] : s->now_ms;

	if (d->open_until_ms || !d->plan.download || !is_before_xxxend(d))
		return;
	d->evidence.cut = d->state == DFOTA_STATE_DOWNLOAD;
	d->open_until_ms = d->timer[DFOTA_TIMER_TOTAL];
	if (!d->open_until_ms)
		d->open_until_ms = accept + d->limits.ms[LIMIT_DOWNLOAD];
}

bool follow_is_open(const struct step *s)
{
	return s->now_ms < s->d->open_until_ms;
}

static void detached(struct step *s)
{
	download_lost_sight_of(s);
	download_over(s);
	mark_left(s->d);
	forget_firmware(s->d);
	s->d->noted_ms = 0;
	s->d->normal = false;
	follow_total_arm(s);
	step_go(s, s->d->evidence.end_seen ? DFOTA_STATE_REBOOT : DFOTA_STATE_AWAY);
}

static void stop(struct step *s, const struct signal *signal)
{
	if (signal->event->stop_now || s->d->stops++) {
		step_finish(s, VERDICT_STOP_LEAVE);
		return;
	}
	step_note(s, "the modem works on by itself and cannot be stopped; leave its power on. "
		     "Interrupt once more to leave it alone; the next run takes the job up");
}

static void saved(struct step *s, const struct signal *signal)
{
	if (!signal->event->saved)
		step_note(s, "the journal could not be brought up to date; the job goes on, but a "
			     "restarted agent would know less of it");
}

/*
 * Of a download that was taken up all that came after it may have been missed: its
 * firmware tells, if known. So it does of a job that may never have begun, and has
 * to put the URC port back.
 */
static bool can_be_asked(const struct dfota *d)
{
	return d->resumed && d->firmware[0] && is_before_xxxend(d) && (!d->unsent || d->urc_moved);
}

static void total_ran_out(struct step *s)
{
	if (can_be_asked(s->d)) {
		follow_ask_overdue(s);
		return;
	}
	/* Listened out to the end: only then may the next run request anew. */
	s->d->evidence.unsent = s->d->unsent && s->d->state == DFOTA_STATE_ACCEPT;
	away_finish_unheard(s, is_before_xxxend(s->d) ? LIMIT_DOWNLOAD : LIMIT_FLASH);
}

void follow_ask_overdue(struct step *s)
{
	s->d->left = true;
	s->d->stayed = !s->d->unsent;
	step_go(s, DFOTA_STATE_QUIET);
}

/* Told, and waited on: what keeps the node shut may pass, the limits end it if not. */
static void blocked(struct step *s, const struct signal *signal)
{
	text_set(s->d->blocked, sizeof(s->d->blocked), signal->event->reason);
	step_note(s, s->d->blocked);
}

/*
 * Codes may skip states forward, so most mean the same wherever they come.
 * What a state does not treat in a way of its own comes here.
 */
void follow_after_request(struct step *s, const struct signal *signal)
{
	switch (signal->type) {
	case SIGNAL_DETACHED:
		detached(s);
		break;
	case SIGNAL_FLASHING:
		flashing(s, signal);
		break;
	case SIGNAL_END:
		ended(s, signal->number);
		break;
	case SIGNAL_TOTAL_LIMIT:
		total_ran_out(s);
		break;
	case SIGNAL_STOP:
		stop(s, signal);
		break;
	case SIGNAL_SAVED:
		saved(s, signal);
		break;
	case SIGNAL_HOST:
		blocked(s, signal);
		break;
	case SIGNAL_HELD:
		/* The job goes on without this host: it is not confirmed, never failed. */
		step_finish_saying(s, VERDICT_STOP_LIMIT, signal->event->reason);
		break;
	case SIGNAL_ATTACHED:
	case SIGNAL_STATE_LIMIT:
	case SIGNAL_ANSWER_LIMIT:
	case SIGNAL_PLAN:
	case SIGNAL_WRITTEN:
	case SIGNAL_CONNECT:
	case SIGNAL_ACK:
	case SIGNAL_OK:
	case SIGNAL_ERROR:
	case SIGNAL_TEXT:
	case SIGNAL_BOOT:
	case SIGNAL_PART:
	case SIGNAL_LIFE:
	case SIGNAL_TRANSFER_START:
	case SIGNAL_TRANSFER_END:
		break;
	}
}

/* ---- request and download (guide, 3.1 and 3.2) ---- */

static void transfer_record(struct step *s, int code)
{
	s->d->evidence.transfer_seen = true;
	s->d->evidence.transfer = code;
	s->d->open_until_ms = 0;
	s->d->rebooted = false;
	s->d->dirty = true;
}

void follow_transfer_ended(struct step *s, int code)
{
	transfer_record(s, code);
	download_over(s);
	/* A download that failed leaves the modem in its normal system (facts 1.5, 2.3 no. 7). */
	step_go(s, code ? DFOTA_STATE_CONFIRM_PROBE : DFOTA_STATE_LEAVE);
}

/* RDY and +CFUN come of a boot and of nothing else. Other boot codes do: a SIM that comes late. */
bool follow_is_boot(const struct dfota *d, const struct signal *signal)
{
	return d->presence == DFOTA_PRESENCE_MODEM && signal->type == SIGNAL_BOOT &&
	       (text_after(signal->text, "RDY") || text_after(signal->text, "+CFUN:"));
}

/* Of a job that was taken up, or lost sight of, the reboot may have been missed. */
static bool has_rebooted(const struct dfota *d, const struct signal *signal)
{
	return (d->resumed || d->left) && follow_is_boot(d, signal);
}

void follow_rebooted(struct step *s)
{
	download_over(s);
	mark_left(s->d);
	s->d->open_until_ms = 0;
	confirm_begin(s);
}

/* Here transfer codes count always; later mostly they are late or doubled. */
static void transfer_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_TRANSFER_END)
		follow_transfer_ended(s, signal->number);
	else if (has_rebooted(s->d, signal))
		follow_rebooted(s);
	else if (signal->type != SIGNAL_TRANSFER_START)
		follow_after_request(s, signal);
	else if (s->d->state != DFOTA_STATE_DOWNLOAD)
		step_go(s, DFOTA_STATE_DOWNLOAD);
}

/* Where a file store lies differs; only a refusal lets another directory be tried (facts 1.3). */
static void request_refused(struct step *s, int code)
{
	if (s->d->plan.upload) {
		s->d->directory++;
		if (prepare_request(s))
			return;
	}
	handover_finish_error(s, VERDICT_STOP_REFUSED, "the modem refused the request", code);
}

bool follow_is_foreign(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;
	bool open = d->request_open;

	d->request_open = false;
	if (!open || signal->type != SIGNAL_ERROR || d->state == DFOTA_STATE_ACCEPT)
		return false;
	/* Nothing is given back: that modem is not to be written to. */
	step_finish_saying(s, VERDICT_STOP_REFUSED,
			   "the modem refused the request, as an upgrade of somebody else is running "
			   "in it; wait for its END: qfota-agent follow reports it");
	return true;
}

static void accepted(struct step *s)
{
	if (!s->d->plan.download)
		step_go(s, DFOTA_STATE_LEAVE);
	else if (s->d->urcs_off || (s->d->urc_port[0] && !s->d->urc_here))
		step_go(s, DFOTA_STATE_DOWNLOAD);
	else
		step_go(s, DFOTA_STATE_DOWNLOAD_START);
}

void follow_accept_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;
	/* After a restart of the agent nothing that comes is an answer to it. */
	bool answer = signal->text && !d->resumed && signal->port == d->order[d->candidate];

	if (answer && signal->type == SIGNAL_ERROR)
		request_refused(s, signal->number);
	else if ((answer && signal->type == SIGNAL_OK) ||
		 (signal->type == SIGNAL_LIFE && !d->resumed))
		accepted(s);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		step_finish_limit(s, VERDICT_STOP_LIMIT, LIMIT_ACCEPT);
	else
		transfer_take(s, signal);
}

/* The limit of the whole download runs from the acceptance. */
void follow_download_enter(struct step *s)
{
	if (!s->d->timer[DFOTA_TIMER_TOTAL])
		step_timer(s, DFOTA_TIMER_TOTAL, s->d->limits.ms[LIMIT_DOWNLOAD]);
}

void follow_download_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_STATE_LIMIT)
		step_finish_limit(s, VERDICT_STOP_LIMIT, LIMIT_DOWNLOAD_START);
	else
		transfer_take(s, signal);
}

void follow_leave_enter(struct step *s)
{
	step_timer_off(s, DFOTA_TIMER_TOTAL);
}

/* Some tell the fetch of a file from their own store, too (FILESTART, FILEEND: facts 2.2). */
static bool is_first_of_transfer(const struct dfota *d, const struct signal *signal)
{
	return !d->evidence.transfer_seen &&
	       (signal->type == SIGNAL_TRANSFER_START || signal->type == SIGNAL_TRANSFER_END);
}

/* END may come here, before any reboot. */
void follow_leave_take(struct step *s, const struct signal *signal)
{
	if (is_first_of_transfer(s->d, signal))
		transfer_take(s, signal);
	/* The code may have come late: what it announced, before it. */
	else if (signal->type == SIGNAL_STATE_LIMIT && s->d->left && !s->d->stayed)
		follow_ask_overdue(s);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		step_finish_limit(s, VERDICT_STOP_LIMIT, LIMIT_LEAVE);
	else if (has_rebooted(s->d, signal))
		follow_rebooted(s);
	else
		follow_after_request(s, signal);
}

/* ---- heard on the wire: what it runs, and which modem it is, was never asked ---- */

/*
 * A note may come from either system, so it is taken for one of the download:
 * from there every code and every boot leads on. Not so from a lone port.
 */
void follow_heard(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	d->requested = d->resumed = true;
	d->dirty = true;
	d->plan = (struct dfota_plan){ .kind = DFOTA_PLAN_UPGRADE, .download = true };
	step_emit(s, DFOTA_ACTION_HOLD);
	if (d->presence == DFOTA_PRESENCE_MODEM) {
		step_go(s, DFOTA_STATE_DOWNLOAD);
		follow_download_take(s, signal);
	} else {
		d->left = true;
		step_go(s, DFOTA_STATE_QUIET);
		away_back_take(s, signal);
	}
}
