/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line for people, counted in columns and cut where they end. Whatever
 * text is added comes out as printable ASCII (all else as \xHH) with the
 * credentials of URLs masked: nothing from a modem reaches a terminal raw.
 */
#ifndef QFOTA_LINE_H
#define QFOTA_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_SIZE 2048
#define LINE_UNLIMITED LINE_SIZE

struct line {
	char text[LINE_SIZE]; /* terminated */
	size_t used;	      /* bytes */
	unsigned int width;   /* columns */
	unsigned int limit;
	bool full; /* something was cut: nothing more is added */
};

/* @limit: columns, at most LINE_UNLIMITED. */
void line_begin(struct line *line, unsigned int limit);
void line_add(struct line *line, const char *text);
void line_add_number(struct line *line, long number);
/* "12s", "4m12s", "1h02m" */
void line_add_duration(struct line *line, uint64_t ms);
/* A constant of one column and any number of bytes. */
void line_add_glyph(struct line *line, const char *glyph);
/* A constant of no width, such as a colour; fits always, if there are few. */
void line_add_code(struct line *line, const char *code);
/* Blanks up to @width. */
void line_pad(struct line *line, unsigned int width);
/* Two blanks, unless the line is empty: what stands between its fields. */
void line_gap(struct line *line);

#endif
