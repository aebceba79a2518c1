/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a device whose node cannot be opened, or not yet. Ports and
 * clock are the test's own (--wrap): real ones are in test_port.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/loop.h"
#include "compositions.h"
#include "udev/hotplug.h"
#include "usb/port.h"

#define POSITION "1-1.4"
#define PEER "2-1.4"
#define DENIED "failed:no permission to open /dev/bus/usb/001/007; install the udev rule " \
	       "70-qfota.rules or use sudo "
#define BUSY "failed:another program uses /dev/bus/usb/001/007; stop it (fuser -v " \
	     "/dev/bus/usb/001/007 names it) "

static struct bench {
	bool unbound; /* the kernel is not done with it */
	struct attachment *attachment;
	struct bytes descriptors;
	uint64_t now_ms;
	struct loop_timer *timer; /* the one that is armed */
	int error;		  /* of the next port_open() */
	unsigned int tries;
	unsigned int open; /* ports */
	unsigned int given_back; /* without a port */
	bool held;
	const struct port_events *events;
	void *data;
	char story[600];
} bench;

/* ---- what attachment.c stands on ---- */

uint64_t __wrap_loop_now(void);
void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms);
void __wrap_loop_timer_disarm(struct loop *loop, struct loop_timer *timer);
int __wrap_port_open(struct port_context *context, const char *node, const struct layout *layout,
		     bool give_back, const struct port_events *events, void *data, struct port **ret);
void __wrap_port_close(struct port *port, bool give_back);
void __wrap_port_give_back(struct port_context *context, const char *node, const struct layout *layout);
void __wrap_port_drain(struct port *port);
void __wrap_port_take_all(struct port *port);
bool __wrap_sysfs_is_bound(const char *position);

bool __wrap_sysfs_is_bound(const char *position)
{
	assert_string_equal(position, POSITION);
	return !bench.unbound;
}

uint64_t __wrap_loop_now(void)
{
	return bench.now_ms;
}

void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms)
{
	(void)loop;
	timer->due_ms = due_ms;
	bench.timer = timer;
}

void __wrap_loop_timer_disarm(struct loop *loop, struct loop_timer *timer)
{
	(void)loop;
	timer->due_ms = 0;
	bench.timer = NULL;
}

int __wrap_port_open(struct port_context *context, const char *node, const struct layout *layout,
		     bool give_back, const struct port_events *events, void *data, struct port **ret)
{
	(void)context;
	assert_string_equal(node, "/dev/bus/usb/001/007");
	assert_int_equal(layout->serials, 3);
	assert_int_equal(give_back, !bench.held);
	bench.tries++;
	if (bench.error)
		return bench.error;
	bench.open++;
	bench.events = events;
	bench.data = data;
	*ret = (struct port *)&bench;
	return 0;
}

void __wrap_port_close(struct port *port, bool give_back)
{
	(void)give_back;
	if (port)
		bench.open--;
}

void __wrap_port_give_back(struct port_context *context, const char *node, const struct layout *layout)
{
	(void)context;
	assert_string_equal(node, "/dev/bus/usb/001/007");
	assert_int_equal(layout->serials, 3);
	bench.given_back++;
}

void __wrap_port_drain(struct port *port)
{
	assert_ptr_equal(port, &bench);
}

void __wrap_port_take_all(struct port *port)
{
	assert_ptr_equal(port, &bench);
}

/* ---- what it tells ---- */

static void tell(const char *word, const char *more)
{
	size_t used = strlen(bench.story);

	snprintf(bench.story + used, sizeof(bench.story) - used, "%s%s ", word, more);
}

static void on_attached(void *data, const struct layout *layout)
{
	(void)data;
	(void)layout;
	tell("attached", "");
}

static void on_detached(void *data)
{
	(void)data;
	tell("detached", "");
}

static void on_failed(void *data, const char *reason)
{
	(void)data;
	tell("failed:", reason);
}

static void expect(const char *story)
{
	assert_string_equal(bench.story, story);
	bench.story[0] = '\0';
}

/* ---- what happens ---- */

static struct hotplug_device device(const char *position, unsigned int number)
{
	return (struct hotplug_device){
		.position = position,
		.node = "/dev/bus/usb/001/007",
		.device = number,
		.descriptors = bench.descriptors.raw,
		.descriptors_size = bench.descriptors.size,
	};
}

static void plug(void)
{
	struct hotplug_device plugged = device(POSITION, 7);

	attachment_added(bench.attachment, &plugged);
}

static void udev_is_done(void)
{
	struct hotplug_device done = device(POSITION, 7);

	attachment_ready(bench.attachment, &done);
}

static void unplug(const char *position, unsigned int number)
{
	struct hotplug_device removed = device(position, number);

	attachment_removed(bench.attachment, &removed);
}

static void pass(uint64_t ms)
{
	uint64_t until = bench.now_ms + ms;

	while (bench.timer && bench.timer->due_ms <= until) {
		struct loop_timer *timer = bench.timer;

		if (timer->due_ms > bench.now_ms)
			bench.now_ms = timer->due_ms;
		__wrap_loop_timer_disarm(NULL, timer);
		timer->fn(timer->data);
	}
	bench.now_ms = until;
}

static int bench_begin(void **state)
{
	static const struct attachment_events events = {
		.attached = on_attached,
		.detached = on_detached,
		.failed = on_failed,
	};

	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.now_ms = 1000;
	put_composition(&bench.descriptors, &compositions[0]);
	assert_int_equal(attachment_create(NULL, NULL, &events, NULL, &bench.attachment), 0);
	attachment_open(bench.attachment);
	return 0;
}

static int bench_end(void **state)
{
	(void)state;
	attachment_free(bench.attachment);
	assert_int_equal(bench.open, 0);
	return 0;
}

/* ---- permission ---- */

static void test_denied_until_udev_is_done(void **state)
{
	(void)state;
	bench.error = -EACCES;
	plug();
	pass(200);
	expect("");
	assert_in_range(bench.tries, 3, 6);
	bench.error = 0;
	udev_is_done();
	expect("attached ");
}

static void test_denied_for_good(void **state)
{
	(void)state;
	bench.error = -EACCES;
	plug();
	pass(200);
	expect("");
	udev_is_done();
	expect(DENIED);
	pass(60000);
	expect("");
	/* Somebody read the sentence. */
	bench.error = 0;
	pass(1000);
	expect("attached ");
}

static void test_denied_once_udev_was_done(void **state)
{
	(void)state;
	plug();
	udev_is_done();
	expect("attached ");
	attachment_close(bench.attachment, true);
	bench.error = -EPERM;
	attachment_open(bench.attachment);
	expect(DENIED);
}

/* Without udevd no word ever comes that permissions are final. */
static void test_denied_without_udev(void **state)
{
	(void)state;
	bench.error = -EACCES;
	plug();
	pass(4900);
	expect("");
	pass(200);
	expect(DENIED);
}

/* ---- others, and nobody ---- */

static void test_busy(void **state)
{
	(void)state;
	bench.error = -EBUSY;
	plug();
	udev_is_done();
	pass(4900);
	expect("");
	pass(200);
	expect(BUSY);
	pass(10000);
	expect("");
	bench.error = 0;
	pass(1000);
	expect("attached ");
}

static void test_busy_for_a_moment(void **state)
{
	(void)state;
	bench.error = -EBUSY;
	plug();
	pass(1000);
	bench.error = 0;
	pass(100);
	expect("attached ");
}

/* No failure: the kernel will say so. */
static void test_gone_in_the_meantime(void **state)
{
	unsigned int tries;

	(void)state;
	bench.error = -ENODEV;
	plug();
	udev_is_done();
	pass(60000);
	expect("");
	tries = bench.tries;
	unplug(POSITION, 7);
	pass(60000);
	expect("");
	assert_int_equal(bench.tries, tries);
}

static void test_another_try_after_a_failure_of_the_bus(void **state)
{
	(void)state;
	plug();
	expect("attached ");
	pass(1000);
	bench.events->gone(bench.data, -EIO);
	expect("detached ");
	pass(100);
	expect("attached ");
	unplug(POSITION, 7);
	expect("detached ");
}

/* A modem that answers ENODEV, and is there all the same. */
/* The kernel tells of a device before it has set its configuration, or none: who comes sooner is overtaken. */
static void test_not_before_the_kernel_is_done(void **state)
{
	(void)state;
	bench.unbound = true;
	plug();
	pass(100);
	assert_int_equal(bench.tries, 0);
	bench.unbound = false;
	pass(5);
	expect("attached ");
}

static void test_never_bound(void **state)
{
	(void)state;
	bench.unbound = true;
	plug();
	pass(4999);
	expect("");
	pass(6);
	expect("attached ");
}

static void test_lost_again_at_once(void **state)
{
	(void)state;
	plug();
	expect("attached ");
	bench.events->gone(bench.data, -ENODEV);
	expect("detached ");
	pass(50);
	expect("attached ");
	for (int i = 0; i < 3; i++) {
		bench.events->gone(bench.data, -ENODEV);
		expect("detached ");
		pass(999);
		expect("");
		pass(1);
		expect("attached ");
	}
}

/* A modem that is still there has its drivers again, although no port is left to do it with. */
static void test_given_back_after_a_failure_of_the_bus(void **state)
{
	(void)state;
	plug();
	bench.events->gone(bench.data, -ENODEV);
	expect("attached detached ");
	attachment_close(bench.attachment, true);
	assert_int_equal(bench.given_back, 1);
	attachment_close(bench.attachment, true);
	assert_int_equal(bench.given_back, 1);
}

static void test_not_given_back(void **state)
{
	(void)state;
	/* Never taken. */
	bench.error = -EBUSY;
	plug();
	attachment_close(bench.attachment, true);
	/* It has left. */
	bench.error = 0;
	attachment_open(bench.attachment);
	bench.events->gone(bench.data, -ENODEV);
	unplug(POSITION, 7);
	attachment_close(bench.attachment, true);
	/* It is to be kept. */
	attachment_open(bench.attachment);
	plug();
	bench.events->gone(bench.data, -EIO);
	attachment_close(bench.attachment, false);
	assert_int_equal(bench.given_back, 0);
}

/* Told anew, for what was said of the device before it does not hold for this one. */
static void test_another_device_after_a_denial(void **state)
{
	(void)state;
	bench.error = -EACCES;
	plug();
	udev_is_done();
	expect(DENIED);
	unplug(POSITION, 7);
	expect("detached ");
	plug();
	pass(200);
	expect("");
	udev_is_done();
	expect(DENIED);
}

/* In mid-job the kernel's drivers are not offered what could not be taken as a whole. */
static void test_held(void **state)
{
	(void)state;
	plug();
	expect("attached ");
	attachment_hold(bench.attachment);
	bench.held = true;
	unplug(POSITION, 7);
	expect("detached ");
	bench.error = -EBUSY;
	plug();
	expect("");
	bench.error = 0;
	pass(100);
	expect("attached ");
}

static void test_not_wanted(void **state)
{
	unsigned int tries;

	(void)state;
	bench.error = -EBUSY;
	plug();
	attachment_close(bench.attachment, true);
	tries = bench.tries;
	pass(60000);
	expect("");
	assert_int_equal(bench.tries, tries);
}

/* ---- whose news it is ---- */

static void test_news_of_another_enumeration(void **state)
{
	(void)state;
	plug();
	expect("attached ");
	unplug(POSITION, 6);
	expect("");
}

/* Both halves of a connector may have one device number, each on its bus. */
static void test_news_of_the_other_half(void **state)
{
	(void)state;
	plug();
	expect("attached ");
	unplug(PEER, 7);
	expect("");
	unplug(POSITION, 7);
	expect("detached ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)
	const struct CMUnitTest tests[] = {
		TEST(test_denied_until_udev_is_done),
		TEST(test_denied_for_good),
		TEST(test_denied_once_udev_was_done),
		TEST(test_denied_without_udev),
		TEST(test_busy),
		TEST(test_busy_for_a_moment),
		TEST(test_gone_in_the_meantime),
		TEST(test_another_try_after_a_failure_of_the_bus),
		TEST(test_not_before_the_kernel_is_done),
		TEST(test_never_bound),
		TEST(test_lost_again_at_once),
		TEST(test_given_back_after_a_failure_of_the_bus),
		TEST(test_not_given_back),
		TEST(test_another_device_after_a_denial),
		TEST(test_held),
		TEST(test_not_wanted),
		TEST(test_news_of_another_enumeration),
		TEST(test_news_of_the_other_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
