/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that must survive a crash and a power cut. Folders are open
 * descriptors; names are one word without '/'. What root creates gets the owner
 * of the folder it is in, so that the agent of an unprivileged user, which
 * shares the folder, can go on with it.
 */
#ifndef QFOTA_STORE_H
#define QFOTA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STORE_NAME_MAX 63 /* bytes */

/* 1 to STORE_NAME_MAX of A-Z a-z 0-9 . - and no '.' in front. */
bool store_name_is_sound(const char *name);

/*
 * Creates @path with all that leads to it, as far as it is missing.
 * 0 or errno of mkdir(2), open(2).
 */
int store_create_folder(const char *path, mode_t mode);
/* The same for @name below @folder. 0 also if it is there. */
int store_create_subfolder(int folder, const char *name, mode_t mode);
/* A descriptor of the folder. errno of open(2) */
int store_open_folder(int parent, const char *name);

/*
 * A descriptor of the file, which is created if it is missing. @flags of
 * open(2), whose errno it returns.
 */
int store_open_file(int folder, const char *name, int flags, mode_t mode);

/*
 * The whole file into @ret, terminated by a 0 that does not count.
 * -EFBIG: does not fit.  -ELOOP: a link.  errno of open(2), read(2)
 */
ssize_t store_read(int folder, const char *name, char *ret, size_t size);

/*
 * Replaces the file at once or not at all; on disk when it returns 0. Two
 * writers of one name must exclude each other. errno of open(2), write(2),
 * fsync(2), rename(2)
 */
int store_write(int folder, const char *name, const void *bytes, size_t size,
		mode_t mode);
/* 0 also if there is no such file. On disk when it returns 0. */
int store_remove(int folder, const char *name);
/* Whether store_write() would do now: a file is written, synced and removed. */
int store_probe(int folder);

/*
 * Adds @line and a newline; a line that an earlier crash has cut short is ended
 * first. All of it or nothing; on disk when it returns 0.
 */
int store_append(int folder, const char *name, const char *line, mode_t mode);
/*
 * The same of a line that a power cut may take: nothing is synced. -EFBIG: the file has
 * @max bytes already.
 */
int store_jot(int folder, const char *name, const char *line, off_t max, mode_t mode);

#endif
