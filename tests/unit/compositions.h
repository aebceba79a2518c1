/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compositions that modems show, what a reader is to make of each, and their
 * descriptors as bytes.
 */
#ifndef COMPOSITIONS_H
#define COMPOSITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#define SERIAL(number) { number, 0, 0xff, 0x00, 0x00, 3, CDC }

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

/* The first is an EP06 as delivered, the second one at super speed. */
extern const struct composition compositions[];
extern const size_t compositions_count;

struct bytes {
	uint8_t raw[1024];
	size_t size;
	unsigned int in, out; /* next free endpoint numbers */
};

void put(struct bytes *bytes, const void *more, size_t size);
void put_interface(struct bytes *bytes, const struct interface *interface,
		   bool super_speed);
/* Empties @bytes first. */
void put_composition(struct bytes *bytes, const struct composition *composition);
/* Makes wTotalLength right again. */
void set_total(struct bytes *bytes);

#endif
