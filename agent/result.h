/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the job of one modem ended, in the words that people and programs get.
 */
#ifndef QFOTA_RESULT_H
#define QFOTA_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/dfota.h"
#include "agent/core/verdict.h"

struct modem_result {
	struct verdict verdict;
	const char *reason;  /* verdict's or the machine's; NULL: all is said */
	const char *advice;  /* what to do next; NULL: nothing */
	const char *to;	     /* firmware read at the end; empty: not read */
	const char *target;  /* wanted; empty: any other */
	const char *package; /* credentials masked; empty: none */
	int end;	     /* -1: not seen */
	int transfer;	     /* -1: not seen */
	bool requested;	     /* AT+QFOTADL was sent: only then END means anything */
	uint64_t elapsed_ms;
};

/*
 * Of a machine that has finished; the result points into it, and to @package and @to,
 * which is filled.
 */
struct modem_result result_make(const struct dfota *machine, const char *package,
				char to[static DFOTA_FIRMWARE_SIZE], uint64_t elapsed_ms);

#endif
