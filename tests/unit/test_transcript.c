/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a transcript there and back, and what a recorder leaves in its
 * file: everything that happened, but no password and no IMEI.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/transcript.h"
#include "agent/loop.h"
#include "agent/recorder.h"
#include "agent/util.h"

#define BEGUN 5000
#define IMEI "861585040983091"
#define OTHER_IMEI "861585040983109"

/* Transcripts begin at this time. */
uint64_t loop_now(void)
{
	return BEGUN;
}

/* ---- lines ---- */

/* One of each kind, as they must stand in a file. */
static const char *const lines[] = {
	"0 1-1.4 in port=1 more=0 text=\"\\x0d\\x0aOK\\x0d\\x0a\"",
	"815 1-1.4 in port=7 more=1 text=\"\"",
	"18446744073709551615 1-1.4 out port=255 more=0 text=\"AT\\x0d\"",
	"3 1-1.4 usb what=\"add\" vid=2c7c pid=0306",
	"3 1-1.4 usb what=\"remove\" vid=05c6 pid=9008",
	("0 1-1.4 limits ready=60000 answer=5000 network=180000 accept=60000 "
	 "download-start=120000 download=1800000 leave=300000 return=300000 flash-start=600000 "
	 "flash-silence=600000 flash=7200000 reboot=300000 verify=120000"),
	("0 1-1.4 memory phase=flash firmware=\"EP06ELAR03A08M4G\" imei=\"\" target=\"\" "
	 "transfer=0 end=-1 download=1 stored=0 urcport=\"\" left=1 rebooted=0 age=0 running=\"\""),
	"9 1-1.4 state name=download-start",
	"0 1-1.4 event start",
	"1 1-1.4 event attached presence=modem ports=3 order=1,2,0",
	"1 1-1.4 event attached presence=mute ports=0 order=",
	"1 1-1.4 event attached presence=none ports=0 order=",
	"1 1-1.4 event attached presence=recovery ports=1 order=0",
	"1 1-1.4 event attached presence=emergency ports=0 order=",
	"1 1-1.4 event detached",
	"815 1-1.4 event line port=1 type=ok code=-1 cut=0 text=\"OK\"",
	"815 1-1.4 event line port=0 type=error code=30 cut=0 text=\"+CME ERROR: 30\"",
	("815 1-1.4 event line port=2 type=text code=-1 cut=1 "
	 "text=\"+QIND: \\x22FOTA\\x22,\\x22END\\x22,0 \\x5c \\xff\""),
	"900 1-1.4 event time",
	("900 1-1.4 event plan kind=upgrade download=1 upload=0 size=0 sum=0000 dry-run=0 argument=\"http://fw/a\" "
	 "target=\"EP06ELAR04A01M4G\" reason=\"\""),
	("900 1-1.4 event plan kind=nothing download=0 upload=0 size=0 sum=0000 dry-run=1 argument=\"\" target=\"\" "
	 "reason=\"no target\""),
	("900 1-1.4 event plan kind=config download=0 upload=0 size=0 sum=0000 dry-run=0 argument=\"\" target=\"\" "
	 "reason=\"\""),
	"900 1-1.4 event saved saved=1",
	"900 1-1.4 event stop now=0",
	"900 1-1.4 event host reason=\"no permission\"",
	"900 1-1.4 event held reason=\"process 7 holds it\"",
	"901 1-1.4 action send port=1 text=\"AT+CGMR\"",
	"901 1-1.4 action time at=5901",
	"901 1-1.4 action time at=0",
	"901 1-1.4 action phase phase=verify",
	"901 1-1.4 action identified imei=\"000000000000001\" firmware=\"EP06ELAR03A08M4G\"",
	"901 1-1.4 action hold",
	"901 1-1.4 action save",
	"901 1-1.4 action progress percent=42",
	"901 1-1.4 action urc",
	"901 1-1.4 action note text=\"leave its power on\"",
	"901 1-1.4 action finish outcome=transfer-failed exit=5",
	"0 1-1.4 event follow ask=1",
	"0 1-1.4 event parts parts=3",
};

static void test_there_and_back(void **state)
{
	struct transcript_record record;
	char line[2000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (transcript_parse(lines[i], &record) < 0)
			fail_msg("not read: %s", lines[i]);
		assert_int_equal(transcript_format(&record, line, sizeof(line)), 0);
		assert_string_equal(line, lines[i]);
	}
}

static void test_room_is_respected(void **state)
{
	struct transcript_record record;
	char line[2000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = strlen(lines[i]);

		assert_int_equal(transcript_parse(lines[i], &record), 0);
		for (size_t size = 1; size <= length; size++) {
			memset(line, 'x', sizeof(line));
			assert_int_equal(transcript_format(&record, line, size), -ENOBUFS);
			assert_int_equal(line[size], 'x');
		}
		assert_int_equal(transcript_format(&record, line, length + 1), 0);
	}
}

static void test_values_are_read(void **state)
{
	struct transcript_record record;
	uint8_t bytes[8];
	size_t count;

	(void)state;
	assert_int_equal(transcript_parse(lines[0], &record), 0);
	assert_int_equal(record.type, TRANSCRIPT_IN);
	assert_string_equal(record.position, "1-1.4");
	assert_int_equal(transcript_unescape(record.text, record.text_length, bytes,
					     sizeof(bytes), &count), 0);
	assert_int_equal(count, 6);
	assert_memory_equal(bytes, "\r\nOK\r\n", 6);
	assert_int_equal(transcript_parse(lines[17], &record), 0);
	assert_int_equal(record.event.type, DFOTA_EVENT_LINE);
	assert_int_equal(record.event.line.port, 2);
	assert_int_equal(record.event.line.line->type, AT_LINE_TEXT);
	assert_true(record.event.line.line->cut);
	assert_string_equal(record.event.line.line->text, "+QIND: \"FOTA\",\"END\",0 \\ \xff");
	assert_int_equal(transcript_parse(lines[19], &record), 0);
	assert_int_equal(record.event.plan->kind, DFOTA_PLAN_UPGRADE);
	assert_string_equal(record.event.plan->argument, "http://fw/a");
	assert_int_equal(transcript_parse(lines[9], &record), 0);
	assert_int_equal(record.event.attached.candidates, 3);
	assert_int_equal(record.event.attached.order[0], 1);
}

static const char *const bad_lines[] = {
	"",
	" ",
	"1",
	"1 ",
	"1 1-1",
	"1 1-1 ",
	"x 1-1 event start",
	"-1 1-1 event start",
	"18446744073709551616 1-1 event start",
	"1  event start",
	"1 1-1 event",
	"1 1-1 event starts",
	"1 1-1 event start ",
	"1 1-1 event start now=1",
	"1 1-1 event stop",
	"1 1-1 event stop now=2",
	"1 1-1 event stop now=",
	"1 1-1 event stop later=1",
	"1 1-1 event stop now=1 now=1",
	"1 1-1 state name=",
	"1 1-1 state name=downloa",
	"1 1-1 state name=downloads",
	"1 1-1 usb what=add vid=2c7c pid=0306",
	"1 1-1 usb what=\"add\" vid=2C7C pid=0306",
	"1 1-1 usb what=\"add\" vid=2c7 pid=0306",
	"1 1-1 usb what=\"add vid=2c7c pid=0306",
	"1 1-1 usb what=\"a\\x00d\" vid=2c7c pid=0306",
	"1 1-1 usb what=\"a\\x0\" vid=2c7c pid=0306",
	"1 1-1 usb what=\"a\\n\" vid=2c7c pid=0306",
	"1 1-1 usb what=\"a\\xgg\" vid=2c7c pid=0306",
	"1 1-1 usb what=\"a\xff\" vid=2c7c pid=0306",
	"1 1-1 in port=256 more=0 text=\"\"",
	"1 1-1 in port=1 more=0 text=\"",
	"1 1-1 event attached presence=modem ports=3 order=1,2,8",
	"1 1-1 event attached presence=modem ports=3 order=1,,2",
	"1 1-1 event attached presence=modem ports=3 order=1,",
	"1 1-1 event attached presence=modem ports=3 order=0,1,2,3,4,5,6,7,0",
	"1 1-1 action progress percent=--1",
	"1 1-1 action progress percent=2147483648",
};

static void test_bad_lines(void **state)
{
	struct transcript_record record;
	char line[3000] = "1 1-1 event host reason=\"";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_lines); i++)
		if (transcript_parse(bad_lines[i], &record) != -EBADMSG)
			fail_msg("read: %s", bad_lines[i]);
	/* Strings and positions that are too long for their place. */
	memset(line + strlen(line), 'a', TRANSCRIPT_STRINGS);
	strcat(line, "\"");
	assert_int_equal(transcript_parse(line, &record), -EBADMSG);
	snprintf(line, sizeof(line), "1 %064d event start", 0);
	assert_int_equal(transcript_parse(line, &record), -EBADMSG);
	snprintf(line, sizeof(line), "1 %063d event start", 0);
	assert_int_equal(transcript_parse(line, &record), 0);
	snprintf(line, sizeof(line), "1 1-1 event plan kind=nothing download=0 upload=0 size=0 sum=0000 dry-run=0 "
				     "argument=\"%0256d\" target=\"\" reason=\"\"", 0);
	assert_int_equal(transcript_parse(line, &record), -EBADMSG);
}

static void test_any_cut_and_any_change_is_survived(void **state)
{
	struct transcript_record record;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t length = strlen(lines[i]);
		char *line = strdup(lines[i]);

		for (size_t at = 0; at < length; at++) {
			char *cut = strndup(lines[i], at);

			transcript_parse(cut, &record);
			free(cut);
			for (int byte = 1; byte < 256; byte++) {
				line[at] = (char)byte;
				transcript_parse(line, &record);
			}
			line[at] = lines[i][at];
		}
		free(line);
	}
}

static void test_header(void **state)
{
	char line[40];

	(void)state;
	assert_int_equal(transcript_format_header("0.1.0", line, sizeof(line)), 0);
	assert_string_equal(line, "qfota-transcript 1 0.1.0");
	assert_int_equal(transcript_format_header("0.1.0", line, 24), -ENOBUFS);
	assert_int_equal(transcript_parse_header("qfota-transcript 1 0.1.0"), 0);
	assert_int_equal(transcript_parse_header("qfota-transcript 2 0.1.0"), -EPROTONOSUPPORT);
	assert_int_equal(transcript_parse_header("qfota-transcript 11 0.1.0"), -EPROTONOSUPPORT);
	assert_int_equal(transcript_parse_header("#!/bin/sh"), -EBADMSG);
	assert_int_equal(transcript_parse_header(""), -EBADMSG);
}

static void test_unescape_needs_room(void **state)
{
	char bytes[4];
	size_t count = 99;

	(void)state;
	assert_int_equal(transcript_unescape("\\x41BCD", 7, bytes, 4, &count), 0);
	assert_memory_equal(bytes, "ABCD", 4);
	assert_int_equal(transcript_unescape("\\x41BCDE", 8, bytes, 4, &count), -ENOBUFS);
	assert_int_equal(transcript_unescape("a\"b", 3, bytes, 4, &count), -EBADMSG);
	assert_int_equal(transcript_unescape("\\x41", 3, bytes, 4, &count), -EBADMSG);
}

/* ---- a recorder and its file ---- */

struct tape {
	char path[64];
	struct recorder *recorder;
	char *text;
};

static int tape_setup(void **state)
{
	static struct tape tape;
	int fd;

	tape = (struct tape){ .path = "/tmp/qfota-tape.XXXXXX" };
	fd = mkstemp(tape.path);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, "old", 3), 3);
	close(fd);
	assert_int_equal(recorder_open(tape.path, &tape.recorder), 0);
	*state = &tape;
	return 0;
}

static int tape_teardown(void **state)
{
	struct tape *tape = *state;

	recorder_close(tape->recorder);
	unlink(tape->path);
	free(tape->text);
	return 0;
}

static void tape_bytes(struct tape *tape, unsigned int port, enum recorder_direction direction,
		       const char *bytes, uint64_t ms)
{
	recorder_bytes(tape->recorder, "1-1", port, direction, (const uint8_t *)bytes,
		       strlen(bytes), BEGUN + ms);
}

static void tape_in(struct tape *tape, const char *bytes, uint64_t ms)
{
	tape_bytes(tape, 1, RECORDER_IN, bytes, ms);
}

/* What stands in the file, behind the header. */
static const char *tape_read(struct tape *tape)
{
	static const char header[] = "qfota-transcript 1 " QFOTA_VERSION "\n";
	FILE *file = fopen(tape->path, "r");
	size_t size = 0;

	assert_non_null(file);
	free(tape->text);
	tape->text = NULL;
	if (getdelim(&tape->text, &size, '\0', file) < 0)
		fail_msg("the transcript is empty");
	fclose(file);
	assert_int_equal(strncmp(tape->text, header, strlen(header)), 0);
	for (const char *c = tape->text; *c; c++)
		if (*c != '\n')
			assert_in_range(*c, 0x20, 0x7e);
	return tape->text + strlen(header);
}

static const char *tape_end(struct tape *tape)
{
	assert_int_equal(recorder_close(tape->recorder), 0);
	tape->recorder = NULL;
	return tape_read(tape);
}

static void test_file_is_private(void **state)
{
	struct tape *tape = *state;
	struct stat stat_of;

	assert_int_equal(stat(tape->path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	assert_string_equal(tape_end(tape), "");
}

static void test_file_that_cannot_be(void **state)
{
	struct recorder *recorder = NULL;

	(void)state;
	assert_int_equal(recorder_open("/nonexistent/tape", &recorder), -ENOENT);
	assert_int_equal(recorder_open("/tmp", &recorder), -EISDIR);
	assert_null(recorder);
	assert_int_equal(recorder_open("/dev/full", &recorder), 0);
	assert_int_equal(recorder_close(recorder), -ENOSPC);
}

static void test_bytes_as_they_came(void **state)
{
	struct tape *tape = *state;

	tape_bytes(tape, 1, RECORDER_OUT, "AT\r", 7);
	tape_in(tape, "AT\r\r\nOK\r\n", 9);
	tape_in(tape, "+QI", 10);
	tape_bytes(tape, 2, RECORDER_IN, "$GPGGA\r\n", 11);
	tape_in(tape, "", 12);
	tape_in(tape, "ND: \"x\"\r", 13);
	tape_in(tape, "\n", 14);
	/* It is there at once, not only at the end. */
	assert_string_equal(tape_read(tape),
			    "7 1-1 out port=1 more=0 text=\"AT\\x0d\"\n"
			    "9 1-1 in port=1 more=0 text=\"AT\\x0d\\x0d\\x0aOK\\x0d\\x0a\"\n"
			    "11 1-1 in port=2 more=0 text=\"$GPGGA\\x0d\\x0a\"\n"
			    "10 1-1 in port=1 more=0 text=\"+QI\"\n"
			    "13 1-1 in port=1 more=0 text=\"ND: \\x22x\\x22\\x0d\"\n"
			    "14 1-1 in port=1 more=0 text=\"\\x0a\"\n");
}

static void test_transfer_that_ends_in_mid_line(void **state)
{
	struct tape *tape = *state;

	tape_in(tape, "OK\r\n+QIN", 1);
	assert_string_equal(tape_read(tape), "1 1-1 in port=1 more=1 text=\"OK\\x0d\\x0a\"\n");
	tape_in(tape, "D\r\n", 2);
	assert_string_equal(tape_end(tape), "1 1-1 in port=1 more=1 text=\"OK\\x0d\\x0a\"\n"
					    "1 1-1 in port=1 more=0 text=\"+QIN\"\n"
					    "2 1-1 in port=1 more=0 text=\"D\\x0d\\x0a\"\n");
}

/* The modem leaves: digits that may be half an IMEI are not kept. */
static void test_half_a_line(void **state)
{
	struct tape *tape = *state;

	tape_in(tape, "+QIND: \"FOTA\",\"UPDATING\",4", 1);
	recorder_usb(tape->recorder, "1-1", "remove", 0x2c7c, 0x306, BEGUN + 2);
	tape_in(tape, "8615850", 3);
	recorder_event(tape->recorder, "1-1",
		       &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED }, BEGUN + 4);
	tape_in(tape, "ftp://u:86158", 5);
	assert_string_equal(
		tape_end(tape),
		"1 1-1 in port=1 more=0 text=\"+QIND: \\x22FOTA\\x22,\\x22UPDATING\\x22,0\"\n"
		"2 1-1 usb what=\"remove\" vid=2c7c pid=0306\n"
		"3 1-1 in port=1 more=0 text=\"0000000\"\n"
		"4 1-1 event detached\n"
		"5 1-1 in port=1 more=0 text=\"ftp://u:00000\"\n");
}

static void test_line_without_end(void **state)
{
	struct tape *tape = *state;
	char bytes[RECORDER_LINE_MAX + 8];
	char expected[2 * RECORDER_LINE_MAX];

	memset(bytes, 'a', sizeof(bytes));
	memcpy(bytes + RECORDER_LINE_MAX - 8, IMEI, 15);
	bytes[sizeof(bytes) - 1] = '\0';
	tape_in(tape, bytes, 1);
	tape_in(tape, "ftp://u:pw@fw\rOK\r\n", 2);
	snprintf(expected, sizeof(expected), "1 1-1 in port=1 more=1 text=\"%0*d\"\n"
		 "1 1-1 in port=1 more=0 text=\"xxxxxxx\"\n"
		 "2 1-1 in port=1 more=1 text=\"xxx://x:xx@xx\\x0d\"\n"
		 "2 1-1 in port=1 more=0 text=\"OK\\x0d\\x0a\"\n", RECORDER_LINE_MAX, 0);
	memset(strchr(expected, '"') + 1, 'x', RECORDER_LINE_MAX);
	assert_string_equal(tape_end(tape), expected);
}

static void test_longest_line_of_one_byte_transfers(void **state)
{
	struct tape *tape = *state;
	unsigned int count = 0;

	for (int i = 0; i < RECORDER_LINE_MAX - 1; i++)
		tape_in(tape, "\xff", 1);
	tape_in(tape, "\r", 2);
	for (const char *at = tape_end(tape); (at = strchr(at, '\n')); at++)
		count++;
	assert_int_equal(count, RECORDER_LINE_MAX);
}

/* ---- nothing private ---- */

/* What a modem and the agent say; digits and passwords as often as possible. */
static const struct {
	enum recorder_direction direction;
	const char *bytes, *expected;
} private_talk[] = {
	{ RECORDER_OUT, "AT+CGSN\r", "AT+CGSN\\x0d" },
	{ RECORDER_IN, "AT+CGSN\r\r\n" IMEI "\r\n\r\nOK\r\n",
	  "AT+CGSN\\x0d\\x0d\\x0a000000000000001\\x0d\\x0a\\x0d\\x0aOK\\x0d\\x0a" },
	{ RECORDER_IN, "+QCCID: 89490200001234567890\r\n",
	  "+QCCID: 00000000000000000002\\x0d\\x0a" },
	{ RECORDER_IN, OTHER_IMEI "," IMEI "," OTHER_IMEI "\r\n",
	  "000000000000003,000000000000001,000000000000003\\x0d\\x0a" },
	{ RECORDER_IN, "1234567890123\r\n", "1234567890123\\x0d\\x0a" },
	{ RECORDER_IN, "\001" IMEI "\377\r\n", "\\x01000000000000001\\xff\\x0d\\x0a" },
	{ RECORDER_IN, "\\x01" IMEI "\r\n", "\\x5cx00000000000000004\\x0d\\x0a" },
	{ RECORDER_OUT, "AT+QFOTADL=\"ftp://me:geheim@fw:21/a.zip\"\r",
	  "AT+QFOTADL=\\x22ftp://me:***@fw:21/a.zip\\x22\\x0d" },
	{ RECORDER_IN, "AT+QFOTADL=\"ftp://me:geheim@fw:21/a.zip\"\r",
	  "AT+QFOTADL=\\x22ftp://me:***@fw:21/a.zip\\x22\\x0d" },
	{ RECORDER_IN, "http://fw/a?token=geheim\r\nhttp://u:x@fw/" IMEI "\r\n",
	  "http://fw/a?token=***\\x0d\\x0ahttp://u:*@fw/000000000000001\\x0d\\x0a" },
};

/* Texts of all records of a direction, one behind the other. */
static void tape_join(const char *text, const char *word, char *ret, size_t size)
{
	ret[0] = '\0';
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);
		struct transcript_record record;

		assert_int_equal(transcript_parse(line, &record), 0);
		assert_true(strlen(ret) + record.text_length < size);
		if (strstr(line, word))
			strncat(ret, record.text, record.text_length);
		free(line);
		text += length + 1;
	}
}

/* Each row in pieces of @step bytes, or, with 0, of random sizes. */
static void talk_in_pieces(struct tape *tape, size_t step)
{
	for (size_t i = 0; i < ARRAY_SIZE(private_talk); i++) {
		const char *bytes = private_talk[i].bytes;
		size_t left = strlen(bytes), size;

		for (; left; left -= size, bytes += size) {
			size = step ? step : 1 + (size_t)rand() % 20;
			if (size > left)
				size = left;
			recorder_bytes(tape->recorder, "1-1", 1, private_talk[i].direction,
				       (const uint8_t *)bytes, size, BEGUN);
		}
	}
}

static void check_talk(struct tape *tape)
{
	static const char *const words[] = { [RECORDER_IN] = " in ", [RECORDER_OUT] = " out " };
	char expected[2][2000] = { "", "" }, joined[2000];
	const char *text = tape_end(tape);

	assert_null(strstr(text, "gehei"));
	assert_null(strstr(text, "8615850"));
	for (size_t i = 0; i < ARRAY_SIZE(private_talk); i++)
		strcat(expected[private_talk[i].direction], private_talk[i].expected);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		tape_join(text, words[i], joined, sizeof(joined));
		assert_string_equal(joined, expected[i]);
	}
}

static void test_private_in_any_slicing(void **state)
{
	struct tape *tape = *state;

	for (unsigned int round = 0; round < 60; round++) {
		print_message("pieces of %u, seed %u\n", round <= 20 ? round : 0, round);
		srand(round);
		talk_in_pieces(tape, round <= 20 ? round : 0);
		check_talk(tape);
		assert_int_equal(recorder_open(tape->path, &tape->recorder), 0);
	}
}

static void test_private_in_events_and_actions(void **state)
{
	struct tape *tape = *state;
	struct at_line line = { AT_LINE_TEXT, IMEI, false, -1 };
	struct at_line cut = { AT_LINE_TEXT, "x" "8615850409", true, -1 };
	struct dfota_plan plan = { .kind = DFOTA_PLAN_UPGRADE, .download = true,
				   .argument = "http://u:geheim@fw/a" };
	struct dfota d = { .command = "AT+QFOTADL=\"http://u:geheim@fw/a\"", .imei = IMEI };
	struct dfota_actions actions = {
		.count = 2,
		.action = { { .type = DFOTA_ACTION_SEND, .port = 1 },
			    { .type = DFOTA_ACTION_IDENTIFIED } },
	};
	const struct dfota_event events[] = {
		{ .type = DFOTA_EVENT_LINE, .line = { 1, &line } },
		{ .type = DFOTA_EVENT_LINE, .line = { 1, &cut } },
		{ .type = DFOTA_EVENT_PLAN, .plan = &plan },
		{ .type = DFOTA_EVENT_HOST, .reason = "http://u:geheim@fw/a and " IMEI },
	};

	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		recorder_event(tape->recorder, "1-1", &events[i], BEGUN + i);
	recorder_actions(tape->recorder, "1-1", &actions, &d, BEGUN + 9);
	assert_string_equal(
		tape_end(tape),
		"0 1-1 event line port=1 type=text code=-1 cut=0 text=\"000000000000001\"\n"
		"1 1-1 event line port=1 type=text code=-1 cut=1 text=\"x0000000000\"\n"
		"2 1-1 event plan kind=upgrade download=1 upload=0 size=0 sum=0000 dry-run=0 "
		"argument=\"http://u:***@fw/a\" target=\"\" reason=\"\"\n"
		"9 1-1 limits ready=0 answer=0 network=0 accept=0 download-start=0 download=0 "
		"leave=0 return=0 flash-start=0 flash-silence=0 flash=0 reboot=0 verify=0\n"
		"9 1-1 event host reason=\"http://u:***@fw/a and 000000000000001\"\n"
		"9 1-1 action send port=1 text=\"AT+QFOTADL=\\x22http://u:***@fw/a\\x22\"\n"
		"9 1-1 action identified imei=\"000000000000001\" firmware=\"\"\n"
		"9 1-1 state name=attach\n");
}

/* However many numbers a modem invents, none is written, and memory does not grow for ever. */
static void test_pseudonyms_have_an_end(void **state)
{
	struct tape *tape = *state;
	char line[40];

	for (unsigned int i = 0; i < 3000; i++) {
		snprintf(line, sizeof(line), "99%012u\r\n", i);
		tape_in(tape, line, i);
	}
	tape_in(tape, "99000000000007\r\n", 3000);
	assert_null(strstr(tape_end(tape), "\"99"));
	assert_non_null(strstr(tape->text, "\n1023 1-1 in port=1 more=0 text=\"00000000001024\\"));
	assert_non_null(strstr(tape->text, "\n1024 1-1 in port=1 more=0 text=\"00000000000000\\"));
	assert_non_null(strstr(tape->text, "\n3000 1-1 in port=1 more=0 text=\"00000000000008\\"));
}

/* ---- the same story once more ---- */

static void play_event(struct tape *tape, struct dfota *d, const struct dfota_event *event,
		       uint64_t ms)
{
	struct dfota_actions actions;

	dfota_step(d, event, BEGUN + ms, &actions);
	recorder_event(tape->recorder, "1-1", event, BEGUN + ms);
	recorder_actions(tape->recorder, "1-1", &actions, d, BEGUN + ms);
}

static void play_line(struct tape *tape, struct dfota *d, enum at_line_type type,
		      const char *text, uint64_t ms)
{
	struct at_line line = { type, text, false, -1 };

	play_event(tape, d, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { 1, &line } },
		   ms);
}

/* The upgraded modem answers until the machine is content. */
static void play_answers(struct tape *tape, struct dfota *d, uint64_t ms)
{
	for (int i = 0; i < 20 && d->state != DFOTA_STATE_FINISHED; i++, ms += 10000) {
		if (strcmp(d->command, "AT+CGMR") == 0)
			play_line(tape, d, AT_LINE_TEXT, "EP06ELAR04A01M4G", ms);
		else if (strcmp(d->command, "AT+CGSN") == 0)
			play_line(tape, d, AT_LINE_TEXT, IMEI, ms + 1);
		play_line(tape, d, AT_LINE_OK, "OK", ms + 2);
		play_event(tape, d, &(struct dfota_event){ .type = DFOTA_EVENT_TIME }, ms + 3);
	}
}

/* A job from the journal, from the download to its END. */
static void play_resumed_job(struct tape *tape)
{
	struct limits limits = limits_default();
	struct dfota_memory memory = {
		.phase = DFOTA_PHASE_DOWNLOAD, .firmware = "EP06ELAR03A08M4G", .imei = IMEI,
		.target = "EP06ELAR04A01M4G", .transfer = -1, .end = -1, .download = true,
	};
	struct dfota_event attached = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { DFOTA_PRESENCE_MODEM, 3, 3, { 1, 2, 0 } },
	};
	static const char *const flashing[] = {
		"+QIND: \"FOTA\",\"START\"", "+QIND: \"FOTA\",\"UPDATING\",42",
		"+QIND: \"FOTA\",\"END\",0",
	};
	struct dfota d;

	dfota_init(&d, &limits);
	dfota_resume(&d, &memory);
	play_event(tape, &d, &(struct dfota_event){ .type = DFOTA_EVENT_START }, 10);
	play_event(tape, &d, &attached, 20);
	play_line(tape, &d, AT_LINE_TEXT, "+QIND: \"FOTA\",\"HTTPEND\",0", 30);
	play_event(tape, &d, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED }, 40);
	play_event(tape, &d, &attached, 50);
	for (size_t i = 0; i < ARRAY_SIZE(flashing); i++)
		play_line(tape, &d, AT_LINE_TEXT, flashing[i], 51 + i);
	play_event(tape, &d, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED }, 60);
	play_event(tape, &d, &attached, 70);
	play_line(tape, &d, AT_LINE_TEXT, "RDY", 80);
	play_answers(tape, &d, 90);
}

/* A machine that gets what stands in @text; saved, so that the tape can be compared. */
static void play_transcript(struct tape *tape, const char *text)
{
	struct transcript_record record;
	struct dfota d = { 0 };

	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);

		assert_int_equal(transcript_parse(line, &record), 0);
		if (record.type == TRANSCRIPT_LIMITS)
			dfota_init(&d, &record.limits);
		else if (record.type == TRANSCRIPT_MEMORY)
			dfota_resume(&d, &record.memory);
		else if (record.type == TRANSCRIPT_EVENT)
			play_event(tape, &d, &record.event, record.time_ms);
		free(line);
		text += length + 1;
	}
}

static void test_machine_decides_the_same_again(void **state)
{
	struct tape *tape = *state;
	char *first;

	play_resumed_job(tape);
	first = strdup(tape_end(tape));
	assert_non_null(strstr(first, "10 1-1 limits ready=60000 "));
	assert_non_null(strstr(first, "10 1-1 memory phase=download firmware=\"EP06ELAR03A08M4G\" "
				      "imei=\"000000000000001\""));
	assert_non_null(strstr(first, "10 1-1 event start\n"));
	assert_non_null(strstr(first, "1-1 state name=flash\n"));
	assert_non_null(strstr(first, "10 1-1 action time at=300010\n"));
	assert_non_null(strstr(first, "1-1 action finish outcome=upgraded exit=0\n"));
	assert_int_equal(recorder_open(tape->path, &tape->recorder), 0);
	play_transcript(tape, first);
	assert_string_equal(tape_end(tape), first);
	free(first);
}

#define TAPE_TEST(name) cmocka_unit_test_setup_teardown(name, tape_setup, tape_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_room_is_respected),
		cmocka_unit_test(test_values_are_read),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_any_cut_and_any_change_is_survived),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_unescape_needs_room),
		TAPE_TEST(test_file_is_private),
		cmocka_unit_test(test_file_that_cannot_be),
		TAPE_TEST(test_bytes_as_they_came),
		TAPE_TEST(test_transfer_that_ends_in_mid_line),
		TAPE_TEST(test_half_a_line),
		TAPE_TEST(test_line_without_end),
		TAPE_TEST(test_longest_line_of_one_byte_transfers),
		TAPE_TEST(test_private_in_any_slicing),
		TAPE_TEST(test_private_in_events_and_actions),
		TAPE_TEST(test_pseudonyms_have_an_end),
		TAPE_TEST(test_machine_decides_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
