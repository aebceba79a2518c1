/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/util.h"

#define GUARD "/dev/qfota-guard"
#define MISC_MAJOR 10 /* of all misc devices of the kernel */

bool guard_is_loaded(void)
{
	struct stat status;

	return lstat(GUARD, &status) == 0 && S_ISCHR(status.st_mode) &&
	       major(status.st_rdev) == MISC_MAJOR;
}

static int guard_tell(const char *command)
{
	_cleanup_close_ int fd = -1;

	if (!guard_is_loaded())
		return -ENOENT;
	fd = open(GUARD, O_WRONLY | O_CLOEXEC);
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
