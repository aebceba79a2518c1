/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where root tried first the service works: what root made in the default
 * directories belongs to user qfota afterwards, and what a person named stays
 * as it is. Needs root, for a mount namespace with a user qfota and empty
 * directories in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/slots.h"
#include "agent/util.h"

#define QFOTA_ID 64123
#define SKIPPED 77

static const struct journal_job job = {
	.position = "1-1",
	.stage = "flash",
	.end = -1,
	.transfer = 0,
	.started_ms = 1,
};

static uid_t owner_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_uid;
}

/* All that a job does to files; asserts that it works. */
static void work(const char *dir)
{
	struct journal_lock *lock = NULL;
	struct journal *journal = NULL;
	struct slot slot = { 0 };
	struct slots *slots = NULL;
	struct loop *loop = NULL;
	int holder;

	assert_int_equal(journal_open(dir, &journal), 0);
	assert_null(journal_damage(journal, 0, NULL));
	assert_int_equal(journal_writable(journal), 0);
	assert_int_equal(journal_lock(JOURNAL_RUN_DIR, "1-1", &lock, &holder), 0);
	assert_int_equal(journal_mark(JOURNAL_RUN_DIR, &job), 0);
	assert_int_equal(loop_create(&loop), 0);
	assert_int_equal(slots_create(loop, JOURNAL_RUN_DIR, 1, NULL, NULL, &slots), 0);
	assert_int_equal(slots_take(slots, &slot), 0);
	slots_give(&slot);
	slots_free(slots);
	loop_free(loop);
	assert_int_equal(journal_set_attempts(journal, "1", "a", 1, 1), 0);
	assert_int_equal(journal_save(journal, &job), 0);
	assert_int_equal(journal_trail_add(journal, "1-1", "phase flash"), 0);
	assert_int_equal(journal_append_history(journal, "{}"), 0);
	journal_unlock(lock);
	journal_free(journal);
}

/* The service, in another process; it finds the job that root left open. */
static void serve(void)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (setgroups(0, NULL) < 0 || setgid(QFOTA_ID) < 0 || setuid(QFOTA_ID) < 0)
			_exit(2);
		work(JOURNAL_DEFAULT_DIR);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void make_file(const char *path, uid_t owner)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchown(fd, owner, owner), 0);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(mount("tmpfs", "/var/lib", "tmpfs", 0, "mode=0755"), 0);
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return umount("/run") | umount("/var/lib");
}

static void test_root_first(void **state)
{
	(void)state;
	work(JOURNAL_DEFAULT_DIR);
	assert_int_equal(owner_of("/var/lib/qfota"), QFOTA_ID);
	assert_int_equal(owner_of("/run/qfota"), QFOTA_ID);
	serve();
	work(JOURNAL_DEFAULT_DIR);
	serve();
}

/* As version 0.1.0 made it, or root before there was a user qfota: all is root's. */
static void test_root_first_long_ago(void **state)
{
	static const char *const folders[] = { "/var/lib/qfota",	"/var/lib/qfota/jobs",
					       "/var/lib/qfota/trails", "/run/qfota",
					       "/run/qfota/lock",	"/run/qfota/busy",
					       "/run/qfota/slots" };
	static const char *const files[] = {
		"/var/lib/qfota/attempts.lock", "/var/lib/qfota/history.jsonl",
		"/var/lib/qfota/trails/1-1",	"/run/qfota/lock/1-1",
		"/run/qfota/busy/1-1",		"/run/qfota/slots/0"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		make_file(files[i], 0);
	work(JOURNAL_DEFAULT_DIR);
	serve();
}

/* What root did not make for the agent is root's for ever. */
static void test_what_is_not_given(void **state)
{
	(void)state;
	assert_int_equal(mkdir("/var/lib/qfota", 0755), 0);
	assert_int_equal(mkdir("/var/lib/qfota/trails", 0755), 0);
	assert_int_equal(mkdir("/var/lib/qfota/backup", 0755), 0);
	make_file("/var/lib/secret", 0);
	make_file("/var/lib/qfota/backup/1-1", 0);
	assert_int_equal(link("/var/lib/secret", "/var/lib/qfota/trails/1-2"), 0);
	assert_int_equal(symlink("/var/lib/secret", "/var/lib/qfota/trails/1-3"), 0);
	make_file("/var/lib/qfota/trails/1-4", 4711);
	work(JOURNAL_DEFAULT_DIR);
	assert_int_equal(owner_of("/var/lib/secret"), 0);
	assert_int_equal(owner_of("/var/lib/qfota/backup"), 0);
	assert_int_equal(owner_of("/var/lib/qfota/backup/1-1"), 0);
	assert_int_equal(owner_of("/var/lib/qfota/trails/1-3"), 0);
	assert_int_equal(owner_of("/var/lib/qfota/trails/1-4"), 4711);
	assert_int_equal(owner_of("/var/lib/qfota/trails"), QFOTA_ID);
}

/* A directory that a person named is whose it was. */
static void test_another_directory(void **state)
{
	(void)state;
	work("/var/lib/mine");
	assert_int_equal(owner_of("/var/lib/mine"), 0);
	assert_int_equal(owner_of("/var/lib/mine/jobs/1-1"), 0);
	assert_int_equal(mkdir("/var/lib/joe", 0700), 0);
	assert_int_equal(chown("/var/lib/joe", 4711, 4711), 0);
	work("/var/lib/joe/state/");
	assert_int_equal(owner_of("/var/lib/joe/state"), 4711);
	assert_int_equal(owner_of("/var/lib/joe/state/jobs/1-1"), 4711);
}

/* Joe may lead root nowhere, and root may be led by root. */
static void test_links_on_the_way(void **state)
{
	struct journal *journal = NULL;

	(void)state;
	assert_int_equal(mkdir("/var/lib/real", 0755), 0);
	assert_int_equal(symlink("real", "/var/lib/linked"), 0);
	work("/var/lib/linked");
	assert_int_equal(mkdir("/var/lib/joe", 0755), 0);
	assert_int_equal(chown("/var/lib/joe", 4711, 4711), 0);
	assert_int_equal(symlink("../real", "/var/lib/joe/linked"), 0);
	assert_int_equal(journal_open("/var/lib/joe/linked", &journal), -ENOTDIR);
}

int main(void)
{
	static const char users[] = "root:x:0:0::/:/bin/sh\nqfota:x:64123:64123::/:/bin/false\n";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_root_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_first_long_ago, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_given, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_on_the_way, setup, teardown),
	};
	FILE *file;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755") < 0) {
		printf("skipped: this needs root and a mount namespace\n");
		return SKIPPED;
	}
	file = fopen("/mnt/passwd", "we");
	if (!file || fputs(users, file) < 0 || fclose(file) != 0 ||
	    mount("/mnt/passwd", "/etc/passwd", NULL, MS_BIND, NULL) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
