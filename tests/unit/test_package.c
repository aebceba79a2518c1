/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packages as a modem counts them, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/package.h"
#include "agent/package_file.h"
#include "agent/util.h"

static uint16_t sum_of(const char *bytes, size_t size, size_t slice)
{
	struct package_sum sum = { 0 };

	for (size_t at = 0; at < size; at += slice)
		package_sum_add(&sum, (const uint8_t *)bytes + at,
				size - at < slice ? size - at : slice);
	return sum.value;
}

/* Facts 3.3, in slices of any length: an odd last byte is the high one of its word. */
static void checksum(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		uint16_t sum;
	} rows[] = {
		{ "", 0, 0 },		    { "A", 1, 0x4100 },
		{ "123456789", 9, 0x3908 }, { "hello", 5, 0x6b09 },
		{ "\x12\x34\x56", 3, 0x4434 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t slice = 1; slice < 10; slice++)
			assert_int_equal(sum_of(rows[i].bytes, rows[i].size, slice), rows[i].sum);
}

static void answer(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t size;
		uint16_t sum;
	} rows[] = {
		{ "+QFUPL: 3000,b34a", true, 3000, 0xb34a },
		{ "+QFUPL: 3000,B34A", true, 3000, 0xb34a },
		{ "+QFUPL: 1675,372", true, 1675, 0x372 }, /* no leading zeros */
		{ "+QFUPL:1,0041", true, 1, 0x41 },
		{ "+QFUPL: 0,0", true, 0, 0 },
		{ "+QFUPL: 3000", false, 0, 0 },
		{ "+QFUPL: 3000,", false, 0, 0 },
		{ "+QFUPL: 3000,12345", false, 0, 0 },
		{ "+QFUPL: 3000,b34a,1", false, 0, 0 },
		{ "+QFUPL: x,b34a", false, 0, 0 },
		{ "+QFLST: 3000,b34a", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t size = 0;
		uint16_t sum = 0;

		assert_int_equal(package_parse_answer(rows[i].text, &size, &sum), rows[i].good);
		if (!rows[i].good)
			continue;
		assert_int_equal(size, rows[i].size);
		assert_int_equal(sum, rows[i].sum);
	}
}

static char path[64];

static void file_make(const char *content)
{
	int fd;

	strcpy(path, "/tmp/test_package.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

#define SHA256_HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static void file_is_counted(void **state)
{
	struct package_file file;
	char error[256], bytes[4];

	(void)state;
	file_make("hello");
	assert_int_equal(package_file_open(path, SHA256_HELLO, &file, error, sizeof(error)), 0);
	assert_int_equal(file.size, 5);
	assert_int_equal(file.sum, 0x6b09);
	assert_int_equal(package_file_read(&file, 1, bytes, 4), 0);
	assert_memory_equal(bytes, "ello", 4);
	/* Its name may go; that it becomes shorter is noticed. */
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(package_file_read(&file, 1, bytes, 4), -ENODATA);
	unlink(path);
	assert_int_equal(package_file_read(&file, 0, bytes, 3), 0);
	package_file_close(&file);
	package_file_close(&file);
}

static void file_refused(const char *name, const char *sha256, int error, const char *sentence)
{
	struct package_file file = { .fd = 77 };
	char text[256];

	assert_int_equal(package_file_open(name, sha256, &file, text, sizeof(text)), error);
	assert_non_null(strstr(text, name));
	assert_non_null(strstr(text, sentence));
	assert_int_equal(file.fd, 77);
}

static void files_that_are_none(void **state)
{
	(void)state;
	file_refused("/tmp/test_package.missing", NULL, -ENOENT, "cannot be read");
	file_refused("/tmp", NULL, -EINVAL, "no regular file");
	file_refused("/dev/null", NULL, -EINVAL, "no regular file");
	file_make("");
	file_refused(path, NULL, -EINVAL, "empty");
	assert_int_equal(truncate(path, (off_t)PACKAGE_SIZE_MAX + 1), 0);
	file_refused(path, NULL, -EINVAL, "larger");
	unlink(path);
	file_make("hallo");
	file_refused(path, SHA256_HELLO, -EINVAL, "another sha256");
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum),
		cmocka_unit_test(answer),
		cmocka_unit_test(file_is_counted),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
