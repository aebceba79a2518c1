/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no honest modem does: descriptors that lie, requests that fail, output
 * without end. Pure; which of it is done is a matter of settings.
 */
#ifndef STANDIN_HOSTILE_H
#define STANDIN_HOSTILE_H

#include "settings.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Makes a lie of an honest descriptor of that type: @bytes has room for
 * DESCRIPTORS_MAX. Returns its new length, or -EPIPE: the request stalls.
 */
int hostile_descriptor(enum settings_lie lie, uint8_t type, uint8_t *bytes,
		       int length);

/* How many requests of each kind there were. */
struct hostile {
	int64_t in, out, control, configure;
};

/* Counts a request and tells how it fails. @setup is of control requests only. */
enum settings_fault hostile_fault(struct hostile *h, const struct settings *s,
				  enum settings_place where, uint8_t endpoint,
				  const uint8_t *setup);

/* What the host controller says of it: a negative errno, or 0. */
int hostile_status(enum settings_fault fault);

/* Fills the buffer of an IN request; returns the bytes. @count goes on from one to the next. */
ssize_t hostile_flood(enum settings_flood flood, uint64_t *count, char *buffer,
		      size_t size);

#endif
