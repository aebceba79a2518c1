/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the flashing system does, as a list of steps: the setting `flash`.
 *
 *	start           URC START
 *	N  A-B          URC UPDATING, each number from A up to B
 *	restore:A-B     URC RESTORE (BG96 family)
 *	continue        URC "Last upgrade was not finished,continue upgrade"
 *	end  end:N      URC END with the package's verdict, or with N
 *	wait:MS         silence
 *	reboot  *N      leave the bus and come back into the flashing system
 *	mute  lone      the same, without serial ports or with one, until it leaves again
 *	cut             reboot without a warning, and power is lost
 *	hang            nothing more, for ever
 *	gone            leave the bus and never return
 *	edl qdl two fastboot
 *	                leave the bus, return in that dead composition
 */
#ifndef STANDIN_SCRIPT_H
#define STANDIN_SCRIPT_H

#include <stdint.h>

#define SCRIPT_STEPS 64

enum script_kind {
	SCRIPT_START,
	SCRIPT_UPDATING,
	SCRIPT_RESTORE,
	SCRIPT_CONTINUE,
	SCRIPT_END,
	SCRIPT_WAIT,
	SCRIPT_REBOOT,
	SCRIPT_MUTE,
	SCRIPT_LONE,
	SCRIPT_CUT,
	SCRIPT_HANG,
	SCRIPT_GONE,
	SCRIPT_EDL,
	SCRIPT_QDL,
	SCRIPT_TWO,
	SCRIPT_FASTBOOT,
};

/* first..last: progress numbers, repeats, milliseconds or a code. */
struct script_step {
	enum script_kind kind;
	int32_t first, last;
};

#define SCRIPT_JUDGED (-1) /* END with the package's verdict */

struct script {
	struct script_step steps[SCRIPT_STEPS + 1]; /* one past the last is read */
	uint32_t n_steps;
};

/* Returns 0 or -EINVAL. An empty text is an empty script: all URCs lost. */
int script_parse(const char *text, struct script *ret_script);

/* How many progress URCs there are in all. */
uint32_t script_progress(const struct script *s);

#endif
