/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packages as a graph: firmwares are nodes, each delta is an edge from the one
 * it is made for to the one it leads to (facts 1.4). An edge may name a
 * sub-version or leave it out, as in revision.h. Pure.
 */
#ifndef QFOTA_DELTAS_H
#define QFOTA_DELTAS_H

#include <stddef.h>

#include "agent/core/revision.h"

struct delta {
	const char *name;
	const char *from;
	const char *to;
	const char *package;
	const char *sha256; /* 64 hex digits, NULL if not given */
	const char *where;  /* "file:line" */
};

#define DELTAS_MAX 256 /* edges */

/*
 * The first edge of a shortest chain from @from to @to; of equally short
 * chains the one whose edges stand first. NULL if there is no chain, @from
 * is what @to names, or @count is above DELTAS_MAX. *ret_steps (may be NULL): edges in
 * that chain, 1..DELTAS_MAX. Cycles are fine.
 */
const struct delta *deltas_next(const struct delta *deltas, size_t count, struct firmware_name from,
				const char *to, unsigned int *ret_steps);

#endif
