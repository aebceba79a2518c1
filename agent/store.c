/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "agent/util.h"

#define STORE_CHARACTERS                                                       \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
#define STORE_PROBE "probe"

bool store_name_is_sound(const char *name)
{
	size_t length = strlen(name);

	return length && length <= STORE_NAME_MAX && name[0] != '.' &&
	       strspn(name, STORE_CHARACTERS) == length;
}

/* What root makes belongs to whom the folder belongs. */
static int store_adopt(int folder, int fd)
{
	struct stat status;

	if (geteuid() != 0)
		return 0;
	if (fstat(folder, &status) < 0 ||
	    fchown(fd, status.st_uid, status.st_gid) < 0)
		return -errno;
	return 0;
}

int store_open_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int store_create_subfolder(int folder, const char *name, mode_t mode)
{
	_cleanup_close_ int fd = -1;

	if (mkdirat(folder, name, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	fd = store_open_folder(folder, name);
	return fd < 0 ? fd : store_adopt(folder, fd);
}

int store_create_folder(const char *path, mode_t mode)
{
	_cleanup_free_ char *part = strdup(path);
	char *end = part;
	int r;

	if (!part)
		return -ENOMEM;
	do {
		char stop;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		stop = *end;
		*end = '\0';
		r = mkdir(part, mode) < 0 ? -errno : 0;
		/* A read-only file system says so even of what is there. */
		if (r < 0 && access(part, F_OK) < 0)
			return r;
		*end = stop;
	} while (*end);
	return 0;
}

ssize_t store_read(int folder, const char *name, char *ret, size_t size)
{
	_cleanup_close_ int fd = -1;
	size_t used = 0;

	/* Whatever lies there must not make the agent wait: a FIFO would. */
	fd = openat(folder, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
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

/*
 * A new file in any case: a link that someone laid there is never written
 * through, nor given away.
 */
static int store_create_file(int folder, const char *name, int flags,
			     mode_t mode)
{
	int fd = openat(folder, name, flags | O_CREAT | O_EXCL | O_CLOEXEC,
			mode);
	int r;

	if (fd < 0)
		return -errno;
	r = store_adopt(folder, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int store_open_file(int folder, const char *name, int flags, mode_t mode)
{
	int fd = store_create_file(folder, name, flags, mode);

	if (fd != -EEXIST)
		return fd;
	/* As in store_read(): a FIFO that lies there keeps nobody waiting. */
	fd = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int store_write_file(int folder, const char *name, const void *bytes,
			    size_t size, mode_t mode)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = store_create_file(folder, name, O_WRONLY, mode);
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
	if (r == 0 && renameat(folder, temporary, folder, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(folder, temporary, 0);
		return r;
	}
	return store_sync_folder(folder);
}

int store_remove(int folder, const char *name)
{
	if (unlinkat(folder, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return store_sync_folder(folder);
}

int store_probe(int folder)
{
	char name[32];
	int r;

	/* Another agent may probe at the same time. */
	snprintf(name, sizeof(name), "." STORE_PROBE ".%d", (int)getpid());
	r = store_write_file(folder, name, STORE_PROBE, strlen(STORE_PROBE),
			     S_IRUSR | S_IWUSR);
	if (unlinkat(folder, name, 0) < 0 && r == 0)
		r = -errno;
	return r;
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
	if (flock(fd, LOCK_EX) < 0)
		return -errno;
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
