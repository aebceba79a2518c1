/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in against the facts: descriptors, settings and byte samples. In
 * virtual time, without a kernel.
 */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/usb/ch9.h>
#include <stdlib.h>
#include <string.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"

/* --- descriptors (facts 4.1 to 4.7) --- */

static void test_device_descriptor(void **state)
{
	static const uint8_t wanted[18] = {18,	 1,    0x00, 0x02, 0xef, 2,
					   1,	 64,   0x7c, 0x2c, 0x06, 0x03,
					   0x10, 0x03, 1,    2,	   3,	 1};
	const struct composition *c = composition_find("hs");
	struct identity id = {c, c->vid, c->pid, c->product, "0123456789ABCDEF"};
	uint8_t d[DESCRIPTORS_MAX];

	(void)state;
	assert_int_equal(descriptors_get(&id, USB_DT_DEVICE, 0, d), 18);
	assert_memory_equal(d, wanted, 18);
	assert_int_equal(descriptors_get(&id, USB_DT_STRING, 2, d), 14);
	assert_memory_equal(d + 2, "E\0P\0\060\0\066\0-\0E\0", 12);
	assert_int_equal(descriptors_get(&id, USB_DT_STRING, 3, d), 34);
	assert_int_equal(descriptors_get(&id, USB_DT_STRING, 5, d), -EPIPE);
	assert_int_equal(descriptors_get(&id, USB_DT_CONFIG, 1, d), -EPIPE);
	assert_int_equal(descriptors_get(&id, USB_DT_BOS, 0, d), -EPIPE);
}

static void test_config_totals(void **state)
{
	static const struct {
		const char *name;
		int total, interfaces;
		uint16_t vid, pid;
	} rows[] = {
		{"hs", 209, 5, 0x2c7c, 0x0306},
		{"adb", 232, 6, 0x2c7c, 0x0306},
		{"ss", 328, 6, 0x2c7c, 0x0306},
		{"diag-off", 186, 4, 0x2c7c, 0x0306},
		{"serial", 58, 1, 0x2c7c, 0x0306},
		{"edl", 32, 1, 0x05c6, 0x9008},
		{"qdl", 32, 1, 0x2c7c, 0x0306},
		{"mbim", 179 + 38 + 32, 6, 0x2c7c, 0x0306},
		{"ecm", 179 + 39 + 32, 6, 0x2c7c, 0x0306},
		{"two", 9 + 38 + 32, 2, 0x2c7c, 0x0307},
	};
	uint8_t d[DESCRIPTORS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct composition *c = composition_find(rows[i].name);
		struct identity id = {c, c->vid, c->pid, c->product, ""};

		print_message("%s\n", rows[i].name);
		assert_int_equal(descriptors_get(&id, USB_DT_CONFIG, 0, d),
				 rows[i].total);
		assert_int_equal(d[2] | d[3] << 8, rows[i].total);
		assert_int_equal(d[4], rows[i].interfaces);
		assert_int_equal(d[5], 1);
		assert_int_equal(d[7], 0xa0);
		assert_int_equal(c->vid, rows[i].vid);
		assert_int_equal(c->pid, rows[i].pid);
	}
}

/* The AT interface of fact 4.1, byte for byte. */
static void test_at_interface(void **state)
{
	static const uint8_t wanted[] = {
		9, 4,	 2,    0,    3,	   0xff, 0, 0, 0, /* interface 2 */
		5, 0x24, 0x00, 0x10, 0x01,		  /* fact 4.2 */
		5, 0x24, 0x01, 0x00, 0x00,		  /* */
		4, 0x24, 0x02, 0x02,			  /* */
		5, 0x24, 0x06, 0x00, 0x00,		  /* */
		7, 5,	 0x85, 3,    10,   0,	 9, /* interrupt IN, 32 ms */
		7, 5,	 0x84, 2,    0x00, 0x02, 0, /* bulk IN, 512 */
		7, 5,	 0x03, 2,    0x00, 0x02, 0, /* bulk OUT */
	};
	const struct composition *c = composition_find("hs");
	struct identity id = {c, c->vid, c->pid, c->product, ""};
	uint8_t d[DESCRIPTORS_MAX];

	(void)state;
	assert_int_equal(sizeof(wanted), 49);
	descriptors_get(&id, USB_DT_CONFIG, 0, d);
	assert_memory_equal(d + 9 + 23 + 49, wanted, sizeof(wanted));
}

static void test_endpoints(void **state)
{
	static const struct endpoints wanted[] = {
		{0, 0x81, 0x01},    {0x83, 0x82, 0x02}, {0x85, 0x84, 0x03},
		{0x87, 0x86, 0x04}, {0x89, 0x88, 0x05},
	};
	struct endpoints e;

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		composition_endpoints(composition_find("hs"), i, &e);
		assert_memory_equal(&e, &wanted[i], sizeof(e));
	}
	composition_endpoints(composition_find("diag-off"), 1, &e);
	assert_int_equal(composition_find("diag-off")->functions[1].role,
			 DESCRIPTORS_ROLE_AT);
	assert_int_equal(e.bulk_out, 0x02);
}

static void test_control_requests(void **state)
{
	static const uint8_t get_config[8] = {0x80, 6, 0, 2, 0, 0, 9, 0};
	static const uint8_t set_config_2[8] = {0, 9, 2, 0, 0, 0, 0, 0};
	static const uint8_t vendor[8] = {0xc0, 1, 0, 0, 0, 0, 8, 0};
	uint8_t d[DESCRIPTORS_MAX];
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET));
	host_wait(&h, 1);
	assert_int_equal(modem_control(&h.modem, 0, get_config, d), 9);
	assert_int_equal(modem_control(&h.modem, 0, set_config_2, d), -EPIPE);
	assert_int_equal(modem_control(&h.modem, 0, vendor, d), -EPIPE);
	assert_non_null(strstr(h.wire, "attach 2c7c:0306 high\nsetconfig 1\n"));
	assert_non_null(strstr(h.wire, "line-state if=2 dtr=1 rts=1\n"));
	host_unplug(&h);
}

/* --- byte samples (fact 8) --- */

static const struct {
	const char *const *settings;
	const char *typed, *answer;
} samples[] = {
	{NULL, "AT\r", "AT\r\r\nOK\r\n"},
	{SET("echo=no"), "AT\r", "\r\nOK\r\n"},
	{SET("echo=no"), "AT\r\n", "\r\nOK\r\n"},
	{SET("echo=no"), "ATI\r",
	 "\r\nQuectel\r\nEP06\r\nRevision: EP06ELAR03A08M4G\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT+CSUB\r", "\r\nSubEdition: V05\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT+QGMR\r",
	 "\r\nEP06ELAR03A08M4G_01.001.01.001\r\n\r\nOK\r\n"},
	{SET("echo=no", "qgmr-complete=5000"), "AT+QGMR\r",
	 "\r\nEP06ELAR03A08M4G_01.001.00.000\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"},
	{SET("echo=no", "sim=10"), "AT+CPIN?\r", "\r\n+CME ERROR: 10\r\n"},
	{SET("echo=no", "sim=10"), "AT+CMEE=2;+CPIN?\r",
	 "\r\n+CME ERROR: SIM not inserted\r\n"},
	{SET("echo=no", "sim=10"), "AT+CMEE=0;+CPIN?\r", "\r\nERROR\r\n"},
	{SET("echo=no"), "AT+QURCCFG=\"urcport\"\r",
	 "\r\n+QURCCFG: \"urcport\",\"usbat\"\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT+QFUPL=\"update.zip\",3000,5,1\r", "\r\nCONNECT\r\n"},
	{SET("echo=no"), "AT+QFOTADL=?\r", "\r\nOK\r\n"},
	{SET("echo=no"), "AT+NOSUCH\r", "\r\nERROR\r\n"},
	{SET("echo=no"), "ATI+CSUB\r",
	 "\r\nQuectel\r\nEP06\r\nRevision: EP06ELAR03A08M4G\r\n"
	 "\r\nSubEdition: V05\r\n\r\nOK\r\n"},
	{SET("echo=no"), "ATE1\rAT\r", "\r\nOK\r\nAT\r\r\nOK\r\n"},
	{SET("echo=no"), "AT+CGMR;+NOSUCH;+CGSN\r",
	 "\r\nEP06ELAR03A08M4G\r\n\r\nERROR\r\n"},
	{SET("echo=no", "register-after=60000"), "AT+CEREG?\r",
	 "\r\n+CEREG: 0,2\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT+CEREG?;+CSQ\r",
	 "\r\n+CEREG: 0,1\r\n\r\n+CSQ: 28,99\r\n\r\nOK\r\n"},
	{SET("echo=no"), "at+cgmr\r", "\r\nEP06ELAR03A08M4G\r\n\r\nOK\r\n"},
	{SET("echo=no"), "\xff\xff+CAT+CSQ\r", "\r\n+CSQ: 28,99\r\n\r\nOK\r\n"},
	{SET("echo=no"), "AT +CGDCONT = 1, \"IP\", \"a b\" ; +CGDCONT?\r",
	 "\r\n+CGDCONT: 1,\"IPV4V6\",\"a b\",\"0.0.0.0\",0,0\r\n\r\nOK\r\n"},
	{SET("answers-on=modem"), "AT\r", ""},
	{SET("at-ready=60000"), "AT\r", ""},
	{SET("foreign=before-echo", "foreign-urc=+X: 1"), "AT\r",
	 "\r\n+X: 1\r\nAT\r\r\nOK\r\n"},
	{SET("foreign=before-answer", "foreign-urc=+X: 1"), "AT\r",
	 "AT\r\r\n+X: 1\r\n\r\nOK\r\n"},
};

static void test_samples(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		print_message("%s\n", samples[i].typed);
		host_plug(&h, samples[i].settings);
		host_wait(&h, 1000);
		host_forget(&h);
		host_type(&h, samples[i].typed);
		assert_string_equal(h.at, samples[i].answer);
		host_unplug(&h);
	}
}

/* The same, whatever the slicing of what is typed. */
static void test_samples_sliced(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		host_plug(&h, samples[i].settings);
		host_wait(&h, 1000);
		host_forget(&h);
		for (const char *c = samples[i].typed; *c; c++)
			host_write(&h, DESCRIPTORS_ROLE_AT, c, 1);
		assert_string_equal(h.at, samples[i].answer);
		host_unplug(&h);
	}
}

static void test_urcport_is_kept(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("echo=no", "boot-urcs=RDY"));
	host_wait(&h, 500);
	assert_string_equal(h.at, "\r\nRDY\r\n");
	host_type(&h, "AT+QURCCFG=\"urcport\",\"usbmodem\";+CFUN=1,1\r");
	host_forget(&h);
	host_wait(&h, 3000);
	assert_int_equal(h.returns, 2);
	assert_string_equal(host_lines(h.at), "<leave>");
	assert_string_equal(h.modem_port, "\r\nRDY\r\n");
	host_unplug(&h);
}

static void test_nmea_chatter(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "nmea-every=1000"));
	host_wait(&h, 2500);
	assert_string_equal(
		host_lines(h.nmea),
		"$GPRMC,,V,,,,,,,,,,N*53 / $GPRMC,,V,,,,,,,,,,N*53");
	assert_string_equal(h.at, "");
	host_unplug(&h);
}

static void test_settings(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	assert_int_equal(settings_set(&s, "nonsense", "1"), -ENOENT);
	assert_int_equal(settings_set(&s, "echo", "maybe"), -EINVAL);
	assert_int_equal(settings_set(&s, "away", "-1"), -EINVAL);
	assert_int_equal(settings_set(&s, "away", "soon"), -EINVAL);
	assert_int_equal(settings_set(&s, "split", "1x"), -EINVAL);
	assert_int_equal(settings_set(&s, "request", "perhaps"), -EINVAL);
	assert_int_equal(settings_set(&s, "drop-after", "0.8"), 0);
	assert_int_equal(s.drop_after, 800);
	assert_int_equal(settings_set(&s, "drop-after", "never"), 0);
	assert_true(s.drop_after == SETTINGS_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_descriptor),
		cmocka_unit_test(test_config_totals),
		cmocka_unit_test(test_at_interface),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_control_requests),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_samples_sliced),
		cmocka_unit_test(test_urcport_is_kept),
		cmocka_unit_test(test_nmea_chatter),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
