/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transcript, line by line: what can be read can be written, and is the same when
 * it is read again; bytes that stand in it can be taken out of it.
 */
#include <errno.h>
#include <string.h>

#include "agent/core/transcript.h"
#include "agent/textfile.h"
#include "agent/util.h"
#include "fuzz.h"

#define LINE_SIZE (2 * TEXTFILE_LINE_MAX)

static void check_bytes(const struct transcript_record *record)
{
	static char bytes[TEXTFILE_LINE_MAX], escaped[4 * TEXTFILE_LINE_MAX + 1],
		back[TEXTFILE_LINE_MAX];
	size_t count, again;

	if (transcript_unescape(record->text, record->text_length, bytes, sizeof(bytes), &count) < 0)
		return;
	escaped[0] = '\0';
	LAW(transcript_escape(bytes, count, escaped, sizeof(escaped)));
	LAW(transcript_unescape(escaped, strlen(escaped), back, sizeof(back), &again) == 0);
	LAW(again == count && memcmp(bytes, back, count) == 0);
}

static void check_line(const char *line)
{
	static struct transcript_record record, second;
	static char text[LINE_SIZE], again[LINE_SIZE];

	if (transcript_parse(line, &record) < 0)
		return;
	LAW(record.strings_used <= sizeof(record.strings));
	LAW(transcript_format(&record, text, sizeof(text)) == 0);
	/* Zeros in front of a number, and bytes escaped that need not be, are gone by now. */
	LAW(strlen(text) <= 4 * strlen(line));
	LAW(transcript_parse(text, &second) == 0);
	LAW(transcript_format(&second, again, sizeof(again)) == 0);
	LAW(strcmp(text, again) == 0);
	/* Too small a buffer is told, and not exceeded. */
	LAW(transcript_format(&record, again, strlen(text)) == -ENOBUFS);
	if (record.type == TRANSCRIPT_IN || record.type == TRANSCRIPT_OUT)
		check_bytes(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct textfile *file;
	int r;

	LAW(textfile_open(fuzz_file(bytes, size), &file) == 0);
	while ((r = textfile_next(file)) > 0) {
		r = transcript_parse_header(file->text);
		LAW(r == 0 || r == -EBADMSG || r == -EPROTONOSUPPORT);
		if (file->sound)
			check_line(file->text);
	}
	LAW(r == 0);
	textfile_close(file);
	return 0;
}
