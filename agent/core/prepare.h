/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states before the request, attach to save: nothing that happens here
 * can harm a modem, and leaving it off is always possible.
 */
#ifndef QFOTA_PREPARE_H
#define QFOTA_PREPARE_H

#include "agent/core/step.h"

void prepare_attach_enter(struct step *s);
void prepare_attach_take(struct step *s, const struct signal *signal);
void prepare_listen_enter(struct step *s);
void prepare_listen_take(struct step *s, const struct signal *signal);
void prepare_probe_take(struct step *s, const struct signal *signal);
void prepare_identify_enter(struct step *s);
void prepare_identify_take(struct step *s, const struct signal *signal);
void prepare_plan_enter(struct step *s);
void prepare_plan_take(struct step *s, const struct signal *signal);
void prepare_check_enter(struct step *s);
void prepare_check_take(struct step *s, const struct signal *signal);
void prepare_save_enter(struct step *s);
void prepare_save_take(struct step *s, const struct signal *signal);
void prepare_urc_move_enter(struct step *s);
void prepare_urc_move_take(struct step *s, const struct signal *signal);

/* What all states before the request have in common. */
/* Ends what has not begun; what is owed to the modem is given back first, if it can be talked to. */
void prepare_finish(struct step *s, enum verdict_stop stop, const char *reason);
void prepare_before_request(struct step *s, const struct signal *signal);
/* The same where the agent itself is awaited. */
void prepare_host_awaited(struct step *s, const struct signal *signal);
/* Sends AT+QFOTADL; false if there is nothing (more) that it could name. */
bool prepare_request(struct step *s);

#endif
