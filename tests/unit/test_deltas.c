/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/core/deltas.h"
#include "agent/util.h"

#define EDGES_MAX 8

/* Revisions are one letter here; an edge is "AB". */
static const struct row {
	const char *name;
	const char *edges[EDGES_MAX];
	const char *from;
	const char *to;
	const char *next; /* NULL: there is no chain */
	unsigned int steps;
} rows[] = {
	{ "no deltas at all", { NULL }, "A", "B", NULL, 0 },
	{ "one step", { "AB" }, "A", "B", "AB", 1 },
	{ "already there", { "AB", "BA" }, "A", "A", NULL, 0 },
	{ "no way back", { "AB" }, "B", "A", NULL, 0 },
	{ "unknown firmware", { "AB" }, "X", "B", NULL, 0 },
	{ "unknown target", { "AB" }, "A", "X", NULL, 0 },
	{ "two steps", { "BC", "AB" }, "A", "C", "AB", 2 },
	{ "four steps", { "DE", "CD", "BC", "AB" }, "A", "E", "AB", 4 },
	{ "the jump beats the walk", { "AB", "BC", "AC" }, "A", "C", "AC", 1 },
	{ "shorter of two walks",
	  { "AB", "BC", "CE", "AD", "DE" },
	  "A",
	  "E",
	  "AD",
	  2 },
	{ "equally short: first edge first",
	  { "AC", "AB", "BD", "CD" },
	  "A",
	  "D",
	  "AC",
	  2 },
	{ "equally short: whatever the later edges' order",
	  { "BD", "CD", "AB", "AC" },
	  "A",
	  "D",
	  "AB",
	  2 },
	{ "a cycle on the way", { "AB", "BA", "BC", "CB", "CD" }, "A", "D",
	  "AB", 3 },
	{ "a cycle and no way out", { "AB", "BC", "CA" }, "A", "D", NULL, 0 },
	{ "a cycle far from the start", { "AB", "CD", "DC" }, "A", "D", NULL,
	  0 },
	{ "an edge to itself", { "AA", "AB" }, "A", "B", "AB", 1 },
	{ "downgrade", { "AB", "BA" }, "B", "A", "BA", 1 },
};

static size_t row_deltas(const struct row *row, struct delta *ret,
			 char text[EDGES_MAX][2][2])
{
	size_t count = 0;

	for (; count < EDGES_MAX && row->edges[count]; count++) {
		text[count][0][0] = row->edges[count][0];
		text[count][0][1] = '\0';
		text[count][1][0] = row->edges[count][1];
		text[count][1][1] = '\0';
		ret[count] = (struct delta){ .name = row->edges[count],
					     .from = text[count][0],
					     .to = text[count][1] };
	}
	return count;
}

static void test_next_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		char text[EDGES_MAX][2][2];
		struct delta deltas[EDGES_MAX];
		size_t count = row_deltas(row, deltas, text);
		const struct delta *next;
		unsigned int steps = 0;

		print_message("%s\n", row->name);
		next = deltas_next(deltas, count, firmware_name_of(row->from), row->to, &steps);
		assert_int_equal(next != NULL, row->next != NULL);
		if (next)
			assert_string_equal(next->name, row->next);
		assert_int_equal(steps, row->steps);
		assert_ptr_equal(next, deltas_next(deltas, count, firmware_name_of(row->from),
						   row->to, NULL));
	}
}

/* 0 → 1 → … : as many edges as there may be, walked to the end. */
static void test_longest_chain(void **state)
{
	static char name[DELTAS_MAX + 2][8];
	static struct delta deltas[DELTAS_MAX + 1];
	unsigned int steps = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		snprintf(name[i], sizeof(name[i]), "%zu", i);
	for (size_t i = 0; i < ARRAY_SIZE(deltas); i++) {
		deltas[i].from = name[i];
		deltas[i].to = name[i + 1];
	}
	assert_ptr_equal(deltas_next(deltas, DELTAS_MAX, firmware_name_of(name[0]),
				     name[DELTAS_MAX], &steps),
			 &deltas[0]);
	assert_int_equal(steps, DELTAS_MAX);
	assert_null(deltas_next(deltas, DELTAS_MAX + 1, firmware_name_of(name[0]), name[1],
				&steps));
}

/* Every revision has a delta to every other: no edge is walked twice. */
static void test_everything_leads_everywhere(void **state)
{
	static char name[17][4];
	static struct delta deltas[DELTAS_MAX];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		snprintf(name[i], sizeof(name[i]), "%zu", i);
	for (size_t from = 0; from < 16; from++) {
		for (size_t to = 0; to < 16; to++)
			deltas[count++] = (struct delta){ .from = name[from],
							  .to = name[to] };
	}
	assert_int_equal(count, DELTAS_MAX);
	assert_ptr_equal(deltas_next(deltas, count, firmware_name_of(name[3]), name[5], NULL),
			 &deltas[3 * 16 + 5]);
	assert_null(deltas_next(deltas, count, firmware_name_of(name[3]), name[16], NULL));
}

/* Names with sub-versions: an edge takes the one it names, and any if it names none. */
static void test_sub_versions(void **state)
{
	static const struct delta named[] = {
		{ .from = "A_0.1", .to = "B_0.2" },
		{ .from = "B_0.2", .to = "C_0.3" },
	};
	static const struct delta mixed[] = {
		{ .from = "A", .to = "B_0.2" },
		{ .from = "B", .to = "C_0.3" },
	};
	static const struct delta same[] = {
		{ .from = "A_0.1", .to = "A_0.2" },
	};
	static const struct {
		const struct delta *deltas;
		size_t count;
		const char *from, *to;
		const struct delta *next;
		unsigned int steps;
	} chains[] = {
		{ named, 2, "A_0.1", "C_0.3", &named[0], 2 },
		{ named, 2, "A_0.1", "C", &named[0], 2 },
		{ named, 2, "A_0.1_V05", "C", &named[0], 2 },
		{ named, 2, "B_0.2", "C", &named[1], 1 },
		{ named, 2, "A_0.1", "C_0.4", NULL, 0 },
		{ named, 2, "A_0.9", "C", NULL, 0 },
		/* Which of them it has is not known. */
		{ named, 2, "A", "C", NULL, 0 },
		{ named, 2, "C_0.3", "C", NULL, 0 },
		{ mixed, 2, "A_0.1", "C", &mixed[0], 2 },
		{ mixed, 2, "A", "C_0.3", &mixed[0], 2 },
		{ same, 1, "A_0.1", "A_0.2", &same[0], 1 },
		{ same, 1, "A_0.1", "A", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		unsigned int steps = 0;
		const struct delta *next = deltas_next(chains[i].deltas, chains[i].count, firmware_name_of(chains[i].from),
						       chains[i].to, &steps);

		if (next != chains[i].next || steps != chains[i].steps)
			fail_msg("%s to %s: %u steps", chains[i].from, chains[i].to, steps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_step),
		cmocka_unit_test(test_longest_chain),
		cmocka_unit_test(test_everything_leads_everywhere),
		cmocka_unit_test(test_sub_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
