/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that can happen to a world, breadth first: so the story of the first law
 * that is broken is the shortest there is. Each state is visited once.
 */
#ifndef QFOTA_EXPLORE_SEARCH_H
#define QFOTA_EXPLORE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/explore/model.h"

struct search;

struct search_result {
	uint64_t states, transitions;
	unsigned int depth; /* moves */
	bool whole;	    /* nothing was left at that depth */
	uint64_t outcomes[OUTCOME_COUNT]; /* moves that led to such a verdict */
	enum law law;	    /* broken, LAW_NONE: none */
};

/* -ENOMEM. */
int search_create(struct search **ret);
void search_free(struct search *search);

/*
 * From @root, as long as no law is broken, at most @depth moves deep.
 * -ENOMEM: there is no memory for all states.
 */
int search_run(struct search *search, const struct world *root, unsigned int depth,
	       struct search_result *ret);
/* The moves that led to the broken law, a line each. */
void search_tell(const struct search *search, FILE *to);

#endif
