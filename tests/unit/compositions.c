/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compositions.h"

#include <assert.h>
#include <string.h>

#include "agent/util.h"

#define DIAG(number) { number, 0, 0xff, 0xff, 0xff, 2, 0 }
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

const struct composition compositions[] = {
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
		"diag and two ports", 0x2c7c, 0x0306, 0x0200,
		{ DIAG(0), SERIAL(1), SERIAL(2) },
		0, LAYOUT_STATE_NORMAL, LAYOUT_FUNCTION_DIAG,
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

const size_t compositions_count = ARRAY_SIZE(compositions);

void put(struct bytes *bytes, const void *more, size_t size)
{
	assert(bytes->size + size <= sizeof(bytes->raw));
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

void put_interface(struct bytes *bytes, const struct interface *interface,
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

void set_total(struct bytes *bytes)
{
	size_t total = bytes->size - 18;

	bytes->raw[18 + 2] = total & 0xff;
	bytes->raw[18 + 3] = (uint8_t)(total >> 8);
}

void put_composition(struct bytes *bytes, const struct composition *composition)
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
