/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a device, and what is told of one that is not there or says too much. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <umockdev.h>

#include "usb/sysfs.h"

#define MODEM "/devices/xhci/usb1/1-1/1-1.4"

#define RECORD "E: SUBSYSTEM=usb\nE: DEVTYPE="
#define CONFIGURED                                                                    \
	"P: " MODEM "\n" RECORD "usb_device\nA: busnum=1\\n\nA: speed=5000\\n\n"      \
	"A: bConfigurationValue=1\\n\nA: product=EP06-E\\nnot shown\\n\nA: serial=\\n\n"     \
	"L: driver=../../../../../bus/usb/drivers/usb\n"
#define INTERFACE                                                                     \
	"P: " MODEM "/1-1.4:1.2\n" RECORD "usb_interface\n"                            \
	"L: driver=../../../../../../bus/usb/drivers/option\n"
#define UNCONFIGURED "P: /devices/xhci/usb1/1-2\n" RECORD "usb_device\nA: bConfigurationValue=\n"

static int setup(void **state)
{
	UMockdevTestbed *bed = umockdev_testbed_new();
	GError *error = NULL;

	umockdev_testbed_add_from_string(bed, CONFIGURED, &error);
	umockdev_testbed_add_from_string(bed, INTERFACE, &error);
	umockdev_testbed_add_from_string(bed, UNCONFIGURED, &error);
	g_assert_no_error(error);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	g_object_unref(*state);
	return 0;
}

static void test_bound(void **state)
{
	(void)state;
	assert_true(sysfs_is_bound("1-1.4"));
	assert_false(sysfs_is_bound("1-2"));
	assert_true(sysfs_is_bound("9-9"));
}

static void test_numbers(void **state)
{
	unsigned int number = 99;

	(void)state;
	assert_int_equal(sysfs_number("1-1.4", "speed", &number), 0);
	assert_int_equal(number, 5000);
	assert_int_equal(sysfs_number("1-2", "bConfigurationValue", &number), 0);
	assert_int_equal(number, 0);
	number = 99;
	assert_int_equal(sysfs_number("1-1.4", "devnum", &number), 0);
	assert_int_equal(number, 0);
	number = 99;
	assert_int_equal(sysfs_number("9-9", "devnum", &number), 0);
	assert_int_equal(number, 0);
}

static void test_strings(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(sysfs_string("1-1.4", "product", text, sizeof(text)), "EP06-E");
	assert_string_equal(sysfs_string("1-1.4", "product", text, 4), "EP0");
	assert_null(sysfs_string("1-1.4", "serial", text, sizeof(text)));
	assert_null(sysfs_string("9-9", "product", text, sizeof(text)));
}

static void test_what_is_no_answer(void **state)
{
	char bytes[8], name[200];

	(void)state;
	memset(name, '1', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(sysfs_read(name, "devnum", bytes, sizeof(bytes)), -ENAMETOOLONG);
	assert_int_equal(sysfs_read("9-9", "devnum", bytes, sizeof(bytes)), -ENOENT);
	assert_true(sysfs_is_absent(-ENOENT));
	assert_true(sysfs_is_absent(-ENODEV));
	assert_false(sysfs_is_absent(-EMFILE));
}

static void test_driver(void **state)
{
	char name[16];

	(void)state;
	sysfs_driver("1-1.4", 2, name, sizeof(name));
	assert_string_equal(name, "option");
	sysfs_driver("1-1.4", 3, name, sizeof(name));
	assert_string_equal(name, "");
	sysfs_driver("..", 2, name, sizeof(name));
	assert_string_equal(name, "");
	sysfs_driver("1-1.4", 2, name, 4);
	assert_string_equal(name, "opt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_what_is_no_answer),
		cmocka_unit_test(test_driver),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
