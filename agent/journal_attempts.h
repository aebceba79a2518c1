/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a package failed on a modem, in attempts.json of @folder (an open
 * descriptor). Contracts: journal_attempts() and journal_set_attempts().
 */
#ifndef QFOTA_JOURNAL_ATTEMPTS_H
#define QFOTA_JOURNAL_ATTEMPTS_H

#include <stdint.h>

#define ATTEMPTS_FILE "attempts.json"
/* Never the folder itself: whoever may read that could lock it, and nobody would come on. */
#define ATTEMPTS_LOCK "attempts.lock"

int attempts_get(int folder, const char *imei, const char *package,
		 unsigned int *ret_count, uint64_t *ret_last_ms);
int attempts_set(int folder, const char *imei, const char *package,
		 unsigned int count, uint64_t last_ms);

#endif
