/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libudev, as far as the agent uses it, on the folder of a host. */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct udev {
	unsigned int monitors; /* so far */
};

struct udev_monitor {
	int fd;
	struct sockaddr_un at;
};

struct udev_device {
	struct host_uevent event;
	char number[16];
	char type[16];
};

struct udev_list_entry {
	struct udev_list_entry *next;
	char path[128];
};

struct udev_enumerate {
	struct udev_list_entry *entries;
};

static unsigned int alive;

__attribute__((destructor)) static void count_alive(void)
{
	if (alive)
		dprintf(STDERR_FILENO, "leak: %u objects of libudev\n", alive);
}

struct udev *udev_new(void)
{
	alive++;
	return calloc(1, sizeof(struct udev));
}

struct udev *udev_unref(struct udev *udev)
{
	alive -= udev != NULL;
	free(udev);
	return NULL;
}

/* ---- monitors ---- */

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *group)
{
	struct udev_monitor *monitor = calloc(1, sizeof(*monitor));

	monitor->at.sun_family = AF_UNIX;
	snprintf(monitor->at.sun_path, sizeof(monitor->at.sun_path), "%.70s" HOST_MONITORS "/%d.%u",
		 getenv(HOST_ROOT), (int)getpid(), udev->monitors++);
	(void)group;
	monitor->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	alive++;
	return monitor;
}

struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor)
{
	if (!monitor)
		return NULL;
	close(monitor->fd);
	unlink(monitor->at.sun_path);
	free(monitor);
	alive--;
	return NULL;
}

int udev_monitor_set_receive_buffer_size(struct udev_monitor *monitor, int size)
{
	(void)monitor, (void)size;
	return 0;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor,
						    const char *subsystem, const char *type)
{
	(void)monitor, (void)subsystem, (void)type;
	return 0;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	return bind(monitor->fd, (struct sockaddr *)&monitor->at, sizeof(monitor->at)) < 0 ? -errno
											   : 0;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	return monitor->fd;
}

static struct udev_device *device_make(const struct host_uevent *event, const char *type)
{
	struct udev_device *device = calloc(1, sizeof(*device));

	device->event = *event;
	snprintf(device->number, sizeof(device->number), "%03u", event->device);
	snprintf(device->type, sizeof(device->type), "%s", type);
	alive++;
	return device;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	struct host_uevent event;

	if (recv(monitor->fd, &event, sizeof(event), 0) != sizeof(event))
		return NULL;
	return device_make(&event, "usb_device");
}

/* ---- devices ---- */

struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path)
{
	struct host_uevent event = {.id_path = HOST_ID_PATH};
	char number[160];
	FILE *file;

	(void)udev;
	snprintf(event.position, sizeof(event.position), "%s", strrchr(path, '/') + 1);
	snprintf(number, sizeof(number), "%.60s%.70s/devnum", getenv(HOST_ROOT), path);
	file = fopen(number, "re");
	if (!file)
		return NULL;
	/* A hub's own is that of its controller. */
	if (strncmp(event.position, "usb", 3) == 0)
		*strstr(event.id_path, "-usb") = '\0';
	if (fscanf(file, "%u", &event.device) != 1)
		event.device = 0;
	fclose(file);
	return device_make(&event, "usb_device");
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	alive -= device != NULL;
	free(device);
	return NULL;
}

const char *udev_device_get_action(struct udev_device *device)
{
	return device->event.action[0] ? device->event.action : NULL;
}

const char *udev_device_get_sysname(struct udev_device *device)
{
	return device->event.position;
}

const char *udev_device_get_devtype(struct udev_device *device)
{
	return device->type;
}

int udev_device_get_is_initialized(struct udev_device *device)
{
	(void)device;
	return 1;
}

const char *udev_device_get_property_value(struct udev_device *device, const char *key)
{
	if (strcmp(key, "ID_PATH") == 0)
		return device->event.id_path;
	return strcmp(key, "DEVNUM") == 0 ? device->number : NULL;
}

/* ---- lists ---- */

struct udev_enumerate *udev_enumerate_new(struct udev *udev)
{
	(void)udev;
	alive++;
	return calloc(1, sizeof(struct udev_enumerate));
}

int udev_enumerate_add_match_subsystem(struct udev_enumerate *list, const char *subsystem)
{
	(void)list, (void)subsystem;
	return 0;
}

int udev_enumerate_scan_devices(struct udev_enumerate *list)
{
	char folder[128];
	struct dirent *entry;
	DIR *devices;

	snprintf(folder, sizeof(folder), "%.80s" HOST_DEVICES, getenv(HOST_ROOT));
	devices = opendir(folder);
	if (!devices)
		return -errno;
	while ((entry = readdir(devices))) {
		struct udev_list_entry *item;

		if (entry->d_name[0] == '.')
			continue;
		item = calloc(1, sizeof(*item));
		snprintf(item->path, sizeof(item->path), HOST_DEVICES "/%.60s", entry->d_name);
		item->next = list->entries;
		list->entries = item;
	}
	closedir(devices);
	return 0;
}

struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *list)
{
	return list->entries;
}

struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry)
{
	return entry->next;
}

const char *udev_list_entry_get_name(struct udev_list_entry *entry)
{
	return entry->path;
}

struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *list)
{
	if (!list)
		return NULL;
	while (list->entries) {
		struct udev_list_entry *entry = list->entries;

		list->entries = entry->next;
		free(entry);
	}
	free(list);
	alive--;
	return NULL;
}
