/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How it answers for its firmware and its IMEI, and how late. */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"
#define BETA "EP06ELAR03A08M4G_BETA1108"
#define NAMES "AT+CGMR\rAT+QGMR\rAT+CSUB\r"

static const struct {
	const char *const *settings;
	const char *typed, *trace;
} answers[] = {
	{SET(QUIET), NAMES,
	 "EP06ELAR03A08M4G / OK / EP06ELAR03A08M4G_01.001.01.001 / OK / SubEdition: V05 / OK"},
	/* fact 10.12: the name of a custom build, and what is added to it */
	{SET(QUIET, "firmware=EP06ELAR03A08M4G_BETA1108", "sub-version=_04.001.04.001",
	     "sub-edition=V07"), NAMES,
	 BETA " / OK / " BETA "_04.001.04.001 / OK / SubEdition: V07 / OK"},
	/* fact 10.14 */
	{SET(QUIET, "qgmr=plain"), "AT+QGMR\r", "EP06ELAR03A08M4G / OK"},
	{SET(QUIET, "qgmr=error", "sub-edition=", "cmee=0"), "AT+QGMR\rAT+CSUB\r", "ERROR / ERROR"},
	{SET(QUIET, "cgmr=Revision: %"), "AT+CGMR\r", "Revision: EP06ELAR03A08M4G / OK"},
	{SET(QUIET, "imei-answer=error", "cmee=0"), "AT+CGSN\r", "ERROR"},
	{SET(QUIET, "imei-answer=empty"), "AT+CGSN\r", "OK"},
	{SET(QUIET, "imei-answer=zero"), "AT+CGSN\r", "000000000000000 / OK"},
	{SET(QUIET, "imei-answer=long"), "AT+CGSN\r", "86107503000001701 / OK"},
	{SET(QUIET, "imei-answer=label"), "AT+CGSN\r", "+CGSN: 861075030000017 / OK"},
	{SET(QUIET, "imei-answer=quoted"), "AT+CGSN\r", "\"861075030000017\" / OK"},
	{SET(QUIET, "imei-answer=blank-after"), "AT+CGSN\r", "861075030000017  / OK"},
	{SET(QUIET, "imei-answer=zero", "imei-odd=500"), "AT+CGSN\r", "861075030000017 / OK"},
};

static void test_answers(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		host_plug(&h, answers[i].settings);
		host_wait(&h, 1000);
		host_type(&h, answers[i].typed);
		host_wait(&h, 100);
		assert_string_equal(host_lines(h.at), answers[i].trace);
		host_unplug(&h);
	}
}

/* Fact 10.13: AT+CGMR is the same before and after. */
static void test_parts_alone(void **state)
{
	static const char package[] = "STANDIN-DELTA 1\nfrom: EP06ELAR03A08M4G\n"
				      "to: EP06ELAR03A08M4G\n\nx";
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "sub-version-after=_01.009.01.009", "sub-edition-after=V06",
			  "flash=end"));
	h.package = package;
	host_wait(&h, 1000);
	host_type(&h, "AT+QFOTADL=\"http://host/a.zip\"\r");
	host_wait(&h, 60000);
	host_forget(&h);
	host_type(&h, NAMES);
	assert_string_equal(host_lines(h.at), "EP06ELAR03A08M4G / OK / "
					      "EP06ELAR03A08M4G_01.009.01.009 / OK / "
					      "SubEdition: V06 / OK");
	host_unplug(&h);
}

/* A command that comes before a late answer is carried out after it. */
static void test_late(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "late-answers=AT+QFLST:6000*1 AT+CSQ:100"));
	host_wait(&h, 1000);
	host_type(&h, "AT+QFLST=\"a\"\r");
	host_wait(&h, 5000);
	assert_string_equal(host_lines(h.at), "");
	host_type(&h, "AT+QFUPL=\"a\",3\r");
	assert_string_equal(host_lines(h.at), "");
	host_wait(&h, 1001);
	assert_string_equal(host_lines(h.at), "+CME ERROR: 405 / CONNECT");
	host_write(&h, DESCRIPTORS_ROLE_AT, "abc", 3);
	host_forget(&h);
	host_type(&h, "AT+QFLST=\"a\"\rAT+CSQ\r");
	assert_string_equal(host_lines(h.at), "+QFLST: \"UFS:a\",3 / OK");
	host_wait(&h, 101);
	assert_string_equal(host_lines(h.at), "+QFLST: \"UFS:a\",3 / OK / +CSQ: 28,99 / OK");
	host_unplug(&h);
}

static void test_bad_late(void **state)
{
	static const char *const bad[] = {"AT+CSQ", "AT+CSQ:", "AT+CSQ:1s", ":5"};
	struct settings s;
	struct modem m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		settings_init(&s);
		assert_int_equal(settings_set(&s, "late-answers", bad[i]), 0);
		assert_true(modem_init(&m, &s) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_parts_alone),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_bad_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
