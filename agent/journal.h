/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must outlive the agent: open jobs (one file each, written with fsync
 * and an atomic rename), the history, the locks and busy marks in /run/qfota.
 * Knows files, not DFOTA: stages and outcomes are words to it.
 *
 * DIR/jobs/<position>, DIR/trails/<position>, DIR/attempts.json and DIR/history.jsonl are for the
 * agent alone (0600); root works in a DIR of another user as that user, and gives the
 * DIR that it made in the default place to JOURNAL_USER. Several agents, each with other
 * modems, may share a DIR.
 */
#ifndef QFOTA_JOURNAL_H
#define QFOTA_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_DEFAULT_DIR "/var/lib/qfota"
#define JOURNAL_RUN_DIR "/run/qfota"
/* Whom the service runs as, and to whom these two belong where there is such a user. */
#define JOURNAL_USER "qfota"
#define JOURNAL_SLOTS "slots" /* in the run directory: see agent/slots.h */
#define JOURNAL_HISTORY "history.jsonl"
#define JOURNAL_TRAILS "trails"
#define JOURNAL_TRAIL_MAX (256 * 1024L) /* bytes: some thousand codes */
#define JOURNAL_STAGE_SIZE 16
/* Of a mark: the neighbours are being asked, and no job is in the journal yet. */
#define JOURNAL_STAGE_CHECK "check"

struct journal;
struct journal_lock;

/*
 * Fixed arrays: a job is a plain value. Longer strings from a file are an error,
 * never cut. Printable ASCII, the package UTF-8 without control characters.
 */
struct journal_job {
	char position[64];  /* 1-63 of A-Z a-z 0-9 . - with no '.' in front */
	char id_path[128];  /* empty: unknown */
	char imei[24];	    /* digits; empty: unknown */
	char from[64];	    /* firmware before */
	char target[64];    /* firmware wanted, empty: any other */
	char package[512];  /* credentials masked */
	char stage[JOURNAL_STAGE_SIZE]; /* "request", "download", … a word of the machine */
	char urcport[16];   /* setting to put back, empty: untouched */
	int end;	    /* -1: not seen */
	int transfer;	    /* -1: not seen */
	char boot[40];	    /* the kernel's boot id then, empty: unknown */
	int device;	    /* the modem's number on its bus then, 0: unknown */
	int vid;	    /* its vendor id then, 0: unknown */
	uint64_t started_ms; /* CLOCK_REALTIME, ms since 1970 (to 2^53), when the request was journalled */
};

/*
 * Reads all open jobs in @dir; writes nothing: a folder that is missing holds none, and
 * is created by journal_writable() or the first write. -EACCES, -ENOTDIR …: errno of open(2).
 * A job file that is torn, from another version or otherwise unreadable is
 * kept, left out here, and told of by journal_damage(). An unsound folder jobs/
 * is an error: an open job must not be overlooked.
 */
int journal_open(const char *dir, struct journal **ret);
/*
 * Reads all open jobs anew: another agent may have begun or ended one since. To
 * be called with the lock of a modem in hand. Errors as journal_open(); nothing
 * is known then.
 */
int journal_refresh(struct journal *journal);
/* NULL is fine. */
void journal_free(struct journal *journal);

/*
 * 0, or why a job could not be written now (a probe file is written, synced and
 * removed): errno of mkdir(2), open(2), write(2), fsync(2).
 */
int journal_writable(struct journal *journal);
/*
 * One sentence about the @index-th job file that could not be read, NULL at the
 * end: "/var/lib/qfota/jobs/1-1.4: torn or no job file". *ret_position (may be
 * NULL): the file's name, which a sound one would have as its position.
 */
const char *journal_damage(const struct journal *journal, unsigned int index,
			   const char **ret_position);

/*
 * The open job of a modem: first by IMEI (if @imei is not NULL or empty), then ID_PATH, then
 * position (NULL or empty: not compared), unless its ID_PATH is known to be another: after a
 * reboot of the host another modem may have that position. NULL if none. Valid until the
 * journal changes.
 */
const struct journal_job *journal_find(const struct journal *journal, const char *position,
				       const char *id_path, const char *imei);
/* The @index-th open job, NULL at the end. */
const struct journal_job *journal_get(const struct journal *journal, unsigned int index);

/*
 * On disk (fsync of file and folder) when it returns 0. Key: position.
 * -EINVAL: a field holds what may not stand there; -ENOMEM; errno of open(2),
 * write(2), fsync(2), rename(2). If it fails, what was saved before still counts.
 */
int journal_save(struct journal *journal, const struct journal_job *job);
/* Forgets an open job, on disk when it returns 0; also if there was none. */
int journal_remove(struct journal *journal, const char *position);

/* Appends one line (@json without newline, else -EINVAL) to history.jsonl, synced. All of it or nothing. */
int journal_append_history(struct journal *journal, const char *json);

/*
 * What happens in a job, a line each, for a report: in JOURNAL_TRAILS/<position>, where
 * those of the job before give way. Nothing is decided by it. -EFBIG: more than
 * JOURNAL_TRAIL_MAX bytes. errno of open(2), write(2) …
 */
int journal_trail_begin(struct journal *journal, const char *position);
int journal_trail_add(struct journal *journal, const char *position, const char *line);

/*
 * Attempts of @package (masked) on the modem with @imei, kept over restarts:
 * how many failed since the last success, and when the last one ended, or began if
 * it never did (ms since 1970); 0 and 0 if none. A count of 0 forgets. -EBADMSG, -ENOTSUP: the file
 * holds no attempts, or of another version; setting replaces it then. -EINVAL:
 * @imei or @package is longer or stranger than that of a job. errno of
 * open(2), read(2), write(2) …
 */
int journal_attempts(struct journal *journal, const char *imei, const char *package,
		     unsigned int *ret_count, uint64_t *ret_last_ms);
int journal_set_attempts(struct journal *journal, const char *imei, const char *package,
			 unsigned int count, uint64_t last_ms);

/* A descriptor of the folder @name of @run_dir, which is created if it is missing. errno of mkdir(2), open(2) */
int journal_run_folder(const char *run_dir, const char *name);

/* What tells one boot of this host from another; "" if the kernel does not say. */
void journal_boot_id(char *ret, size_t size);

/*
 * The one-agent-per-modem lock: an flock on JOURNAL_RUN_DIR/lock/<position>.
 * -EBUSY: another agent has it; *ret_holder is its pid (0 if unknown).
 * -EINVAL: no position. -EACCES and other errno of open(2): may not create it.
 * A dead holder's lock is free.
 */
int journal_lock(const char *run_dir, const char *position, struct journal_lock **ret,
		 int *ret_holder);
/* NULL is fine. */
void journal_unlock(struct journal_lock *lock);

/*
 * JOURNAL_RUN_DIR/busy/<position>, readable by all: QFOTA_KEY=VALUE facts of the
 * job but its IMEI, for udev rules, hooks and others. KEY: POSITION ID_PATH FROM
 * TARGET PACKAGE STAGE STARTED_MS PID. In values all but A-Z a-z 0-9 and
 * ._:/@%+,=- is '_', so that a shell may source it. Atomic.
 */
int journal_mark(const char *run_dir, const struct journal_job *job);
/* A mark that cannot be looked at counts as one. */
bool journal_is_marked(const char *run_dir, const char *position);
/* The QFOTA_STAGE in a mark. -ENOENT: no mark; -EBADMSG: none of ours; errno of open(2), read(2) */
int journal_mark_stage(const char *run_dir, const char *position,
		       char ret[static JOURNAL_STAGE_SIZE]);
/* 0 also if there was none. */
int journal_unmark(const char *run_dir, const char *position);

#endif
