/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real libusb, the real loop, and a usbfs node with an EP06 behind it.
 * What needs a kernel (drivers that bind and unbind, a node that hangs up) is
 * tested in the virtual machine.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/loop.h"
#include "agent/util.h"
#include "fake_usbfs.h"
#include "usb/port.h"

enum {
	LIMIT_MS = 30000, /* no expectation: only so that a failure ends */
	QUIET_TURNS = 20, /* in which nothing more may come */
};

#define SERIAL(number, interrupt, in, out)                                      \
	9, 4, number, 0, 3, 0xff, 0, 0, 0,                                      \
	5, 0x24, 0x00, 0x10, 0x01, 5, 0x24, 0x01, 0x00, 0x00,                   \
	4, 0x24, 0x02, 0x02, 5, 0x24, 0x06, 0x00, 0x00,                         \
	7, 5, interrupt, 3, 10, 0, 9, 7, 5, in, 2, 0, 2, 0, 7, 5, out, 2, 0, 2, 0

/* clang-format off */
static const uint8_t ep06[] = {
	18, 1, 0x00, 0x02, 0xef, 2, 1, 64,
	0x7c, 0x2c, 0x06, 0x03, 0x10, 0x03, 1, 2, 3, 1,
	9, 2, 209, 0, 5, 1, 0, 0xa0, 250,
	9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 0,
	7, 5, 0x81, 2, 0, 2, 0, 7, 5, 0x01, 2, 0, 2, 0,
	SERIAL(1, 0x83, 0x82, 0x02),
	SERIAL(2, 0x85, 0x84, 0x03),
	SERIAL(3, 0x87, 0x86, 0x04),
	9, 4, 4, 0, 3, 0xff, 0xff, 0xff, 0,
	7, 5, 0x89, 3, 8, 0, 9, 7, 5, 0x88, 2, 0, 2, 0, 7, 5, 0x05, 2, 0, 2, 0,
};
/* clang-format on */

/* The endpoints of the AT port, which is serial 1. */
enum { AT = 1, AT_IN = 0x84, AT_OUT = 0x03, MODEM_IN = 0x86, NMEA_IN = 0x82 };

#define OPENED                                                                 \
	"claim:2 in:84 in:84 claim:3 in:86 in:86 claim:1 in:82 in:82 "         \
	"control:21220003if2 control:21220003if3 control:21220003if1"
#define RELEASED "release:1 release:2 release:3"
#define GIVEN_BACK "connect:0 connect:1 connect:2 connect:3 connect:4"

struct bench {
	struct fake_usbfs *usbfs;
	struct loop *loop;
	struct port_context *context;
	struct layout layout;
	struct port *port;
	char story[4096]; /* what the callbacks told */
	char close_in;	  /* close when it begins with this letter */
	bool give_back;
	/* of bench_run() */
	struct loop_timer tick;
	uint64_t limit;
	const char *expected;
	unsigned int quiet;
};

__attribute__((format(printf, 3, 4))) static void
bench_tell(struct bench *bench, char kind, const char *format, ...)
{
	size_t used = strlen(bench->story);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(bench->story + used, sizeof(bench->story) - used, format, arguments);
	va_end(arguments);
	if (bench->close_in != kind)
		return;
	bench->close_in = '\0';
	port_close(bench->port, bench->give_back);
	bench->port = NULL;
}

static void bench_bytes(void *data, unsigned int serial, const uint8_t *bytes,
			size_t size)
{
	assert_true(size > 0);
	bench_tell(data, 'b', "%u<%.*s ", serial, (int)size, (const char *)bytes);
}

static void bench_written(void *data, unsigned int serial, size_t size)
{
	bench_tell(data, 'w', "%u>%zu ", serial, size);
}

static void bench_gone(void *data, int error)
{
	bench_tell(data, 'g', "gone%d ", error);
}

static const struct port_events bench_events = {
	.bytes = bench_bytes,
	.written = bench_written,
	.gone = bench_gone,
};

static void bench_tick(void *data)
{
	struct bench *bench = data;
	bool over = loop_now() >= bench->limit;

	if (over || !strcmp(bench->story, bench->expected))
		bench->quiet++;
	if (over || bench->quiet > QUIET_TURNS)
		loop_stop(bench->loop);
	else
		loop_timer_arm(bench->loop, &bench->tick, loop_now() + 1);
}

/* Lets things happen until @story is told, and then sees that no more comes. */
static void bench_run(struct bench *bench, const char *story)
{
	bench->expected = story;
	bench->quiet = 0;
	bench->limit = loop_now() + LIMIT_MS;
	bench->tick.fn = bench_tick;
	bench->tick.data = bench;
	loop_timer_arm(bench->loop, &bench->tick, loop_now());
	assert_int_equal(loop_run(bench->loop), 0);
	assert_string_equal(bench->story, story);
	bench->story[0] = '\0';
}

static void expect_log(struct bench *bench, const char *log)
{
	assert_string_equal(fake_usbfs_take_log(bench->usbfs), log);
}

static int bench_open(struct bench *bench)
{
	return port_open(bench->context, FAKE_NODE, &bench->layout, bench->give_back, &bench_events,
			 bench, &bench->port);
}

static unsigned int open_nodes(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char target[256];
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target,
					  sizeof(target) - 1);

		if (size < 0)
			continue;
		target[size] = '\0';
		count += strstr(target, FAKE_NODE) != NULL;
	}
	closedir(dir);
	return count;
}

static int plug(void **state, unsigned int configuration)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->usbfs = fake_usbfs_new(ep06, sizeof(ep06), configuration);
	assert_int_equal(layout_parse(ep06, sizeof(ep06), &bench->layout), 0);
	assert_int_equal(loop_create(&bench->loop), 0);
	assert_int_equal(port_context_create(bench->loop, &bench->context), 0);
	*state = bench;
	return 0;
}

static int plug_unconfigured(void **state)
{
	return plug(state, 0);
}

static int plug_ep06(void **state)
{
	return plug(state, 1);
}

static int open_ep06(void **state)
{
	struct bench *bench;

	plug_ep06(state);
	bench = *state;
	assert_int_equal(bench_open(bench), 0);
	expect_log(bench, OPENED);
	return 0;
}

/* Whatever a test left open: nothing of it remains. */
static int unplug(void **state)
{
	struct bench *bench = *state;

	port_close(bench->port, false);
	port_context_free(bench->context);
	assert_int_equal(open_nodes(), 0);
	loop_free(bench->loop);
	fake_usbfs_free(bench->usbfs);
	free(bench);
	return 0;
}

static void test_configures_what_nobody_configured(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(bench_open(bench), 0);
	expect_log(bench, "config:1 " OPENED);
}

static void test_hears_every_port(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_say(bench->usbfs, AT_IN, "RDY");
	fake_usbfs_say(bench->usbfs, AT_IN, "");
	fake_usbfs_say(bench->usbfs, AT_IN, "+CFUN");
	fake_usbfs_say(bench->usbfs, AT_IN, ": 1");
	bench_run(bench, "1<RDY 1<+CFUN 1<: 1 ");
	expect_log(bench, "in:84 in:84 in:84 in:84");
	fake_usbfs_say(bench->usbfs, NMEA_IN, "$GPGSV");
	bench_run(bench, "0<$GPGSV ");
	fake_usbfs_say(bench->usbfs, MODEM_IN, "OK");
	bench_run(bench, "2<OK ");
}

static void test_writes_in_order(void **state)
{
	struct bench *bench = *state;
	char block[1024];

	memset(block, 'x', sizeof(block));
	assert_int_equal(port_write(bench->port, AT, "ATI", 3), 0);
	assert_int_equal(port_write(bench->port, AT, block, sizeof(block)), 0);
	assert_int_equal(port_write(bench->port, 2, "AT", 2), 0);
	assert_int_equal(port_write(bench->port, AT, "A", 1), 0);
	bench_run(bench, "1>3 2>2 1>1024 1>1 ");
	/* Every one with the flag, so the 1024 end with a zero-length packet. */
	expect_log(bench, "out:03+ATI out:04+AT "
			  "out:03+xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...1024 out:03+A");
	assert_int_equal(port_write(bench->port, 3, "AT", 2), -EINVAL);
	assert_int_equal(port_write(bench->port, AT, "", 0), -EINVAL);
}

static void test_stalled_read_is_mended(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_fail_in(bench->usbfs, AT_IN, EPIPE, "last ");
	bench_run(bench, "1<last  ");
	expect_log(bench, "halt:84 in:84 in:84");
	fake_usbfs_say(bench->usbfs, AT_IN, "RDY");
	bench_run(bench, "1<RDY ");
}

static void test_noise_on_the_bus_is_survived(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_fail_in(bench->usbfs, AT_IN, EPROTO, "");
	fake_usbfs_fail_in(bench->usbfs, AT_IN, EILSEQ, "");
	fake_usbfs_fail_in(bench->usbfs, AT_IN, EOVERFLOW, "");
	fake_usbfs_say(bench->usbfs, AT_IN, "RDY");
	bench_run(bench, "1<RDY ");
}

static void test_dead_endpoint_is_given_up(void **state)
{
	struct bench *bench = *state;

	for (unsigned int i = 0; i < 40; i++)
		fake_usbfs_fail_in(bench->usbfs, AT_IN, EPIPE, "");
	fake_usbfs_say(bench->usbfs, MODEM_IN, "OK");
	bench_run(bench, "2<OK gone-5 ");
	assert_int_equal(port_write(bench->port, AT, "AT", 2), -ENODEV);
}

static void test_stalled_write_goes_on_where_it_was(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_fail_out(bench->usbfs, AT_OUT, EPIPE, 4);
	assert_int_equal(port_write(bench->port, AT, "AT+CGMR", 7), 0);
	assert_int_equal(port_write(bench->port, AT, "AT", 2), 0);
	bench_run(bench, "1>7 1>2 ");
	expect_log(bench, "out:03+AT+C halt:03 out:03+GMR out:03+AT");
}

static void test_failed_write_is_never_repeated(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_fail_out(bench->usbfs, AT_OUT, EPROTO, 0);
	assert_int_equal(port_write(bench->port, AT, "AT+QFOTADL", 10), 0);
	assert_int_equal(port_write(bench->port, AT, "AT", 2), 0);
	bench_run(bench, "gone-5 ");
	expect_log(bench, "out:03+");
}

static void test_failed_write_may_mean_unplugged(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_fail_out(bench->usbfs, AT_OUT, EPROTO, 0);
	assert_int_equal(port_write(bench->port, AT, "AT", 2), 0);
	bench_run(bench, "");
	fake_usbfs_unplug(bench->usbfs);
	bench_run(bench, "gone-19 ");
}

static void test_last_words_come_before_gone(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_say(bench->usbfs, AT_IN, "END,0");
	fake_usbfs_unplug(bench->usbfs);
	bench_run(bench, "1<END,0 gone-19 ");
	assert_int_equal(port_write(bench->port, AT, "AT", 2), -ENODEV);
}

/* The kernel refuses new transfers before those under way are back. */
static void test_last_words_come_after_the_first_failure(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_leave(bench->usbfs);
	fake_usbfs_say(bench->usbfs, AT_IN, "100");
	bench_run(bench, "1<100 ");
	fake_usbfs_say(bench->usbfs, AT_IN, "END,0");
	fake_usbfs_unplug(bench->usbfs);
	bench_run(bench, "1<END,0 gone-19 ");
}

static void test_drain_does_not_wait_for_the_loop(void **state)
{
	struct bench *bench = *state;

	fake_usbfs_say(bench->usbfs, AT_IN, "END,0");
	fake_usbfs_unplug(bench->usbfs);
	port_drain(bench->port);
	assert_string_equal(bench->story, "1<END,0 gone-19 ");
	bench_run(bench, "1<END,0 gone-19 ");
}

static void test_close_gives_back(void **state)
{
	struct bench *bench = *state;

	port_close(bench->port, true);
	bench->port = NULL;
	expect_log(bench, RELEASED " " GIVEN_BACK);
	fake_usbfs_say(bench->usbfs, AT_IN, "RDY");
	bench_run(bench, "");
	assert_int_equal(open_nodes(), 0);
	/* And again, as if nothing had been. */
	assert_int_equal(bench_open(bench), 0);
	expect_log(bench, OPENED);
}

static void test_close_inside_bytes(void **state)
{
	struct bench *bench = *state;

	bench->close_in = 'b';
	assert_int_equal(port_write(bench->port, AT, "AT", 2), 0);
	assert_int_equal(port_write(bench->port, AT, "ATI", 3), 0);
	bench_run(bench, "1>2 1>3 ");
	fake_usbfs_take_log(bench->usbfs);
	fake_usbfs_say(bench->usbfs, AT_IN, "OK");
	fake_usbfs_say(bench->usbfs, AT_IN, "lost");
	bench_run(bench, "1<OK ");
	expect_log(bench, RELEASED);
	assert_int_equal(open_nodes(), 0);
}

static void test_close_inside_written(void **state)
{
	struct bench *bench = *state;

	bench->close_in = 'w';
	bench->give_back = true;
	assert_int_equal(port_write(bench->port, AT, "AT", 2), 0);
	assert_int_equal(port_write(bench->port, AT, "ATI", 3), 0);
	bench_run(bench, "1>2 ");
	/* The next write did not wait until the first one was told of: the bus is never idle. */
	expect_log(bench, "out:03+AT out:03+ATI " RELEASED " " GIVEN_BACK);
	assert_int_equal(open_nodes(), 0);
}

static void test_close_inside_gone(void **state)
{
	struct bench *bench = *state;

	bench->close_in = 'g';
	fake_usbfs_unplug(bench->usbfs);
	bench_run(bench, "gone-19 ");
	assert_int_equal(open_nodes(), 0);
}

static void test_close_while_mending(void **state)
{
	struct bench *bench = *state;

	for (unsigned int i = 0; i < 40; i++)
		fake_usbfs_fail_in(bench->usbfs, AT_IN, EPROTO, "");
	bench_run(bench, "");
	port_close(bench->port, false);
	bench->port = NULL;
	fake_usbfs_take_log(bench->usbfs);
	/* Long enough for a retry that was forgotten. */
	for (unsigned int i = 0; i < 10; i++)
		bench_run(bench, "");
	expect_log(bench, "");
}

static void test_open_refusals(void **state)
{
	static const struct {
		const char *name;
		unsigned int interface;
		int error;
		int expected;
		const char *log;
	} rows[] = {
		{ "another program has the AT port", 2, EBUSY, -EBUSY,
		  GIVEN_BACK },
		{ "another program has the modem port", 3, EBUSY, -EBUSY,
		  "claim:2 in:84 in:84 release:2 " GIVEN_BACK },
		{ "it leaves between two claims", 1, ENODEV, -ENODEV,
		  "claim:2 in:84 in:84 claim:3 in:86 in:86 "
		  "release:2 release:3 " GIVEN_BACK },
		{ "another program has the modem port, in mid-job", 3, EBUSY, -EBUSY,
		  "claim:2 in:84 in:84 release:2" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].name);
		fake_usbfs_refuse(bench->usbfs, rows[i].interface, rows[i].error);
		bench->give_back = strstr(rows[i].log, "connect:");
		assert_int_equal(bench_open(bench), rows[i].expected);
		assert_null(bench->port);
		bench_run(bench, "");
		expect_log(bench, rows[i].log);
		assert_int_equal(open_nodes(), 0);
		fake_usbfs_refuse(bench->usbfs, rows[i].interface, 0);
	}
	assert_int_equal(bench_open(bench), 0);
	expect_log(bench, OPENED);
}

static void test_open_without_a_node(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(port_open(bench->context, "/dev/bus/usb/001/099",
				   &bench->layout, true, &bench_events, bench,
				   &bench->port),
			 -ENODEV);
	bench->layout.serials = 0;
	assert_int_equal(bench_open(bench), -EINVAL);
	expect_log(bench, "");
}

/* A file elsewhere: umockdev itself insists on opening what is below /dev. */
static void test_open_without_permission(void **state)
{
	char node[] = "/tmp/test_port.XXXXXX";
	struct bench *bench = *state;
	int fd = mkstemp(node);
	int r;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(chmod(node, 0), 0);
	if (!geteuid())
		setfsuid(65534); /* root may open anything */
	r = port_open(bench->context, node, &bench->layout, true, &bench_events, bench,
		      &bench->port);
	setfsuid(geteuid());
	unlink(node);
	assert_int_equal(r, -EACCES);
	assert_null(bench->port);
}

#define opened(test) cmocka_unit_test_setup_teardown(test, open_ep06, unplug)
#define plugged(test) cmocka_unit_test_setup_teardown(test, plug_ep06, unplug)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_configures_what_nobody_configured,
						plug_unconfigured, unplug),
		plugged(test_open_refusals),
		plugged(test_open_without_a_node),
		plugged(test_open_without_permission),
		opened(test_hears_every_port),
		opened(test_writes_in_order),
		opened(test_stalled_read_is_mended),
		opened(test_noise_on_the_bus_is_survived),
		opened(test_dead_endpoint_is_given_up),
		opened(test_stalled_write_goes_on_where_it_was),
		opened(test_failed_write_is_never_repeated),
		opened(test_failed_write_may_mean_unplugged),
		opened(test_last_words_come_before_gone),
		opened(test_last_words_come_after_the_first_failure),
		opened(test_drain_does_not_wait_for_the_loop),
		opened(test_close_gives_back),
		opened(test_close_inside_bytes),
		opened(test_close_inside_written),
		opened(test_close_inside_gone),
		opened(test_close_while_mending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
