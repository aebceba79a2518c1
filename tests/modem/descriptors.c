/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "descriptors.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <string.h>

#define QUECTEL 0x2c7c
#define VENDOR USB_CLASS_VENDOR_SPEC
#define ETHERNET_ADDRESS "0250F4000001" /* string 4, for ECM */
#define MSM "Qualcomm CDMA Technologies MSM"

#define DIAG                                                               \
	{                                                                  \
		DESCRIPTORS_ROLE_DIAG, VENDOR, 0xff, 0xff, 0, true, false, \
			DESCRIPTORS_EXTRA_NONE                             \
	}
#define SERIAL(role)                                                          \
	{                                                                     \
		role, VENDOR, 0, 0, 10, true, false, DESCRIPTORS_EXTRA_SERIAL \
	}
#define NMEA SERIAL(DESCRIPTORS_ROLE_NMEA)
#define AT SERIAL(DESCRIPTORS_ROLE_AT)
#define MODEM SERIAL(DESCRIPTORS_ROLE_MODEM)
#define QMI                                                               \
	{                                                                 \
		DESCRIPTORS_ROLE_QMI, VENDOR, 0xff, 0xff, 8, true, false, \
			DESCRIPTORS_EXTRA_NONE                            \
	}
#define ADB                                                               \
	{                                                                 \
		DESCRIPTORS_ROLE_ADB, VENDOR, 0x42, 0x01, 0, true, false, \
			DESCRIPTORS_EXTRA_NONE                            \
	}
#define LOADER(protocol)                                                 \
	{                                                                \
		DESCRIPTORS_ROLE_OTHER, VENDOR, 0xff, protocol, 0, true, \
			false, DESCRIPTORS_EXTRA_NONE                    \
	}
/* vendor, fastboot */
#define FASTBOOT                                                          \
	{                                                                 \
		DESCRIPTORS_ROLE_OTHER, VENDOR, 0x42, 0x03, 0, true,      \
			false, DESCRIPTORS_EXTRA_NONE                     \
	}
#define CONTROL(subclass, size, extra)                                     \
	{                                                                  \
		DESCRIPTORS_ROLE_OTHER, USB_CLASS_COMM, subclass, 0, size, \
			false, false, extra                                \
	}
#define DATA(protocol)                                                      \
	{                                                                   \
		DESCRIPTORS_ROLE_OTHER, USB_CLASS_CDC_DATA, 0, protocol, 0, \
			true, true, DESCRIPTORS_EXTRA_NONE                  \
	}
#define MBIM CONTROL(0x0e, 64, DESCRIPTORS_EXTRA_MBIM), DATA(0x02)
/* as Linux gadgets and these modems show it: wireless controller, RNDIS */
#define RNDIS                                                             \
	{                                                                 \
		DESCRIPTORS_ROLE_OTHER, USB_CLASS_WIRELESS_CONTROLLER, 1, \
			3, 8, false, false, DESCRIPTORS_EXTRA_RNDIS       \
	}                                                                 \
	,                                                                 \
	{                                                                 \
		DESCRIPTORS_ROLE_OTHER, USB_CLASS_CDC_DATA, 0, 0, 0, true, \
			false, DESCRIPTORS_EXTRA_NONE                     \
	}
#define ECM CONTROL(0x06, 16, DESCRIPTORS_EXTRA_ECM), DATA(0x00)

#define EP06_MODE(id)                                                      \
	.class = USB_CLASS_MISC, .subclass = 0x02, .protocol = 0x01,       \
	.vid = QUECTEL, .pid = id, .bcd_device = 0x0310, .max_power = 250, \
	.manufacturer = "Quectel"
#define EP06_HIGH \
	.speed = DESCRIPTORS_SPEED_HIGH, .product = "EP06-E", EP06_MODE(0x0306)
#define FUNCTIONS(n, ...) .n_functions = n, .functions = {__VA_ARGS__}

static const struct composition compositions[] = {
	{.name = "hs", EP06_HIGH, FUNCTIONS(5, DIAG, NMEA, AT, MODEM, QMI)},
	{.name = "diag-off", EP06_HIGH, FUNCTIONS(4, NMEA, AT, MODEM, QMI)},
	{.name = "adb", EP06_HIGH, FUNCTIONS(6, DIAG, NMEA, AT, MODEM, QMI, ADB)},
	{.name = "mbim", EP06_HIGH, FUNCTIONS(6, DIAG, NMEA, AT, MODEM, MBIM)},
	{.name = "ecm", EP06_HIGH, FUNCTIONS(6, DIAG, NMEA, AT, MODEM, ECM)},
	/* fact 4.3: in front, and everything else is pushed back */
	{.name = "rndis", EP06_HIGH, FUNCTIONS(6, RNDIS, DIAG, NMEA, AT, MODEM)},
	{.name = "serial", EP06_HIGH, FUNCTIONS(1, AT)},
	{.name = "mute", EP06_HIGH, FUNCTIONS(2, MBIM)},
	{.name = "ss",
	 EP06_MODE(0x0306),
	 .speed = DESCRIPTORS_SPEED_SUPER,
	 .product = "LTE-A Module",
	 FUNCTIONS(6, DIAG, NMEA, AT, MODEM, QMI, ADB)},
	/* fact 4.7: one vendor interface, ff/ff/10, under Quectel's own id */
	{.name = "qdl",
	 .vid = QUECTEL,
	 .pid = 0x0306,
	 .dead = true,
	 .max_power = 250,
	 .manufacturer = MSM,
	 .product = "QUSB_BULK_SN:12345678",
	 .no_serial = true,
	 FUNCTIONS(1, LOADER(0x10))},
	{.name = "edl",
	 .vid = 0x05c6,
	 .pid = 0x9008,
	 .fixed_id = true,
	 .dead = true,
	 .max_power = 1,
	 .manufacturer = MSM,
	 .product = "QUSB__BULK",
	 .no_serial = true,
	 FUNCTIONS(1, LOADER(0xff))},
	/* fact 10.6: what a broken flash may end in */
	{.name = "fastboot",
	 .vid = 0x18d1,
	 .pid = 0xd00d,
	 .fixed_id = true,
	 .dead = true,
	 .max_power = 1,
	 .manufacturer = "Google",
	 .product = "Android",
	 .no_serial = true,
	 FUNCTIONS(1, FASTBOOT)},
	/* fact 4.7: seen once, classes unknown; no serial interface, so MBIM */
	{.name = "two",
	 EP06_MODE(0x0307),
	 .product = "EM06-E",
	 .fixed_id = true,
	 .dead = true,
	 FUNCTIONS(2, MBIM)},
};

const struct composition *composition_find(const char *name)
{
	for (size_t i = 0; i < sizeof(compositions) / sizeof(compositions[0]);
	     i++) {
		if (!strcmp(compositions[i].name, name))
			return &compositions[i];
	}
	return NULL;
}

void composition_endpoints(const struct composition *c, unsigned int interface,
			   struct endpoints *ret_endpoints)
{
	struct endpoints e = {0};
	uint8_t in = 0, out = 0;

	for (unsigned int i = 0; i <= interface && i < c->n_functions; i++) {
		const struct function *f = &c->functions[i];

		e = (struct endpoints){0};
		if (f->bulk) {
			e.bulk_in = USB_DIR_IN | ++in;
			e.bulk_out = ++out;
		}
		if (f->interrupt)
			e.interrupt_in = USB_DIR_IN | ++in;
	}
	*ret_endpoints = e;
}

unsigned int composition_packet(const struct composition *c)
{
	return c->speed == DESCRIPTORS_SPEED_SUPER ? 1024 : 512;
}

/* Where the next descriptor goes; DESCRIPTORS_MAX holds the largest set. */
struct writer {
	uint8_t *bytes;
	size_t length;
};

static void put(struct writer *w, const void *bytes, size_t length)
{
	memcpy(w->bytes + w->length, bytes, length);
	w->length += length;
}

#define PUT(w, ...)                            \
	put(w, (const uint8_t[]){__VA_ARGS__}, \
	    sizeof((const uint8_t[]){__VA_ARGS__}))
#define LE16(n) (uint8_t)((n)&0xff), (uint8_t)((n) >> 8)

static void put_endpoint(struct writer *w, bool super, uint8_t address,
			 uint8_t type, uint16_t packet, uint8_t interval)
{
	uint16_t bytes = type == USB_ENDPOINT_XFER_INT ? packet : 0;

	PUT(w, USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, address, type,
	    LE16(packet), interval);
	if (super)
		PUT(w, USB_DT_SS_EP_COMP_SIZE, USB_DT_SS_ENDPOINT_COMP, 0, 0,
		    LE16(bytes));
}

static void put_extra(struct writer *w, enum descriptors_extra extra,
		      uint8_t interface)
{
	switch (extra) {
	case DESCRIPTORS_EXTRA_NONE:
		break;
	case DESCRIPTORS_EXTRA_SERIAL:
		PUT(w, 5, 0x24, 0x00, 0x10, 0x01);
		PUT(w, 5, 0x24, 0x01, 0x00, 0x00);
		PUT(w, 4, 0x24, 0x02, 0x02);
		PUT(w, 5, 0x24, 0x06, 0x00, 0x00);
		break;
	case DESCRIPTORS_EXTRA_MBIM:
		PUT(w, 5, 0x24, 0x00, 0x10, 0x01);
		PUT(w, 5, 0x24, 0x06, interface, (uint8_t)(interface + 1));
		PUT(w, 12, 0x24, 0x1b, 0x00, 0x01, LE16(4096), 32, 128,
		    LE16(1500), 0x20);
		break;
	case DESCRIPTORS_EXTRA_RNDIS:
		PUT(w, 5, 0x24, 0x00, 0x10, 0x01);
		PUT(w, 5, 0x24, 0x01, 0x00, (uint8_t)(interface + 1));
		PUT(w, 4, 0x24, 0x02, 0x00);
		PUT(w, 5, 0x24, 0x06, interface, (uint8_t)(interface + 1));
		break;
	case DESCRIPTORS_EXTRA_ECM:
		PUT(w, 5, 0x24, 0x00, 0x10, 0x01);
		PUT(w, 5, 0x24, 0x06, interface, (uint8_t)(interface + 1));
		PUT(w, 13, 0x24, 0x0f, 4, 0, 0, 0, 0, LE16(1514), LE16(0), 0);
		break;
	}
}

static void put_interface(struct writer *w, const struct function *f,
			  uint8_t interface, uint8_t alternate,
			  uint8_t n_endpoints)
{
	PUT(w, USB_DT_INTERFACE_SIZE, USB_DT_INTERFACE, interface, alternate,
	    n_endpoints, f->class, f->subclass, f->protocol, 0);
}

static void put_function(struct writer *w, const struct composition *c,
			 uint8_t interface)
{
	const struct function *f = &c->functions[interface];
	bool super = c->speed == DESCRIPTORS_SPEED_SUPER;
	uint8_t bulks = f->bulk ? 2 : 0;
	struct endpoints e;

	composition_endpoints(c, interface, &e);
	put_interface(w, f, interface, 0,
		      (f->alternate ? 0 : bulks) + (f->interrupt ? 1 : 0));
	put_extra(w, f->extra, interface);
	if (f->alternate)
		put_interface(w, f, interface, 1, bulks);
	/* bInterval 9 is 2^8 microframes, the 32 ms of fact 4.1 */
	if (f->interrupt)
		put_endpoint(w, super, e.interrupt_in, USB_ENDPOINT_XFER_INT,
			     f->interrupt, 9);
	if (!f->bulk)
		return;
	put_endpoint(w, super, e.bulk_in, USB_ENDPOINT_XFER_BULK,
		     composition_packet(c), 0);
	put_endpoint(w, super, e.bulk_out, USB_ENDPOINT_XFER_BULK,
		     composition_packet(c), 0);
}

static void put_config(struct writer *w, const struct composition *c)
{
	/* SuperSpeed counts in 8 mA, and 896 mA is what such modules ask for */
	uint8_t power = c->speed == DESCRIPTORS_SPEED_SUPER ? 112 : c->max_power;

	PUT(w, USB_DT_CONFIG_SIZE, USB_DT_CONFIG, 0, 0, c->n_functions, 1, 0,
	    0xa0, power);
	for (uint8_t i = 0; i < c->n_functions; i++)
		put_function(w, c, i);
	w->bytes[2] = (uint8_t)(w->length & 0xff);
	w->bytes[3] = (uint8_t)(w->length >> 8);
}

static void put_device(struct writer *w, const struct identity *id)
{
	const struct composition *c = id->composition;
	bool super = c->speed == DESCRIPTORS_SPEED_SUPER;
	uint8_t serial = c->no_serial || !*id->serial ? 0 : 3;

	PUT(w, USB_DT_DEVICE_SIZE, USB_DT_DEVICE, LE16(super ? 0x0300 : 0x0200),
	    c->class, c->subclass, c->protocol, super ? 9 : 64, LE16(id->vid),
	    LE16(id->pid), LE16(c->bcd_device), 1, 2, serial, 1);
}

static void put_qualifier(struct writer *w, const struct composition *c)
{
	PUT(w, 10, USB_DT_DEVICE_QUALIFIER, LE16(0x0200), c->class, c->subclass,
	    c->protocol, 64, 1, 0);
}

static void put_bos(struct writer *w)
{
	PUT(w, USB_DT_BOS_SIZE, USB_DT_BOS, LE16(22), 2);
	PUT(w, USB_DT_USB_EXT_CAP_SIZE, USB_DT_DEVICE_CAPABILITY,
	    USB_CAP_TYPE_EXT, 0, 0, 0, 0);
	PUT(w, USB_DT_USB_SS_CAP_SIZE, USB_DT_DEVICE_CAPABILITY, USB_SS_CAP_TYPE,
	    0, LE16(USB_5GBPS_OPERATION | USB_HIGH_SPEED_OPERATION), 1, 10,
	    LE16(2047));
}

static int put_string(struct writer *w, const struct identity *id, uint8_t index)
{
	const char *const strings[] = {NULL, id->composition->manufacturer,
				       id->product, id->serial, ETHERNET_ADDRESS};
	size_t length;

	if (!index) {
		PUT(w, 4, USB_DT_STRING, LE16(0x0409));
		return 0;
	}
	if (index >= sizeof(strings) / sizeof(strings[0]))
		return -EPIPE;
	length = strnlen(strings[index], 126);
	PUT(w, (uint8_t)(2 + 2 * length), USB_DT_STRING);
	for (size_t i = 0; i < length; i++)
		PUT(w, LE16((uint8_t)strings[index][i]));
	return 0;
}

int descriptors_get(const struct identity *id, uint8_t type, uint8_t index,
		    uint8_t *buffer) /* NOLINT(readability-non-const-parameter): w writes there */
{
	bool super = id->composition->speed == DESCRIPTORS_SPEED_SUPER;
	struct writer w = {.bytes = buffer};

	if (type == USB_DT_DEVICE)
		put_device(&w, id);
	else if (type == USB_DT_CONFIG && !index)
		put_config(&w, id->composition);
	else if (type == USB_DT_STRING && !put_string(&w, id, index))
		return (int)w.length;
	else if (type == USB_DT_DEVICE_QUALIFIER && !super)
		put_qualifier(&w, id->composition);
	else if (type == USB_DT_BOS && super)
		put_bos(&w);
	else
		return -EPIPE;
	return (int)w.length;
}
