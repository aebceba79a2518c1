/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/journal_attempts.h"
#include "agent/journal_job.h"
#include "agent/store.h"
#include "agent/util.h"

#define JOURNAL_JOBS "jobs"
#define JOURNAL_FOLDER_MODE 0700
#define JOURNAL_FILE_MODE 0600

struct journal_damaged {
	char *position; /* the name of the file */
	char *sentence;
};

struct journal {
	char *dir;
	int folder; /* negative: not there yet */
	int jobs;   /* the folder of jobs; negative: not there yet */
	bool given; /* to the service, as far as it was root's */
	struct journal_job *job;
	size_t used;
	struct journal_damaged *damaged;
	size_t damages;
};

static void journal_forget(struct journal *journal)
{
	journal->used = 0;
	while (journal->damages) {
		struct journal_damaged *damaged =
			&journal->damaged[--journal->damages];

		free(damaged->position);
		free(damaged->sentence);
	}
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	journal_forget(journal);
	free(journal->damaged);
	free(journal->job);
	util_closep(&journal->jobs);
	util_closep(&journal->folder);
	free(journal->dir);
	free(journal);
}

static int journal_index(const struct journal *journal, const char *position,
			 size_t *ret)
{
	for (size_t i = 0; i < journal->used; i++) {
		if (!strcmp(journal->job[i].position, position)) {
			*ret = i;
			return 0;
		}
	}
	return -ENOENT;
}

/* Makes sure that one more job can be remembered. */
static int journal_reserve(struct journal *journal)
{
	struct journal_job *jobs;

	jobs = reallocarray(journal->job, journal->used + 1, sizeof(*jobs));
	if (!jobs)
		return -ENOMEM;
	journal->job = jobs;
	return 0;
}

static const char *journal_why(int error)
{
	switch (error) {
	case -EBADMSG:
	case -EFBIG:
		return "torn or no job file";
	case -ENOTSUP:
		return "written by another version of the agent";
	case -EINVAL:
		return "its name is not the position inside";
	default:
		return strerror(-error);
	}
}

static int journal_add_damage(struct journal *journal, const char *name,
			      int error)
{
	struct journal_damaged damaged = { 0 };
	struct journal_damaged *list;

	list = reallocarray(journal->damaged, journal->damages + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	journal->damaged = list;
	if (asprintf(&damaged.sentence, "%s/" JOURNAL_JOBS "/%s: %s", journal->dir, name,
		     journal_why(error)) < 0)
		return -ENOMEM;
	damaged.position = strdup(name);
	if (!damaged.position) {
		free(damaged.sentence);
		return -ENOMEM;
	}
	list[journal->damages++] = damaged;
	return 0;
}

static int journal_read_job(struct journal *journal, const char *name)
{
	char text[JOURNAL_JOB_TEXT_MAX];
	struct journal_job *job;
	ssize_t size;
	int r;

	size = store_read(journal->jobs, name, text, sizeof(text));
	if (size < 0)
		return (int)size;
	r = journal_reserve(journal);
	if (r < 0)
		return r;
	job = &journal->job[journal->used];
	r = journal_job_parse(text, (size_t)size, job);
	if (r < 0)
		return r;
	if (strcmp(job->position, name) != 0)
		return -EINVAL;
	journal->used++;
	return 0;
}

/* Names with a '.' in front are those of files that were never finished. */
static int is_job_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int journal_read_jobs(struct journal *journal)
{
	struct dirent **names;
	int count, r = 0;

	if (journal->jobs < 0)
		return 0;
	count = store_list(journal->jobs, is_job_name, &names);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = journal_read_job(journal, names[i]->d_name);
		/* Another agent may have ended the job meanwhile. */
		if (r == -ENOENT)
			r = 0;
		if (r < 0 && r != -ENOMEM)
			r = journal_add_damage(journal, names[i]->d_name, r);
		free(names[i]);
	}
	free(names);
	return r;
}

/* Only looks: where nothing was ever written there is nothing to read. */
static int journal_look(struct journal *journal)
{
	int fd;

	if (journal->folder < 0) {
		fd = store_open_path(journal->dir);
		if (fd < 0)
			return fd == -ENOENT ? 0 : fd;
		journal->folder = fd;
	}
	if (journal->jobs < 0) {
		fd = store_open_folder(journal->folder, JOURNAL_JOBS);
		if (fd < 0)
			return fd == -ENOENT ? 0 : fd;
		journal->jobs = fd;
	}
	return 0;
}

/* The service is to go on where root began, but a folder that a person chose stays theirs. */
static int journal_give(struct journal *journal)
{
	static const char *const names[] = { JOURNAL_JOBS, JOURNAL_TRAILS, JOURNAL_HISTORY,
					     ATTEMPTS_FILE, ATTEMPTS_LOCK };

	if (journal->given || strcmp(journal->dir, JOURNAL_DEFAULT_DIR) != 0)
		return 0;
	journal->given = true;
	return store_give(journal->folder, JOURNAL_USER, names, ARRAY_SIZE(names));
}

static int journal_create_folder(struct journal *journal)
{
	int fd;

	if (journal->folder < 0) {
		fd = store_create_path(journal->dir, JOURNAL_FOLDER_MODE);
		if (fd < 0)
			return fd;
		journal->folder = fd;
	}
	return journal_give(journal);
}

static int journal_create_jobs(struct journal *journal)
{
	int r = journal_create_folder(journal);

	if (r < 0 || journal->jobs >= 0)
		return r;
	r = store_create_subfolder(journal->folder, JOURNAL_JOBS, JOURNAL_FOLDER_MODE);
	if (r == 0)
		r = journal_look(journal);
	return r == 0 && journal->jobs < 0 ? -ENOENT : r;
}

int journal_refresh(struct journal *journal)
{
	int r;

	journal_forget(journal);
	r = journal_look(journal);
	return r < 0 ? r : journal_read_jobs(journal);
}

int journal_open(const char *dir, struct journal **ret)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int r;

	if (!journal)
		return -ENOMEM;
	journal->jobs = -EBADF;
	journal->folder = -EBADF;
	journal->dir = strdup(dir);
	r = journal->dir ? journal_refresh(journal) : -ENOMEM;
	if (r < 0) {
		journal_free(journal);
		return r;
	}
	*ret = journal;
	return 0;
}

int journal_writable(struct journal *journal)
{
	int r = journal_create_jobs(journal);

	return r < 0 ? r : store_probe(journal->jobs);
}

const char *journal_damage(const struct journal *journal, unsigned int index,
			   const char **ret_position)
{
	if (index >= journal->damages)
		return NULL;
	if (ret_position)
		*ret_position = journal->damaged[index].position;
	return journal->damaged[index].sentence;
}

static const struct journal_job *journal_match(const struct journal *journal,
					       size_t member, const char *value)
{
	if (!value || !value[0])
		return NULL;
	for (size_t i = 0; i < journal->used; i++) {
		const struct journal_job *job = &journal->job[i];

		if (!strcmp((const char *)job + member, value))
			return job;
	}
	return NULL;
}

const struct journal_job *journal_find(const struct journal *journal,
				       const char *position,
				       const char *id_path, const char *imei)
{
	const struct journal_job *job;

	job = journal_match(journal, offsetof(struct journal_job, imei), imei);
	if (!job)
		job = journal_match(journal,
				    offsetof(struct journal_job, id_path),
				    id_path);
	if (job)
		return job;
	job = journal_match(journal, offsetof(struct journal_job, position),
			    position);
	if (job && id_path && *id_path && job->id_path[0])
		return NULL;
	return job;
}

const struct journal_job *journal_get(const struct journal *journal,
				      unsigned int index)
{
	return index < journal->used ? &journal->job[index] : NULL;
}

int journal_save(struct journal *journal, const struct journal_job *job)
{
	char text[JOURNAL_JOB_TEXT_MAX];
	ssize_t length;
	size_t index;
	int r;

	length = journal_job_format(job, text, sizeof(text));
	if (length < 0)
		return (int)length;
	r = journal_create_jobs(journal);
	if (r < 0)
		return r;
	r = journal_reserve(journal);
	if (r < 0)
		return r;
	r = store_write(journal->jobs, job->position, text, (size_t)length,
			JOURNAL_FILE_MODE);
	if (r < 0)
		return r;
	if (journal_index(journal, job->position, &index) < 0)
		index = journal->used++;
	journal->job[index] = *job;
	return 0;
}

int journal_remove(struct journal *journal, const char *position)
{
	size_t index;
	int r;

	if (!store_name_is_sound(position))
		return -EINVAL;
	if (journal->jobs < 0)
		return 0;
	r = store_remove(journal->jobs, position);
	if (r < 0)
		return r;
	if (journal_index(journal, position, &index) < 0)
		return 0;
	journal->used--;
	memmove(&journal->job[index], &journal->job[index + 1],
		(journal->used - index) * sizeof(journal->job[0]));
	return 0;
}

int journal_append_history(struct journal *journal, const char *json)
{
	int r = journal_create_folder(journal);

	return r < 0 ? r : store_append(journal->folder, JOURNAL_HISTORY, json,
					JOURNAL_FILE_MODE);
}

/* Of the folder of trails, which is made if it is missing. */
static int journal_open_trails(struct journal *journal)
{
	int r = journal_create_folder(journal);

	if (r == 0)
		r = store_create_subfolder(journal->folder, JOURNAL_TRAILS, JOURNAL_FOLDER_MODE);
	return r < 0 ? r : store_open_folder(journal->folder, JOURNAL_TRAILS);
}

int journal_trail_begin(struct journal *journal, const char *position)
{
	_cleanup_close_ int folder = journal_open_trails(journal);

	return folder < 0 ? folder : store_remove(folder, position);
}

int journal_trail_add(struct journal *journal, const char *position, const char *line)
{
	_cleanup_close_ int folder = journal_open_trails(journal);

	return folder < 0 ? folder : store_jot(folder, position, line, JOURNAL_TRAIL_MAX,
					       JOURNAL_FILE_MODE);
}

int journal_attempts(struct journal *journal, const char *imei,
		     const char *package, unsigned int *ret_count,
		     uint64_t *ret_last_ms)
{
	if (journal->folder >= 0)
		return attempts_get(journal->folder, imei, package, ret_count,
				    ret_last_ms);
	*ret_count = 0;
	*ret_last_ms = 0;
	return 0;
}

int journal_set_attempts(struct journal *journal, const char *imei,
			 const char *package, unsigned int count,
			 uint64_t last_ms)
{
	int r = journal_create_folder(journal);

	return r < 0 ? r : attempts_set(journal->folder, imei, package, count,
					last_ms);
}
