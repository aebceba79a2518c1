/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A modem behind a usbfs node, for the real libusb under umockdev. What the
 * host does is told as text, one word each; what the modem does is said here.
 */
#ifndef FAKE_USBFS_H
#define FAKE_USBFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_NODE "/dev/bus/usb/001/002"

struct fake_usbfs;

/* @descriptors: what the node contains. @configuration: the active one. */
struct fake_usbfs *fake_usbfs_new(const uint8_t *descriptors, size_t size,
				  unsigned int configuration);
void fake_usbfs_free(struct fake_usbfs *fake);

/* The next transfer of @endpoint brings @text to the host. */
void fake_usbfs_say(struct fake_usbfs *fake, unsigned int endpoint,
		    const char *text);
/* The next one ends with -@error after @actual bytes of it (OUT), or @text (IN). */
void fake_usbfs_fail_in(struct fake_usbfs *fake, unsigned int endpoint, int error,
			const char *text);
void fake_usbfs_fail_out(struct fake_usbfs *fake, unsigned int endpoint,
			 int error, size_t actual);
/* From now on @interface cannot be claimed. */
void fake_usbfs_refuse(struct fake_usbfs *fake, unsigned int interface, int error);
/* Everything later is ENODEV, but what is under way may still bring something. */
void fake_usbfs_leave(struct fake_usbfs *fake);
/* All transfers end with ESHUTDOWN, everything later is ENODEV. */
void fake_usbfs_unplug(struct fake_usbfs *fake);

/*
 * What the host did since the last call: "config:1", "claim:2", "in:84",
 * "out:03=AT" ("+" for "=" where a zero-length packet may follow),
 * "control:21220003if2", "halt:84", "release:2", "connect:2".
 * Valid until the next call.
 */
const char *fake_usbfs_take_log(struct fake_usbfs *fake);

#endif
