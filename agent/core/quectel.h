/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of Quectel's models: names in firmware revisions and the
 * meaning of result codes, family by family (the same number means different
 * things: facts 1.7). Unknown numbers have no text and are passed on as they are.
 */
#ifndef QFOTA_QUECTEL_H
#define QFOTA_QUECTEL_H

#include <stddef.h>

/* "EP06" of "EP06ELAR03A08M4G": false-like empty string if it begins otherwise. */
void quectel_model(const char *firmware, char *ret, size_t size);

/*
 * Where a file uploaded to UFS may be found by AT+QFOTADL, likeliest first,
 * with a slash at both ends; NULL past the last. Firmwares differ, so every
 * one is to be tried until the command is not refused (facts 1.3).
 */
const char *quectel_ufs_directory(const char *firmware, unsigned int index);

struct quectel_text {
	const char *meaning;
	const char *advice;
};

/*
 * END code @code of a modem with @firmware (guide, chapter 5 for EP06, EG06
 * and EM06). NULL members if nothing is known of it.
 */
struct quectel_text quectel_end(const char *firmware, int code);
/* FTPEND or HTTPEND code (guide, chapter 5). */
struct quectel_text quectel_transfer(int code);
/* +CME ERROR code (AT manual V2.0, 15.4; FILE manual, chapter 4), NULL if unknown. */
const char *quectel_cme(int code);

#endif
