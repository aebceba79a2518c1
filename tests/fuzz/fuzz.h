/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the targets share. A target takes any bytes, as a modem, a disk or a
 * person may give them, and aborts where what came of them breaks a law. They come
 * from libFuzzer or, where that is not linked, from files (replay.c).
 */
#ifndef QFOTA_FUZZ_H
#define QFOTA_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define LAW(condition) ((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_broken(const char *file, int line, const char *law);

/*
 * Numbers and texts out of bytes. The printable characters '0', '1' … are 0, 1 …
 * for every bound that divides 48, so that a seed can be written by hand.
 */
struct fuzz_bytes {
	const uint8_t *at;
	const uint8_t *end;
};

/* 0 where nothing is left. */
uint8_t fuzz_byte(struct fuzz_bytes *bytes);
/* 0 to @bound - 1 */
uint8_t fuzz_below(struct fuzz_bytes *bytes, uint8_t bound);
/* Up to eight hexadecimal digits. */
uint32_t fuzz_number(struct fuzz_bytes *bytes);
/* Up to the end of the line, or cut to fit. No NUL in it. */
const char *fuzz_text(struct fuzz_bytes *bytes, char *ret, size_t size);

/* Absolute path of a file that holds them, until the next call. Aborts without memory. */
const char *fuzz_file(const void *bytes, size_t size);

bool fuzz_is_plain(const char *text);

#endif
