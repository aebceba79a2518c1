/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modem's file store UFS (facts 3.1, 3.3, 3.4). */
#ifndef STANDIN_STORE_H
#define STANDIN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_FILES 32
#define STORE_NAME 80 /* longest file name, fact 3.1 */

/* +CME ERROR numbers of the store, fact 3.4 */
enum store_error {
	STORE_OK = 0,
	STORE_NOT_FOUND = 405,
	STORE_INVALID_NAME = 406,
	STORE_EXISTS = 407,
	STORE_WRITE_FAILED = 409,
	STORE_TOO_MANY = 413,
	STORE_NO_SPACE = 420,
	STORE_TIMEOUT = 421,
	STORE_TOO_LARGE = 423,
	STORE_INVALID_PARAMETER = 425,
};

struct store_file {
	char name[STORE_NAME + 1];
	uint8_t *bytes;
	size_t length, reserved;
};

struct store {
	struct store_file files[STORE_FILES];
	size_t n_files;
	size_t size;
};

/*
 * XOR of all big-endian 16-bit words; the last byte of an odd length is a
 * high byte (fact 3.3).
 */
uint16_t store_checksum(const void *bytes, size_t length);

void store_init(struct store *s, size_t size);
void store_clear(struct store *s);

size_t store_used(const struct store *s);

/* A name may carry the drive, "UFS:update.zip". NULL if there is none. */
struct store_file *store_find(struct store *s, const char *name);

/*
 * A new, empty file with room for length bytes; the space counts as used
 * until store_trim().
 */
enum store_error store_create(struct store *s, const char *name, size_t length,
			      struct store_file **ret_file);
size_t store_add(struct store_file *f, const void *bytes, size_t length);
void store_trim(struct store_file *f);
enum store_error store_delete(struct store *s, const char *name);

#endif
