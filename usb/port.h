/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AT ports of one attached modem, over libusb without discovery: the node
 * is opened here and wrapped, so nothing else on the bus is looked at. This is
 * with port_serial.c, its part for one interface, the only file that knows libusb.
 *
 * All serial interfaces are claimed at once (kernel drivers detached in the
 * same step, USBDEVFS_DISCONNECT_CLAIM), IN transfers are queued on every one
 * before anything else happens (boot URCs come within 100 ms: fact 2.3 no. 10),
 * then DTR and RTS are raised (21 22 0003, facts 2.5 and 4.4).
 * OUT transfers end with a zero-length packet where the last one was full
 * (fact 4.5). Stalls are cleared, and reading and writing go on; a write that
 * failed in any other way is not repeated, for the modem may have taken it.
 *
 * Disconnection is a normal event: port_events.gone is called exactly once,
 * after all bytes that had arrived were delivered; the owner then calls
 * port_close(). port_close() may be called from inside any callback.
 */
#ifndef QFOTA_PORT_H
#define QFOTA_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb/layout.h"

struct loop;
struct port_context;
struct port;

struct port_events {
	/* @serial: index into layout.serial. @size is never 0. */
	void (*bytes)(void *data, unsigned int serial, const uint8_t *bytes, size_t size);
	/* One port_write() has reached the modem; @size bytes of it. May be NULL. */
	void (*written)(void *data, unsigned int serial, size_t size);
	/* -ENODEV: left the bus. Any other errno: the host or the bus failed for good. */
	void (*gone)(void *data, int error);
};

/* The version of libusb at work, "1.0.26.11724". */
void port_library_version(char *ret, size_t size);

/*
 * One libusb context for all ports of the process, driven by @loop.
 * -ENOTSUP: this libusb was built without timerfd.  -ENOMEM, -EIO
 */
int port_context_create(struct loop *loop, struct port_context **ret);
/* After every port was closed, not from inside a callback. NULL is fine. */
void port_context_free(struct port_context *context);

/*
 * @node: "/dev/bus/usb/001/002". @layout is copied. If the modem has no active
 * configuration (its hub port is claimed) the one of @layout is set first.
 * Callbacks start when control returns to the loop. Only GET_CONFIGURATION (1 s
 * at most, twice) and SET_CONFIGURATION are waited for.
 * -EACCES: the node may not be opened; udev may still change that.
 * -ENODEV: gone meanwhile.  -EBUSY: another program holds an interface; what
 * was taken until then is let go, and with @give_back offered to the kernel's
 * drivers.  -EINVAL: @layout has no serial interface.
 * -ENOMEM, -EIO, and other errno of open(2).
 */
int port_open(struct port_context *context, const char *node, const struct layout *layout,
	      bool give_back, const struct port_events *events, void *data, struct port **ret);

/*
 * Queues @size bytes (copied) for one serial interface; writes to one
 * interface arrive in order.
 * -ENODEV: gone.  -ENOMEM.  -EINVAL: no such serial interface, or @size is 0
 * or beyond 2 GiB.
 */
int port_write(struct port *port, unsigned int serial, const void *bytes, size_t size);
/* The same without a copy: @bytes, of malloc(3), is taken over, also with an error. */
int port_give(struct port *port, unsigned int serial, uint8_t *bytes, size_t size);

/*
 * Claims the other interfaces too (DIAG, QMI, network), so that the kernel's
 * drivers give nobody a port of this modem. Nothing is ever sent there. What
 * cannot be taken is left.
 */
void port_take_all(struct port *port);

/*
 * Delivers what has arrived so far without waiting: called when the kernel
 * says the modem has left, so that its last bytes come before that news.
 * Callbacks come from inside, port_events.gone among them; from inside a
 * callback it does nothing, for delivery is under way.
 */
void port_drain(struct port *port);

/*
 * Cancels everything, lowers nothing, releases the interfaces. With
 * @give_back each interface of the modem without a driver is offered to the
 * kernel's drivers again. When it returns the interfaces are free, and no
 * callback comes any more; the node is closed by the loop, or with the context.
 * NULL is fine.
 */
void port_close(struct port *port, bool give_back);
/* Later, and without a port: a bus that failed may have left a modem without drivers. */
void port_give_back(struct port_context *context, const char *node, const struct layout *layout);

#endif
