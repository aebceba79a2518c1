/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flashing system: plays the script of the setting `flash` (facts 2.1 to 2.4). */
#ifndef STANDIN_FLASH_H
#define STANDIN_FLASH_H

#include "modem.h"

/* step_at is due in the phase FLASHING. */
void flash_step(struct modem *m);
/* step_at is due in the phase BOOT_AGAIN. */
void flash_boot_again(struct modem *m);

#endif
