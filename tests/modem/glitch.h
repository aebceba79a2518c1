/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The setting `glitches`: losses of the bus that are no boot. What the modem does
 * goes on when it is back, as if nothing had happened.
 *
 *	STAGE:MS  STAGE:MS*N ...
 *
 * In the stage normal, download, restart, flash or boot, MS after that began or
 * after the return from the loss before, N times. An entry of a stage that is over
 * is left out.
 */
#ifndef STANDIN_GLITCH_H
#define STANDIN_GLITCH_H

#include "modem.h"

/* Returns 0 or -EINVAL. */
int glitch_check(const char *list);

/* A stage begins, or the modem is back. */
void glitch_arm(struct modem *m);
/* The time has come. */
void glitch_step(struct modem *m);
/* It is back on the bus: takes up what it did. False: it left for another reason. */
bool glitch_end(struct modem *m);

#endif
