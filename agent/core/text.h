/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in fixed buffers, for the core, which neither formats nor allocates.
 * Every function leaves its buffer terminated.
 */
#ifndef QFOTA_TEXT_H
#define QFOTA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces or appends; false if it did not fit whole (the buffer then holds what did). */
bool text_set(char *buffer, size_t size, const char *text);
bool text_add(char *buffer, size_t size, const char *text);
/* Of a text that may go on behind @length bytes. */
bool text_add_part(char *buffer, size_t size, const char *text, size_t length);
bool text_add_number(char *buffer, size_t size, long number);

/* Appends @text with every byte outside 0x20..0x7e as \xHH: safe for terminals and logs. */
bool text_add_escaped(char *buffer, size_t size, const char *text);

/* The text behind @prefix, NULL if @text does not begin with it. @text NULL is fine. */
const char *text_after(const char *text, const char *prefix);
/* Skips blanks and tabs. */
const char *text_skip_blanks(const char *text);
/*
 * Reads an unsigned decimal number of at most 9 digits at @text; the position
 * behind it, NULL if there is none.
 */
const char *text_number(const char *text, int *ret);

#endif
