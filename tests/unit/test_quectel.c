/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "agent/core/quectel.h"
#include "agent/util.h"

static void models(void **state)
{
	static const struct {
		const char *firmware, *model;
	} rows[] = {
		{ "EP06ELAR03A08M4G", "EP06" },	 { "EG06ALAR02A08M4G", "EG06" },
		{ "EM06ELAR04A01M4G", "EM06" },	 { "EG18EAPAR01A08V05M4G", "EG18" },
		{ "EC25EFAR06A01M4G", "EC25" },	 { "BG96MAR02A07M1G", "BG96" },
		{ "RM500QGLAAR03A03M4G", "RM500" }, { "", "" },
		{ "EP", "" },			 { "06EP", "" },
		{ "E1", "" },			 { "quectel", "" },
		{ "ABCDEF12", "" },		 { "EP06666666666666666666666", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char model[16];

		quectel_model(rows[i].firmware, model, sizeof(model));
		assert_string_equal(model, rows[i].model);
	}
}

/* Facts 1.3: which first differs, both are always tried. */
static void directories_of_the_file_store(void **state)
{
	static const struct {
		const char *firmware, *first, *second;
	} rows[] = {
		{ "EP06ELAR03A08M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EG06ALAR02A08M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EM06ELAR04A01M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EG12EAPAR01A08M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EM12GPAR01A20M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EG18EAPAR01A08V05M4G", "/cache/ufs/", "/data/ufs/" },
		{ "EC25EFAR06A01M4G", "/data/ufs/", "/cache/ufs/" },
		{ "EC21EFAR06A01M4G", "/data/ufs/", "/cache/ufs/" },
		{ "", "/data/ufs/", "/cache/ufs/" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(quectel_ufs_directory(rows[i].firmware, 0), rows[i].first);
		assert_string_equal(quectel_ufs_directory(rows[i].firmware, 1), rows[i].second);
		assert_null(quectel_ufs_directory(rows[i].firmware, 2));
		assert_null(quectel_ufs_directory(rows[i].firmware, 1000));
	}
}

/* Guide, chapter 5: the whole table, and nothing beside it. */
static void end_codes_of_the_06_family(void **state)
{
	static const char *const family[] = { "EP06ELAR03A08M4G", "EG06ALAR02A08M4G",
					      "EM06ELAR04A01M4G" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(family); i++)
		for (int code = -1; code < 1000; code++) {
			bool known = code == 502 || code == 504 || code == 505 || code == 510 ||
				     code == 511 || (code >= 520 && code <= 530) ||
				     (code >= 540 && code <= 546);
			struct quectel_text text = quectel_end(family[i], code);

			assert_int_equal(text.meaning != NULL, known);
			assert_int_equal(text.advice != NULL, known);
		}
}

/* The same number means something else there (facts 1.7): no text is better than a wrong one. */
static void end_codes_of_strangers_have_no_text(void **state)
{
	static const char *const strangers[] = { "BG96MAR02A07M1G", "EC25EFAR06A01M4G", "", "P06" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		for (int code = 0; code < 1000; code++)
			assert_null(quectel_end(strangers[i], code).meaning);
}

static void transfer_codes(void **state)
{
	(void)state;
	for (int code = -1; code < 1000; code++)
		assert_int_equal(quectel_transfer(code).meaning != NULL, code == 601 || code == 701);
	assert_non_null(strstr(quectel_transfer(601).meaning, "FTP"));
	assert_non_null(strstr(quectel_transfer(701).meaning, "HTTP"));
}

static void cme_codes(void **state)
{
	static const struct {
		int code;
		const char *meaning;
	} rows[] = {
		{ 3, "operation not allowed" }, { 4, "operation not supported" },
		{ 10, "SIM not inserted" },	{ 13, "SIM failure" },
		{ 14, "SIM busy" },		{ 20, "memory full" },
		{ 23, "memory failure" },	{ 30, "no network service" },
		{ 31, "network timeout" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(quectel_cme(rows[i].code), rows[i].meaning);
	assert_null(quectel_cme(-1));
	assert_null(quectel_cme(9999));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models),
		cmocka_unit_test(directories_of_the_file_store),
		cmocka_unit_test(end_codes_of_the_06_family),
		cmocka_unit_test(end_codes_of_strangers_have_no_text),
		cmocka_unit_test(transfer_codes),
		cmocka_unit_test(cme_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
