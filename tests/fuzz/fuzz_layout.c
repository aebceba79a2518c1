/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw descriptors, which may lie: what is read from them can be opened and read
 * from without another look.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "usb/layout.h"

static bool is_packet(uint16_t packet)
{
	return packet >= LAYOUT_PACKET_MIN && packet <= LAYOUT_PACKET_MAX &&
	       !(packet & (packet - 1));
}

static void check_serial(const struct layout *layout, const struct layout_serial *serial)
{
	LAW(memchr(layout->interface_numbers, serial->interface, layout->interfaces));
	LAW(serial->bulk_in >= 0x81 && serial->bulk_in <= 0x8f);
	LAW(serial->bulk_out >= 0x01 && serial->bulk_out <= 0x0f);
	LAW(is_packet(serial->packet_in) && is_packet(serial->packet_out));
}

static void check_numbers(const struct layout *layout)
{
	const uint8_t *numbers = layout->interface_numbers;

	LAW(layout->interfaces <= sizeof(layout->interface_numbers));
	for (uint8_t i = 0; i < layout->interfaces; i++)
		LAW(!memchr(numbers, numbers[i], i));
	LAW(layout->serials <= LAYOUT_SERIAL_MAX);
	for (uint8_t i = 0; i < layout->serials; i++) {
		check_serial(layout, &layout->serial[i]);
		for (uint8_t j = 0; j < i; j++)
			LAW(layout->serial[i].interface != layout->serial[j].interface);
	}
}

/* Each port once. */
static void check_candidates(const struct layout *layout)
{
	uint8_t candidates[LAYOUT_SERIAL_MAX];
	unsigned int count = layout_candidates(layout, -1, candidates);

	LAW(count == layout->serials);
	for (unsigned int i = 0; i < count; i++)
		LAW(candidates[i] < layout->serials && !memchr(candidates, candidates[i], i));
}

static void check_state(const struct layout *layout)
{
	switch (layout->state) {
	case LAYOUT_STATE_NORMAL:
		LAW(layout->serials >= 2);
		break;
	case LAYOUT_STATE_RECOVERY:
		LAW(layout->serials == 1);
		break;
	case LAYOUT_STATE_EMERGENCY:
		LAW(!layout->functions && !layout->serials);
		break;
	case LAYOUT_STATE_NO_SERIAL:
		LAW(!layout->serials);
		break;
	}
	if (layout_is_emergency_id(layout->vid, layout->pid))
		LAW(layout->state == LAYOUT_STATE_EMERGENCY);
}

static void check_description(const struct layout *layout)
{
	char whole[64], text[64];

	layout_describe(layout, whole, sizeof(whole));
	LAW(*whole && fuzz_is_plain(whole));
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		layout_describe(layout, text, size);
		LAW(strlen(text) < size && strncmp(text, whole, strlen(text)) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct layout layout;

	memset(&layout, 0xa5, sizeof(layout));
	if (layout_parse(bytes, size, &layout) < 0) {
		/* Written on success only. */
		for (size_t i = 0; i < sizeof(layout); i++)
			LAW(((const uint8_t *)&layout)[i] == 0xa5);
		return 0;
	}
	check_numbers(&layout);
	check_candidates(&layout);
	check_state(&layout);
	check_description(&layout);
	layout_model(layout.vid, layout.pid, NULL);
	return 0;
}
