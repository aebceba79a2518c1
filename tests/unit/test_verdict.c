/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "agent/core/verdict.h"
#include "agent/util.h"

#define BOOTED VERDICT_STOP_BOOTED
#define LIMIT VERDICT_STOP_LIMIT
#define UNREAD VERDICT_FIRMWARE_UNREAD
#define OLD VERDICT_FIRMWARE_BEFORE
#define NEW VERDICT_FIRMWARE_WANTED
#define OTHER VERDICT_FIRMWARE_OTHER
#define ALONE VERDICT_FIRMWARE_ALONE
#define SAME VERDICT_IMEI_SAME
#define STRANGER VERDICT_IMEI_OTHER
#define NOT_SEEN (-1)

struct row {
	const char *name;
	enum verdict_stop stop;
	enum verdict_firmware firmware;
	enum verdict_imei imei;
	int transfer, end; /* -1: not seen */
	bool unsent;
	enum outcome outcome;
	int exit;
	bool job_over;
};

static struct evidence row_evidence(const struct row *row, bool flashing)
{
	return (struct evidence){
		.stop = row->stop,
		.firmware = row->firmware,
		.imei = row->imei,
		.transfer_seen = row->transfer >= 0,
		.transfer = row->transfer,
		.end_seen = row->end >= 0,
		.end = row->end,
		.unsent = row->unsent,
		.flashing = flashing,
	};
}

static void rows_check(const struct row *rows, size_t count, bool flashing)
{
	for (size_t i = 0; i < count; i++) {
		struct evidence evidence = row_evidence(&rows[i], flashing);
		struct verdict verdict = verdict_decide(&evidence);

		if (verdict.outcome != rows[i].outcome || verdict.exit != rows[i].exit ||
		    verdict.job_over != rows[i].job_over)
			fail_msg("%s: %s, exit %d, job over %d", rows[i].name,
				 outcome_name(verdict.outcome), verdict.exit, verdict.job_over);
	}
}

/* Facts 2.6, row by row. */
static void the_decision_table(void **state)
{
	static const struct row rows[] = {
		{ "END 0, new", BOOTED, NEW, SAME, 0, 0, false, OUTCOME_UPGRADED, 0, true },
		{ "END 0, new, local", BOOTED, NEW, SAME, NOT_SEEN, 0, false, OUTCOME_UPGRADED, 0, true },
		{ "END 0, old", BOOTED, OLD, SAME, 0, 0, false, OUTCOME_FAILED, 6, true },
		{ "END 0, unreadable", BOOTED, UNREAD, VERDICT_IMEI_UNREAD, 0, 0, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "END 0, unexpected", BOOTED, OTHER, SAME, 0, 0, false, OUTCOME_UNCONFIRMED, 7, true },
		{ "no END, new", BOOTED, NEW, SAME, 0, NOT_SEEN, false, OUTCOME_UPGRADED, 0, true },
		{ "no END, old", BOOTED, OLD, SAME, 0, NOT_SEEN, false, OUTCOME_FAILED, 6, true },
		{ "no END, unreadable", BOOTED, UNREAD, SAME, 0, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "END 502, old", BOOTED, OLD, SAME, 0, 502, false, OUTCOME_FAILED, 6, true },
		{ "END 502, new", BOOTED, NEW, SAME, 0, 502, false, OUTCOME_FAILED, 6, true },
		/* Nothing has shown its normal system: it may try again, or restore. */
		{ "END 502, unreadable", BOOTED, UNREAD, SAME, 0, 502, false, OUTCOME_UNCONFIRMED, 7,
		  false },
		{ "HTTPEND 701", BOOTED, OLD, SAME, 701, NOT_SEEN, false, OUTCOME_TRANSFER_FAILED, 5,
		  true },
		{ "HTTPEND 701, unreadable", BOOTED, UNREAD, SAME, 701, NOT_SEEN, false,
		  OUTCOME_TRANSFER_FAILED, 5, true },
		{ "HTTPEND 701, then END 505", BOOTED, OLD, SAME, 701, 505, false, OUTCOME_FAILED, 6,
		  true },
		/* "It runs its old firmware" must not be said of a modem that was flashed. */
		{ "HTTPEND 701, then END 0, unreadable", BOOTED, UNREAD, SAME, 701, 0, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "HTTPEND 701, then END 0, old", BOOTED, OLD, SAME, 701, 0, false, OUTCOME_FAILED, 6,
		  true },
		{ "perhaps never requested, old", BOOTED, OLD, SAME, NOT_SEEN, NOT_SEEN, true,
		  OUTCOME_UNCONFIRMED, 7, true },
		{ "perhaps never requested, new", BOOTED, NEW, SAME, NOT_SEEN, NOT_SEEN, true,
		  OUTCOME_UPGRADED, 0, true },
		{ "only heard, END 0", BOOTED, ALONE, VERDICT_IMEI_UNREAD, 0, 0, false,
		  OUTCOME_UNCONFIRMED, 7, true },
		{ "only heard, no END", BOOTED, ALONE, VERDICT_IMEI_UNREAD, 0, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, true },
		{ "only heard, END 502", BOOTED, ALONE, VERDICT_IMEI_UNREAD, 0, 502, false,
		  OUTCOME_FAILED, 6, true },
		{ "only heard, HTTPEND 701", BOOTED, ALONE, VERDICT_IMEI_UNREAD, 701, NOT_SEEN, false,
		  OUTCOME_TRANSFER_FAILED, 5, true },
		{ "emergency download", VERDICT_STOP_EMERGENCY, UNREAD, SAME, 0, NOT_SEEN, false,
		  OUTCOME_EMERGENCY, 9, false },
		{ "nothing returns", VERDICT_STOP_LOST, UNREAD, SAME, 0, 0, false, OUTCOME_LOST, 9,
		  false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows), false);
}

/* The exit status table of the command, where the decision table is silent. */
static void the_exit_status_table(void **state)
{
	static const struct row rows[] = {
		{ "current", VERDICT_STOP_CURRENT, UNREAD, SAME, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_CURRENT, 0, true },
		{ "nothing to do", VERDICT_STOP_NOTHING, OLD, SAME, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_NONE, 0, true },
		{ "configuration wrong", VERDICT_STOP_CONFIG, UNREAD, SAME, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_NONE, 2, true },
		{ "host failed", VERDICT_STOP_HOST, UNREAD, SAME, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_NONE, 1, true },
		{ "signal before the request", VERDICT_STOP_SIGNAL, UNREAD, SAME, NOT_SEEN, NOT_SEEN,
		  false, OUTCOME_NONE, 1, true },
		{ "refused", VERDICT_STOP_REFUSED, UNREAD, SAME, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_REFUSED, 4, true },
		{ "limit", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, NOT_SEEN, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "limit after END 0", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, 0, 0, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "limit after END 510", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, 0, 510, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "limit, perhaps never requested", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, NOT_SEEN,
		  NOT_SEEN, true, OUTCOME_UNCONFIRMED, 7, true },
		{ "another modem, new", BOOTED, NEW, STRANGER, 0, 0, false, OUTCOME_UNCONFIRMED, 7,
		  false },
		{ "another modem, old", BOOTED, OLD, STRANGER, 0, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "IMEI not read", BOOTED, NEW, VERDICT_IMEI_UNREAD, 0, 0, false, OUTCOME_UNCONFIRMED, 7,
		  false },
		{ "left alone", VERDICT_STOP_LEAVE, UNREAD, SAME, 0, NOT_SEEN, false,
		  OUTCOME_INTERRUPTED, 8, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows), false);
}

/* No END came after START or UPDATING: what was reported before is of the past. */
static void what_was_seen_flashing(void **state)
{
	static const struct row rows[] = {
		{ "HTTPEND 701, old", BOOTED, OLD, SAME, 701, NOT_SEEN, false,
		  OUTCOME_TRANSFER_FAILED, 5, true },
		{ "HTTPEND 701, new", BOOTED, NEW, SAME, 701, NOT_SEEN, false, OUTCOME_UPGRADED, 0,
		  true },
		{ "HTTPEND 701, unreadable", BOOTED, UNREAD, SAME, 701, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "HTTPEND 701, limit", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, 701, NOT_SEEN, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "END 502, limit", LIMIT, UNREAD, VERDICT_IMEI_UNREAD, 0, 502, false,
		  OUTCOME_UNCONFIRMED, 7, false },
		{ "END 502, old", BOOTED, OLD, SAME, 0, 502, false, OUTCOME_FAILED, 6, true },
		{ "nothing returns", VERDICT_STOP_LOST, UNREAD, SAME, 701, NOT_SEEN, false,
		  OUTCOME_LOST, 9, false },
	};

	(void)state;
	rows_check(rows, ARRAY_SIZE(rows), true);
}

static void laws_check(const struct evidence *evidence)
{
	static const unsigned int exits[OUTCOME_COUNT] = {
		/* bit n: exit n may stand for it */
		[OUTCOME_UPGRADED] = 1 << 0,
		[OUTCOME_CURRENT] = 1 << 0,
		[OUTCOME_NONE] = 1 << 0 | 1 << 1 | 1 << 2,
		[OUTCOME_REFUSED] = 1 << 4,
		[OUTCOME_TRANSFER_FAILED] = 1 << 5,
		[OUTCOME_FAILED] = 1 << 6,
		[OUTCOME_UNCONFIRMED] = 1 << 7,
		[OUTCOME_INTERRUPTED] = 1 << 8,
		[OUTCOME_LOST] = 1 << 9,
		[OUTCOME_EMERGENCY] = 1 << 9,
	};
	struct verdict verdict = verdict_decide(evidence);
	bool end_bad = evidence->end_seen && evidence->end;
	bool before_request = evidence->stop >= VERDICT_STOP_CURRENT &&
			      evidence->stop <= VERDICT_STOP_SIGNAL;

	assert_in_range(verdict.outcome, 0, OUTCOME_COUNT - 1);
	assert_true(exits[verdict.outcome] & 1u << verdict.exit);
	if (verdict.outcome == OUTCOME_UPGRADED) {
		assert_int_equal(evidence->stop, BOOTED);
		assert_int_equal(evidence->firmware, NEW);
		assert_int_equal(evidence->imei, SAME);
		assert_false(end_bad);
	}
	if (end_bad && !before_request)
		assert_int_not_equal(verdict.exit, 0);
	if (verdict.outcome == OUTCOME_TRANSFER_FAILED)
		assert_true(evidence->stop == VERDICT_STOP_UPLOAD ||
			    (evidence->transfer_seen && evidence->transfer && !evidence->end_seen));
	if (verdict.outcome == OUTCOME_FAILED)
		assert_true(end_bad || evidence->firmware == OLD);
	/* No new request before a bad xxxEND, an END, or a boot into normal mode was seen. */
	if (verdict.job_over && !before_request && !evidence->unsent && evidence->stop != BOOTED)
		assert_true(!evidence->flashing &&
			    ((evidence->transfer_seen && evidence->transfer) || evidence->end_seen));
}

static void laws_for_every_evidence(void **state)
{
	static const int codes[] = { NOT_SEEN, 0, 1, 502, 701 };
	struct row row = { 0 };

	(void)state;
	for (row.stop = BOOTED; row.stop <= VERDICT_STOP_EMERGENCY; row.stop++)
		for (row.firmware = UNREAD; row.firmware <= ALONE; row.firmware++)
			for (row.imei = VERDICT_IMEI_UNREAD; row.imei <= STRANGER; row.imei++)
				for (unsigned int i = 0; i < 2 * 5 * 5 * 2; i++) {
					struct evidence evidence;

					row.unsent = i & 1;
					row.transfer = codes[i / 2 % 5];
					row.end = codes[i / 10 % 5];
					evidence = row_evidence(&row, i / 50);
					laws_check(&evidence);
				}
}

static void failure_and_a_boot(void **state)
{
	struct evidence evidence = { .stop = BOOTED, .firmware = UNREAD, .end_seen = true, .end = 502,
				     .normal = true };
	struct verdict verdict = verdict_decide(&evidence);

	(void)state;
	assert_int_equal(verdict.outcome, OUTCOME_FAILED);
	assert_true(verdict.job_over);
}

/* What is owed keeps no modem busy, but is not forgotten. */
static void urc_port_that_is_owed(void **state)
{
	struct evidence evidence = { .stop = VERDICT_STOP_HOST, .owes_port = true };

	(void)state;
	assert_true(verdict_decide(&evidence).job_over);
	assert_true(verdict_decide(&evidence).owes);
	evidence.stop = LIMIT;
	assert_false(verdict_decide(&evidence).job_over);
	assert_false(verdict_decide(&evidence).owes);
}

static void names_of_outcomes(void **state)
{
	static const char *const names[OUTCOME_COUNT] = {
		"upgraded", "current", "none", "refused", "transfer-failed", "failed",
		"unconfirmed", "interrupted", "lost", "emergency",
	};

	(void)state;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		assert_string_equal(outcome_name((enum outcome)i), names[i]);
}

static void firmware_against_what_was_wanted(void **state)
{
	static const struct {
		const char *now, *before, *target;
		enum verdict_firmware firmware;
	} rows[] = {
		{ "A2", "A1", "A2", NEW },
		{ "A1", "A1", "A2", OLD },
		{ "A3", "A1", "A2", OTHER },
		{ "A2", "A1", "", NEW },
		{ "A2", "A1", NULL, NEW },
		{ "A1", "A1", "", OLD },
		/* Without a target any other will do, of the same model. */
		{ "EP06ELAR04A01M4G", "EP06ELAR03A08M4G", "", NEW },
		{ "EC25EFAR06A01M4G", "EP06ELAR03A08M4G", "", OTHER },
		{ "LAR03A08M4G", "EP06ELAR03A08M4G", "", OTHER },
		{ "rev123", "EP06ELAR03A08M4G", "", OTHER },
		{ "", "A1", "A2", UNREAD },
		{ NULL, "A1", "A2", UNREAD },
		/* AT+QGMR adds a sub-version behind an underscore; only a target that names it minds. */
		{ "A2_01.001", "A1", "A2", NEW },
		{ "A2_01.001", "A1", "A2_01.001", NEW },
		{ "A2_01.002", "A1", "A2_01.001", OTHER },
		{ "A2", "A1", "A2_01.001", OTHER },
		{ "A1_01.001", "A1_01.001", "A2_01.001", OLD },
		{ "A1", "A1_01.000", "A2_01.001", OLD },
		{ "A1_01.001", "A1", "A2", OLD },
		{ "A1_01.001", "A1_01.000", "A2", OTHER },
		/* The same revision with another sub-version is another firmware. */
		{ "A1_01.002", "A1_01.001", "A1_01.002", NEW },
		{ "A1_01.001", "A1_01.001", "A1_01.002", OLD },
		{ "A1_01.002", "A1_01.001", "", NEW },
		/* Read but once: it may have changed, or not. */
		{ "A1", "A1_01.001", "", OTHER },
		{ "A1_01.001", "A1", "", OTHER },
		{ "A1_01.001_V05", "A1_01.001_V04", "", NEW },
		/* Not told: which of the two it is cannot be known. */
		{ "A1", "A1_01.001", "A1_01.002", OTHER },
		{ "A2_01.001_V05", "A1", "A2_V05", NEW },
		{ "A2_01.001_V04", "A1", "A2_V05", OTHER },
		{ "A21", "A1", "A2", OTHER },
		{ "A", "A1", "A2", OTHER },
		/* Without either nothing is known to be new. */
		{ "A2", "", "", ALONE },
		{ "A2", NULL, NULL, ALONE },
		{ "A2", "", "A2", NEW },
		{ "A2", "", "A3", OTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (verdict_compare(firmware_name_of(rows[i].now), firmware_name_of(rows[i].before),
				    rows[i].target) != rows[i].firmware)
			fail_msg("row %zu", i);
}

static void imei_against_the_one_before(void **state)
{
	static const struct {
		const char *now, *before;
		enum verdict_imei imei;
	} rows[] = {
		{ "861234567890123", "861234567890123", SAME },
		{ "861234567890124", "861234567890123", STRANGER },
		{ "86123456789012", "861234567890123", STRANGER },
		{ "", "861234567890123", VERDICT_IMEI_UNREAD },
		{ NULL, "861234567890123", VERDICT_IMEI_UNREAD },
		/* Nothing to compare with: neither the same nor a stranger. */
		{ "861234567890123", "", VERDICT_IMEI_UNREAD },
		{ "861234567890123", NULL, VERDICT_IMEI_UNREAD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (verdict_compare_imei(rows[i].now, rows[i].before) != rows[i].imei)
			fail_msg("row %zu", i);
}

static void the_worst_of_all_modems(void **state)
{
	/* Each tells for all beside any that stands before it. */
	static const int rank[] = { 0, 2, 1, 4, 5, 6, 7, 8, 9 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rank); i++) {
		for (size_t k = 0; k <= i; k++) {
			assert_int_equal(verdict_worst_exit(rank[i], rank[k]), rank[i]);
			assert_int_equal(verdict_worst_exit(rank[k], rank[i]), rank[i]);
		}
	}
	assert_int_equal(verdict_worst_exit(3, 0), 3);
	assert_int_equal(verdict_worst_exit(0, 3), 3);
	assert_int_equal(verdict_worst_exit(3, 1), 1);
	assert_int_equal(verdict_worst_exit(9, 3), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_decision_table),
		cmocka_unit_test(the_exit_status_table),
		cmocka_unit_test(what_was_seen_flashing),
		cmocka_unit_test(laws_for_every_evidence),
		cmocka_unit_test(the_worst_of_all_modems),
		cmocka_unit_test(failure_and_a_boot),
		cmocka_unit_test(urc_port_that_is_owed),
		cmocka_unit_test(names_of_outcomes),
		cmocka_unit_test(firmware_against_what_was_wanted),
		cmocka_unit_test(imei_against_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
