/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/textfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int textfile_open(const char *path, struct textfile **ret)
{
	struct textfile *file = calloc(1, sizeof(*file));
	int r;

	if (!file)
		return -ENOMEM;
	file->file = fopen(path, "re");
	if (!file->file) {
		r = -errno;
		free(file);
		return r;
	}
	file->ended = true;
	*ret = file;
	return 0;
}

void textfile_close(struct textfile *file)
{
	if (!file)
		return;
	fclose(file->file);
	free(file);
}

/* Only when the next line is asked for: what never ends is not waited for. */
static void skip_rest(struct textfile *file)
{
	int c = 0;

	while (!file->ended && c != EOF) {
		c = getc(file->file);
		file->ended = c == '\n';
	}
}

int textfile_next(struct textfile *file)
{
	size_t used = 0;
	int c = 0;

	skip_rest(file);
	file->sound = true;
	file->ended = false;
	errno = 0;
	while (used < TEXTFILE_LINE_MAX && (c = getc(file->file)) != EOF && c != '\n') {
		file->sound &= !iscntrl(c);
		file->text[used++] = (char)c;
	}
	file->text[used] = '\0';
	file->ended = c == '\n';
	if (ferror(file->file))
		return errno ? -errno : -EIO;
	if (c == EOF && used == 0)
		return 0;
	file->sound &= used < TEXTFILE_LINE_MAX;
	file->number++;
	return 1;
}
