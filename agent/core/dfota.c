/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/dfota.h"

#include <string.h>

#include "agent/core/away.h"
#include "agent/core/confirm.h"
#include "agent/core/conversation.h"
#include "agent/core/follow.h"
#include "agent/core/handover.h"
#include "agent/core/prepare.h"
#include "agent/core/step.h"
#include "agent/core/text.h"
#include "agent/core/upload.h"

struct firmware_name dfota_before(const struct dfota *d)
{
	return (struct firmware_name){ d->firmware, d->border };
}

struct firmware_name dfota_now(const struct dfota *d)
{
	return (struct firmware_name){ d->firmware_now, d->border_now };
}

void dfota_show(const struct dfota *d, struct firmware_name name, char ret[static DFOTA_FIRMWARE_SIZE])
{
	unsigned int parts = d->parts | revision_parts(d->plan.target);
	char before[DFOTA_FIRMWARE_SIZE], now[DFOTA_FIRMWARE_SIZE];

	revision_show(dfota_before(d), 0, before, sizeof(before));
	revision_show(dfota_now(d), 0, now, sizeof(now));
	if (strcmp(before, now) == 0 && !revision_is_same(dfota_before(d), dfota_now(d)))
		parts = REVISION_PART_SUB_VERSION | REVISION_PART_EDITION;
	revision_show(name, parts, ret, DFOTA_FIRMWARE_SIZE);
}

static struct evidence evidence_of(const struct dfota *d, enum verdict_stop stop)
{
	struct evidence evidence = d->evidence;

	evidence.stop = stop;
	evidence.uploading = d->stored && !d->requested;
	evidence.owes_port = d->urc_moved;
	evidence.owes_file = d->stored;
	evidence.normal = d->normal;
	evidence.firmware = verdict_compare(dfota_now(d), dfota_before(d), d->plan.target);
	evidence.imei = verdict_compare_imei(d->imei_now, d->imei);
	return evidence;
}

int step_exit(const struct dfota *d, enum verdict_stop stop)
{
	struct evidence evidence = evidence_of(d, stop);

	return verdict_decide(&evidence).exit;
}

void step_finish(struct step *s, enum verdict_stop stop)
{
	struct dfota *d = s->d;

	d->evidence = evidence_of(d, stop);
	memset(d->timer, 0, sizeof(d->timer));
	d->state = DFOTA_STATE_FINISHED;
	step_emit(s, DFOTA_ACTION_FINISH);
}

void step_finish_saying(struct step *s, enum verdict_stop stop, const char *reason)
{
	text_set(s->d->reason, sizeof(s->d->reason), reason);
	step_finish(s, stop);
}

void step_say_limit(struct step *s, enum limit limit)
{
	struct dfota *d = s->d;

	text_set(d->reason, sizeof(d->reason), "the limit \"");
	text_add(d->reason, sizeof(d->reason), limit_key(limit));
	text_add(d->reason, sizeof(d->reason), "\" ran out: ");
	text_add(d->reason, sizeof(d->reason), limit_meaning(limit));
	if (d->evidence.unsent)
		text_add(d->reason, sizeof(d->reason), "; the request may never have been sent");
}

void step_finish_limit(struct step *s, enum verdict_stop stop, enum limit limit)
{
	step_say_limit(s, limit);
	step_finish(s, stop);
}

static void finished_take(struct step *s, const struct signal *signal)
{
	(void)s;
	(void)signal;
}

/* Beside the limits of limits.h: none, or the one of the state before goes on. */
#define LIMIT_NONE LIMIT_COUNT
#define LIMIT_SAME (LIMIT_COUNT + 1)
#define PHASE_SAME DFOTA_PHASE_COUNT

static const struct state_facts {
	const char *name;
	enum dfota_phase phase;
	unsigned int limit;
	void (*enter)(struct step *s); /* may be NULL */
	void (*take)(struct step *s, const struct signal *signal);
} states[] = {
	[DFOTA_STATE_ATTACH] = { "attach", DFOTA_PHASE_IDENTIFY, LIMIT_READY, prepare_attach_enter,
		prepare_attach_take },
	[DFOTA_STATE_LISTEN] = { "listen", DFOTA_PHASE_IDENTIFY, LIMIT_READY, prepare_listen_enter,
		prepare_listen_take },
	[DFOTA_STATE_PROBE] = { "probe", DFOTA_PHASE_IDENTIFY, LIMIT_SAME, conversation_probe,
		prepare_probe_take },
	[DFOTA_STATE_IDENTIFY] = { "identify", DFOTA_PHASE_IDENTIFY, LIMIT_READY, prepare_identify_enter,
		prepare_identify_take },
	[DFOTA_STATE_PLAN] = { "plan", DFOTA_PHASE_IDENTIFY, LIMIT_READY, prepare_plan_enter,
		prepare_plan_take },
	[DFOTA_STATE_CHECK] = { "check", DFOTA_PHASE_CHECK, LIMIT_NETWORK, prepare_check_enter,
		prepare_check_take },
	[DFOTA_STATE_STORE] = { "store", DFOTA_PHASE_CHECK, LIMIT_READY, upload_store_enter,
		upload_store_take },
	[DFOTA_STATE_SAVE_UPLOAD] = { "save-upload", DFOTA_PHASE_UPLOAD, LIMIT_NONE, prepare_save_enter,
		upload_save_take },
	[DFOTA_STATE_CONNECT] = { "connect", DFOTA_PHASE_UPLOAD, LIMIT_ANSWER, upload_connect_enter,
		upload_connect_take },
	[DFOTA_STATE_UPLOAD] = { "upload", DFOTA_PHASE_UPLOAD, LIMIT_NONE, upload_enter,
		upload_take },
	[DFOTA_STATE_SWEEP] = { "sweep", PHASE_SAME, LIMIT_READY, upload_sweep_enter,
		upload_sweep_take },
	[DFOTA_STATE_SAVE] = { "save", DFOTA_PHASE_REQUEST, LIMIT_NONE, prepare_save_enter,
		prepare_save_take },
	[DFOTA_STATE_URC_MOVE] = { "urc-move", DFOTA_PHASE_REQUEST, LIMIT_READY, prepare_urc_move_enter,
		prepare_urc_move_take },
	[DFOTA_STATE_RESUME] = { "resume", PHASE_SAME, LIMIT_RETURN, follow_total_arm,
		away_resume_take },
	[DFOTA_STATE_ACCEPT] = { "accept", DFOTA_PHASE_REQUEST, LIMIT_ACCEPT, NULL,
		follow_accept_take },
	[DFOTA_STATE_DOWNLOAD_START] = { "download-start", DFOTA_PHASE_DOWNLOAD, LIMIT_DOWNLOAD_START, follow_download_enter,
		follow_download_take },
	[DFOTA_STATE_DOWNLOAD] = { "download", DFOTA_PHASE_DOWNLOAD, LIMIT_NONE, follow_download_enter,
		follow_download_take },
	[DFOTA_STATE_LEAVE] = { "leave", DFOTA_PHASE_RESTART, LIMIT_LEAVE, follow_leave_enter,
		follow_leave_take },
	[DFOTA_STATE_AWAY] = { "away", DFOTA_PHASE_RESTART, LIMIT_RETURN, NULL,
		away_take },
	[DFOTA_STATE_QUIET] = { "quiet", DFOTA_PHASE_FLASH, LIMIT_FLASH_START, away_back_enter,
		away_back_take },
	[DFOTA_STATE_FLASH] = { "flash", DFOTA_PHASE_FLASH, LIMIT_FLASH_SILENCE, away_back_enter,
		away_back_take },
	[DFOTA_STATE_ENDED] = { "ended", DFOTA_PHASE_RETURN, LIMIT_LEAVE, follow_total_arm,
		away_ended_take },
	[DFOTA_STATE_REBOOT] = { "reboot", DFOTA_PHASE_RETURN, LIMIT_REBOOT, NULL,
		away_take },
	[DFOTA_STATE_BOOT] = { "boot", DFOTA_PHASE_RETURN, LIMIT_FLASH_START, away_back_enter,
		away_back_take },
	[DFOTA_STATE_CONFIRM_PROBE] = { "confirm-probe", DFOTA_PHASE_VERIFY, LIMIT_VERIFY, confirm_probe_enter,
		confirm_take },
	[DFOTA_STATE_CONFIRM] = { "confirm", DFOTA_PHASE_VERIFY, LIMIT_SAME, confirm_enter,
		confirm_take },
	[DFOTA_STATE_SETTLE] = { "settle", DFOTA_PHASE_VERIFY, LIMIT_SAME, confirm_settle_enter,
		confirm_settle_take },
	[DFOTA_STATE_HEALTH] = { "health", DFOTA_PHASE_VERIFY, LIMIT_NONE, handover_health_enter,
		handover_health_take },
	[DFOTA_STATE_URC_BACK] = { "urc-back", PHASE_SAME, LIMIT_READY, handover_urc_back_enter,
		handover_urc_back_take },
	[DFOTA_STATE_FINISHED] = { "finished", PHASE_SAME, LIMIT_NONE, NULL,
		finished_take },
};
_Static_assert(sizeof(states) / sizeof(states[0]) == DFOTA_STATE_COUNT, "facts for each state");

void step_go(struct step *s, enum dfota_state state)
{
	struct dfota *d = s->d;
	const struct state_facts *facts = &states[state];

	step_timer_off(s, DFOTA_TIMER_ANSWER);
	if (facts->limit == LIMIT_NONE)
		step_timer_off(s, DFOTA_TIMER_STATE);
	else if (facts->limit != LIMIT_SAME)
		step_timer(s, DFOTA_TIMER_STATE, d->limits.ms[facts->limit]);
	d->state = state;
	if (facts->phase != PHASE_SAME && facts->phase != d->phase) {
		d->phase = facts->phase;
		d->dirty = d->requested;
		step_emit(s, DFOTA_ACTION_PHASE)->phase = d->phase;
	}
	if (facts->enter)
		facts->enter(s);
}

/* ---- from events to signals ---- */

static enum signal_type urc_signal(enum urc_type type)
{
	switch (type) {
	case URC_TRANSFER_START:
	case URC_DOWNLOADING: /* then it has started */
		return SIGNAL_TRANSFER_START;
	case URC_TRANSFER_END:
		return SIGNAL_TRANSFER_END;
	case URC_START:
	case URC_UPDATING:
		return SIGNAL_FLASHING;
	case URC_END:
		return SIGNAL_END;
	case URC_NOTE:
		return SIGNAL_LIFE;
	case URC_NONE:
		break;
	}
	return SIGNAL_TEXT;
}

static enum signal_type answer_signal(enum at_line_type type)
{
	switch (type) {
	case AT_LINE_OK:
		return SIGNAL_OK;
	case AT_LINE_ERROR:
		return SIGNAL_ERROR;
	case AT_LINE_CONNECT:
		return SIGNAL_CONNECT;
	case AT_LINE_ACK:
		return SIGNAL_ACK;
	case AT_LINE_NONE:
	case AT_LINE_TEXT:
		break;
	}
	return SIGNAL_TEXT;
}

static void line_signal(struct step *s, const struct dfota_event *event, struct signal *ret)
{
	const struct at_line *line = event->line.line;
	uint8_t port = event->line.port % DFOTA_PORTS;
	bool waiting;
	struct urc urc;

	ret->port = port;
	ret->text = line->text;
	if (line->type != AT_LINE_TEXT) {
		ret->type = answer_signal(line->type);
		ret->number = line->code;
		return;
	}
	urc = urc_scan(&s->d->scanner[port], line->text, &waiting);
	ret->number = urc.number;
	ret->type = waiting && s->d->requested ? SIGNAL_PART : urc_signal(urc.type);
	ret->percent = urc.type == URC_UPDATING && urc.number <= 100 ? urc.number : -1;
	/* No part of a FOTA code looks like that: half a one before it was all there was. */
	if (at_is_boot_urc(line->text)) {
		ret->type = SIGNAL_BOOT;
		urc_scanner_reset(&s->d->scanner[port]);
	}
	/* Answers to our own questions look like boot URCs; those are news after a reboot. */
	if (ret->type != SIGNAL_TEXT &&
	    (ret->type != SIGNAL_BOOT ||
	     (s->d->left && !conversation_is_answer(s->d, port, line->text))))
		step_emit(s, DFOTA_ACTION_URC);
}

/* A modem answers in order, so each of these belongs to the command that waits longest. */
static bool is_final_answer(const struct dfota *d, const struct signal *signal)
{
	return (signal->type == SIGNAL_OK || signal->type == SIGNAL_ERROR) &&
	       signal->port == d->order[d->candidate];
}

static void signal_deliver(struct step *s, const struct signal *signal)
{
	if (is_final_answer(s->d, signal)) {
		s->d->unanswered -= s->d->unanswered != 0;
		if (follow_is_foreign(s, signal))
			return;
	}
	if (signal->type >= SIGNAL_LIFE)
		s->d->unsent = s->d->evidence.unsent = false;
	if (signal->type == SIGNAL_END)
		s->d->end_port = (uint8_t)(signal->port + 1);
	if (signal->type == SIGNAL_LIFE && s->d->presence != DFOTA_PRESENCE_NONE)
		s->d->noted_ms = s->now_ms;
	if (follow_is_boot(s->d, signal)) {
		s->d->booted_ms = s->now_ms;
		s->d->rebooted |= s->d->requested && (s->d->left || s->d->resumed);
	}
	states[s->d->state].take(s, signal);
	if (signal->percent >= 0 && s->d->state == DFOTA_STATE_FLASH)
		step_emit(s, DFOTA_ACTION_PROGRESS)->percent = signal->percent;
}

static void detached_deliver(struct step *s, const struct dfota_event *event)
{
	struct signal signal = {
		.type = SIGNAL_DETACHED,
		.event = event,
		.number = -1,
		.percent = -1,
	};

	s->d->presence = DFOTA_PRESENCE_NONE;
	s->d->request_open = false;
	s->d->end_port = 0;
	s->d->blocked[0] = '\0';
	signal_deliver(s, &signal);
}

/* Only a modem with all its ports is ever written to, so only that has candidates. */
static void attached_take_over(struct dfota *d, const struct dfota_event *event)
{
	d->presence = event->attached.presence;
	d->ports = event->attached.ports;
	d->candidates = 0;
	if (d->presence == DFOTA_PRESENCE_MODEM)
		d->candidates = event->attached.candidates < DFOTA_PORTS ?
					event->attached.candidates : DFOTA_PORTS;
	memcpy(d->order, event->attached.order, sizeof(d->order));
	d->candidate = d->unanswered = 0;
	d->identified = false;
	d->blocked[0] = '\0';
	if (!d->candidates && d->presence == DFOTA_PRESENCE_MODEM)
		d->presence = DFOTA_PRESENCE_MUTE;
	for (size_t i = 0; i < DFOTA_PORTS; i++)
		urc_scanner_reset(&d->scanner[i]);
}

/* All clocks that have run out, the longest first: it may end the job. */
static void time_deliver(struct step *s, const struct dfota_event *event)
{
	static const struct {
		enum dfota_timer timer;
		enum signal_type signal;
	} clocks[] = {
		{ DFOTA_TIMER_TOTAL, SIGNAL_TOTAL_LIMIT },
		{ DFOTA_TIMER_STATE, SIGNAL_STATE_LIMIT },
		{ DFOTA_TIMER_ANSWER, SIGNAL_ANSWER_LIMIT },
	};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		uint64_t *due = &s->d->timer[clocks[i].timer];
		struct signal signal = {
			.type = clocks[i].signal,
			.event = event,
			.number = -1,
			.percent = -1,
		};

		if (!*due || *due > s->now_ms)
			continue;
		*due = 0;
		signal_deliver(s, &signal);
	}
}

/*
 * A modem with a supply of its own goes on with its download while the host
 * reboots, and still runs its old firmware then. So does one that was off the
 * bus for another reason while no agent looked.
 */
static uint64_t open_until(const struct step *s)
{
	const struct dfota *d = s->d;
	uint64_t span = d->limits.ms[LIMIT_ACCEPT] + d->limits.ms[LIMIT_DOWNLOAD];

	if (!d->resumed || !d->plan.download || d->evidence.transfer_seen ||
	    d->evidence.end_seen || d->age_ms >= span)
		return 0;
	return s->now_ms + span - d->age_ms;
}

static void start_deliver(struct step *s)
{
	struct dfota *d = s->d;

	/* Once something is awaited, it has been started. */
	if (dfota_deadline(d))
		return;
	d->open_until_ms = open_until(s);
	step_emit(s, DFOTA_ACTION_PHASE)->phase = d->phase;
	if (d->resumed)
		step_emit(s, DFOTA_ACTION_HOLD);
	step_go(s, d->resumed ? DFOTA_STATE_RESUME : DFOTA_STATE_ATTACH);
}

static void follow_deliver(struct step *s, const struct dfota_event *event)
{
	if (dfota_deadline(s->d))
		return;
	s->d->follow = true;
	s->d->ask = event->ask;
	start_deliver(s);
}

static void event_deliver(struct step *s, const struct dfota_event *event)
{
	struct signal signal = { .event = event, .number = -1, .percent = -1 };

	switch (event->type) {
	case DFOTA_EVENT_START:
		start_deliver(s);
		return;
	case DFOTA_EVENT_FOLLOW:
		follow_deliver(s, event);
		return;
	case DFOTA_EVENT_PARTS:
		s->d->parts = event->parts;
		return;
	case DFOTA_EVENT_TIME:
		time_deliver(s, event);
		return;
	case DFOTA_EVENT_ATTACHED:
		/* A loss that nobody heard of is a loss all the same. */
		if (s->d->presence != DFOTA_PRESENCE_NONE)
			detached_deliver(s, event);
		attached_take_over(s->d, event);
		s->d->booted_ms = s->now_ms;
		signal.type = SIGNAL_ATTACHED;
		break;
	case DFOTA_EVENT_DETACHED:
		detached_deliver(s, event);
		return;
	case DFOTA_EVENT_LINE:
		line_signal(s, event, &signal);
		break;
	case DFOTA_EVENT_WRITTEN:
		signal.type = SIGNAL_WRITTEN;
		signal.size = event->written;
		break;
	case DFOTA_EVENT_PLAN:
		signal.type = SIGNAL_PLAN;
		break;
	case DFOTA_EVENT_SAVED:
		signal.type = SIGNAL_SAVED;
		break;
	case DFOTA_EVENT_STOP:
		signal.type = SIGNAL_STOP;
		break;
	case DFOTA_EVENT_HOST:
		signal.type = SIGNAL_HOST;
		break;
	case DFOTA_EVENT_HELD:
		signal.type = SIGNAL_HELD;
		break;
	}
	signal_deliver(s, &signal);
}

void dfota_init(struct dfota *d, const struct limits *limits)
{
	*d = (struct dfota){ .limits = *limits };
}

void dfota_resume(struct dfota *d, const struct dfota_memory *memory)
{
	d->stored = memory->stored;
	text_set(d->urc_port, sizeof(d->urc_port), memory->urc_port ? memory->urc_port : "");
	d->urc_moved = d->urc_port[0] != '\0';
	/* Nothing was requested: a new job, once that modem has ended the upload. */
	if (memory->phase <= DFOTA_PHASE_UPLOAD) {
		d->settling = true;
		text_set(d->imei_now, sizeof(d->imei_now), memory->imei);
		return;
	}
	d->resumed = d->requested = true;
	d->phase = memory->phase;
	d->left = memory->left || memory->phase > DFOTA_PHASE_RESTART;
	d->host_rebooted = memory->host_rebooted;
	d->age_ms = memory->age_ms;
	/* A code shows that it was sent. */
	d->unsent = memory->phase == DFOTA_PHASE_REQUEST && memory->transfer < 0 && memory->end < 0;
	d->plan.kind = DFOTA_PLAN_UPGRADE;
	d->plan.download = memory->download;
	/* It was asked for no download but with both of them ready. */
	d->before_known = d->sim_before = d->registered_before = memory->download;
	d->cfun_before = -1;
	text_set(d->plan.target, sizeof(d->plan.target), memory->target);
	text_set(d->firmware, sizeof(d->firmware), memory->firmware);
	text_set(d->imei, sizeof(d->imei), memory->imei);
	text_set(d->firmware_now, sizeof(d->firmware_now), memory->running ? memory->running : "");
	d->evidence.transfer_seen = memory->transfer >= 0;
	d->evidence.transfer = memory->transfer;
	/* The phase of a modem that is back, whether it has begun or not: the worse is taken. */
	d->evidence.flashing = memory->phase == DFOTA_PHASE_FLASH;
	/* An END before that was of a try that the modem has made again. */
	d->evidence.end_seen = memory->end >= 0 && !d->evidence.flashing;
	d->evidence.end = d->evidence.end_seen ? memory->end : 0;
	d->evidence.cut = d->left && memory->phase == DFOTA_PHASE_DOWNLOAD;
}

void dfota_step(struct dfota *d, const struct dfota_event *event, uint64_t now_ms,
		struct dfota_actions *out)
{
	struct step step = { .d = d, .now_ms = now_ms, .out = out };

	out->count = 0;
	if (d->state == DFOTA_STATE_FINISHED)
		return;
	event_deliver(&step, event);
	if (d->state == DFOTA_STATE_FINISHED)
		return;
	if (d->dirty)
		step_emit(&step, DFOTA_ACTION_SAVE);
	d->dirty = false;
	step_emit(&step, DFOTA_ACTION_TIME)->time_ms = dfota_deadline(d);
}

uint64_t dfota_deadline(const struct dfota *d)
{
	uint64_t first = 0;

	for (size_t i = 0; i < DFOTA_TIMER_COUNT; i++)
		if (d->timer[i] && (!first || d->timer[i] < first))
			first = d->timer[i];
	return first;
}

static const char *const phase_names[] = {
	[DFOTA_PHASE_IDENTIFY] = "identify", [DFOTA_PHASE_CHECK] = "check",
	[DFOTA_PHASE_UPLOAD] = "upload",     [DFOTA_PHASE_REQUEST] = "request",
	[DFOTA_PHASE_DOWNLOAD] = "download", [DFOTA_PHASE_RESTART] = "restart",
	[DFOTA_PHASE_FLASH] = "flash",	     [DFOTA_PHASE_RETURN] = "return",
	[DFOTA_PHASE_VERIFY] = "verify",
};
_Static_assert(sizeof(phase_names) / sizeof(phase_names[0]) == DFOTA_PHASE_COUNT,
	       "a name for each");

enum dfota_phase dfota_stage(const struct dfota *d)
{
	if (d->unsent)
		return DFOTA_PHASE_REQUEST;
	if (d->stayed)
		return d->plan.download && !d->evidence.transfer_seen ? DFOTA_PHASE_DOWNLOAD :
									DFOTA_PHASE_RESTART;
	return d->phase;
}

const char *dfota_phase_name(enum dfota_phase phase)
{
	return phase_names[phase];
}

const char *dfota_state_name(enum dfota_state state)
{
	return states[state].name;
}

enum dfota_phase dfota_phase_find(const char *name)
{
	size_t i = 0;

	while (i < DFOTA_PHASE_COUNT && strcmp(phase_names[i], name) != 0)
		i++;
	return (enum dfota_phase)i;
}
