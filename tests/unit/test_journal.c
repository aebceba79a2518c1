/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent/journal.h"
#include "agent/journal_job.h"
#include "agent/util.h"

#define NOBODY 65534

static char top[64];
static char dir[80]; /* does not exist at first */
static char path[160];

static const struct journal_job ep06 = {
	.position = "1-1.4",
	.id_path = "pci-0000:00:14.0-usb-0:1.4",
	.imei = "861234567890123",
	.from = "EP06ELAR03A08M4G",
	.target = "EP06ELAR04A01M4G",
	.package = "http://joe:***@fw.example/EP06/\"a08\"\\caf\xc3\xa9.zip",
	.stage = "request",
	.urcport = "",
	.boot = "0b5b3a0c-4a34-4c6e-9d8e-2f6f1c1c1c1c",
	.device = 7,
	.vid = 0x2c7c,
	.end = -1,
	.transfer = 0,
	.started_ms = 1700000000123,
};

static int setup(void **state)
{
	(void)state;
	strcpy(top, "/tmp/test_journal.XXXXXX");
	assert_non_null(mkdtemp(top));
	assert_int_equal(chmod(top, 0755), 0);
	snprintf(dir, sizeof(dir), "%s/lib/qfota", top);
	return 0;
}

static int remove_one(const char *name, const struct stat *status, int type,
		      struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(name);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const char *bytes, size_t size)
{
	FILE *stream = fopen(in_dir(name), "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static size_t read_file(const char *name, char *ret, size_t size)
{
	FILE *stream = fopen(in_dir(name), "r");
	size_t length;

	assert_non_null(stream);
	length = fread(ret, 1, size - 1, stream);
	fclose(stream);
	ret[length] = '\0';
	return length;
}

static struct journal *open_journal(void)
{
	struct journal *journal;

	assert_int_equal(journal_open(dir, &journal), 0);
	return journal;
}

/* With its folders there already. */
static struct journal *make_journal(void)
{
	struct journal *journal = open_journal();

	assert_int_equal(journal_writable(journal), 0);
	return journal;
}

static struct journal *reopen_journal(struct journal *journal)
{
	journal_free(journal);
	return open_journal();
}

static void assert_job_equal(const struct journal_job *a,
			     const struct journal_job *b)
{
	assert_non_null(a);
	assert_string_equal(a->position, b->position);
	assert_string_equal(a->id_path, b->id_path);
	assert_string_equal(a->imei, b->imei);
	assert_string_equal(a->from, b->from);
	assert_string_equal(a->target, b->target);
	assert_string_equal(a->package, b->package);
	assert_string_equal(a->stage, b->stage);
	assert_string_equal(a->urcport, b->urcport);
	assert_string_equal(a->boot, b->boot);
	assert_int_equal(a->device, b->device);
	assert_int_equal(a->vid, b->vid);
	assert_int_equal(a->end, b->end);
	assert_int_equal(a->transfer, b->transfer);
	assert_true(a->started_ms == b->started_ms);
}

static struct journal_job job_at(const char *position, const char *id_path,
				 const char *imei)
{
	struct journal_job job = ep06;

	strcpy(job.position, position);
	strcpy(job.id_path, id_path);
	strcpy(job.imei, imei);
	return job;
}

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
		{ HEAD IMEI NAMES STAGE RESULTS "\"more\":1," STARTED, TORN },
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
				 "%s/jobs/1-1.4: %s", dir, why);
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

	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", top);
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

static void test_folder_that_cannot_be(void **state)
{
	struct journal *journal;
	char below[160];

	(void)state;
	journal_free(make_journal());
	write_file("file", "", 0);
	snprintf(below, sizeof(below), "%s/file", dir);
	assert_int_equal(journal_open(below, &journal), -ENOTDIR);
	snprintf(below, sizeof(below), "%s/file/qfota", dir);
	assert_int_equal(journal_open(below, &journal), -ENOTDIR);
	assert_int_equal(rmdir(in_dir("jobs")), 0);
	write_file("jobs", "", 0);
	assert_int_equal(journal_open(dir, &journal), -ENOTDIR);
}

/* Root is not held off by modes. */
static void become_powerless(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
}

static void become_oneself(void)
{
	assert_int_equal(seteuid(getuid()), 0);
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
	assert_int_equal(journal_open(dir, &journal), -EACCES);
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
			int r = journal_open(dir, &own);

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

/* An agent of another process that holds the lock until it is killed. */
static pid_t start_other_agent(const char *position)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct journal_lock *lock;
		int holder;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (journal_lock(dir, position, &lock, &holder) == 0 &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void test_one_agent_per_modem(void **state)
{
	struct journal_lock *lock = NULL, *other = NULL;
	int holder = -1;
	pid_t child;

	(void)state;
	child = start_other_agent("1-1.4");
	assert_int_equal(journal_lock(dir, "1-1.4", &lock, &holder), -EBUSY);
	assert_int_equal(holder, child);
	assert_null(lock);
	assert_int_equal(journal_lock(dir, "1-1.3", &other, &holder), 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(journal_lock(dir, "1-1.4", &lock, &holder), 0);
	assert_int_equal(journal_lock(dir, "1-1.4", &other, &holder), -EBUSY);
	assert_int_equal(holder, getpid());
	journal_unlock(lock);
	assert_int_equal(journal_lock(dir, "1-1.4", &lock, &holder), 0);
	journal_unlock(lock);
	journal_unlock(other);
	journal_unlock(NULL);
	assert_int_equal(journal_lock(dir, "../x", &lock, &holder), -EINVAL);
	assert_int_equal(journal_lock(dir, LONG64, &lock, &holder), -EINVAL);
}

/* Signed by nobody, or by one who is long dead. */
static void test_unknown_holder(void **state)
{
	static const char *const texts[] = { "", "x\n", "-1\n", "0\n",
					     "99999999999999999999\n",
					     "4294967295\n" };
	struct journal_lock *lock, *other;
	char dead[24];
	pid_t child;
	int holder;

	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	snprintf(dead, sizeof(dead), "%d\n", (int)child);
	assert_int_equal(journal_lock(dir, "1-1.4", &lock, &holder), 0);
	for (size_t i = 0; i <= ARRAY_SIZE(texts); i++) {
		const char *text = i < ARRAY_SIZE(texts) ? texts[i] : dead;

		write_file("lock/1-1.4", text, strlen(text));
		holder = -1;
		assert_int_equal(journal_lock(dir, "1-1.4", &other, &holder),
				 -EBUSY);
		assert_int_equal(holder, 0);
	}
	journal_unlock(lock);
}

static void test_busy_mark(void **state)
{
	struct journal_job job = ep06;
	char text[2048], expected[2048];
	struct stat status;

	(void)state;
	assert_int_equal(journal_unmark(dir, "1-1.4"), 0);
	strcpy(job.target, "$(reboot)`x`'\"");
	strcpy(job.package, "http://h:1/p?a=1&b#c d");
	assert_int_equal(journal_mark(dir, &job), 0);
	read_file("busy/1-1.4", text, sizeof(text));
	snprintf(expected, sizeof(expected),
		 "QFOTA_POSITION=1-1.4\n"
		 "QFOTA_ID_PATH=pci-0000:00:14.0-usb-0:1.4\n"
		 "QFOTA_FROM=EP06ELAR03A08M4G\n"
		 "QFOTA_TARGET=__reboot__x___\n"
		 "QFOTA_PACKAGE=http://h:1/p_a=1_b_c_d\n"
		 "QFOTA_STAGE=request\n"
		 "QFOTA_STARTED_MS=1700000000123\n"
		 "QFOTA_PID=%d\n",
		 (int)getpid());
	assert_string_equal(text, expected);
	assert_int_equal(stat(in_dir("busy/1-1.4"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(journal_unmark(dir, "1-1.4"), 0);
	assert_int_equal(access(in_dir("busy/1-1.4"), F_OK), -1);
	assert_int_equal(journal_unmark(dir, "1-1.4"), 0);
	assert_int_equal(journal_unmark(dir, "../jobs"), -EINVAL);
	strcpy(job.position, "../evil");
	assert_int_equal(journal_mark(dir, &job), -EINVAL);
}

static void test_largest_mark(void **state)
{
	struct journal_job job = ep06;
	char text[2048];

	(void)state;
	memset(job.id_path, 'i', sizeof(job.id_path) - 1);
	memset(job.from, 'f', sizeof(job.from) - 1);
	memset(job.target, 't', sizeof(job.target) - 1);
	memset(job.package, 'p', sizeof(job.package) - 1);
	memset(job.stage, 's', sizeof(job.stage) - 1);
	assert_int_equal(journal_mark(dir, &job), 0);
	read_file("busy/1-1.4", text, sizeof(text));
	assert_non_null(strstr(text, "\nQFOTA_PID="));
}

static void test_stage_of_a_mark(void **state)
{
	static const struct {
		const char *text;
		int result;
		const char *stage;
	} rows[] = {
		{ "QFOTA_POSITION=1-1.4\nQFOTA_STAGE=flash\nQFOTA_PID=7\n", 0, "flash" },
		{ "QFOTA_POSITION=1-1.4\nQFOTA_STAGE=\n", 0, "" },
		{ "QFOTA_POSITION=1-1.4\n", -EBADMSG, NULL },
		{ "", -EBADMSG, NULL },
		{ "\nQFOTA_STAGE=a-word-that-no-machine-has-for-any-stage-of-a-job\n", -EBADMSG, NULL },
	};
	char stage[JOURNAL_STAGE_SIZE];

	(void)state;
	assert_int_equal(journal_mark_stage(dir, "1-1.4", stage), -ENOENT);
	assert_int_equal(journal_mark(dir, &ep06), 0);
	assert_int_equal(journal_mark_stage(dir, "1-1", stage), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_file("busy/1-1.4", rows[i].text, strlen(rows[i].text));
		assert_int_equal(journal_mark_stage(dir, "1-1.4", stage), rows[i].result);
		if (rows[i].stage)
			assert_string_equal(stage, rows[i].stage);
	}
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
	assert_int_equal(journal_lock(dir, "1-1.4", &lock, &holder), 0);
	assert_int_equal(journal_mark(dir, &ep06), 0);
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

#define FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

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
		FOLDER(test_damaged_files_are_kept_and_told),
		FOLDER(test_strange_things_in_the_folder),
		cmocka_unit_test(test_every_truncation_is_noticed),
		cmocka_unit_test(test_zeros_at_the_end),
		cmocka_unit_test(test_every_wrong_byte),
		cmocka_unit_test(test_small_room_for_the_text),
		FOLDER(test_largest_job),
		FOLDER(test_folder_that_cannot_be),
		FOLDER(test_read_only_folder),
		FOLDER(test_read_only_folder_without_jobs),
		FOLDER(test_unreadable_jobs_are_an_error),
		FOLDER(test_full_disk),
		FOLDER(test_history_grows_by_lines),
		FOLDER(test_attempts_are_kept),
		FOLDER(test_strange_attempts_are_not_written),
		FOLDER(test_damaged_attempts),
		FOLDER(test_attempts_nobody_can_read),
		FOLDER(test_oldest_attempts_are_forgotten_first),
		FOLDER(test_agents_count_side_by_side),
		FOLDER(test_one_agent_per_modem),
		FOLDER(test_unknown_holder),
		FOLDER(test_busy_mark),
		FOLDER(test_largest_mark),
		FOLDER(test_stage_of_a_mark),
		FOLDER(test_root_leaves_files_to_the_owner_of_the_folder),
		FOLDER(test_links_are_not_written_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
