/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Explores what may become of one job: all that can happen, in every order.
 * Then plants defects, one by one, and looks for each to be found.
 *
 * usage: explore [FAULTS [DEPTH]]
 *
 * FAULTS (of model.h; what a modem or a host does wrong, or a person) may
 * happen in one story, DEPTH moves long at most. Without: as in plans[].
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "agent/util.h"
#include "tests/explore/mutations.h"
#include "tests/explore/search.h"

/* Longer than any story. */
#define DEPTH_WHOLE 1000

static const char *const jobs[] = {
	[MODEL_JOB_URL] = "URL",
	[MODEL_JOB_STORE] = "modem:",
	[MODEL_JOB_FILE] = "file",
};
_Static_assert(ARRAY_SIZE(jobs) == MODEL_JOB_COUNT, "a name for each");

struct plan {
	enum model_job job;
	uint8_t faults;
	unsigned int depth;
};

/* What ends within a minute on a slow core. */
static const struct plan plans[] = {
	{ MODEL_JOB_URL, 1, 60 },	    { MODEL_JOB_STORE, 1, DEPTH_WHOLE },
	{ MODEL_JOB_FILE, 1, 60 },	    { MODEL_JOB_URL, 2, 35 },
	{ MODEL_JOB_STORE, 2, 32 },	    { MODEL_JOB_FILE, 2, 36 },
};

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void plan_tell(const struct plan *plan, const struct search_result *result, double began)
{
	printf("%-6s %u faults: %9llu states %9llu transitions depth %3u%s %6.1f s\n",
	       jobs[plan->job], plan->faults, (unsigned long long)result->states,
	       (unsigned long long)result->transitions, result->depth,
	       result->whole ? " (all)" : "      ", seconds() - began);
	fflush(stdout);
}

/* 0, or 1: a law is broken. */
static int plan_run(struct search *search, const struct plan *plan, uint64_t outcomes[])
{
	struct search_result result;
	double began = seconds();
	struct world root;
	int r;

	model_begin(&root, plan->job, plan->faults);
	r = search_run(search, &root, plan->depth, &result);
	plan_tell(plan, &result, began);
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		outcomes[i] += result.outcomes[i];
	if (r < 0)
		printf("\tno memory for more\n");
	if (result.law) {
		printf("\tbroken: %s\n", law_text(result.law));
		search_tell(search, stdout);
	}
	return r < 0 || result.law;
}

/* What is never reached was never tried. A plan to upgrade is never current. */
static int outcomes_tell(const uint64_t outcomes[])
{
	int missing = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		printf("%10llu %s\n", (unsigned long long)outcomes[i],
		       outcome_name((enum outcome)i));
		missing += !outcomes[i] && i != OUTCOME_CURRENT;
	}
	if (missing)
		printf("\tnot all of them were reached\n");
	return missing > 0;
}

/* 0, or 1: the defect was not found, or taken for another. */
static int mutation_run(struct search *search, const struct mutation *mutation)
{
	struct search_result result;
	struct world root;
	bool found;
	int r;

	boundary = mutation->boundary;
	model_begin(&root, mutation->job, mutation->faults);
	r = search_run(search, &root, DEPTH_WHOLE, &result);
	boundary = (struct boundary){ 0 };
	found = r == 0 && result.law == mutation->law;
	printf("%s %-36s depth %2u: %s\n", found ? "found " : "MISSED", mutation->name,
	       result.depth, law_text(result.law));
	if (!found)
		search_tell(search, stdout);
	fflush(stdout);
	return !found;
}

static int explore(struct search *search, const struct plan *all, size_t count)
{
	uint64_t outcomes[OUTCOME_COUNT] = { 0 };
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad |= plan_run(search, &all[i], outcomes);
	bad |= outcomes_tell(outcomes);
	for (unsigned int i = 0; i < mutations_count; i++)
		bad |= mutation_run(search, &mutations[i]);
	return bad;
}

static int explore_as_told(struct search *search, int argc, char **argv)
{
	struct plan told[MODEL_JOB_COUNT];
	int depth = argc > 2 ? atoi(argv[2]) : DEPTH_WHOLE;

	for (size_t i = 0; i < ARRAY_SIZE(told); i++)
		told[i] = (struct plan){ (enum model_job)i, (uint8_t)atoi(argv[1]),
					 (unsigned int)depth };
	return explore(search, told, ARRAY_SIZE(told));
}

int main(int argc, char **argv)
{
	struct search *search;
	int bad;

	if (argc > 3) {
		fprintf(stderr, "usage: explore [FAULTS [DEPTH]]\n");
		return EXIT_FAILURE;
	}
	if (search_create(&search) < 0)
		return EXIT_FAILURE;
	bad = argc > 1 ? explore_as_told(search, argc, argv)
		       : explore(search, plans, ARRAY_SIZE(plans));
	search_free(search);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
