/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One serial interface of an open modem: its queued reads, its writes in
 * order, its DTR, and how failed transfers are mended. A part of port.c, and
 * beside it the only place that knows libusb.
 */
#ifndef QFOTA_PORT_SERIAL_H
#define QFOTA_PORT_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libusb.h>

#include "agent/loop.h"
#include "usb/layout.h"

enum {
	/* One being filled while the other is delivered; boot URCs fit into each. */
	SERIAL_READS = 2,
	/* A multiple of every bulk packet size, or a full packet would overflow. */
	SERIAL_READ_SIZE = 2 * LAYOUT_PACKET_MAX,
};

struct serial_events {
	void (*bytes)(void *data, unsigned int index, const uint8_t *bytes, size_t size);
	void (*written)(void *data, unsigned int index, size_t size);
	/* More than once, if more than one transfer finds out. */
	void (*failed)(void *data, int error);
};

struct serial;
struct serial_write;

/* One bulk endpoint. */
struct serial_pipe {
	struct serial *serial;
	uint8_t endpoint;
	unsigned int in_flight;
	unsigned int errors; /* in a row */
	bool broken;	     /* nothing is submitted until the retry */
	bool halted;
	struct loop_timer retry;
};

struct serial {
	struct loop *loop;
	libusb_device_handle *handle;
	uint8_t interface;
	unsigned int index;
	const struct serial_events *events;
	void *data;
	bool ending;  /* nothing is submitted any more */
	bool stopped; /* nor told */

	struct serial_pipe in;
	struct libusb_transfer *reads[SERIAL_READS];
	uint8_t buffers[SERIAL_READS][SERIAL_READ_SIZE];

	struct serial_pipe out;
	struct libusb_transfer *writer;
	struct serial_write *writes;
	struct serial_write **writes_end;

	struct libusb_transfer *control;
	uint8_t setup[LIBUSB_CONTROL_SETUP_SIZE];
	bool raising; /* the control transfer is under way */
};

/* libusb's codes as errno; what is not negative is 0. */
int serial_errno(int code);

/*
 * @serial is all zero, but for loop, handle, index, events and data.
 * -ENOMEM: serial_free() all the same.
 */
int serial_init(struct serial *serial, const struct layout_serial *usb);
/* No transfer of it may be under way. */
void serial_free(struct serial *serial);

/* Takes the interface, from its kernel driver too, and reads. */
int serial_listen(struct serial *serial);
/* Asks for DTR and RTS to be raised, and does not wait for it. */
int serial_raise(struct serial *serial);
/* Takes @bytes, of malloc(3), over, also with an error. -ENOMEM. @size is 1..INT32_MAX. */
int serial_write(struct serial *serial, uint8_t *bytes, size_t size);

/* Cancels what is under way. What has arrived all the same is still delivered. */
void serial_end(struct serial *serial);
/* The same, and from here on no callback comes. */
void serial_cancel(struct serial *serial);
/* Whether libusb still has transfers of it. */
bool serial_is_busy(const struct serial *serial);

#endif
