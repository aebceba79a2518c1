/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_broken(const char *file, int line, const char *law)
{
	fprintf(stderr, "%s:%d: broken: %s\n", file, line, law);
	abort();
}

uint8_t fuzz_byte(struct fuzz_bytes *bytes)
{
	return bytes->at < bytes->end ? *bytes->at++ : 0;
}

uint8_t fuzz_below(struct fuzz_bytes *bytes, uint8_t bound)
{
	return fuzz_byte(bytes) % bound;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

uint32_t fuzz_number(struct fuzz_bytes *bytes)
{
	uint32_t number = 0;

	for (int i = 0; i < 8 && bytes->at < bytes->end && hex_value(*bytes->at) >= 0; i++)
		number = number << 4 | (uint32_t)hex_value(*bytes->at++);
	return number;
}

const char *fuzz_text(struct fuzz_bytes *bytes, char *ret, size_t size)
{
	size_t used = 0;
	uint8_t byte;

	while ((byte = fuzz_byte(bytes)) && byte != '\n')
		if (used + 1 < size)
			ret[used++] = (char)byte;
	ret[used] = '\0';
	return ret;
}

/* In memory: no disk would be quick enough. */
const char *fuzz_file(const void *bytes, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	LAW(fd >= 0);
	LAW(ftruncate(fd, 0) == 0);
	LAW(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	return path;
}

bool fuzz_is_plain(const char *text)
{
	while (*text >= 0x20 && *text <= 0x7e)
		text++;
	return !*text;
}
