/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libusb, as far as the agent uses it, on the bus of host_bus.c. */
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libusb.h>

/* A struct libusb_transfer follows, which has no fixed size. */
struct transfer {
	struct transfer *next; /* of those under way, or back */
	libusb_device_handle *handle;
	uint64_t id; /* 0: not under way */
};

struct libusb_device_handle {
	struct libusb_device_handle *next;
	libusb_context *context;
	int fd;
	bool gives_back, gone;
	uint32_t id;
	struct transfer *flying;
};

struct libusb_context {
	struct libusb_pollfd awake; /* readable while a transfer waits to be handed back */
	libusb_device_handle *handles;
	struct transfer *back, **back_end;
	libusb_pollfd_added_cb added;
	libusb_pollfd_removed_cb removed;
	void *data;
};

static unsigned int alive; /* contexts, handles, transfers */

__attribute__((destructor)) static void count_alive(void)
{
	if (alive)
		dprintf(STDERR_FILENO, "leak: %u objects of libusb\n", alive);
}

static struct transfer *transfer_of(struct libusb_transfer *usb)
{
	return (struct transfer *)usb - 1;
}

static struct libusb_transfer *usb_of(struct transfer *t)
{
	return (struct libusb_transfer *)(t + 1);
}

static int code_of(int status)
{
	switch (status) {
	case 0:
		return 0;
	case -EBUSY:
		return LIBUSB_ERROR_BUSY;
	case -ENOENT:
		return LIBUSB_ERROR_NOT_FOUND;
	case -EPIPE:
		return LIBUSB_ERROR_PIPE;
	case -ENODEV:
		return LIBUSB_ERROR_NO_DEVICE;
	default:
		return status < 0 ? LIBUSB_ERROR_IO : status;
	}
}

static enum libusb_transfer_status status_of(int status)
{
	switch (status) {
	case 0:
		return LIBUSB_TRANSFER_COMPLETED;
	case -ECONNRESET:
		return LIBUSB_TRANSFER_CANCELLED;
	case -EPIPE:
		return LIBUSB_TRANSFER_STALL;
	case -ENODEV:
		return LIBUSB_TRANSFER_NO_DEVICE;
	default:
		return LIBUSB_TRANSFER_ERROR;
	}
}

/* ---- messages ---- */

static bool send_all(int fd, const void *bytes, size_t size)
{
	for (const char *from = bytes; size;) {
		ssize_t sent = send(fd, from, size, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		from += sent;
		size -= (size_t)sent;
	}
	return true;
}

static void hand_back(struct transfer *t, int status, size_t length)
{
	libusb_context *context = t->handle->context;
	uint64_t one = 1;

	t->id = 0;
	usb_of(t)->status = status_of(status);
	usb_of(t)->actual_length = (int)length;
	t->next = NULL;
	*context->back_end = t;
	context->back_end = &t->next;
	if (write(context->awake.fd, &one, sizeof(one)) < 0)
		abort();
}

static struct transfer *take_flying(libusb_device_handle *handle, uint32_t id)
{
	struct transfer **link = &handle->flying;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	if (!*link)
		return NULL;
	struct transfer *found = *link;
	*link = found->next;
	return found;
}

/* What is under way comes back, and nothing is to be heard any more. */
static void handle_gone(libusb_device_handle *handle)
{
	if (handle->gone)
		return;
	handle->gone = true;
	while (handle->flying) {
		struct transfer *t = handle->flying;

		handle->flying = t->next;
		hand_back(t, -ENODEV, 0);
	}
	if (handle->context->removed)
		handle->context->removed(handle->fd, handle->context->data);
}

static void completed(libusb_device_handle *handle, const struct host_message *m)
{
	struct transfer *t = take_flying(handle, m->id);
	size_t incoming = m->status == 0 && m->endpoint & LIBUSB_ENDPOINT_IN ? m->length : 0;

	if (!t)
		abort();
	if (incoming &&
	    recv(handle->fd, usb_of(t)->buffer, incoming, MSG_WAITALL) != (ssize_t)incoming)
		abort();
	hand_back(t, m->status, m->length);
}

/* 1: a reply, in *ret; 0: nothing (more) there now; negative: gone. */
static int hear(libusb_device_handle *handle, bool wait, struct host_message *ret)
{
	while (!handle->gone) {
		ssize_t size = recv(handle->fd, ret, sizeof(*ret),
				    wait ? MSG_WAITALL : MSG_PEEK | MSG_DONTWAIT);

		if (size < 0 && errno == EAGAIN)
			return 0;
		if (size > 0 && !wait)
			size = recv(handle->fd, ret, sizeof(*ret), MSG_WAITALL);
		if (size != sizeof(*ret))
			handle_gone(handle);
		else if (ret->kind == HOST_REPLY)
			return 1;
		else
			completed(handle, ret);
	}
	return LIBUSB_ERROR_NO_DEVICE;
}

static int ask(libusb_device_handle *handle, enum host_kind kind, int number)
{
	struct host_message m = {.kind = kind, .id = ++handle->id, .endpoint = (uint8_t)number};

	if (handle->gone)
		return LIBUSB_ERROR_NO_DEVICE;
	if (!send_all(handle->fd, &m, sizeof(m)) || hear(handle, true, &m) < 0)
		return LIBUSB_ERROR_NO_DEVICE;
	return code_of(m.status);
}

/* ---- the library ---- */

int libusb_set_option(libusb_context *context, enum libusb_option option, ...)
{
	(void)context, (void)option;
	return 0;
}

const struct libusb_version *libusb_get_version(void)
{
	static const struct libusb_version version = {.major = 1, .rc = "", .describe = ""};

	return &version;
}

int libusb_init(libusb_context **ret)
{
	libusb_context *context = calloc(1, sizeof(*context));

	context->awake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	context->awake.events = POLLIN;
	context->back_end = &context->back;
	alive++;
	*ret = context;
	return 0;
}

void libusb_exit(libusb_context *context)
{
	close(context->awake.fd);
	free(context);
	alive--;
}

int libusb_pollfds_handle_timeouts(libusb_context *context)
{
	(void)context;
	return 1;
}

const struct libusb_pollfd **libusb_get_pollfds(libusb_context *context)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a list of pointers it is */
	const struct libusb_pollfd **list = calloc(2, sizeof(*list));

	list[0] = &context->awake;
	return list;
}

void libusb_free_pollfds(const struct libusb_pollfd **list)
{
	free(list);
}

void libusb_set_pollfd_notifiers(libusb_context *context, libusb_pollfd_added_cb added,
				 libusb_pollfd_removed_cb removed, void *data)
{
	context->added = added;
	context->removed = removed;
	context->data = data;
}

static void back_call(libusb_context *context)
{
	while (context->back) {
		struct transfer *t = context->back;

		context->back = t->next;
		if (!context->back)
			context->back_end = &context->back;
		usb_of(t)->callback(usb_of(t));
	}
}

int libusb_handle_events_timeout_completed(libusb_context *context, struct timeval *tv,
					   /* NOLINTNEXTLINE(readability-non-const-parameter): as declared */
					   int *completed_flag)
{
	struct host_message m;
	uint64_t count;

	(void)completed_flag;
	for (libusb_device_handle *h = context->handles; h; h = h->next)
		hear(h, false, &m);
	if (!context->back && (tv->tv_sec || tv->tv_usec)) {
		usleep((useconds_t)tv->tv_usec);
		for (libusb_device_handle *h = context->handles; h; h = h->next)
			hear(h, false, &m);
	}
	if (read(context->awake.fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return LIBUSB_ERROR_IO;
	back_call(context);
	return 0;
}

/* ---- a device ---- */

int libusb_wrap_sys_device(libusb_context *context, intptr_t fd, libusb_device_handle **ret)
{
	libusb_device_handle *handle = calloc(1, sizeof(*handle));

	handle->context = context;
	handle->fd = (int)fd;
	handle->next = context->handles;
	context->handles = handle;
	if (context->added)
		context->added(handle->fd, POLLIN, context->data);
	alive++;
	*ret = handle;
	return 0;
}

/* What is under way then, or waits to be handed back, is never heard of again. */
static void forget_transfers(libusb_device_handle *handle)
{
	struct transfer **link = &handle->context->back;

	for (; handle->flying; handle->flying = handle->flying->next)
		handle->flying->id = 0;
	while (*link) {
		if ((*link)->handle == handle)
			*link = (*link)->next;
		else
			link = &(*link)->next;
	}
	handle->context->back_end = link;
}

void libusb_close(libusb_device_handle *handle)
{
	libusb_device_handle **link = &handle->context->handles;

	forget_transfers(handle);
	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	if (!handle->gone && handle->context->removed)
		handle->context->removed(handle->fd, handle->context->data);
	free(handle);
	alive--;
}

/* A handle is the device, too. */
libusb_device *libusb_get_device(libusb_device_handle *handle)
{
	return (libusb_device *)handle;
}

/* Of which nothing is looked at. */
int libusb_get_active_config_descriptor(libusb_device *device,
					struct libusb_config_descriptor **ret)
{
	int r = ask((libusb_device_handle *)device, HOST_GET_CONFIGURATION, 0);

	if (r <= 0)
		return r < 0 ? r : LIBUSB_ERROR_NOT_FOUND;
	*ret = calloc(1, sizeof(**ret));
	alive++;
	return 0;
}

void libusb_free_config_descriptor(struct libusb_config_descriptor *config)
{
	free(config);
	alive--;
}

int libusb_set_configuration(libusb_device_handle *handle, int number)
{
	return ask(handle, HOST_SET_CONFIGURATION, number);
}

int libusb_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable)
{
	handle->gives_back = enable;
	return 0;
}

int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
	return ask(handle, HOST_CLAIM, interface);
}

int libusb_release_interface(libusb_device_handle *handle, int interface)
{
	int r = ask(handle, HOST_RELEASE, interface);

	if (r == 0 && handle->gives_back)
		ask(handle, HOST_GIVE_BACK, interface);
	return r;
}

int libusb_attach_kernel_driver(libusb_device_handle *handle, int interface)
{
	return ask(handle, HOST_GIVE_BACK, interface);
}

/* The stand-in halts no endpoint. */
int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
	(void)endpoint;
	return handle->gone ? LIBUSB_ERROR_NO_DEVICE : 0;
}

/* ---- transfers ---- */

struct libusb_transfer *libusb_alloc_transfer(int packets)
{
	struct transfer *t = calloc(1, sizeof(*t) + sizeof(struct libusb_transfer));

	(void)packets;
	alive++;
	return usb_of(t);
}

void libusb_free_transfer(struct libusb_transfer *usb)
{
	if (!usb)
		return;
	if (transfer_of(usb)->id)
		dprintf(STDERR_FILENO, "leak: a transfer is freed that is under way\n");
	free(transfer_of(usb));
	alive--;
}

int libusb_submit_transfer(struct libusb_transfer *usb)
{
	struct transfer *t = transfer_of(usb);
	libusb_device_handle *handle = usb->dev_handle;
	const unsigned char *bytes = usb->buffer;
	struct host_message m = {
		.kind = HOST_SUBMIT,
		.endpoint = usb->endpoint,
		.length = (uint32_t)usb->length,
		.zero_packet = usb->flags & LIBUSB_TRANSFER_ADD_ZERO_PACKET,
	};

	if (handle->gone)
		return LIBUSB_ERROR_NO_DEVICE;
	if (t->id)
		return LIBUSB_ERROR_BUSY;
	if (usb->type == LIBUSB_TRANSFER_TYPE_CONTROL) {
		memcpy(m.setup, usb->buffer, sizeof(m.setup));
		m.endpoint = usb->buffer[0] & LIBUSB_ENDPOINT_IN;
		m.length -= (uint32_t)sizeof(m.setup);
		bytes += sizeof(m.setup);
	}
	m.id = ++handle->id;
	t->id = m.id;
	t->handle = handle;
	t->next = handle->flying;
	handle->flying = t;
	if (!send_all(handle->fd, &m, sizeof(m)) ||
	    (!(m.endpoint & LIBUSB_ENDPOINT_IN) && !send_all(handle->fd, bytes, m.length))) {
		/* It has left; what was under way is heard of in its turn. */
		take_flying(handle, m.id);
		t->id = 0;
		return LIBUSB_ERROR_NO_DEVICE;
	}
	return 0;
}

int libusb_cancel_transfer(struct libusb_transfer *usb)
{
	struct transfer *t = transfer_of(usb);
	struct host_message m = {.kind = HOST_CANCEL, .id = (uint32_t)t->id};

	if (!t->id)
		return LIBUSB_ERROR_NOT_FOUND;
	return send_all(t->handle->fd, &m, sizeof(m)) ? 0 : LIBUSB_ERROR_NO_DEVICE;
}
