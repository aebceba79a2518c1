/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control requests: the standard ones, and SET_CONTROL_LINE_STATE (fact 4.4). */
#ifndef STANDIN_CONTROL_H
#define STANDIN_CONTROL_H

#include "modem.h"

/* As modem_control(). */
int control_request(struct modem *m, const uint8_t *setup, uint8_t *data);

#endif
