/* SPDX-License-Identifier: GPL-2.0-or-later */
/* USB identities of the modem and what the host reads of them (facts 4.1 to 4.7). */
#ifndef STANDIN_DESCRIPTORS_H
#define STANDIN_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DESCRIPTORS_INTERFACES 6
#define DESCRIPTORS_MAX 1024 /* longest descriptor handed out, bytes */

enum descriptors_role {
	DESCRIPTORS_ROLE_OTHER,
	DESCRIPTORS_ROLE_DIAG,
	DESCRIPTORS_ROLE_NMEA,
	DESCRIPTORS_ROLE_AT,
	DESCRIPTORS_ROLE_MODEM,
	DESCRIPTORS_ROLE_QMI,
	DESCRIPTORS_ROLE_ADB,
};

/* Class-specific descriptors that follow the interface descriptor. */
enum descriptors_extra {
	DESCRIPTORS_EXTRA_NONE,
	DESCRIPTORS_EXTRA_SERIAL, /* the 19 bytes of fact 4.2 */
	DESCRIPTORS_EXTRA_MBIM,
	DESCRIPTORS_EXTRA_ECM,
	DESCRIPTORS_EXTRA_RNDIS,
};

enum descriptors_speed {
	DESCRIPTORS_SPEED_HIGH,
	DESCRIPTORS_SPEED_SUPER,
	/* of no composition */
	DESCRIPTORS_SPEED_LOW,
	DESCRIPTORS_SPEED_FULL,
	DESCRIPTORS_SPEED_WIRELESS,
};

struct function {
	enum descriptors_role role;
	uint8_t class, subclass, protocol;
	uint8_t interrupt; /* packet size of the interrupt IN endpoint, 0: none */
	bool bulk;	   /* a bulk IN and a bulk OUT endpoint */
	bool alternate;	   /* the bulk endpoints are in alternate setting 1 */
	enum descriptors_extra extra;
};

struct composition {
	const char *name;
	enum descriptors_speed speed;
	uint8_t class, subclass, protocol;
	uint16_t vid, pid, bcd_device;
	bool fixed_id; /* a mode of its own: settings do not change its ids */
	bool no_serial;
	bool dead; /* speaks no AT and stays as it is */
	uint8_t max_power;
	const char *manufacturer, *product;
	uint8_t n_functions;
	struct function functions[DESCRIPTORS_INTERFACES];
};

struct endpoints {
	uint8_t interrupt_in, bulk_in, bulk_out; /* 0: none */
};

struct identity {
	const struct composition *composition;
	uint16_t vid, pid;
	const char *product, *serial;
};

/* NULL if there is none of that name. */
const struct composition *composition_find(const char *name);

/* Addresses are handed out in the order of functions, as fact 4.1 shows. */
void composition_endpoints(const struct composition *c, unsigned int interface,
			   struct endpoints *ret_endpoints);

unsigned int composition_packet(const struct composition *c);

/*
 * The descriptor of that type and index, at most DESCRIPTORS_MAX bytes.
 * Returns its length or -EPIPE: there is none, the request stalls.
 */
int descriptors_get(const struct identity *id, uint8_t type, uint8_t index,
		    uint8_t *buffer);

#endif
