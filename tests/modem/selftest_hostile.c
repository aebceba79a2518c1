/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stand-in does that no honest modem does, and when it begins and ends. */
#include "host.h"
#include "hostile.h"
#include "settings.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"

/* What a host reads that asks for a whole descriptor. */
static int descriptor_read(const char *lie, uint8_t type, uint8_t index,
			   uint8_t *ret)
{
	const uint8_t setup[8] = {
		USB_DIR_IN, USB_REQ_GET_DESCRIPTOR, index, type, 0, 0, 0xff,
		0xff};
	static struct host h;
	int length;

	host_plug(&h, SET(QUIET, lie));
	length = modem_control(&h.modem, h.now_us, setup, ret);
	host_unplug(&h);
	return length;
}

static int descriptors_count(const uint8_t *bytes, int length, uint8_t type)
{
	int count = 0;

	for (int at = 0; at < length; at += bytes[at]) {
		assert_true(bytes[at]);
		count += bytes[at + 1] == type;
	}
	return count;
}

static void test_lies(void **state)
{
	uint8_t honest[DESCRIPTORS_MAX], lie[DESCRIPTORS_MAX];
	int length = descriptor_read("lie=none", USB_DT_CONFIG, 0, honest);

	(void)state;
	assert_int_equal(honest[2] | honest[3] << 8, length);
	assert_int_equal(descriptor_read("lie=total-more", USB_DT_CONFIG, 0, lie),
			 length);
	assert_int_equal(lie[2] | lie[3] << 8, 4095);
	assert_memory_equal(lie + 4, honest + 4, (size_t)length - 4);
	assert_int_equal(
		descriptor_read("lie=endpoints-none", USB_DT_CONFIG, 0, lie),
		length);
	for (int at = 0; at < length; at += lie[at])
		assert_true(lie[at + 1] != USB_DT_INTERFACE || !lie[at + 4]);
	/* The others say the truth, as long as they are not about the configuration. */
	assert_int_equal(
		descriptor_read("lie=configurations", USB_DT_CONFIG, 0, lie),
		length);
	assert_memory_equal(lie, honest, (size_t)length);
}

static void test_lie_interfaces(void **state)
{
	uint8_t lie[DESCRIPTORS_MAX];
	int length = descriptor_read("lie=interfaces", USB_DT_CONFIG, 0, lie);

	(void)state;
	assert_int_equal(descriptors_count(lie, length, USB_DT_INTERFACE), 30);
	assert_int_equal(descriptors_count(lie, length, USB_DT_ENDPOINT), 60);
	assert_int_equal(lie[2] | lie[3] << 8, length);
}

static void test_lie_strings(void **state)
{
	uint8_t lie[DESCRIPTORS_MAX];

	(void)state;
	assert_int_equal(
		descriptor_read("lie=string-noise", USB_DT_STRING, 2, lie), 254);
	assert_int_equal(lie[0], 254);
	assert_int_equal(lie[2], 0x1b);
	assert_int_equal(
		descriptor_read("lie=string-noise", USB_DT_STRING, 0, lie), 4);
	assert_int_equal(
		descriptor_read("lie=string-stall", USB_DT_STRING, 2, lie),
		-EPIPE);
	assert_true(descriptor_read("lie=string-zero", USB_DT_STRING, 2, lie) > 2);
	assert_int_equal(lie[0], 0);
}

static void test_faults(void **state)
{
	static const uint8_t line_state[8] = {0x21, 0x22, 3};
	static const uint8_t get_descriptor[8] = {USB_DIR_IN,
						  USB_REQ_GET_DESCRIPTOR};
	static const uint8_t configure[8] = {0, USB_REQ_SET_CONFIGURATION, 1};
	struct hostile h = {0};
	struct settings s;

	(void)state;
	settings_init(&s);
	s.in_fault = SETTINGS_FAULT_EPROTO;
	s.control_fault = SETTINGS_FAULT_EPIPE;
	s.fault_after = 1;
	s.fault_count = 2;
	/* One goes well, two fail, the others go well; each kind has its own count. */
	for (int i = 0; i < 5; i++) {
		bool fails = i == 1 || i == 2;

		assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_NORMAL,
					       USB_DIR_IN | 2, line_state),
				 fails ? SETTINGS_FAULT_EPROTO
				       : SETTINGS_FAULT_NONE);
		assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_NORMAL, 0,
					       line_state),
				 fails ? SETTINGS_FAULT_EPIPE
				       : SETTINGS_FAULT_NONE);
		assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_NORMAL, 2,
					       line_state),
				 SETTINGS_FAULT_NONE);
		assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_NORMAL, 0,
					       get_descriptor),
				 SETTINGS_FAULT_NONE);
		assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_NORMAL, 0,
					       configure),
				 SETTINGS_FAULT_NONE);
	}
	assert_int_equal(hostile_status(SETTINGS_FAULT_EPROTO), -EPROTO);
	s.fault_after = 0;
	assert_int_equal(hostile_fault(&h, &s, SETTINGS_PLACE_RECOVERY,
				       USB_DIR_IN | 2, NULL),
			 SETTINGS_FAULT_NONE);
}

/* Answers come in between; a pause is a pause. */
static void test_flood(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h,
		  SET(QUIET, "flood=errors", "flood-on=at", "flood-every=100"));
	h.read_size = 9;
	host_wait(&h, 250);
	assert_string_equal(h.at, "\r\nERROR\r\n\r\nERROR\r\n\r\nERROR\r\n");
	assert_string_equal(h.modem_port, "");
	host_forget(&h);
	host_type(&h, "AT\r");
	assert_string_equal(h.at, "\r\nOK\r\n");
	host_unplug(&h);
}

static void test_restless(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "restless=500", "away=100"));
	host_wait(&h, 5900);
	assert_int_equal(h.returns, 10);
	host_unplug(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_lie_interfaces),
		cmocka_unit_test(test_lie_strings),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_restless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
