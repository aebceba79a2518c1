/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/core/probe.h"
#include "agent/core/source.h"
#include "agent/output.h"
#include "agent/util.h"

/* An object under construction. After the first error nothing more is added. */
struct builder {
	struct json_object *object;
	int error;
};

static void builder_clear(struct builder *builder)
{
	json_object_put(builder->object);
}

/* Takes @value over; NULL: its allocation failed. */
static void builder_add(struct builder *builder, const char *key, struct json_object *value)
{
	if (!builder->error && value &&
	    json_object_object_add(builder->object, key, value) == 0)
		return;
	if (!builder->error)
		builder->error = -ENOMEM;
	json_object_put(value);
}

static void builder_add_null(struct builder *builder, const char *key)
{
	if (!builder->error && json_object_object_add(builder->object, key, NULL) < 0)
		builder->error = -ENOMEM;
}

/* Negative: not known. */
static void builder_add_number(struct builder *builder, const char *key, int number)
{
	if (number < 0)
		builder_add_null(builder, key);
	else
		builder_add(builder, key, json_object_new_int(number));
}

/*
 * How many bytes of UTF-8 stand at @text, one character; 0 if they are not
 * valid (RFC 3629, 4). C1 controls, which steer a terminal, count as invalid.
 */
static size_t utf8_length(const unsigned char *text)
{
	static const struct {
		unsigned char first, last; /* range of the first byte */
		unsigned char low, high;   /* range of the second */
		size_t length;
	} rows[] = {
		{ 0x01, 0x7e, 0x00, 0xff, 1 },
		{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },
		{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t at = 2;

		if (text[0] < rows[i].first || text[0] > rows[i].last)
			continue;
		if (rows[i].length == 1)
			return 1;
		if (text[1] < rows[i].low || text[1] > rows[i].high)
			return 0;
		while (at < rows[i].length && (text[at] & 0xc0) == 0x80)
			at++;
		return at == rows[i].length ? at : 0;
	}
	return 0;
}

/* @ret: four times the length of @text and one. */
static void escape_invalid(const char *text, char *ret)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t length = utf8_length(at);

		if (length) {
			memcpy(ret, at, length);
			ret += length;
			at += length;
			continue;
		}
		*ret++ = '\\';
		*ret++ = 'x';
		*ret++ = hex[*at >> 4];
		*ret++ = hex[*at++ & 15];
	}
	*ret = '\0';
}

/* NULL and empty: not known. */
static void builder_add_text(struct builder *builder, const char *key, const char *text)
{
	_cleanup_free_ char *masked = NULL;
	_cleanup_free_ char *valid = NULL;
	size_t size;

	if (!text || !*text) {
		builder_add_null(builder, key);
		return;
	}
	/* The mask is longer than the shortest credential, by two bytes. */
	size = 3 * strlen(text) + 1;
	masked = malloc(size);
	valid = malloc(4 * size);
	if (!masked || !valid) {
		builder_add(builder, key, NULL);
		return;
	}
	source_mask(text, masked, size);
	escape_invalid(masked, valid);
	builder_add(builder, key, json_object_new_string(valid));
}

static void builder_add_id(struct builder *builder, const char *key, uint16_t id)
{
	char text[5];

	snprintf(text, sizeof(text), "%04x", id);
	builder_add_text(builder, key, text);
}

/* RFC 3339, UTC, milliseconds. */
static void builder_add_time(struct builder *builder)
{
	struct timespec now;
	struct tm utc;
	char day[32], text[48];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%03ldZ", day, now.tv_nsec / 1000000);
	builder_add_text(builder, "time", text);
}

/* Tenths are enough, and no locale has a say in them. */
static void builder_add_seconds(struct builder *builder, uint64_t ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%u", (unsigned long long)(ms / 1000),
		 (unsigned int)(ms % 1000 / 100));
	builder_add(builder, "seconds", json_object_new_double_s((double)ms / 1000, text));
}

static void builder_begin(struct builder *builder, const char *event,
			  const struct modem_facts *modem)
{
	*builder = (struct builder){ .object = json_object_new_object() };
	if (!builder->object)
		builder->error = -ENOMEM;
	builder_add_text(builder, "event", event);
	builder_add_time(builder);
	builder_add_text(builder, "modem", modem->position);
}

/* The text belongs to the object. */
static int builder_end(struct builder *builder, const char **ret)
{
	const char *text;

	if (builder->error)
		return builder->error;
	text = json_object_to_json_string_ext(builder->object,
					      JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}

/* What list shows besides. */
static void build_state(struct builder *builder, const struct modem_facts *modem, const char *state)
{
	char functions[64];

	layout_describe(&modem->layout, functions, sizeof(functions));
	builder_add_text(builder, "state", state);
	builder_add_text(builder, "composition", functions);
	builder_add_text(builder, "driver", modem->driver);
}

static void build_found(struct builder *builder, const struct modem_facts *modem,
			const char *state)
{
	builder_begin(builder, "found", modem);
	builder_add_id(builder, "vid", modem->vid);
	builder_add_id(builder, "pid", modem->pid);
	builder_add_text(builder, "product", modem->product);
	builder_add_text(builder, "model", modem->model);
	builder_add_number(builder, "interface", modem->interface);
	if (state)
		build_state(builder, modem, state);
	if (modem->guard)
		builder_add(builder, "guard", json_object_new_boolean(true));
}

static void build_probe(struct builder *builder, const struct probe *probe)
{
	builder_add_text(builder, "sim", probe->sim);
	builder_add_text(builder, "registration",
			 probe_registration_word(probe->registration));
	if (probe->signal)
		builder_add(builder, "signal", json_object_new_int(probe->signal));
	else
		builder_add_null(builder, "signal");
}

static void build_identified(struct builder *builder, const struct modem_facts *modem,
			     const struct probe *probe)
{
	builder_begin(builder, "identified", modem);
	builder_add_text(builder, "imei", modem->imei);
	builder_add_text(builder, "firmware", modem->firmware);
	if (probe)
		build_probe(builder, probe);
}

static void build_result(struct builder *builder, const struct modem_facts *modem,
			 const struct modem_result *result)
{
	builder_begin(builder, "result", modem);
	builder_add_text(builder, "outcome", outcome_name(result->verdict.outcome));
	builder_add_number(builder, "end", result->end);
	builder_add_number(builder, "transfer", result->transfer);
	builder_add_text(builder, "from", modem->firmware);
	builder_add_text(builder, "to", result->to);
	builder_add_text(builder, "target", result->target);
	builder_add_text(builder, "package", result->package);
	builder_add_seconds(builder, result->elapsed_ms);
	builder_add_number(builder, "exit", result->verdict.exit);
	builder_add_text(builder, "reason", result->reason);
}

/* False: nothing that is part of the stream. */
static bool build_news(struct builder *builder, const struct modem_facts *modem,
		       const struct news *news)
{
	switch (news->type) {
	case NEWS_FOUND:
		build_found(builder, modem, news->text);
		return true;
	case NEWS_IDENTIFIED:
		build_identified(builder, modem, news->probe);
		return true;
	case NEWS_PHASE:
		builder_begin(builder, "phase", modem);
		builder_add_text(builder, "phase", dfota_phase_name(news->phase));
		return true;
	case NEWS_PROGRESS:
		builder_begin(builder, "progress", modem);
		builder_add_text(builder, "phase", dfota_phase_name(news->phase));
		builder_add_number(builder, "percent", news->percent);
		return true;
	case NEWS_URC:
		builder_begin(builder, "urc", modem);
		builder_add_text(builder, "text", news->text);
		return true;
	case NEWS_RESULT:
		build_result(builder, modem, news->result);
		return true;
	case NEWS_NOTE:
	case NEWS_WAIT:
	case NEWS_DROPPED:
		break;
	}
	return false;
}

static void json_tell(struct view *view, const struct modem_facts *modem, const struct news *news)
{
	struct json_view *json = container_of(view, struct json_view, view);
	struct builder builder;
	const char *line;
	int r;

	if (!build_news(&builder, modem, news))
		return;
	r = builder_end(&builder, &line);
	if (r == 0)
		r = output_line(json->out, line, json->error ? 0 : OUTPUT_PATIENCE_MS);
	builder_clear(&builder);
	if (r < 0 && !json->error)
		json->error = r;
}

void json_view_init(struct json_view *json, FILE *out)
{
	*json = (struct json_view){ .view = { json_tell }, .out = out };
}

int json_view_error(const struct json_view *json)
{
	return json->error;
}

char *json_result_string(const struct modem_facts *modem, const struct modem_result *result)
{
	struct builder builder;
	const char *line;
	char *copy = NULL;

	build_result(&builder, modem, result);
	if (builder_end(&builder, &line) == 0)
		copy = strdup(line);
	builder_clear(&builder);
	return copy;
}
