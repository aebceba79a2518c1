/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs of which something is wrong, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/journal_job.h"
#include "agent/util.h"
#include "tests/unit/journal_bed.h"

#define HEAD "{\"version\":1,\"position\":\"1-1.4\",\"id_path\":\"\","
#define IMEI "\"imei\":\"1\","
#define NAMES "\"from\":\"A\",\"target\":\"B\",\"package\":\"/p\","
#define STAGE "\"stage\":\"request\",\"urcport\":\"\"," BOOT
#define BOOT "\"boot\":\"\",\"device\":7,"
#define RESULTS "\"end\":null,\"transfer\":0,"
#define VID "\"vid\":11388,"
#define STARTED VID "\"started_ms\":1}"
#define LONG16 "0123456789abcdef"
#define LONG64 LONG16 LONG16 LONG16 LONG16
#define VERSION "written by another version of the agent"
#define TORN "torn or no job file"

static void test_damaged_files_are_kept_and_told(void **state)
{
	static const struct {
		const char *text;
		const char *why; /* NULL: it is sound */
	} rows[] = {
		{ HEAD IMEI NAMES STAGE RESULTS STARTED, NULL },
		{ HEAD IMEI NAMES STAGE RESULTS STARTED " \n", NULL },
		{ "", TORN },
		{ "\n", TORN },
		{ "null", TORN },
		{ "[]", TORN },
		{ "{}", TORN },
		{ "{\"version\":2}", VERSION },
		{ "{\"version\":\"1\"}", TORN },
		{ "{\"version\":1}", TORN },
		{ HEAD IMEI NAMES STAGE RESULTS STARTED "x", TORN },
		{ HEAD IMEI NAMES STAGE RESULTS STARTED "{}", TORN },
		{ "/* 1 */" HEAD IMEI NAMES STAGE RESULTS STARTED, TORN },
		{ HEAD IMEI NAMES STAGE RESULTS "\"more\":1," STARTED, NULL },
		{ HEAD IMEI NAMES STAGE RESULTS "\"more\":{\"a\":[1]}," STARTED, NULL },
		{ HEAD NAMES STAGE RESULTS STARTED, TORN },
		{ HEAD "\"imei\":1," NAMES STAGE RESULTS STARTED, TORN },
		{ HEAD "\"imei\":null," NAMES STAGE RESULTS STARTED, TORN },
		{ HEAD "\"imei\":\"x\"," NAMES STAGE RESULTS STARTED, TORN },
		{ HEAD "\"imei\":\"\\u0000\"," NAMES STAGE RESULTS STARTED,
		  TORN },
		{ HEAD "\"imei\":\"" LONG64 "\"," NAMES STAGE RESULTS STARTED,
		  TORN },
		{ HEAD IMEI NAMES
		  "\"stage\":\"" LONG16 "\",\"urcport\":\"\"," BOOT RESULTS STARTED,
		  TORN },
		{ HEAD IMEI NAMES "\"stage\":\"\\u001b\",\"urcport\":\"\","
				  BOOT RESULTS STARTED,
		  TORN },
		{ HEAD IMEI NAMES STAGE "\"end\":-1,\"transfer\":0," STARTED,
		  TORN },
		{ HEAD IMEI NAMES STAGE "\"end\":0.0,\"transfer\":0," STARTED,
		  TORN },
		{ HEAD IMEI NAMES STAGE
		  "\"end\":2147483648,\"transfer\":0," STARTED,
		  TORN },
		{ HEAD IMEI NAMES STAGE "\"end\":true,\"transfer\":0," STARTED,
		  TORN },
		{ HEAD IMEI NAMES STAGE RESULTS VID "\"started_ms\":-1}", TORN },
		{ HEAD IMEI NAMES STAGE RESULTS
		  VID "\"started_ms\":99999999999999999999}",
		  TORN },
		{ "{\"version\":1,\"position\":\"1-2\",\"id_path\":\"\"," IMEI
		  NAMES STAGE RESULTS STARTED,
		  "its name is not the position inside" },
		{ HEAD IMEI NAMES "\"stage\":\"request\",\"urcport\":\"\",\"boot\":\"\","
		  "\"device\":-1," RESULTS STARTED, TORN },
		{ HEAD IMEI NAMES "\"stage\":\"request\",\"urcport\":\"\",\"boot\":7,"
		  "\"device\":7," RESULTS STARTED, TORN },
		{ HEAD IMEI NAMES STAGE RESULTS "\"vid\":65536,\"started_ms\":1}", TORN },
		{ HEAD IMEI NAMES STAGE RESULTS "\"started_ms\":1}", TORN },
		{ "[[[[[[[[[[[[]]]]]]]]]]]]", TORN },
	};
	char expected[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal *journal = make_journal();
		const char *position, *why = rows[i].why;

		write_file("jobs/1-1.4", rows[i].text, strlen(rows[i].text));
		journal = reopen_journal(journal);
		print_message("%s\n", rows[i].text);
		assert_int_equal(journal_get(journal, 0) == NULL, why != NULL);
		assert_int_equal(journal_damage(journal, 0, &position) != NULL,
				 why != NULL);
		if (why) {
			snprintf(expected, sizeof(expected),
				 "%s/jobs/1-1.4: %s", journal_dir, why);
			assert_string_equal(journal_damage(journal, 0, NULL),
					    expected);
			assert_string_equal(position, "1-1.4");
		}
		assert_null(journal_damage(journal, 1, NULL));
		assert_int_equal(access(in_dir("jobs/1-1.4"), F_OK), 0);
		journal_free(journal);
	}
}

/* What is neither a sound file nor what a crash leaves of one. */
static void test_strange_things_in_the_folder(void **state)
{
	struct journal *journal = open_journal();
	struct journal_job linked = job_at("link", "", "");
	static char big[JOURNAL_JOB_TEXT_MAX + 1];
	char elsewhere[80];

	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", journal_top);
	(void)state;
	memset(big, ' ', sizeof(big));
	assert_int_equal(journal_save(journal, &ep06), 0);
	write_file("jobs/.1-1.4.tmp", "{\"vers", 6);
	write_file("jobs/a b", "{}", 2);
	write_file("jobs/big", big, sizeof(big));
	assert_int_equal(mkdir(in_dir("jobs/folder"), 0700), 0);
	assert_int_equal(mkfifo(in_dir("jobs/pipe"), 0600), 0);
	assert_int_equal(journal_save(journal, &linked), 0);
	assert_int_equal(renameat(AT_FDCWD, in_dir("jobs/link"), AT_FDCWD,
				  elsewhere),
			 0);
	assert_int_equal(symlink(elsewhere, in_dir("jobs/link")), 0);
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &ep06);
	assert_null(journal_get(journal, 1));
	for (unsigned int i = 0; i < 5; i++) {
		static const char *const names[] = { "a b", "big", "folder",
						     "link", "pipe" };
		const char *position;

		assert_non_null(journal_damage(journal, i, &position));
		assert_string_equal(position, names[i]);
	}
	assert_null(journal_damage(journal, 5, NULL));
	assert_int_equal(journal_save(journal, &ep06), 0);
	assert_int_equal(access(in_dir("jobs/.1-1.4.tmp"), F_OK), -1);
	journal_free(journal);
}

static void test_every_truncation_is_noticed(void **state)
{
	char text[JOURNAL_JOB_TEXT_MAX];
	ssize_t length = journal_job_format(&ep06, text, sizeof(text));

	(void)state;
	assert_true(length > 0);
	for (ssize_t size = 0; size <= length; size++) {
		struct journal_job job;
		/* On the heap, where reading beyond it is noticed. */
		char *part = malloc(size ? (size_t)size : 1);
		int r;

		assert_non_null(part);
		memcpy(part, text, (size_t)size);
		r = journal_job_parse(part, (size_t)size, &job);
		free(part);
		/* All but the newline at its end is the whole job. */
		assert_int_equal(r, size < length - 1 ? -EBADMSG : 0);
		if (r == 0)
			assert_job_equal(&job, &ep06);
	}
}

/* Blocks that were never written read as zeros. */
static void test_zeros_at_the_end(void **state)
{
	char text[JOURNAL_JOB_TEXT_MAX];
	ssize_t length = journal_job_format(&ep06, text, sizeof(text));
	struct journal_job job;

	(void)state;
	for (ssize_t size = length - 1; size <= length; size++) {
		memset(text + size, 0, 2);
		assert_int_equal(journal_job_parse(text, (size_t)size + 1, &job),
				 -EBADMSG);
	}
}

/* One byte is wrong: an error, or a job that is as sound as any. */
static void test_every_wrong_byte(void **state)
{
	static const char wrong[] = "\0\"\\{}[],:9-\n\xff x";
	char text[JOURNAL_JOB_TEXT_MAX], again[JOURNAL_JOB_TEXT_MAX];
	ssize_t length = journal_job_format(&ep06, text, sizeof(text));
	size_t sound = 0;

	(void)state;
	for (ssize_t at = 0; at < length; at++) {
		for (size_t i = 0; i < sizeof(wrong); i++) {
			struct journal_job job;
			char right = text[at];
			int r;

			text[at] = wrong[i];
			r = journal_job_parse(text, (size_t)length, &job);
			text[at] = right;
			assert_true(r == 0 || r == -EBADMSG || r == -ENOTSUP);
			if (r < 0)
				continue;
			sound++;
			assert_true(journal_job_format(&job, again,
						       sizeof(again)) > 0);
		}
	}
	assert_true(sound > 0);
}

static void test_small_room_for_the_text(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(journal_job_format(&ep06, text, sizeof(text)),
			 -ENOSPC);
}

/* What fits into a job fits into its file. */
static void test_largest_job(void **state)
{
	struct journal *journal = open_journal();
	struct journal_job job = ep06;

	(void)state;
	memset(job.position, '1', sizeof(job.position) - 1);
	memset(job.id_path, '"', sizeof(job.id_path) - 1);
	memset(job.imei, '9', sizeof(job.imei) - 1);
	memset(job.from, '\\', sizeof(job.from) - 1);
	memset(job.target, '"', sizeof(job.target) - 1);
	memset(job.package, '"', sizeof(job.package) - 1);
	memset(job.stage, '\\', sizeof(job.stage) - 1);
	memset(job.urcport, '"', sizeof(job.urcport) - 1);
	assert_int_equal(journal_save(journal, &job), 0);
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &job);
	journal_free(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER(test_damaged_files_are_kept_and_told),
		FOLDER(test_strange_things_in_the_folder),
		cmocka_unit_test(test_every_truncation_is_noticed),
		cmocka_unit_test(test_zeros_at_the_end),
		cmocka_unit_test(test_every_wrong_byte),
		cmocka_unit_test(test_small_room_for_the_text),
		FOLDER(test_largest_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
