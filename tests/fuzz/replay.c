/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay: a target without libFuzzer. Takes the files of the folders that are
 * named, a corpus each, one after another.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/util.h"
#include "fuzz.h"

/* More than any file of a corpus; the target gets exactly what there is, for the sanitizer. */
#define FILE_SIZE_MAX 65536

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void file_play(const char *path)
{
	_cleanup_free_ uint8_t *bytes = malloc(FILE_SIZE_MAX);
	FILE *stream = fopen(path, "re");
	size_t size;

	LAW(bytes && stream);
	size = fread(bytes, 1, FILE_SIZE_MAX, stream);
	LAW(size < FILE_SIZE_MAX && !ferror(stream));
	fclose(stream);
	bytes = realloc(bytes, size ? size : 1);
	LAW(bytes);
	/* Told first: it is the last one if the target aborts. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(bytes, size);
}

/* How many there are. */
static int folder_play(const char *folder)
{
	struct dirent **names;
	int count = scandir(folder, &names, is_input, alphasort);

	for (int i = 0; i < count; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		free(names[i]);
		file_play(path);
	}
	if (count >= 0)
		free(names);
	return count;
}

int main(int count, char **arguments)
{
	int status = count > 1 ? 0 : 2;

	for (int i = 1; i < count; i++) {
		/* A test of nothing must not pass. */
		if (folder_play(arguments[i]) <= 0) {
			fprintf(stderr, "replay: nothing to play in %s\n", arguments[i]);
			status = 1;
		}
	}
	return status;
}
