/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A package on this host: opened once, read whole to count it, then kept open
 * for the upload, whatever happens to its name meanwhile.
 */
#ifndef QFOTA_PACKAGE_FILE_H
#define QFOTA_PACKAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

struct package_file {
	int fd; /* -1: none */
	uint32_t size; /* bytes, 1..PACKAGE_SIZE_MAX */
	uint16_t sum;  /* as package.h counts it */
};

/*
 * @sha256: 64 hex digits that the content must have, NULL: not asked for.
 * -EINVAL: empty, too large, no regular file, or of another sha256; errno of
 * open(2) or read(2). @error then holds one sentence.
 */
int package_file_open(const char *path, const char *sha256, struct package_file *ret,
		      char *error, size_t error_size);
/* Exactly @size bytes from @offset. -ENODATA: the file has become shorter; errno of pread(2). */
int package_file_read(const struct package_file *file, uint32_t offset, void *ret, size_t size);
/* Closed or never opened is fine. */
void package_file_close(struct package_file *file);

#endif
