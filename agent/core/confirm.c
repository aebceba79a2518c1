/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/confirm.h"

#include "agent/core/away.h"
#include "agent/core/conversation.h"
#include "agent/core/follow.h"
#include "agent/core/handover.h"

/* ---- normal mode is certain: which firmware is it? ---- */

/* What was read before another reboot does not count. */
void confirm_probe_enter(struct step *s)
{
	s->d->firmware_now[0] = '\0';
	s->d->imei_now[0] = '\0';
	follow_total_arm(s);
	conversation_probe(s);
}

void confirm_enter(struct step *s)
{
	conversation_ask(s, CONVERSATION_SCRIPT_CONFIRM);
}

static bool is_old(const struct dfota *d)
{
	return verdict_compare(d->firmware_now, d->firmware, d->plan.target) ==
	       VERDICT_FIRMWARE_BEFORE;
}

static bool is_code_bad(const struct dfota *d)
{
	const struct evidence *evidence = &d->evidence;

	return (evidence->end_seen && evidence->end) ||
	       (evidence->transfer_seen && evidence->transfer && !evidence->end_seen);
}

/*
 * What a modem that is not done with its job does next is to leave the bus: soon,
 * as a whole reboot takes 30 to 60 s (facts 2.4). It counts from the return: one
 * that has been there for so long, and asked only then, is not waited for once more.
 */
#define SETTLE_MS 30000

static uint64_t settled_ms(const struct dfota *d)
{
	uint64_t leave = d->limits.ms[LIMIT_LEAVE];

	return d->attached_ms + (leave < SETTLE_MS ? leave : SETTLE_MS);
}

static void booted(struct step *s)
{
	s->d->evidence.unsent = s->d->unsent;
	handover_finish(s, VERDICT_STOP_BOOTED);
}

static void confirmed(struct step *s)
{
	const struct dfota *d = s->d;

	if (!is_old(d) || is_code_bad(d) ||
	    verdict_compare_imei(d->imei_now, d->imei) != VERDICT_IMEI_SAME)
		booted(s);
	/* Another firmware was told, and then the old one: it may still be downloading. */
	else if (follow_is_open(s))
		step_go(s, DFOTA_STATE_QUIET);
	else if (s->now_ms >= settled_ms(d))
		booted(s);
	else
		step_go(s, DFOTA_STATE_SETTLE);
}

void confirm_take(struct step *s, const struct signal *signal)
{
	bool probing = s->d->state == DFOTA_STATE_CONFIRM_PROBE;
	enum conversation_result result =
		probing ? conversation_probe_take(s, signal)
			: conversation_take(s, CONVERSATION_SCRIPT_CONFIRM, signal);

	if (result == CONVERSATION_DONE && probing)
		step_go(s, DFOTA_STATE_CONFIRM);
	else if (result == CONVERSATION_DONE || signal->type == SIGNAL_STATE_LIMIT)
		confirmed(s);
	/* It runs normally, and has said how it went: no reason to leave it as it is. */
	else if (signal->type == SIGNAL_TOTAL_LIMIT && is_code_bad(s->d))
		booted(s);
	else if (signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else
		follow_after_request(s, signal);
}

/* ---- its old firmware, and nothing says why: is it back for good? ---- */

void confirm_settle_enter(struct step *s)
{
	s->d->timer[DFOTA_TIMER_STATE] = settled_ms(s->d);
}

void confirm_settle_take(struct step *s, const struct signal *signal)
{
	if (away_is_download_going_on(s, signal))
		away_download_take_up(s, signal);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		booted(s);
	else if (signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else if (signal->type == SIGNAL_LIFE)
		step_timer(s, DFOTA_TIMER_STATE, s->d->limits.ms[LIMIT_LEAVE]);
	else
		follow_after_request(s, signal);
	if (s->d->state == DFOTA_STATE_SETTLE && is_code_bad(s->d))
		booted(s);
}
