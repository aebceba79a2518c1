/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/deltas.h"

#include <stdbool.h>
#include <string.h>

/*
 * A breadth-first search over edges. Each firmware, by its full name, is
 * reached over one edge only, so the queue cannot grow beyond the number of
 * edges.
 */
struct search {
	const struct delta *deltas;
	size_t count;
	size_t queue[DELTAS_MAX]; /* edges, by growing distance */
	size_t first[DELTAS_MAX]; /* the edge that a chain to queue[i] begins with */
	unsigned int steps[DELTAS_MAX];
	size_t queued;
};

static bool search_has_reached(const struct search *search, const char *firmware)
{
	for (size_t i = 0; i < search->queued; i++) {
		if (!strcmp(search->deltas[search->queue[i]].to, firmware))
			return true;
	}
	return false;
}

/* Queues the edges that leave @firmware; NULL @before: the search begins. */
static void search_leave(struct search *search, struct firmware_name firmware,
			 const size_t *before)
{
	for (size_t i = 0; i < search->count; i++) {
		const struct delta *delta = &search->deltas[i];
		size_t place = search->queued;

		if (!revision_fits(firmware, delta->from) ||
		    search_has_reached(search, delta->to))
			continue;
		search->queue[place] = i;
		search->first[place] = before ? search->first[*before] : i;
		search->steps[place] = before ? search->steps[*before] + 1 : 1;
		search->queued++;
	}
}

const struct delta *deltas_next(const struct delta *deltas, size_t count,
				struct firmware_name from, const char *to,
				unsigned int *ret_steps)
{
	struct search search = { .deltas = deltas, .count = count };

	if (count > DELTAS_MAX || revision_fits(from, to))
		return NULL;
	search_leave(&search, from, NULL);
	for (size_t i = 0; i < search.queued; i++) {
		const struct delta *delta = &deltas[search.queue[i]];

		const struct firmware_name reached = { delta->to, 0 };

		if (revision_fits(reached, to)) {
			if (ret_steps)
				*ret_steps = search.steps[i];
			return &deltas[search.first[i]];
		}
		search_leave(&search, reached, &i);
	}
	return NULL;
}
