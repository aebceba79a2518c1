/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All else that the agent calls and that may fail, each with an error of its own kind. */
#include "faults.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ini.h>
#include <json.h>
#include <libudev.h>
#include <libusb.h>

/* ---- files ---- */

int open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (faults_strike("open64", HERE)) {
		errno = EMFILE;
		return -1;
	}
	return NEXT(open64)(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (faults_strike("openat64", HERE)) {
		errno = EMFILE;
		return -1;
	}
	return NEXT(openat64)(folder, path, flags, mode);
}

int fcntl64(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (faults_strike("fcntl64", HERE)) {
		errno = EINVAL;
		return -1;
	}
	return NEXT(fcntl64)(fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (faults_strike("ioctl", HERE)) {
		errno = EIO;
		return -1;
	}
	return NEXT(ioctl)(fd, request, argument);
}

FAULT(int, access, (const char *path, int mode), (path, mode), -1, EIO)
FAULT(int, fchmod, (int fd, mode_t mode), (fd, mode), -1, EPERM)
FAULT(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group), -1, EPERM)
FAULT(int, flock, (int fd, int how), (fd, how), -1, ENOLCK)
FAULT(int, fstat64, (int fd, struct stat64 *ret), (fd, ret), -1, EIO)
FAULT(int, fsync, (int fd), (fd), -1, EIO)
FAULT(int, ftruncate64, (int fd, off64_t size), (fd, size), -1, EIO)
FAULT(char *, getcwd, (char *ret, size_t size), (ret, size), NULL, ENOENT)
FAULT(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask), -1, ENOSPC)
FAULT(int, inotify_init1, (int flags), (flags), -1, EMFILE)
FAULT(off64_t, lseek64, (int fd, off64_t offset, int whence), (fd, offset, whence), -1, EIO)
FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, ENOSPC)
FAULT(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), -1, ENOSPC)
FAULT(ssize_t, pread64, (int fd, void *ret, size_t size, off64_t at), (fd, ret, size, at), -1, EIO)
FAULT(ssize_t, read, (int fd, void *ret, size_t size), (fd, ret, size), -1, EIO)
FAULT(ssize_t, readlink, (const char *path, char *ret, size_t size), (path, ret, size), -1, ENOMEM)
FAULT(char *, realpath, (const char *path, char *ret), (path, ret), NULL, ENOMEM)
FAULT(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new), -1,
      ENOSPC)
FAULT(int, scandir64,
      (const char *path, struct dirent64 ***ret, int (*filter)(const struct dirent64 *),
       int (*compare)(const struct dirent64 **, const struct dirent64 **)),
      (path, ret, filter, compare), -1, ENOMEM)
FAULT(int, stat64, (const char *path, struct stat64 *ret), (path, ret), -1, EIO)
FAULT(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), -1, EIO)
FAULT(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size), -1, ENOSPC)
FAULT(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), -1, ENOSPC)

/* ---- streams: what fails is remembered in them ---- */

#define STREAM_FAILS(function, stream, bad)                                    \
	do {                                                                   \
		if (faults_strike(function, HERE)) {                           \
			(stream)->_flags |= 0x20; /* what ferror() looks at */ \
			errno = ENOSPC;                                        \
			return bad;                                            \
		}                                                              \
	} while (0)

FAULT_MEMORY(FILE *, fopen64, (const char *path, const char *mode), (path, mode))
FAULT_MEMORY(FILE *, fdopen, (int fd, const char *mode), (fd, mode))

int fprintf(FILE *stream, const char *format, ...)
{
	va_list arguments;
	int length;

	STREAM_FAILS("fprintf", stream, -1);
	va_start(arguments, format);
	length = vfprintf(stream, format, arguments);
	va_end(arguments);
	return length;
}

int printf(const char *format, ...)
{
	va_list arguments;
	int length;

	STREAM_FAILS("printf", stdout, -1);
	va_start(arguments, format);
	length = vfprintf(stdout, format, arguments);
	va_end(arguments);
	return length;
}

int puts(const char *text)
{
	STREAM_FAILS("puts", stdout, EOF);
	return NEXT(puts)(text);
}

int fputs(const char *text, FILE *stream)
{
	STREAM_FAILS("fputs", stream, EOF);
	return NEXT(fputs)(text, stream);
}

int fputc(int c, FILE *stream)
{
	STREAM_FAILS("fputc", stream, EOF);
	return NEXT(fputc)(c, stream);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
	STREAM_FAILS("fwrite", stream, 0);
	return NEXT(fwrite)(bytes, size, count, stream);
}

int fflush(FILE *stream)
{
	STREAM_FAILS("fflush", stream, EOF);
	return NEXT(fflush)(stream);
}

int getc(FILE *stream)
{
	STREAM_FAILS("getc", stream, EOF);
	return NEXT(getc)(stream);
}

/* It is closed all the same. */
int fclose(FILE *stream)
{
	bool fails = faults_strike("fclose", HERE);
	int r = NEXT(fclose)(stream);

	if (fails)
		errno = ENOSPC;
	return fails ? EOF : r;
}

FAULT(long, ftell, (FILE * stream), (stream), -1, EIO)

/* ---- descriptors that are no files, processes ---- */

FAULT(int, connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t size), (fd, to, size), -1,
      ECONNREFUSED)
FAULT(void *, dlopen, (const char *path, int flags), (path, flags), NULL, ENOMEM)
FAULT(int, kill, (pid_t pid, int signo), (pid, signo), -1, EPERM)
FAULT(int, poll, (struct pollfd * fds, nfds_t count, int ms), (fds, count, ms), -1, ENOMEM)
FAULT(ssize_t, send, (int fd, const void *bytes, size_t size, int flags), (fd, bytes, size, flags),
      -1, EPIPE)
FAULT(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1, EMFILE)
FAULT(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
FAULT(int, socketpair, (int domain, int type, int protocol, int pair[2]),
      (domain, type, protocol, pair), -1, EMFILE)
FAULT(int, posix_spawn,
      (pid_t *restrict ret, const char *restrict path,
       const posix_spawn_file_actions_t *restrict files, const posix_spawnattr_t *restrict attributes,
       char *const argv[restrict], char *const environment[restrict]),
      (ret, path, files, attributes, argv, environment), ENOMEM, ENOMEM)

/* ---- libusb ---- */

FAULT(int, libusb_init, (libusb_context * *ret), (ret), LIBUSB_ERROR_NO_MEM, ENOMEM)
FAULT(int, libusb_pollfds_handle_timeouts, (libusb_context * context), (context), 0, ENOSYS)
FAULT(const struct libusb_pollfd **, libusb_get_pollfds, (libusb_context * context), (context),
      NULL, ENOMEM)
FAULT(int, libusb_handle_events_timeout_completed,
      (libusb_context * context, struct timeval *wait, int *completed), (context, wait, completed),
      LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_wrap_sys_device,
      (libusb_context * context, intptr_t fd, libusb_device_handle **ret), (context, fd, ret),
      LIBUSB_ERROR_NO_MEM, ENOMEM)
FAULT(int, libusb_get_active_config_descriptor,
      (libusb_device * device, struct libusb_config_descriptor **ret), (device, ret),
      LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_set_configuration, (libusb_device_handle * handle, int number), (handle, number),
      LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_set_auto_detach_kernel_driver, (libusb_device_handle * handle, int enable),
      (handle, enable), LIBUSB_ERROR_NOT_SUPPORTED, ENOSYS)
FAULT(int, libusb_claim_interface, (libusb_device_handle * handle, int number), (handle, number),
      LIBUSB_ERROR_BUSY, EBUSY)
FAULT(int, libusb_release_interface, (libusb_device_handle * handle, int number), (handle, number),
      LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_attach_kernel_driver, (libusb_device_handle * handle, int number),
      (handle, number), LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_clear_halt, (libusb_device_handle * handle, unsigned char endpoint),
      (handle, endpoint), LIBUSB_ERROR_IO, EIO)
FAULT(struct libusb_transfer *, libusb_alloc_transfer, (int packets), (packets), NULL, ENOMEM)
FAULT(int, libusb_submit_transfer, (struct libusb_transfer * transfer), (transfer),
      LIBUSB_ERROR_NO_MEM, ENOMEM)
FAULT(int, libusb_cancel_transfer, (struct libusb_transfer * transfer), (transfer),
      LIBUSB_ERROR_OTHER, EIO)

int libusb_set_option(libusb_context *context, enum libusb_option option, ...)
{
	if (faults_strike("libusb_set_option", HERE))
		return LIBUSB_ERROR_NO_MEM;
	return NEXT(libusb_set_option)(context, option);
}

/* ---- libudev ---- */

FAULT(struct udev *, udev_new, (void), (), NULL, ENOMEM)
FAULT(struct udev_monitor *, udev_monitor_new_from_netlink, (struct udev * udev, const char *group),
      (udev, group), NULL, ENOMEM)
FAULT(int, udev_monitor_set_receive_buffer_size, (struct udev_monitor * monitor, int size),
      (monitor, size), -EPERM, EPERM)
FAULT(int, udev_monitor_filter_add_match_subsystem_devtype,
      (struct udev_monitor * monitor, const char *subsystem, const char *type),
      (monitor, subsystem, type), -ENOMEM, ENOMEM)
FAULT(int, udev_monitor_enable_receiving, (struct udev_monitor * monitor), (monitor), -EPERM, EPERM)
FAULT(struct udev_device *, udev_monitor_receive_device, (struct udev_monitor * monitor), (monitor),
      NULL, ENOMEM)
FAULT(struct udev_device *, udev_device_new_from_syspath, (struct udev * udev, const char *path),
      (udev, path), NULL, ENOMEM)
FAULT(const char *, udev_device_get_action, (struct udev_device * device), (device), NULL, ENOMEM)
FAULT(const char *, udev_device_get_sysname, (struct udev_device * device), (device), NULL, ENOMEM)
FAULT(const char *, udev_device_get_devtype, (struct udev_device * device), (device), NULL, ENOMEM)
FAULT(int, udev_device_get_is_initialized, (struct udev_device * device), (device), -ENOMEM, ENOMEM)
FAULT(const char *, udev_device_get_property_value, (struct udev_device * device, const char *key),
      (device, key), NULL, ENOMEM)
FAULT(struct udev_enumerate *, udev_enumerate_new, (struct udev * udev), (udev), NULL, ENOMEM)
FAULT(int, udev_enumerate_add_match_subsystem,
      (struct udev_enumerate * list, const char *subsystem), (list, subsystem), -ENOMEM, ENOMEM)
FAULT(int, udev_enumerate_scan_devices, (struct udev_enumerate * list), (list), -ENOMEM, ENOMEM)
FAULT(struct udev_list_entry *, udev_enumerate_get_list_entry, (struct udev_enumerate * list),
      (list), NULL, ENOMEM)

/* ---- JSON and INI ---- */

FAULT_MEMORY(struct json_object *, json_object_new_object, (void), ())
FAULT_MEMORY(struct json_object *, json_object_new_array, (void), ())
FAULT_MEMORY(struct json_object *, json_object_new_boolean, (json_bool value), (value))
FAULT_MEMORY(struct json_object *, json_object_new_int, (int32_t value), (value))
FAULT_MEMORY(struct json_object *, json_object_new_int64, (int64_t value), (value))
FAULT_MEMORY(struct json_object *, json_object_new_double_s, (double value, const char *text),
	     (value, text))
FAULT_MEMORY(struct json_object *, json_object_new_string, (const char *text), (text))
FAULT_MEMORY(struct json_object *, json_object_new_string_len, (const char *text, int length),
	     (text, length))
FAULT_MEMORY(struct json_tokener *, json_tokener_new, (void), ())
FAULT_MEMORY(struct json_tokener *, json_tokener_new_ex, (int depth), (depth))
FAULT_MEMORY(struct json_object *, json_tokener_parse_ex,
	     (struct json_tokener * tokener, const char *text, int size), (tokener, text, size))
FAULT(const char *, json_object_to_json_string_ext, (struct json_object * object, int flags),
      (object, flags), NULL, ENOMEM)
FAULT(int, json_object_object_add,
      (struct json_object * object, const char *key, struct json_object *value),
      (object, key, value), -1, ENOMEM)
FAULT(int, json_object_array_add, (struct json_object * array, struct json_object *value),
      (array, value), -1, ENOMEM)
FAULT(int, ini_parse_stream, (ini_reader reader, void *stream, ini_handler handler, void *user),
      (reader, stream, handler, user), -2, ENOMEM)
