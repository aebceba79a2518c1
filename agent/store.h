/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that must survive a crash and a power cut. Folders are open
 * descriptors; names are one word without '/'. What root does in a folder of
 * another user is done as that user (agent/identity.h), so that the agent of an
 * unprivileged user, which shares the folder, can go on with it, and so that
 * nothing that lies there makes root do what that user may not. No link is
 * followed: -ELOOP, of a folder -ENOTDIR. -EISDIR, -EPERM: neither a file nor what
 * belongs to the owner of the folder. -EMLINK: it has another name elsewhere.
 */
#ifndef QFOTA_STORE_H
#define QFOTA_STORE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STORE_NAME_MAX 63 /* bytes */

/* 1 to STORE_NAME_MAX of A-Z a-z 0-9 . - and no '.' in front. */
bool store_name_is_sound(const char *name);

/*
 * A descriptor of the folder that a person, or this program, named by its path. Links are followed,
 * but not by root where another user may have laid them. errno of open(2)
 */
int store_open_path(const char *path);
/* The same; what is missing of @path is created. errno of mkdir(2), open(2) */
int store_create_path(const char *path, mode_t mode);
/*
 * A descriptor to write to the file at @path, which is created if it is missing, and not emptied.
 * In a folder of another user root takes a file of that user alone.
 */
int store_open_output(const char *path, mode_t mode);

/* @name below @folder. 0 also if it is there. errno of mkdir(2) */
int store_create_subfolder(int folder, const char *name, mode_t mode);
/* A descriptor of the folder. errno of open(2) */
int store_open_folder(int parent, const char *name);

/* scandir(3) of a folder, numbers in names in order: how many, or its errno. */
int store_list(int folder, int (*filter)(const struct dirent *), struct dirent ***ret);

/*
 * Gives @folder, if it is root's, and what root made under @names in it, to user @name, if there is
 * one: an agent of that user is to go on in it. Links, and files with a second name, stay root's.
 */
int store_give(int folder, const char *name, const char *const *names, size_t count);

/* 0; errno of stat(2), such as -ENOENT. Of a link: whether that is there. */
int store_exists(int folder, const char *name);
/* A descriptor of a file that is there. @flags of open(2), whose errno it returns. */
int store_open(int folder, const char *name, int flags);
/* Connects @fd, of socket(2), with the UNIX socket @name. errno of open(2), connect(2) */
int store_connect(int folder, const char *name, int fd);
/* Waits some seconds for flock(2). -EBUSY: somebody keeps it. */
int store_lock(int fd);

/*
 * A descriptor of the file, which is created if it is missing. @flags of
 * open(2), whose errno it returns.
 */
int store_open_file(int folder, const char *name, int flags, mode_t mode);

/*
 * The whole file into @ret, terminated by a 0 that does not count.
 * -EFBIG: does not fit.  errno of open(2), read(2)
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
