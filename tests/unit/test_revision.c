/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

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
		/* A custom build's own name (facts 10.12). */
		{ "EP06ELAR04A01M4G_VZW", 0, false },
		{ "EP06ELAR04A01M4G_V", 0, false },
		{ "RG501QEUAAR12A01M4G_OCPU_ZM", 0, false },
		{ "RG501QEUAAR12A01M4G_OCPU_ZM_04.001.04.001", SUB, true },
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
		    revision_is_complete(firmware_name_of(rows[i].name)) != rows[i].complete)
			fail_msg("\"%s\": parts %u, complete %d", rows[i].name,
				 revision_parts(rows[i].name), revision_is_complete(firmware_name_of(rows[i].name)));
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
		struct firmware_name firmware = firmware_name_of(rows[i].firmware);
		struct firmware_name wanted = firmware_name_of(rows[i].wanted);

		if (revision_fits(firmware, rows[i].wanted) != rows[i].fits ||
		    revision_may_be(firmware, wanted) != rows[i].may_be)
			fail_msg("%s against %s", rows[i].firmware, rows[i].wanted);
		assert_int_equal(revision_may_be(wanted, firmware), rows[i].may_be);
	}
}

/* What the modem answered to AT+CGMR is its revision, whatever it looks like. */
static void border_of_the_modem(void **state)
{
	static const struct {
		const char *revision, *more, *wanted;
		bool fits, may_be;
	} rows[] = {
		{ "A2_BETA1108", "", "A2_BETA1108", true, true },
		{ "A2_BETA1108", "", "A2", false, false },
		{ "A2", "", "A2_BETA1108", false, false },
		{ "A2_BETA1108", "_01.001", "A2_BETA1108", true, true },
		{ "A2_BETA1108", "_01.001", "A2_BETA1108_01.001", true, true },
		{ "A2_BETA1108", "_01.001", "A2_BETA1108_01.002", false, false },
		{ "A2_BETA1108", "_01.001_V05", "A2_BETA1108_V05", true, true },
		{ "A2_OCPU_ZM", "_04.001", "A2_OCPU", false, false },
		/* The form alone would mislead. */
		{ "A2_V2", "", "A2", false, false },
		{ "A2_V2", "", "A2_V2", true, true },
		{ "A2_V2", "_V2", "A2_V2", true, true },
		{ "A2_01.001", "", "A2", false, false },
		{ "A2_01.001", "", "A2_01.001", true, true },
		{ "A2", "_01.001", "A2_V2", false, true },
		/* Incomplete is as good as not known. */
		{ "A2", "_01.016.00.000", "A2_01.016.01.016", false, true },
		{ "A2", "_01.016.00.000", "A2", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64];
		struct firmware_name firmware = { text, strlen(rows[i].revision) };
		struct firmware_name wanted = firmware_name_of(rows[i].wanted);

		snprintf(text, sizeof(text), "%s%s", rows[i].revision, rows[i].more);
		if (revision_fits(firmware, rows[i].wanted) != rows[i].fits ||
		    revision_may_be(firmware, wanted) != rows[i].may_be)
			fail_msg("%s against %s", text, rows[i].wanted);
		assert_int_equal(revision_may_be(wanted, firmware), rows[i].may_be);
		assert_int_equal(revision_length(firmware), strlen(rows[i].revision));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_name),
		cmocka_unit_test(one_against_another),
		cmocka_unit_test(border_of_the_modem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
