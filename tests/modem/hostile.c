/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hostile.h"
#include "descriptors.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <stdbool.h>
#include <string.h>

#define INTERFACES 30
#define ENDPOINT_PAIRS 15 /* there are no more numbers */

/* Lies that are one field of each descriptor of a type. */
static const struct field {
	uint8_t type, offset, bytes;
	uint16_t value;
} fields[] = {
	[SETTINGS_LIE_TOTAL_MORE] = {USB_DT_CONFIG, 2, 2, 4095},
	[SETTINGS_LIE_TOTAL_LESS] = {USB_DT_CONFIG, 2, 2, 60},
	[SETTINGS_LIE_TOTAL_ZERO] = {USB_DT_CONFIG, 2, 2, 0},
	[SETTINGS_LIE_LENGTH_ZERO] = {USB_DT_ENDPOINT, 0, 1, 0},
	[SETTINGS_LIE_LENGTH_LONG] = {USB_DT_ENDPOINT, 0, 1, 255},
	[SETTINGS_LIE_NUMBERS] = {USB_DT_INTERFACE, 2, 1, 0},
	[SETTINGS_LIE_ENDPOINTS_MANY] = {USB_DT_INTERFACE, 4, 1, 30},
	[SETTINGS_LIE_ENDPOINTS_NONE] = {USB_DT_INTERFACE, 4, 1, 0},
	[SETTINGS_LIE_ENDPOINT_ZERO] = {USB_DT_ENDPOINT, 2, 1, USB_DIR_IN},
	[SETTINGS_LIE_ENDPOINT_SAME] = {USB_DT_ENDPOINT, 2, 1, USB_DIR_IN | 1},
	[SETTINGS_LIE_PACKET_ZERO] = {USB_DT_ENDPOINT, 4, 2, 0},
	[SETTINGS_LIE_PACKET_ODD] = {USB_DT_ENDPOINT, 4, 2, 509},
	[SETTINGS_LIE_PACKET_HUGE] = {USB_DT_ENDPOINT, 4, 2, 0xffff},
	[SETTINGS_LIE_CONFIGURATIONS] = {USB_DT_DEVICE, 17, 1, 200},
	[SETTINGS_LIE_STRING_ZERO] = {USB_DT_STRING, 0, 1, 0},
	[SETTINGS_LIE_STRING_LONG] = {USB_DT_STRING, 0, 1, 255},
};

static void field_set(const struct field *f, uint8_t *descriptor)
{
	descriptor[f->offset] = (uint8_t)(f->value & 0xff);
	if (f->bytes == 2)
		descriptor[f->offset + 1] = (uint8_t)(f->value >> 8);
}

static void fields_set(const struct field *f, uint8_t *bytes, int length)
{
	for (int at = 0, next; at < length; at = next) {
		next = at + bytes[at];
		if (bytes[at + 1] == f->type)
			field_set(f, bytes + at);
	}
}

static size_t serial_put(uint8_t *to, uint8_t number)
{
	uint8_t endpoint = number % ENDPOINT_PAIRS + 1;
	const uint8_t bytes[] = {
		USB_DT_INTERFACE_SIZE,
		USB_DT_INTERFACE,
		number,
		0,
		2,
		USB_CLASS_VENDOR_SPEC,
		0,
		0,
		0,
		USB_DT_ENDPOINT_SIZE,
		USB_DT_ENDPOINT,
		USB_DIR_IN | endpoint,
		USB_ENDPOINT_XFER_BULK,
		0,
		2,
		0,
		USB_DT_ENDPOINT_SIZE,
		USB_DT_ENDPOINT,
		endpoint,
		USB_ENDPOINT_XFER_BULK,
		0,
		2,
		0,
	};

	memcpy(to, bytes, sizeof(bytes));
	return sizeof(bytes);
}

/* All of them serial, and twice as many as there are endpoints for. */
static int interfaces_put(uint8_t *bytes)
{
	size_t length = bytes[0];

	for (uint8_t i = 0; i < INTERFACES; i++)
		length += serial_put(bytes + length, i);
	bytes[2] = (uint8_t)(length & 0xff);
	bytes[3] = (uint8_t)(length >> 8);
	bytes[4] = INTERFACES;
	return (int)length;
}

/* As long as a string can be; of what a terminal or a parser may choke on. */
static int noise_put(uint8_t *bytes)
{
	static const uint16_t noise[] = {
		0x1b, ']',  '0', ';', 'X',  0x07, 0x1b,	  '[',	  '2',	  'J',
		0x9b, '3',  '1', 'm', 0x7f, 0x08, 0x202e, 0xd800, 0xffff, 0x9d,
		'"',  '\\', '%', 's', '\t', '\r', '\n',	  0x00,
	};
	const size_t units = 126, count = sizeof(noise) / sizeof(noise[0]);

	bytes[0] = (uint8_t)(2 + 2 * units);
	bytes[1] = USB_DT_STRING;
	for (size_t i = 0; i < units; i++) {
		bytes[2 + 2 * i] = (uint8_t)(noise[i % count] & 0xff);
		bytes[3 + 2 * i] = (uint8_t)(noise[i % count] >> 8);
	}
	return bytes[0];
}

int hostile_descriptor(enum settings_lie lie, uint8_t type, uint8_t *bytes,
		       int length)
{
	bool string = type == USB_DT_STRING;

	if (lie == SETTINGS_LIE_NONE)
		return length;
	if (lie == SETTINGS_LIE_INTERFACES)
		return type == USB_DT_CONFIG ? interfaces_put(bytes) : length;
	if (lie == SETTINGS_LIE_STRING_STALL)
		return string ? -EPIPE : length;
	/* The list of languages, four bytes, stays: else nothing more is asked for. */
	if (lie == SETTINGS_LIE_STRING_NOISE)
		return string && length > 4 ? noise_put(bytes) : length;
	fields_set(&fields[lie], bytes, length);
	return length;
}

/* Which setting a request is a case of, and its count; NULL: it never fails. */
static int64_t *request_count(struct hostile *h, const struct settings *s,
			      uint8_t endpoint, const uint8_t *setup,
			      int *ret_fault)
{
	if (endpoint & USB_ENDPOINT_NUMBER_MASK) {
		*ret_fault = endpoint & USB_DIR_IN ? s->in_fault : s->out_fault;
		return endpoint & USB_DIR_IN ? &h->in : &h->out;
	}
	if (setup[0] == USB_RECIP_DEVICE &&
	    setup[1] == USB_REQ_SET_CONFIGURATION) {
		*ret_fault = s->configure_fault;
		return &h->configure;
	}
	/* What the kernel asks to enumerate it is left alone. */
	if ((setup[0] & USB_TYPE_MASK) != USB_TYPE_CLASS &&
	    setup[0] != USB_RECIP_ENDPOINT)
		return NULL;
	*ret_fault = s->control_fault;
	return &h->control;
}

enum settings_fault hostile_fault(struct hostile *h, const struct settings *s,
				  enum settings_place where, uint8_t endpoint,
				  const uint8_t *setup)
{
	int fault = SETTINGS_FAULT_NONE;
	int64_t *count = request_count(h, s, endpoint, setup, &fault);
	int64_t number;

	if (!count || where != (enum settings_place)s->fault_where)
		return SETTINGS_FAULT_NONE;
	number = (*count)++ - s->fault_after;
	if (number < 0 || (s->fault_count >= 0 && number >= s->fault_count))
		return SETTINGS_FAULT_NONE;
	return (enum settings_fault)fault;
}

int hostile_status(enum settings_fault fault)
{
	static const int status[] = {
		[SETTINGS_FAULT_EPIPE] = -EPIPE,
		[SETTINGS_FAULT_EPROTO] = -EPROTO,
		[SETTINGS_FAULT_EILSEQ] = -EILSEQ,
		[SETTINGS_FAULT_ETIME] = -ETIME,
		[SETTINGS_FAULT_EOVERFLOW] = -EOVERFLOW,
		[SETTINGS_FAULT_ENODEV] = -ENODEV,
		[SETTINGS_FAULT_ESHUTDOWN] = -ESHUTDOWN,
	};

	return status[fault];
}

/* The text again and again, as often as it fits. */
static ssize_t fill(const char *text, size_t length, char *buffer, size_t size)
{
	size_t used = 0;

	for (; length && size - used >= length; used += length)
		memcpy(buffer + used, text, length);
	return (ssize_t)used;
}

static ssize_t fill_digits(uint64_t *count, char *buffer, size_t size)
{
	size_t used = 0;
	char line[24];

	for (;; (*count)++) {
		int length = snprintf(line, sizeof(line), "%015llu\r\n",
				      (unsigned long long)*count);

		if (size - used < (size_t)length)
			return (ssize_t)used;
		memcpy(buffer + used, line, (size_t)length);
		used += (size_t)length;
	}
}

ssize_t hostile_flood(enum settings_flood flood, uint64_t *count, char *buffer,
		      size_t size)
{
#define TEXT(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}
	static const struct {
		const char *text;
		size_t length;
	} rows[] = {
		[SETTINGS_FLOOD_LINE] = TEXT("x"),
		[SETTINGS_FLOOD_ZEROS] = TEXT("\0"),
		[SETTINGS_FLOOD_ERRORS] = TEXT("\r\nERROR\r\n"),
		[SETTINGS_FLOOD_OKS] = TEXT("\r\nOK\r\n"),
		[SETTINGS_FLOOD_BOOTS] = TEXT("\r\n+CPIN: \033]0;X\a\r\n"),
		[SETTINGS_FLOOD_FOTA] =
			TEXT("\r\n+QIND: \"FOTA\",\"UPDATING\",42\r\n"),
		[SETTINGS_FLOOD_ESCAPES] = TEXT(
			"\r\n+QIND: \"FOTA\",\"\033]0;X\a\033[2J\2331m\xc0\x9b"
			"\xed\xa0\x80\xc2\x9d\x7f\b\0\",1\r\n"),
	};
#undef TEXT

	if (flood == SETTINGS_FLOOD_DIGITS)
		return fill_digits(count, buffer, size);
	if (flood == SETTINGS_FLOOD_EMPTY)
		return 0;
	return fill(rows[flood].text, rows[flood].length, buffer, size);
}
