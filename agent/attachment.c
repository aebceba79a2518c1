/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/attachment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/text.h"
#include "agent/loop.h"
#include "udev/hotplug.h"
#include "usb/port.h"
#include "usb/sysfs.h"

/*
 * Long enough for a busy udevd or a program that is about to let go, short
 * enough for a person who only forgot sudo.
 */
#define RETRY_MS 50
#define GIVE_UP_MS 5000
/* The kernel is done with a device that it has told of some ms later. */
#define BOUND_MS 1
/* Who has been told goes on waiting, or does not. */
#define RETRY_SLOWLY_MS 1000

struct attachment {
	struct loop *loop;
	struct port_context *ports;
	const struct attachment_events *events;
	void *data;

	/* What is on the bus. */
	bool present;
	bool ready; /* udev is done with it */
	char position[64];
	unsigned int device;
	char node[64];
	struct layout layout;

	/* What was made of it. */
	bool wanted;   /* between open and close */
	bool held;     /* with all its interfaces */
	bool taken;    /* the kernel's drivers were detached from it */
	bool attached; /* and told of */
	struct port *port;
	struct at_parser parser[LAYOUT_SERIAL_MAX];
	int error;
	bool told; /* that it cannot be opened */
	bool lost_at_once; /* last time */
	uint64_t attached_ms;
	uint64_t give_up_ms;
	struct loop_timer retry;
};

/* The owner may close in answer to a line: then the rest is nobody's. */
static void attachment_bytes(void *data, unsigned int serial, const uint8_t *bytes, size_t size)
{
	struct attachment *a = data;
	struct at_line line;

	if (a->events->bytes)
		a->events->bytes(a->data, serial, bytes, size);
	while (size && a->attached) {
		size_t taken = at_parser_feed(&a->parser[serial], bytes, size, &line);

		bytes += taken;
		size -= taken;
		if (line.type != AT_LINE_NONE)
			a->events->line(a->data, serial, &line);
	}
}

static void attachment_written(void *data, unsigned int serial, size_t size)
{
	struct attachment *a = data;

	if (a->events->written)
		a->events->written(a->data, serial, size);
}

static void attachment_detach(struct attachment *a)
{
	port_close(a->port, false);
	a->port = NULL;
	if (!a->attached && !a->told)
		return;
	a->attached = a->told = false;
	a->events->detached(a->data);
}

static void retry_in(struct attachment *a, uint64_t ms)
{
	loop_timer_arm(a->loop, &a->retry, loop_now() + ms);
}

/*
 * Left the bus, or the bus failed. As long as the kernel does not say that the
 * device is gone it is tried again: a slow host may have missed that the modem
 * left and came back. One that is lost at once, again and again, is tried less often:
 * in a job each time is written down.
 */
static void attachment_gone(void *data, int error)
{
	struct attachment *a = data;
	uint64_t now = loop_now();
	bool at_once = now - a->attached_ms < RETRY_SLOWLY_MS;
	bool again = at_once && a->lost_at_once;

	(void)error;
	a->lost_at_once = at_once;
	attachment_detach(a);
	if (!a->wanted || !a->present)
		return;
	a->give_up_ms = now + GIVE_UP_MS;
	retry_in(a, again ? RETRY_SLOWLY_MS : RETRY_MS);
}

static void attachment_tell(struct attachment *a)
{
	memset(a->parser, 0, sizeof(a->parser));
	if (a->held && a->port)
		port_take_all(a->port);
	a->attached = true;
	a->attached_ms = loop_now();
	a->told = false;
	a->events->attached(a->data, &a->layout);
}

static bool is_denied(const struct attachment *a)
{
	return a->error == -EACCES || a->error == -EPERM;
}

static void attachment_failed(struct attachment *a)
{
	char reason[200];

	retry_in(a, RETRY_SLOWLY_MS);
	if (a->told)
		return;
	if (is_denied(a))
		snprintf(reason, sizeof(reason),
			 "no permission to open %s; install the udev rule 70-qfota.rules or use "
			 "sudo",
			 a->node);
	else if (a->error == -EBUSY)
		snprintf(reason, sizeof(reason),
			 "another program uses %s; stop it (fuser -v %s names it)", a->node,
			 a->node);
	else
		snprintf(reason, sizeof(reason), "%s cannot be opened: %s", a->node,
			 strerror(-a->error));
	a->told = true;
	a->events->failed(a->data, reason);
}

/*
 * Permissions are final once udev is done. A device that leaves is no failure:
 * the kernel will say so, or it will open. Anything else may pass for a while.
 */
static bool is_hopeless(const struct attachment *a)
{
	if (a->error == -ENODEV || a->error == -ENOENT)
		return false;
	return (is_denied(a) && a->ready) || loop_now() >= a->give_up_ms;
}

static void attachment_try(struct attachment *a)
{
	static const struct port_events port_events = {
		.bytes = attachment_bytes,
		.written = attachment_written,
		.gone = attachment_gone,
	};

	loop_timer_disarm(a->loop, &a->retry);
	if (!a->wanted || !a->present || a->attached)
		return;
	/* No limit of its own: it is soon, and whoever is not bound for ever is tried all the same. */
	if (!sysfs_is_bound(a->position) && loop_now() < a->give_up_ms) {
		retry_in(a, BOUND_MS);
		return;
	}
	if (a->layout.state != LAYOUT_STATE_EMERGENCY && a->layout.serials)
		a->error = port_open(a->ports, a->node, &a->layout, !a->held, &port_events, a,
				     &a->port);
	else
		a->error = 0;
	a->taken = a->taken || a->port;
	if (a->error == 0)
		attachment_tell(a);
	else if (is_hopeless(a))
		attachment_failed(a);
	else
		retry_in(a, RETRY_MS);
}

static void attachment_retry(void *data)
{
	attachment_try(data);
}

static void attachment_begin(struct attachment *a)
{
	a->give_up_ms = loop_now() + GIVE_UP_MS;
	attachment_try(a);
}

void attachment_added(struct attachment *a, const struct hotplug_device *device)
{
	/* The last bytes of what was there come before the news. */
	if (a->port)
		port_drain(a->port);
	attachment_detach(a);
	a->present = true;
	a->ready = a->told = a->taken = a->lost_at_once = false;
	a->device = device->device;
	text_set(a->position, sizeof(a->position), device->position);
	text_set(a->node, sizeof(a->node), device->node);
	/* Of what makes no sense nothing is opened. */
	if (layout_parse(device->descriptors, device->descriptors_size, &a->layout) < 0)
		a->layout = (struct layout){ .state = LAYOUT_STATE_NO_SERIAL };
	if (layout_is_emergency_product(device->product))
		a->layout.state = LAYOUT_STATE_EMERGENCY;
	attachment_begin(a);
}

/* Numbers are per bus: the halves of a connector, on two of them, may have the same. */
static bool is_present(const struct attachment *a, const struct hotplug_device *device)
{
	return a->present && device->device == a->device &&
	       strcmp(device->position, a->position) == 0;
}

void attachment_ready(struct attachment *a, const struct hotplug_device *device)
{
	if (!is_present(a, device))
		return;
	a->ready = true;
	attachment_try(a);
}

void attachment_removed(struct attachment *a, const struct hotplug_device *device)
{
	if (!is_present(a, device))
		return;
	if (a->port)
		port_drain(a->port);
	a->present = false;
	attachment_detach(a);
}

const struct layout *attachment_layout(const struct attachment *a)
{
	return &a->layout;
}

void attachment_open(struct attachment *a)
{
	a->wanted = true;
	attachment_begin(a);
}

void attachment_hold(struct attachment *a)
{
	a->held = true;
	if (a->port)
		port_take_all(a->port);
}

void attachment_close(struct attachment *a, bool give_back)
{
	a->wanted = a->held = false;
	a->attached = false;
	loop_timer_disarm(a->loop, &a->retry);
	port_close(a->port, give_back);
	/* It is there, but was lost: nothing was given back then, for it was to be taken again. */
	if (!a->port && a->present && a->taken && give_back)
		port_give_back(a->ports, a->node, &a->layout);
	a->port = NULL;
	a->taken = false;
}

int attachment_write(struct attachment *a, unsigned int serial, const void *bytes, size_t size)
{
	return a->port ? port_write(a->port, serial, bytes, size) : -ENODEV;
}

int attachment_give(struct attachment *a, unsigned int serial, uint8_t *bytes, size_t size)
{
	if (a->port)
		return port_give(a->port, serial, bytes, size);
	free(bytes);
	return -ENODEV;
}

void attachment_expect_acks(struct attachment *a, unsigned int serial, bool expect)
{
	a->parser[serial].acks = expect;
}

int attachment_create(struct loop *loop, struct port_context *ports,
		      const struct attachment_events *events, void *data,
		      struct attachment **ret)
{
	struct attachment *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	*a = (struct attachment){
		.loop = loop,
		.ports = ports,
		.events = events,
		.data = data,
		.retry = { .fn = attachment_retry, .data = a },
	};
	*ret = a;
	return 0;
}

void attachment_free(struct attachment *a)
{
	if (!a)
		return;
	attachment_close(a, true);
	free(a);
}
