/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the machine and the rest of the world: where a defect is planted, so
 * that the laws are seen to find it. Nothing of the agent is built for that.
 */
#ifndef QFOTA_EXPLORE_BOUNDARY_H
#define QFOTA_EXPLORE_BOUNDARY_H

#include "tests/explore/model.h"

struct boundary {
	/* False: the event is swallowed. */
	bool (*event)(struct world *w, struct dfota_event *event);
	void (*actions)(struct world *w, struct dfota_actions *actions);
	/* What is on disk after a save. */
	void (*journal)(struct journal_memory *journal);
	/* What a later run makes of it. */
	void (*memory)(struct dfota_memory *memory);
	void (*verdict)(struct verdict *verdict);
};

/* All NULL: nothing is changed. */
extern struct boundary boundary;

#endif
