/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text form of what happened: bytes, events and actions of modems, one a
 * line, plain ASCII, for people to read and for the machine to be run through
 * once more.
 *
 *   qfota-transcript 1 0.1.0
 *   0 1-1.4 limits ready=60000 answer=5000 …
 *   0 1-1.4 event start
 *   3 1-1.4 usb what="add" vid=2c7c pid=0306
 *   812 1-1.4 out port=1 more=0 text="AT\x0d"
 *   815 1-1.4 in port=1 more=0 text="\x0d\x0aOK\x0d\x0a"
 *   815 1-1.4 event line port=1 type=ok code=-1 cut=0 text="OK"
 *   815 1-1.4 action send port=1 text="AT+CGMR"
 *   815 1-1.4 action time at=5815
 *
 * The first line has the version of the format and that of the agent. Then:
 * the time in ms since the transcript was begun, the position, what it is, and
 * its fields, always all and in the same order. Times of actions count from the
 * same beginning, 0 is never. In a text every byte outside 0x20..0x7e, the quote
 * and the backslash stand as \xHH. "limits", and "memory" for a job that was
 * taken up from the journal, are what the machine begins with. In a transcript
 * that is kept, lines that begin with # are for people.
 *
 * Bytes of a line that came in parts are written when it is complete, so with
 * their older time; more=1: the next record of that port and direction was
 * part of the same transfer.
 */
#ifndef QFOTA_TRANSCRIPT_H
#define QFOTA_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/core/dfota.h"

enum transcript_type {
	TRANSCRIPT_IN,	   /* bytes from the modem */
	TRANSCRIPT_OUT,	   /* bytes to it */
	TRANSCRIPT_USB,	   /* it came, it went */
	TRANSCRIPT_LIMITS, /* before START */
	TRANSCRIPT_MEMORY, /* before START, where the job is resumed */
	TRANSCRIPT_STATE,  /* a new one, after the actions that led there */
	TRANSCRIPT_EVENT,
	TRANSCRIPT_ACTION,
};

#define TRANSCRIPT_STRINGS 2048

/* Which members count depends on the type. Once parsed it points into itself: never copied. */
struct transcript_record {
	enum transcript_type type;
	uint64_t time_ms;
	char position[64];

	/* IN, OUT */
	uint8_t port;
	bool more;
	const char *text; /* escaped; not terminated */
	size_t text_length;

	/* USB */
	const char *what; /* "add", "remove" */
	uint16_t vid, pid;

	struct limits limits;
	struct dfota_memory memory;
	enum dfota_state state;

	struct dfota_event event;
	struct at_line line;	/* of event LINE, and */
	struct dfota_plan plan; /* of PLAN: what their pointers point to */

	struct dfota_action action;
	const char *command;  /* SEND */
	const char *imei;     /* IDENTIFIED */
	const char *firmware; /* IDENTIFIED */
	enum outcome outcome; /* FINISH */
	int exit;	      /* FINISH */

	char strings[TRANSCRIPT_STRINGS];
	size_t strings_used;
};

/* Fills @ret with what an event, or an action of @d, is made of. Keeps its pointers. */
void transcript_set_event(struct transcript_record *ret, const struct dfota_event *event);
void transcript_set_action(struct transcript_record *ret, const struct dfota_action *action,
			   const struct dfota *d);

/* -ENOBUFS: a line without its newline does not fit. */
int transcript_format_header(const char *agent_version, char *ret, size_t size);
int transcript_format(const struct transcript_record *record, char *ret, size_t size);

/*
 * One line without its newline. -EBADMSG: not such a line; for the first one
 * also -EPROTONOSUPPORT: of another version of the format. *ret is undefined then.
 */
int transcript_parse_header(const char *line);
/* ret->text points into @line. */
int transcript_parse(const char *line, struct transcript_record *ret);

/* Appends to the terminated text in @ret; false: it does not fit. Four bytes a byte suffice. */
bool transcript_escape(const void *bytes, size_t count, char *ret, size_t size);
/* -EBADMSG: not escaped like that. -ENOBUFS: more than @size bytes. */
int transcript_unescape(const char *text, size_t length, void *ret, size_t size,
			size_t *ret_count);

#endif
