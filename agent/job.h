/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives the agent of one modem's job: its entry in the journal, locks
 * and busy marks, the count of attempts, its line in the history; and what a
 * later run remembers by them. Decides nothing about upgrades, sends nothing.
 */
#ifndef QFOTA_JOB_H
#define QFOTA_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/attempt.h"
#include "agent/claim.h"
#include "agent/core/dfota.h"
#include "agent/journal.h"
#include "agent/news.h"

struct job {
	struct journal *journal;
	/* A sentence about what could not be written. */
	void (*note)(void *data, const char *text);
	void *data;
	struct claim claim;
	struct journal_job entry; /* started_ms 0: there is none yet */
	char package[512];	  /* masked; empty: none */
	bool marked;		  /* as busy */
	bool untold;		  /* its trail could not be written, which was said */
	bool counted;		  /* as an attempt, by this process; where that failed, perhaps */
	struct attempt_before before;
};

/* Forgets the job before; what is locked stays so. */
void job_reset(struct job *job);

/* An earlier agent died in the upload of @package (masked): this is still that attempt. */
bool job_has_begun(const struct job *job, const char *package);
/* That job is over but for what has to be put back in its modem: nothing is awaited for that. */
bool job_only_owes(const struct journal_job *entry);

/*
 * Marks the modem as busy with what is about to begin, so that neighbours can be
 * asked about it: udev's rules, hooks, whoever looks.
 */
void job_mark(struct job *job, const struct dfota *machine, const struct modem_facts *facts,
	      unsigned int device);

/*
 * Writes the entry, as the machine has it now, and the busy marks; the first
 * time also counts the attempt. @device: the number on the bus. False: it is
 * not in the journal, which decides; the marks are only for others.
 */
bool job_save(struct job *job, const struct dfota *machine, const struct modem_facts *facts,
	      unsigned int device);

/* A line of the job's trail, once there is an entry; @text may hold anything. */
void job_trail(struct job *job, const char *text);

/* Removes entry and marks, if the verdict says that the job is over. */
void job_close(struct job *job, const struct modem_result *result);

/* A dry run, and a run that found nothing to do, leave no trace. */
void job_append_history(struct job *job, const struct dfota *machine,
			const struct modem_facts *facts, const struct modem_result *result);

/* The open job that was begun where this modem is, or at @peer; NULL: none. Valid as journal_find(). */
const struct journal_job *job_find(const struct journal *journal, const struct modem_facts *facts,
				   const char *peer);

/*
 * Why nothing may be begun at the modem that is locked, with the open job @entry (may be NULL):
 * false if nothing stands against it.
 */
bool job_forbids(const struct job *job, const struct journal_job *entry, bool dry_run,
		 char *ret_reason, size_t size);
/* Notes that a dead agent, of another state directory, left its busy mark here. */
void job_tell_stale(const struct job *job);

/*
 * Takes @entry over. @ret, valid as long as @job, is what the machine is to
 * know of it; @place and @device say where the modem is now, @running what it
 * has just told of itself (NULL: it was not asked).
 */
void job_resume(struct job *job, const struct journal_job *entry, const char *place,
		unsigned int device, const char *running, struct dfota_memory *ret);

#endif
