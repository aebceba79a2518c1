/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host in virtual time for the self-test: configures, reads, writes, serves packages. */
#ifndef STANDIN_HOST_H
#define STANDIN_HOST_H

#include "modem.h"

#define HOST_TEXT 32768

struct host {
	struct settings settings;
	struct modem modem;
	uint64_t now_us;
	bool configures, raises_dtr, reads; /* all true unless a test says so */
	const char *package; /* what a fetch brings; NULL: an error */
	size_t read_size;
	/* what AT and modem port said; transfers parted by '|' if wanted */
	bool mark_transfers;
	char at[HOST_TEXT], modem_port[HOST_TEXT], nmea[HOST_TEXT];
	char wire[HOST_TEXT];
	unsigned int returns;
	bool on_bus;
};

/* Settings as "key=value" strings, ended by NULL. Fails the test on a bad one. */
void host_plug(struct host *h, const char *const *settings);
void host_unplug(struct host *h);

/* Let that much time pass, and whatever happens in it. */
void host_wait(struct host *h, uint64_t ms);

/* Send text to the AT port (or another), and see what it says at once. */
void host_type(struct host *h, const char *text);
void host_write(struct host *h, enum descriptors_role role, const void *bytes,
		size_t length);
void host_line_state(struct host *h, enum descriptors_role role, bool dtr);

/* Forget what was seen. */
void host_forget(struct host *h);

/* The lines of text without framing, parted by " / ", "+QIND: \"FOTA\"," cut off. */
const char *host_lines(const char *text);

#endif
