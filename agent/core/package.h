/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A package on this host, as the modem counts it: AT+QFUPL answers the number
 * of bytes and the XOR of all 16-bit big-endian words, an odd last byte being
 * the high one (facts 3.3).
 */
#ifndef QFOTA_PACKAGE_H
#define QFOTA_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a command line can state, and far more than any modem stores. */
#define PACKAGE_SIZE_MAX 999999999u

struct package_sum {
	uint16_t value;
	bool odd; /* an odd number of bytes so far */
};

/* Bytes may come in any slices. Begins with all zero. */
void package_sum_add(struct package_sum *sum, const uint8_t *bytes, size_t size);

/*
 * Reads "+QFUPL: 3000,b34a": decimal size, hex checksum of any case and with
 * or without leading zeros. False if @text is nothing of that kind.
 */
bool package_parse_answer(const char *text, uint32_t *ret_size, uint16_t *ret_sum);

#endif
