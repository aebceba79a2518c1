/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/layout.h"

#include <errno.h>
#include <string.h>

/* USB 2.0 specification, tables 9-5 and 9-8 to 9-13: descriptors. */
enum {
	DESCRIPTOR_DEVICE = 1,
	DESCRIPTOR_CONFIGURATION = 2,
	DESCRIPTOR_INTERFACE = 4,
	DESCRIPTOR_ENDPOINT = 5,

	DEVICE_SIZE = 18,
	CONFIGURATION_SIZE = 9,
	INTERFACE_SIZE = 9,
	ENDPOINT_SIZE = 7,

	ENDPOINT_IN = 0x80,
	ENDPOINT_NUMBER = 0x0f,
	ENDPOINT_TYPE = 0x03,
	ENDPOINT_TYPE_BULK = 0x02,
	ENDPOINT_PACKET = 0x07ff,
};

/* One interface descriptor with the endpoints that follow it. */
struct interface {
	uint8_t class;
	uint8_t subclass;
	uint8_t protocol;
	bool active; /* what SET_CONFIGURATION selects: the first setting, 0 */
	unsigned int endpoints;
	unsigned int bulk_ins;
	unsigned int bulk_outs;
	struct layout_serial serial;
};

struct parser {
	struct layout *layout;
	struct interface current;
	bool inside;	/* an interface descriptor was seen */
	bool emergency; /* one that emergency download has was among them */
};

static uint16_t get_le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static bool is_triple(const struct interface *interface, uint8_t class,
		      uint8_t subclass, uint8_t protocol)
{
	return interface->class == class && interface->subclass == subclass &&
	       interface->protocol == protocol;
}

static bool is_serial(const struct interface *interface)
{
	return (is_triple(interface, 0xff, 0x00, 0x00) ||
		is_triple(interface, 0xff, 0x00, 0x40)) &&
	       interface->bulk_ins == 1 && interface->bulk_outs == 1;
}

static unsigned int interface_function(const struct interface *interface)
{
	if (is_triple(interface, 0xff, 0xff, 0xff) && interface->endpoints == 3)
		return LAYOUT_FUNCTION_QMI;
	if ((is_triple(interface, 0xff, 0xff, 0xff) ||
	     is_triple(interface, 0xff, 0xff, 0x30)) &&
	    interface->endpoints == 2)
		return LAYOUT_FUNCTION_DIAG;
	if (is_triple(interface, 0xff, 0x42, 0x01))
		return LAYOUT_FUNCTION_ADB;
	if (is_triple(interface, 0x02, 0x0e, 0x00))
		return LAYOUT_FUNCTION_MBIM;
	if (is_triple(interface, 0x02, 0x06, 0x00))
		return LAYOUT_FUNCTION_ECM;
	if (is_triple(interface, 0xe0, 0x01, 0x03) ||
	    is_triple(interface, 0xef, 0x04, 0x01))
		return LAYOUT_FUNCTION_RNDIS;
	return 0;
}

/* Judges an interface once all its endpoints were seen. */
static void interface_finish(struct parser *parser)
{
	struct layout *layout = parser->layout;
	const struct interface *interface = &parser->current;

	if (!parser->inside)
		return;
	layout->functions |= interface_function(interface);
	if (interface->class == 0xff && interface->subclass == 0xff)
		parser->emergency = true;
	if (interface->active && is_serial(interface) &&
	    layout->serials < LAYOUT_SERIAL_MAX)
		layout->serial[layout->serials++] = interface->serial;
}

static int parse_interface(struct parser *parser, const uint8_t *bytes)
{
	struct layout *layout = parser->layout;
	uint8_t number = bytes[2];
	bool known =
		memchr(layout->interface_numbers, number, layout->interfaces);

	interface_finish(parser);
	if (!known) {
		if (layout->interfaces == sizeof(layout->interface_numbers))
			return -EBADMSG;
		layout->interface_numbers[layout->interfaces++] = number;
	}
	parser->inside = true;
	parser->current = (struct interface){
		.class = bytes[5],
		.subclass = bytes[6],
		.protocol = bytes[7],
		/* The kernel, too, keeps the first of two alike. */
		.active = !known && bytes[3] == 0,
		.serial.interface = number,
	};
	return 0;
}

/*
 * Bulk packets are a power of two everywhere (USB 2.0, 5.8.3; USB 3, 4.4.6),
 * and readers rely on buffers being a multiple of them. Where they are not, or
 * the endpoint is number 0, the interface is no serial port: the endpoint is
 * counted, but not as a bulk one.
 */
static bool is_bulk(const uint8_t *bytes)
{
	unsigned int packet = get_le16(bytes + 4) & ENDPOINT_PACKET;

	return (bytes[3] & ENDPOINT_TYPE) == ENDPOINT_TYPE_BULK &&
	       bytes[2] & ENDPOINT_NUMBER && packet >= LAYOUT_PACKET_MIN &&
	       packet <= LAYOUT_PACKET_MAX && !(packet & (packet - 1));
}

static int parse_endpoint(struct parser *parser, const uint8_t *bytes)
{
	struct interface *interface = &parser->current;
	uint8_t address = bytes[2] & (ENDPOINT_IN | ENDPOINT_NUMBER);
	uint16_t packet = get_le16(bytes + 4) & ENDPOINT_PACKET;

	if (!parser->inside)
		return -EBADMSG;
	interface->endpoints++;
	if (!is_bulk(bytes))
		return 0;
	if (address & ENDPOINT_IN) {
		interface->bulk_ins++;
		interface->serial.bulk_in = address;
		interface->serial.packet_in = packet;
	} else {
		interface->bulk_outs++;
		interface->serial.bulk_out = address;
		interface->serial.packet_out = packet;
	}
	return 0;
}

/* What stands behind the configuration descriptor itself, one after another. */
static int parse_configuration(struct parser *parser, const uint8_t *bytes,
			       size_t size)
{
	while (size) {
		size_t length = bytes[0];
		int r = 0;

		if (length < 2 || length > size)
			return -EBADMSG;
		if (bytes[1] == DESCRIPTOR_INTERFACE)
			r = length < INTERFACE_SIZE
				    ? -EBADMSG
				    : parse_interface(parser, bytes);
		else if (bytes[1] == DESCRIPTOR_ENDPOINT)
			r = length < ENDPOINT_SIZE
				    ? -EBADMSG
				    : parse_endpoint(parser, bytes);
		if (r < 0)
			return r;
		bytes += length;
		size -= length;
	}
	interface_finish(parser);
	return 0;
}

static enum layout_state layout_judge(const struct layout *layout, bool emergency)
{
	if (layout_is_emergency_id(layout->vid, layout->pid) ||
	    (layout->interfaces == 1 && emergency))
		return LAYOUT_STATE_EMERGENCY;
	if (layout->serials == 0)
		return LAYOUT_STATE_NO_SERIAL;
	return layout->serials == 1 ? LAYOUT_STATE_RECOVERY : LAYOUT_STATE_NORMAL;
}

int layout_serial_of(const struct layout *layout, int interface)
{
	for (uint8_t i = 0; i < layout->serials; i++)
		if (layout->serial[i].interface == interface)
			return i;
	return -1;
}

int layout_parse(const uint8_t *raw, size_t size, struct layout *ret)
{
	struct layout layout = {0};
	struct parser parser = {.layout = &layout};
	const uint8_t *configuration;
	size_t total;
	int r;

	if (size < DEVICE_SIZE + CONFIGURATION_SIZE || raw[0] != DEVICE_SIZE ||
	    raw[1] != DESCRIPTOR_DEVICE)
		return -EBADMSG;
	configuration = raw + DEVICE_SIZE;
	total = get_le16(configuration + 2);
	if (configuration[0] < CONFIGURATION_SIZE || configuration[0] > total ||
	    configuration[1] != DESCRIPTOR_CONFIGURATION ||
	    total > size - DEVICE_SIZE)
		return -EBADMSG;
	layout.vid = get_le16(raw + 8);
	layout.pid = get_le16(raw + 10);
	layout.configuration = configuration[5];
	r = parse_configuration(&parser, configuration + configuration[0],
				total - configuration[0]);
	if (r < 0)
		return r;
	layout.state = layout_judge(&layout, parser.emergency);
	/* Whatever it looks like: nothing is to be opened, let alone written to. */
	if (layout.state == LAYOUT_STATE_EMERGENCY) {
		layout.serials = 0;
		layout.functions = 0;
	}
	*ret = layout;
	return 0;
}

unsigned int layout_candidates(const struct layout *layout, int wanted,
			       uint8_t ret[static LAYOUT_SERIAL_MAX])
{
	int told = layout_serial_of(layout, wanted);
	unsigned int count = 0;

	if (told >= 0) {
		ret[0] = (uint8_t)told;
		return 1;
	}
	for (uint8_t serial = 1; serial < layout->serials; serial++)
		ret[count++] = serial;
	if (layout->serials)
		ret[count++] = 0;
	return count;
}

int layout_at_interface(const struct layout *layout, int wanted)
{
	uint8_t order[LAYOUT_SERIAL_MAX];

	return layout_candidates(layout, wanted, order) ? layout->serial[order[0]].interface : -1;
}

static void text_add(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);
	size_t length = strlen(more);

	if (length > size - used - 1)
		length = size - used - 1;
	memcpy(text + used, more, length);
	text[used + length] = '\0';
}

static void text_add_part(char *text, size_t size, const char *part)
{
	if (*text)
		text_add(text, size, "+");
	text_add(text, size, part);
}

void layout_describe(const struct layout *layout, char *ret, size_t size)
{
	static const struct {
		enum layout_function function;
		const char *name;
	} rows[] = {
		{LAYOUT_FUNCTION_QMI, "qmi"}, {LAYOUT_FUNCTION_MBIM, "mbim"},
		{LAYOUT_FUNCTION_ECM, "ecm"}, {LAYOUT_FUNCTION_RNDIS, "rndis"},
		{LAYOUT_FUNCTION_ADB, "adb"},
	};
	char serials[] = {(char)('0' + layout->serials), '\0'};

	if (!size)
		return;
	*ret = '\0';
	if (layout->state == LAYOUT_STATE_EMERGENCY) {
		text_add(ret, size, "emergency download");
		return;
	}
	if (layout->functions & LAYOUT_FUNCTION_DIAG)
		text_add_part(ret, size, "diag");
	if (layout->serials) {
		text_add_part(ret, size, serials);
		text_add(ret, size, " serial");
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (layout->functions & rows[i].function)
			text_add_part(ret, size, rows[i].name);
	if (!*ret)
		text_add(ret, size, "nothing known");
}

const char *layout_model(uint16_t vid, uint16_t pid, bool *ret_promised)
{
	static const struct {
		uint16_t vid, pid;
		bool promised;
		const char *name;
	} rows[] = {
#define USB_ID_MODEM(vid, pid, promised, name) {vid, pid, promised, name},
#include "usb/ids.h"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].vid != vid || rows[i].pid != pid)
			continue;
		if (ret_promised)
			*ret_promised = rows[i].promised;
		return rows[i].name;
	}
	return NULL;
}

bool layout_is_emergency_id(uint16_t vid, uint16_t pid)
{
	static const struct {
		uint16_t vid, pid;
	} rows[] = {
#define USB_ID_EMERGENCY(vid, pid) {vid, pid},
#include "usb/ids.h"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].vid == vid && rows[i].pid == pid)
			return true;
	return false;
}

bool layout_is_emergency_product(const char *product)
{
	return product && strncmp(product, "QUSB", 4) == 0;
}
