/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transfers and time: what the stand-in does with endpoints, DTR, ZLPs and unread output. */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"
#define REQUEST "AT+QFOTADL=\"http://host/a.zip\"\r"

static const char good[] = "STANDIN-DELTA 1\nfrom: EP06ELAR03A08M4G\n"
			   "to: EP06ELAR04A01M4G\n\nany payload";

static void test_merge(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("boot-urcs=RDY|+CPIN: READY", "merge=2"));
	h.mark_transfers = true;
	host_wait(&h, 1000);
	assert_string_equal(h.at, "\r\nRDY\r\n\r\n+CPIN: READY\r\n|");
	host_unplug(&h);
}

static void test_empty_reads(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("boot-urcs=RDY", "empty-reads=2"));
	h.mark_transfers = true;
	host_wait(&h, 1000);
	assert_string_equal(h.at, "||\r\nRDY\r\n|");
	host_unplug(&h);
}

/* Unread output lives for drop-after ms and not a microsecond longer. */
static void test_drop_age(void **state)
{
	static struct host h;

	(void)state;
	for (int late = 0; late <= 1; late++) {
		host_plug(&h, SET("boot-urcs=RDY", "boot-delay=0",
				  "drop-after=0.8"));
		h.reads = false;
		host_wait(&h, 0);
		h.now_us += 799 + (uint64_t)late;
		modem_advance(&h.modem, h.now_us);
		h.reads = true;
		host_wait(&h, 1);
		assert_string_equal(h.at, late ? "" : "\r\nRDY\r\n");
		assert_non_null(
			strstr(h.wire, late ? "dropped if=2 bytes=7\n"
					    : "read-age if=2 ms=0.799\n"));
		host_unplug(&h);
	}
}

/* A host that reads late hears all of it, one that never read hears none: who waits how long. */
static void test_leave_patience(void **state)
{
	static struct host h;

	(void)state;
	for (int begun = 0; begun <= 1; begun++) {
		host_plug(&h, SET("boot-urcs=RDY", "boot-delay=500",
				  "leave-delay=100", "leave-patience=5000"));
		h.reads = begun;
		host_wait(&h, 100);
		h.reads = false;
		host_wait(&h, 600);
		host_type(&h, "AT+CFUN=1,1\r");
		host_wait(&h, 1000);
		assert_int_equal(h.on_bus, begun);
		h.reads = true;
		host_wait(&h, 20);
		assert_false(h.on_bus);
		assert_non_null(begun ? strstr(h.at, "OK")
				      : strstr(h.wire, "lost if=2"));
		host_unplug(&h);
	}
}

static void test_dtr_swallows(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "dtr-needed=yes"));
	h.raises_dtr = false;
	host_type(&h, "AT\r");
	assert_string_equal(h.at, "");
	assert_non_null(strstr(h.wire, "at if=2 AT\nswallowed if=2 bytes=6\n"));
	host_line_state(&h, DESCRIPTORS_ROLE_AT, true);
	host_type(&h, "AT\r");
	assert_string_equal(h.at, "\r\nOK\r\n");
	host_unplug(&h);
}

/* 1024 bytes are two full packets: nothing happens before the ZLP (fact 4.5). */
static void test_zlp(void **state)
{
	uint8_t block[1024] = {0};
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "zlp-needed=yes"));
	host_type(&h, "AT+QFUPL=\"a\",2048,5,1\r");
	host_forget(&h);
	host_write(&h, DESCRIPTORS_ROLE_AT, block, 1024);
	assert_string_equal(h.at, "");
	host_write(&h, DESCRIPTORS_ROLE_AT, NULL, 0);
	assert_string_equal(h.at, "A");
	host_unplug(&h);
}

/* A full last packet is closed by a ZLP where the host's buffer ended there. */
static void test_in_zlp(void **state)
{
	static struct host h;
	char package[512];

	(void)state;
	memset(package, 'x', sizeof(package));
	host_plug(&h, SET(QUIET));
	host_type(&h, "AT+QFUPL=\"a\",512\r");
	host_write(&h, DESCRIPTORS_ROLE_AT, package, sizeof(package));
	host_forget(&h);
	h.mark_transfers = true;
	h.read_size = 512;
	host_type(&h, "AT+QFDWL=\"a\"\r");
	assert_memory_equal(h.at, "\r\nCONNECT\r\n|xxx", 15);
	assert_non_null(strstr(h.at, "xxx||\r\n+QFDWL: 512,0\r\n\r\nOK\r\n|"));
	host_unplug(&h);
}

static void test_split(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("boot-urcs=RDY", "split=3"));
	h.mark_transfers = true;
	host_wait(&h, 1000);
	assert_string_equal(h.at, "\r\nR|DY\r|\n|");
	host_unplug(&h);
}

static void test_urc_at_config(void **state)
{
	uint8_t data[DESCRIPTORS_MAX];
	static struct host h;

	(void)state;
	host_plug(&h, SET("boot-urcs=", "urc-at-config=HELLO", "flash=reboot*5"));
	h.package = good;
	host_wait(&h, 0);
	assert_string_equal(h.at, "\r\nHELLO\r\n");
	modem_control(&h.modem, h.now_us, (const uint8_t[8]){0, 9, 1}, data);
	host_wait(&h, 0);
	assert_string_equal(h.at, "\r\nHELLO\r\n");
	host_type(&h, REQUEST);
	host_forget(&h);
	host_wait(&h, 60000);
	assert_string_equal(host_lines(h.at),
			    "\"HTTPSTART\" / \"HTTPEND\",0 / <leave> / HELLO / "
			    "<leave> / HELLO / "
			    "<leave> / HELLO / <leave> / HELLO / <leave> / "
			    "HELLO / <leave> / "
			    "HELLO / <leave> / HELLO");
	host_unplug(&h);
}

/* What a modem says before it is configured waits or is lost; so does its clock. */
static void test_unconfigured(void **state)
{
	static const struct {
		const char *setting, *heard;
	} rows[] = {
		{"hold-unconfigured=yes", "\r\nRDY\r\n"},
		{"hold-unconfigured=no", ""},
		{"clock-from-config=yes", "\r\nRDY\r\n"},
	};
	static const uint8_t set_config[8] = {0, 9, 1};
	static struct host h;
	uint8_t data[DESCRIPTORS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		host_plug(&h, SET("boot-urcs=RDY", rows[i].setting));
		h.configures = false;
		host_wait(&h, 1000);
		assert_string_equal(h.at, "");
		modem_control(&h.modem, h.now_us, set_config, data);
		host_wait(&h, 1000);
		assert_string_equal(h.at, rows[i].heard);
		host_unplug(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_empty_reads),
		cmocka_unit_test(test_drop_age),
		cmocka_unit_test(test_leave_patience),
		cmocka_unit_test(test_dtr_swallows),
		cmocka_unit_test(test_zlp),
		cmocka_unit_test(test_in_zlp),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_urc_at_config),
		cmocka_unit_test(test_unconfigured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
