/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/textfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "agent/store.h"
#include "agent/util.h"

/* Closes @fd if it fails. */
static int textfile_take(int fd, struct textfile **ret)
{
	struct textfile *file = calloc(1, sizeof(*file));

	if (file)
		file->file = fdopen(fd, "r");
	if (!file || !file->file) {
		close(fd);
		free(file);
		return -ENOMEM;
	}
	file->ended = true;
	*ret = file;
	return 0;
}

int textfile_open(const char *path, struct textfile **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : textfile_take(fd, ret);
}

int textfile_open_in(int folder, const char *name, struct textfile **ret)
{
	int fd = store_open(folder, name, O_RDONLY);

	return fd < 0 ? fd : textfile_take(fd, ret);
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
