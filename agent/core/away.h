/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states of a modem that has left the bus: away, back and flashing, rebooting,
 * booting; and where a job that is taken up may be by then. Over any number of
 * re-enumerations, until normal mode is certain.
 */
#ifndef QFOTA_AWAY_H
#define QFOTA_AWAY_H

#include "agent/core/step.h"

void away_resume_take(struct step *s, const struct signal *signal);
/* A limit has run out for what came back, or cannot be opened: says which. */
void away_finish_unheard(struct step *s, enum limit limit);
/* away and reboot */
void away_take(struct step *s, const struct signal *signal);
/* quiet, flash and boot */
void away_back_enter(struct step *s);
void away_back_take(struct step *s, const struct signal *signal);
void away_ended_take(struct step *s, const struct signal *signal);

/* @signal tells that the loss of the bus did not end the download: then it is taken up. */
bool away_is_download_going_on(const struct step *s, const struct signal *signal);
void away_download_take_up(struct step *s, const struct signal *signal);

#endif
