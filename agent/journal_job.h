/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job as text, {"version":1,…} in one line, and back. Whoever reads it does
 * not trust it: every field is there, of its type, in its bounds. Other keys are those of
 * a newer version, and are ignored.
 */
#ifndef QFOTA_JOURNAL_JOB_H
#define QFOTA_JOURNAL_JOB_H

#include <stddef.h>
#include <sys/types.h>

#include "agent/journal.h"

#define JOURNAL_JOB_TEXT_MAX 8192 /* bytes; every job fits */

struct json_object;

/*
 * Its length, without the terminator. -EINVAL: a field that could not be read
 * again; -ENOMEM; -ENOSPC: @size is too small.
 */
ssize_t journal_job_format(const struct journal_job *job, char *ret,
			   size_t size);
/* -EBADMSG: no job; -ENOTSUP: of another version; -ENOMEM */
int journal_job_parse(const char *text, size_t size, struct journal_job *ret);

/*
 * The JSON object that @text is, all of it, with "version" 1. The caller puts
 * it. Errors as above.
 */
int journal_parse_object(const char *text, size_t size,
			 struct json_object **ret);
/*
 * A string or a whole number of @object. -EBADMSG: there is none, or it is out
 * of bounds (@size counts the terminator; control characters are).
 */
int journal_get_string(struct json_object *object, const char *key, char *ret,
		       size_t size);
int journal_get_number(struct json_object *object, const char *key,
		       long long least, long long most, long long *ret);

/* An object with "version" 1. NULL: no memory */
struct json_object *journal_new_object(void);
/* Takes @value, NULL included. -ENOMEM */
int journal_add(struct json_object *object, const char *key,
		struct json_object *value);
/* In one line; valid as long as @object. NULL: no memory */
const char *journal_text(struct json_object *object);

#endif
