/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PACKAGE_MAGIC "STANDIN-DELTA 1\n"
#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

void package_init(struct package *p)
{
	memset(p, 0, sizeof(*p));
	p->payload_hash = FNV_BASIS;
}

static uint32_t hash_byte(uint32_t hash, uint8_t byte)
{
	return (hash ^ byte) * FNV_PRIME;
}

static void header_byte(struct package *p, char byte)
{
	if (p->header_length == PACKAGE_HEADER)
		return;
	p->header[p->header_length++] = byte;
	p->header_done = p->header_length >= 2 &&
			 !memcmp(p->header + p->header_length - 2, "\n\n", 2);
}

void package_feed(struct package *p, const void *bytes, size_t length)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < length; i++) {
		if (!p->header_done) {
			header_byte(p, (char)b[i]);
			continue;
		}
		p->payload_length++;
		p->payload_hash = hash_byte(p->payload_hash, b[i]);
	}
}

/* The value of a header line, copied out; false if it is not there. */
static bool header_value(const struct package *p, const char *key, char *value)
{
	const char *line = strstr(p->header, key);
	size_t length;

	if (!line)
		return false;
	line += strlen(key);
	length = strcspn(line, "\n");
	if (!length || length >= PACKAGE_REVISION)
		return false;
	memcpy(value, line, length);
	value[length] = '\0';
	return true;
}

static bool payload_whole(const struct package *p)
{
	char value[PACKAGE_REVISION];
	uint64_t length;
	uint32_t hash;

	if (!header_value(p, "\npayload: ", value))
		return true;
	if (sscanf(value, "%" SCNu64 " %" SCNx32, &length, &hash) != 2)
		return false;
	return length == p->payload_length && hash == p->payload_hash;
}

enum package_verdict package_judge(const struct package *p,
				   const char *firmware, char *ret_to)
{
	char from[PACKAGE_REVISION], to[PACKAGE_REVISION];

	if (!p->header_done ||
	    strncmp(p->header, PACKAGE_MAGIC, strlen(PACKAGE_MAGIC)))
		return PACKAGE_DAMAGED;
	if (!header_value(p, "\nfrom: ", from) || !header_value(p, "\nto: ", to))
		return PACKAGE_DAMAGED;
	if (!payload_whole(p))
		return PACKAGE_DAMAGED;

	strcpy(ret_to, to);
	return strcmp(from, firmware) ? PACKAGE_MISMATCH : PACKAGE_FITS;
}

/* All byte values, in no period that a lost or swapped block would fit. */
static uint8_t payload_byte(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (uint8_t)(*state >> 24);
}

int package_write(FILE *out, const char *from, const char *to, uint64_t payload)
{
	uint32_t hash = FNV_BASIS, state = 1;

	for (uint64_t i = 0; i < payload; i++)
		hash = hash_byte(hash, payload_byte(&state));
	fprintf(out,
		PACKAGE_MAGIC "from: %s\nto: %s\npayload: %" PRIu64
			      " %08" PRIx32 "\n\n",
		from, to, payload, hash);
	state = 1;
	for (uint64_t i = 0; i < payload; i++)
		putc(payload_byte(&state), out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
