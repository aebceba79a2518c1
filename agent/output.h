/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines to whoever reads them. A reader that stands still (a full pipe, a
 * terminal after Ctrl-S) must not stop the agent from listening to modems.
 */
#ifndef QFOTA_OUTPUT_H
#define QFOTA_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* As long as a reader is waited for, at the first line that finds no room. */
#define OUTPUT_PATIENCE_MS 2000

/* True if up to PIPE_BUF bytes can be written to @file now, or after @patience_ms, or never: then writing tells why. */
bool output_is_ready(FILE *file, int patience_ms);
/*
 * All of @text and a newline, or nothing of it. -EAGAIN: no room; -EMSGSIZE:
 * more than PIPE_BUF bytes, for which nobody can promise room; errno of write(2).
 */
int output_line(FILE *file, const char *text, int patience_ms);
/*
 * As many of the lines of @text as find room now. Returns the bytes written:
 * all of them, or up to and with the end of a line.
 */
size_t output_lines(FILE *file, const char *text);

#endif
