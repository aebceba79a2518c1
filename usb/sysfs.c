/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/util.h"

#define DEVICES "/sys/bus/usb/devices"
/* A position may have seven numbers; attributes are named by this program. */
#define PATH_SIZE 160

ssize_t sysfs_read(const char *position, const char *attribute, void *ret, size_t size)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_SIZE];
	ssize_t got;
	int n;

	n = snprintf(path, sizeof(path), DEVICES "/%s/%s", position, attribute);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, ret, size);
	return got < 0 ? -errno : got;
}

bool sysfs_is_absent(ssize_t error)
{
	return error == -ENOENT || error == -ENODEV;
}

const char *sysfs_string(const char *position, const char *attribute, char *ret, size_t size)
{
	ssize_t length = sysfs_read(position, attribute, ret, size - 1);

	if (length < 0)
		return NULL;
	ret[length] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return ret[0] ? ret : NULL;
}

int sysfs_number(const char *position, const char *attribute, unsigned int *ret)
{
	char text[16];
	ssize_t length = sysfs_read(position, attribute, text, sizeof(text) - 1);

	*ret = 0;
	if (length < 0)
		return sysfs_is_absent(length) ? 0 : (int)length;
	text[length] = '\0';
	*ret = (unsigned int)strtoul(text, NULL, 10);
	return 0;
}

bool sysfs_is_bound(const char *position)
{
	char path[PATH_SIZE], target[8];
	int n = snprintf(path, sizeof(path), DEVICES "/%s/driver", position);

	if (n < 0 || (size_t)n >= sizeof(path) || readlink(path, target, sizeof(target)) >= 0)
		return true;
	*strrchr(path, '/') = '\0';
	return access(path, F_OK) < 0;
}

void sysfs_driver(const char *position, unsigned int interface, char *ret, size_t size)
{
	unsigned int configuration;
	char path[PATH_SIZE], target[256];
	const char *name;
	ssize_t length;
	int n;

	snprintf(ret, size, "unknown driver");
	if (sysfs_number(position, "bConfigurationValue", &configuration) < 0)
		return;
	n = snprintf(path, sizeof(path), DEVICES "/%s/%s:%u.%u/driver", position, position,
		     configuration, interface);
	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0) {
		if (errno == ENOENT) /* not configured, or no driver has bound */
			ret[0] = '\0';
		return;
	}
	target[length] = '\0';
	name = strrchr(target, '/');
	snprintf(ret, size, "%s", name ? name + 1 : target);
}
