/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real libudev on a test bed of umockdev. Every event of the bed reaches
 * both monitors, the kernel's and udev's, in either order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <string.h>
#include <umockdev.h>

#include "agent/loop.h"
#include "agent/util.h"
#include "udev/hotplug.h"

#define HUB "/devices/pci0000:00/0000:00:14.0/usb1"

/* A device descriptor of an EP06 and one empty configuration. */
static uint8_t ep06[] = {
	18,   1,    0x00, 0x02, 0,    0, 0, 64, 0x7c, 0x2c, 0x06, 0x03,
	0x18, 0x03, 1,	  2,	0,    1, 9, 2,	9,    0,    0,	  1,
	0,    0xa0, 250,
};

/* The configuration's length is there, its end is not. */
#define INCOMPLETE 23

/* The vendor is there, the product is not. */
#define HARDLY_BEGUN 10

static struct bed {
	UMockdevTestbed *umockdev;
	struct loop *loop;
	struct hotplug *hotplug;
	struct loop_timer quiet;
	unsigned int rounds;
	size_t heard_before;
	/* "+1-1.4/7" ADD, "*1-1.4/7" READY, "-1-1.4/7" REMOVE, of ids 2c7c */
	char heard[256];
	char id_path[64]; /* of the last READY */
	char product[64]; /* of the last ADD */
	size_t descriptors_size;
	char node[64];
	bool free_in_callback;
} bed;

static void on_hotplug(void *data, enum hotplug_event event,
		       const struct hotplug_device *device)
{
	size_t used = strlen(bed.heard);

	assert_ptr_equal(data, &bed);
	if (device->vid != 0x2c7c)
		return;
	snprintf(bed.heard + used, sizeof(bed.heard) - used, "%s%c%s/%u",
		 used ? " " : "", "+*-"[event], device->position,
		 device->device);
	snprintf(bed.node, sizeof(bed.node), "%s", device->node);
	snprintf(bed.product, sizeof(bed.product), "%s",
		 device->product ? device->product : "none");
	snprintf(bed.id_path, sizeof(bed.id_path), "%s",
		 device->id_path ? device->id_path : "none");
	bed.descriptors_size = device->descriptors_size;
	assert_int_equal(device->pid, 0x0306);
	if (bed.free_in_callback) {
		hotplug_free(bed.hotplug);
		bed.hotplug = NULL;
	}
}

/* Rounds of the loop with nothing new; retries of descriptors take fewer. */
#define QUIET_ROUNDS 12
#define QUIET_ROUND_MS 10

static void on_quiet(void *data)
{
	(void)data;
	if (bed.heard_before != strlen(bed.heard)) {
		bed.heard_before = strlen(bed.heard);
		bed.rounds = 0;
	}
	if (++bed.rounds > QUIET_ROUNDS)
		loop_stop(bed.loop);
	else
		loop_timer_arm(bed.loop, &bed.quiet,
			       loop_now() + QUIET_ROUND_MS);
}

static void listen_out(void)
{
	bed.quiet.fn = on_quiet;
	bed.rounds = 0;
	loop_timer_arm(bed.loop, &bed.quiet, loop_now());
	assert_int_equal(loop_run(bed.loop), 0);
}

static void heard(const char *expected)
{
	listen_out();
	assert_string_equal(bed.heard, expected);
	bed.heard[0] = '\0';
}

static const char *syspath(const char *position)
{
	static char path[128];

	snprintf(path, sizeof(path), "/sys" HUB "/%s", position);
	return path;
}

static void send_event(const char *position, const char *action)
{
	umockdev_testbed_uevent(bed.umockdev, syspath(position), action);
}

static void set_descriptors(const char *position, size_t size)
{
	umockdev_testbed_set_attribute_binary(bed.umockdev, syspath(position),
					      "descriptors", ep06, (int)size);
}

/* The bed sends an "add" along; @told is the device number that it names. */
static void plug_as(const char *position, unsigned int number,
		    unsigned int told)
{
	char record[512];
	GError *error = NULL;

	snprintf(record, sizeof(record),
		 "P: " HUB "/%s\nN: bus/usb/001/%03u\n"
		 "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: DEVNUM=%03u\n"
		 "E: ID_PATH=pci-0000:00:14.0-usb-0:%s\n"
		 "A: devnum=%u\\n\n"
		 "A: product=EP06-E\\n\nA: power/control=auto\\n\n"
		 "A: bConfigurationValue=1\\n\n",
		 position, number, told, position, number);
	assert_true(umockdev_testbed_add_from_string(bed.umockdev, record,
						     &error));
	set_descriptors(position, sizeof(ep06));
}

static void plug(const char *position, unsigned int number)
{
	plug_as(position, number, number);
}

static void unplug(const char *position)
{
	send_event(position, "remove");
	umockdev_testbed_remove_device(bed.umockdev, syspath(position));
}

static void subscribe(void)
{
	assert_int_equal(hotplug_create(bed.loop, on_hotplug, &bed,
					&bed.hotplug),
			 0);
}

static int setup_deaf(void **state)
{
	(void)state;
	memset(&bed, 0, sizeof(bed));
	bed.umockdev = umockdev_testbed_new();
	assert_int_equal(loop_create(&bed.loop), 0);
	return 0;
}

static int setup(void **state)
{
	setup_deaf(state);
	subscribe();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hotplug_free(bed.hotplug);
	loop_free(bed.loop);
	g_object_unref(bed.umockdev);
	return 0;
}

static void test_plug_and_unplug(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	heard("+1-1.4/7 *1-1.4/7");
	assert_string_equal(bed.node, "/dev/bus/usb/001/007");
	assert_string_equal(bed.product, "EP06-E");
	assert_string_equal(bed.id_path, "pci-0000:00:14.0-usb-0:1-1.4");
	assert_int_equal(bed.descriptors_size, sizeof(ep06));
	unplug("1-1.4");
	heard("-1-1.4/7");
}

static void test_node_of_a_root_hub(void **state)
{
	(void)state;
	plug("usb12", 1);
	heard("+usb12/1 *usb12/1");
	assert_string_equal(bed.node, "/dev/bus/usb/012/001");
}

static void test_bind_and_change_say_nothing_new(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	send_event("1-1.4", "bind");
	send_event("1-1.4", "change");
	heard("+1-1.4/7 *1-1.4/7");
}

static void test_interfaces_are_no_devices(void **state)
{
	GError *error = NULL;

	(void)state;
	plug("1-1.4", 7);
	assert_true(umockdev_testbed_add_from_string(
		bed.umockdev,
		"P: " HUB "/1-1.4/1-1.4:1.2\nE: DEVTYPE=usb_interface\n"
		"E: SUBSYSTEM=usb\nA: devnum=9\\n\n",
		&error));
	send_event("1-1.4/1-1.4:1.2", "add");
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("+1-1.4/7 *1-1.4/7");
}

static void test_enumerate_without_udevd(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	subscribe();
	heard("");
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("+1-1.4/7");
}

/* Who looks once, and does not wait, is told of it all the same. */
static void test_enumerate_with_descriptors_never_complete(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	set_descriptors("1-1.4", INCOMPLETE);
	subscribe();
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	assert_string_equal(bed.heard, "+1-1.4/7");
	assert_int_equal(bed.descriptors_size, INCOMPLETE);
	heard("+1-1.4/7");
}

/* umockdev has no database of udev's; only its word "initialised" is missing. */
static bool udev_is_done;

int __wrap_udev_device_get_is_initialized(struct udev_device *device);

int __wrap_udev_device_get_is_initialized(struct udev_device *device)
{
	(void)device;
	return udev_is_done;
}

static void test_enumerate_when_udev_is_done(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	subscribe();
	udev_is_done = true;
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	udev_is_done = false;
	assert_string_equal(bed.id_path, "pci-0000:00:14.0-usb-0:1-1.4");
	heard("+1-1.4/7 *1-1.4/7");
}

static void test_enumerate_after_subscribe_tells_once(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("+1-1.4/7 *1-1.4/7");
}

static void test_missed_removal(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	heard("+1-1.4/7 *1-1.4/7");
	umockdev_testbed_remove_device(bed.umockdev, syspath("1-1.4"));
	plug("1-1.4", 8);
	heard("-1-1.4/7 +1-1.4/8 *1-1.4/8");
}

static void test_missed_departure_is_seen_at_enumeration(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	heard("+1-1.4/7 *1-1.4/7");
	umockdev_testbed_remove_device(bed.umockdev, syspath("1-1.4"));
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("-1-1.4/7");
}

/* udev lags: its word about number 7 comes when 8 is there already. */
static void test_late_event_of_an_earlier_device(void **state)
{
	(void)state;
	plug("1-1.4", 8);
	heard("+1-1.4/8 *1-1.4/8");
	umockdev_testbed_set_property(bed.umockdev, syspath("1-1.4"), "DEVNUM",
				      "007");
	send_event("1-1.4", "remove");
	heard("");
}

static void test_late_ready_of_an_earlier_device(void **state)
{
	(void)state;
	plug_as("1-1.4", 8, 7);
	heard("+1-1.4/8");
}

/* Both words about it come when it has left already. */
static void test_came_and_went_unnoticed(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	umockdev_testbed_remove_device(bed.umockdev, syspath("1-1.4"));
	heard("");
}

static void complete_descriptors(void *data)
{
	set_descriptors(data, sizeof(ep06));
}

static void test_descriptors_come_a_little_later(void **state)
{
	static char position[] = "1-1.4";
	struct loop_timer timer = { .fn = complete_descriptors,
				    .data = position };

	(void)state;
	plug(position, 7);
	set_descriptors(position, INCOMPLETE);
	loop_timer_arm(bed.loop, &timer, loop_now() + 30);
	heard("+1-1.4/7 *1-1.4/7");
	assert_int_equal(bed.descriptors_size, sizeof(ep06));
}

static void test_descriptors_never_complete(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	set_descriptors("1-1.4", INCOMPLETE);
	heard("+1-1.4/7 *1-1.4/7");
	assert_int_equal(bed.descriptors_size, INCOMPLETE);
}

/* A vendor without a product would be somebody's modem; it is nobody's. */
static void test_device_descriptor_never_complete(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	set_descriptors("1-1.4", HARDLY_BEGUN);
	heard("");
}

static void unplug_it(void *data)
{
	unplug(data);
}

static void test_gone_before_descriptors_were_complete(void **state)
{
	static char position[] = "1-1.4";
	struct loop_timer timer = { .fn = unplug_it, .data = position };

	(void)state;
	plug(position, 7);
	set_descriptors(position, INCOMPLETE);
	loop_timer_arm(bed.loop, &timer, loop_now() + 10);
	heard("");
}

/* One answer of the real monitor is replaced by the kernel's "too much". */
static bool overrun;

struct udev_device *__real_udev_monitor_receive_device(struct udev_monitor *m);
struct udev_device *__wrap_udev_monitor_receive_device(struct udev_monitor *m);

struct udev_device *__wrap_udev_monitor_receive_device(struct udev_monitor *m)
{
	struct udev_device *device = __real_udev_monitor_receive_device(m);

	if (!overrun)
		return device;
	overrun = false;
	udev_device_unref(device);
	errno = ENOBUFS;
	return NULL;
}

static void test_overrun_looks_at_everything_again(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	plug("1-2", 8);
	heard("+1-1.4/7 *1-1.4/7 +1-2/8 *1-2/8");
	umockdev_testbed_remove_device(bed.umockdev, syspath("1-1.4"));
	plug("1-3", 9);
	overrun = true;
	heard("-1-1.4/7 +1-3/9 *1-3/9");
	assert_false(overrun);
}

/* What is asked for next cannot be told for want of memory. */
static bool no_name, no_list;

const char *__real_udev_device_get_sysname(struct udev_device *device);
const char *__wrap_udev_device_get_sysname(struct udev_device *device);
struct udev_list_entry *__real_udev_enumerate_get_list_entry(struct udev_enumerate *list);
struct udev_list_entry *__wrap_udev_enumerate_get_list_entry(struct udev_enumerate *list);

static bool fails(bool *once)
{
	bool now = *once;

	*once = false;
	errno = now ? ENOMEM : errno;
	return now;
}

const char *__wrap_udev_device_get_sysname(struct udev_device *device)
{
	return fails(&no_name) ? NULL : __real_udev_device_get_sysname(device);
}

struct udev_list_entry *__wrap_udev_enumerate_get_list_entry(struct udev_enumerate *list)
{
	return fails(&no_list) ? NULL : __real_udev_enumerate_get_list_entry(list);
}

static void test_event_without_memory_looks_at_everything_again(void **state)
{
	(void)state;
	no_name = true;
	plug("1-1.4", 7);
	heard("+1-1.4/7 *1-1.4/7");
	assert_false(no_name);
}

/* Nothing is there only if that was seen. */
static void test_enumerate_without_memory_is_an_error(void **state)
{
	(void)state;
	plug("1-1.4", 7);
	subscribe();
	no_list = true;
	assert_int_equal(hotplug_enumerate(bed.hotplug), -ENOMEM);
	no_name = true;
	assert_int_equal(hotplug_enumerate(bed.hotplug), -ENOMEM);
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("+1-1.4/7");
}

static void test_free_inside_callback(void **state)
{
	(void)state;
	bed.free_in_callback = true;
	plug("1-1.4", 7);
	heard("+1-1.4/7");
	assert_null(bed.hotplug);
}

static void test_free_inside_enumeration(void **state)
{
	(void)state;
	bed.free_in_callback = true;
	plug("1-1.4", 7);
	plug("1-2", 8);
	subscribe();
	assert_int_equal(hotplug_enumerate(bed.hotplug), 0);
	heard("+1-1.4/7");
}

#define BED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define DEAF_BED(test) \
	cmocka_unit_test_setup_teardown(test, setup_deaf, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(test_plug_and_unplug),
		BED(test_node_of_a_root_hub),
		BED(test_bind_and_change_say_nothing_new),
		BED(test_interfaces_are_no_devices),
		DEAF_BED(test_enumerate_without_udevd),
		DEAF_BED(test_enumerate_with_descriptors_never_complete),
		DEAF_BED(test_enumerate_when_udev_is_done),
		BED(test_enumerate_after_subscribe_tells_once),
		BED(test_missed_removal),
		BED(test_missed_departure_is_seen_at_enumeration),
		BED(test_late_event_of_an_earlier_device),
		BED(test_late_ready_of_an_earlier_device),
		BED(test_came_and_went_unnoticed),
		BED(test_descriptors_come_a_little_later),
		BED(test_descriptors_never_complete),
		BED(test_device_descriptor_never_complete),
		BED(test_gone_before_descriptors_were_complete),
		BED(test_overrun_looks_at_everything_again),
		BED(test_event_without_memory_looks_at_everything_again),
		DEAF_BED(test_enumerate_without_memory_is_an_error),
		BED(test_free_inside_callback),
		DEAF_BED(test_free_inside_enumeration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
