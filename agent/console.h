/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people see. The verdict of each modem is a line on stdout; all else is
 * on stderr: on a terminal one live line per modem, redrawn in place, else a
 * line per phase, per 10 % and, where nothing is heard, per minute.
 *
 *   quiet    verdicts, and the reasons of those that are no success
 *   default  also progress and notes
 *   verbose  also what was found, and every URC
 */
#ifndef QFOTA_CONSOLE_H
#define QFOTA_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "agent/news.h"

struct console;
struct loop;

struct console_options {
	struct loop *loop; /* for the ticking of live lines and heartbeats */
	FILE *out;	   /* of verdicts; NULL: it belongs to another view, they go to @err */
	FILE *err;
	bool quiet;
	bool verbose;
	bool live;   /* redraw lines in place on @err */
	bool colour; /* of the outcome */
	bool utf8;   /* else ASCII */
	/* Of the terminal; 0: asked for at each drawing, so that a new size is heeded. */
	unsigned int columns;
	unsigned int rows;
};

/*
 * Sets live, colour and utf8 from what @out and @err are and from TERM,
 * NO_COLOR and LC_ALL, LC_CTYPE, LANG. @progress false: never live.
 */
void console_detect(struct console_options *options, bool progress);

/* -ENOMEM */
int console_create(const struct console_options *options, struct console **ret);
/* Takes the live lines off the screen. NULL is fine. */
void console_free(struct console *console);

struct view *console_view(struct console *console);

/* 0, -ENOMEM (a modem could not be shown), or errno of writing a verdict. */
int console_error(const struct console *console);

#endif
