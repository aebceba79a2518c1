/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving the bus, coming back as something, booting. */
#ifndef STANDIN_LIFE_H
#define STANDIN_LIFE_H

#include "modem.h"

/* Leave the bus after delay_us and come back as life. */
void life_leave(struct modem *m, enum modem_life life, uint64_t delay_us);

void life_step_after(struct modem *m, enum modem_phase phase, uint64_t delay_us);
void life_action(struct modem *m, const struct modem_action *action);

/* It is off the bus, and will come back; what it does then is for the caller. */
void life_bus_lost(struct modem *m);

/* The phases LEAVING and AWAY are over. */
void life_left(struct modem *m);
void life_appear(struct modem *m);

/* The host sees it; the host has set a configuration. */
void life_attached(struct modem *m);
void life_configured(struct modem *m, uint8_t value);

/* boot_at, nmea_at, restless_at are due. */
void life_boot_step(struct modem *m);
void life_nmea_step(struct modem *m);
void life_restless_step(struct modem *m);

#endif
