/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream that programs read: every line is parsed again. Linked with
 * --wrap for each function of json-c and libc that allocates, to let the n-th
 * of them fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/core/probe.h"
#include "agent/json.h"
#include "agent/util.h"

/* ---- memory that runs out ---- */

static unsigned int allocations;
static unsigned int failing; /* the one that fails, from 1; 0: none */

static bool allocation_fails(void)
{
	return ++allocations == failing;
}

#define WRAP(type, name, parameters, arguments)                                \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return allocation_fails() ? NULL : __real_##name arguments;    \
	}
WRAP(struct json_object *, json_object_new_object, (void), ())
WRAP(struct json_object *, json_object_new_int, (int32_t number), (number))
WRAP(struct json_object *, json_object_new_string, (const char *text), (text))
WRAP(struct json_object *, json_object_new_double_s, (double number, const char *text),
     (number, text))
WRAP(const char *, json_object_to_json_string_ext, (struct json_object *object, int flags),
     (object, flags))
WRAP(void *, malloc, (size_t size), (size))
WRAP(char *, strdup, (const char *text), (text))

int __real_json_object_object_add(struct json_object *object, const char *key,
				  struct json_object *value);
int __wrap_json_object_object_add(struct json_object *object, const char *key,
				  struct json_object *value);
int __wrap_json_object_object_add(struct json_object *object, const char *key,
				  struct json_object *value)
{
	return allocation_fails() ? -1 : __real_json_object_object_add(object, key, value);
}

/* ---- a stream and what came out of it ---- */

struct stream {
	FILE *file;
	char *text;
	size_t size;
	struct json_view json;
};

static int stream_open(void **state)
{
	static struct stream stream;

	stream = (struct stream){ 0 };
	stream.file = open_memstream(&stream.text, &stream.size);
	assert_non_null(stream.file);
	json_view_init(&stream.json, stream.file);
	allocations = failing = 0;
	*state = &stream;
	return 0;
}

/* For whoever judges it otherwise: where all streams are kept; NULL: nowhere. */
static FILE *kept;

static int stream_close(void **state)
{
	struct stream *stream = *state;

	fclose(stream->file);
	if (kept)
		fwrite(stream->text, 1, stream->size, kept);
	free(stream->text);
	return 0;
}

static struct modem_facts ep06(void)
{
	return (struct modem_facts){
		.position = "1-1.4",
		.product = "EP06-E",
		.model = "EP06",
		.vid = 0x2c7c,
		.pid = 0x0306,
		.interface = 2,
		.imei = "861585040983091",
		.firmware = "EP06ELAR03A08M4G",
	};
}

static struct modem_result upgraded(void)
{
	return (struct modem_result){
		.verdict = { .outcome = OUTCOME_UPGRADED, .job_over = true },
		.to = "EP06ELAR04A01M4G",
		.target = "",
		.package = "http://fw.example/a.zip",
		.end = 0,
		.transfer = 0,
		.elapsed_ms = 252149,
	};
}

static void tell(struct stream *stream, struct modem_facts modem, struct news news)
{
	stream->json.view.tell(&stream->json.view, &modem, &news);
}

/* "2026-11-22T10:12:20.123Z" */
static void check_time(const char *text)
{
	const char *pattern = "dddd-dd-ddTdd:dd:dd.dddZ";

	assert_int_equal(strlen(text), strlen(pattern));
	for (size_t i = 0; pattern[i]; i++) {
		if (pattern[i] == 'd')
			assert_in_range(text[i], '0', '9');
		else
			assert_int_equal(text[i], pattern[i]);
	}
}

/* One line of @text against what it must be, time left out. */
static void check_line(const char *text, const char *expected)
{
	enum json_tokener_error error;
	struct json_object *object = json_tokener_parse_verbose(text, &error);
	struct json_object *time;

	assert_int_equal(error, json_tokener_success);
	assert_true(json_object_object_get_ex(object, "time", &time));
	check_time(json_object_get_string(time));
	json_object_object_del(object, "time");
	assert_string_equal(
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE),
		expected);
	json_object_put(object);
}

#define RESULT_TEXT \
	"{\"event\":\"result\",\"modem\":\"1-1.4\",\"outcome\":\"upgraded\",\"end\":0," \
	"\"transfer\":0,\"from\":\"EP06ELAR03A08M4G\",\"to\":\"EP06ELAR04A01M4G\"," \
	"\"target\":null,\"package\":\"http://fw.example/a.zip\",\"seconds\":252.1," \
	"\"exit\":0,\"reason\":null}"

static void test_every_event(void **state)
{
	static const struct modem_result lost = {
		.verdict = { .outcome = OUTCOME_LOST, .exit = 9 },
		.reason = "it did not come back",
		.to = "",
		.target = "EP06ELAR04A01M4G",
		.package = "",
		.end = -1,
		.transfer = -1,
		.elapsed_ms = 99,
	};
	struct modem_result result = upgraded();
	const struct probe probe = { .sim = "SIM PIN", .registration = 5, .signal = -57 };
	const struct probe mute = { .registration = -1 };
	const struct {
		struct news news;
		const char *expected; /* NULL: nothing */
	} rows[] = {
		{ { .type = NEWS_FOUND },
		  "{\"event\":\"found\",\"modem\":\"1-1.4\",\"vid\":\"2c7c\",\"pid\":\"0306\","
		  "\"product\":\"EP06-E\",\"model\":\"EP06\",\"interface\":2}" },
		{ { .type = NEWS_IDENTIFIED },
		  "{\"event\":\"identified\",\"modem\":\"1-1.4\",\"imei\":\"861585040983091\","
		  "\"firmware\":\"EP06ELAR03A08M4G\"}" },
		{ { .type = NEWS_IDENTIFIED, .probe = &probe },
		  "{\"event\":\"identified\",\"modem\":\"1-1.4\",\"imei\":\"861585040983091\","
		  "\"firmware\":\"EP06ELAR03A08M4G\",\"sim\":\"SIM PIN\","
		  "\"registration\":\"roaming\",\"signal\":-57}" },
		{ { .type = NEWS_IDENTIFIED, .probe = &mute },
		  "{\"event\":\"identified\",\"modem\":\"1-1.4\",\"imei\":\"861585040983091\","
		  "\"firmware\":\"EP06ELAR03A08M4G\",\"sim\":null,"
		  "\"registration\":null,\"signal\":null}" },
		{ { .type = NEWS_PHASE, .phase = DFOTA_PHASE_DOWNLOAD },
		  "{\"event\":\"phase\",\"modem\":\"1-1.4\",\"phase\":\"download\"}" },
		{ { .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_FLASH, .percent = 42 },
		  "{\"event\":\"progress\",\"modem\":\"1-1.4\",\"phase\":\"flash\","
		  "\"percent\":42}" },
		{ { .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_UPLOAD },
		  "{\"event\":\"progress\",\"modem\":\"1-1.4\",\"phase\":\"upload\","
		  "\"percent\":0}" },
		{ { .type = NEWS_URC, .text = "+QIND: \"FOTA\",\"UPDATING\",42" },
		  "{\"event\":\"urc\",\"modem\":\"1-1.4\","
		  "\"text\":\"+QIND: \\\"FOTA\\\",\\\"UPDATING\\\",42\"}" },
		{ { .type = NEWS_NOTE, .text = "for people" }, NULL },
		{ { .type = NEWS_WAIT, .due_ms = 1 }, NULL },
		{ { .type = NEWS_RESULT, .result = &result }, RESULT_TEXT },
		{ { .type = NEWS_RESULT, .result = &lost },
		  "{\"event\":\"result\",\"modem\":\"1-1.4\",\"outcome\":\"lost\",\"end\":null,"
		  "\"transfer\":null,\"from\":\"EP06ELAR03A08M4G\",\"to\":null,"
		  "\"target\":\"EP06ELAR04A01M4G\",\"package\":null,\"seconds\":0.0,"
		  "\"exit\":9,\"reason\":\"it did not come back\"}" },
	};
	struct stream *stream = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t before = stream->size;

		tell(stream, ep06(), rows[i].news);
		if (!rows[i].expected) {
			assert_int_equal(stream->size, before);
			continue;
		}
		/* Flushed, one line, nothing behind it. */
		assert_ptr_equal(strchr(stream->text + before, '\n'),
				 stream->text + stream->size - 1);
		check_line(stream->text + before, rows[i].expected);
	}
	assert_int_equal(json_view_error(&stream->json), 0);
}

static void test_unknown_is_null(void **state)
{
	struct modem_facts modem = { .position = "2-3", .vid = 0x5c6, .pid = 0x9008,
				     .interface = -1 };
	struct stream *stream = *state;

	tell(stream, modem, (struct news){ .type = NEWS_FOUND });
	check_line(stream->text,
		   "{\"event\":\"found\",\"modem\":\"2-3\",\"vid\":\"05c6\",\"pid\":\"9008\","
		   "\"product\":null,\"model\":null,\"interface\":null}");
}

/* @raw as it stands in the stream between its quotes. */
static const struct {
	const char *raw, *expected;
} texts[] = {
	{ "plain", "plain" },
	{ "\x1b[2J\a\r", "\\u001b[2J\\u0007\\r" },
	{ "\x7f", "\\\\x7f" },
	{ "\xc2\x9b" "31m", "\\\\xc2\\\\x9b31m" },		/* CSI as a C1 control */
	{ "\xc2\xa0", "\xc2\xa0" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "\xe2\x86\x92\xf0\x9f\x93\xb6", "\xe2\x86\x92\xf0\x9f\x93\xb6" },
	{ "\xff\xfe", "\\\\xff\\\\xfe" },
	{ "\x80", "\\\\x80" },
	{ "\xc3", "\\\\xc3" },				/* cut off */
	{ "\xe2\x86", "\\\\xe2\\\\x86" },
	{ "\xe2\x86" "x", "\\\\xe2\\\\x86x" },
	{ "\xf0\x9f\x93", "\\\\xf0\\\\x9f\\\\x93" },
	{ "\xc0\xaf", "\\\\xc0\\\\xaf" },		/* overlong */
	{ "\xe0\x80\xaf", "\\\\xe0\\\\x80\\\\xaf" },
	{ "\xf0\x80\x80\xaf", "\\\\xf0\\\\x80\\\\x80\\\\xaf" },
	{ "\xed\xa0\x80", "\\\\xed\\\\xa0\\\\x80" },	/* a surrogate */
	{ "\xf4\x90\x80\x80", "\\\\xf4\\\\x90\\\\x80\\\\x80" }, /* above 10ffff */
	{ "ftp://u:secret@fw/a", "ftp://u:***@fw/a" },
	{ "://u:1@://u:2@://u:3@", "://u:***@://u:***@://u:***@" },
};

static void test_text_of_any_bytes(void **state)
{
	struct stream *stream = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t before = stream->size;
		char expected[256];

		snprintf(expected, sizeof(expected), "\"text\":\"%s\"}\n", texts[i].expected);
		tell(stream, ep06(), (struct news){ .type = NEWS_URC, .text = texts[i].raw });
		assert_non_null(strstr(stream->text + before, expected));
	}
}

static void test_all_bytes_parse_again(void **state)
{
	struct json_tokener *tokener = json_tokener_new();
	struct stream *stream = *state;
	char text[AT_LINE_MAX];

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(i % 255 + 1);
	text[sizeof(text) - 1] = '\0';
	tell(stream, ep06(), (struct news){ .type = NEWS_URC, .text = text });

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json_object_put(json_tokener_parse_ex(tokener, stream->text, (int)stream->size));
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	json_tokener_free(tokener);
}

static void test_result_for_the_history(void **state)
{
	struct modem_facts modem = ep06();
	struct modem_result result = upgraded();
	char *line = json_result_string(&modem, &result);

	(void)state;
	assert_non_null(line);
	assert_null(strchr(line, '\n'));
	check_line(line, RESULT_TEXT);
	free(line);
}

/* Whichever allocation fails: an error, and no half line. */
static void test_memory_runs_out(void **state)
{
	struct modem_result result = upgraded();
	struct modem_facts modem = ep06();
	struct stream *stream = *state;
	unsigned int total;

	tell(stream, modem, (struct news){ .type = NEWS_RESULT, .result = &result });
	total = allocations;
	assert_in_range(total, 30, 200);
	for (unsigned int i = 1; i <= total; i++) {
		size_t before = stream->size;

		json_view_init(&stream->json, stream->file);
		allocations = 0;
		failing = i;
		tell(stream, modem, (struct news){ .type = NEWS_RESULT, .result = &result });
		assert_int_equal(json_view_error(&stream->json), -ENOMEM);
		assert_int_equal(stream->size, before);
	}
	/* One more: the copy. */
	for (unsigned int i = 1; i <= total + 1; i++) {
		allocations = 0;
		failing = i;
		assert_null(json_result_string(&modem, &result));
	}
}

static void test_disk_is_full(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct json_view json;
	struct modem_facts modem = ep06();
	struct news news = { .type = NEWS_FOUND };

	(void)state;
	assert_non_null(full);
	json_view_init(&json, full);
	json.view.tell(&json.view, &modem, &news);
	assert_int_equal(json_view_error(&json), -ENOSPC);
	fclose(full);
}

/* Would hang, if it waited for a reader that stands still. */
static void test_reader_stands_still(void **state)
{
	struct modem_facts modem = ep06();
	struct news news = { .type = NEWS_FOUND };
	struct json_view json;
	char block[512] = "";
	FILE *out;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	out = fdopen(ends[1], "w");
	assert_non_null(out);
	json_view_init(&json, out);
	json.view.tell(&json.view, &modem, &news);
	assert_int_equal(json_view_error(&json), -EAGAIN);
	/* It reads on: so is written on, but what is lost stays told. */
	while (read(ends[0], block, sizeof(block)) > 0)
		;
	json.view.tell(&json.view, &modem, &news);
	assert_in_range(read(ends[0], block, sizeof(block)), 1, sizeof(block));
	assert_memory_equal(block, "{\"event\":\"found\"", 16);
	assert_int_equal(json_view_error(&json), -EAGAIN);
	fclose(out);
	close(ends[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_event, stream_open, stream_close),
		cmocka_unit_test_setup_teardown(test_unknown_is_null, stream_open, stream_close),
		cmocka_unit_test_setup_teardown(test_text_of_any_bytes, stream_open, stream_close),
		cmocka_unit_test_setup_teardown(test_all_bytes_parse_again, stream_open,
						stream_close),
		cmocka_unit_test(test_result_for_the_history),
		cmocka_unit_test_setup_teardown(test_memory_runs_out, stream_open, stream_close),
		cmocka_unit_test(test_disk_is_full),
		cmocka_unit_test(test_reader_stands_still),
	};

	int failed;

	kept = argc > 1 ? fopen(argv[1], "w") : NULL;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (kept && fclose(kept) != 0)
		failed++;
	return failed;
}
