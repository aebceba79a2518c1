/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario_host.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/text.h"

#define IN_SIZE 4096 /* of one IN request, as the agent queues them */

static void wire_hear(void *context, const char *line)
{
	struct scenario_host *h = context;

	h->accepted += text_after(line, "request accepted") != NULL;
	h->refused += text_after(line, "request refused") != NULL;
	if (text_after(line, "out if="))
		snprintf(h->misdirected, sizeof(h->misdirected), "%s", line);
}

/* ---- coming ---- */

static int control(struct scenario_host *h, uint8_t type, uint8_t request, uint16_t value,
		   uint16_t index, uint8_t data[static DESCRIPTORS_MAX])
{
	uint16_t length = type & USB_DIR_IN ? DESCRIPTORS_MAX : 0;
	const uint8_t setup[8] = {
		type, request, (uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)index, (uint8_t)(index >> 8), (uint8_t)length, (uint8_t)(length >> 8),
	};

	return modem_control(&h->modem, h->now_us, setup, data);
}

static int descriptor(struct scenario_host *h, uint8_t type, uint8_t index,
		      uint8_t data[static DESCRIPTORS_MAX])
{
	return control(h, USB_DIR_IN, USB_REQ_GET_DESCRIPTOR, (uint16_t)(type << 8 | index), 0,
		       data);
}

/* The product string in the letters that UTF-16 shares with ASCII. */
static void product_read(struct scenario_host *h, uint8_t index, char *ret, size_t size)
{
	uint8_t data[DESCRIPTORS_MAX];
	int length = descriptor(h, USB_DT_STRING, index, data);
	size_t used = 0;

	for (int i = 2; i + 1 < length && used + 1 < size; i += 2)
		ret[used++] = (char)data[i];
	ret[used] = '\0';
}

static void layout_read(struct scenario_host *h)
{
	uint8_t device[DESCRIPTORS_MAX], configuration[DESCRIPTORS_MAX];
	uint8_t raw[2 * DESCRIPTORS_MAX];
	int first = descriptor(h, USB_DT_DEVICE, 0, device);
	int second = descriptor(h, USB_DT_CONFIG, 0, configuration);
	char product[64];

	memcpy(raw, device, (size_t)first);
	memcpy(raw + first, configuration, (size_t)second);
	if (layout_parse(raw, (size_t)first + (size_t)second, &h->layout) < 0)
		h->layout = (struct layout){ .state = LAYOUT_STATE_NO_SERIAL };
	product_read(h, device[15], product, sizeof(product));
	/* As the agent's attachment takes it. */
	if (text_after(product, "QUSB"))
		h->layout.state = LAYOUT_STATE_EMERGENCY;
}

static void appear(struct scenario_host *h)
{
	uint8_t data[DESCRIPTORS_MAX];

	modem_attached(&h->modem, h->now_us);
	h->on_bus = true;
	layout_read(h);
	control(h, 0, USB_REQ_SET_CONFIGURATION, h->layout.configuration, 0, data);
	for (uint8_t i = 0; i < h->layout.serials; i++) {
		h->parser[i] = (struct at_parser){ 0 };
		control(h, 0x21, 0x22, 3, h->layout.serial[i].interface, data);
	}
	h->events->attached(h->data, &h->layout);
}

/* ---- what the servers have ---- */

static bool package_split(const char *url, char *from, char *to, size_t size)
{
	const char *name = strrchr(url, '/') + 1;
	size_t first = strcspn(name, "-");
	size_t second = name[first] ? strcspn(name + first + 1, ".") : 0;

	if (!second || first >= size || second >= size)
		return false;
	snprintf(from, size, "%.*s", (int)first, name);
	snprintf(to, size, "%.*s", (int)second, name + first + 1);
	return true;
}

static bool is_served(const struct scenario_host *h, const char *from, const char *to)
{
	char pair[2 * PACKAGE_REVISION];

	snprintf(pair, sizeof(pair), "%s-%s", from, to);
	return strstr(h->packages, pair) != NULL;
}

static void fetch(struct scenario_host *h, const char *url)
{
	char from[PACKAGE_REVISION], to[PACKAGE_REVISION];
	char *package = NULL;
	size_t size = 0;
	FILE *out;

	if (!package_split(url, from, to, sizeof(from)) || !is_served(h, from, to)) {
		modem_fetch_done(&h->modem, h->now_us, "not found");
		return;
	}
	out = open_memstream(&package, &size);
	package_write(out, from, to, SCENARIO_PAYLOAD);
	fclose(out);
	modem_fetch_data(&h->modem, package, size);
	modem_fetch_done(&h->modem, h->now_us, NULL);
	free(package);
}

/* ---- in between ---- */

static void act(struct scenario_host *h, const struct modem_action *action)
{
	switch (action->kind) {
	case MODEM_ACTION_ENTER:
		appear(h);
		break;
	case MODEM_ACTION_LEAVE:
		h->on_bus = false;
		h->events->detached(h->data);
		break;
	case MODEM_ACTION_FETCH:
		fetch(h, action->url);
		break;
	}
}

static void bytes_take(struct scenario_host *h, uint8_t serial, const uint8_t *bytes, size_t size)
{
	struct at_line line;

	while (size) {
		size_t taken = at_parser_feed(&h->parser[serial], bytes, size, &line);

		bytes += taken;
		size -= taken;
		if (line.type != AT_LINE_NONE)
			h->events->line(h->data, serial, &line);
	}
}

static bool read_once(struct scenario_host *h, uint8_t serial)
{
	uint8_t buffer[IN_SIZE];
	ssize_t length = modem_bulk_in(&h->modem, h->now_us, h->layout.serial[serial].bulk_in,
				       buffer, sizeof(buffer));

	if (length > 0)
		bytes_take(h, serial, buffer, (size_t)length);
	return length >= 0;
}

void scenario_host_settle(struct scenario_host *h)
{
	struct modem_action action;
	bool more;

	do {
		more = false;
		while (modem_next_action(&h->modem, &action)) {
			act(h, &action);
			more = true;
		}
		for (uint8_t i = 0; h->on_bus && i < h->layout.serials; i++)
			more |= read_once(h, i);
	} while (more);
}

void scenario_host_wait(struct scenario_host *h, uint64_t until_us)
{
	uint64_t next = modem_deadline(&h->modem);

	h->now_us = next < until_us ? next : until_us;
	modem_advance(&h->modem, h->now_us);
	scenario_host_settle(h);
}

void scenario_host_write(struct scenario_host *h, uint8_t serial, const void *bytes, size_t size)
{
	const struct layout_serial *port = &h->layout.serial[serial];

	modem_bulk_out(&h->modem, h->now_us, port->bulk_out, bytes, size);
	if (size % port->packet_out == 0)
		modem_bulk_out(&h->modem, h->now_us, port->bulk_out, NULL, 0);
}

bool scenario_host_init(struct scenario_host *h, const struct settings *settings,
			const char *packages, const struct scenario_host_events *events,
			void *data)
{
	memset(h, 0, sizeof(*h));
	if (modem_init(&h->modem, settings) < 0)
		return false;
	h->now_us = 1000000;
	h->packages = packages;
	h->events = events;
	h->data = data;
	h->modem.wire = wire_hear;
	h->modem.wire_context = h;
	modem_power_on(&h->modem, h->now_us);
	return true;
}

void scenario_host_clear(struct scenario_host *h)
{
	modem_clear(&h->modem);
}
