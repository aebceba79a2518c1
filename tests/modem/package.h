/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A delta package as the stand-in understands it: it says which firmware it
 * is made for and where it leads, so that a wrong, damaged or cut package
 * fails for a real reason.
 *
 *	STANDIN-DELTA 1
 *	from: EP06ELAR03A08M4G
 *	to: EP06ELAR04A01M4G
 *	payload: 65536 6a09e667
 *	<empty line>
 *	<payload: that many bytes with that FNV-1a hash>
 *
 * The payload line may be missing; then any payload will do.
 */
#ifndef STANDIN_PACKAGE_H
#define STANDIN_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PACKAGE_HEADER 512
#define PACKAGE_REVISION 64

enum package_verdict {
	PACKAGE_FITS,
	PACKAGE_DAMAGED,
	PACKAGE_MISMATCH,
};

/* Takes any slicing of the bytes. */
struct package {
	char header[PACKAGE_HEADER + 1];
	size_t header_length;
	bool header_done;
	uint64_t payload_length;
	uint32_t payload_hash;
};

void package_init(struct package *p);
void package_feed(struct package *p, const void *bytes, size_t length);

/*
 * Is it whole, and made for this firmware? Where it leads goes to ret_to
 * (PACKAGE_REVISION bytes) unless it is damaged.
 */
enum package_verdict package_judge(const struct package *p,
				   const char *firmware, char *ret_to);

/* Write a whole package; returns 0 or -EIO. */
int package_write(FILE *out, const char *from, const char *to, uint64_t payload);

#endif
