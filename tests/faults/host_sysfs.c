/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *root;

void sysfs_path(char ret[static HOST_PATH], const char *below, const char *name)
{
	snprintf(ret, HOST_PATH, "%s%s/%s", root, below, name);
}

void sysfs_make(const char *below)
{
	char path[256], *end;

	snprintf(path, sizeof(path), "%s%s", root, below);
	for (end = path + strlen(root) + 1; (end = strchr(end, '/')); *end++ = '/') {
		*end = '\0';
		mkdir(path, 0755);
	}
	mkdir(path, 0755);
}

void sysfs_write(const char *position, const char *name, const void *bytes, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s" HOST_DEVICES "/%s/%s", root, position, name);
	file = fopen(path, "we");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		perror(path);
}

void sysfs_print(const char *position, const char *name, const char *format, unsigned int value)
{
	char text[32];
	int length = snprintf(text, sizeof(text), format, value);

	sysfs_write(position, name, text, (size_t)length);
}

/* Its other half is port 1 of the other one. */
static void sysfs_root_hub(unsigned int number)
{
	char name[16], path[256], other[128];
	static const uint8_t none[18] = {18, 1, 0, 2, 9};

	snprintf(name, sizeof(name), "usb%u", number);
	snprintf(path, sizeof(path), HOST_DEVICES "/%s/%u-0:1.0/%s-port1", name, number, name);
	sysfs_make(path);
	sysfs_print(name, "busnum", "%u\n", number);
	sysfs_print(name, "devnum", "%u\n", 1);
	sysfs_write(name, "descriptors", none, sizeof(none));
	snprintf(path, sizeof(path), "%s" HOST_DEVICES "/%s/%u-0:1.0/%s-port1/peer", root, name,
		 number, name);
	snprintf(other, sizeof(other), "../../../usb%u/%u-0:1.0/usb%u-port1", 3 - number,
		 3 - number, 3 - number);
	if (symlink(other, path))
		perror(path);
	snprintf(path, sizeof(path), HOST_NODES "/%03u", number);
	sysfs_make(path);
	snprintf(path, sizeof(path), "%s" HOST_NODES "/%03u/001", root, number);
	close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666));
}

void sysfs_remove(const char *position)
{
	char command[300];

	/* Gone at once, and then at leisure. */
	snprintf(command, sizeof(command),
		 "cd '%s" HOST_DEVICES "' && mv %s ../gone && rm -rf ../gone", root, position);
	if (system(command))
		fprintf(stderr, "standin: %s failed\n", command);
}

void sysfs_tell(const char *action, const char *position, unsigned int device)
{
	struct host_uevent event = {.device = device};
	char folder[256];
	struct dirent *entry;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	DIR *monitors;

	snprintf(event.action, sizeof(event.action), "%s", action);
	snprintf(event.position, sizeof(event.position), "%s", position);
	snprintf(event.id_path, sizeof(event.id_path), HOST_ID_PATH);
	snprintf(folder, sizeof(folder), "%s" HOST_MONITORS, root);
	monitors = opendir(folder);
	while (monitors && (entry = readdir(monitors))) {
		struct sockaddr_un to = {.sun_family = AF_UNIX};

		snprintf(to.sun_path, sizeof(to.sun_path), "%.80s/%.20s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			sendto(fd, &event, sizeof(event), MSG_DONTWAIT, (struct sockaddr *)&to,
			       sizeof(to));
	}
	if (monitors)
		closedir(monitors);
	close(fd);
}

int sysfs_init(void)
{
	root = getenv(HOST_ROOT);
	if (!root)
		return -ENOENT;
	sysfs_make(HOST_MONITORS);
	sysfs_root_hub(1);
	sysfs_root_hub(2);
	return 0;
}
