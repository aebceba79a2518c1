/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compositions as modems show them, and bytes as nobody should send them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/util.h"
#include "compositions.h"
#include "usb/layout.h"

/* The parser sees exactly @size bytes: one more is a report of the sanitizer. */
static int parse(const struct bytes *bytes, size_t size, struct layout *ret)
{
	_cleanup_free_ uint8_t *raw = malloc(size ? size : 1);

	assert_non_null(raw);
	memcpy(raw, bytes->raw, size);
	return layout_parse(raw, size, ret);
}

static void check_composition(const struct composition *composition)
{
	uint8_t candidates[LAYOUT_SERIAL_MAX];
	struct layout layout;
	struct bytes bytes;
	unsigned int i;
	char text[64];

	print_message("%s\n", composition->name);
	put_composition(&bytes, composition);
	if (composition->total)
		assert_int_equal(bytes.size - 18, composition->total);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.vid, composition->vid);
	assert_int_equal(layout.pid, composition->pid);
	assert_int_equal(layout.configuration, 1);
	assert_int_equal(layout.state, composition->state);
	assert_int_equal(layout.functions, composition->functions);
	assert_int_equal(layout.interfaces, composition->count);
	for (i = 0; composition->serials[i] != 0xee; i++)
		assert_int_equal(layout.serial[i].interface, composition->serials[i]);
	assert_int_equal(layout.serials, i);
	assert_int_equal(layout_candidates(&layout, -1, candidates), i);
	for (i = 0; composition->candidates[i] != 0xee; i++)
		assert_int_equal(candidates[i], composition->candidates[i]);
	layout_describe(&layout, text, sizeof(text));
	assert_string_equal(text, composition->text);
}

static void test_compositions(void **state)
{
	(void)state;
	for (size_t i = 0; i < compositions_count; i++)
		check_composition(&compositions[i]);
}

/* Endpoints and packet sizes as the dump of an EP06-E has them. */
static void test_endpoints(void **state)
{
	static const struct layout_serial expected[] = {
		{ 1, 0x82, 0x02, 512, 512 },
		{ 2, 0x84, 0x03, 512, 512 },
		{ 3, 0x86, 0x04, 512, 512 },
	};
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(layout.serial[i].interface, expected[i].interface);
		assert_int_equal(layout.serial[i].bulk_in, expected[i].bulk_in);
		assert_int_equal(layout.serial[i].bulk_out, expected[i].bulk_out);
		assert_int_equal(layout.serial[i].packet_in, expected[i].packet_in);
		assert_int_equal(layout.serial[i].packet_out, expected[i].packet_out);
	}
	put_composition(&bytes, &compositions[1]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.serial[1].packet_in, 1024);
}

static void test_second_configuration_is_not_read(void **state)
{
	struct layout layout;
	struct bytes bytes;
	size_t first;

	(void)state;
	put_composition(&bytes, &compositions[3]);
	first = bytes.size;
	put(&bytes, (uint8_t[]){ 9, 2, 18, 0, 1, 2, 0, 0xa0, 250 }, 9);
	put(&bytes, (uint8_t[]){ 9, 4, 9, 0, 0, 0xff, 0x42, 0x01, 0 }, 9);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.interfaces, 4);
	assert_int_equal(layout.functions, LAYOUT_FUNCTION_QMI);
	/* ... unless the first one claims to be that long. */
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.functions, LAYOUT_FUNCTION_QMI | LAYOUT_FUNCTION_ADB);
	assert_int_equal(parse(&bytes, first, &layout), -EBADMSG);
}

static void test_more_than_there_can_be(void **state)
{
	struct interface interface = SERIAL(0);
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	bytes.size = 27;
	bytes.in = bytes.out = 1;
	interface.flags = 0;
	interface.endpoints = 2;
	for (; interface.number < 32; interface.number++) {
		bytes.in = bytes.out = interface.number % 15 + 1;
		put_interface(&bytes, &interface, false);
	}
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	assert_int_equal(layout.interfaces, 32);
	assert_int_equal(layout.serials, LAYOUT_SERIAL_MAX);
	assert_int_equal(layout.serial[7].interface, 7);
	put(&bytes, (uint8_t[]){ 9, 4, 32, 0, 0, 0xff, 0, 0, 0 }, 9);
	set_total(&bytes);
	assert_int_equal(parse(&bytes, bytes.size, &layout), -EBADMSG);
}

/* What every caller relies on, whatever the bytes were. */
static void check_valid(const struct layout *layout)
{
	assert_true(layout->interfaces <= sizeof(layout->interface_numbers));
	assert_true(layout->serials <= LAYOUT_SERIAL_MAX);
	assert_true(layout->serials <= layout->interfaces);
	for (unsigned int i = 0; i < layout->serials; i++) {
		const struct layout_serial *serial = &layout->serial[i];

		assert_in_range(serial->bulk_in, 0x81, 0x8f);
		assert_in_range(serial->bulk_out, 0x01, 0x0f);
		assert_in_range(serial->packet_in, 8, 1024);
		assert_in_range(serial->packet_out, 8, 1024);
		assert_int_equal(2048 % serial->packet_in, 0);
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(layout->serial[k].interface,
					     serial->interface);
	}
}

static void check_any(const struct bytes *bytes, size_t size)
{
	struct layout layout;
	int r = parse(bytes, size, &layout);

	if (r == 0)
		check_valid(&layout);
	else
		assert_int_equal(r, -EBADMSG);
}

static void test_every_truncation(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < compositions_count; i++) {
		put_composition(&bytes, &compositions[i]);
		for (size_t size = 0; size < bytes.size; size++)
			assert_int_equal(parse(&bytes, size, &layout), -EBADMSG);
		/* The same, owned up to in wTotalLength: the walk has to see it. */
		while (bytes.size-- > 22) {
			set_total(&bytes);
			check_any(&bytes, bytes.size);
		}
	}
}

/* Every length, type, class, address and packet size there is, one at a time. */
static void test_every_byte(void **state)
{
	struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < compositions_count; i++) {
		put_composition(&bytes, &compositions[i]);
		for (size_t at = 0; at < bytes.size; at++) {
			uint8_t good = bytes.raw[at];

			for (unsigned int value = 0; value < 256; value++) {
				bytes.raw[at] = (uint8_t)value;
				check_any(&bytes, bytes.size);
			}
			bytes.raw[at] = good;
		}
	}
}

static void test_bad_lengths(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
	} rows[] = {
		{ "device descriptor of 17 bytes", 0, 17 },
		{ "not a device descriptor", 1, 2 },
		{ "configuration descriptor of 8 bytes", 18, 8 },
		{ "configuration descriptor beyond its total", 18, 210 },
		{ "not a configuration descriptor", 19, 7 },
		{ "total below its own descriptor", 20, 8 },
		{ "total beyond the end", 20, 210 },
		{ "interface of length 0", 27, 0 },
		{ "interface of length 1", 27, 1 },
		{ "interface of 8 bytes", 27, 8 },
		{ "interface beyond the end", 27, 201 },
		{ "endpoint of 6 bytes", 36, 6 },
		{ "endpoint before any interface", 28, 0x24 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct layout layout = { .serials = 77 };
		struct bytes bytes;

		print_message("%s\n", rows[i].name);
		put_composition(&bytes, &compositions[0]);
		bytes.raw[rows[i].at] = rows[i].value;
		assert_int_equal(parse(&bytes, bytes.size, &layout), -EBADMSG);
		assert_int_equal(layout.serials, 77);
	}
}

/* At the very end, where what is missing would be read from beyond it. */
static void test_short_last_endpoint(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	for (uint8_t length = 0; length < 7; length++) {
		put_composition(&bytes, &compositions[0]);
		bytes.size -= 7;
		bytes.raw[bytes.size] = length;
		bytes.size += length;
		set_total(&bytes);
		assert_int_equal(parse(&bytes, bytes.size, &layout),
				 length ? -EBADMSG : 0);
	}
}

static void test_describe_is_terminated(void **state)
{
	struct layout layout;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	assert_int_equal(parse(&bytes, bytes.size, &layout), 0);
	for (size_t size = 0; size <= sizeof("diag+3 serial+qmi"); size++) {
		char *text = malloc(size ? size : 1);

		assert_non_null(text);
		layout_describe(&layout, text, size);
		if (size) {
			assert_int_equal(strlen(text), size - 1);
			assert_memory_equal(text, "diag+3 serial+qmi", size - 1);
		}
		free(text);
	}
}

static void test_ids(void **state)
{
	static const struct {
		uint16_t vid, pid;
		const char *model;
		bool promised, emergency;
	} rows[] = {
		{ 0x2c7c, 0x0306, "EP06", true, false },
		{ 0x2c7c, 0x0125, "EC25", false, false },
		{ 0x2c7c, 0x0512, "EG18", false, false },
		{ 0x2c7c, 0x0296, NULL, false, false },
		{ 0x05c6, 0x0306, NULL, false, false },
		{ 0x05c6, 0x9008, NULL, false, true },
		{ 0x3763, 0x3c93, NULL, false, true },
		{ 0x9008, 0x05c6, NULL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool promised = false;
		const char *model = layout_model(rows[i].vid, rows[i].pid, &promised);

		if (rows[i].model)
			assert_string_equal(model, rows[i].model);
		else
			assert_null(model);
		assert_int_equal(promised, rows[i].promised);
		assert_int_equal(layout_is_emergency_id(rows[i].vid, rows[i].pid),
				 rows[i].emergency);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compositions),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_second_configuration_is_not_read),
		cmocka_unit_test(test_more_than_there_can_be),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_bad_lengths),
		cmocka_unit_test(test_short_last_endpoint),
		cmocka_unit_test(test_describe_is_terminated),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
