/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/confirm.h"

#include "agent/core/away.h"
#include "agent/core/conversation.h"
#include "agent/core/follow.h"
#include "agent/core/handover.h"
#include "agent/core/revision.h"

/* ---- normal mode is certain: which firmware is it? ---- */

/* A boot URC, or an answered query, has shown its normal system. */
void confirm_begin(struct step *s)
{
	s->d->normal = true;
	step_go(s, DFOTA_STATE_CONFIRM_PROBE);
}

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

static enum verdict_firmware firmware_of(const struct dfota *d)
{
	return verdict_compare(dfota_now(d), dfota_before(d), d->plan.target);
}

bool confirm_may_be_old(const struct dfota *d)
{
	return firmware_of(d) != VERDICT_FIRMWARE_WANTED &&
	       revision_may_be(dfota_now(d), dfota_before(d));
}

static bool is_code_bad(const struct dfota *d)
{
	const struct evidence *evidence = &d->evidence;

	return (evidence->end_seen && evidence->end) ||
	       (evidence->transfer_seen && evidence->transfer && !evidence->end_seen);
}

/*
 * What a modem that is not done with its job does next is to leave the bus: soon,
 * as a whole reboot takes 30 to 60 s (facts 2.4); the longer, if its END 0 and its
 * old firmware cannot both be true. One that is done may tell its END so late only
 * (facts 2.3 no. 4; a version is asked for 10 s after the boot: 2.4). It counts from
 * the boot: a modem that has been there for so long is not waited for once more.
 */
#define SETTLE_MS 30000
#define SETTLE_CONTRADICTED_MS 60000
#define SETTLE_NEW_MS 10000

/*
 * A loss of the bus proves nothing: where neither a boot nor the flashing was seen,
 * the modem may still be about to leave, and has the whole limit for it.
 */
static bool has_rebooted(const struct dfota *d)
{
	return d->rebooted || d->evidence.flashing;
}

/* Who says that its upgrade goes on ("Last upgrade was not finished": facts 1.5) has the whole limit. */
static uint64_t settled_ms(const struct dfota *d)
{
	uint64_t leave = d->limits.ms[LIMIT_LEAVE];
	uint64_t span = !confirm_may_be_old(d) ? SETTLE_NEW_MS :
			d->evidence.end_seen ? SETTLE_CONTRADICTED_MS :
			has_rebooted(d) ? SETTLE_MS : leave;
	uint64_t settled = d->booted_ms + (leave < span ? leave : span);

	return d->noted_ms && d->noted_ms + leave > settled ? d->noted_ms + leave : settled;
}

static void booted(struct step *s)
{
	s->d->evidence.unsent = s->d->unsent;
	handover_finish(s, VERDICT_STOP_BOOTED);
}

/* Nothing that it may still do or say would change the verdict. */
static bool is_certain(const struct dfota *d)
{
	if (verdict_compare_imei(d->imei_now, d->imei) == VERDICT_IMEI_OTHER)
		return true;
	if (firmware_of(d) == VERDICT_FIRMWARE_WANTED)
		return d->evidence.end_seen;
	return !confirm_may_be_old(d) || is_code_bad(d);
}

static void confirmed(struct step *s)
{
	const struct dfota *d = s->d;

	/* It never left: so it may download all that while, and its job stays open. */
	if (d->stayed && confirm_may_be_old(d) && !is_code_bad(d))
		step_finish_limit(s, VERDICT_STOP_LIMIT,
				  dfota_stage(d) == DFOTA_PHASE_DOWNLOAD ? LIMIT_DOWNLOAD : LIMIT_LEAVE);
	else if (is_certain(d))
		booted(s);
	/* Another firmware was told, and then the old one: it may still be downloading. */
	else if (confirm_may_be_old(d) && follow_is_open(s))
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
	else if (away_is_download_going_on(s, signal))
		away_download_take_up(s, signal);
	else
		follow_after_request(s, signal);
}

/* ---- nothing says why it runs what it runs: is it back for good? ---- */

void confirm_settle_enter(struct step *s)
{
	s->d->timer[DFOTA_TIMER_STATE] = settled_ms(s->d);
}

void confirm_settle_take(struct step *s, const struct signal *signal)
{
	if (confirm_may_be_old(s->d) && away_is_download_going_on(s, signal))
		away_download_take_up(s, signal);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		booted(s);
	else if (signal->type == SIGNAL_END)
		follow_end_record(s, signal->number);
	else
		follow_after_request(s, signal);
	/* What it says may put the end off. */
	if (s->d->state == DFOTA_STATE_SETTLE)
		confirm_settle_enter(s);
	if (s->d->state == DFOTA_STATE_SETTLE && is_certain(s->d))
		booted(s);
}
