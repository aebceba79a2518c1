/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/port_serial.h"

#include <errno.h>
#include <stdlib.h>

enum {
	/*
	 * A modem that leaves the bus fails transfers before the hub has noticed
	 * that it is gone (hubs are asked every 256 ms). So failures are retried
	 * later and later, 3.6 s altogether, before the bus itself is blamed.
	 */
	ERRORS_MAX = 8,
	RETRY_MS = 100,
	/* As long as the kernel's own serial drivers wait for it. */
	CONTROL_MS = 5000,

	REQUEST_TO_INTERFACE = 0x21, /* host to device, class, interface */
	SET_CONTROL_LINE_STATE = 0x22,
	DTR_AND_RTS = 0x0003,
};

struct serial_write {
	struct serial_write *next;
	size_t size;
	size_t sent;
	uint8_t *bytes;
};

static void write_free(struct serial_write *write)
{
	free(write->bytes);
	free(write);
}

int serial_errno(int code)
{
	switch (code) {
	case LIBUSB_ERROR_ACCESS:
		return -EACCES;
	case LIBUSB_ERROR_NO_DEVICE:
	case LIBUSB_ERROR_NOT_FOUND: /* interfaces go before the device does */
		return -ENODEV;
	case LIBUSB_ERROR_BUSY:
		return -EBUSY;
	case LIBUSB_ERROR_NO_MEM:
		return -ENOMEM;
	default:
		return code < 0 ? -EIO : 0;
	}
}

/* Waits until all transfers of the endpoint are back, then for the retry. */
static void pipe_break(struct serial_pipe *pipe,
		       enum libusb_transfer_status status)
{
	struct serial *serial = pipe->serial;

	pipe->broken = true;
	if (serial->ending)
		return;
	if (status == LIBUSB_TRANSFER_NO_DEVICE) {
		serial->events->failed(serial->data, -ENODEV);
		return;
	}
	if (status == LIBUSB_TRANSFER_STALL)
		pipe->halted = true;
	if (pipe->in_flight) {
		/* Only reads come in numbers. */
		for (unsigned int i = 0; i < SERIAL_READS; i++)
			libusb_cancel_transfer(serial->reads[i]);
		return;
	}
	loop_timer_arm(serial->loop, &pipe->retry,
		       loop_now() + (uint64_t)pipe->errors * RETRY_MS);
	pipe->errors++;
}

static void pipe_submit(struct serial_pipe *pipe, struct libusb_transfer *transfer)
{
	int r = libusb_submit_transfer(transfer);

	if (r == 0)
		pipe->in_flight++;
	else if (r == LIBUSB_ERROR_NO_DEVICE)
		pipe_break(pipe, LIBUSB_TRANSFER_NO_DEVICE);
	else
		pipe_break(pipe, LIBUSB_TRANSFER_ERROR);
}

/*
 * From the loop, not from a transfer's callback: clearing a halt waits for the
 * modem. That is one control transfer, limited by the kernel, and usbfs has no
 * other way to do it that keeps the host's side of the endpoint in step.
 */
static bool pipe_mend(struct serial_pipe *pipe)
{
	struct serial *serial = pipe->serial;
	int r = 0;

	if (pipe->errors > ERRORS_MAX) {
		serial->events->failed(serial->data, -EIO);
		return false;
	}
	if (pipe->halted)
		r = libusb_clear_halt(serial->handle, pipe->endpoint);
	if (r == LIBUSB_ERROR_NO_DEVICE) {
		serial->events->failed(serial->data, -ENODEV);
		return false;
	}
	/* Any other failure shows, and counts, in the next transfer. */
	pipe->halted = false;
	pipe->broken = false;
	return true;
}

static void reads_submit(struct serial *serial)
{
	for (unsigned int i = 0; i < SERIAL_READS && !serial->in.broken; i++)
		pipe_submit(&serial->in, serial->reads[i]);
}

static void reads_retry(void *data)
{
	struct serial *serial = data;

	if (pipe_mend(&serial->in))
		reads_submit(serial);
}

static void LIBUSB_CALL read_done(struct libusb_transfer *transfer)
{
	struct serial *serial = transfer->user_data;
	struct serial_pipe *pipe = &serial->in;

	pipe->in_flight--;
	/* However it ended: bytes that came are bytes that came. */
	if (transfer->actual_length > 0 && !serial->stopped)
		serial->events->bytes(serial->data, serial->index,
				      transfer->buffer,
				      (size_t)transfer->actual_length);
	if (serial->ending)
		return;
	if (transfer->status != LIBUSB_TRANSFER_COMPLETED || pipe->broken) {
		pipe_break(pipe, transfer->status);
		return;
	}
	pipe->errors = 0;
	pipe_submit(pipe, transfer);
}

/* One transfer at a time: what failed is mended before later bytes pass it. */
static void write_submit(struct serial *serial)
{
	struct serial_write *write = serial->writes;

	if (!write || serial->out.in_flight || serial->out.broken || serial->ending)
		return;
	serial->writer->buffer = write->bytes + write->sent;
	serial->writer->length = (int)(write->size - write->sent);
	pipe_submit(&serial->out, serial->writer);
}

static void write_retry(void *data)
{
	struct serial *serial = data;

	if (pipe_mend(&serial->out))
		write_submit(serial);
}

static void write_finish(struct serial *serial)
{
	struct serial_write *write = serial->writes;
	size_t size = write->size;

	serial->out.errors = 0;
	serial->writes = write->next;
	if (!serial->writes)
		serial->writes_end = &serial->writes;
	write_free(write);
	/* First, so that the bus does not wait for what the owner makes of the news. */
	write_submit(serial);
	serial->events->written(serial->data, serial->index, size);
}

static void LIBUSB_CALL write_done(struct libusb_transfer *transfer)
{
	struct serial *serial = transfer->user_data;
	struct serial_pipe *pipe = &serial->out;

	pipe->in_flight--;
	if (serial->stopped)
		return;
	if (transfer->status == LIBUSB_TRANSFER_COMPLETED) {
		write_finish(serial);
		return;
	}
	serial->writes->sent += (size_t)transfer->actual_length;
	/*
	 * After a stall it is known what the modem took. After anything else it
	 * is not, and a command that may have been taken is never sent again:
	 * the port is given up, unless the modem turns out to have left.
	 */
	if (transfer->status != LIBUSB_TRANSFER_STALL)
		pipe->errors = ERRORS_MAX;
	pipe_break(pipe, transfer->status);
}

static void LIBUSB_CALL control_done(struct libusb_transfer *transfer)
{
	struct serial *serial = transfer->user_data;

	serial->raising = false;
	/*
	 * A modem that refuses the request, or answers too late, is read all
	 * the same, as the kernel's driver does: no harm is known (fact 2.5).
	 */
	if (transfer->status == LIBUSB_TRANSFER_NO_DEVICE && !serial->ending)
		serial->events->failed(serial->data, -ENODEV);
}

static void pipe_init(struct serial_pipe *pipe, struct serial *serial,
		      uint8_t endpoint, loop_timer_fn *retry)
{
	pipe->serial = serial;
	pipe->endpoint = endpoint;
	pipe->retry.fn = retry;
	pipe->retry.data = serial;
}

int serial_init(struct serial *serial, const struct layout_serial *usb)
{
	serial->interface = usb->interface;
	serial->writes_end = &serial->writes;
	pipe_init(&serial->in, serial, usb->bulk_in, reads_retry);
	pipe_init(&serial->out, serial, usb->bulk_out, write_retry);
	for (unsigned int i = 0; i < SERIAL_READS; i++) {
		serial->reads[i] = libusb_alloc_transfer(0);
		if (!serial->reads[i])
			return -ENOMEM;
		libusb_fill_bulk_transfer(serial->reads[i], serial->handle,
					  usb->bulk_in, serial->buffers[i],
					  SERIAL_READ_SIZE, read_done, serial, 0);
	}
	serial->writer = libusb_alloc_transfer(0);
	serial->control = libusb_alloc_transfer(0);
	if (!serial->writer || !serial->control)
		return -ENOMEM;
	libusb_fill_bulk_transfer(serial->writer, serial->handle, usb->bulk_out,
				  NULL, 0, write_done, serial, 0);
	serial->writer->flags = LIBUSB_TRANSFER_ADD_ZERO_PACKET;
	libusb_fill_control_setup(serial->setup, REQUEST_TO_INTERFACE,
				  SET_CONTROL_LINE_STATE, DTR_AND_RTS,
				  usb->interface, 0);
	libusb_fill_control_transfer(serial->control, serial->handle,
				     serial->setup, control_done, serial,
				     CONTROL_MS);
	return 0;
}

void serial_free(struct serial *serial)
{
	for (unsigned int i = 0; i < SERIAL_READS; i++)
		libusb_free_transfer(serial->reads[i]);
	libusb_free_transfer(serial->writer);
	libusb_free_transfer(serial->control);
	while (serial->writes) {
		struct serial_write *write = serial->writes;

		serial->writes = write->next;
		write_free(write);
	}
}

int serial_listen(struct serial *serial)
{
	int r = libusb_claim_interface(serial->handle, serial->interface);

	if (r < 0)
		return serial_errno(r);
	reads_submit(serial);
	return 0;
}

int serial_raise(struct serial *serial)
{
	int r = libusb_submit_transfer(serial->control);

	serial->raising = r == 0;
	return serial_errno(r);
}

int serial_write(struct serial *serial, uint8_t *bytes, size_t size)
{
	struct serial_write *write = malloc(sizeof(*write));

	if (!write) {
		free(bytes);
		return -ENOMEM;
	}
	*write = (struct serial_write){ .size = size, .bytes = bytes };
	*serial->writes_end = write;
	serial->writes_end = &write->next;
	write_submit(serial);
	return 0;
}

/* Transfers that are not under way say so; nothing is to be done then. */
void serial_end(struct serial *serial)
{
	if (serial->ending)
		return;
	serial->ending = true;
	loop_timer_disarm(serial->loop, &serial->in.retry);
	loop_timer_disarm(serial->loop, &serial->out.retry);
	if (serial->in.in_flight)
		for (unsigned int i = 0; i < SERIAL_READS; i++)
			libusb_cancel_transfer(serial->reads[i]);
	if (serial->out.in_flight)
		libusb_cancel_transfer(serial->writer);
	if (serial->raising)
		libusb_cancel_transfer(serial->control);
}

void serial_cancel(struct serial *serial)
{
	serial->stopped = true;
	serial_end(serial);
}

bool serial_is_busy(const struct serial *serial)
{
	return serial->in.in_flight || serial->out.in_flight || serial->raising;
}
