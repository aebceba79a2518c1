/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a port delivers. However it is cut into transfers, the same lines come of
 * it; whoever reads a line keeps to what it promises.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/core/at.h"
#include "agent/core/package.h"
#include "agent/core/transcript.h"
#include "agent/core/urc.h"
#include "agent/util.h"
#include "fuzz.h"

#define SLICES 8

struct lines {
	unsigned int count;
	uint32_t sum; /* of all that is in them */
	struct urc_scanner scanner;
};

/* ---- who reads a line ---- */

static void check_values(const char *text)
{
	char revision[64], imei[24];
	uint32_t size;
	uint16_t sum;

	if (at_revision(text, revision, sizeof(revision)))
		LAW(strlen(revision) >= 6 && fuzz_is_plain(revision) && strstr(text, revision));
	if (at_imei(text, imei, sizeof(imei)))
		LAW(strcmp(imei, text) == 0 && strlen(imei) >= 14 && strlen(imei) <= 17);
	LAW(at_registration(text) >= -1);
	/* No line is both: an answer would be taken for news. */
	LAW(!at_is_echo(text) || !at_is_boot_urc(text));
	package_parse_answer(text, &size, &sum);
}

static void check_command(const char *text)
{
	char command[AT_ARGUMENT_MAX + 16];
	const char *quote;

	if (!at_command(command, sizeof(command), "+QFOTADL", text)) {
		LAW(!at_argument_valid(text));
		return;
	}
	LAW(fuzz_is_plain(command) && !strchr(command, '\\'));
	quote = strchr(command, '"');
	LAW(quote && strchr(quote + 1, '"') == command + strlen(command) - 1);
}

static void check_urc(struct urc_scanner *scanner, const char *text)
{
	bool waiting;
	struct urc urc = urc_scan(scanner, text, &waiting);

	LAW(waiting == (scanner->part[0] != '\0'));
	LAW(!waiting || urc.type == URC_NONE);
	LAW(urc.number >= -1);
	if (urc.type == URC_END || urc.type == URC_TRANSFER_END || urc.type == URC_UPDATING)
		LAW(urc.number >= 0);
}

/* A transcript holds each line, and gives it back. */
static void check_escape(const char *text)
{
	char escaped[4 * AT_LINE_MAX + 1] = "", back[AT_LINE_MAX];
	size_t length = strlen(text), count;

	LAW(transcript_escape(text, length, escaped, sizeof(escaped)));
	LAW(fuzz_is_plain(escaped) && !strchr(escaped, '"'));
	LAW(transcript_unescape(escaped, strlen(escaped), back, sizeof(back), &count) == 0);
	LAW(count == length && memcmp(back, text, count) == 0);
}

/* ---- the scanner ---- */

static void check_line(const struct at_line *line, bool acks)
{
	size_t length = strlen(line->text);

	LAW(length <= AT_LINE_MAX && !strpbrk(line->text, "\r\n"));
	LAW(!line->cut || length == AT_LINE_MAX);
	LAW(line->code >= -1);
	LAW((line->type == AT_LINE_ACK) == !length);
	LAW(line->type != AT_LINE_ACK || acks);
	LAW(line->code < 0 || line->type == AT_LINE_ERROR);
}

static void sum_add(uint32_t *sum, unsigned int number)
{
	*sum = (*sum ^ number) * 16777619u;
}

static void line_take(struct lines *lines, const struct at_line *line)
{
	lines->count++;
	sum_add(&lines->sum, line->type);
	sum_add(&lines->sum, line->cut);
	sum_add(&lines->sum, (unsigned int)line->code);
	for (const char *at = line->text; *at; at++)
		sum_add(&lines->sum, (unsigned char)*at);
}

static void line_read(struct lines *lines, const struct at_line *line)
{
	check_values(line->text);
	check_command(line->text);
	check_urc(&lines->scanner, line->text);
	check_escape(line->text);
}

/* One transfer: a buffer of its own, so that no byte behind it may be read. */
static void transfer_feed(struct at_parser *parser, const uint8_t *bytes, size_t size,
			  struct lines *lines, bool reads)
{
	_cleanup_free_ uint8_t *transfer = malloc(size);
	struct at_line line;

	LAW(transfer);
	memcpy(transfer, bytes, size);
	for (size_t at = 0; at < size;) {
		size_t taken = at_parser_feed(parser, transfer + at, size - at, &line);

		LAW(taken > 0 && taken <= size - at);
		LAW(line.type != AT_LINE_NONE || taken == size - at);
		at += taken;
		if (line.type == AT_LINE_NONE)
			continue;
		check_line(&line, parser->acks);
		line_take(lines, &line);
		if (reads)
			line_read(lines, &line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct lines whole = { 0 }, sliced = { 0 };
	struct fuzz_bytes in = { bytes, bytes + size };
	struct at_parser parser = { .acks = fuzz_below(&in, 2) };
	struct at_parser again = parser;
	uint8_t slice[SLICES];
	size_t length;

	for (size_t i = 0; i < SLICES; i++)
		slice[i] = fuzz_below(&in, 48);
	if (in.at == in.end)
		return 0;
	transfer_feed(&parser, in.at, (size_t)(in.end - in.at), &whole, true);
	for (size_t i = 0; in.at < in.end; in.at += length, i++) {
		length = 1u + slice[i % SLICES];
		if (length > (size_t)(in.end - in.at))
			length = (size_t)(in.end - in.at);
		transfer_feed(&again, in.at, length, &sliced, false);
	}
	LAW(whole.count == sliced.count && whole.sum == sliced.sum);
	return 0;
}
