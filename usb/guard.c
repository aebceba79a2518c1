/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/util.h"

#define GUARD "/dev/qfota-guard"

bool guard_is_loaded(void)
{
	return access(GUARD, F_OK) == 0;
}

static int guard_tell(const char *command)
{
	_cleanup_close_ int fd = open(GUARD, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, command, strlen(command)) < 0 ? -errno : 0;
}

int guard_hold(const char *position, unsigned int seconds)
{
	char command[64];

	snprintf(command, sizeof(command), "hold %s %u", position, seconds);
	return guard_tell(command);
}

int guard_release(const char *position)
{
	char command[64];

	snprintf(command, sizeof(command), "release %s", position);
	return guard_tell(command);
}
