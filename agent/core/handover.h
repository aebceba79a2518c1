/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is owed to a modem that talks before it is let go: its health is
 * compared with before, the URC port is put back, our file is deleted. Comes
 * before every end at which that is possible. Nothing here changes the verdict but an
 * END that is heard meanwhile, or that the modem leaves or flashes once more: then it is
 * followed on, and all of this comes anew.
 *
 *   health ─ urc-back ─ sweep ─ finished
 */
#ifndef QFOTA_HANDOVER_H
#define QFOTA_HANDOVER_H

#include "agent/core/step.h"

/* Ends the job with @stop, as soon as all that is done. */
void handover_finish(struct step *s, enum verdict_stop stop);
/* Likewise, since the modem said ERROR: @what, and the code with its meaning; -1: it gave none. */
void handover_finish_error(struct step *s, enum verdict_stop stop, const char *what, int code);

/* What the network script has told is the modem's state before the job. */
void handover_remember(struct dfota *d);

void handover_health_enter(struct step *s);
void handover_health_take(struct step *s, const struct signal *signal);
void handover_urc_back_enter(struct step *s);
void handover_urc_back_take(struct step *s, const struct signal *signal);
/* To what is owed next, or to the end: of SWEEP, once the job is over. */
void handover_go_on(struct step *s);
void handover_meanwhile(struct step *s, const struct signal *signal);

#endif
