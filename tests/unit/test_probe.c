/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read out of the answers of a modem that is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/core/probe.h"
#include "agent/util.h"

/* Of each command the answer; OK follows it. "10" and "9999" are CME errors. */
struct answers {
	const char *firmware, *sim, *cereg, *creg, *signal;
};

static void answer(struct probe *probe, const char *text)
{
	struct at_line line = { AT_LINE_TEXT, text, false, -1 };

	if (strcmp(text, "10") == 0)
		line = (struct at_line){ AT_LINE_ERROR, "+CME ERROR: 10", false, 10 };
	else if (strcmp(text, "9999") == 0)
		line = (struct at_line){ AT_LINE_ERROR, "+CME ERROR: 9999", false, 9999 };
	else if (strcmp(text, "ERROR") == 0)
		line.type = AT_LINE_ERROR;
	probe_take(probe, &line);
	if (line.type == AT_LINE_TEXT)
		probe_take(probe, &(struct at_line){ AT_LINE_OK, "OK", false, -1 });
}

static struct probe ask(const struct answers *answers)
{
	struct probe probe;

	probe_init(&probe);
	assert_string_equal(probe_command(&probe), "AT+CGMR");
	answer(&probe, answers->firmware);
	assert_string_equal(probe_command(&probe), "AT+CPIN?");
	answer(&probe, answers->sim);
	assert_string_equal(probe_command(&probe), "AT+CEREG?");
	answer(&probe, answers->cereg);
	assert_string_equal(probe_command(&probe), "AT+CREG?");
	answer(&probe, answers->creg);
	assert_string_equal(probe_command(&probe), "AT+CSQ");
	answer(&probe, answers->signal);
	assert_null(probe_command(&probe));
	/* What comes late changes nothing. */
	answer(&probe, "+CSQ: 0,0");
	return probe;
}

static void test_answers(void **state)
{
	static const struct {
		struct answers answers;
		const char *firmware, *sim, *registration;
		int signal;
	} rows[] = {
		{ { "EP06ELAR03A08M4G", "+CPIN: READY", "+CEREG: 0,1", "+CREG: 0,1", "+CSQ: 28,99" },
		  "EP06ELAR03A08M4G", "READY", "home", -57 },
		{ { "EP06ELAR03A08M4G", "+CPIN: SIM PIN", "+CEREG: 0,2", "+CREG: 0,5", "+CSQ: 0,0" },
		  "EP06ELAR03A08M4G", "SIM PIN", "roaming", -113 },
		{ { "EP06ELAR03A08M4G", "10", "+CEREG: 0,1", "+CREG: 0,0", "+CSQ: 31,0" },
		  "EP06ELAR03A08M4G", "SIM not inserted", "home", -51 },
		{ { "ERROR", "9999", "ERROR", "+CREG: 0,3", "+CSQ: 99,99" },
		  "", "+CME ERROR: 9999", "denied", 0 },
		{ { "hello", "ERROR", "+CEREG: 0,77", "ERROR", "+CSQ: x" },
		  "", "ERROR", NULL, 0 },
		{ { "ERROR", "+QIND: SMS DONE", "ERROR", "ERROR", "ERROR" }, "", "", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct probe probe = ask(&rows[i].answers);
		const char *word = probe_registration_word(probe.registration);

		assert_string_equal(probe.firmware, rows[i].firmware);
		assert_string_equal(probe.sim, rows[i].sim);
		assert_int_equal(probe.signal, rows[i].signal);
		if (rows[i].registration)
			assert_string_equal(word, rows[i].registration);
		else
			assert_null(word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
