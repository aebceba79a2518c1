/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/claim.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/text.h"
#include "usb/hubport.h"

static bool claim_has(const struct claim *claim, const char *position)
{
	for (size_t i = 0; i < claim->places; i++)
		if (strcmp(claim->place[i].position, position) == 0)
			return true;
	return false;
}

static int claim_lock_place(struct claim *claim, const char *position, int *ret_holder)
{
	struct journal_lock *lock;
	int r;

	if (claim_has(claim, position))
		return 0;
	if (claim->places == CLAIM_PLACES)
		return -ENOSPC;
	r = journal_lock(JOURNAL_RUN_DIR, position, &lock, ret_holder);
	if (r < 0)
		return r;
	text_set(claim->place[claim->places].position, sizeof(claim->place[0].position), position);
	claim->place[claim->places++].lock = lock;
	return 0;
}

static void say_held(int holder, char *ret, size_t size)
{
	char process[32] = "";

	if (holder)
		snprintf(process, sizeof(process), " (process %d)", holder);
	snprintf(ret, size, "another agent%s holds this modem; wait for its verdict", process);
}

int claim_lock(struct claim *claim, const char *position, char *ret_reason, size_t size)
{
	char peer[HUBPORT_POSITION_SIZE];
	int holder = 0;
	int r = claim_lock_place(claim, position, &holder);

	if (r == 0 && hubport_find_peer(position, peer) == 0)
		r = claim_lock_place(claim, peer, &holder);
	if (r == -EBUSY)
		say_held(holder, ret_reason, size);
	else if (r < 0)
		snprintf(ret_reason, size,
			 "cannot lock the modem in " JOURNAL_RUN_DIR ": %s; use sudo, or the rights that "
			 "the udev rule 70-qfota.rules and this folder give to a user",
			 strerror(-r));
	return r;
}

void claim_unlock(struct claim *claim)
{
	while (claim->places)
		journal_unlock(claim->place[--claim->places].lock);
}

int claim_mark(const struct claim *claim, const struct journal_job *job)
{
	/* A job that is taken up may have begun at a place that is not locked now. */
	int r = claim_has(claim, job->position) ? 0 : journal_mark(JOURNAL_RUN_DIR, job);

	for (size_t i = 0; i < claim->places && r == 0; i++) {
		struct journal_job here = *job;

		text_set(here.position, sizeof(here.position), claim->place[i].position);
		r = journal_mark(JOURNAL_RUN_DIR, &here);
	}
	return r;
}

const char *claim_stale(const struct claim *claim)
{
	for (size_t i = 0; i < claim->places; i++) {
		const char *position = claim->place[i].position;
		char stage[JOURNAL_STAGE_SIZE];

		if (!journal_is_marked(JOURNAL_RUN_DIR, position))
			continue;
		if (journal_mark_stage(JOURNAL_RUN_DIR, position, stage) < 0 ||
		    strcmp(stage, JOURNAL_STAGE_CHECK) != 0 ||
		    journal_unmark(JOURNAL_RUN_DIR, position) < 0)
			return position;
	}
	return NULL;
}

int claim_unmark(const struct claim *claim, const struct journal_job *job)
{
	int r = job->position[0] ? journal_unmark(JOURNAL_RUN_DIR, job->position) : 0;

	for (size_t i = 0; i < claim->places; i++) {
		int each = journal_unmark(JOURNAL_RUN_DIR, claim->place[i].position);

		r = r ? r : each;
	}
	return r;
}
