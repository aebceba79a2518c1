/* SPDX-License-Identifier: GPL-2.0-or-later */
/* +QIND: "FOTA" in the spellings of fact 2.2, by the setting `format`. */
#ifndef STANDIN_FOTA_URC_H
#define STANDIN_FOTA_URC_H

#include "serial.h"

void fota_urc(struct modem *m, const char *stage);
void fota_urc_number(struct modem *m, const char *stage, int64_t code);
void fota_urc_progress(struct modem *m, const char *stage, int64_t percent);

#endif
