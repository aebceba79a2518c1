/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/output.h"

#include <errno.h>
#include <poll.h>

bool output_is_ready(FILE *file, int patience_ms)
{
	/* A closed file polls as an error, a stream in memory has no descriptor: both are written to. */
	struct pollfd polled = { .fd = fileno(file), .events = POLLOUT };

	return polled.fd < 0 || poll(&polled, 1, patience_ms) != 0;
}

int output_line(FILE *file, const char *text, int patience_ms)
{
	if (!output_is_ready(file, patience_ms))
		return -EAGAIN;
	errno = 0;
	if (fputs(text, file) == EOF || fputc('\n', file) == EOF || fflush(file) == EOF)
		return errno ? -errno : -EIO;
	return 0;
}
