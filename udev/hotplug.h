/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coming and going of USB devices. Subscribes first, then enumerates, then
 * de-duplicates. Hears the kernel's own events and udev's: the first to come
 * is an add; udev's for the same device, once its rules have run, is "ready"
 * (permissions are final, ID_PATH is known). Without udevd only the first come.
 * Whatever was lost on the way, ADD and REMOVE of a position alternate: a modem
 * that went and came back unheard (another device number) is a REMOVE, then an
 * ADD.
 * This is the only file that knows libudev.
 */
#ifndef QFOTA_HOTPLUG_H
#define QFOTA_HOTPLUG_H

#include <stddef.h>
#include <stdint.h>

struct loop;
struct hotplug;

#define HOTPLUG_DESCRIPTORS_MAX 4096 /* bytes; what is beyond is cut off */

enum hotplug_event {
	HOTPLUG_EVENT_ADD,    /* once per enumeration of a device */
	HOTPLUG_EVENT_READY,  /* udev is done with a device that was added before */
	HOTPLUG_EVENT_REMOVE, /* once per added device */
};

struct hotplug_device {
	const char *position;	/* sysfs name, "1-1.4" */
	const char *node;	/* "/dev/bus/usb/001/002" */
	const char *id_path;	/* udev's ID_PATH, NULL if unknown */
	const char *product;	/* string descriptor, NULL if none; untrusted text */
	uint16_t vid;
	uint16_t pid;
	unsigned int device;	/* number on the bus, new at each enumeration */
	const uint8_t *descriptors; /* as sysfs has them; may be incomplete */
	size_t descriptors_size;
};

/*
 * @device is valid during the call, and as it was at ADD: on REMOVE nothing of
 * it is there any more. hotplug_free() may be called from inside.
 */
typedef void hotplug_fn(void *data, enum hotplug_event event,
			const struct hotplug_device *device);

/*
 * Tells of every USB device, hubs included; which of them matter is the owner's
 * business. -ENOMEM, -EIO (no netlink)
 */
int hotplug_create(struct loop *loop, hotplug_fn *fn, void *data, struct hotplug **ret);
/*
 * Calls back with an ADD for each device that is there and was not told of yet
 * (READY too where udev is done with it), from within; a device with incomplete
 * descriptors is looked at for 100 ms, and then told of as it is. Not from inside a
 * callback. -ENOMEM, -EMFILE, -EIO: what is there cannot be told.
 */
int hotplug_enumerate(struct hotplug *hotplug);
/* NULL is fine. No callback comes any more. */
void hotplug_free(struct hotplug *hotplug);

#endif
