/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/util.h"
#include "tests/unit/journal_bed.h"

static void assert_attempts(struct journal *journal, const char *imei,
			    const char *package, unsigned int expected,
			    uint64_t expected_ms)
{
	unsigned int count = 99;
	uint64_t last_ms = 99;

	assert_int_equal(journal_attempts(journal, imei, package, &count,
					  &last_ms),
			 0);
	assert_int_equal(count, expected);
	assert_true(last_ms == expected_ms);
}

static void test_attempts_are_kept(void **state)
{
	struct journal *journal = open_journal();

	(void)state;
	assert_attempts(journal, "1", "a", 0, 0);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 0, 5), 0);
	assert_int_equal(access(in_dir("attempts.json"), F_OK), -1);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 1, 100), 0);
	assert_int_equal(journal_set_attempts(journal, "1", "b", 7, 200), 0);
	assert_int_equal(journal_set_attempts(journal, "2", "a", 3, 300), 0);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 2, 400), 0);
	journal = reopen_journal(journal);
	assert_attempts(journal, "1", "a", 2, 400);
	assert_attempts(journal, "1", "b", 7, 200);
	assert_attempts(journal, "2", "a", 3, 300);
	assert_attempts(journal, "2", "b", 0, 0);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 0, 500), 0);
	assert_attempts(journal, "1", "a", 0, 0);
	assert_attempts(journal, "2", "a", 3, 300);
	journal_free(journal);
}

static void test_strange_attempts_are_not_written(void **state)
{
	struct journal *journal = open_journal();
	char package[513];

	(void)state;
	memset(package, 'p', 512);
	package[512] = '\0';
	assert_int_equal(journal_set_attempts(journal, "1", package, 1, 1),
			 -EINVAL);
	assert_int_equal(journal_set_attempts(journal, "1", "\xff", 1, 1),
			 -EINVAL);
	assert_int_equal(journal_set_attempts(journal, "1", "a\nb", 1, 1),
			 -EINVAL);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 1,
					      UINT64_MAX),
			 -EINVAL);
	assert_int_equal(access(in_dir("attempts.json"), F_OK), -1);
	package[511] = '\0';
	assert_int_equal(journal_set_attempts(journal, "1", package, 1, 1), 0);
	assert_attempts(journal, "1", package, 1, 1);
	journal_free(journal);
}

#define ROW(imei, count, last)                                                 \
	"{\"imei\":" imei ",\"package\":\"p\",\"count\":" count                \
	",\"last_ms\":" last "}"
#define ROWS(rows) "{\"version\":1,\"attempts\":[" rows "]}"

static void test_damaged_attempts(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ ROWS(ROW("\"1\"", "1", "1")), 0 },
		{ ROWS(""), 0 },
		{ "", -EBADMSG },
		{ "{\"version\":2}", -ENOTSUP },
		{ "{\"version\":1}", -EBADMSG },
		{ "{\"version\":1,\"attempts\":{}}", -EBADMSG },
		{ ROWS("1"), -EBADMSG },
		{ ROWS("null"), -EBADMSG },
		{ ROWS(ROW("1", "1", "1")), -EBADMSG },
		{ ROWS(ROW("\"1\"", "0", "1")), -EBADMSG },
		{ ROWS(ROW("\"1\"", "-1", "1")), -EBADMSG },
		{ ROWS(ROW("\"1\"", "1000001", "1")), -EBADMSG },
		{ ROWS(ROW("\"1\"", "1", "-1")), -EBADMSG },
		{ ROWS(ROW("\"1\"", "1", "1") "," ROW("\"1\"", "1", "true")),
		  -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal *journal = make_journal();
		unsigned int count;
		uint64_t last_ms;

		write_file("attempts.json", rows[i].text, strlen(rows[i].text));
		assert_int_equal(journal_attempts(journal, "1", "p", &count,
						  &last_ms),
				 rows[i].result);
		/* --force must lead out of it. */
		assert_int_equal(journal_set_attempts(journal, "2", "p", 1, 2),
				 0);
		assert_attempts(journal, "2", "p", 1, 2);
		journal_free(journal);
	}
}

static void test_attempts_nobody_can_read(void **state)
{
	static char endless[1024 * 1024 + 1];
	struct journal *journal = make_journal();
	unsigned int count;
	uint64_t last;

	(void)state;
	memset(endless, ' ', sizeof(endless));
	write_file("attempts.json", endless, sizeof(endless));
	assert_int_equal(journal_attempts(journal, "1", "p", &count, &last), -EBADMSG);
	assert_int_equal(unlink(in_dir("attempts.json")), 0);
	assert_int_equal(mkdir(in_dir("attempts.json"), 0755), 0);
	assert_int_equal(journal_attempts(journal, "1", "p", &count, &last), -EISDIR);
	assert_int_equal(journal_set_attempts(journal, "1", "p", 1, 1), -EISDIR);
	journal_free(journal);
}

static void write_attempts(int count, int oldest)
{
	static char text[64 * 1024];
	size_t used, size = sizeof(text);

	used = (size_t)snprintf(text, size, "{\"version\":1,\"attempts\":[");
	for (int i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, size - used,
					 "%s" ROW("\"%d\"", "1", "%d"),
					 i ? "," : "", i, i == oldest ? 1 : 50);
	used += (size_t)snprintf(text + used, size - used, "]}");
	write_file("attempts.json", text, used);
}

static void test_oldest_attempts_are_forgotten_first(void **state)
{
	struct journal *journal = make_journal();
	unsigned int count;
	uint64_t last_ms;
	char imei[24];

	(void)state;
	write_attempts(513, 100);
	assert_int_equal(journal_attempts(journal, "1", "p", &count, &last_ms),
			 -EBADMSG);
	write_attempts(512, 100);
	assert_int_equal(journal_set_attempts(journal, "new", "p", 1, 60), 0);
	assert_attempts(journal, "new", "p", 1, 60);
	for (int i = 0; i < 512; i += 100) {
		snprintf(imei, sizeof(imei), "%d", i);
		assert_attempts(journal, imei, "p", i != 100,
				i != 100 ? 50 : 0);
	}
	journal_free(journal);
}

/* Two agents with other modems count in one file: nothing gets lost. */
static void test_agents_count_side_by_side(void **state)
{
	struct journal *journal = make_journal();
	pid_t child[4];
	int status;

	(void)state;
	for (int i = 0; i < 4; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0) {
			struct journal *own = NULL;
			char imei[24];
			int r = journal_open(journal_dir, &own);

			for (int n = 0; n < 20 && r == 0; n++) {
				snprintf(imei, sizeof(imei), "%d%02d", i, n);
				r = journal_set_attempts(own, imei, "p", 1, 1);
			}
			journal_free(own);
			_exit(r == 0 ? 0 : 1);
		}
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < 4; i++) {
		for (int n = 0; n < 20; n++) {
			char imei[24];

			snprintf(imei, sizeof(imei), "%d%02d", i, n);
			assert_attempts(journal, imei, "p", 1, 1);
		}
	}
	journal_free(journal);
}

/* Everybody may open the folder, and so lock it; the time limit of the test is what would tell. */
static void test_a_locked_folder_keeps_nobody_waiting(void **state)
{
	struct journal *journal = make_journal();
	int folder = open(journal_dir, O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_true(folder >= 0);
	assert_int_equal(flock(folder, LOCK_EX), 0);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 1, 100), 0);
	assert_attempts(journal, "1", "a", 1, 100);
	close(folder);
	journal_free(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER(test_attempts_are_kept),
		FOLDER(test_strange_attempts_are_not_written),
		FOLDER(test_damaged_attempts),
		FOLDER(test_attempts_nobody_can_read),
		FOLDER(test_oldest_attempts_are_forgotten_first),
		FOLDER(test_agents_count_side_by_side),
		FOLDER(test_a_locked_folder_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
