/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inih makes keys and values of lines. Headings and comments are taken out
 * before it sees them: its own headings end at the first ']' and at 49 bytes,
 * so that they cannot hold every shell pattern, its inline comments are a
 * matter of how it was built, and it does not say which line it is at.
 */
#include "agent/inifile.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define INIFILE_BLANKS " \t"
#define INIFILE_NO_KEY "not KEY = VALUE"

/* Some builds of inih have their longest line as a variable, 200 at first. */
/* NOLINTNEXTLINE(readability-redundant-declaration): there too, and weak here alone */
extern int ini_max_line __attribute__((weak));

struct inifile {
	const char *path;
	FILE *stream;
	unsigned int line;
	const struct inifile_events *events;
	void *data;
	int result;   /* once negative, nothing more is read */
	bool started; /* a section was begun */
	bool waiting; /* inih has a line and has not made a key of it yet */
	char *error;
	size_t error_size;
};

const char *inifile_path(const struct inifile *file)
{
	return file->path;
}

unsigned int inifile_line(const struct inifile *file)
{
	return file->line;
}

int inifile_fail(struct inifile *file, unsigned int line, const char *format,
		 ...)
{
	va_list arguments;
	int used = snprintf(file->error, file->error_size, "%s:%u: ",
			    file->path, line);

	if (used < 0 || (size_t)used >= file->error_size)
		return -EINVAL;
	va_start(arguments, format);
	vsnprintf(file->error + used, file->error_size - (size_t)used, format,
		  arguments);
	va_end(arguments);
	return -EINVAL;
}

/* One line without its end. 1, 0 at the end of the file, negative errno. */
static int inifile_get_line(struct inifile *file, char *text, size_t size)
{
	size_t used = 0;
	int c;

	file->line++;
	errno = 0;
	while ((c = getc(file->stream)) != EOF && c != '\n') {
		/* Room for the newline that inih wants and the terminator. */
		if (used + 2 >= size)
			return inifile_fail(file, file->line,
					    "longer than %zu bytes", size - 2);
		if (iscntrl(c) && c != '\t' && c != '\r')
			return inifile_fail(file, file->line,
					    "no text: byte 0x%02x", c);
		text[used++] = (char)c;
	}
	if (ferror(file->stream))
		return errno ? -errno : -EIO;
	if (used && text[used - 1] == '\r')
		used--;
	text[used] = '\0';
	return c != EOF || used;
}

/* Drops the comment, and blanks at both ends. */
static char *inifile_strip(char *text)
{
	char *end;

	text += strspn(text, INIFILE_BLANKS);
	for (end = text; *end; end++) {
		if ((*end == '#' || *end == ';') &&
		    (end == text || strchr(INIFILE_BLANKS, end[-1])))
			break;
	}
	while (end > text && strchr(INIFILE_BLANKS, end[-1]))
		end--;
	*end = '\0';
	return text;
}

static int inifile_check_ascii(struct inifile *file, const char *text)
{
	for (; *text; text++) {
		if (!isascii((unsigned char)*text) || *text == '\r')
			return inifile_fail(file, file->line,
					    "byte 0x%02x outside a comment",
					    (unsigned char)*text);
	}
	return 0;
}

static int inifile_complete(struct inifile *file)
{
	if (!file->started)
		return 0;
	return file->events->complete(file->data, file);
}

/* @text: [kind] or [kind "name"] */
static int inifile_heading(struct inifile *file, char *text)
{
	size_t length = strlen(text);
	char *kind = text + 1, *name;
	int r;

	r = inifile_complete(file);
	if (r < 0)
		return r;
	file->started = true;
	if (text[length - 1] != ']')
		return inifile_fail(file, file->line, "the ']' is missing");
	text[--length] = '\0';
	name = strchr(kind, '"');
	if (name) {
		if (name + 1 + strcspn(name + 1, "\"") != text + length - 1)
			return inifile_fail(file, file->line,
					    "one pair of quotes around the "
					    "name of a section, nothing "
					    "after it");
		text[length - 1] = '\0';
		*name++ = '\0';
	}
	kind = inifile_strip(kind);
	return file->events->section(file->data, file, kind, name);
}

static int inifile_next(struct inifile *file, char *text, size_t size)
{
	char *line;
	int r;

	if (file->waiting)
		return inifile_fail(file, file->line, INIFILE_NO_KEY);
	r = inifile_get_line(file, text, size);
	if (r <= 0)
		return r;
	line = text;
	if (file->line == 1 && !strncmp(line, "\xef\xbb\xbf", 3))
		line += 3; /* the mark that some editors put there */
	line = inifile_strip(line);
	r = inifile_check_ascii(file, line);
	if (r < 0)
		return r;
	if (line[0] == '[') {
		r = inifile_heading(file, line);
		line[0] = '\0';
	}
	file->waiting = line[0] != '\0';
	memmove(text, line, strlen(line) + 1);
	strcat(text, "\n");
	return r < 0 ? r : 1;
}

/* What inih calls in place of fgets(3). */
static char *inifile_gets(char *text, int size, void *stream)
{
	struct inifile *file = stream;
	int r;

	if (file->result < 0)
		return NULL;
	r = inifile_next(file, text, (size_t)size);
	if (r > 0)
		return text;
	file->result = r;
	return NULL;
}

static int inifile_take(void *stream, const char *section, const char *key,
			const char *value)
{
	struct inifile *file = stream;

	(void)section; /* always empty: headings do not get here */
	file->waiting = false;
	if (file->started)
		file->result = file->events->entry(file->data, file, key,
						   value);
	else
		file->result = inifile_fail(file, file->line,
					    "\"%s\" before any [section]",
					    key);
	return file->result == 0;
}

int inifile_read(const char *path, const struct inifile_events *events,
		 void *data, char *error, size_t error_size)
{
	struct inifile file = {
		.path = path,
		.events = events,
		.data = data,
		.error = error,
		.error_size = error_size,
	};

	error[0] = '\0';
	file.stream = fopen(path, "re");
	if (!file.stream) {
		file.result = -errno;
	} else {
		if (&ini_max_line)
			ini_max_line = INIFILE_LINE_MAX;
		/* Of its results only "no memory" is not known here. */
		if (ini_parse_stream(inifile_gets, &file, inifile_take,
				     &file) == -2)
			file.result = -ENOMEM;
		fclose(file.stream);
	}
	/* An inih that was built to stop at a bad line does not ask again. */
	if (file.result == 0 && file.waiting)
		file.result = inifile_fail(&file, file.line, INIFILE_NO_KEY);
	if (file.result == 0)
		file.result = inifile_complete(&file);
	if (file.result < 0 && !error[0])
		snprintf(error, error_size, "%s: cannot be read: %s", path,
			 strerror(-file.result));
	return file.result;
}
