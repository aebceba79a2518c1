/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many modems are upgraded at once on this host, by however many agents:
 * RUN_DIR/slots/0 and so on, each locked by who has it. One that ends, or dies,
 * wakes all that wait for a slot.
 */
#ifndef QFOTA_SLOTS_H
#define QFOTA_SLOTS_H

#include <stdbool.h>

struct loop;
struct slots;

/* One slot; zeroed: none. */
struct slot {
	int lock;
	int bell; /* closed after the lock, which others hear */
	bool held;
};

/*
 * @count slots, 1 or more; all agents of a host should say the same. @freed is
 * called when one may be free. -EACCES and other errno of mkdir(2), open(2),
 * inotify_init(2), inotify_add_watch(2); -ENOMEM
 */
int slots_create(struct loop *loop, const char *run_dir, unsigned int count,
		 void (*freed)(void *data), void *data, struct slots **ret);
/* After the last slot was given back. NULL is fine. */
void slots_free(struct slots *slots);

/* -EBUSY: none is free, wait for @freed. -EACCES and other errno of open(2), flock(2) */
int slots_take(struct slots *slots, struct slot *ret);
/* Nothing to do if it is not held. */
void slots_give(struct slot *slot);

#endif
