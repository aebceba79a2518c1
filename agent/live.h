/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line per modem at the bottom of a terminal, redrawn in place. Where the
 * rows do not suffice the last one sums the others up; where the columns do
 * not, the right end is cut, and the elapsed time goes before "do not unplug".
 */
#ifndef QFOTA_LIVE_H
#define QFOTA_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "agent/line.h"
#include "agent/modem_line.h"

#define LIVE_POWER "do not unplug"

/* A modem that has no verdict yet. Times are of one clock, in ms. */
struct live_modem {
	struct live_modem *next;
	char position[64];
	char name[MODEM_NAME_SIZE];
	char urc[AT_LINE_MAX + 1]; /* the last one, raw */
	enum dfota_phase phase;
	int percent; /* -1: none in this phase */
	int told;    /* the percent that a plain line was written for */
	bool warned; /* the sentence about its power was written */
	uint64_t begun_ms;
	uint64_t life_ms; /* the last sign of life */
	uint64_t said_ms; /* the last plain line about it */
	uint64_t due_ms;  /* the limit of the wait at hand, 0: none */
};

struct live {
	FILE *file;
	bool utf8;
	unsigned int columns; /* 0: asked for at each drawing */
	unsigned int rows;
	unsigned int drawn; /* lines on the screen */
	uint64_t drawn_ms;
};

/* Phase, percent, elapsed, each after a gap. */
void live_add_progress(struct line *line, const struct live_modem *modem, uint64_t now);
/* True from the request to the result: without power the modem may not boot again. */
bool live_needs_power(const struct live_modem *modem);
/* The age of the last sign of life and the time left. */
void live_add_heartbeat(struct line *line, const struct live_modem *modem, uint64_t now);

/* -ENOMEM: nothing was drawn. @modems NULL: the block is only taken off the screen. */
int live_draw(struct live *live, const struct live_modem *modems, uint64_t now);

#endif
