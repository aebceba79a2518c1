/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told of a modem at work, and to whom. A view shows it: the console
 * to people, JSON to programs. Views never answer back.
 */
#ifndef QFOTA_NEWS_H
#define QFOTA_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/dfota.h"
#include "agent/result.h"
#include "usb/layout.h"

/* A modem as views see it. Strings are never NULL; empty: not known. Text from the modem is raw: views escape it. */
struct modem_facts {
	char position[64];
	char id_path[128];
	char product[64];
	char model[16];	   /* "EP06" */
	uint16_t vid, pid;
	int interface;	   /* of the AT port, -1: not known yet */
	char imei[DFOTA_IMEI_SIZE];
	char firmware[DFOTA_FIRMWARE_SIZE]; /* before the job */
	struct layout layout;
	/* Only of what is listed (inventory_facts): */
	char driver[32]; /* the kernel's, on that interface; empty: none */
	bool guard;	 /* the kernel helper is there for it */
};

enum news_type {
	NEWS_FOUND,
	NEWS_IDENTIFIED,
	NEWS_PHASE,
	NEWS_PROGRESS,
	NEWS_URC,
	NEWS_NOTE,
	NEWS_WAIT, /* nothing was heard, and yet the wait at hand ends at another time: due_ms */
	NEWS_RESULT,
	NEWS_DROPPED, /* nothing more comes: its job goes on as another modem's */
};

struct probe;

struct news {
	enum news_type type;
	enum dfota_phase phase; /* PHASE, PROGRESS */
	int percent;		/* PROGRESS: 0..100 */
	const char *text;	/* URC: raw; NOTE: a sentence; FOUND: its state, NULL: not told */
	const struct modem_result *result;
	const struct probe *probe; /* IDENTIFIED: what more was asked; NULL: nothing */
	uint64_t due_ms; /* when the wait at hand ends, of loop_now(); 0: it has no end of its own */
};

struct view {
	void (*tell)(struct view *view, const struct modem_facts *modem, const struct news *news);
};

#endif
