/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/line.h"

#include <string.h>

#include "agent/core/source.h"
#include "agent/core/text.h"

/* Kept free for codes, so that a colour is always switched off again. */
#define LINE_RESERVE 32

void line_begin(struct line *line, unsigned int limit)
{
	line->text[0] = '\0';
	line->used = 0;
	line->width = 0;
	line->limit = limit;
	line->full = false;
}

/* All of @text or nothing. */
static void line_put(struct line *line, const char *text, unsigned int width, size_t room)
{
	size_t length = strlen(text);

	if (line->full || line->width + width > line->limit || line->used + length >= room) {
		line->full = true;
		return;
	}
	memcpy(line->text + line->used, text, length + 1);
	line->used += length;
	line->width += width;
}

void line_add_glyph(struct line *line, const char *glyph)
{
	line_put(line, glyph, 1, LINE_SIZE - LINE_RESERVE);
}

void line_add_code(struct line *line, const char *code)
{
	bool full = line->full;

	line->full = false;
	line_put(line, code, 0, LINE_SIZE);
	line->full |= full;
}

void line_add(struct line *line, const char *text)
{
	char masked[LINE_SIZE];

	source_mask(text, masked, sizeof(masked));
	for (const char *at = masked; *at && !line->full; at++) {
		char byte[] = { *at, '\0' };
		char escaped[8] = "";

		text_add_escaped(escaped, sizeof(escaped), byte);
		line_put(line, escaped, (unsigned int)strlen(escaped), LINE_SIZE - LINE_RESERVE);
	}
}

void line_add_number(struct line *line, long number)
{
	char text[24] = "";

	text_add_number(text, sizeof(text), number);
	line_add(line, text);
}

/* "7s", or with @padded "07s". */
static void line_add_part(struct line *line, uint64_t number, const char *unit, bool padded)
{
	if (padded && number < 10)
		line_add(line, "0");
	line_add_number(line, (long)number);
	line_add(line, unit);
}

void line_add_duration(struct line *line, uint64_t ms)
{
	uint64_t seconds = ms / 1000, minutes = seconds / 60, hours = minutes / 60;

	if (hours)
		line_add_part(line, hours, "h", false);
	if (minutes)
		line_add_part(line, minutes % 60, "m", hours > 0);
	if (!hours)
		line_add_part(line, seconds % 60, "s", minutes > 0);
}

void line_pad(struct line *line, unsigned int width)
{
	while (line->width < width && !line->full)
		line_add_glyph(line, " ");
}

void line_gap(struct line *line)
{
	if (line->width)
		line_pad(line, line->width + 2);
}
