/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/usb/ch9.h>
#include <string.h>

static void append(char *text, const void *bytes, size_t length)
{
	size_t used = strlen(text);

	assert_true(length < HOST_TEXT - used);
	memcpy(text + used, bytes, length);
	text[used + length] = '\0';
}

static void wire(void *context, const char *line)
{
	struct host *h = context;

	append(h->wire, line, strlen(line));
	append(h->wire, "\n", 1);
}

static struct modem_port *find(struct host *h, enum descriptors_role role)
{
	for (int i = 0; i < MODEM_SERIALS; i++) {
		struct modem_port *p = &h->modem.ports[i];

		if (p->present && p->role == role)
			return p;
	}
	return NULL;
}

static void read_port(struct host *h, enum descriptors_role role, char *text)
{
	const struct modem_port *p = find(h, role);
	char buffer[16384];
	ssize_t n;

	while (p && h->reads) {
		n = modem_bulk_in(&h->modem, h->now_us, p->endpoints.bulk_in,
				  buffer, h->read_size);
		if (n == -EAGAIN)
			break;
		assert_true(n >= 0);
		append(text, buffer, (size_t)n);
		if (h->mark_transfers)
			append(text, "|", 1);
	}
}

static void fetch(struct host *h)
{
	const char *package = h->package;

	if (package)
		modem_fetch_data(&h->modem, package, strlen(package));
	modem_fetch_done(&h->modem, h->now_us, package ? NULL : "not found");
}

static void configure(struct host *h)
{
	static const uint8_t setup[8] = {0, USB_REQ_SET_CONFIGURATION, 1};
	uint8_t data[DESCRIPTORS_MAX];

	assert_int_equal(modem_control(&h->modem, h->now_us, setup, data), 0);
	for (int i = 0; i < MODEM_SERIALS; i++) {
		struct modem_port *p = &h->modem.ports[i];

		if (p->present && h->raises_dtr)
			host_line_state(h, p->role, true);
	}
}

static void enter(struct host *h)
{
	modem_attached(&h->modem, h->now_us);
	h->on_bus = true;
	h->returns++;
	if (h->configures)
		configure(h);
}

static void act(struct host *h)
{
	struct modem_action action;

	while (modem_next_action(&h->modem, &action)) {
		switch (action.kind) {
		case MODEM_ACTION_ENTER:
			enter(h);
			break;
		case MODEM_ACTION_LEAVE:
			h->on_bus = false;
			append(h->at, "\n<leave>\n", 9);
			break;
		case MODEM_ACTION_FETCH:
			fetch(h);
			break;
		}
	}
}

static void see(struct host *h)
{
	act(h);
	read_port(h, DESCRIPTORS_ROLE_AT, h->at);
	read_port(h, DESCRIPTORS_ROLE_MODEM, h->modem_port);
	read_port(h, DESCRIPTORS_ROLE_NMEA, h->nmea);
}

void host_wait(struct host *h, uint64_t ms)
{
	uint64_t end = h->now_us + ms * 1000;

	see(h);
	while (modem_deadline(&h->modem) <= end) {
		h->now_us = modem_deadline(&h->modem);
		modem_advance(&h->modem, h->now_us);
		see(h);
	}
	h->now_us = end;
	modem_advance(&h->modem, end);
	see(h);
}

void host_write(struct host *h, enum descriptors_role role, const void *bytes,
		size_t length)
{
	const struct modem_port *p;

	act(h);
	p = find(h, role);
	assert_non_null(p);
	assert_int_equal(modem_bulk_out(&h->modem, h->now_us,
					p->endpoints.bulk_out, bytes, length),
			 0);
	see(h);
}

void host_type(struct host *h, const char *text)
{
	host_write(h, DESCRIPTORS_ROLE_AT, text, strlen(text));
}

void host_line_state(struct host *h, enum descriptors_role role, bool dtr)
{
	const struct modem_port *p = find(h, role);
	uint8_t setup[8] = {0x21, 0x22, dtr ? 3 : 0, 0};
	uint8_t data[DESCRIPTORS_MAX];

	assert_non_null(p);
	setup[4] = p->interface;
	assert_int_equal(modem_control(&h->modem, h->now_us, setup, data), 0);
}

void host_forget(struct host *h)
{
	h->at[0] = h->modem_port[0] = h->nmea[0] = h->wire[0] = '\0';
}

static void set(struct settings *s, const char *text)
{
	const char *value = strchr(text, '=');
	char key[64];

	assert_non_null(value);
	snprintf(key, sizeof(key), "%.*s", (int)(value - text), text);
	if (settings_set(s, key, value + 1))
		fail_msg("setting %s", text);
}

void host_plug(struct host *h, const char *const *settings)
{
	memset(h, 0, sizeof(*h));
	settings_init(&h->settings);
	for (; settings && *settings; settings++)
		set(&h->settings, *settings);
	assert_int_equal(modem_init(&h->modem, &h->settings), 0);
	h->configures = h->raises_dtr = h->reads = true;
	h->read_size = 4096;
	h->modem.wire = wire;
	h->modem.wire_context = h;
	modem_power_on(&h->modem, h->now_us);
}

void host_unplug(struct host *h)
{
	modem_clear(&h->modem);
}

const char *host_lines(const char *text)
{
	static const char prefix[] = "+QIND: \"FOTA\",";
	static char lines[HOST_TEXT];
	char copy[HOST_TEXT];
	char *rest = copy;

	lines[0] = '\0';
	append(strcpy(copy, ""), text, strlen(text));
	for (char *line; (line = strsep(&rest, "\r\n"));) {
		if (!*line)
			continue;
		if (!strncmp(line, prefix, strlen(prefix)))
			line += strlen(prefix);
		if (lines[0])
			append(lines, " / ", 3);
		append(lines, line, strlen(line));
	}
	return lines;
}
