/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "agent/loop.h"
#include "agent/util.h"

#define BUS_SOCKET "/run/dbus/system_bus_socket"
#define BUS_LIBRARY "libsystemd.so.0"
/* For logind, which answers at once. */
#define LOGIND_LIMIT_US 15000000

#define MODEM_MANAGER "org.freedesktop.ModemManager1"
#define LOGIND "org.freedesktop.login1"

/* All that is used of libsystemd, found when it is loaded. */
#define BUS_SYMBOLS(X)                                                         \
	X(sd_bus_open_system)                                                  \
	X(sd_bus_close_unref)                                                  \
	X(sd_bus_get_fd)                                                       \
	X(sd_bus_get_events)                                                   \
	X(sd_bus_get_timeout)                                                  \
	X(sd_bus_process)                                                      \
	X(sd_bus_wait)                                                         \
	X(sd_bus_get_n_queued_write)                                           \
	X(sd_bus_add_match_async)                                              \
	X(sd_bus_call_async)                                                   \
	X(sd_bus_slot_unref)                                                   \
	X(sd_bus_message_new_method_call)                                      \
	X(sd_bus_message_set_auto_start)                                       \
	X(sd_bus_message_append)                                               \
	X(sd_bus_message_get_error)                                            \
	X(sd_bus_message_read)                                                 \
	X(sd_bus_message_unref)

#define BUS_POINTER(name) __typeof__(&name) name;

struct bus {
	struct loop *loop;
	const struct bus_events *events;
	void *data;
	void *library;
	sd_bus *connection;
	struct loop_source *source;
	short watched; /* what source waits for */
	struct loop_timer timer;
	bool lost;
	struct {
		BUS_SYMBOLS(BUS_POINTER)
	} lib;
};

/* ---- the connection in the loop ---- */

static void bus_lose(struct bus *bus)
{
	bus->lost = true;
	loop_remove(bus->loop, bus->source);
	bus->source = NULL;
	loop_timer_disarm(bus->loop, &bus->timer);
	bus->events->gone(bus->data);
}

static void bus_ready(void *data, short revents);

/* What the connection waits for changes with all that is said. */
static int bus_watch(struct bus *bus)
{
	int events = bus->lib.sd_bus_get_events(bus->connection);
	uint64_t due_us = UINT64_MAX;
	int r = 0;

	if (events < 0)
		return events;
	if (!bus->source || events != bus->watched) {
		loop_remove(bus->loop, bus->source);
		bus->watched = (short)events;
		r = loop_add_fd(bus->loop, bus->lib.sd_bus_get_fd(bus->connection),
				bus->watched, bus_ready, bus, &bus->source);
	}
	if (r == 0)
		r = bus->lib.sd_bus_get_timeout(bus->connection, &due_us);
	if (r >= 0 && due_us != UINT64_MAX)
		loop_timer_arm(bus->loop, &bus->timer, due_us / 1000 + 1);
	else
		loop_timer_disarm(bus->loop, &bus->timer);
	return r < 0 ? r : 0;
}

static void bus_process(void *data)
{
	struct bus *bus = data;
	int r;

	do
		r = bus->lib.sd_bus_process(bus->connection, NULL);
	while (r > 0);
	if (r == 0)
		r = bus_watch(bus);
	if (r < 0)
		bus_lose(bus);
}

static void bus_ready(void *data, short revents)
{
	(void)revents;
	bus_process(data);
}

/* ---- questions ---- */

static int reply_errno(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {
		{ "org.freedesktop.DBus.Error.ServiceUnknown", -ESRCH },
		{ "org.freedesktop.DBus.Error.NameHasNoOwner", -ESRCH },
		{ "org.freedesktop.DBus.Error.AccessDenied", -EACCES },
		{ "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", -EACCES },
		{ "org.freedesktop.DBus.Error.NoReply", -ETIMEDOUT },
		{ "org.freedesktop.DBus.Error.Timeout", -ETIMEDOUT },
		{ MODEM_MANAGER ".Error.Core.Unauthorized", -EACCES },
		{ MODEM_MANAGER ".Error.Core.NotFound", -ENOENT },
		/* It knows the modem, and is still asking it who it is. */
		{ MODEM_MANAGER ".Error.Core.WrongState", -ENOENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (strcmp(name, errors[i].name) == 0)
			return errors[i].error;
	return -EIO;
}

/* The message keeps its descriptor. */
static int reply_descriptor(struct bus *bus, sd_bus_message *reply)
{
	int fd = -1;

	if (bus->lib.sd_bus_message_read(reply, "h", &fd) < 0)
		return -1;
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int bus_replied(sd_bus_message *reply, void *data, sd_bus_error *ret)
{
	struct bus_call *call = data;
	struct bus *bus = call->bus;
	const sd_bus_error *error = bus->lib.sd_bus_message_get_error(reply);
	const char *text = error && error->message ? error->message : "";
	int fd = -1, r = 0;

	(void)ret;
	if (error)
		r = reply_errno(error->name);
	else if (call->descriptor)
		fd = reply_descriptor(bus, reply);
	if (call->descriptor && r == 0 && fd < 0)
		r = -EIO;
	bus_call_cancel(call);
	call->fn(call->data, r, text, fd);
	return 0;
}

static int bus_send(struct bus *bus, sd_bus_message *message, bool descriptor, uint64_t limit_us,
		    struct bus_call *call)
{
	sd_bus_slot *slot = NULL;
	int r;

	call->bus = bus;
	call->descriptor = descriptor;
	/* A program that is not running has no modem in hand. */
	r = bus->lib.sd_bus_message_set_auto_start(message, 0);
	if (r >= 0)
		r = bus->lib.sd_bus_call_async(bus->connection, &slot, message, bus_replied, call,
					       limit_us);
	if (r < 0)
		return r;
	call->slot = slot;
	r = bus_watch(bus);
	if (r < 0)
		bus_call_cancel(call);
	return r;
}

static int bus_message(struct bus *bus, const char *name, const char *path, const char *interface,
		       const char *method, sd_bus_message **ret)
{
	if (bus->lost)
		return -ENOTCONN;
	return bus->lib.sd_bus_message_new_method_call(bus->connection, ret, name, path, interface,
						       method);
}

int bus_inhibit_device(struct bus *bus, const char *uid, bool inhibit, struct bus_call *call)
{
	sd_bus_message *message;
	int r = bus_message(bus, MODEM_MANAGER, "/org/freedesktop/ModemManager1", MODEM_MANAGER,
			    "InhibitDevice", &message);

	if (r < 0)
		return r;
	r = bus->lib.sd_bus_message_append(message, "sb", uid, inhibit);
	if (r >= 0)
		r = bus_send(bus, message, false, UINT64_MAX, call);
	bus->lib.sd_bus_message_unref(message);
	return r;
}

int bus_inhibit_power(struct bus *bus, const char *what, struct bus_call *call)
{
	sd_bus_message *message;
	int r = bus_message(bus, LOGIND, "/org/freedesktop/login1", LOGIND ".Manager", "Inhibit",
			    &message);

	if (r < 0)
		return r;
	r = bus->lib.sd_bus_message_append(message, "ssss", what, "qfota-agent",
					   "the firmware of a modem is being written", "block");
	if (r >= 0)
		r = bus_send(bus, message, true, LOGIND_LIMIT_US, call);
	bus->lib.sd_bus_message_unref(message);
	return r;
}

void bus_call_cancel(struct bus_call *call)
{
	if (call->slot)
		call->bus->lib.sd_bus_slot_unref(call->slot);
	call->slot = NULL;
}

/* ---- what ModemManager tells ---- */

static int modem_manager_shows(sd_bus_message *message, void *data, sd_bus_error *ret)
{
	struct bus *bus = data;

	(void)message, (void)ret;
	bus->events->modem_manager(bus->data);
	return 0;
}

static int modem_manager_changes(sd_bus_message *message, void *data, sd_bus_error *ret)
{
	const char *name, *before, *now;
	struct bus *bus = data;

	(void)ret;
	if (bus->lib.sd_bus_message_read(message, "sss", &name, &before, &now) < 0)
		return 0;
	if (*before)
		bus->events->modem_manager_gone(bus->data);
	if (*now)
		bus->events->modem_manager(bus->data);
	return 0;
}

/* It can only be asked of modems that it shows, so each new one is a reason to ask again. */
static int bus_listen(struct bus *bus)
{
	int r = bus->lib.sd_bus_add_match_async(
		bus->connection, NULL,
		"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
		"arg0='" MODEM_MANAGER "'",
		modem_manager_changes, NULL, bus);

	if (r < 0)
		return r;
	return bus->lib.sd_bus_add_match_async(
		bus->connection, NULL,
		"type='signal',sender='" MODEM_MANAGER "',"
		"interface='org.freedesktop.DBus.ObjectManager',member='InterfacesAdded'",
		modem_manager_shows, NULL, bus);
}

/* ---- coming and going ---- */

/* What dlsym() finds are bytes of a pointer to a function, and no pointer to an object. */
static int bus_find(struct bus *bus, const char *name, void *ret)
{
	void *symbol = dlsym(bus->library, name);

	memcpy(ret, &symbol, sizeof(symbol));
	return symbol ? 0 : -ENOENT;
}

static int bus_load(struct bus *bus)
{
	int r = 0;

	bus->library = dlopen(BUS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!bus->library)
		return -ENOENT;
#define BUS_FIND(name)                                                         \
	if (r == 0)                                                            \
		r = bus_find(bus, #name, &bus->lib.name);
	BUS_SYMBOLS(BUS_FIND)
	return r;
}

static int bus_connect(struct bus *bus)
{
	int r = bus_load(bus);

	if (r == 0)
		r = bus->lib.sd_bus_open_system(&bus->connection);
	if (r < 0)
		return r;
	r = bus_listen(bus);
	return r < 0 ? r : bus_watch(bus);
}

int bus_open(struct loop *loop, const struct bus_events *events, void *data, struct bus **ret)
{
	struct bus *bus;
	int r;

	if (!getenv("DBUS_SYSTEM_BUS_ADDRESS") && access(BUS_SOCKET, F_OK) < 0)
		return -ENOENT;
	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return -ENOMEM;
	bus->loop = loop;
	bus->events = events;
	bus->data = data;
	bus->timer = (struct loop_timer){ .fn = bus_process, .data = bus };
	r = bus_connect(bus);
	if (r < 0) {
		bus_free(bus);
		return r;
	}
	*ret = bus;
	return 0;
}

void bus_flush(struct bus *bus, uint64_t limit_ms)
{
	uint64_t now_ms = loop_now(), end_ms = now_ms + limit_ms, queued;
	int r = bus->lost ? -ENOTCONN : 0;

	while (r >= 0 && now_ms < end_ms) {
		r = bus->lib.sd_bus_get_n_queued_write(bus->connection, &queued);
		if (r < 0 || !queued)
			break;
		r = bus->lib.sd_bus_process(bus->connection, NULL);
		if (r == 0)
			r = bus->lib.sd_bus_wait(bus->connection, (end_ms - now_ms) * 1000);
		now_ms = loop_now();
	}
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	loop_remove(bus->loop, bus->source);
	loop_timer_disarm(bus->loop, &bus->timer);
	if (bus->connection)
		bus->lib.sd_bus_close_unref(bus->connection);
	if (bus->library)
		dlclose(bus->library);
	free(bus);
}
