/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/core/urc.h"
#include "agent/util.h"

#define SEED 701u

/* Lines as they come, the last one decides; all before it tell nothing or wait. */
struct row {
	const char *line[5];
	enum urc_type type;
	int number;
	bool waiting;
};

static void row_check(const struct row *row)
{
	struct urc_scanner scanner = { 0 };
	struct urc urc = { URC_NONE, -1 };
	bool waiting = false;

	for (size_t i = 0; i < ARRAY_SIZE(row->line) && row->line[i]; i++)
		urc = urc_scan(&scanner, row->line[i], &waiting);
	if (urc.type != row->type || urc.number != row->number || waiting != row->waiting)
		fail_msg("%s: type %d, number %d, waiting %d", row->line[0], urc.type, urc.number,
			 waiting);
}

static void rows_check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		row_check(&rows[i]);
}

static void every_spelling_seen(void **state)
{
	static const struct row rows[] = {
		{ { "+QIND: \"FOTA\",\"HTTPSTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"HTTPEND\",0" }, URC_TRANSFER_END, 0, false },
		{ { "+QIND: \"FOTA\",\"HTTPSSTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"HTTPSEND\",0" }, URC_TRANSFER_END, 0, false },
		{ { "+QIND: \"FOTA\",\"HTTPTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"FTPSTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"FTPEND\",601" }, URC_TRANSFER_END, 601, false },
		{ { "+QIND: \"FOTA\",\"FTPSSTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"FTPSEND\",0" }, URC_TRANSFER_END, 0, false },
		{ { "+QIND: \"FOTA\",\"FILESTART\"" }, URC_TRANSFER_START, -1, false },
		{ { "+QIND: \"FOTA\",\"FILEEND\",500" }, URC_TRANSFER_END, 500, false },
		{ { "+QIND: \"FOTA\",\"DOWNLOADING\",12" }, URC_DOWNLOADING, 12, false },
		{ { "+QIND: \"FOTA\",\"DOWNLOADING\",\" 12%\"" }, URC_DOWNLOADING, 12, false },
		{ { "+QIND: \"FOTA\",\"START\"" }, URC_START, -1, false },
		{ { "+QIND: \"FOTA\",\"UPDATING\",1" }, URC_UPDATING, 1, false },
		{ { "+QIND: \"FOTA\",\"UPDATING\", 1%" }, URC_UPDATING, 1, false },
		{ { "+QIND: \"FOTA\",\"UPDATING\",100 %" }, URC_UPDATING, 100, false },
		{ { "+QIND: \"FOTA\",\"RESTORE\", 1%" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"RESTORE\",1%" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"Last upgrade was not finished,continue upgrade\"" },
		  URC_NOTE, -1, false },
		{ { "+QIND:\"FOTA\",\"HTTPEND\",50" }, URC_TRANSFER_END, 50, false },
		{ { "+QIND: \"FOTA\",\"HTTPEND\", 22" }, URC_TRANSFER_END, 22, false },
		{ { "+QIND: \"FOTA\",\"END\",0" }, URC_END, 0, false },
		{ { "+QIND: \"FOTA\",\"END\",546" }, URC_END, 546, false },
		{ { "  +QIND:  \"FOTA\" , \"END\" , 502  " }, URC_END, 502, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows));
}

static void broken_by_line_ends(void **state)
{
	static const struct row rows[] = {
		{ { "+QIND: \"FOTA\",\"END\",", "0" }, URC_END, 0, false },
		{ { "+QIND: \"FOTA\",\"END\"", ",502" }, URC_END, 502, false },
		{ { "+QIND: ", "\"FOTA\",\"HTTPEND\",", "701" }, URC_TRANSFER_END, 701, false },
		{ { "+QIND: \"FO", "TA\",\"UPDA", "TING\",", "42" }, URC_UPDATING, 42, false },
		{ { "+", "QIND: \"FOTA\",\"START\"" }, URC_START, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",", " ", "0" }, URC_END, 0, false },
		{ { "+QIND: \"FOTA\",\"Last upgrade was not ", "finished,continue upgrade\"" },
		  URC_NOTE, -1, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows));
}

/* Facts 2.2: an incomplete status message once or twice; what follows must not drown in it. */
static void half_a_code_swallows_nothing(void **state)
{
	static const struct row rows[] = {
		{ { "+QIND: \"FOTA\",\"END\"" }, URC_NONE, -1, true },
		{ { "+QIND: \"FOTA\",\"END\"," }, URC_NONE, -1, true },
		{ { "+QIND: \"FOTA\",\"END\"", "+QIND: \"FOTA\",\"END\",0" }, URC_END, 0, false },
		{ { "+QIND: \"FOTA\",\"END\",", "+QIND: \"FOTA\",\"END\",502" }, URC_END, 502, false },
		{ { "+QIND: \"FOTA\",\"UPDA", "+QIND: \"FOTA\",\"END\",0" }, URC_END, 0, false },
		{ { "+QIND: \"FOTA", "+QIND: \"FOTA\",\"END\",0" }, URC_END, 0, false },
		{ { "+Q", "+QIND: \"FOTA\",\"START\"" }, URC_START, -1, false },
		{ { "+QIND: \"FOTA\",\"END\"", "+QIND: \"FOTA\",\"END\"" }, URC_NONE, -1, true },
		{ { "+QIND: \"FOTA\",\"END\"", "EP06ELAR04A01M4G" }, URC_NONE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",", "EP06ELAR04A01M4G" }, URC_NONE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",", "EP06ELAR04A01M4G", "0" }, URC_NONE, -1, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows));
}

static void junk_is_no_code(void **state)
{
	static const struct row rows[] = {
		{ { "+QIND: SMS DONE" }, URC_NONE, -1, false },
		{ { "+QIND: PB DONE" }, URC_NONE, -1, false },
		{ { "+QIND: \"ABFOTA\",\"FTPEND\",0" }, URC_NONE, -1, false },
		{ { "+QIND: \"csq\",28,99" }, URC_NONE, -1, false },
		{ { "+QFOTAEVT: \"fota\",4" }, URC_NONE, -1, false },
		{ { "+qind: \"fota\",\"end\",0" }, URC_NONE, -1, false },
		{ { "RDY" }, URC_NONE, -1, false },
		{ { "0" }, URC_NONE, -1, false },
		{ { "   " }, URC_NONE, -1, false },
		{ { "$GPRMC,,V,,,,,,,,,,N*53" }, URC_NONE, -1, false },
		/* A known word with something else for its number: a sign of life, never a result. */
		{ { "+QIND: \"FOTA\",\"END\",x" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",-1" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",0x" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",0,0" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\" 0" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"END\",99999999999" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"ENDING\",0" }, URC_NOTE, -1, false },
		{ { "+QIND: \"FOTA\",\"\",0" }, URC_NOTE, -1, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows));
}

static void a_part_is_forgotten_over_a_reset(void **state)
{
	struct urc_scanner scanner = { 0 };
	bool waiting;

	(void)state;
	urc_scan(&scanner, "+QIND: \"FOTA\",\"END\",", &waiting);
	assert_true(waiting);
	urc_scanner_reset(&scanner);
	assert_int_equal(urc_scan(&scanner, "0", &waiting).type, URC_NONE);
	assert_false(waiting);
}

static void a_part_does_not_grow_for_ever(void **state)
{
	struct urc_scanner scanner = { 0 };
	bool waiting;

	(void)state;
	urc_scan(&scanner, "+QIND: \"FOTA\",\"", &waiting);
	for (int i = 0; i < 50; i++)
		urc_scan(&scanner, "more and more", &waiting);
	assert_int_equal(urc_scan(&scanner, "+QIND: \"FOTA\",\"END\",0", &waiting).type, URC_END);
}

/* One line, cut anywhere into two: the same code, or (cut in its number) a shorter number. */
static void every_cut_of_end(void **state)
{
	static const char line[] = "+QIND: \"FOTA\",\"END\",0";

	(void)state;
	for (size_t cut = 1; cut < sizeof(line) - 1; cut++) {
		struct urc_scanner scanner = { 0 };
		char head[sizeof(line)];
		bool waiting;

		snprintf(head, sizeof(head), "%.*s", (int)cut, line);
		assert_int_equal(urc_scan(&scanner, head, &waiting).type, URC_NONE);
		assert_true(waiting);
		assert_int_equal(urc_scan(&scanner, line + cut, &waiting).type, URC_END);
		assert_false(waiting);
	}
}

/* Pieces of codes in any order: an END comes only from a line that holds its number. */
static void noise_makes_no_end(void **state)
{
	static const char *const pieces[] = {
		"+QIND: ", "\"FOTA\"", ",", "\"END\"", "\"START\"", "\"UPDATING\"", "\"", " ", "%", "x",
	};
	struct urc_scanner scanner = { 0 };
	uint32_t random = SEED;

	(void)state;
	print_message("seed %u\n", SEED);
	for (int i = 0; i < 200000; i++) {
		char line[64] = "";
		bool waiting;

		do {
			random = random * 1664525u + 1013904223u;
			strcat(line, pieces[(random >> 16) % ARRAY_SIZE(pieces)]);
		} while ((random >> 8) % 4 && strlen(line) < 50);
		assert_int_not_equal(urc_scan(&scanner, line, &waiting).type, URC_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_seen),
		cmocka_unit_test(broken_by_line_ends),
		cmocka_unit_test(half_a_code_swallows_nothing),
		cmocka_unit_test(junk_is_no_code),
		cmocka_unit_test(a_part_is_forgotten_over_a_reset),
		cmocka_unit_test(a_part_does_not_grow_for_ever),
		cmocka_unit_test(every_cut_of_end),
		cmocka_unit_test(noise_makes_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
