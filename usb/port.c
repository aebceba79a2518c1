/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libusb.h>

#include "agent/loop.h"
#include "agent/util.h"
#include "usb/port_serial.h"

enum {
	/* Cancelled transfers are back at once; the limit is for broken hosts. */
	CANCEL_ROUNDS = 50,
	CANCEL_US = 20000,
	LAST_WORDS_MS = 5000,
};

/* One of libusb's descriptors in the loop. */
struct watch {
	struct watch *next;
	int fd;
	struct loop_source *source;
};

struct port_context {
	struct loop *loop;
	libusb_context *usb;
	struct watch *watches;
	struct port *ports; /* closed ones too, until their transfers are back */
	struct loop_timer settle;
	int error; /* a descriptor of libusb could not be watched */
	bool pumping;
};

struct port {
	struct port *next;
	struct port_context *context;
	libusb_device_handle *handle;
	int fd;
	struct layout layout;
	struct port_events events;
	void *data;
	int error;	  /* why it is gone */
	uint64_t tell_ms; /* the owner is told by then */
	bool told;
	bool closed; /* waits for its transfers to come back */
	struct serial serials[];
};

static void port_free(struct port *port)
{
	/* First, or what is still under way would be freed below libusb. */
	if (port->handle)
		libusb_close(port->handle);
	if (port->fd >= 0)
		close(port->fd);
	for (unsigned int i = 0; i < port->layout.serials; i++)
		serial_free(&port->serials[i]);
	free(port);
}

static bool port_is_busy(const struct port *port)
{
	bool busy = false;

	for (unsigned int i = 0; i < port->layout.serials; i++)
		busy = busy || serial_is_busy(&port->serials[i]);
	return busy;
}

/* Frees closed ports whose last transfer is back; never below a callback. */
static void context_sweep(struct port_context *context)
{
	struct port **link = &context->ports;

	if (context->pumping)
		return;
	while (*link) {
		struct port *port = *link;

		if (!port->closed || port_is_busy(port)) {
			link = &port->next;
			continue;
		}
		*link = port->next;
		port_free(port);
	}
}

/*
 * The kernel refuses new transfers before those under way are back, and one of
 * these may hold the modem's last words: so the owner hears of it from the
 * loop, after the last of them.
 */
static void port_fail(struct port *port, int error)
{
	struct port_context *context = port->context;

	if (port->error)
		return;
	port->error = error;
	port->tell_ms = loop_now() + LAST_WORDS_MS;
	for (unsigned int i = 0; i < port->layout.serials; i++)
		serial_end(&port->serials[i]);
	loop_timer_arm(context->loop, &context->settle, loop_now());
}

static void port_tell(struct port *port)
{
	if (!port->error || port->told || port->closed)
		return;
	if (port_is_busy(port) && loop_now() < port->tell_ms) {
		loop_timer_arm(port->context->loop, &port->context->settle, port->tell_ms);
		return;
	}
	port->told = true;
	port->events.gone(port->data, port->error);
}

/* Everything that comes from libusb comes from here. */
static void context_pump(void *data)
{
	struct port_context *context = data;
	struct timeval zero = {0};
	struct port *port;
	int r;

	if (context->pumping)
		return;
	context->pumping = true;
	r = libusb_handle_events_timeout_completed(context->usb, &zero, NULL);
	for (port = context->ports; port; port = port->next) {
		if (r < 0 && r != LIBUSB_ERROR_INTERRUPTED)
			port_fail(port, serial_errno(r));
		port_tell(port);
	}
	context->pumping = false;
	context_sweep(context);
}

static void context_ready(void *data, short revents)
{
	(void)revents;
	context_pump(data);
}

static void context_watch(int fd, short events, void *data)
{
	struct port_context *context = data;
	struct watch *watch = calloc(1, sizeof(*watch));
	int r = -ENOMEM;

	if (watch) {
		watch->fd = fd;
		r = loop_add_fd(context->loop, fd, events, context_ready,
				context, &watch->source);
	}
	if (r < 0) {
		free(watch);
		context->error = r;
		return;
	}
	watch->next = context->watches;
	context->watches = watch;
}

static void context_unwatch(int fd, void *data)
{
	struct port_context *context = data;
	struct watch **link = &context->watches;

	while (*link) {
		struct watch *watch = *link;

		if (watch->fd != fd) {
			link = &watch->next;
			continue;
		}
		*link = watch->next;
		loop_remove(context->loop, watch->source);
		free(watch);
	}
}

/* What libusb watches already; later ones come by the notifiers. */
static int context_watch_all(struct port_context *context)
{
	const struct libusb_pollfd **fds = libusb_get_pollfds(context->usb);

	if (!fds)
		return -ENOMEM;
	for (unsigned int i = 0; fds[i]; i++)
		context_watch(fds[i]->fd, fds[i]->events, context);
	libusb_free_pollfds(fds);
	libusb_set_pollfd_notifiers(context->usb, context_watch,
				    context_unwatch, context);
	return context->error;
}

void port_library_version(char *ret, size_t size)
{
	const struct libusb_version *version = libusb_get_version();

	snprintf(ret, size, "%u.%u.%u.%u", version->major, version->minor, version->micro,
		 version->nano);
}

int port_context_create(struct loop *loop, struct port_context **ret)
{
	struct port_context *context = calloc(1, sizeof(*context));
	int r;

	if (!context)
		return -ENOMEM;
	context->loop = loop;
	context->settle.fn = context_pump;
	context->settle.data = context;
	/* Else libusb opens every device of the host, and starts a thread. */
	r = serial_errno(
		libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY));
	if (r == 0)
		r = serial_errno(libusb_init(&context->usb));
	if (r < 0) {
		free(context);
		return r;
	}
	/* Time-outs then are events of a descriptor like all others. */
	r = libusb_pollfds_handle_timeouts(context->usb) ? 0 : -ENOTSUP;
	if (r == 0)
		r = context_watch_all(context);
	if (r < 0) {
		port_context_free(context);
		return r;
	}
	*ret = context;
	return 0;
}

void port_context_free(struct port_context *context)
{
	struct timeval wait = {.tv_usec = CANCEL_US};

	if (!context)
		return;
	for (unsigned int i = 0; context->ports && i < CANCEL_ROUNDS; i++) {
		libusb_handle_events_timeout_completed(context->usb, &wait, NULL);
		context_sweep(context);
	}
	while (context->ports) {
		struct port *port = context->ports;

		context->ports = port->next;
		port_free(port);
	}
	libusb_set_pollfd_notifiers(context->usb, NULL, NULL, NULL);
	while (context->watches)
		context_unwatch(context->watches->fd, context);
	loop_timer_disarm(context->loop, &context->settle);
	libusb_exit(context->usb);
	free(context);
}

static void port_bytes(void *data, unsigned int index, const uint8_t *bytes,
		       size_t size)
{
	struct port *port = data;

	if (!port->told)
		port->events.bytes(port->data, index, bytes, size);
}

static void port_written(void *data, unsigned int index, size_t size)
{
	struct port *port = data;

	if (!port->told && port->events.written)
		port->events.written(port->data, index, size);
}

static void port_failed(void *data, int error)
{
	port_fail(data, error);
}

static int port_init(struct port *port)
{
	static const struct serial_events events = {
		.bytes = port_bytes,
		.written = port_written,
		.failed = port_failed,
	};
	int r = 0;

	for (unsigned int i = 0; i < port->layout.serials && r == 0; i++) {
		struct serial *serial = &port->serials[i];

		serial->loop = port->context->loop;
		serial->handle = port->handle;
		serial->index = i;
		serial->events = &events;
		serial->data = port;
		r = serial_init(serial, &port->layout.serial[i]);
	}
	return r;
}

/* As libusb has it since it opened the node: the modem is not asked again. */
static bool port_is_configured(const struct port *port)
{
	struct libusb_config_descriptor *active;
	int r = libusb_get_active_config_descriptor(libusb_get_device(port->handle), &active);

	if (r == 0)
		libusb_free_config_descriptor(active);
	return r != LIBUSB_ERROR_NOT_FOUND;
}

/* What comes to a hub port that is held nobody configures but the holder. */
static int port_listen(struct port *port, struct serial *serial)
{
	int r = serial_listen(serial);

	if (r == 0 || port_is_configured(port))
		return r;
	r = serial_errno(libusb_set_configuration(port->handle, port->layout.configuration));
	return r < 0 ? r : serial_listen(serial);
}

/* The AT port is heard soonest, and no port waits for another one's DTR. */
static int port_start(struct port *port)
{
	uint8_t order[LAYOUT_SERIAL_MAX];
	unsigned int count = layout_candidates(&port->layout, -1, order);
	int r = 0;

	for (unsigned int i = 0; i < count && r == 0; i++)
		r = port_listen(port, &port->serials[order[i]]);
	for (unsigned int i = 0; i < count && r == 0; i++)
		r = serial_raise(&port->serials[order[i]]);
	return r < 0 ? r : port->error;
}

static int port_wrap(struct port *port, const char *node)
{
	int r;

	port->fd = open(node, O_RDWR | O_CLOEXEC);
	if (port->fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	port->context->error = 0;
	r = libusb_wrap_sys_device(port->context->usb, port->fd, &port->handle);
	if (r < 0)
		return serial_errno(r);
	r = serial_errno(libusb_set_auto_detach_kernel_driver(port->handle, 1));
	if (r == 0)
		r = port->context->error;
	return r < 0 ? r : port_init(port);
}

int port_open(struct port_context *context, const char *node,
	      const struct layout *layout, bool give_back,
	      const struct port_events *events, void *data, struct port **ret)
{
	struct port *port;
	int r;

	if (!layout->serials)
		return -EINVAL;
	port = calloc(1, sizeof(*port) +
				 layout->serials * sizeof(port->serials[0]));
	if (!port)
		return -ENOMEM;
	port->context = context;
	port->layout = *layout;
	port->events = *events;
	port->data = data;
	r = port_wrap(port, node);
	if (r < 0) {
		port_free(port);
		return r;
	}
	port->next = context->ports;
	context->ports = port;
	r = port_start(port);
	if (r < 0) {
		port_close(port, give_back);
		return r;
	}
	*ret = port;
	return 0;
}

static int port_may_write(const struct port *port, unsigned int serial, size_t size)
{
	if (serial >= port->layout.serials || !size || size > INT32_MAX)
		return -EINVAL;
	return port->error ? -ENODEV : 0;
}

int port_give(struct port *port, unsigned int serial, uint8_t *bytes, size_t size)
{
	int r = port_may_write(port, serial, size);

	if (r == 0)
		return serial_write(&port->serials[serial], bytes, size);
	free(bytes);
	return r;
}

int port_write(struct port *port, unsigned int serial, const void *bytes, size_t size)
{
	int r = port_may_write(port, serial, size);
	uint8_t *copy = r == 0 ? malloc(size) : NULL;

	if (r < 0)
		return r;
	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, size);
	return port_give(port, serial, copy, size);
}

void port_take_all(struct port *port)
{
	const struct layout *layout = &port->layout;

	/* One that is claimed already is claimed again without effect. */
	for (unsigned int i = 0; i < layout->interfaces; i++)
		libusb_claim_interface(port->handle, layout->interface_numbers[i]);
}

void port_drain(struct port *port)
{
	context_pump(port->context);
}

/*
 * A device that has left, an interface never claimed, one that has a driver
 * or for which there is none: all are as they should be, so no error matters.
 */
static void interfaces_give_back(libusb_device_handle *handle, const struct layout *layout)
{
	for (unsigned int i = 0; i < layout->interfaces; i++)
		libusb_attach_kernel_driver(handle, layout->interface_numbers[i]);
}

static void port_release(struct port *port, bool give_back)
{
	const struct layout *layout = &port->layout;

	/* Else the release itself would give back. */
	libusb_set_auto_detach_kernel_driver(port->handle, 0);
	for (unsigned int i = 0; i < layout->interfaces; i++)
		libusb_release_interface(port->handle,
					 layout->interface_numbers[i]);
	if (give_back)
		interfaces_give_back(port->handle, layout);
}

void port_give_back(struct port_context *context, const char *node, const struct layout *layout)
{
	_cleanup_close_ int fd = open(node, O_RDWR | O_CLOEXEC);
	libusb_device_handle *handle;

	if (fd < 0 || libusb_wrap_sys_device(context->usb, fd, &handle) < 0)
		return;
	interfaces_give_back(handle, layout);
	libusb_close(handle);
}

/*
 * The kernel kills the transfers here and now, so the interfaces are free when
 * this returns; only the reaping, and with it the memory, is left to the loop.
 */
void port_close(struct port *port, bool give_back)
{
	if (!port)
		return;
	port->closed = true;
	for (unsigned int i = 0; i < port->layout.serials; i++)
		serial_cancel(&port->serials[i]);
	port_release(port, give_back);
	context_sweep(port->context);
}
