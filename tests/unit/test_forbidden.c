/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command at sends, and what it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/core/at.h"
#include "agent/core/forbidden.h"
#include "agent/util.h"

static void test_sent(void **state)
{
	static const char *const commands[] = {
		"AT", "at", "ATI", "AT+CGMR", "AT+CSQ;+CREG?", "AT+QFLST=\"*\"", "AT+QFLST=\"UFS:*\"",
		"AT+QFDEL=\"update.zip\"", "AT+QFDEL=?", "AT+QFDEL=\"a.zip\";+QFLST=\"*\"",
		"AT+QCFG=\"usbnet\",0", "AT+QCFG=\"usbcfg\",0x2C7C,0x0306,1,1,1,1,1,0,0",
		/* Forms that change nothing. */
		"AT+QFOTADL=?", "AT+QFOTADL?", "at + qfotadl = ?", "AT+QFOTADL=?;+CGMR",
		"AT+QPRTPARA=?", "AT+QPRTPARA?", "AT+QDOWNLOAD=?", "AT+QFASTBOOT=?",
		"AT+EGMR=0,7", "AT+EGMR=?", "AT+QABFOTA=\"state\"", "AT+QSECBOOT=\"status\"",
		"AT+QNVR=550,0", "AT+QNVFR=\"/nv/item_files/rfnv/00020993\"",
		"AT+CFUN?", "AT+CFUN=0", "AT+CFUN=1,1", "AT+CFUN=15", "AT+QRFTESTMODE=0",
		/* Text is no command. */
		"AT+QHTTPURL=\"http://fw.example/+QFOTADL\"", "AT+QFDEL=\"+QFASTBOOT=1;+QNVW\"",
		"AT+QFDEL=\"a.zip\";+QHTTPREADFILE=\"*\"", "AT+QNVWATCH=1", "ATD*99#",
		"AT&F", "ATZ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (forbidden_reason(commands[i]))
			fail_msg("%s: %s", commands[i], forbidden_reason(commands[i]));
}

static void test_not_sent(void **state)
{
	static const struct {
		const char *command, *because;
	} rows[] = {
		{ "", "begins with AT" },
		{ "CGMR", "begins with AT" },
		{ "A/", "begins with AT" },
		{ "ATI\r", "control character" },
		{ "ATI\nAT+CFUN=0", "control character" },
		{ "ATI\x1a", "control character" },
		{ "AT\tI", "control character" },
		{ "ATI\x7f", "control character" },
		{ "ATI\xc3\xa4", "control character" },
		{ "AT+QFOTADL=\"http://fw.example/a.zip\"", "QFOTADL" },
		{ "AT+QFOTADL=\"/cache/ufs/a.zip\"", "QFOTADL" },
		{ "at+qfotadl=\"a\"", "QFOTADL" },
		{ "aT+qFoTaDl=\"a\"", "QFOTADL" },
		{ "AT + QFOTADL = \"a\"", "QFOTADL" },
		{ "AT+QFOTA DL=\"a\"", "QFOTADL" },
		{ "AT+QFOTADL", "QFOTADL" },
		{ "AT+QFOTADL=?\"a\"", "QFOTADL" },
		{ "AT+QFOTADL=?;+QFOTADL=\"a\"", "QFOTADL" },
		{ "AT+CGMR;+QFOTADL=\"a\"", "QFOTADL" },
		{ "ATE0+QFOTADL=\"a\"", "QFOTADL" },
		{ "AT+QFLST=\"a\";+QFOTADL=\"a\"", "QFOTADL" },
		{ "AT+QFLST=\"a;+QFOTADL=1", "quote" },
		{ "AT+QABFOTA=\"update\"", "QABFOTA" },
		{ "AT+QABFOTA=\"package\",\"/cache/ufs/a.zip\"", "QABFOTA" },
		{ "AT+QFASTBOOT", "loader" },
		{ "at+qfastboot=1", "loader" },
		{ "AT+QDOWNLOAD=1", "loader" },
		{ "AT+QDOWNLOAD", "loader" },
		{ "ATI;+ qdown load = 1", "loader" },
		{ "AT+QTEST=\"dump\",1", "loader" },
		{ "AT+QPRTPARA=1", "backup" },
		{ "AT+QPRTPARA=3", "backup" },
		{ "AT+QNVW=550,0,\"0102\"", "calibration" },
		{ "AT+QNVFW=\"/nv/item_files/rfnv/00020993\",0100FF00", "calibration" },
		{ "AT+QNVFD=\"/nv/item_files/rfnv/00020993\"", "calibration" },
		{ "AT+EGMR=1,7,\"861075030000017\"", "IMEI" },
		{ "AT+EGMR=01,7,\"861075030000017\"", "IMEI" },
		{ "AT+EGMR=0,7;+EGMR=1,7,\"861075030000017\"", "IMEI" },
		{ "AT+QSECBOOT=\"enable\"", "secure boot" },
		{ "AT+QSECBOOT=1", "secure boot" },
		{ "AT+CFUN=5", "test mode" },
		{ "AT+CFUN=05", "test mode" },
		{ "AT+CFUN=5,1", "test mode" },
		{ "AT+QRFTESTMODE=1", "test mode" },
		{ "AT+QFDEL=\"a;*\"", "QFDEL" },
		{ "ATI;+QFOTADL=\"a\"", "QFOTADL" },
		{ "AT+QFDEL=\"*\"", "QFDEL" },
		{ "at+qfdel=\"*\"", "QFDEL" },
		{ "AT+QFDEL = \" * \"", "QFDEL" },
		{ "AT+QFDEL=*", "QFDEL" },
		{ "AT+QFDEL=\"UFS:*\"", "QFDEL" },
		{ "AT+QFDEL=\"*.zip\"", "QFDEL" },
		{ "ATI; +QFDEL=\"*\"", "QFDEL" },
		{ "AT+QFDEL=\"a\";+QFDEL=\"*\"", "QFDEL" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *reason = forbidden_reason(rows[i].command);

		if (!reason || !strstr(reason, rows[i].because))
			fail_msg("%s: %s", rows[i].command, reason ? reason : "is sent");
	}
}

static void test_length(void **state)
{
	char command[AT_LINE_MAX + 2];

	(void)state;
	memset(command, 'A', sizeof(command));
	command[1] = 'T';
	command[AT_LINE_MAX] = '\0';
	assert_null(forbidden_reason(command));
	command[AT_LINE_MAX] = 'A';
	command[AT_LINE_MAX + 1] = '\0';
	assert_non_null(strstr(forbidden_reason(command), "512 bytes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
