/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent opens below /sys, /dev, /run and /etc lies in the folder of a
 * host; a device node there is a socket. Its clock runs faster, so that what it
 * waits for by itself, such as to listen for a second, does not take that long.
 */
#include "host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HOST_SPEED "QFOTA_HOST_SPEED" /* how many times faster */
#define NODES_MAX 64

/* What the library below would do. */
#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

/* Of an open node: the position of its device, else empty. */
static char node[NODES_MAX][32];

static const char *place(const char *path, char ret[static PATH_MAX])
{
	static const char *const below[] = {"/sys/", "/dev/bus/", "/dev/qfota", "/run/",
					    "/etc/qfota"};

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (strncmp(path, below[i], strlen(below[i])))
			continue;
		snprintf(ret, PATH_MAX, "%s%s", getenv(HOST_ROOT), path);
		return ret;
	}
	return path;
}

/* The same of @path below @folder, which is a step of a walk from the root. */
static const char *place_at(int folder, const char *path, char ret[static PATH_MAX])
{
	char link[40], full[PATH_MAX];
	ssize_t size;
	size_t length;

	if (folder < 0 || *path == '/')
		return place(path, ret);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	size = NEXT(readlink)(link, full, sizeof(full) - 1);
	length = size > 1 ? (size_t)size : 0;
	if (size < 0 || length + strlen(path) + 2 > sizeof(full))
		return path;
	full[length] = '/';
	strcpy(full + length + 1, path);
	return place(full, ret) == ret ? ret : path;
}

static int node_open(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%.107s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		errno = ENODEV;
		return -1;
	}
	if (fd < NODES_MAX)
		snprintf(node[fd], sizeof(node[fd]), "1-1");
	return fd;
}

int open64(const char *path, int flags, ...)
{
	char placed[PATH_MAX];
	struct stat64 status;
	va_list arguments;
	mode_t mode;
	int fd;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	path = place(path, placed);
	if (path == placed && NEXT(stat64)(path, &status) == 0 && S_ISSOCK(status.st_mode))
		return node_open(path);
	fd = NEXT(open64)(path, flags, mode);
	if (fd >= 0 && fd < NODES_MAX)
		node[fd][0] = '\0';
	return fd;
}

int openat64(int folder, const char *path, int flags, ...)
{
	char placed[PATH_MAX];
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return NEXT(openat64)(folder, place_at(folder, path, placed), flags, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	char placed[PATH_MAX];

	return NEXT(fopen64)(place(path, placed), mode);
}

int access(const char *path, int mode)
{
	char placed[PATH_MAX];

	return NEXT(access)(place(path, placed), mode);
}

int stat64(const char *path, struct stat64 *ret)
{
	char placed[PATH_MAX];

	return NEXT(stat64)(place(path, placed), ret);
}

int mkdir(const char *path, mode_t mode)
{
	char placed[PATH_MAX];

	return NEXT(mkdir)(place(path, placed), mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
	char placed[PATH_MAX];

	return NEXT(mkdirat)(folder, place_at(folder, path, placed), mode);
}

ssize_t readlink(const char *path, char *ret, size_t size)
{
	char placed[PATH_MAX];

	return NEXT(readlink)(place(path, placed), ret, size);
}

int scandir64(const char *path, struct dirent64 ***ret, int (*filter)(const struct dirent64 *),
	      int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	char placed[PATH_MAX];

	return NEXT(scandir64)(place(path, placed), ret, filter, compare);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	char placed[PATH_MAX];

	return NEXT(inotify_add_watch)(fd, place(path, placed), mask);
}

int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t size)
{
	const struct sockaddr_un *socket = (const struct sockaddr_un *)to.__sockaddr__;
	struct sockaddr_un there = {.sun_family = AF_UNIX};
	char placed[PATH_MAX];

	if (socket->sun_family != AF_UNIX || place(socket->sun_path, placed) != placed)
		return NEXT(connect)(fd, to, size);
	snprintf(there.sun_path, sizeof(there.sun_path), "%.107s", placed);
	to.__sockaddr_un__ = &there;
	return NEXT(connect)(fd, to, sizeof(there));
}

/* ---- nodes ---- */

static bool is_node(int fd)
{
	return fd >= 0 && fd < NODES_MAX && node[fd][0];
}

/* Of a node that is read, descriptors. */
ssize_t read(int fd, void *ret, size_t size)
{
	char path[PATH_MAX];
	ssize_t got;

	if (!is_node(fd))
		return NEXT(read)(fd, ret, size);
	snprintf(path, sizeof(path), HOST_DEVICES "/%s/descriptors", node[fd]);
	fd = open64(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = NEXT(read)(fd, ret, size);
	close(fd);
	return got;
}

int close(int fd)
{
	if (fd >= 0 && fd < NODES_MAX)
		node[fd][0] = '\0';
	return NEXT(close)(fd);
}

static int node_configure(int fd, unsigned int number)
{
	struct host_message m = {.kind = HOST_SET_CONFIGURATION, .endpoint = (uint8_t)number};

	if (send(fd, &m, sizeof(m), MSG_NOSIGNAL) != sizeof(m) ||
	    recv(fd, &m, sizeof(m), MSG_WAITALL) != sizeof(m))
		m.status = -ENODEV;
	if (m.status < 0)
		errno = -m.status;
	return m.status < 0 ? -1 : 0;
}

/* A claim of a hub port ends with its descriptor, and so does a lock. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == USBDEVFS_CLAIM_PORT)
		return NEXT(flock)(fd, LOCK_EX | LOCK_NB);
	if (request == USBDEVFS_SETCONFIGURATION && is_node(fd))
		return node_configure(fd, *(unsigned int *)argument);
	return NEXT(ioctl)(fd, request, argument);
}

/* ---- the clock ---- */

static long speed(void)
{
	static long faster;
	const char *text = faster ? NULL : getenv(HOST_SPEED);

	if (!faster)
		faster = text ? strtol(text, NULL, 10) : 1;
	return faster;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	static struct timespec begun;
	int r = NEXT(clock_gettime)(clock, ret);
	int64_t ns;

	if (r < 0 || clock != CLOCK_MONOTONIC)
		return r;
	if (!begun.tv_sec)
		begun = *ret;
	ns = ((int64_t)(ret->tv_sec - begun.tv_sec) * 1000000000 + ret->tv_nsec - begun.tv_nsec) *
	     speed();
	ret->tv_sec = begun.tv_sec + ns / 1000000000;
	ret->tv_nsec = ns % 1000000000;
	return 0;
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
	/* Rounded up, or a timer that is due in a moment would be asked for in a circle. */
	return NEXT(poll)(fds, count, ms > 0 ? (int)((ms + speed() - 1) / speed()) : ms);
}
