/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/journal_job.h"

#include <ctype.h>
#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent/store.h"
#include "agent/util.h"

#define JOURNAL_VERSION 1
#define JOURNAL_DEPTH_MAX 4
#define JOURNAL_TIME_MAX_MS (1LL << 53) /* what any JSON reader can count to */

/* Which texts a field may hold. */
enum job_text {
	JOB_TEXT_NAME,	/* of a file in jobs/ */
	JOB_TEXT_DIGITS,
	JOB_TEXT_ASCII, /* printable */
	JOB_TEXT_UTF8,	/* a path may be written in any tongue */
};

struct job_string {
	const char *key;
	size_t offset;
	size_t size;
	enum job_text text;
};

struct job_number {
	const char *key;
	size_t offset;
};

#define JOB_STRING(member, text)                                               \
	{                                                                      \
		#member, offsetof(struct journal_job, member),                 \
			sizeof(((struct journal_job *)0)->member), text        \
	}

static const struct job_string job_strings[] = {
	JOB_STRING(position, JOB_TEXT_NAME),
	JOB_STRING(id_path, JOB_TEXT_ASCII),
	JOB_STRING(imei, JOB_TEXT_DIGITS),
	JOB_STRING(from, JOB_TEXT_ASCII),
	JOB_STRING(target, JOB_TEXT_ASCII),
	JOB_STRING(package, JOB_TEXT_UTF8),
	JOB_STRING(stage, JOB_TEXT_ASCII),
	JOB_STRING(urcport, JOB_TEXT_ASCII),
	JOB_STRING(boot, JOB_TEXT_ASCII),
};

/* -1, "not seen", is null in the file. */
static const struct job_number job_results[] = {
	{ "end", offsetof(struct journal_job, end) },
	{ "transfer", offsetof(struct journal_job, transfer) },
};

static void json_putp(struct json_object **object)
{
	json_object_put(*object);
}

#define _cleanup_json_ _cleanup_(json_putp)

static bool text_is_sound(const char *text, enum job_text kind)
{
	switch (kind) {
	case JOB_TEXT_NAME:
		return store_name_is_sound(text);
	case JOB_TEXT_DIGITS:
		return text[strspn(text, "0123456789")] == '\0';
	case JOB_TEXT_ASCII:
		for (; *text; text++) {
			if (!isascii((unsigned char)*text))
				return false;
		}
		return true;
	case JOB_TEXT_UTF8:
		return true; /* json-c has looked */
	}
	return false;
}

int journal_get_string(struct json_object *object, const char *key, char *ret,
		       size_t size)
{
	struct json_object *value;
	const char *text;
	size_t length;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return -EBADMSG;
	text = json_object_get_string(value);
	length = (size_t)json_object_get_string_len(value);
	if (length >= size)
		return -EBADMSG;
	for (size_t i = 0; i < length; i++) {
		if (iscntrl((unsigned char)text[i])) /* 0 is one, too */
			return -EBADMSG;
	}
	memcpy(ret, text, length + 1);
	return 0;
}

int journal_get_number(struct json_object *object, const char *key,
		       long long least, long long most, long long *ret)
{
	struct json_object *value;
	long long number;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return -EBADMSG;
	number = json_object_get_int64(value);
	if (number < least || number > most)
		return -EBADMSG;
	*ret = number;
	return 0;
}

int journal_parse_object(const char *text, size_t size,
			 struct json_object **ret)
{
	_cleanup_json_ struct json_object *object = NULL;
	struct json_tokener *tokener;
	long long version;
	size_t end;

	if (size > INT_MAX)
		return -EBADMSG;
	tokener = json_tokener_new_ex(JOURNAL_DEPTH_MAX);
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)size);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (end != size ||
	    journal_get_number(object, "version", 0, INT_MAX, &version) < 0)
		return -EBADMSG;
	if (version != JOURNAL_VERSION)
		return -ENOTSUP;
	*ret = object;
	object = NULL;
	return 0;
}

static int job_parse_result(struct json_object *object, const char *key,
			    int *ret)
{
	struct json_object *value;
	long long number;
	int r;

	if (json_object_object_get_ex(object, key, &value) && !value) {
		*ret = -1;
		return 0;
	}
	r = journal_get_number(object, key, 0, INT_MAX, &number);
	if (r < 0)
		return r;
	*ret = (int)number;
	return 0;
}

int journal_job_parse(const char *text, size_t size, struct journal_job *ret)
{
	_cleanup_json_ struct json_object *object = NULL;
	struct journal_job job = { 0 };
	long long started, device, vid;
	int r;

	r = journal_parse_object(text, size, &object);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(job_strings); i++) {
		const struct job_string *field = &job_strings[i];
		char *member = (char *)&job + field->offset;

		r = journal_get_string(object, field->key, member, field->size);
		if (r < 0 || !text_is_sound(member, field->text))
			return -EBADMSG;
	}
	for (size_t i = 0; i < ARRAY_SIZE(job_results); i++) {
		const struct job_number *field = &job_results[i];

		r = job_parse_result(object, field->key,
				     (int *)((char *)&job + field->offset));
		if (r < 0)
			return r;
	}
	if (journal_get_number(object, "started_ms", 0, JOURNAL_TIME_MAX_MS,
			       &started) < 0 ||
	    journal_get_number(object, "device", 0, INT_MAX, &device) < 0 ||
	    journal_get_number(object, "vid", 0, UINT16_MAX, &vid) < 0)
		return -EBADMSG;
	job.device = (int)device;
	job.vid = (int)vid;
	job.started_ms = (uint64_t)started;
	*ret = job;
	return 0;
}

int journal_add(struct json_object *object, const char *key,
		struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

struct json_object *journal_new_object(void)
{
	struct json_object *object = json_object_new_object();

	if (object && journal_add(object, "version",
				  json_object_new_int(JOURNAL_VERSION)) < 0) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

const char *journal_text(struct json_object *object)
{
	return json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static int job_add_strings(struct json_object *object,
			   const struct journal_job *job)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(job_strings) && r == 0; i++) {
		const struct job_string *field = &job_strings[i];
		const char *member = (const char *)job + field->offset;

		r = journal_add(object, field->key,
				json_object_new_string_len(
					member,
					(int)strnlen(member, field->size)));
	}
	return r;
}

static int job_add_results(struct json_object *object,
			   const struct journal_job *job)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(job_results) && r == 0; i++) {
		const struct job_number *field = &job_results[i];
		const char *member = (const char *)job + field->offset;
		int number = *(const int *)(const void *)member;

		if (number == -1)
			r = json_object_object_add(object, field->key, NULL);
		else
			r = journal_add(object, field->key,
				     json_object_new_int(number));
	}
	return r ? -ENOMEM : 0; /* json-c tells of memory alone */
}

static int job_to_json(const struct journal_job *job,
		       struct json_object *object)
{
	int r;

	r = job_add_strings(object, job);
	if (r == 0)
		r = job_add_results(object, job);
	if (r == 0)
		r = journal_add(object, "device",
				json_object_new_int(job->device));
	if (r == 0)
		r = journal_add(object, "vid", json_object_new_int(job->vid));
	if (r == 0)
		r = journal_add(object, "started_ms",
				json_object_new_int64((int64_t)job->started_ms));
	return r;
}

ssize_t journal_job_format(const struct journal_job *job, char *ret,
			   size_t size)
{
	_cleanup_json_ struct json_object *object = journal_new_object();
	struct journal_job again;
	const char *text;
	int length, r;

	if (!object)
		return -ENOMEM;
	r = job_to_json(job, object);
	if (r < 0)
		return r;
	text = journal_text(object);
	if (!text)
		return -ENOMEM;
	length = snprintf(ret, size, "%s\n", text);
	if (length < 0 || (size_t)length >= size)
		return -ENOSPC;
	/* What is found unreadable after a crash would be found too late. */
	r = journal_job_parse(ret, (size_t)length, &again);
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	return length;
}
