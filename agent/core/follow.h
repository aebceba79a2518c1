/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states from the request to the loss of the bus, and what holds in all that
 * come after the request. The modem works on by itself; all there is to do is to
 * listen. away.h and confirm.h have the states that follow.
 */
#ifndef QFOTA_FOLLOW_H
#define QFOTA_FOLLOW_H

#include "agent/core/step.h"

/* Takes up the job of which @signal, a FOTA code, is heard. */
void follow_heard(struct step *s, const struct signal *signal);

void follow_accept_take(struct step *s, const struct signal *signal);
void follow_download_enter(struct step *s);
void follow_download_take(struct step *s, const struct signal *signal);
void follow_leave_enter(struct step *s);
void follow_leave_take(struct step *s, const struct signal *signal);

/*
 * To be asked of each OK and ERROR on the port of the request, of which the first is its
 * answer. True: it is ERROR, though codes came before it. They are of somebody else's
 * upgrade then, and this job is refused.
 */
bool follow_is_foreign(struct step *s, const struct signal *signal);

/* END counts whenever it comes, also while our file is being deleted. */
void follow_end_record(struct step *s, int code);

/* What every state after the request does with a signal that is nothing special to it. */
void follow_after_request(struct step *s, const struct signal *signal);
/* The limit of all that comes once the download is over. */
void follow_total_arm(struct step *s);
void follow_transfer_ended(struct step *s, int code);
/* The modem may still be downloading, though the bus was lost. */
bool follow_is_open(const struct step *s);
/* RDY or +CFUN from the normal system: other boot codes may come at any time. */
bool follow_is_boot(const struct dfota *d, const struct signal *signal);
void follow_rebooted(struct step *s);
/* Silence, then the version query, of a modem that nobody saw leave: only a new firmware proves anything. */
void follow_ask_overdue(struct step *s);

#endif
