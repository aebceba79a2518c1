/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defects that are planted one by one, and the law that each of them breaks. */
#ifndef QFOTA_EXPLORE_MUTATIONS_H
#define QFOTA_EXPLORE_MUTATIONS_H

#include "tests/explore/boundary.h"

struct mutation {
	const char *name;
	enum law law;	    /* the first that is broken */
	enum model_job job; /* where it shows */
	uint8_t faults;	    /* that it takes to show */
	struct boundary boundary;
};

extern const struct mutation mutations[];
extern const unsigned int mutations_count;

#endif
