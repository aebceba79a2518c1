/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last states of a job: normal mode is certain, the modem is asked for its
 * firmware and IMEI, and listened to a little longer where no code says why that is
 * the old one, or the new.
 */
#ifndef QFOTA_CONFIRM_H
#define QFOTA_CONFIRM_H

#include "agent/core/step.h"

/* From a state that is certain of the normal system. */
void confirm_begin(struct step *s);
void confirm_probe_enter(struct step *s);
void confirm_enter(struct step *s);
/* confirm-probe and confirm */
void confirm_take(struct step *s, const struct signal *signal);
/* The firmware that was read is that of before, or its sub-version was not read, before or now. */
bool confirm_may_be_old(const struct dfota *d);
void confirm_settle_enter(struct step *s);
void confirm_settle_take(struct step *s, const struct signal *signal);

#endif
