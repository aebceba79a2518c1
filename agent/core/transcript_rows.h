/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each kind of line of a transcript consists of, for the files that write
 * and read it. Not for anyone else.
 */
#ifndef QFOTA_TRANSCRIPT_ROWS_H
#define QFOTA_TRANSCRIPT_ROWS_H

#include "agent/core/transcript.h"

#define TRANSCRIPT_HEADER "qfota-transcript"
#define TRANSCRIPT_FORMAT "1"

enum transcript_field_kind {
	FIELD_NONE,
	FIELD_BOOL,
	FIELD_U8,
	FIELD_INT,
	FIELD_U32,
	FIELD_U64,
	FIELD_ID,     /* uint16_t as four hex digits */
	FIELD_ENUM,   /* a word */
	FIELD_ORDER,  /* event.attached.order */
	FIELD_STRING, /* const char * */
	FIELD_ARRAY,  /* char [size] */
	FIELD_TEXT,   /* text and text_length: escaped already */
};

struct transcript_field {
	const char *key;
	enum transcript_field_kind kind;
	size_t offset; /* in struct transcript_record */
	size_t size;
	const char *(*word)(unsigned int value); /* NULL behind the last */
};

struct transcript_row {
	const char *name;
	enum transcript_type type;
	unsigned int sub; /* event or action */
	const struct transcript_field *fields; /* one without a key behind the last */
};

extern const struct transcript_row transcript_rows[];
extern const size_t transcript_row_count;

#endif
