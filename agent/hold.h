/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The place of a modem, kept from all other drivers while a job is under way: by
 * the claim on its hub port, for as long as this process lives, and by the kernel
 * helper, which goes on without it. Either is enough, and both may be missing.
 */
#ifndef QFOTA_HOLD_H
#define QFOTA_HOLD_H

#include <stdbool.h>

#include "agent/loop.h"
#include "usb/hubport.h"

/* Zeroed, then hold_init(). */
struct hold {
	struct loop *loop;
	const char *position; /* of the owner, as the next one */
	const char *peer;     /* the other half of the connector; empty: none */
	void (*note)(void *data, const char *sentence);
	void *data;

	struct hubport *hubport;
	bool asked;   /* the helper, which is there */
	bool guarded; /* by it */
	struct loop_timer renewal;
};

void hold_init(struct hold *hold, struct loop *loop, const char *position, const char *peer,
	       void (*note)(void *data, const char *sentence), void *data);

/* Once more is the same as once. What could not be had is told of. */
void hold_take(struct hold *hold);

/*
 * Before attachment_close(): drivers bind only once the place is free. With
 * @flashing, as the modem may still be, the helper keeps it for as long as it was
 * asked to. Returns whether it does; then nothing is to be given back.
 */
bool hold_end(struct hold *hold, bool flashing);

#endif
