/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/history.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent/journal.h"
#include "agent/modem_line.h"
#include "agent/store.h"
#include "agent/util.h"

#define SECONDS_MAX 1e9
#define EXIT_MAX 9

/* The first thing that is not as it should be is remembered. */
struct reader {
	struct json_object *object;
	bool damaged;
};

/* NULL: null. */
static struct json_object *read_value(struct reader *reader, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(reader->object, key, &value))
		reader->damaged = true;
	return value;
}

static const char *read_text(struct reader *reader, const char *key)
{
	struct json_object *value = read_value(reader, key);

	if (!value)
		return "";
	if (!json_object_is_type(value, json_type_string)) {
		reader->damaged = true;
		return "";
	}
	return json_object_get_string(value);
}

/* -1: null. */
static int read_number(struct reader *reader, const char *key, int most)
{
	struct json_object *value = read_value(reader, key);

	if (!value)
		return -1;
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
	    json_object_get_int64(value) > most) {
		reader->damaged = true;
		return -1;
	}
	return json_object_get_int(value);
}

static uint64_t read_seconds(struct reader *reader)
{
	double seconds = json_object_get_double(read_value(reader, "seconds"));

	if (seconds >= 0 && seconds <= SECONDS_MAX)
		return (uint64_t)(seconds * 1000 + 0.5);
	reader->damaged = true;
	return 0;
}

static enum outcome read_outcome(struct reader *reader)
{
	const char *word = read_text(reader, "outcome");
	unsigned int outcome = 0;

	while (outcome < OUTCOME_COUNT &&
	       strcmp(outcome_name((enum outcome)outcome), word) != 0)
		outcome++;
	if (outcome < OUTCOME_COUNT)
		return (enum outcome)outcome;
	reader->damaged = true;
	return OUTCOME_NONE;
}

/* RFC 3339 with milliseconds, which are for programs. */
static void read_time(struct reader *reader, char *ret, size_t size)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";
	const char *time = read_text(reader, "time");
	size_t i = 0;

	while (form[i] && (form[i] == '0' ? isdigit((unsigned char)time[i]) : time[i] == form[i]))
		i++;
	if (form[i] || time[i]) {
		reader->damaged = true;
		return;
	}
	snprintf(ret, size, "%.10s %.8sZ", time, time + 11);
}

static void read_facts(struct reader *reader, struct modem_facts *ret)
{
	const char *position = read_text(reader, "modem");

	if (!*position || !modem_facts_past(ret, position, read_text(reader, "from")))
		reader->damaged = true;
}

/* A job that got no further than its transfer, or was refused, had no END to wait for. */
static bool was_requested(const struct modem_result *result)
{
	switch (result->verdict.outcome) {
	case OUTCOME_CURRENT:
	case OUTCOME_NONE:
	case OUTCOME_REFUSED:
	case OUTCOME_COUNT:
		return false;
	case OUTCOME_TRANSFER_FAILED:
		return result->transfer >= 0;
	case OUTCOME_UPGRADED:
	case OUTCOME_FAILED:
	case OUTCOME_UNCONFIRMED:
	case OUTCOME_INTERRUPTED:
	case OUTCOME_LOST:
	case OUTCOME_EMERGENCY:
		break;
	}
	return true;
}

static void read_result(struct reader *reader, struct modem_result *ret)
{
	*ret = (struct modem_result){
		.verdict = { .outcome = read_outcome(reader),
			     .exit = read_number(reader, "exit", EXIT_MAX) },
		.reason = read_text(reader, "reason"),
		.to = read_text(reader, "to"),
		.target = read_text(reader, "target"),
		.package = read_text(reader, "package"),
		.end = read_number(reader, "end", INT_MAX),
		.transfer = read_number(reader, "transfer", INT_MAX),
		.elapsed_ms = read_seconds(reader),
	};
	if (ret->verdict.exit < 0)
		reader->damaged = true;
	if (!*ret->reason)
		ret->reason = NULL;
	ret->requested = was_requested(ret);
}

/* All of @text, and nothing else. */
static int parse_object(const char *text, struct json_object **ret)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t length = strlen(text);
	size_t end;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*ret = json_tokener_parse_ex(tokener, text, (int)length);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	return json_object_is_type(*ret, json_type_object) && end == length ? 0 : -EBADMSG;
}

int history_parse(const char *text, struct history_entry *ret)
{
	struct reader reader = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	r = parse_object(text, &reader.object);
	ret->object = reader.object;
	if (r == 0) {
		reader.damaged = strcmp(read_text(&reader, "event"), "result") != 0;
		read_time(&reader, ret->time, sizeof(ret->time));
		read_facts(&reader, &ret->facts);
		read_result(&reader, &ret->result);
		r = reader.damaged ? -EBADMSG : 0;
	}
	if (r < 0)
		history_clear(ret);
	return r;
}

void history_clear(struct history_entry *entry)
{
	json_object_put(entry->object);
	entry->object = NULL;
}

int history_open(const char *state_dir, char **ret_path, struct textfile **ret)
{
	const char *dir = state_dir ? state_dir : JOURNAL_DEFAULT_DIR;
	_cleanup_close_ int folder = store_open_path(dir);

	if (asprintf(ret_path, "%s/" JOURNAL_HISTORY, dir) < 0) {
		*ret_path = NULL;
		return -ENOMEM;
	}
	return folder < 0 ? folder : textfile_open_in(folder, JOURNAL_HISTORY, ret);
}
