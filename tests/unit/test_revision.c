/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/core/revision.h"
#include "agent/util.h"

#define SUB REVISION_PART_SUB_VERSION
#define EDITION REVISION_PART_EDITION

static void parts_of_a_name(void **state)
{
	static const struct {
		const char *name;
		unsigned int parts;
		bool complete;
	} rows[] = {
		{ "", 0, false },
		{ "EP06ELAR04A01M4G", 0, false },
		{ "EP06ELAR04A01M4G_01.002.01.002", SUB, true },
		{ "EP06ELAR04A01M4G_01.016.00.000", SUB, false },
		{ "EP06ELAR04A01M4G_01.002.01.002_V05", SUB | EDITION, true },
		{ "EP06ELAR04A01M4G_01.016.00.000_V05", SUB | EDITION, false },
		{ "EP06ELAR04A01M4G_V05", EDITION, false },
		{ "EP06ELAR04A01M4G_BETA_01.002", SUB, true },
		{ "EP06ELAR04A01M4G_VZW", SUB, true },
		{ "EP06ELAR04A01M4G_V", SUB, true },
		/* Of the revision itself nothing is a sub-edition. */
		{ "EG18EAPAR01A08V05M4G", 0, false },
		{ "V05", 0, false },
		{ "EP06ELAR04A01M4G_", 0, false },
		{ "_", 0, false },
		{ "_V05", EDITION, false },
		{ "A__V05", EDITION, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (revision_parts(rows[i].name) != rows[i].parts ||
		    revision_is_complete(rows[i].name) != rows[i].complete)
			fail_msg("\"%s\": parts %u, complete %d", rows[i].name,
				 revision_parts(rows[i].name), revision_is_complete(rows[i].name));
}

static void one_against_another(void **state)
{
	static const struct {
		const char *firmware, *wanted;
		bool fits, may_be;
	} rows[] = {
		{ "A2", "A2", true, true },
		{ "A2", "A1", false, false },
		{ "A21", "A2", false, false },
		{ "A2", "A21", false, false },
		/* What is not asked for does not count. */
		{ "A2_01.002", "A2", true, true },
		{ "A2_01.002_V05", "A2", true, true },
		{ "A2_01.002_V05", "A2_01.002", true, true },
		{ "A2_01.002_V05", "A2_V05", true, true },
		/* What is asked for has to be there. */
		{ "A2", "A2_01.002", false, true },
		{ "A2_01.002", "A2_V05", false, true },
		{ "A2_V05", "A2_01.002_V05", false, true },
		{ "A2_01.001", "A2_01.002", false, false },
		{ "A2_01.002_V04", "A2_01.002_V05", false, false },
		{ "A2_01.001_V05", "A2_V05", true, true },
		/* The revision first. */
		{ "A1_01.002", "A2_01.002", false, false },
		{ "A1_01.002", "A2", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (revision_fits(rows[i].firmware, rows[i].wanted) != rows[i].fits ||
		    revision_may_be(rows[i].firmware, rows[i].wanted) != rows[i].may_be)
			fail_msg("%s against %s", rows[i].firmware, rows[i].wanted);
		assert_int_equal(revision_may_be(rows[i].wanted, rows[i].firmware),
				 rows[i].may_be);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_name),
		cmocka_unit_test(one_against_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
