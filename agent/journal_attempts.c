/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attempts.json: {"version":1,"attempts":[{"imei":…,"package":…,"count":…,
 * "last_ms":…},…]}. Read anew at each call, for several agents share it.
 */
#include "agent/journal_attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/journal_job.h"
#include "agent/store.h"
#include "agent/util.h"

#define ATTEMPTS_SIZE_MAX (1024UL * 1024)
/* More than a production line leaves behind; the oldest goes first. */
#define ATTEMPTS_MAX 512
#define ATTEMPTS_COUNT_MAX 1000000
#define ATTEMPTS_TIME_MAX_MS (1LL << 53)

struct attempt {
	char imei[24];
	char package[512];
	long long count;
	long long last_ms;
};

struct attempts {
	size_t used;
	struct attempt rows[ATTEMPTS_MAX];
};

static int attempt_parse(struct json_object *object, struct attempt *ret)
{
	if (journal_get_string(object, "imei", ret->imei,
			       sizeof(ret->imei)) < 0 ||
	    journal_get_string(object, "package", ret->package,
			       sizeof(ret->package)) < 0 ||
	    journal_get_number(object, "count", 1, ATTEMPTS_COUNT_MAX,
			       &ret->count) < 0 ||
	    journal_get_number(object, "last_ms", 0, ATTEMPTS_TIME_MAX_MS,
			       &ret->last_ms) < 0)
		return -EBADMSG;
	return 0;
}

static int attempts_parse(const char *text, size_t size,
			  struct attempts *attempts)
{
	struct json_object *object, *rows;
	size_t count;
	int r;

	r = journal_parse_object(text, size, &object);
	if (r < 0)
		return r;
	if (!json_object_object_get_ex(object, "attempts", &rows) ||
	    !json_object_is_type(rows, json_type_array) ||
	    json_object_array_length(rows) > ATTEMPTS_MAX) {
		json_object_put(object);
		return -EBADMSG;
	}
	count = json_object_array_length(rows);
	for (size_t i = 0; i < count && r == 0; i++)
		r = attempt_parse(json_object_array_get_idx(rows, i),
				  &attempts->rows[i]);
	attempts->used = r == 0 ? count : 0;
	json_object_put(object);
	return r;
}

/* *ret is an empty table, too, if there is no file or a damaged one. */
static int attempts_read(int folder, struct attempts **ret)
{
	_cleanup_free_ struct attempts *attempts = NULL;
	_cleanup_free_ char *text = NULL;
	ssize_t size;
	int r = 0;

	attempts = calloc(1, sizeof(*attempts));
	text = malloc(ATTEMPTS_SIZE_MAX);
	if (!attempts || !text)
		return -ENOMEM;
	size = store_read(folder, ATTEMPTS_FILE, text, ATTEMPTS_SIZE_MAX);
	if (size >= 0)
		r = attempts_parse(text, (size_t)size, attempts);
	else if (size == -EFBIG)
		r = -EBADMSG;
	else if (size != -ENOENT)
		r = (int)size;
	*ret = attempts;
	attempts = NULL;
	return r;
}

static struct attempt *attempts_find(struct attempts *attempts,
				     const char *imei, const char *package)
{
	for (size_t i = 0; i < attempts->used; i++) {
		struct attempt *row = &attempts->rows[i];

		if (!strcmp(row->imei, imei) && !strcmp(row->package, package))
			return row;
	}
	return NULL;
}

static void attempts_drop(struct attempts *attempts, struct attempt *row)
{
	*row = attempts->rows[--attempts->used];
}

static struct attempt *attempts_add(struct attempts *attempts)
{
	struct attempt *oldest = &attempts->rows[0];

	if (attempts->used == ATTEMPTS_MAX) {
		for (size_t i = 1; i < attempts->used; i++) {
			if (attempts->rows[i].last_ms < oldest->last_ms)
				oldest = &attempts->rows[i];
		}
		attempts_drop(attempts, oldest);
	}
	return &attempts->rows[attempts->used++];
}

/* 0 or -ENOMEM; json-c tells of memory alone. */
static int attempt_to_json(const struct attempt *row, struct json_object *rows)
{
	struct json_object *object = json_object_new_object();
	int r = 0;

	if (!object)
		return -ENOMEM;
	if (json_object_array_add(rows, object) < 0) {
		json_object_put(object);
		return -ENOMEM;
	}
	r |= journal_add(object, "imei", json_object_new_string(row->imei));
	r |= journal_add(object, "package",
			 json_object_new_string(row->package));
	r |= journal_add(object, "count", json_object_new_int64(row->count));
	r |= journal_add(object, "last_ms",
			 json_object_new_int64(row->last_ms));
	return r ? -ENOMEM : 0;
}

/* NULL: no memory. */
static struct json_object *attempts_to_json(const struct attempts *attempts)
{
	struct json_object *object = journal_new_object();
	struct json_object *rows = json_object_new_array();
	int r;

	if (!object) {
		json_object_put(rows);
		return NULL;
	}
	r = journal_add(object, "attempts", rows);
	for (size_t i = 0; i < attempts->used && r == 0; i++)
		r = attempt_to_json(&attempts->rows[i], rows);
	if (r < 0) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

/* Leaves in @attempts what a reader will find. */
static int attempts_write(int folder, struct attempts *attempts)
{
	struct json_object *object = attempts_to_json(attempts);
	const char *text;
	int r;

	if (!object)
		return -ENOMEM;
	text = journal_text(object);
	r = text ? attempts_parse(text, strlen(text), attempts) : -ENOMEM;
	if (r == 0)
		r = store_write(folder, ATTEMPTS_FILE, text, strlen(text),
				S_IRUSR | S_IWUSR);
	json_object_put(object);
	return r == -EBADMSG ? -EINVAL : r;
}

int attempts_get(int folder, const char *imei, const char *package,
		 unsigned int *ret_count, uint64_t *ret_last_ms)
{
	_cleanup_free_ struct attempts *attempts = NULL;
	const struct attempt *row;
	int r;

	r = attempts_read(folder, &attempts);
	if (r < 0)
		return r;
	row = attempts_find(attempts, imei, package);
	*ret_count = row ? (unsigned int)row->count : 0;
	*ret_last_ms = row ? (uint64_t)row->last_ms : 0;
	return 0;
}

static int attempts_replace(int folder, const struct attempt *attempt)
{
	_cleanup_free_ struct attempts *attempts = NULL;
	struct attempt *row;
	int r;

	r = attempts_read(folder, &attempts);
	if (r < 0 && r != -EBADMSG && r != -ENOTSUP)
		return r;
	row = attempts_find(attempts, attempt->imei, attempt->package);
	if (row)
		attempts_drop(attempts, row);
	if (attempt->count)
		*attempts_add(attempts) = *attempt;
	else if (!row && r == 0)
		return 0; /* was not there: nothing to write */
	return attempts_write(folder, attempts);
}

int attempts_set(int folder, const char *imei, const char *package,
		 unsigned int count, uint64_t last_ms)
{
	struct attempt attempt = { .count = count,
				   .last_ms = (long long)last_ms };
	_cleanup_close_ int lock = -1;
	int r;

	if (strlen(imei) >= sizeof(attempt.imei) ||
	    strlen(package) >= sizeof(attempt.package))
		return -EINVAL;
	strcpy(attempt.imei, imei);
	strcpy(attempt.package, package);
	/* Other agents count in the same file. */
	lock = store_open_file(folder, ATTEMPTS_LOCK, O_RDWR, S_IRUSR | S_IWUSR);
	if (lock < 0)
		return lock;
	r = store_lock(lock);
	return r < 0 ? r : attempts_replace(folder, &attempt);
}
