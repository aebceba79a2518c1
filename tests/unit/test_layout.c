/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compositions as modems show them, and bytes as nobody should send them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/util.h"
#include "usb/layout.h"

/* Bits of interface.flags */
enum {
	CDC = 1 << 0,	  /* 19 bytes of class descriptors, as the serials carry */
	NO_OUT = 1 << 1,  /* the bulk OUT endpoint is missing */
	TWO_INS = 1 << 2, /* a second bulk IN endpoint */
	NUMBER_0 = 1 << 3, /* its bulk endpoints claim to be endpoint 0 */
	ODD_PACKET = 1 << 4, /* wMaxPacketSize 500 */
};

struct interface {
	uint8_t number;
	uint8_t alternate;
	uint8_t class, subclass, protocol;
	uint8_t endpoints; /* 0, 1: interrupt, 2: bulk pair, 3: all of them */
	unsigned int flags;
};

#define DIAG(number) { number, 0, 0xff, 0xff, 0xff, 2, 0 }
#define SERIAL(number) { number, 0, 0xff, 0x00, 0x00, 3, CDC }
#define QMI(number) { number, 0, 0xff, 0xff, 0xff, 3, 0 }
#define ADB(number) { number, 0, 0xff, 0x42, 0x01, 2, 0 }
#define MBIM(number) \
	{ number, 0, 0x02, 0x0e, 0x00, 1, 0 }, \
	{ number + 1, 0, 0x0a, 0x00, 0x02, 0, 0 }, \
	{ number + 1, 1, 0x0a, 0x00, 0x02, 2, 0 }
#define ECM(number) \
	{ number, 0, 0x02, 0x06, 0x00, 1, 0 }, \
	{ number + 1, 0, 0x0a, 0x00, 0x00, 0, 0 }, \
	{ number + 1, 1, 0x0a, 0x00, 0x00, 2, 0 }
#define RNDIS(number, class, subclass, protocol) \
	{ number, 0, class, subclass, protocol, 1, 0 }, \
	{ number + 1, 0, 0x0a, 0x00, 0x00, 2, 0 }

struct composition {
	const char *name;
	uint16_t vid, pid;
	uint16_t bcd_usb;
	struct interface interfaces[10];
	/* What is expected of it: */
	size_t total; /* wTotalLength seen on a real modem, 0: none known */
	enum layout_state state;
	unsigned int functions;
	const char *text;
	unsigned int count; /* interface numbers */
	uint8_t serials[4]; /* interface numbers, ended by 0xee */
	uint8_t candidates[4]; /* indices, ended by 0xee */
};

static const struct composition compositions[] = {
	{
		"EP06 as delivered, high speed", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2), SERIAL(3), QMI(4) },
		209, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_QMI,
		"diag+3 serial+qmi", 5, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EP06 at super speed with adb", 0x2c7c, 0x0306, 0x0300,
		{ DIAG(0), SERIAL(1), SERIAL(2), SERIAL(3), QMI(4), ADB(5) },
		328, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_QMI | LAYOUT_FUNCTION_ADB,
		"diag+3 serial+qmi+adb", 6, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EP06 with adb, high speed", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2), SERIAL(3), QMI(4), ADB(5) },
		232, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_QMI | LAYOUT_FUNCTION_ADB,
		"diag+3 serial+qmi+adb", 6, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EP06 with diag off", 0x2c7c, 0x0306, 0x0200,
		{ SERIAL(0), SERIAL(1), SERIAL(2), QMI(3) },
		0, LAYOUT_STATE_NORMAL, LAYOUT_FUNCTION_QMI,
		"3 serial+qmi", 4, { 0, 1, 2, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EP06 as MBIM", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2), SERIAL(3), MBIM(4) },
		0, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_MBIM,
		"diag+3 serial+mbim", 6, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EP06 as ECM", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2), SERIAL(3), ECM(4) },
		0, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_ECM,
		"diag+3 serial+ecm", 6, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"EC25 as RNDIS: everything moves by two", 0x2c7c, 0x0125, 0x0200,
		{ RNDIS(0, 0xef, 0x04, 0x01), DIAG(2), SERIAL(3), SERIAL(4),
		  SERIAL(5) },
		0, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_RNDIS,
		"diag+3 serial+rndis", 6, { 3, 4, 5, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"RNDIS by its wireless class", 0x2c7c, 0x0125, 0x0200,
		{ RNDIS(0, 0xe0, 0x01, 0x03), SERIAL(2), SERIAL(3), SERIAL(4) },
		0, LAYOUT_STATE_NORMAL, LAYOUT_FUNCTION_RNDIS,
		"3 serial+rndis", 5, { 2, 3, 4, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"RM500Q: diag ff/ff/30, serials ff/00/40", 0x2c7c, 0x0800, 0x0200,
		{ { 0, 0, 0xff, 0xff, 0x30, 2, 0 },
		  { 1, 0, 0xff, 0x00, 0x40, 3, CDC },
		  { 2, 0, 0xff, 0x00, 0x00, 3, CDC },
		  { 3, 0, 0xff, 0x00, 0x00, 3, CDC },
		  QMI(4) },
		0, LAYOUT_STATE_NORMAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_QMI,
		"diag+3 serial+qmi", 5, { 1, 2, 3, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"serials without interrupt endpoints", 0x2c7c, 0x0306, 0x0200,
		{ { 0, 0, 0xff, 0x00, 0x00, 2, 0 },
		  { 1, 0, 0xff, 0x00, 0x00, 2, 0 },
		  { 2, 0, 0xff, 0x00, 0x00, 2, 0 } },
		0, LAYOUT_STATE_NORMAL, 0,
		"3 serial", 3, { 0, 1, 2, 0xee }, { 1, 2, 0, 0xee },
	},
	{
		"vendor interfaces that are no serial port", 0x2c7c, 0x0306, 0x0200,
		{ { 0, 0, 0xff, 0x00, 0x00, 3, NO_OUT },
		  { 1, 0, 0xff, 0x00, 0x00, 3, TWO_INS },
		  { 2, 0, 0xff, 0x00, 0x00, 3, NUMBER_0 },
		  { 3, 0, 0xff, 0x00, 0x00, 3, ODD_PACKET },
		  { 4, 0, 0xff, 0x00, 0x10, 3, 0 },
		  { 5, 0, 0xff, 0x00, 0x00, 1, 0 },
		  { 6, 1, 0xff, 0x00, 0x00, 3, 0 } },
		0, LAYOUT_STATE_NO_SERIAL, 0,
		"nothing known", 7, { 0xee }, { 0xee },
	},
	{
		"settings of one interface: only the first is active",
		0x2c7c, 0x0306, 0x0200,
		{ { 0, 0, 0xff, 0x00, 0x00, 3, 0 },
		  { 0, 1, 0xff, 0x00, 0x00, 3, 0 },
		  { 0, 0, 0xff, 0x00, 0x00, 3, 0 } },
		0, LAYOUT_STATE_RECOVERY, 0,
		"1 serial", 1, { 0, 0xee }, { 0, 0xee },
	},
	{
		"recovery with one port alone", 0x2c7c, 0x0306, 0x0200,
		{ SERIAL(0) },
		0, LAYOUT_STATE_RECOVERY, 0,
		"1 serial", 1, { 0, 0xee }, { 0, 0xee },
	},
	{
		"recovery with diag and two ports", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2) },
		0, LAYOUT_STATE_RECOVERY, LAYOUT_FUNCTION_DIAG,
		"diag+2 serial", 3, { 1, 2, 0xee }, { 1, 0, 0xee },
	},
	{
		"EM06 as 0307: two interfaces, no port", 0x2c7c, 0x0307, 0x0200,
		{ MBIM(0) },
		0, LAYOUT_STATE_NO_SERIAL, LAYOUT_FUNCTION_MBIM,
		"mbim", 2, { 0xee }, { 0xee },
	},
	{
		"diag and qmi are two: no emergency", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), QMI(1) },
		0, LAYOUT_STATE_NO_SERIAL,
		LAYOUT_FUNCTION_DIAG | LAYOUT_FUNCTION_QMI,
		"diag+qmi", 2, { 0xee }, { 0xee },
	},
	{
		"EP06 in emergency download", 0x05c6, 0x9008, 0x0200,
		{ DIAG(0) },
		0x20, LAYOUT_STATE_EMERGENCY, 0,
		"emergency download", 1, { 0xee }, { 0xee },
	},
	{
		"an emergency id with a port is no modem either",
		0x05c6, 0x9008, 0x0200, { SERIAL(0) },
		0, LAYOUT_STATE_EMERGENCY, 0,
		"emergency download", 1, { 0xee }, { 0xee },
	},
	{
		"RM500Q in download keeps its ids", 0x2c7c, 0x0800, 0x0200,
		{ { 0, 0, 0xff, 0xff, 0x10, 2, 0 } },
		0x20, LAYOUT_STATE_EMERGENCY, 0,
		"emergency download", 1, { 0xee }, { 0xee },
	},
	{
		"a mouse is nothing", 0x046d, 0xc077, 0x0200,
		{ { 0, 0, 0x03, 0x01, 0x02, 1, 0 } },
		0, LAYOUT_STATE_NO_SERIAL, 0,
		"nothing known", 1, { 0xee }, { 0xee },
	},
};

struct bytes {
	uint8_t raw[1024];
	size_t size;
	unsigned int in, out; /* next free endpoint numbers */
};

static void put(struct bytes *bytes, const void *more, size_t size)
{
	assert_true(bytes->size + size <= sizeof(bytes->raw));
	memcpy(bytes->raw + bytes->size, more, size);
	bytes->size += size;
}

static void put_endpoint(struct bytes *bytes, unsigned int address,
			 unsigned int type, unsigned int packet, bool super_speed)
{
	put(bytes, (uint8_t[]){ 7, 5, address, type, packet & 0xff, packet >> 8, 9 }, 7);
	if (super_speed)
		put(bytes, (uint8_t[]){ 6, 0x30, 0, 0, 0, 0 }, 6);
}

static void put_bulk(struct bytes *bytes, const struct interface *interface,
		     bool super_speed)
{
	unsigned int packet = interface->flags & ODD_PACKET ? 500 :
			      super_speed		    ? 1024 :
							      512;
	bool zero = interface->flags & NUMBER_0;

	put_endpoint(bytes, zero ? 0x80 : 0x80 | bytes->in++, 2, packet, super_speed);
	if (interface->flags & TWO_INS)
		put_endpoint(bytes, 0x80 | bytes->in++, 2, packet, super_speed);
	if (!(interface->flags & NO_OUT))
		put_endpoint(bytes, zero ? 0 : bytes->out++, 2, packet, super_speed);
}

static void put_interface(struct bytes *bytes, const struct interface *interface,
			  bool super_speed)
{
	static const uint8_t cdc[] = {
		5, 0x24, 0x00, 0x10, 0x01, 5, 0x24, 0x01, 0x00, 0x00,
		4, 0x24, 0x02, 0x02,	   5, 0x24, 0x06, 0x00, 0x00,
	};

	put(bytes,
	    (uint8_t[]){ 9, 4, interface->number, interface->alternate,
			 interface->endpoints, interface->class,
			 interface->subclass, interface->protocol, 0 },
	    9);
	if (interface->flags & CDC)
		put(bytes, cdc, sizeof(cdc));
	if (interface->endpoints & 1)
		put_endpoint(bytes, 0x80 | (bytes->in + 1), 3, 10, super_speed);
	if (interface->endpoints & 2)
		put_bulk(bytes, interface, super_speed);
	bytes->in += interface->endpoints & 1;
}

static void set_total(struct bytes *bytes)
{
	size_t total = bytes->size - 18;

	bytes->raw[18 + 2] = total & 0xff;
	bytes->raw[18 + 3] = (uint8_t)(total >> 8);
}

static void put_composition(struct bytes *bytes,
			    const struct composition *composition)
{
	bool super_speed = composition->bcd_usb >= 0x0300;

	*bytes = (struct bytes){ .in = 1, .out = 1 };
	put(bytes,
	    (uint8_t[]){ 18, 1, composition->bcd_usb & 0xff,
			 composition->bcd_usb >> 8, 0xef, 2, 1, 64,
			 composition->vid & 0xff, composition->vid >> 8,
			 composition->pid & 0xff, composition->pid >> 8, 0x10, 3,
			 1, 2, 3, 1 },
	    18);
	put(bytes,
	    (uint8_t[]){ 9, 2, 0, 0, (uint8_t)composition->count, 1, 0, 0xa0, 250 },
	    9);
	for (size_t i = 0; composition->interfaces[i].class; i++)
		put_interface(bytes, &composition->interfaces[i], super_speed);
	set_total(bytes);
}

/* The parser sees exactly @size bytes: one more is a report of the sanitizer. */
static int parse(const struct bytes *bytes, size_t size, struct layout *ret)
{
	_cleanup_free_ uint8_t *raw = malloc(size ? size : 1);

	assert_non_null(raw);
	memcpy(raw, bytes->raw, size);
	return layout_parse(raw, size, ret);
}

static void check_composition(const struct composition *composition)
{
	uint8_t candidates[LAYOUT_SERIAL_MAX];
	struct layout layout;
	struct bytes bytes;
	unsigned int i;
	char text[64];

	print_message("%s\n", composition->name);
	put_composition(&bytes, composition);
	if (composition->total)
		assert_int_equal(bytes.size - 18, composition->total);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.vid, composition->vid);
	assert_int_equal(layout.pid, composition->pid);
	assert_int_equal(layout.bcd_usb, composition->bcd_usb);
	assert_int_equal(layout.configuration, 1);
	assert_int_equal(layout.state, composition->state);
	assert_int_equal(layout.functions, composition->functions);
	assert_int_equal(layout.interfaces, composition->count);
	for (i = 0; composition->serials[i] != 0xee; i++)
		assert_int_equal(layout.serial[i].interface, composition->serials[i]);
	assert_int_equal(layout.serials, i);
	assert_int_equal(layout_candidates(&layout, candidates), i);
	for (i = 0; composition->candidates[i] != 0xee; i++)
		assert_int_equal(candidates[i], composition->candidates[i]);
	layout_describe(&layout, text, sizeof(text));
	assert_string_equal(text, composition->text);
}

static void test_compositions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(compositions); i++)
		check_composition(&compositions[i]);
}

/* Endpoints and packet sizes as the dump of an EP06-E has them. */
static void test_endpoints(void **state)
{
	static const struct layout_serial expected[] = {
		{ 1, 0x82, 0x02, 512, 512 },
		{ 2, 0x84, 0x03, 512, 512 },
		{ 3, 0x86, 0x04, 512, 512 },
	};
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(layout.serial[i].interface, expected[i].interface);
		assert_int_equal(layout.serial[i].bulk_in, expected[i].bulk_in);
		assert_int_equal(layout.serial[i].bulk_out, expected[i].bulk_out);
		assert_int_equal(layout.serial[i].packet_in, expected[i].packet_in);
		assert_int_equal(layout.serial[i].packet_out, expected[i].packet_out);
	}
	put_composition(&bytes, &compositions[1]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.serial[1].packet_in, 1024);
}

static void test_second_configuration_is_not_read(void **state)
{
	struct layout layout;
	struct bytes bytes;
	size_t first;

	(void)state;
	put_composition(&bytes, &compositions[3]);
	first = bytes.size;
	put(&bytes, (uint8_t[]){ 9, 2, 18, 0, 1, 2, 0, 0xa0, 250 }, 9);
	put(&bytes, (uint8_t[]){ 9, 4, 9, 0, 0, 0xff, 0x42, 0x01, 0 }, 9);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.interfaces, 4);
	assert_int_equal(layout.functions, LAYOUT_FUNCTION_QMI);
	/* ... unless the first one claims to be that long. */
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.functions, LAYOUT_FUNCTION_QMI | LAYOUT_FUNCTION_ADB);
	assert_int_equal(parse(&bytes, first, &layout), -EBADMSG);
}

static void test_more_than_there_can_be(void **state)
{
	struct interface interface = SERIAL(0);
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	bytes.size = 27;
	bytes.in = bytes.out = 1;
	interface.flags = 0;
	interface.endpoints = 2;
	for (; interface.number < 32; interface.number++) {
		bytes.in = bytes.out = interface.number % 15 + 1;
		put_interface(&bytes, &interface, false);
	}
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.interfaces, 32);
	assert_int_equal(layout.serials, LAYOUT_SERIAL_MAX);
	assert_int_equal(layout.serial[7].interface, 7);
	put(&bytes, (uint8_t[]){ 9, 4, 32, 0, 0, 0xff, 0, 0, 0 }, 9);
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), -EBADMSG);
}

/* What every caller relies on, whatever the bytes were. */
static void check_valid(const struct layout *layout)
{
	assert_true(layout->interfaces <= sizeof(layout->interface_numbers));
	assert_true(layout->serials <= LAYOUT_SERIAL_MAX);
	assert_true(layout->serials <= layout->interfaces);
	for (unsigned int i = 0; i < layout->serials; i++) {
		const struct layout_serial *serial = &layout->serial[i];

		assert_in_range(serial->bulk_in, 0x81, 0x8f);
		assert_in_range(serial->bulk_out, 0x01, 0x0f);
		assert_in_range(serial->packet_in, 8, 1024);
		assert_in_range(serial->packet_out, 8, 1024);
		assert_int_equal(2048 % serial->packet_in, 0);
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(layout->serial[k].interface,
					     serial->interface);
	}
}

static void check_any(const struct bytes *bytes, size_t size)
{
	struct layout layout;
	int r = parse(bytes, size, &layout);

	if (r == 0)
		check_valid(&layout);
	else
		assert_int_equal(r, -EBADMSG);
}

static void test_every_truncation(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(compositions); i++) {
		put_composition(&bytes, &compositions[i]);
		for (size_t size = 0; size < bytes.size; size++)
			assert_int_equal(parse(&bytes, size, &layout), -EBADMSG);
		/* The same, owned up to in wTotalLength: the walk has to see it. */
		while (bytes.size-- > 22) {
			set_total(&bytes);
			check_any(&bytes, bytes.size);
		}
	}
}

/* Every length, type, class, address and packet size there is, one at a time. */
static void test_every_byte(void **state)
{
	struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(compositions); i++) {
		put_composition(&bytes, &compositions[i]);
		for (size_t at = 0; at < bytes.size; at++) {
			uint8_t good = bytes.raw[at];

			for (unsigned int value = 0; value < 256; value++) {
				bytes.raw[at] = (uint8_t)value;
				check_any(&bytes, bytes.size);
			}
			bytes.raw[at] = good;
		}
	}
}

static void test_bad_lengths(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
	} rows[] = {
		{ "device descriptor of 17 bytes", 0, 17 },
		{ "not a device descriptor", 1, 2 },
		{ "configuration descriptor of 8 bytes", 18, 8 },
		{ "configuration descriptor beyond its total", 18, 210 },
		{ "not a configuration descriptor", 19, 7 },
		{ "total below its own descriptor", 20, 8 },
		{ "total beyond the end", 20, 210 },
		{ "interface of length 0", 27, 0 },
		{ "interface of length 1", 27, 1 },
		{ "interface of 8 bytes", 27, 8 },
		{ "interface beyond the end", 27, 201 },
		{ "endpoint of 6 bytes", 36, 6 },
		{ "endpoint before any interface", 28, 0x24 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct layout layout = { .serials = 77 };
		struct bytes bytes;

		print_message("%s\n", rows[i].name);
		put_composition(&bytes, &compositions[0]);
		bytes.raw[rows[i].at] = rows[i].value;
		assert_int_equal(parse(&bytes, bytes.size, &layout), -EBADMSG);
		assert_int_equal(layout.serials, 77);
	}
}

/* At the very end, where what is missing would be read from beyond it. */
static void test_short_last_endpoint(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	for (uint8_t length = 0; length < 7; length++) {
		put_composition(&bytes, &compositions[0]);
		bytes.size -= 7;
		bytes.raw[bytes.size] = length;
		bytes.size += length;
		set_total(&bytes);
		assert_int_equal(parse(&bytes, bytes.size, &layout),
				 length ? -EBADMSG : 0);
	}
}

static void test_describe_is_terminated(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	for (size_t size = 0; size <= sizeof("diag+3 serial+qmi"); size++) {
		char *text = malloc(size ? size : 1);

		assert_non_null(text);
		layout_describe(&layout, text, size);
		if (size) {
			assert_int_equal(strlen(text), size - 1);
			assert_memory_equal(text, "diag+3 serial+qmi", size - 1);
		}
		free(text);
	}
}

static void test_ids(void **state)
{
	static const struct {
		uint16_t vid, pid;
		const char *model;
		bool promised, emergency;
	} rows[] = {
		{ 0x2c7c, 0x0306, "EP06", true, false },
		{ 0x2c7c, 0x0125, "EC25", false, false },
		{ 0x2c7c, 0x0512, "EG18", false, false },
		{ 0x2c7c, 0x0296, NULL, false, false },
		{ 0x05c6, 0x0306, NULL, false, false },
		{ 0x05c6, 0x9008, NULL, false, true },
		{ 0x3763, 0x3c93, NULL, false, true },
		{ 0x9008, 0x05c6, NULL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool promised = false;
		const char *model = layout_model(rows[i].vid, rows[i].pid, &promised);

		if (rows[i].model)
			assert_string_equal(model, rows[i].model);
		else
			assert_null(model);
		assert_int_equal(promised, rows[i].promised);
		assert_int_equal(layout_is_emergency_id(rows[i].vid, rows[i].pid),
				 rows[i].emergency);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compositions),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_second_configuration_is_not_read),
		cmocka_unit_test(test_more_than_there_can_be),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_bad_lengths),
		cmocka_unit_test(test_short_last_endpoint),
		cmocka_unit_test(test_describe_is_terminated),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
