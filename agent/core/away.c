/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/away.h"

#include <string.h>

#include "agent/core/at.h"
#include "agent/core/confirm.h"
#include "agent/core/follow.h"
#include "agent/core/handover.h"
#include "agent/core/revision.h"
#include "agent/core/text.h"

/* AT and modem port speak AT (AT manual V2.0, 1.6); the NMEA port, last among candidates, does not. */
#define ASKED_PORTS 2

void away_finish_unheard(struct step *s, enum limit limit)
{
	if (s->d->blocked[0])
		step_finish_saying(s, VERDICT_STOP_LIMIT, s->d->blocked);
	else if (s->d->presence == DFOTA_PRESENCE_MUTE)
		step_finish_saying(s, VERDICT_STOP_LIMIT,
				   "the modem came back without any AT port; its USB composition "
				   "may have changed");
	else
		step_finish_limit(s, VERDICT_STOP_LIMIT, limit);
}

/* Nothing came back that can speak: what is there decides. */
static void not_returned(struct step *s, enum limit limit)
{
	if (s->d->presence == DFOTA_PRESENCE_NONE && !s->d->blocked[0])
		step_finish(s, VERDICT_STOP_LOST);
	else if (s->d->presence == DFOTA_PRESENCE_EMERGENCY && !s->d->blocked[0])
		step_finish(s, VERDICT_STOP_EMERGENCY);
	else
		away_finish_unheard(s, limit);
}

/* After a failure it may be at work there on its next try, however mute: until it boots. */
static bool may_try_again(const struct dfota *d)
{
	return d->evidence.end && (d->blocked[0] || d->presence == DFOTA_PRESENCE_MUTE);
}

static bool can_be_heard(const struct dfota *d)
{
	return d->presence == DFOTA_PRESENCE_MODEM || d->presence == DFOTA_PRESENCE_RECOVERY;
}

static void end_read_late(struct step *s, int code)
{
	follow_end_record(s, code);
	if (s->d->state != DFOTA_STATE_REBOOT)
		step_go(s, DFOTA_STATE_REBOOT);
}

/*
 * Emergency download counts only if it stays for the whole limit: a boot may
 * pass through it. So each coming and going starts the limit anew.
 *
 * What was on its way when the bus was lost may be read now: END counts,
 * anything else is of the past.
 */
void away_take(struct step *s, const struct signal *signal)
{
	bool reboot = s->d->state == DFOTA_STATE_REBOOT;

	if (signal->type == SIGNAL_ATTACHED && can_be_heard(s->d))
		step_go(s, reboot ? DFOTA_STATE_BOOT : DFOTA_STATE_QUIET);
	else if (signal->type == SIGNAL_STATE_LIMIT && !may_try_again(s->d))
		not_returned(s, reboot ? LIMIT_REBOOT : LIMIT_RETURN);
	else if (signal->type == SIGNAL_STATE_LIMIT || signal->type == SIGNAL_ATTACHED ||
		 signal->type == SIGNAL_DETACHED)
		step_go(s, s->d->state);
	else if (signal->type == SIGNAL_END)
		end_read_late(s, signal->number);
	else if (!signal->text)
		follow_after_request(s, signal);
}

/*
 * So long ago that its codes may have been missed, whichever they were: only its
 * firmware can tell. Whether the request went out at all is settled by listening,
 * not by a clock that may have been set meanwhile.
 */
static bool is_overdue(const struct dfota *d)
{
	const uint64_t *ms = d->limits.ms;
	uint64_t span = ms[LIMIT_ACCEPT] + ms[LIMIT_DOWNLOAD];

	if (d->unsent)
		return false;
	if (d->phase == DFOTA_PHASE_RESTART)
		span += ms[LIMIT_LEAVE];
	return d->age_ms >= span;
}

/* Listens where the job may be by now. */
static void resume_attached(struct step *s)
{
	struct dfota *d = s->d;

	/* It was asked before it was known to be the one: nothing is left to wait for. */
	if (d->presence == DFOTA_PRESENCE_MODEM &&
	    verdict_compare(dfota_now(d), dfota_before(d), d->plan.target) == VERDICT_FIRMWARE_WANTED) {
		/* Nobody saw it leave: should it run its old one after all, that proves nothing. */
		d->stayed = !d->left;
		d->left = true;
		confirm_begin(s);
		return;
	}
	/* A lone port is none of the normal system. */
	d->left |= d->presence == DFOTA_PRESENCE_RECOVERY;
	if (d->left) {
		step_go(s, d->evidence.end_seen ? DFOTA_STATE_BOOT : DFOTA_STATE_QUIET);
		return;
	}
	if (is_overdue(d)) {
		follow_ask_overdue(s);
		return;
	}
	if (d->phase == DFOTA_PHASE_RESTART) {
		step_go(s, DFOTA_STATE_LEAVE);
		return;
	}
	if (d->open_until_ms && !d->unsent)
		d->timer[DFOTA_TIMER_TOTAL] = d->open_until_ms;
	else
		step_timer(s, DFOTA_TIMER_TOTAL,
			   d->limits.ms[LIMIT_ACCEPT] + d->limits.ms[LIMIT_DOWNLOAD]);
	step_go(s, d->unsent ? DFOTA_STATE_ACCEPT : DFOTA_STATE_DOWNLOAD);
	step_timer_off(s, DFOTA_TIMER_STATE);
}

/* What it told before it was lost again does not count. */
static void resume_detached(struct step *s)
{
	s->d->firmware_now[0] = '\0';
	s->d->left = true;
	step_go(s, DFOTA_STATE_RESUME);
}

void away_resume_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_ATTACHED && can_be_heard(s->d))
		resume_attached(s);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		not_returned(s, LIMIT_RETURN);
	else if (signal->type == SIGNAL_ATTACHED)
		step_go(s, DFOTA_STATE_RESUME);
	else if (signal->type == SIGNAL_DETACHED)
		resume_detached(s);
	else if (signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else if (!signal->text)
		follow_after_request(s, signal);
}

/*
 * The only thing ever sent while the modem may be flashing: one AT+CGMR a port,
 * after each limit of silence. A lone recovery port is not even asked that.
 */
static void ask_version(struct step *s)
{
	struct dfota *d = s->d;

	step_timer(s, DFOTA_TIMER_STATE, d->limits.ms[LIMIT_FLASH_SILENCE]);
	if (d->presence != DFOTA_PRESENCE_MODEM)
		return;
	d->asking = true;
	/* Half a code from before the silence would swallow the answer. */
	for (size_t i = 0; i < DFOTA_PORTS; i++)
		urc_scanner_reset(&d->scanner[i]);
	text_set(d->command, sizeof(d->command), "AT+CGMR");
	for (uint8_t i = 0; i < d->candidates && i < ASKED_PORTS; i++)
		step_send(s, d->order[i]);
}

static bool is_asked(const struct dfota *d, uint8_t port)
{
	for (uint8_t i = 0; i < d->candidates && i < ASKED_PORTS; i++)
		if (d->order[i] == port)
			return d->asking;
	return false;
}

/*
 * ERROR or silence means nothing: the flashing system answers AT too (facts
 * 2.3 no. 8). Nor does an old firmware that may be downloading.
 */
static bool is_version_answer(const struct step *s, const struct signal *signal)
{
	const struct dfota *d = s->d;
	char revision[DFOTA_FIRMWARE_SIZE];

	if (signal->type != SIGNAL_TEXT || !is_asked(d, signal->port) ||
	    !at_revision(signal->text, revision, sizeof(revision)))
		return false;
	return !follow_is_open(s) ||
	       !revision_may_be((struct firmware_name){ revision, strlen(revision) }, dfota_before(d));
}

/* A lone port is none of the normal system, whatever it says. */
static bool is_normal(const struct step *s, const struct signal *signal)
{
	return signal->type == SIGNAL_BOOT && s->d->presence == DFOTA_PRESENCE_MODEM &&
	       (!follow_is_open(s) || follow_is_boot(s->d, signal));
}

void away_back_enter(struct step *s)
{
	s->d->asking = false;
	follow_total_arm(s);
}

/* A download that the loss of the bus did not end: its codes are followed as before. */
void away_download_take_up(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_TRANSFER_END) {
		follow_transfer_ended(s, signal->number);
		return;
	}
	d->timer[DFOTA_TIMER_TOTAL] = d->open_until_ms;
	step_go(s, DFOTA_STATE_DOWNLOAD);
}

/* Not from one that may be flashing by now, and never from a lone port. */
bool away_is_download_going_on(const struct step *s, const struct signal *signal)
{
	const struct dfota *d = s->d;

	if (d->presence != DFOTA_PRESENCE_MODEM || d->evidence.transfer_seen)
		return false;
	if (signal->type == SIGNAL_TRANSFER_START)
		return follow_is_open(s);
	return signal->type == SIGNAL_TRANSFER_END && (follow_is_open(s) || !d->evidence.flashing);
}

/* Back on the bus: quiet, flash and boot differ only in what they wait for first. */
void away_back_take(struct step *s, const struct signal *signal)
{
	/* A part, too: all that comes of it is a later question. */
	bool life = signal->type == SIGNAL_LIFE || signal->type == SIGNAL_PART ||
		    signal->type == SIGNAL_TRANSFER_START ||
		    signal->type == SIGNAL_TRANSFER_END ||
		    (signal->type == SIGNAL_FLASHING && s->d->state == DFOTA_STATE_FLASH);
	/* Said once more: the reboot that it announced is over. */
	bool again = signal->type == SIGNAL_END && s->d->state == DFOTA_STATE_BOOT;

	if (again)
		follow_end_record(s, signal->number);
	if (s->d->state == DFOTA_STATE_QUIET && away_is_download_going_on(s, signal))
		away_download_take_up(s, signal);
	else if (life || again)
		step_timer(s, DFOTA_TIMER_STATE, s->d->limits.ms[LIMIT_FLASH_SILENCE]);
	else if (follow_is_boot(s->d, signal))
		follow_rebooted(s);
	else if (is_normal(s, signal) || is_version_answer(s, signal))
		confirm_begin(s);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		ask_version(s);
	else
		follow_after_request(s, signal);
}

/*
 * FLASHING means that the modem tries again: no limit of a modem that is done may end
 * that. After a failure it may try again, or restore, without a word (facts 1.5): then
 * it is listened to and asked as one that is back, for as long as a flash may take.
 */
void away_ended_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else if (is_normal(s, signal))
		confirm_begin(s);
	/* START and END of the last system, as after a power cut behind END (facts 2.3 no. 4): it stays. */
	else if (signal->type == SIGNAL_STATE_LIMIT && (s->d->normal || s->d->evidence.end))
		step_go(s, DFOTA_STATE_BOOT);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		step_finish_limit(s, VERDICT_STOP_LIMIT, LIMIT_LEAVE);
	else
		follow_after_request(s, signal);
}
