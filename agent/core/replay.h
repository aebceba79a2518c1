/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transcript taken through the machine once more, line by line: what it was
 * told then it is told again, and what it does now is held against what it did
 * then. Both as text, so that a difference can be shown.
 *
 * A transcript that somebody wrote by hand may hold events only, or only those
 * actions that matter: where the first event is followed by no action, each recorded one
 * must be among those of its event, in order; else all must be recorded.
 */
#ifndef QFOTA_REPLAY_H
#define QFOTA_REPLAY_H

#include "agent/core/transcript.h"

#define REPLAY_MODEMS 64
#define REPLAY_LINE_SIZE 8192

/* One modem, and of its jobs the last. */
struct replay_modem {
	char position[64];
	bool started;
	bool whole; /* all actions are recorded */
	uint64_t started_ms;
	struct dfota machine;
};

struct replay {
	struct replay_modem modem[REPLAY_MODEMS];
	size_t modems;

	/* The event at hand. */
	struct replay_modem *current; /* whose it is; NULL: there was none yet */
	struct transcript_record event;
	struct dfota_actions actions; /* that it leads to */
	uint8_t compared;	      /* so many of them */
	bool first;		      /* of its job */
	bool moved;		      /* into another state */

	struct transcript_record record;
	const char *expected;
	char line[REPLAY_LINE_SIZE]; /* of replay_action() and replay_state() */
};

enum replay_result {
	REPLAY_RESULT_SAME,    /* nothing to tell */
	REPLAY_RESULT_EVENT,   /* the machine has taken it: ->current, ->actions */
	REPLAY_RESULT_OTHER,   /* this line is not what it does: ->expected */
	REPLAY_RESULT_MISSING, /* before this line ->expected should stand */
	REPLAY_RESULT_DAMAGED, /* no line of a transcript, or none that can stand here */
};

/* @replay: zeroed. One line after the header, without its newline. */
enum replay_result replay_take(struct replay *replay, const char *line);
/* At the end of the file: SAME or MISSING. */
enum replay_result replay_end(struct replay *replay);

/* The @index-th of ->actions, and the state after them, as lines; valid until the next call. */
const char *replay_action(struct replay *replay, uint8_t index);
const char *replay_state(struct replay *replay);

#endif
