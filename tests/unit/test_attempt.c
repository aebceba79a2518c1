/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a package may be tried: tables with a clock of their own, then the
 * same on disk.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/attempt.h"
#include "agent/journal.h"
#include "agent/util.h"

#define HOUR ((uint64_t)3600000)
#define NOW ((uint64_t)1700000000000)
#define IMEI "861234567890123"
#define PACKAGE "http://fw.example/a.zip"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_attempt.XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void test_when_the_next_one_is_due(void **state)
{
	static const struct attempt_rule three = { 3, HOUR }, at_once = { 3, 0 };
	static const struct {
		const struct attempt_rule *rule;
		unsigned int count;
		uint64_t last_ms;
		const char *reason; /* part of it; NULL: it is due */
	} rows[] = {
		{ &three, 0, 0, NULL },
		{ &three, 0, NOW, NULL },
		{ &three, 1, NOW - HOUR, NULL },
		{ &three, 1, NOW - HOUR + 1, "due in 1 min" },
		{ &three, 2, NOW, "due in 60 min" },
		{ &three, 2, NOW - 2 * HOUR, NULL },
		{ &three, 3, NOW - 2 * HOUR, "3 attempts" },
		{ &three, 3, 0, "--force" },
		{ &three, 4, NOW, "4 attempts" },
		{ &at_once, 2, NOW, NULL },
		{ &at_once, 3, NOW, "3 attempts" },
		/* The clock of a router that knows no time before it has a network. */
		{ &three, 1, NOW + HOUR, NULL },
		{ &three, 1, UINT64_MAX, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char reason[200] = "";
		bool due = attempt_is_due(rows[i].rule, rows[i].count, rows[i].last_ms, NOW, reason,
					  sizeof(reason));

		print_message("%zu: %s\n", i, reason);
		assert_int_equal(due, rows[i].reason == NULL);
		assert_true(due || (rows[i].reason && strstr(reason, rows[i].reason)));
	}
}

static bool is_allowed(struct journal *journal, const char *imei, const char *package)
{
	static const struct attempt_rule rule = { 3, 0 };
	char reason[200];

	return attempt_is_allowed(journal, &rule, imei, package, reason, sizeof(reason));
}

static void test_what_was_begun_counts_until_success(void **state)
{
	struct journal *journal;
	struct attempt_before before;

	(void)state;
	assert_int_equal(journal_open(dir, &journal), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(is_allowed(journal, IMEI, PACKAGE));
		assert_int_equal(attempt_look(journal, IMEI, PACKAGE, &before), 0);
		assert_int_equal(attempt_begin(journal, IMEI, PACKAGE, &before), 0);
		/* A new process each time; whether the failure was noted makes no difference. */
		journal_free(journal);
		assert_int_equal(journal_open(dir, &journal), 0);
		if (i)
			assert_int_equal(attempt_end(journal, IMEI, PACKAGE, false), 0);
	}
	assert_false(is_allowed(journal, IMEI, PACKAGE));
	assert_true(is_allowed(journal, "861234567890999", PACKAGE));
	assert_true(is_allowed(journal, IMEI, "http://fw.example/b.zip"));
	assert_int_equal(attempt_end(journal, IMEI, PACKAGE, true), 0);
	assert_true(is_allowed(journal, IMEI, PACKAGE));
	journal_free(journal);
}

/* Nothing was requested: neither the count nor the time to wait from is touched. */
static void test_what_was_called_off_is_no_attempt(void **state)
{
	struct journal *journal;
	unsigned int count;
	struct attempt_before before;
	uint64_t last_ms;

	(void)state;
	assert_int_equal(journal_open(dir, &journal), 0);
	assert_int_equal(attempt_look(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(attempt_begin(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(attempt_cancel(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(journal_attempts(journal, IMEI, PACKAGE, &count, &last_ms), 0);
	assert_int_equal(count, 0);
	assert_int_equal(journal_set_attempts(journal, IMEI, PACKAGE, 2, 5000), 0);
	assert_int_equal(attempt_look(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(attempt_begin(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(attempt_cancel(journal, IMEI, PACKAGE, &before), 0);
	assert_int_equal(journal_attempts(journal, IMEI, PACKAGE, &count, &last_ms), 0);
	assert_int_equal(count, 2);
	assert_int_equal(last_ms, 5000);
	assert_int_equal(attempt_end(journal, IMEI, PACKAGE, true), 0);
	journal_free(journal);
}

static void test_an_end_without_a_beginning_is_no_attempt(void **state)
{
	struct journal *journal;
	unsigned int count;
	uint64_t last_ms;

	(void)state;
	assert_int_equal(journal_open(dir, &journal), 0);
	assert_int_equal(attempt_end(journal, IMEI, PACKAGE, false), 0);
	assert_int_equal(journal_attempts(journal, IMEI, PACKAGE, &count, &last_ms), 0);
	assert_int_equal(count, 0);
	journal_free(journal);
}

static void test_unreadable_attempts_are_none_to_go_on_with(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "torn" },
		{ "{\"version\":1,\"attempts\":[{\"imei\"", "torn" },
		{ "{\"version\":2}", "another version" },
	};
	static const struct attempt_rule rule = { 3, HOUR };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal *journal;
		char path[96], reason[200];
		struct attempt_before before;
		FILE *file;

		assert_int_equal(journal_open(dir, &journal), 0);
		snprintf(path, sizeof(path), "%s/attempts.json", dir);
		file = fopen(path, "w");
		fputs(rows[i].text, file);
		fclose(file);
		assert_false(attempt_is_allowed(journal, &rule, IMEI, PACKAGE, reason,
						sizeof(reason)));
		assert_non_null(strstr(reason, rows[i].reason));
		/* Forced. */
		assert_int_equal(attempt_look(journal, IMEI, PACKAGE, &before), 0);
		assert_int_equal(attempt_begin(journal, IMEI, PACKAGE, &before), 0);
		assert_false(attempt_is_allowed(journal, &rule, IMEI, PACKAGE, reason,
						sizeof(reason)));
		assert_non_null(strstr(reason, "back-off"));
		journal_free(journal);
	}
}

#define FOLDER(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when_the_next_one_is_due),
		FOLDER(test_what_was_begun_counts_until_success),
		FOLDER(test_what_was_called_off_is_no_attempt),
		FOLDER(test_an_end_without_a_beginning_is_no_attempt),
		FOLDER(test_unreadable_attempts_are_none_to_go_on_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
