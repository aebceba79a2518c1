/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in modem on a bus without a kernel, in virtual time: it is
 * enumerated, configured, read and written as the agent does it, its
 * descriptors and bytes go through the agent's own parsers, and its downloads
 * come from memory.
 */
#ifndef QFOTA_SCENARIO_HOST_H
#define QFOTA_SCENARIO_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/at.h"
#include "modem.h"
#include "usb/layout.h"

#define SCENARIO_PAYLOAD 65536 /* of every package, bytes */

struct scenario_host_events {
	void (*attached)(void *data, const struct layout *layout);
	void (*detached)(void *data);
	void (*line)(void *data, uint8_t serial, const struct at_line *line);
};

struct scenario_host {
	struct modem modem; /* large */
	uint64_t now_us;
	bool on_bus;
	struct layout layout;
	struct at_parser parser[LAYOUT_SERIAL_MAX];
	const char *packages;
	const struct scenario_host_events *events;
	void *data;
	/* What the modem says that it saw. */
	unsigned int accepted, refused; /* requests */
	char misdirected[64]; /* bytes to a port that is none for AT */
};

/* Plugs it in. @settings and @packages ("FROM-TO ...") must outlive it. False: bad settings. */
bool scenario_host_init(struct scenario_host *h, const struct settings *settings,
			const char *packages, const struct scenario_host_events *events,
			void *data);
void scenario_host_clear(struct scenario_host *h);

/* Whatever happens at this very moment, until nothing more does. */
void scenario_host_settle(struct scenario_host *h);
/* Time passes: up to @until_us, or to what the modem does first. */
void scenario_host_wait(struct scenario_host *h, uint64_t until_us);
/* A full last packet has a zero-length one behind it. */
void scenario_host_write(struct scenario_host *h, uint8_t serial, const void *bytes, size_t size);

#endif
