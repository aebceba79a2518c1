/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

bool output_is_ready(FILE *file, int patience_ms)
{
	/* A closed file polls as an error, a stream in memory has no descriptor: both are written to. */
	struct pollfd polled = { .fd = fileno(file), .events = POLLOUT };

	return polled.fd < 0 || poll(&polled, 1, patience_ms) != 0;
}

int output_line(FILE *file, const char *text, int patience_ms)
{
	if (strlen(text) >= PIPE_BUF)
		return -EMSGSIZE;
	if (!output_is_ready(file, patience_ms))
		return -EAGAIN;
	errno = 0;
	if (fputs(text, file) == EOF || fputc('\n', file) == EOF || fflush(file) == EOF)
		return errno ? -errno : -EIO;
	return 0;
}

/* What one write takes: whole lines, unless one alone is longer. */
static size_t piece_length(const char *text)
{
	size_t length = strnlen(text, PIPE_BUF);
	const char *end = text[length] ? memrchr(text, '\n', length) : NULL;

	return end ? (size_t)(end + 1 - text) : length;
}

size_t output_lines(FILE *file, const char *text)
{
	size_t written = 0;

	while (text[written] && output_is_ready(file, 0)) {
		size_t length = piece_length(text + written);

		if (fwrite(text + written, 1, length, file) != length || fflush(file) == EOF)
			break;
		written += length;
	}
	return written;
}
