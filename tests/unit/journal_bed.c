/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/journal_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/journal.h"

char journal_top[64];
char journal_dir[80];

const struct journal_job ep06 = {
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

int journal_setup(void **state)
{
	(void)state;
	strcpy(journal_top, "/tmp/test_journal.XXXXXX");
	assert_non_null(mkdtemp(journal_top));
	assert_int_equal(chmod(journal_top, 0755), 0);
	snprintf(journal_dir, sizeof(journal_dir), "%s/lib/qfota", journal_top);
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

int journal_teardown(void **state)
{
	(void)state;
	return nftw(journal_top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *in_dir(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", journal_dir, name);
	return path;
}

void write_file(const char *name, const char *bytes, size_t size)
{
	FILE *stream = fopen(in_dir(name), "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

size_t read_file(const char *name, char *ret, size_t size)
{
	FILE *stream = fopen(in_dir(name), "r");
	size_t length;

	assert_non_null(stream);
	length = fread(ret, 1, size - 1, stream);
	fclose(stream);
	ret[length] = '\0';
	return length;
}

struct journal *open_journal(void)
{
	struct journal *journal;

	assert_int_equal(journal_open(journal_dir, &journal), 0);
	return journal;
}

struct journal *make_journal(void)
{
	struct journal *journal = open_journal();

	assert_int_equal(journal_writable(journal), 0);
	return journal;
}

struct journal *reopen_journal(struct journal *journal)
{
	journal_free(journal);
	return open_journal();
}

void assert_job_equal(const struct journal_job *a, const struct journal_job *b)
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

struct journal_job job_at(const char *position, const char *id_path,
			  const char *imei)
{
	struct journal_job job = ep06;

	strcpy(job.position, position);
	strcpy(job.id_path, id_path);
	strcpy(job.imei, imei);
	return job;
}

void become_powerless(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
}

void become_oneself(void)
{
	assert_int_equal(seteuid(getuid()), 0);
}
