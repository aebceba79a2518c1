/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device that is at a modem's position now: from hotplug news to an open
 * port, from its bytes to AT lines. Opens at once, tries again while udev's
 * rules run or another program lets go, tells why when it cannot be.
 */
#ifndef QFOTA_ATTACHMENT_H
#define QFOTA_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/at.h"
#include "usb/layout.h"

struct attachment;
struct hotplug_device;
struct loop;
struct port_context;

struct attachment_events {
	/* All serial interfaces are being read; without any there is nothing to read. */
	void (*attached)(void *data, const struct layout *layout);
	void (*detached)(void *data);
	/* Raw, for a transcript, before the lines in them. May be NULL. */
	void (*bytes)(void *data, unsigned int serial, const uint8_t *bytes, size_t size);
	void (*line)(void *data, unsigned int serial, const struct at_line *line);
	/* So many bytes of what was written have reached the modem. May be NULL. */
	void (*written)(void *data, unsigned int serial, size_t size);
	/* The node cannot be opened; @reason says what to do. Tried again when udev is done with it. */
	void (*failed)(void *data, const char *reason);
};

/* -ENOMEM */
int attachment_create(struct loop *loop, struct port_context *ports,
		      const struct attachment_events *events, void *data,
		      struct attachment **ret);
/* NULL is fine. */
void attachment_free(struct attachment *attachment);

void attachment_added(struct attachment *attachment, const struct hotplug_device *device);
void attachment_ready(struct attachment *attachment, const struct hotplug_device *device);
void attachment_removed(struct attachment *attachment, const struct hotplug_device *device);

/* Of the device that is there now, or was last. */
const struct layout *attachment_layout(const struct attachment *attachment);

/* Opens what is there, and whatever comes, until attachment_close(). */
void attachment_open(struct attachment *attachment);
/* From now on, also over re-enumerations, the kernel's drivers get no interface of it. */
void attachment_hold(struct attachment *attachment);
/* With @give_back the kernel's drivers get the interfaces again. No callback comes any more. */
void attachment_close(struct attachment *attachment, bool give_back);
/* -ENODEV: not attached; else as port_write(). */
int attachment_write(struct attachment *attachment, unsigned int serial, const void *bytes,
		     size_t size);
/* The same with @bytes of malloc(3), which is taken over, also with an error. */
int attachment_give(struct attachment *attachment, unsigned int serial, uint8_t *bytes,
		    size_t size);
/* Whether a letter A where a line would begin is an ACK (at.h). */
void attachment_expect_acks(struct attachment *attachment, unsigned int serial, bool expect);

#endif
