/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be found in a state directory: the first byte says as which file.
 * A job that is read can be written and read again, alike. Nothing that is
 * unreadable is overlooked, and none of it keeps the agent from counting on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/history.h"
#include "agent/journal.h"
#include "agent/journal_job.h"
#include "agent/util.h"
#include "fuzz.h"

#define POSITION "1-1.4"
#define IMEI "861234567890123"
#define PACKAGE "http://fw.example/a.zip"

static char top[64];

static const char *in_top(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void folders_remove(void)
{
	remove(in_top("jobs/" POSITION));
	remove(in_top("jobs"));
	remove(in_top("busy/" POSITION));
	remove(in_top("busy"));
	remove(in_top("attempts.json"));
	remove(top);
}

static void folders_make(void)
{
	const char *where = getenv("TMPDIR");

	if (top[0])
		return;
	snprintf(top, sizeof(top), "%s/fuzz-journal.XXXXXX", where ? where : "/tmp");
	LAW(mkdtemp(top));
	LAW(atexit(folders_remove) == 0);
	LAW(mkdir(in_top("jobs"), 0700) == 0 && mkdir(in_top("busy"), 0700) == 0);
}

static void file_write(const char *name, const uint8_t *bytes, size_t size)
{
	_cleanup_close_ int fd = open(in_top(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	LAW(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
}

/* ---- a job ---- */

static void check_job(const struct journal_job *job)
{
	char text[JOURNAL_JOB_TEXT_MAX], again[JOURNAL_JOB_TEXT_MAX];
	struct journal_job copy;
	ssize_t length = journal_job_format(job, text, sizeof(text));

	LAW(length > 0 && text[length - 1] == '\n');
	LAW(journal_job_parse(text, (size_t)length, &copy) == 0);
	LAW(journal_job_format(&copy, again, sizeof(again)) == length);
	LAW(memcmp(text, again, (size_t)length) == 0);
}

static void job_read(const uint8_t *bytes, size_t size)
{
	struct journal_job job;
	struct journal *journal;
	const char *position;
	bool sound = journal_job_parse((const char *)bytes, size, &job) == 0;

	if (sound)
		check_job(&job);
	sound = sound && size < JOURNAL_JOB_TEXT_MAX && strcmp(job.position, POSITION) == 0;
	file_write("jobs/" POSITION, bytes, size);
	LAW(journal_open(top, &journal) == 0);
	/* It is open, or told to be damaged. */
	LAW(!journal_get(journal, 0) == !sound);
	LAW(!journal_damage(journal, 0, &position) == sound);
	LAW(sound || strcmp(position, POSITION) == 0);
	LAW(!sound || journal_find(journal, POSITION, NULL, NULL));
	journal_free(journal);
}

/* ---- the attempts ---- */

static void attempts_read(const uint8_t *bytes, size_t size)
{
	struct journal *journal;
	unsigned int count;
	uint64_t last_ms;
	int r;

	file_write("attempts.json", bytes, size);
	LAW(journal_open(top, &journal) == 0);
	r = journal_attempts(journal, IMEI, PACKAGE, &count, &last_ms);
	LAW(r == 0 || r == -EBADMSG || r == -ENOTSUP);
	LAW(journal_set_attempts(journal, IMEI, PACKAGE, 2, 5) == 0);
	LAW(journal_attempts(journal, IMEI, PACKAGE, &count, &last_ms) == 0);
	LAW(count == 2 && last_ms == 5);
	journal_free(journal);
}

/* ---- a mark, a result ---- */

static void mark_read(const uint8_t *bytes, size_t size)
{
	char stage[JOURNAL_STAGE_SIZE] = "";
	int r;

	file_write("busy/" POSITION, bytes, size);
	r = journal_mark_stage(top, POSITION, stage);
	LAW(r == 0 || r == -EBADMSG);
	LAW(r < 0 || strlen(stage) < sizeof(stage));
}

static void history_read(const uint8_t *bytes, size_t size)
{
	struct history_entry entry;
	char text[4096];
	struct fuzz_bytes in = { bytes, bytes + size };

	if (history_parse(fuzz_text(&in, text, sizeof(text)), &entry) < 0) {
		LAW(!entry.object);
		return;
	}
	LAW(strlen(entry.time) == 20 && entry.facts.position[0]);
	LAW(entry.result.verdict.exit >= 0 && entry.result.verdict.exit <= 9);
	LAW(entry.result.end >= -1 && entry.result.transfer >= -1);
	history_clear(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const readers[])(const uint8_t *bytes, size_t size) = {
		job_read,
		attempts_read,
		mark_read,
		history_read,
	};
	struct fuzz_bytes in = { bytes, bytes + size };

	folders_make();
	readers[fuzz_below(&in, ARRAY_SIZE(readers))](in.at, (size_t)(in.end - in.at));
	return 0;
}
