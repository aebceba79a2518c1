/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states from the request to the verdict. The modem works on by itself;
 * all there is to do is to listen, over any number of re-enumerations, and to
 * ask for the firmware once normal mode is certain.
 */
#ifndef QFOTA_FOLLOW_H
#define QFOTA_FOLLOW_H

#include "agent/core/step.h"

/* Takes up the job of which @signal, a FOTA code, is heard. */
void follow_heard(struct step *s, const struct signal *signal);

void follow_resume_enter(struct step *s);
void follow_resume_take(struct step *s, const struct signal *signal);
void follow_accept_take(struct step *s, const struct signal *signal);
void follow_download_enter(struct step *s);
void follow_download_take(struct step *s, const struct signal *signal);
void follow_leave_enter(struct step *s);
void follow_leave_take(struct step *s, const struct signal *signal);
/* away and reboot */
void follow_away_take(struct step *s, const struct signal *signal);
/* quiet, flash and boot */
void follow_back_enter(struct step *s);
void follow_back_take(struct step *s, const struct signal *signal);
void follow_ended_enter(struct step *s);
void follow_ended_take(struct step *s, const struct signal *signal);
void follow_confirm_probe_enter(struct step *s);
void follow_confirm_enter(struct step *s);
/* END counts whenever it comes, also while our file is being deleted. */
void follow_end_record(struct step *s, int code);
/* confirm-probe and confirm */
void follow_confirm_take(struct step *s, const struct signal *signal);
void follow_settle_enter(struct step *s);
void follow_settle_take(struct step *s, const struct signal *signal);

#endif
