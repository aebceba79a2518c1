/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who else on this host would get at a modem, and how each is kept off while it
 * is upgraded: hooks (watchdogs, connection managers, windows), ModemManager,
 * logind. Who cannot be asked is told of in a note; only a hook can refuse.
 */
#ifndef QFOTA_NEIGHBOURS_H
#define QFOTA_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/bus.h"
#include "agent/hooks.h"

struct neighbours;

/* Without a bus nobody is asked there. -ENOMEM */
int neighbours_create(struct loop *loop, struct neighbours **ret);
/*
 * After each quiet was ended or dropped. A release that is still owed to ModemManager
 * goes out first, which may take a second. NULL is fine.
 */
void neighbours_free(struct neighbours *neighbours);

/* What is asked for one modem. Zeroed, then quiet_init(). */
struct quiet {
	struct neighbours *neighbours;
	struct quiet *next; /* among those that hold */
	void *data;
	/* All have been asked; @refusal: why it may not begin now, NULL: it may. */
	void (*ready)(void *data, const char *refusal);
	void (*ended)(void *data);
	void (*note)(void *data, const char *sentence);

	char position[64];
	char uid[256]; /* ModemManager's name for it: its folder below /sys */
	enum {
		QUIET_STEP_NONE,
		QUIET_STEP_CHECK,
		QUIET_STEP_START,
		QUIET_STEP_ASK, /* ModemManager */
		QUIET_STEP_HOLD,
		QUIET_STEP_END,
	} step;
	bool started; /* hooks were told of a start, so they get an end */
	bool told;    /* that ModemManager refused */
	struct loop_timer patience; /* with ModemManager's answer */
	struct hooks hooks;
};

void quiet_init(struct quiet *quiet, struct neighbours *neighbours);

/*
 * With @check the hooks may refuse; without, for a job that is under way, they
 * are only told. The busy mark is there already. ready() is called once, from
 * inside where there is nobody to be waited for.
 */
void quiet_begin(struct quiet *quiet, const char *position, bool check);
/* The job is over, its mark and what was taken are given back. ended() likewise. */
void quiet_end(struct quiet *quiet, const char *outcome, int exit);
/* Lets go without telling anyone; neither ready() nor ended() will come. */
void quiet_drop(struct quiet *quiet);

#endif
