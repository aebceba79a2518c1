/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include "agent/identity.h"
#include "agent/util.h"

#define STORE_CHARACTERS                                                       \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
#define STORE_PROBE "probe"

/* Another agent needs moments; who keeps a lock for 5 s is not waited for. */
enum {
	LOCK_TRIES = 500,
	LOCK_PAUSE_NS = 10 * 1000 * 1000,
};

bool store_name_is_sound(const char *name)
{
	size_t length = strlen(name);

	return length && length <= STORE_NAME_MAX && name[0] != '.' &&
	       strspn(name, STORE_CHARACTERS) == length;
}

/*
 * What was opened in a directory may have been laid there by its owner: it is of the wanted kind,
 * has no other name elsewhere, and root takes nothing but what belongs to the owner.
 */
static int store_check(int fd, mode_t kind, const struct identity *identity)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if ((status.st_mode & S_IFMT) != kind)
		return S_ISDIR(status.st_mode) ? -EISDIR : -EPERM;
	if (identity->foreign && status.st_uid != identity->uid)
		return -EPERM;
	return S_ISREG(status.st_mode) && status.st_nlink > 1 ? -EMLINK : 0;
}

static mode_t kind_of(int flags)
{
	if (flags & O_PATH)
		return S_IFSOCK;
	return flags & O_DIRECTORY ? S_IFDIR : S_IFREG;
}

/*
 * The one way to what is below a directory: a file, a directory (O_DIRECTORY) or a socket (O_PATH).
 * No link is followed, and no FIFO waited for.
 */
static int store_open_entry(int folder, const char *name, int flags, mode_t mode)
{
	_cleanup_identity_ struct identity identity;
	_cleanup_close_ int fd = -1;
	int r = identity_take(folder, &identity);

	if (r < 0)
		return r;
	fd = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	r = store_check(fd, kind_of(flags), &identity);
	return r < 0 ? r : util_take_fd(&fd);
}

static int store_create_entry(int folder, const char *name, mode_t mode)
{
	_cleanup_identity_ struct identity identity;
	int r = identity_take(folder, &identity);

	if (r == 0 && mkdirat(folder, name, mode) < 0)
		r = -errno;
	return r;
}

static int store_remove_entry(int folder, const char *name)
{
	_cleanup_identity_ struct identity identity;
	int r = identity_take(folder, &identity);

	if (r == 0 && unlinkat(folder, name, 0) < 0)
		r = -errno;
	return r;
}

static int store_rename_entry(int folder, const char *from, const char *to)
{
	_cleanup_identity_ struct identity identity;
	int r = identity_take(folder, &identity);

	if (r == 0 && renameat(folder, from, folder, to) < 0)
		r = -errno;
	return r;
}

int store_open_folder(int parent, const char *name)
{
	return store_open_entry(parent, name, O_RDONLY | O_DIRECTORY, 0);
}

int store_create_subfolder(int folder, const char *name, mode_t mode)
{
	int r = store_create_entry(folder, name, mode);

	return r == -EEXIST ? 0 : r;
}

int store_list(int folder, int (*filter)(const struct dirent *), struct dirent ***ret)
{
	_cleanup_identity_ struct identity identity;
	char path[40];
	int count, r = identity_take(folder, &identity);

	if (r < 0)
		return r;
	/* The folder that is open, whatever may have its name by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	count = scandir(path, ret, filter, versionsort);
	return count < 0 ? -errno : count;
}

int store_exists(int folder, const char *name)
{
	_cleanup_identity_ struct identity identity;
	struct stat status;
	int r = identity_take(folder, &identity);

	if (r == 0 && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	return r;
}

/* ---- files ---- */

int store_open(int folder, const char *name, int flags)
{
	return store_open_entry(folder, name, flags, 0);
}

ssize_t store_read(int folder, const char *name, char *ret, size_t size)
{
	_cleanup_close_ int fd = store_open(folder, name, O_RDONLY);
	size_t used = 0;

	if (fd < 0)
		return fd;
	while (used < size) {
		ssize_t got = read(fd, ret + used, size - used);

		if (got < 0)
			return -errno;
		if (got == 0) {
			ret[used] = '\0';
			return (ssize_t)used;
		}
		used += (size_t)got;
	}
	return -EFBIG;
}

/* Some file systems know no fsync(2) of a folder; more cannot be done there. */
static int store_sync_folder(int folder)
{
	return fsync(folder) < 0 && errno != EINVAL ? -errno : 0;
}

static int store_write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0)
			return -errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

int store_connect(int folder, const char *name, int fd)
{
	_cleanup_close_ int node = store_open_entry(folder, name, O_PATH, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_identity_ struct identity identity = { 0 };
	int r = node < 0 ? node : identity_take(folder, &identity);

	if (r < 0)
		return r;
	/* The node that was looked at, whatever may have its name by now. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", node);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int store_open_file(int folder, const char *name, int flags, mode_t mode)
{
	int fd = store_open_entry(folder, name, flags | O_CREAT | O_EXCL, mode);

	return fd == -EEXIST ? store_open(folder, name, flags) : fd;
}

static int store_write_file(int folder, const char *name, const void *bytes,
			    size_t size, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	int r = store_remove_entry(folder, name);

	if (r < 0 && r != -ENOENT)
		return r;
	fd = store_open_entry(folder, name, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd < 0)
		return fd;
	r = store_write_all(fd, bytes, size);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

int store_write(int folder, const char *name, const void *bytes, size_t size,
		mode_t mode)
{
	char temporary[STORE_NAME_MAX + 8];
	int r;

	/* Always the same: what a crash leaves behind is one file at most. */
	snprintf(temporary, sizeof(temporary), ".%s.tmp", name);
	r = store_write_file(folder, temporary, bytes, size, mode);
	if (r == 0)
		r = store_rename_entry(folder, temporary, name);
	if (r < 0) {
		store_remove_entry(folder, temporary);
		return r;
	}
	return store_sync_folder(folder);
}

int store_remove(int folder, const char *name)
{
	int r = store_remove_entry(folder, name);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return store_sync_folder(folder);
}

int store_probe(int folder)
{
	char name[32];
	int r, removed;

	/* Another agent may probe at the same time. */
	snprintf(name, sizeof(name), "." STORE_PROBE ".%d", (int)getpid());
	r = store_write_file(folder, name, STORE_PROBE, strlen(STORE_PROBE),
			     S_IRUSR | S_IWUSR);
	removed = store_remove_entry(folder, name);
	return r < 0 ? r : removed;
}

int store_lock(int fd)
{
	static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (unsigned int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

static int store_append_locked(int fd, const char *line)
{
	off_t end = lseek(fd, 0, SEEK_END);
	struct iovec parts[] = {
		{ .iov_base = (char[]){ '\n' }, .iov_len = 0 },
		{ .iov_base = (char *)line, .iov_len = strlen(line) },
		{ .iov_base = (char[]){ '\n' }, .iov_len = 1 },
	};
	ssize_t written;
	char last;

	if (end < 0)
		return -errno;
	if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n')
		parts[0].iov_len = 1;
	written = writev(fd, parts, ARRAY_SIZE(parts));
	if (written < 0)
		return -errno;
	if ((size_t)written != parts[0].iov_len + parts[1].iov_len + 1) {
		/* The disk is full: half a line is worse than none. */
		return ftruncate(fd, end) < 0 ? -errno : -ENOSPC;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int store_append(int folder, const char *name, const char *line, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (strchr(line, '\n'))
		return -EINVAL;
	fd = store_open_file(folder, name, O_RDWR | O_APPEND, mode);
	if (fd < 0)
		return fd;
	r = store_lock(fd);
	if (r == 0)
		r = store_append_locked(fd, line);
	if (r < 0)
		return r;
	return store_sync_folder(folder);
}

int store_jot(int folder, const char *name, const char *line, off_t max, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	struct iovec parts[] = {
		{ .iov_base = (char *)line, .iov_len = strlen(line) },
		{ .iov_base = (char[]){ '\n' }, .iov_len = 1 },
	};
	off_t end;

	fd = store_open_file(folder, name, O_WRONLY | O_APPEND, mode);
	if (fd < 0)
		return fd;
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	if (end >= max)
		return -EFBIG;
	return writev(fd, parts, ARRAY_SIZE(parts)) < 0 ? -errno : 0;
}

/* ---- paths that a person may have named ---- */

/*
 * One directory further. Links of root are followed, those of another user by that user alone:
 * root goes on in what belongs to the user or to root, and was not linked to.
 */
static int path_step(int at, const char *name)
{
	_cleanup_identity_ struct identity identity;
	_cleanup_close_ int fd = -1;
	struct stat status;
	int r = identity_take(at, &identity);

	if (r < 0)
		return r;
	fd = openat(at, name,
		    O_PATH | O_DIRECTORY | O_CLOEXEC | (identity.foreign ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (identity.foreign && status.st_uid != identity.uid && status.st_uid != 0)
		return -EPERM;
	return util_take_fd(&fd);
}

/* @mode: of directories that are missing; 0: none is made. */
static int path_walk(const char *path, size_t length, mode_t mode)
{
	_cleanup_free_ char *copy = strndup(path, length);
	char *rest = copy, *name;
	int at;

	if (!copy)
		return -ENOMEM;
	at = open(*copy == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return -errno;
	while ((name = strsep(&rest, "/"))) {
		/* A read-only file system says so even of what is there. */
		int made = mode && *name ? store_create_entry(at, name, mode) : 0;
		int next = *name ? path_step(at, name) : at;

		if (next != at)
			close(at);
		if (next < 0)
			return next == -ENOENT && made < 0 ? made : next;
		at = next;
	}
	return at;
}

static int path_open(const char *path, mode_t mode)
{
	_cleanup_close_ int at = path_walk(path, strlen(path), mode);

	return at < 0 ? at : store_open_folder(at, ".");
}

int store_open_path(const char *path)
{
	return path_open(path, 0);
}

int store_create_path(const char *path, mode_t mode)
{
	return path_open(path, mode);
}

int store_open_output(const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	_cleanup_close_ int at = path_walk(path, (size_t)(name - path), 0);
	_cleanup_identity_ struct identity identity = { 0 };
	_cleanup_close_ int fd = -1;
	int r = at < 0 ? at : identity_take(at, &identity);

	if (r < 0)
		return r;
	/* Root may name a terminal, a pipe, or a link of root. */
	fd = openat(at, name,
		    O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC |
			    (identity.foreign ? O_NOFOLLOW | O_NONBLOCK : 0),
		    mode);
	if (fd < 0)
		return -errno;
	r = identity.foreign ? store_check(fd, S_IFREG, &identity) : 0;
	return r < 0 ? r : util_take_fd(&fd);
}

/* ---- what root made for the service ---- */

/* Root's alone: nobody else can have laid anything there. */
static bool is_of_root(const struct stat *status)
{
	return status->st_uid == 0 && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* A descriptor of what root made; a link, a file with a second name, or a socket is not it. */
static int open_of_root(int folder, const char *name, struct stat *ret)
{
	_cleanup_close_ int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, ret) < 0 || !is_of_root(ret))
		return -EPERM;
	if (!S_ISDIR(ret->st_mode) && !(S_ISREG(ret->st_mode) && ret->st_nlink == 1))
		return -EPERM;
	return util_take_fd(&fd);
}

static int give_file(int folder, const char *name, const struct passwd *user)
{
	struct stat status;
	_cleanup_close_ int fd = open_of_root(folder, name, &status);

	if (fd < 0 || S_ISDIR(status.st_mode))
		return 0;
	return fchown(fd, user->pw_uid, user->pw_gid) < 0 ? -errno : 0;
}

/* A directory after the files in it. */
static int give_entry(int folder, const char *name, const struct passwd *user)
{
	struct stat status;
	_cleanup_close_ int fd = open_of_root(folder, name, &status);
	struct dirent **files = NULL;
	int count = 0, r = 0;

	if (fd < 0)
		return 0;
	if (S_ISDIR(status.st_mode))
		count = store_list(fd, NULL, &files);
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = give_file(fd, files[i]->d_name, user);
		free(files[i]);
	}
	free(files);
	if (r == 0 && count < 0)
		r = count;
	if (r == 0 && fchown(fd, user->pw_uid, user->pw_gid) < 0)
		r = -errno;
	return r;
}

/*
 * A user of the system is in that file. getpwnam(3) would load what else knows of users,
 * near to a megabyte of it. The entry is valid until the next call.
 */
static const struct passwd *find_user(const char *name)
{
	const struct passwd *user;
	FILE *file = fopen("/etc/passwd", "re");

	if (!file)
		return NULL;
	do
		user = fgetpwent(file);
	while (user && strcmp(user->pw_name, name) != 0);
	fclose(file);
	return user;
}

int store_give(int folder, const char *name, const char *const *names, size_t count)
{
	const struct passwd *user;
	struct stat status;
	int r;

	if (geteuid() != 0 || fstat(folder, &status) < 0 || !is_of_root(&status))
		return 0;
	user = find_user(name);
	if (!user || flock(folder, LOCK_EX | LOCK_NB) < 0)
		return 0;
	/* Once more, under the lock: another agent of root may have given it meanwhile. */
	r = fstat(folder, &status) < 0 ? -errno : 0;
	if (r == 0 && is_of_root(&status)) {
		for (size_t i = 0; i < count && r == 0; i++)
			r = give_entry(folder, names[i], user);
		if (r == 0 && fchown(folder, user->pw_uid, user->pw_gid) < 0)
			r = -errno;
	}
	flock(folder, LOCK_UN);
	return r;
}
