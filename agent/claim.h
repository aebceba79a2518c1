/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One agent per modem: the locks and busy marks of every place where a modem
 * may show up. Those are its position, the other half of its connector, and
 * where its open job was begun.
 */
#ifndef QFOTA_CLAIM_H
#define QFOTA_CLAIM_H

#include <stddef.h>

#include "agent/journal.h"

#define CLAIM_PLACES 4

/* Zeroed: holds nothing. */
struct claim {
	struct {
		char position[64];
		struct journal_lock *lock;
	} place[CLAIM_PLACES];
	size_t places;
};

/*
 * Locks @position and its peer; nothing to do if they are locked by @claim
 * already. -EBUSY: another agent has one. -ENOSPC: too many places. Else as
 * journal_lock(). @ret_reason then says so to people. What was locked stays so.
 */
int claim_lock(struct claim *claim, const char *position, char *ret_reason, size_t size);
void claim_unlock(struct claim *claim);

/* Each place, and where the job was begun, as busy with @job. Errors as journal_mark(), the first. */
int claim_mark(const struct claim *claim, const struct journal_job *job);
/* @job without a position: was not begun anywhere. */
int claim_unmark(const struct claim *claim, const struct journal_job *job);
/*
 * The place whose mark says that a dead agent, of another state directory, left a
 * job behind there; NULL: none. Marks of agents that died before anything was
 * begun are removed.
 */
const char *claim_stale(const struct claim *claim);

#endif
