/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An INI file, line by line: [kind] or [kind "name"] headings and KEY = VALUE,
 * comments from '#' or ';' at the start of a line or after a blank. A mistake
 * ends the reading and is one sentence with file and line.
 */
#ifndef QFOTA_INIFILE_H
#define QFOTA_INIFILE_H

#include <stddef.h>

#include "agent/util.h"

#define INIFILE_LINE_MAX 1024 /* bytes; less where inih was built for less */

struct inifile;

/* 0, or a negative errno, most often that of inifile_fail(). */
struct inifile_events {
	/* @name: what stands in quotes, NULL if nothing does. */
	int (*section)(void *data, struct inifile *file, const char *kind,
		       const char *name);
	int (*entry)(void *data, struct inifile *file, const char *key,
		     const char *value);
	/* The last section is complete: at the next heading, at the end. */
	int (*complete)(void *data, struct inifile *file);
};

/*
 * Texts that are passed on are printable ASCII and tabs. -EINVAL: a mistake; errno of
 * fopen(3) and read(2); what a callback returned. @error then holds a sentence.
 */
int inifile_read(const char *path, const struct inifile_events *events,
		 void *data, char *error, size_t error_size);

const char *inifile_path(const struct inifile *file);
/* Of the line being read, from 1. */
unsigned int inifile_line(const struct inifile *file);
/* Says what is wrong with line @line. Always -EINVAL. */
int _printf_(3, 4) inifile_fail(struct inifile *file, unsigned int line,
				const char *format, ...);

#endif
