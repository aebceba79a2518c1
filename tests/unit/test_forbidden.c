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
		"AT+QCFG=\"usbnet\",0",
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
		{ "AT+QFOTADL?", "QFOTADL" },
		{ "AT+QFOTADL=?", "QFOTADL" },
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
