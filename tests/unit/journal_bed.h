/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A journal's folder for each test, and a look into it from outside. */
#ifndef QFOTA_TESTS_JOURNAL_BED_H
#define QFOTA_TESTS_JOURNAL_BED_H

#include <stddef.h>

#include "agent/journal.h"

#define NOBODY 65534 /* a user with no rights of its own */

/* Test @test in a folder of its own. */
#define FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, journal_setup, journal_teardown)

extern char journal_top[64];
extern char journal_dir[80]; /* below it; does not exist at first */
extern const struct journal_job ep06;

int journal_setup(void **state);
int journal_teardown(void **state);

/* Its path; valid until the next call. */
const char *in_dir(const char *name);
void write_file(const char *name, const char *bytes, size_t size);
/* Terminated; returns its length. */
size_t read_file(const char *name, char *ret, size_t size);

struct journal *open_journal(void);
/* With its folders there already. */
struct journal *make_journal(void);
struct journal *reopen_journal(struct journal *journal);

void assert_job_equal(const struct journal_job *a, const struct journal_job *b);
/* ep06 elsewhere. */
struct journal_job job_at(const char *position, const char *id_path,
			  const char *imei);

/* Root is not held off by modes. */
void become_powerless(void);
void become_oneself(void);

#endif
