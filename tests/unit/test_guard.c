/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies in the place of the kernel helper's node is not taken for the
 * helper. Needs root, for a mount namespace with a /dev of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "usb/guard.h"

#define SKIPPED 77
#define GUARD "/dev/qfota-guard"

static void assert_not_loaded(void)
{
	assert_false(guard_is_loaded());
	assert_int_equal(guard_hold("1-1", 1), -ENOENT);
	assert_int_equal(guard_release("1-1"), -ENOENT);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_not_loaded();
}

/* As a redirection of a shell leaves one where the module is not loaded. */
static void test_file(void **state)
{
	struct stat status;
	int fd = open(GUARD, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_not_loaded();
	assert_int_equal(stat(GUARD, &status), 0);
	assert_int_equal(status.st_size, 0);
}

/* It would keep the agent waiting for a reader. */
static void test_fifo(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(GUARD, 0666), 0);
	assert_not_loaded();
}

static void test_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdir(GUARD, 0777), 0);
	assert_not_loaded();
	assert_int_equal(rmdir(GUARD), 0);
}

static void test_link(void **state)
{
	(void)state;
	assert_int_equal(mknod("/dev/other", S_IFCHR | 0666, makedev(10, 250)), 0);
	assert_int_equal(symlink("other", GUARD), 0);
	assert_not_loaded();
}

/* Containers put /dev/null in the place of what they hide: it takes every command. */
static void test_null(void **state)
{
	(void)state;
	assert_int_equal(mknod(GUARD, S_IFCHR | 0666, makedev(1, 3)), 0);
	assert_not_loaded();
}

static int teardown(void **state)
{
	(void)state;
	unlink(GUARD);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_nothing, teardown),
		cmocka_unit_test_teardown(test_file, teardown),
		cmocka_unit_test_teardown(test_fifo, teardown),
		cmocka_unit_test_teardown(test_directory, teardown),
		cmocka_unit_test_teardown(test_link, teardown),
		cmocka_unit_test_teardown(test_null, teardown),
	};

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/dev", "tmpfs", 0, "mode=0755") < 0) {
		printf("skipped: this needs root and a mount namespace\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
