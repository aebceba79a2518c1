/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of firmware as people write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/core/firmware.h"
#include "agent/util.h"

static void test_names(void **state)
{
	static const struct {
		const char *name, *error; /* NULL: it is a good one */
	} rows[] = {
		{ "EP06ELAR04A01M4G", NULL },
		{ "EP06ELAR04A01M4G_01.002.01.002", NULL },
		{ "EP06ELAR04A01M4G_01.002.01.002_V05", NULL },
		{ "EP06ELAR04A01M4G_V05", NULL },
		{ "EC25EUGAR06A05M4G_BETA1108", NULL },
		{ "RG501QEUAAR12A01M4G_OCPU_ZM", NULL },
		{ "RG501QEUAAR12A01M4G_OCPU_ZM_04.001.04.001", NULL },
		{ "EM12GPAR01A09M4G_MSFT", NULL },
		{ "EC200ACNTAR02A04M2G_OCPU", NULL },
		{ "", "begins with its model" },
		{ "R04A01M4G", "begins with its model" },
		{ "06ELAR04A01M4G", "begins with its model" },
		{ "EP06", "complete name" },
		{ "ep06elar04a01m4g", "lower case" },
		{ "EP06ELAr04A01M4G", "lower case" },
		{ "EP06ELAR04A01M4G.zip", "name of a file" },
		{ "EP06ELAR04A01M4G.ZIP", "name of a file" },
		{ "EP06ELAR04A01M4G_01.002.01.002.zip", "name of a file" },
		{ "a08-a01.zip", "name of a file" },
		{ "EP06/EP06ELAR04A01M4G", "name of a file" },
		{ "EP06ELAR04A01M4G ", "one word" },
		{ " EP06ELAR04A01M4G", "one word" },
		{ "EP06ELA*", "one word" },
		{ "EP06ELAR04A01M4G\"", "one word" },
		{ "EP06ELAR04A01M4G_\xc3\x84", "one word" },
		{ "EP06ELAR04A01M4G_01234567890123456789012345678901234567890123456789", "longer" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *error = firmware_name_error(rows[i].name);

		print_message("%s\n", rows[i].name);
		if (!rows[i].error && error)
			fail_msg("refused: %s", error);
		if (rows[i].error && !(error && strstr(error, rows[i].error)))
			fail_msg("%s", error ? error : "accepted");
	}
}

static void test_models(void **state)
{
	static const struct {
		const char *name, *other;
		bool same;
	} rows[] = {
		{ "EP06ELAR03A08M4G", "EP06ELAR04A01M4G", true },
		{ "EP06ELAR03A08M4G", "EP06ALAR04A01M4G_V05", true },
		{ "EP06ELAR03A08M4G", "EG06ELAR04A01M4G", false },
		{ "EC20CEFAGR06A05M4G", "EC200ACNTAR02A04M2G", false },
		/* Nothing is known of its model, so nothing speaks against it. */
		{ "06ELAR03A08M4G", "EP06ELAR04A01M4G", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s %s\n", rows[i].name, rows[i].other);
		assert_int_equal(firmware_same_model(rows[i].name, rows[i].other), rows[i].same);
		assert_int_equal(firmware_same_model(rows[i].other, rows[i].name), rows[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
