/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From raw USB descriptors to what matters of a modem: its serial interfaces
 * in order, which of them is the AT port, its composition, and the states in
 * which it is no modem any more. Pure: bytes in, a value out.
 *
 * Interface numbers say nothing (they move with the composition); classes and
 * their order do: DIAG ff/ff/ff with two endpoints, then NMEA, AT, modem as
 * ff/00/00 (siblings: protocol 40) with one bulk IN and one bulk OUT each,
 * then QMI ff/ff/ff with three, then ADB ff/42/01 (kernel commit
 * 36cae568404a; DUMP06, SS06 of the fact collection, 4.1 to 4.3).
 */
#ifndef QFOTA_LAYOUT_H
#define QFOTA_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_SERIAL_MAX 8
#define LAYOUT_PACKET_MIN 8
#define LAYOUT_PACKET_MAX 1024

enum layout_state {
	LAYOUT_STATE_NORMAL,	  /* two or more serial interfaces */
	LAYOUT_STATE_RECOVERY,	  /* one serial interface: only ever listened to */
	/* 05c6:9008 and kin, or one ff/ff/xx interface alone (fact 4.7) */
	LAYOUT_STATE_EMERGENCY,
	LAYOUT_STATE_NO_SERIAL,	  /* nothing that could speak AT (0307, MBIM only) */
};

/* Bits of layout.functions */
enum layout_function {
	LAYOUT_FUNCTION_DIAG = 1 << 0,
	LAYOUT_FUNCTION_QMI = 1 << 1,
	LAYOUT_FUNCTION_ADB = 1 << 2,
	LAYOUT_FUNCTION_MBIM = 1 << 3,
	LAYOUT_FUNCTION_ECM = 1 << 4,
	LAYOUT_FUNCTION_RNDIS = 1 << 5,
};

struct layout_serial {
	uint8_t interface;
	uint8_t bulk_in;	/* endpoint address, 0x81..0x8f */
	uint8_t bulk_out;	/* endpoint address, 0x01..0x0f */
	uint16_t packet_in;	/* wMaxPacketSize: a power of two, 8..1024 bytes */
	uint16_t packet_out;
};

struct layout {
	uint16_t vid;
	uint16_t pid;
	uint8_t configuration; /* bConfigurationValue of the first configuration */
	uint8_t interfaces;    /* how many distinct interface numbers */
	uint8_t interface_numbers[32];
	enum layout_state state;
	unsigned int functions; /* layout_function bits; 0 in an emergency */
	/* Used rows of serial[], in descriptor order; 0 in an emergency. */
	uint8_t serials;
	struct layout_serial serial[LAYOUT_SERIAL_MAX];
};

/*
 * @raw: a device descriptor followed by its configuration descriptors, as
 * sysfs `descriptors` or a usbfs node gives them; only the first
 * configuration counts, and of each interface number the setting that is
 * active after SET_CONFIGURATION. Unknown descriptors are skipped.
 * -EBADMSG: not such bytes (short, a length of 0 or beyond the end, an
 * endpoint before any interface, more than 32 interface numbers).
 */
int layout_parse(const uint8_t *raw, size_t size, struct layout *ret);

/*
 * Where AT may be asked for, best first: second serial (AT), third (modem), the
 * others, first (NMEA) last. @wanted: the interface number that a person named; it alone,
 * as long as a serial one has it, for numbers move with the composition; -1: none. Fills
 * @ret with indices into layout->serial, returns how many.
 */
unsigned int layout_candidates(const struct layout *layout, int wanted,
			       uint8_t ret[static LAYOUT_SERIAL_MAX]);
/* The interface number of the best of them; -1: there is none. */
int layout_at_interface(const struct layout *layout, int wanted);

/* Index into layout->serial of the one with that interface number; -1: there is none. */
int layout_serial_of(const struct layout *layout, int interface);

/*
 * "diag+3 serial+qmi": for people; cut off and terminated where @size is small.
 */
void layout_describe(const struct layout *layout, char *ret, size_t size);

/*
 * A row of ids.h: its name ("EP06"), or NULL, with @ret_promised untouched, if
 * the ids are not supported. @ret_promised may be NULL.
 */
const char *layout_model(uint16_t vid, uint16_t pid, bool *ret_promised);
bool layout_is_emergency_id(uint16_t vid, uint16_t pid);
/* "QUSB_BULK_SN:…" and kin, of any ids, are of the boot ROM too (facts 4.7). @product NULL: not. */
bool layout_is_emergency_product(const char *product);

#endif
