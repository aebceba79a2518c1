/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/replay.h"

#include <string.h>

#include "agent/core/text.h"

static struct replay_modem *modem_find(struct replay *replay, const char *position)
{
	for (size_t i = 0; i < replay->modems; i++)
		if (strcmp(replay->modem[i].position, position) == 0)
			return &replay->modem[i];
	return NULL;
}

/* NULL: no room. */
static struct replay_modem *modem_get(struct replay *replay, const char *position)
{
	struct replay_modem *modem = modem_find(replay, position);

	if (modem || replay->modems == REPLAY_MODEMS)
		return modem;
	modem = &replay->modem[replay->modems++];
	text_set(modem->position, sizeof(modem->position), position);
	return modem;
}

/* ---- what the machine does, as text ---- */

static const char *format(struct replay *replay, struct transcript_record *record)
{
	record->time_ms = replay->event.time_ms;
	text_set(record->position, sizeof(record->position),
		 replay->current->position);
	/* What the machine made of one line fits on another one. */
	if (transcript_format(record, replay->line, sizeof(replay->line)) < 0)
		replay->line[0] = '\0';
	return replay->line;
}

const char *replay_action(struct replay *replay, uint8_t index)
{
	struct transcript_record record = {.position = ""};

	transcript_set_action(&record, &replay->actions.action[index],
			      &replay->current->machine);
	return format(replay, &record);
}

const char *replay_state(struct replay *replay)
{
	struct transcript_record record = {
		.type = TRANSCRIPT_STATE,
		.state = replay->current->machine.state,
	};

	return format(replay, &record);
}

/* ---- what was recorded ---- */

static enum replay_result take_limits(struct replay *replay)
{
	struct replay_modem *modem = modem_get(replay, replay->record.position);

	if (!modem)
		return REPLAY_RESULT_DAMAGED;
	dfota_init(&modem->machine, &replay->record.limits);
	modem->started = modem->whole = false;
	return REPLAY_RESULT_SAME;
}

static enum replay_result take_memory(struct replay *replay)
{
	struct replay_modem *modem = modem_find(replay, replay->record.position);

	if (!modem || modem->started)
		return REPLAY_RESULT_DAMAGED;
	dfota_resume(&modem->machine, &replay->record.memory);
	return REPLAY_RESULT_SAME;
}

static bool is_start(enum dfota_event_type type)
{
	return type == DFOTA_EVENT_START || type == DFOTA_EVENT_FOLLOW;
}

/* A job that somebody else holds, or that this host cannot do, is over before it starts. */
static bool may_be_first(enum dfota_event_type type)
{
	return is_start(type) || type == DFOTA_EVENT_HELD || type == DFOTA_EVENT_HOST;
}

/* The record stays as it is until the next event: actions may point into it. */
static enum replay_result take_event(struct replay *replay, const char *line)
{
	struct replay_modem *modem = modem_find(replay, replay->record.position);
	enum dfota_event_type type = replay->record.event.type;
	enum dfota_state before;

	if (!modem || (modem->started ? is_start(type) : !may_be_first(type)))
		return REPLAY_RESULT_DAMAGED;
	transcript_parse(line, &replay->event);
	replay->current = modem;
	replay->first = !modem->started;
	if (replay->first)
		modem->started_ms = replay->event.time_ms;
	modem->started = true;
	before = modem->machine.state;
	dfota_step(&modem->machine, &replay->event.event, replay->event.time_ms,
		   &replay->actions);
	replay->moved = replay->first || modem->machine.state != before;
	replay->compared = 0;
	return REPLAY_RESULT_EVENT;
}

static bool is_current(const struct replay *replay)
{
	return replay->current &&
	       strcmp(replay->current->position, replay->record.position) == 0;
}

static bool is_next(struct replay *replay, const char *line)
{
	replay->expected = "nothing more";
	if (replay->compared == replay->actions.count)
		return false;
	replay->expected = replay_action(replay, replay->compared);
	return strcmp(replay->expected, line) == 0;
}

static enum replay_result take_action(struct replay *replay, const char *line)
{
	if (!is_current(replay))
		return REPLAY_RESULT_DAMAGED;
	if (replay->first)
		replay->current->whole = true;
	while (!is_next(replay, line)) {
		if (replay->current->whole ||
		    replay->compared == replay->actions.count)
			return REPLAY_RESULT_OTHER;
		replay->compared++;
	}
	replay->compared++;
	return REPLAY_RESULT_SAME;
}

static enum replay_result take_state(struct replay *replay, const char *line)
{
	if (!is_current(replay))
		return REPLAY_RESULT_DAMAGED;
	replay->expected = replay_state(replay);
	return strcmp(replay->expected, line) == 0 ? REPLAY_RESULT_SAME
						   : REPLAY_RESULT_OTHER;
}

enum replay_result replay_end(struct replay *replay)
{
	if (!replay->current || !replay->current->whole ||
	    replay->compared == replay->actions.count)
		return REPLAY_RESULT_SAME;
	replay->expected = replay_action(replay, replay->compared);
	return REPLAY_RESULT_MISSING;
}

/* It is shown on a terminal. */
static bool is_plain(const char *line)
{
	while (*line >= 0x20 && *line <= 0x7e)
		line++;
	return *line == '\0';
}

enum replay_result replay_take(struct replay *replay, const char *line)
{
	if (!is_plain(line) || transcript_parse(line, &replay->record) < 0)
		return REPLAY_RESULT_DAMAGED;
	if (replay->record.type != TRANSCRIPT_ACTION &&
	    replay_end(replay) == REPLAY_RESULT_MISSING)
		return REPLAY_RESULT_MISSING;
	switch (replay->record.type) {
	case TRANSCRIPT_LIMITS:
		return take_limits(replay);
	case TRANSCRIPT_MEMORY:
		return take_memory(replay);
	case TRANSCRIPT_EVENT:
		return take_event(replay, line);
	case TRANSCRIPT_ACTION:
		return take_action(replay, line);
	case TRANSCRIPT_STATE:
		return take_state(replay, line);
	case TRANSCRIPT_IN:
	case TRANSCRIPT_OUT:
	case TRANSCRIPT_USB:
		break;
	}
	return REPLAY_RESULT_SAME;
}
