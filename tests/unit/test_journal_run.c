/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks and busy marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/util.h"
#include "tests/unit/journal_bed.h"

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
		if (journal_lock(journal_dir, position, &lock, &holder) == 0 &&
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
	static const char endless[] = "1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1";
	struct journal_lock *lock = NULL, *other = NULL;
	int holder = -1;
	pid_t child;

	(void)state;
	child = start_other_agent("1-1.4");
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &lock, &holder), -EBUSY);
	assert_int_equal(holder, child);
	assert_null(lock);
	assert_int_equal(journal_lock(journal_dir, "1-1.3", &other, &holder), 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &lock, &holder), 0);
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &other, &holder), -EBUSY);
	assert_int_equal(holder, getpid());
	journal_unlock(lock);
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &lock, &holder), 0);
	journal_unlock(lock);
	journal_unlock(other);
	journal_unlock(NULL);
	assert_int_equal(journal_lock(journal_dir, "../x", &lock, &holder), -EINVAL);
	assert_int_equal(journal_lock(journal_dir, endless, &lock, &holder), -EINVAL);
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
	assert_int_equal(journal_lock(journal_dir, "1-1.4", &lock, &holder), 0);
	for (size_t i = 0; i <= ARRAY_SIZE(texts); i++) {
		const char *text = i < ARRAY_SIZE(texts) ? texts[i] : dead;

		write_file("lock/1-1.4", text, strlen(text));
		holder = -1;
		assert_int_equal(journal_lock(journal_dir, "1-1.4", &other, &holder),
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
	assert_int_equal(journal_unmark(journal_dir, "1-1.4"), 0);
	strcpy(job.target, "$(reboot)`x`'\"");
	strcpy(job.package, "http://h:1/p?a=1&b#c d");
	assert_int_equal(journal_mark(journal_dir, &job), 0);
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
	assert_int_equal(journal_unmark(journal_dir, "1-1.4"), 0);
	assert_int_equal(access(in_dir("busy/1-1.4"), F_OK), -1);
	assert_int_equal(journal_unmark(journal_dir, "1-1.4"), 0);
	assert_int_equal(journal_unmark(journal_dir, "../jobs"), -EINVAL);
	strcpy(job.position, "../evil");
	assert_int_equal(journal_mark(journal_dir, &job), -EINVAL);
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
	assert_int_equal(journal_mark(journal_dir, &job), 0);
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
	assert_int_equal(journal_mark_stage(journal_dir, "1-1.4", stage), -ENOENT);
	assert_int_equal(journal_mark(journal_dir, &ep06), 0);
	assert_int_equal(journal_mark_stage(journal_dir, "1-1", stage), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_file("busy/1-1.4", rows[i].text, strlen(rows[i].text));
		assert_int_equal(journal_mark_stage(journal_dir, "1-1.4", stage), rows[i].result);
		if (rows[i].stage)
			assert_string_equal(stage, rows[i].stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER(test_one_agent_per_modem),
		FOLDER(test_unknown_holder),
		FOLDER(test_busy_mark),
		FOLDER(test_largest_mark),
		FOLDER(test_stage_of_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
