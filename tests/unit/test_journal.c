/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs and history on disk, and disks that do not take them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/util.h"
#include "tests/unit/journal_bed.h"

/* A dry run, and a user who may write nowhere, can ask as much. */
static void test_reading_creates_nothing(void **state)
{
	struct journal *journal = open_journal();
	unsigned int count = 99;
	uint64_t last = 99;

	(void)state;
	assert_null(journal_get(journal, 0));
	assert_null(journal_damage(journal, 0, NULL));
	assert_int_equal(journal_refresh(journal), 0);
	assert_int_equal(journal_attempts(journal, "1", "p", &count, &last), 0);
	assert_int_equal(count, 0);
	assert_int_equal(last, 0);
	assert_int_equal(journal_remove(journal, "1-1.4"), 0);
	assert_int_equal(access(in_dir(".."), F_OK), -1);
	journal_free(journal);
}

static void test_folders_of_another_agent_are_seen(void **state)
{
	struct journal *journal = open_journal();
	struct journal *other = open_journal();

	(void)state;
	assert_int_equal(journal_save(other, &ep06), 0);
	journal_free(other);
	assert_int_equal(journal_refresh(journal), 0);
	assert_job_equal(journal_get(journal, 0), &ep06);
	journal_free(journal);
}

static void test_a_new_folder_has_no_jobs(void **state)
{
	struct journal *journal = make_journal();
	struct stat status;

	(void)state;
	assert_null(journal_get(journal, 0));
	assert_null(journal_damage(journal, 0, NULL));
	assert_int_equal(stat(in_dir("jobs"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(rmdir(in_dir("jobs")), 0); /* nothing is left in it */
	journal_free(journal);
	journal_free(NULL);
}

static void test_a_job_survives_the_agent(void **state)
{
	struct journal *journal = open_journal();
	struct journal_job job = ep06;
	struct stat status;

	(void)state;
	assert_int_equal(journal_save(journal, &job), 0);
	assert_int_equal(stat(in_dir("jobs/1-1.4"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &ep06);
	assert_null(journal_get(journal, 1));

	strcpy(job.stage, "verify");
	job.end = 0;
	assert_int_equal(journal_save(journal, &job), 0);
	assert_job_equal(journal_get(journal, 0), &job);
	assert_null(journal_get(journal, 1));
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &job);

	assert_int_equal(journal_remove(journal, "1-1.4"), 0);
	assert_int_equal(journal_remove(journal, "1-1.4"), 0);
	assert_null(journal_get(journal, 0));
	journal = reopen_journal(journal);
	assert_null(journal_get(journal, 0));
	journal_free(journal);
}

static void test_removing_one_of_three(void **state)
{
	struct journal *journal = open_journal();

	(void)state;
	for (int i = 1; i <= 3; i++) {
		char position[] = { '1', '-', (char)('0' + i), '\0' };
		struct journal_job job = job_at(position, "", "");

		assert_int_equal(journal_save(journal, &job), 0);
	}
	assert_int_equal(journal_remove(journal, "1-2"), 0);
	assert_string_equal(journal_get(journal, 0)->position, "1-1");
	assert_string_equal(journal_get(journal, 1)->position, "1-3");
	assert_null(journal_get(journal, 2));
	journal_free(journal);
}

/* Where three modems disagree about who is meant, the IMEI decides. */
static void test_find(void **state)
{
	static const struct {
		const char *position, *id_path, *imei;
		const char *found; /* position of the job, NULL: none */
	} rows[] = {
		{ "1-1", "path-1", "111", "1-1" },
		{ "1-1", "path-1", "222", "1-2" },
		{ "1-1", "path-2", "333", "1-3" },
		{ "1-1", "path-2", "999", "1-2" },
		{ "1-1", "path-2", NULL, "1-2" },
		{ "1-1", "path-2", "", "1-2" },
		/* The host rebooted, and the bus has another number now. */
		{ "1-1", "path-9", "999", NULL },
		{ "1-4", "path-9", "999", "1-4" },
		{ "1-1", NULL, NULL, "1-1" },
		{ "1-1", "", "", "1-1" },
		{ NULL, "path-3", NULL, "1-3" },
		{ "1-9", "path-9", "999", NULL },
		{ "", "", "", NULL },
		{ NULL, NULL, NULL, NULL },
	};
	const struct journal_job jobs[] = {
		job_at("1-1", "path-1", "111"),
		job_at("1-2", "path-2", "222"),
		job_at("1-3", "path-3", "333"),
		job_at("1-4", "", ""),
	};
	struct journal *journal = open_journal();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		assert_int_equal(journal_save(journal, &jobs[i]), 0);
	journal = reopen_journal(journal);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct journal_job *job =
			journal_find(journal, rows[i].position, rows[i].id_path,
				     rows[i].imei);

		if (rows[i].found) {
			assert_non_null(job);
			assert_string_equal(job->position, rows[i].found);
		} else {
			assert_null(job);
		}
	}
	journal_free(journal);
}

static void test_boot_id(void **state)
{
	char once[40], again[40], cut[8];

	(void)state;
	journal_boot_id(once, sizeof(once));
	journal_boot_id(again, sizeof(again));
	assert_int_equal(strlen(once), 36);
	assert_string_equal(once, again);
	journal_boot_id(cut, sizeof(cut));
	assert_int_equal(strlen(cut), 7);
}

static void test_what_another_agent_began_and_ended(void **state)
{
	const struct journal_job gone = job_at("1-1", "", "111");
	const struct journal_job begun = job_at("1-2", "", "222");
	struct journal *ours = open_journal(), *other;

	(void)state;
	assert_int_equal(journal_save(ours, &gone), 0);
	other = open_journal();
	assert_int_equal(journal_remove(other, "1-1"), 0);
	assert_int_equal(journal_save(other, &begun), 0);
	assert_int_equal(journal_refresh(ours), 0);
	assert_null(journal_find(ours, "1-1", NULL, NULL));
	assert_job_equal(journal_find(ours, "1-2", NULL, NULL), &begun);
	journal_free(other);
	journal_free(ours);
}

static void test_jobs_that_are_not_saved(void **state)
{
	struct journal *journal = open_journal();
	struct journal_job rows[12];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = ep06;
	strcpy(rows[count++].position, "");
	strcpy(rows[count++].position, "../evil");
	strcpy(rows[count++].position, ".hidden");
	strcpy(rows[count++].position, "1-1 4");
	strcpy(rows[count++].from, "EP06\x1b[2J");
	strcpy(rows[count++].target, "EP06\xc3\xa9");
	strcpy(rows[count++].imei, "86123x");
	strcpy(rows[count++].package, "no utf-8: \xff");
	strcpy(rows[count++].package, "two\nlines");
	memset(rows[count++].stage, 'x', sizeof(rows[0].stage));
	rows[count++].end = -2;
	rows[count++].started_ms = UINT64_MAX;
	assert_int_equal(count, ARRAY_SIZE(rows));
	for (size_t i = 0; i < count; i++)
		assert_int_equal(journal_save(journal, &rows[i]), -EINVAL);
	assert_null(journal_get(journal, 0));
	assert_int_equal(journal_remove(journal, "../evil"), -EINVAL);
	journal_free(journal);
}

static void test_folder_that_cannot_be(void **state)
{
	struct journal *journal;
	char below[160];

	(void)state;
	journal_free(make_journal());
	write_file("file", "", 0);
	snprintf(below, sizeof(below), "%s/file", journal_dir);
	assert_int_equal(journal_open(below, &journal), -ENOTDIR);
	snprintf(below, sizeof(below), "%s/file/qfota", journal_dir);
	assert_int_equal(journal_open(below, &journal), -ENOTDIR);
	assert_int_equal(rmdir(in_dir("jobs")), 0);
	write_file("jobs", "", 0);
	assert_int_equal(journal_open(journal_dir, &journal), -ENOTDIR);
}

static void test_read_only_folder(void **state)
{
	struct journal *journal = open_journal();
	unsigned int count;
	uint64_t last;

	(void)state;
	assert_int_equal(journal_save(journal, &ep06), 0);
	journal_free(journal);
	assert_int_equal(chmod(in_dir("jobs/1-1.4"), 0444), 0);
	assert_int_equal(chmod(in_dir("jobs"), 0555), 0);
	assert_int_equal(chmod(in_dir(""), 0555), 0);
	assert_int_equal(chmod(in_dir(".."), 0555), 0);
	become_powerless();
	journal = open_journal();
	assert_job_equal(journal_get(journal, 0), &ep06);
	assert_int_equal(journal_writable(journal), -EACCES);
	assert_int_equal(journal_save(journal, &ep06), -EACCES);
	assert_int_equal(journal_remove(journal, "1-1.4"), -EACCES);
	assert_job_equal(journal_get(journal, 0), &ep06);
	assert_int_equal(journal_append_history(journal, "{}"), -EACCES);
	assert_int_equal(journal_attempts(journal, "1", "p", &count, &last), 0);
	assert_int_equal(journal_set_attempts(journal, "1", "p", 1, 1),
			 -EACCES);
	journal_free(journal);
	become_oneself();
	assert_int_equal(chmod(in_dir(".."), 0755), 0);
	assert_int_equal(chmod(in_dir(""), 0755), 0);
	assert_int_equal(chmod(in_dir("jobs"), 0755), 0);
}

static void test_read_only_folder_without_jobs(void **state)
{
	struct journal *journal;

	(void)state;
	journal_free(make_journal());
	assert_int_equal(rmdir(in_dir("jobs")), 0);
	assert_int_equal(chmod(in_dir(""), 0555), 0);
	assert_int_equal(chmod(in_dir(".."), 0755), 0);
	become_powerless();
	journal = open_journal();
	assert_null(journal_get(journal, 0));
	assert_int_equal(journal_writable(journal), -EACCES);
	assert_int_equal(journal_save(journal, &ep06), -EACCES);
	assert_int_equal(journal_remove(journal, "1-1.4"), 0);
	become_oneself();
	assert_int_equal(chmod(in_dir(""), 0755), 0);
	/* It became writable. */
	assert_int_equal(journal_writable(journal), 0);
	assert_int_equal(journal_save(journal, &ep06), 0);
	journal_free(journal);
}

/* An open job could lie there. */
static void test_unreadable_jobs_are_an_error(void **state)
{
	struct journal *journal;

	(void)state;
	journal_free(make_journal());
	assert_int_equal(chmod(in_dir(""), 0755), 0);
	assert_int_equal(chmod(in_dir(".."), 0755), 0);
	assert_int_equal(chmod(in_dir("jobs"), 0000), 0);
	become_powerless();
	assert_int_equal(journal_open(journal_dir, &journal), -EACCES);
	become_oneself();
	assert_int_equal(chmod(in_dir("jobs"), 0700), 0);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A limit on files stands in for a full disk: writes come short, then fail. */
static void test_full_disk(void **state)
{
	struct journal *journal = open_journal();
	struct journal_job job = ep06;
	char text[64];

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(journal_save(journal, &ep06), 0);
	assert_int_equal(journal_append_history(journal, "{\"end\":0}"), 0);
	strcpy(job.stage, "verify");
	limit_files(16);
	assert_int_equal(journal_save(journal, &job), -EFBIG);
	assert_int_equal(journal_append_history(journal, "{\"end\":502}"),
			 -ENOSPC);
	limit_files(0);
	assert_int_equal(journal_writable(journal), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_job_equal(journal_get(journal, 0), &ep06);
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &ep06);
	assert_null(journal_damage(journal, 0, NULL));
	assert_int_equal(access(in_dir("jobs/.1-1.4.tmp"), F_OK), -1);
	read_file("history.jsonl", text, sizeof(text));
	assert_string_equal(text, "{\"end\":0}\n");
	journal_free(journal);
	signal(SIGXFSZ, SIG_DFL);
}

static void test_history_grows_by_lines(void **state)
{
	struct journal *journal = open_journal();
	char text[64];

	(void)state;
	assert_int_equal(journal_append_history(journal, "{\"a\":1}"), 0);
	assert_int_equal(journal_append_history(journal, "{\n}"), -EINVAL);
	assert_int_equal(journal_append_history(journal, "{\"a\":2}"), 0);
	read_file("history.jsonl", text, sizeof(text));
	assert_string_equal(text, "{\"a\":1}\n{\"a\":2}\n");
	write_file("history.jsonl", "{\"a\":1}\n{\"a", 11);
	assert_int_equal(journal_append_history(journal, "{\"a\":3}"), 0);
	read_file("history.jsonl", text, sizeof(text));
	assert_string_equal(text, "{\"a\":1}\n{\"a\n{\"a\":3}\n");
	journal_free(journal);
}

/* The unprivileged agent has to go on with what root began. */
static void test_root_leaves_files_to_the_owner_of_the_folder(void **state)
{
	static const char *const names[] = { "jobs", "jobs/1-1.4",
					     "history.jsonl", "attempts.json",
					     "lock", "lock/1-1.4",
					     "busy/1-1.4" };
	struct journal_lock *lock;
	struct journal *journal;
	int holder;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can give files away\n");
		skip();
	}
	journal_free(make_journal());
	assert_int_equal(rmdir(in_dir("jobs")), 0);
	assert_int_equal(chown(in_dir(""), NOBODY, NOBODY), 0);
	journal = open_journal();
	assert_int_equal(journal_save(journal, &ep06), 0);
	assert_int_equal(journal_append_history(journal, "{}"), 0);
	assert_int_equal(journal_set_attempts(journal, "1", "p", 1, 1), 0);
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &lock, &holder), 0);
	assert_int_equal(journal_mark(journal_dir, &ep06), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct stat status;

		assert_int_equal(stat(in_dir(names[i]), &status), 0);
		assert_int_equal(status.st_uid, NOBODY);
		assert_int_equal(status.st_gid, NOBODY);
	}
	journal_unlock(lock);
	journal_free(journal);
}

/* Who owns the folder could lay a link to a file of root's there. */
static void test_links_are_not_written_through(void **state)
{
	struct journal *journal = make_journal();
	char text[16];

	(void)state;
	write_file("precious", "old", 3);
	assert_int_equal(symlink("precious", in_dir("history.jsonl")), 0);
	assert_int_equal(symlink("../precious", in_dir("jobs/1-1.4")), 0);
	assert_int_equal(symlink("../precious", in_dir("jobs/.1-1.4.tmp")), 0);
	assert_int_equal(journal_append_history(journal, "{}"), -ELOOP);
	assert_int_equal(journal_save(journal, &ep06), 0);
	read_file("precious", text, sizeof(text));
	assert_string_equal(text, "old");
	journal = reopen_journal(journal);
	assert_job_equal(journal_get(journal, 0), &ep06);
	journal_free(journal);
}

static void test_a_trail_is_of_the_last_job(void **state)
{
	struct journal *journal = open_journal();
	char text[64], line[1025];
	int r = 0;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(journal_trail_begin(journal, "1-1.4"), 0);
	assert_int_equal(journal_trail_add(journal, "1-1.4", "of the first"), 0);
	assert_int_equal(journal_trail_begin(journal, "1-1.4"), 0);
	assert_int_equal(journal_trail_add(journal, "1-1.4", "START"), 0);
	journal = reopen_journal(journal);
	assert_int_equal(journal_trail_add(journal, "1-1.4", "END"), 0);
	read_file("trails/1-1.4", text, sizeof(text));
	assert_string_equal(text, "START\nEND\n");
	for (int i = 0; i <= JOURNAL_TRAIL_MAX / 1024 && r == 0; i++)
		r = journal_trail_add(journal, "1-1.4", line);
	assert_int_equal(r, -EFBIG);
	journal_free(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER(test_reading_creates_nothing),
		FOLDER(test_folders_of_another_agent_are_seen),
		FOLDER(test_a_new_folder_has_no_jobs),
		FOLDER(test_a_job_survives_the_agent),
		FOLDER(test_removing_one_of_three),
		FOLDER(test_find),
		cmocka_unit_test(test_boot_id),
		FOLDER(test_what_another_agent_began_and_ended),
		FOLDER(test_jobs_that_are_not_saved),
		FOLDER(test_folder_that_cannot_be),
		FOLDER(test_read_only_folder),
		FOLDER(test_read_only_folder_without_jobs),
		FOLDER(test_unreadable_jobs_are_an_error),
		FOLDER(test_full_disk),
		FOLDER(test_history_grows_by_lines),
		FOLDER(test_root_leaves_files_to_the_owner_of_the_folder),
		FOLDER(test_links_are_not_written_through),
		FOLDER(test_a_trail_is_of_the_last_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
