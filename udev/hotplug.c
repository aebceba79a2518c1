/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events are only hints to look: what counts is the device number that sysfs
 * shows at a position. So a late event of udev about a device that has left,
 * or a removal that was lost, cannot make two devices of one or one of two.
 */
#include "udev/hotplug.h"

#include <errno.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/loop.h"
#include "usb/sysfs.h"

/* A hub full of modems that reboots at once is some hundred events. */
#define HOTPLUG_RECEIVE_BYTES (2 * 1024 * 1024)
/* A USB string is 126 UTF-16 units at most, which sysfs shows as UTF-8. */
#define HOTPLUG_STRING_MAX (126 * 3 + 2)
#define HOTPLUG_DEVICE_DESCRIPTOR_SIZE 18
#define HOTPLUG_RETRY_MS 20
#define HOTPLUG_RETRIES 5

struct hotplug_entry {
	struct hotplug_entry *next;
	struct hotplug_device device; /* its strings are the arrays below */
	unsigned int retries; /* of reading incomplete descriptors */
	bool added;    /* the owner was told of ADD */
	bool settled;  /* udev is done with it */
	bool readied;  /* the owner was told of READY */
	char position[64];
	char node[40];
	char id_path[128];
	char product[HOTPLUG_STRING_MAX];
	uint8_t descriptors[HOTPLUG_DESCRIPTORS_MAX];
};

struct hotplug_source {
	struct hotplug *hotplug;
	struct udev_monitor *monitor;
	struct loop_source *source;
	bool from_udev; /* otherwise straight from the kernel */
};

struct hotplug {
	struct loop *loop;
	hotplug_fn *fn;
	void *data;
	struct udev *udev;
	struct hotplug_source kernel;
	struct hotplug_source daemon;
	struct hotplug_entry *entries;
	/* Armed while descriptors are incomplete or events may be missing. */
	struct loop_timer retry;
	bool stale; /* events were lost: look at everything again */
	bool busy;  /* callbacks may run: hotplug_free() has to wait */
	bool dead;
};

/* All configurations that the device descriptor promises are there. */
static bool descriptors_are_complete(const uint8_t *raw, size_t size)
{
	size_t at = HOTPLUG_DEVICE_DESCRIPTOR_SIZE;
	unsigned int configurations;

	if (size < at)
		return false;
	for (configurations = raw[17]; configurations; configurations--) {
		if (size - at < 4)
			return false;
		at += (size_t)(raw[at + 2] | raw[at + 3] << 8);
		if (at > size)
			return false;
	}
	return true;
}

static struct hotplug_entry *hotplug_find(struct hotplug *hotplug,
					  const char *position)
{
	struct hotplug_entry *entry = hotplug->entries;

	while (entry && strcmp(entry->position, position) != 0)
		entry = entry->next;
	return entry;
}

static void hotplug_tell(struct hotplug *hotplug, enum hotplug_event event,
			 const struct hotplug_entry *entry)
{
	if (!hotplug->dead)
		hotplug->fn(hotplug->data, event, &entry->device);
}

static void hotplug_drop(struct hotplug *hotplug, struct hotplug_entry *entry)
{
	struct hotplug_entry **link = &hotplug->entries;

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	if (entry->added)
		hotplug_tell(hotplug, HOTPLUG_EVENT_REMOVE, entry);
	free(entry);
}

/* What it is; -ENOMEM, -EMFILE and the like if that cannot be said now. */
static int entry_read_ids(struct hotplug_entry *entry)
{
	struct hotplug_device *device = &entry->device;
	const uint8_t *raw = entry->descriptors;
	ssize_t size = sysfs_read(entry->position, "descriptors", entry->descriptors,
				  sizeof(entry->descriptors));

	if (size < 0 && !sysfs_is_absent(size))
		return (int)size;
	device->descriptors_size = size < 0 ? 0 : (size_t)size;
	if (size < HOTPLUG_DEVICE_DESCRIPTOR_SIZE)
		return 0;
	device->vid = (uint16_t)(raw[8] | raw[9] << 8);
	device->pid = (uint16_t)(raw[10] | raw[11] << 8);
	return 0;
}

/* "1-1.4" and "usb1" are on bus 1. */
static unsigned int bus_of(const char *position)
{
	return (unsigned int)strtoul(position + strcspn(position, "0123456789"), NULL, 10);
}

static int entry_create(const char *position, unsigned int number,
			struct hotplug_entry **ret)
{
	struct hotplug_entry *entry;

	if (strlen(position) >= sizeof(entry->position))
		return -ENAMETOOLONG;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	strcpy(entry->position, position);
	entry->device.position = entry->position;
	entry->device.device = number;
	snprintf(entry->node, sizeof(entry->node), "/dev/bus/usb/%03u/%03u", bus_of(position),
		 number);
	entry->device.node = entry->node;
	entry->device.descriptors = entry->descriptors;
	*ret = entry;
	return 0;
}

/*
 * Brings what is known of @position in line with sysfs. *ret is the device
 * that is there now, NULL if none. -ENAMETOOLONG, or -ENOMEM, -EMFILE and the
 * like: then nothing has changed.
 */
static int hotplug_look(struct hotplug *hotplug, const char *position,
			struct hotplug_entry **ret)
{
	struct hotplug_entry *entry = hotplug_find(hotplug, position);
	unsigned int number;
	int r;

	r = sysfs_number(position, "devnum", &number);
	if (r < 0)
		return r;
	if (entry && entry->device.device != number) {
		hotplug_drop(hotplug, entry);
		entry = NULL;
	}
	if (!entry && number) {
		r = entry_create(position, number, &entry);
		if (r < 0)
			return r;
		entry->next = hotplug->entries;
		hotplug->entries = entry;
	}
	*ret = entry;
	return 0;
}

/* Tells what there is to tell of @entry, in order; nothing if it cannot be read now. */
static int hotplug_announce(struct hotplug *hotplug,
			    struct hotplug_entry *entry)
{
	int r;

	if (!entry->added) {
		r = entry_read_ids(entry);
		if (r < 0)
			return r;
		if (entry->retries < HOTPLUG_RETRIES &&
		    !descriptors_are_complete(entry->descriptors,
					      entry->device.descriptors_size)) {
			loop_timer_arm(hotplug->loop, &hotplug->retry,
				       loop_now() + HOTPLUG_RETRY_MS);
			return 0;
		}
		entry->device.product = sysfs_string(entry->position, "product", entry->product,
						     sizeof(entry->product));
		entry->added = true;
		hotplug_tell(hotplug, HOTPLUG_EVENT_ADD, entry);
	}
	if (entry->settled && !entry->readied) {
		entry->readied = true;
		hotplug_tell(hotplug, HOTPLUG_EVENT_READY, entry);
	}
	return 0;
}

static void entry_settle(struct hotplug_entry *entry, struct udev_device *udev)
{
	const char *id_path = udev_device_get_property_value(udev, "ID_PATH");

	entry->settled = true;
	if (!id_path || strlen(id_path) >= sizeof(entry->id_path))
		return;
	strcpy(entry->id_path, id_path);
	entry->device.id_path = entry->id_path;
}

static int hotplug_look_listed(struct hotplug *hotplug, const char *path)
{
	struct udev_device *udev;
	struct hotplug_entry *entry;
	const char *type, *position;
	int r = 0;

	errno = 0;
	udev = udev_device_new_from_syspath(hotplug->udev, path);
	if (!udev) /* gone since it was listed; its removal is on the way */
		return errno == ENOMEM ? -ENOMEM : 0;
	type = udev_device_get_devtype(udev);
	position = udev_device_get_sysname(udev);
	if (!position || (!type && errno == ENOMEM)) {
		r = -ENOMEM;
	} else if (type && strcmp(type, "usb_device") == 0) {
		r = hotplug_look(hotplug, position, &entry);
		if (r == 0 && entry) {
			if (udev_device_get_is_initialized(udev) > 0)
				entry_settle(entry, udev);
			r = hotplug_announce(hotplug, entry);
		}
	}
	udev_device_unref(udev);
	return r;
}

static void hotplug_drop_absent(struct hotplug *hotplug)
{
	struct hotplug_entry *entry, *next;
	unsigned int number;

	for (entry = hotplug->entries; entry; entry = next) {
		next = entry->next;
		if (sysfs_number(entry->position, "devnum", &number) == 0 &&
		    number != entry->device.device)
			hotplug_drop(hotplug, entry);
	}
}

static int hotplug_scan(struct hotplug *hotplug)
{
	struct udev_enumerate *list = udev_enumerate_new(hotplug->udev);
	struct udev_list_entry *item;
	int r;

	if (!list)
		return -ENOMEM;
	hotplug_drop_absent(hotplug);
	r = udev_enumerate_add_match_subsystem(list, "usb");
	if (r >= 0)
		r = udev_enumerate_scan_devices(list);
	if (r < 0) {
		udev_enumerate_unref(list);
		return r == -ENOMEM ? r : -EIO;
	}
	errno = 0;
	item = udev_enumerate_get_list_entry(list);
	r = !item && errno == ENOMEM ? -ENOMEM : 0;
	for (; item; item = udev_list_entry_get_next(item)) {
		r = hotplug_look_listed(hotplug,
					udev_list_entry_get_name(item));
		if (r < 0)
			break;
	}
	udev_enumerate_unref(list);
	return r;
}

static void hotplug_look_again(struct hotplug *hotplug)
{
	hotplug->stale = true;
	loop_timer_arm(hotplug->loop, &hotplug->retry,
		       loop_now() + HOTPLUG_RETRY_MS);
}

static void hotplug_rescan(struct hotplug *hotplug)
{
	hotplug->stale = false;
	if (hotplug_scan(hotplug) < 0)
		hotplug_look_again(hotplug);
}

static void hotplug_hear(struct hotplug *hotplug, struct udev_device *udev,
			 bool from_udev)
{
	const char *position = udev_device_get_sysname(udev);
	const char *action = udev_device_get_action(udev);
	const char *number = udev_device_get_property_value(udev, "DEVNUM");
	struct hotplug_entry *entry;
	unsigned int device;

	if (!position) { /* no memory for it */
		hotplug_rescan(hotplug);
		return;
	}
	entry = hotplug_find(hotplug, position);
	device = number ? (unsigned int)strtoul(number, NULL, 10) : 0;
	if (action && strcmp(action, "remove") == 0) {
		if (entry && (!device || entry->device.device == device))
			hotplug_drop(hotplug, entry);
		return;
	}
	if (hotplug_look(hotplug, position, &entry) < 0) {
		hotplug_rescan(hotplug);
		return;
	}
	if (!entry)
		return;
	if (from_udev && (!device || entry->device.device == device))
		entry_settle(entry, udev);
	if (hotplug_announce(hotplug, entry) < 0)
		hotplug_rescan(hotplug);
}

static void hotplug_destroy(struct hotplug *hotplug)
{
	loop_timer_disarm(hotplug->loop, &hotplug->retry);
	loop_remove(hotplug->loop, hotplug->kernel.source);
	loop_remove(hotplug->loop, hotplug->daemon.source);
	udev_monitor_unref(hotplug->kernel.monitor);
	udev_monitor_unref(hotplug->daemon.monitor);
	udev_unref(hotplug->udev);
	while (hotplug->entries) {
		struct hotplug_entry *entry = hotplug->entries;

		hotplug->entries = entry->next;
		free(entry);
	}
	free(hotplug);
}

void hotplug_free(struct hotplug *hotplug)
{
	if (!hotplug)
		return;
	hotplug->dead = true;
	if (!hotplug->busy)
		hotplug_destroy(hotplug);
}

/* The owner may have freed it from inside a callback. */
static void hotplug_leave(struct hotplug *hotplug)
{
	hotplug->busy = false;
	if (hotplug->dead)
		hotplug_destroy(hotplug);
}

static void hotplug_monitor_ready(void *data, short revents)
{
	struct hotplug_source *source = data;
	struct hotplug *hotplug = source->hotplug;
	struct udev_device *udev;

	(void)revents;
	hotplug->busy = true;
	udev = udev_monitor_receive_device(source->monitor);
	if (udev)
		hotplug_hear(hotplug, udev, source->from_udev);
	else if (errno != EAGAIN && errno != EINTR) /* ENOBUFS: events lost */
		hotplug_rescan(hotplug);
	udev_device_unref(udev);
	hotplug_leave(hotplug);
}

/* 1: descriptors are incomplete still. -ENOMEM, -EMFILE and the like: some cannot be read now. */
static int hotplug_try_again(struct hotplug *hotplug)
{
	struct hotplug_entry *entry;
	int incomplete = 0, error = 0;
	int r;

	for (entry = hotplug->entries; entry; entry = entry->next) {
		entry->retries++;
		r = hotplug_announce(hotplug, entry);
		if (r < 0)
			error = r;
		incomplete |= !entry->added;
	}
	return error ? error : incomplete;
}

static void hotplug_retry(void *data)
{
	struct hotplug *hotplug = data;

	hotplug->busy = true;
	if (hotplug->stale)
		hotplug_rescan(hotplug);
	if (hotplug_try_again(hotplug) < 0)
		hotplug_look_again(hotplug);
	hotplug_leave(hotplug);
}

static int hotplug_listen(struct hotplug *hotplug, const char *group,
			  struct hotplug_source *source)
{
	struct udev_monitor *monitor;

	source->hotplug = hotplug;
	source->from_udev = strcmp(group, "udev") == 0;
	monitor = udev_monitor_new_from_netlink(hotplug->udev, group);
	if (!monitor)
		return -EIO;
	source->monitor = monitor;
	/* A smaller buffer than wished for costs a scan now and then, no more. */
	udev_monitor_set_receive_buffer_size(monitor, HOTPLUG_RECEIVE_BYTES);
	if (udev_monitor_filter_add_match_subsystem_devtype(
		    monitor, "usb", "usb_device") < 0 ||
	    udev_monitor_enable_receiving(monitor) < 0)
		return -EIO;
	return loop_add_fd(hotplug->loop, udev_monitor_get_fd(monitor), POLLIN,
			   hotplug_monitor_ready, source, &source->source);
}

int hotplug_create(struct loop *loop, hotplug_fn *fn, void *data,
		   struct hotplug **ret)
{
	struct hotplug *hotplug = calloc(1, sizeof(*hotplug));
	int r = -ENOMEM;

	if (!hotplug)
		return r;
	hotplug->loop = loop;
	hotplug->fn = fn;
	hotplug->data = data;
	hotplug->retry.fn = hotplug_retry;
	hotplug->retry.data = hotplug;
	hotplug->udev = udev_new();
	if (hotplug->udev)
		r = hotplug_listen(hotplug, "kernel", &hotplug->kernel);
	if (r == 0)
		r = hotplug_listen(hotplug, "udev", &hotplug->daemon);
	if (r < 0) {
		hotplug_destroy(hotplug);
		return r;
	}
	*ret = hotplug;
	return 0;
}

int hotplug_enumerate(struct hotplug *hotplug)
{
	int r;

	hotplug->busy = true;
	r = hotplug_scan(hotplug);
	/*
	 * Here and now, for the caller may not wait for more: they may also be a lie. Nothing
	 * tells when they are complete; it ends after HOTPLUG_RETRIES.
	 */
	while (r == 0 && (r = hotplug_try_again(hotplug)) > 0) {
		usleep(HOTPLUG_RETRY_MS * 1000);
		r = 0;
	}
	hotplug_leave(hotplug);
	return r;
}
