/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/core/at.h"
#include "agent/util.h"

#define SEED 20180831u
#define ROUNDS 2000

/* Everything that the scanner told, one line each: type, code, text, cut mark. */
struct told {
	struct at_parser parser;
	char text[2048];
};

static const char *type_name(enum at_line_type type)
{
	static const char *const names[] = {
		[AT_LINE_NONE] = "none",
		[AT_LINE_TEXT] = "text",
		[AT_LINE_OK] = "ok",
		[AT_LINE_ERROR] = "error",
	};

	return names[type];
}

static void told_feed(struct told *told, const uint8_t *bytes, size_t size)
{
	struct at_line line;

	do {
		size_t taken = at_parser_feed(&told->parser, bytes, size, &line);
		size_t used = strlen(told->text);

		assert_true(taken <= size);
		assert_true(taken == size || line.type != AT_LINE_NONE);
		bytes += taken;
		size -= taken;
		if (line.type == AT_LINE_NONE)
			break;
		snprintf(told->text + used, sizeof(told->text) - used, "%s %d %s%s\n",
			 type_name(line.type), line.code, line.text, line.cut ? " (cut)" : "");
	} while (size);
}

/* Echo on and echo off, codes before, between, after and at answers, NUL bytes, errors of each kind. */
static const char stream[] = "AT+CGMR\r\r\nEP06ELAR03A08M4G\r\n\r\nOK\r\n"
			     "\r\n+QGPSURC: \"x\"\r\nAT\r\r\n\r\n+QIND: \"FOTA\",\"HTTPSTART\"\r\nOK\r\n"
			     "\0\r\n+CME ERROR: 10\r\n\r\n+CME ERROR: SIM not inserted\r\n"
			     "\n\n+CMS ERROR:500\nER\0ROR\rOK\r\r\nOKAY\r\nERRORS\r\n"
			     "+CME ERROR: 99999999999\r\n\r\nRDY\r\n"
			     "OK+QIND: \"FOTA\",\"UPDATING\",100+QIND: \"FOTA\",\"END\",0\r\n+QI";
static const char stream_told[] = "text -1 AT+CGMR\ntext -1 EP06ELAR03A08M4G\nok -1 OK\n"
				  "text -1 +QGPSURC: \"x\"\ntext -1 AT\n"
				  "text -1 +QIND: \"FOTA\",\"HTTPSTART\"\nok -1 OK\n"
				  "error 10 +CME ERROR: 10\n"
				  "error -1 +CME ERROR: SIM not inserted\n"
				  "error 500 +CMS ERROR:500\nerror -1 ERROR\nok -1 OK\n"
				  "text -1 OKAY\ntext -1 ERRORS\n"
				  "error -1 +CME ERROR: 99999999999\ntext -1 RDY\nok -1 OK\n"
				  "text -1 +QIND: \"FOTA\",\"UPDATING\",100\n"
				  "text -1 +QIND: \"FOTA\",\"END\",0\n";
#define STREAM ((const uint8_t *)stream)
#define STREAM_SIZE (sizeof(stream) - 1)

static void two_reads_tell_what_one_tells(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= STREAM_SIZE; cut++) {
		struct told told = { 0 };

		told_feed(&told, STREAM, cut);
		told_feed(&told, STREAM, 0);
		told_feed(&told, STREAM + cut, STREAM_SIZE - cut);
		assert_string_equal(told.text, stream_told);
	}
}

static void single_bytes_tell_what_one_read_tells(void **state)
{
	struct told told = { 0 };

	(void)state;
	for (size_t at = 0; at < STREAM_SIZE; at++)
		told_feed(&told, STREAM + at, 1);
	assert_string_equal(told.text, stream_told);
}

static uint32_t random_next(uint32_t *random)
{
	*random = *random * 1664525u + 1013904223u;
	return *random >> 16;
}

static void any_slicing_tells_the_same(void **state)
{
	uint32_t random = SEED;

	(void)state;
	print_message("seed %u\n", SEED);
	for (int round = 0; round < ROUNDS; round++) {
		struct told told = { 0 };
		size_t at = 0;

		while (at < STREAM_SIZE) {
			size_t size = random_next(&random) % 24;

			if (size > STREAM_SIZE - at)
				size = STREAM_SIZE - at;
			told_feed(&told, STREAM + at, size);
			at += size;
		}
		assert_string_equal(told.text, stream_told);
	}
}

/* Every byte value, in any order: bounded, terminated, and no CR, LF or NUL in a line. */
static void noise_is_only_noise(void **state)
{
	uint32_t random = SEED;
	struct at_parser parser = { 0 };
	struct at_line line;

	(void)state;
	print_message("seed %u\n", SEED);
	for (int round = 0; round < 200000; round++) {
		uint8_t byte = (uint8_t)(random_next(&random) % 64 ? random_next(&random) : '\r');

		assert_int_equal(at_parser_feed(&parser, &byte, 1, &line), 1);
		if (line.type == AT_LINE_NONE)
			continue;
		assert_in_range(strlen(line.text), 1, AT_LINE_MAX);
		assert_null(strpbrk(line.text, "\r\n"));
	}
}

static void a_long_line_is_cut_and_marked(void **state)
{
	static const struct {
		size_t length;
		bool cut;
	} rows[] = {
		{ 1, false },		    { AT_LINE_MAX - 1, false }, { AT_LINE_MAX, false },
		{ AT_LINE_MAX + 1, true }, { 2UL * AT_LINE_MAX, true },	{ 9999, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t bytes[10000];
		struct at_parser parser = { 0 };
		struct at_line line;
		size_t kept = rows[i].cut ? AT_LINE_MAX : rows[i].length;

		memset(bytes, 'x', sizeof(bytes));
		bytes[rows[i].length] = '\r';
		assert_int_equal(at_parser_feed(&parser, bytes, sizeof(bytes), &line),
				 rows[i].length + 1);
		assert_int_equal(line.type, AT_LINE_TEXT);
		assert_int_equal(strlen(line.text), kept);
		assert_int_equal(line.cut, rows[i].cut);
		/* The next line is whole again. */
		assert_int_equal(at_parser_feed(&parser, (const uint8_t *)"OK\r", 3, &line), 3);
		assert_int_equal(line.type, AT_LINE_OK);
		assert_false(line.cut);
	}
}

static void half_a_line_from_before_means_nothing(void **state)
{
	struct told told = { 0 };

	(void)state;
	told_feed(&told, (const uint8_t *)"+QIND: \"FOTA\",\"EN", 17);
	at_parser_reset(&told.parser);
	told_feed(&told, (const uint8_t *)"RDY\r\n", 5);
	assert_string_equal(told.text, "text -1 RDY\n");
}

static void revisions(void **state)
{
	static const struct {
		const char *text;
		const char *revision; /* NULL: none */
	} rows[] = {
		{ "EP06ELAR03A08M4G", "EP06ELAR03A08M4G" },
		{ "Revision: EP06ELAR03A08M4G", "EP06ELAR03A08M4G" },
		{ "Revision:EP06ELAR03A08M4G ", "EP06ELAR03A08M4G" },
		{ "EP06ELAR03A08M4G_01.001.01.001", "EP06ELAR03A08M4G_01.001.01.001" },
		{ "BG96MAR02A07M1G", "BG96MAR02A07M1G" },
		{ "Quectel", NULL },
		{ "EP06", NULL },
		{ "SubEdition: V05", NULL },
		{ "861234567890123", NULL },
		{ "AT+CGMR", NULL },
		{ "RDY", NULL },
		{ "+CPIN: READY", NULL },
		{ "+CFUN: 1", NULL },
		{ "+QIND: \"FOTA\",\"UPDATING\",42", NULL },
		{ "$GPGSV,4,1,13,02,32,308,39", NULL },
		{ "EP06 ELAR03", NULL },
		{ "EP06ELAR03A08M4G\x80", NULL },
		{ "Revision: ", NULL },
		{ "A1234567890123456789012345678901234567890123456789012345678901234567890", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char revision[64] = "untouched";

		assert_int_equal(at_revision(rows[i].text, revision, sizeof(revision)),
				 rows[i].revision != NULL);
		assert_string_equal(revision, rows[i].revision ? rows[i].revision : "untouched");
	}
}

static void imeis(void **state)
{
	static const struct {
		const char *text;
		bool imei;
	} rows[] = {
		{ "861234567890123", true },   { "86123456789012", true },
		{ "86123456789012345", true }, { "8612345678901", false },
		{ "861234567890123456", false }, { "861234567890123 ", false },
		{ "+CGSN: 861234567890123", false }, { "86123456789012x", false },
		{ "EP06ELAR03A08M4G", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char imei[24] = "untouched";

		assert_int_equal(at_imei(rows[i].text, imei, sizeof(imei)), rows[i].imei);
		assert_string_equal(imei, rows[i].imei ? rows[i].text : "untouched");
	}
}

static void registrations(void **state)
{
	static const struct {
		const char *text;
		int state;
	} rows[] = {
		{ "+CREG: 0,1", 1 },
		{ "+CGREG: 0,5", 5 },
		{ "+CEREG: 2,5,\"1A2B\",\"0123ABCD\",7", 5 },
		{ "+CEREG: 2, 1", 1 },
		{ "+CEREG:0,2", 2 },
		{ "+CEREG: 1", 1 },
		/* As an unsolicited code the state comes first, then a quoted area. */
		{ "+CEREG: 5,\"1A2B\",\"0123ABCD\",7", 5 },
		{ "+CEREG:", -1 },
		{ "+CEREG: x,1", -1 },
		{ "+CREGX: 0,1", -1 },
		{ "+COPS: 0,1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(at_registration(rows[i].text), rows[i].state);
}

static void boot_codes_and_echoes(void **state)
{
	static const struct {
		const char *text;
		bool boot, echo;
	} rows[] = {
		{ "RDY", true, false },
		{ "+CPIN: READY", true, false },
		{ "+CPIN: NOT INSERTED", true, false },
		{ "+QUSIM: 1", true, false },
		{ "+CFUN: 1", true, false },
		{ "+QIND: SMS DONE", true, false },
		{ "+QIND: PB DONE", true, false },
		{ "RDYX", false, false },
		{ "+QIND: \"FOTA\",\"END\",0", false, false },
		{ "+QIND: \"csq\",28,99", false, false },
		{ "OK", false, false },
		{ "AT+CPIN?", false, true },
		{ "ate0", false, true },
		{ "A", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(at_is_boot_urc(rows[i].text), rows[i].boot);
		assert_int_equal(at_is_echo(rows[i].text), rows[i].echo);
	}
}

static void nothing_unescaped_reaches_the_line(void **state)
{
	static const struct {
		const char *argument;
		bool valid;
	} rows[] = {
		{ "http://fw.example:80/a.zip", true },
		{ "/cache/ufs/a.zip", true },
		{ "ftp://u:***@fw/a", true },
		{ "a~#%&?=^[]@:,+-_.b", true },
		{ "", false },
		{ "a\"b", false },
		{ "a\rATD123", false },
		{ "a\nb", false },
		{ "a\\b", false },
		{ "a'b", false },
		{ "a;b", false },
		{ "a|b", false },
		{ "$(a)", false },
		{ "$a", false },
		{ "(a", false },
		{ "a)", false },
		{ "a<b", false },
		{ "a>b", false },
		{ "{a", false },
		{ "a}", false },
		{ "a!", false },
		{ "`a`", false },
		{ "a b", false },
		{ "a\tb", false },
		{ "a\x7f", false },
		{ "a\x80", false },
		{ "\xc3\xa9", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char command[300], expected[300];

		assert_int_equal(at_argument_valid(rows[i].argument), rows[i].valid);
		assert_int_equal(at_command(command, sizeof(command), "+QFOTADL", rows[i].argument),
				 rows[i].valid);
		if (!rows[i].valid)
			continue;
		snprintf(expected, sizeof(expected), "AT+QFOTADL=\"%s\"", rows[i].argument);
		assert_string_equal(command, expected);
	}
}

static void an_argument_has_255_bytes_at_most(void **state)
{
	char argument[AT_ARGUMENT_MAX + 2], command[AT_ARGUMENT_MAX + 32];

	(void)state;
	memset(argument, 'x', sizeof(argument));
	argument[AT_ARGUMENT_MAX] = '\0';
	assert_true(at_argument_valid(argument));
	assert_true(at_command(command, sizeof(command), "+QFOTADL", argument));
	assert_int_equal(strlen(command), AT_ARGUMENT_MAX + strlen("AT+QFOTADL=\"\""));
	/* Fits to the byte, or not at all. */
	assert_true(at_command(command, strlen(command) + 1, "+QFOTADL", argument));
	assert_false(at_command(command, strlen(command), "+QFOTADL", argument));
	argument[AT_ARGUMENT_MAX] = 'x';
	argument[AT_ARGUMENT_MAX + 1] = '\0';
	assert_false(at_argument_valid(argument));
	assert_false(at_command(command, sizeof(command), "+QFOTADL", argument));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_reads_tell_what_one_tells),
		cmocka_unit_test(single_bytes_tell_what_one_read_tells),
		cmocka_unit_test(any_slicing_tells_the_same),
		cmocka_unit_test(noise_is_only_noise),
		cmocka_unit_test(a_long_line_is_cut_and_marked),
		cmocka_unit_test(half_a_line_from_before_means_nothing),
		cmocka_unit_test(revisions),
		cmocka_unit_test(imeis),
		cmocka_unit_test(registrations),
		cmocka_unit_test(boot_codes_and_echoes),
		cmocka_unit_test(nothing_unescaped_reaches_the_line),
		cmocka_unit_test(an_argument_has_255_bytes_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
