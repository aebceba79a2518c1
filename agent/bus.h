/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system bus, for two questions: that ModemManager leaves a modem alone, and
 * that logind neither sleeps nor shuts down. libsystemd is loaded only where a
 * bus is there, and this is the only file that knows it. Nobody is started by
 * being asked.
 */
#ifndef QFOTA_BUS_H
#define QFOTA_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct bus;
struct loop;

/*
 * A question that is out; lives in its owner, zeroed but for @fn and @data.
 * @error: 0; -ESRCH nobody there to be asked; -EACCES not allowed to; -ENOENT
 * no such modem there; -ETIMEDOUT; -EIO, -ENOTCONN. @text: what was said, never
 * NULL. @fd: of bus_inhibit_power(), the receiver's to close; else -1.
 */
struct bus_call {
	void (*fn)(void *data, int error, const char *text, int fd);
	void *data;
	struct bus *bus; /* these are the bus's own */
	void *slot;	 /* NULL: nothing is out */
	bool descriptor; /* is what the answer holds */
};

struct bus_events {
	/* ModemManager is there, or has a modem more: what it did not know it may know now. */
	void (*modem_manager)(void *data);
	/* It has gone, and what it was asked with it. */
	void (*modem_manager_gone)(void *data);
	/* The bus itself has: no reply comes any more, nothing can be asked. */
	void (*gone)(void *data);
};

/* -ENOENT: no bus on this host, or no libsystemd, or built without. -ENOMEM, -EIO */
int bus_open(struct loop *loop, const struct bus_events *events, void *data, struct bus **ret);
/* For @limit_ms at most, until what was sent is on its way. Not from inside a callback. */
void bus_flush(struct bus *bus, uint64_t limit_ms);
/*
 * What was inhibited is free again: ModemManager releases what a client asked for that has
 * left the bus. What was not flushed is lost. Not from inside a callback. NULL is fine.
 */
void bus_free(struct bus *bus);

/*
 * ModemManager's InhibitDevice for the device at @uid, its folder below /sys. It
 * holds over re-enumerations, until the bus is closed. Either: the reply will
 * come, however late, or -ETIMEDOUT when ModemManager ends; or an error of sd-bus is
 * returned, and the message may be out all the same.
 */
int bus_inhibit_device(struct bus *bus, const char *uid, bool inhibit, struct bus_call *call);
/*
 * logind's Inhibit of @what: "sleep" or "shutdown" (of both at once polkit is asked
 * something else). Ends when the descriptor is closed.
 */
int bus_inhibit_power(struct bus *bus, const char *what, struct bus_call *call);
/* No reply will come. */
void bus_call_cancel(struct bus_call *call);

#endif
