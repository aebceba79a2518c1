/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded to the agent: makes one call fail, once. A place is a function that
 *the agent calls and the address that it returns to; what libraries call for
 *themselves is no place of ours.
 *
 * $QFOTA_FAULT is FUNCTION@OFFSET:N, the Nth call at a place of the program;
 *with a
 * + behind it all later calls there fail too. Into the file $QFOTA_FAULT_LOG
 *goes what has come of it: place FUNCTION@OFFSET CALLS fault FUNCTION@OFFSET:N
 *it was reached leak ...		    memory that a place was given and did
 *not free, or a descriptor misuse ...		    memory that was written to, or
 *freed, after it was freed
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

#define PLACES 2048
#define BLOCKS 65536 /* a power of 2 */
#define FREED 0xa5
#define HERE ((uintptr_t)__builtin_return_address(0))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

struct place {
	const char *function;
	uintptr_t offset;
	unsigned long calls;
};

/* Memory that a place was given; never used again, so that later uses of it show. */
struct block {
	void *memory;
	size_t size; /* of what was freed */
	unsigned int place;
	bool freed;
};

static struct {
	uintptr_t base, start, end; /* of the program's code */
	char function[64];
	uintptr_t offset;
	unsigned long n;
	bool on; /* also all later ones */
	bool struck;
	int log; /* a descriptor that is no place's */
	struct place place[PLACES];
	unsigned int places;
	struct block block[BLOCKS];
	unsigned int blocks;
} faults = {.log = -1};

/* ---- places ---- */

static int program_find(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size, (void)data;
	faults.base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		faults.start = info->dlpi_addr + part->p_vaddr;
		faults.end = faults.start + part->p_memsz;
	}
	return 1; /* the first one is the program */
}

/* 0: none of the program's. */
static unsigned int place_find(const char *function, uintptr_t at)
{
	if (at < faults.start || at >= faults.end)
		return 0;
	for (unsigned int i = 1; i <= faults.places; i++)
		if (faults.place[i].offset == at - faults.base &&
		    strcmp(faults.place[i].function, function) == 0)
			return i;
	if (faults.places + 1 == PLACES)
		abort();
	faults.place[++faults.places] =
		(struct place){.function = function, .offset = at - faults.base};
	return faults.places;
}

static bool strikes(const char *function, uintptr_t at)
{
	struct place *place = &faults.place[place_find(function, at)];

	if (!place->function)
		return false;
	place->calls++;
	if (place->offset != faults.offset ||
	    strcmp(place->function, faults.function) ||
	    (faults.on ? place->calls < faults.n : place->calls != faults.n))
		return false;
	faults.struck = true;
	return true;
}

/* ---- memory ---- */

static struct block *block_find(const void *memory)
{
	size_t i = ((uintptr_t)memory >> 4) * 2654435761U % BLOCKS;

	while (faults.block[i].memory && faults.block[i].memory != memory)
		i = (i + 1) % BLOCKS;
	return &faults.block[i];
}

static void *block_add(void *memory, const char *function, uintptr_t at)
{
	unsigned int place = place_find(function, at);
	struct block *block;

	if (!memory || !place)
		return memory;
	block = block_find(memory);
	if (!block->memory && ++faults.blocks > BLOCKS / 2)
		abort();
	*block = (struct block){.memory = memory, .place = place};
	return memory;
}

static void block_tell(const char *what, const struct block *block)
{
	const struct place *place = &faults.place[block->place];

	dprintf(faults.log, "%s %s@%lx\n", what, place->function,
		(unsigned long)place->offset);
}

void free(void *memory)
{
	struct block *block = memory ? block_find(memory) : NULL;

	if (!block || !block->memory) {
		__libc_free(memory);
		return;
	}
	if (block->freed) {
		block_tell("misuse freed-twice", block);
		abort();
	}
	block->freed = true;
	block->size = malloc_usable_size(memory);
	memset(memory, FREED, block->size);
}

static void blocks_check(void)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		const struct block *block = &faults.block[i];
		const uint8_t *bytes = block->memory;
		size_t same = 0;

		if (!block->memory)
			continue;
		if (!block->freed)
			block_tell("leak memory", block);
		while (same < block->size && bytes[same] == FREED)
			same++;
		if (same < block->size)
			block_tell("misuse written-after-free", block);
	}
}

/* ---- beginning and end ---- */

static void fault_parse(const char *text)
{
	unsigned long offset;
	char on = 0;

	if (!text || !*text)
		return;
	if (sscanf(text, "%63[^@]@%lx:%lu%c", faults.function, &offset,
		   &faults.n, &on) < 3)
		abort();
	faults.offset = offset;
	faults.on = on == '+';
}

__attribute__((constructor)) static void faults_begin(void)
{
	const char *log = getenv("QFOTA_FAULT_LOG");

	/* Hooks and whatever else the agent starts are left alone. */
	unsetenv("LD_PRELOAD");
	dl_iterate_phdr(program_find, NULL);
	fault_parse(getenv("QFOTA_FAULT"));
	if (!log)
		return;
	faults.log = openat(AT_FDCWD, log,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	fcntl(faults.log, F_DUPFD_CLOEXEC, 900);
	close(faults.log);
	faults.log = 900;
}

static void descriptors_check(void)
{
	for (int fd = 3; fd < 256; fd++) {
		char path[32], target[128];
		ssize_t length;

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		dprintf(faults.log, "leak descriptor %s\n", target);
	}
}

__attribute__((destructor)) static void faults_end(void)
{
	if (faults.log < 0)
		return;
	for (unsigned int i = 1; i <= faults.places; i++)
		dprintf(faults.log, "place %s@%lx %lu\n",
			faults.place[i].function,
			(unsigned long)faults.place[i].offset,
			faults.place[i].calls);
	if (faults.struck)
		dprintf(faults.log, "fault %s@%lx:%lu\n", faults.function,
			(unsigned long)faults.offset, faults.n);
	blocks_check();
	descriptors_check();
}

/* ---- what a place may be given ---- */

#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

/* Fails with @bad, and @error in errno. */
#define FAULT(type, name, parameters, arguments, bad, error) \
	type name parameters                                 \
	{                                                    \
		if (strikes(#name, HERE)) {                  \
			errno = error;                       \
			return bad;                          \
		}                                            \
		return NEXT(name) arguments;                 \
	}

/* Likewise, of what is freed by free() in the end, by whomever. */
#define FAULT_MEMORY(type, name, parameters, arguments)              \
	type name parameters                                         \
	{                                                            \
		if (strikes(#name, HERE)) {                          \
			errno = ENOMEM;                              \
			return NULL;                                 \
		}                                                    \
		return block_add(NEXT(name) arguments, #name, HERE); \
	}

void *malloc(size_t size)
{
	if (strikes("malloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return block_add(__libc_malloc(size), "malloc", HERE);
}

void *calloc(size_t count, size_t size)
{
	if (strikes("calloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return block_add(__libc_calloc(count, size), "calloc", HERE);
}

static void *move(void *old, size_t size)
{
	void *memory = __libc_malloc(size);
	size_t before = old ? malloc_usable_size(old) : 0;

	if (memory && old)
		memcpy(memory, old, before < size ? before : size);
	if (memory)
		free(old);
	return memory;
}

void *realloc(void *old, size_t size)
{
	bool ours = HERE >= faults.start && HERE < faults.end;

	if (strikes("realloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!ours && (!old || !block_find(old)->memory))
		return __libc_realloc(old, size);
	return block_add(move(old, size), "realloc", HERE);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	if (strikes("reallocarray", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return block_add(move(old, count * size), "reallocarray", HERE);
}

FAULT_MEMORY(char *, strdup, (const char *text), (text))
FAULT_MEMORY(FILE *, fmemopen, (void *memory, size_t size, const char *mode),
	     (memory, size, mode))
FAULT_MEMORY(FILE *, open_memstream, (char **ret, size_t *ret_size),
	     (ret, ret_size))

int vasprintf(char **ret, const char *format, va_list arguments)
{
	int length;

	if (strikes("vasprintf", HERE))
		return -1;
	length = NEXT(vasprintf)(ret, format, arguments);
	if (length >= 0)
		block_add(*ret, "vasprintf", HERE);
	return length;
}

int asprintf(char **ret, const char *format, ...)
{
	va_list arguments;
	int length;

	if (strikes("asprintf", HERE))
		return -1;
	va_start(arguments, format);
	length = NEXT(vasprintf)(ret, format, arguments);
	va_end(arguments);
	if (length >= 0)
		block_add(*ret, "asprintf", HERE);
	return length;
}

FAULT_MEMORY(struct json_object *, json_object_new_object, (void), ())
FAULT_MEMORY(struct json_object *, json_object_new_array, (void), ())
FAULT_MEMORY(struct json_object *, json_object_new_boolean, (json_bool value),
	     (value))
FAULT_MEMORY(struct json_object *, json_object_new_int, (int32_t value), (value))
FAULT_MEMORY(struct json_object *, json_object_new_int64, (int64_t value),
	     (value))
FAULT_MEMORY(struct json_object *, json_object_new_double_s,
	     (double value, const char *text), (value, text))
FAULT_MEMORY(struct json_object *, json_object_new_string, (const char *text),
	     (text))
FAULT_MEMORY(struct json_object *, json_object_new_string_len,
	     (const char *text, int length), (text, length))
FAULT_MEMORY(struct json_tokener *, json_tokener_new, (void), ())
FAULT_MEMORY(struct json_tokener *, json_tokener_new_ex, (int depth), (depth))
FAULT_MEMORY(struct json_object *, json_tokener_parse_ex,
	     (struct json_tokener * tokener, const char *text, int size),
	     (tokener, text, size))
FAULT(const char *, json_object_to_json_string_ext,
      (struct json_object * object, int flags), (object, flags), NULL, ENOMEM)
FAULT(int, json_object_object_add,
      (struct json_object * object, const char *key, struct json_object *value),
      (object, key, value), -1, ENOMEM)
FAULT(int, json_object_array_add,
      (struct json_object * array, struct json_object *value), (array, value),
      -1, ENOMEM)
FAULT(int, ini_parse_stream,
      (ini_reader reader, void *stream, ini_handler handler, void *user),
      (reader, stream, handler, user), -2, ENOMEM)

/* ---- files ---- */

int open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	if (strikes("open64", HERE)) {
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
	if (strikes("openat64", HERE)) {
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
	if (strikes("fcntl64", HERE)) {
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
	if (strikes("ioctl", HERE)) {
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
FAULT(int, inotify_add_watch, (int fd, const char *path, uint32_t mask),
      (fd, path, mask), -1, ENOSPC)
FAULT(int, inotify_init1, (int flags), (flags), -1, EMFILE)
FAULT(off64_t, lseek64, (int fd, off64_t offset, int whence),
      (fd, offset, whence), -1, EIO)
FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, ENOSPC)
FAULT(int, mkdirat, (int folder, const char *path, mode_t mode),
      (folder, path, mode), -1, ENOSPC)
FAULT(ssize_t, pread64, (int fd, void *ret, size_t size, off64_t at),
      (fd, ret, size, at), -1, EIO)
FAULT(ssize_t, read, (int fd, void *ret, size_t size), (fd, ret, size), -1, EIO)
FAULT(ssize_t, readlink, (const char *path, char *ret, size_t size),
      (path, ret, size), -1, ENOMEM)
FAULT(char *, realpath, (const char *path, char *ret), (path, ret), NULL, ENOMEM)
FAULT(int, renameat, (int from, const char *old, int to, const char *new),
      (from, old, to, new), -1, ENOSPC)
FAULT(int, scandir64,
      (const char *path, struct dirent64 ***ret,
       int (*filter)(const struct dirent64 *),
       int (*compare)(const struct dirent64 **, const struct dirent64 **)),
      (path, ret, filter, compare), -1, ENOMEM)
FAULT(int, stat64, (const char *path, struct stat64 *ret), (path, ret), -1, EIO)
FAULT(int, unlinkat, (int folder, const char *path, int flags),
      (folder, path, flags), -1, EIO)
FAULT(ssize_t, write, (int fd, const void *bytes, size_t size),
      (fd, bytes, size), -1, ENOSPC)
FAULT(ssize_t, writev, (int fd, const struct iovec *parts, int count),
      (fd, parts, count), -1, ENOSPC)

/* ---- streams: what fails is remembered in them ---- */

#define STREAM_FAILS(function, stream, bad)                                    \
	do {                                                                   \
		if (strikes(function, HERE)) {                                 \
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
	bool fails = strikes("fclose", HERE);
	int r = NEXT(fclose)(stream);

	if (fails)
		errno = ENOSPC;
	return fails ? EOF : r;
}

FAULT(long, ftell, (FILE * stream), (stream), -1, EIO)

/* ---- descriptors that are no files, processes ---- */

FAULT(int, connect, (int fd, __CONST_SOCKADDR_ARG to, socklen_t size),
      (fd, to, size), -1, ECONNREFUSED)
FAULT(void *, dlopen, (const char *path, int flags), (path, flags), NULL, ENOMEM)
FAULT(int, kill, (pid_t pid, int signo), (pid, signo), -1, EPERM)
FAULT(int, poll, (struct pollfd * fds, nfds_t count, int ms), (fds, count, ms),
      -1, ENOMEM)
FAULT(ssize_t, send, (int fd, const void *bytes, size_t size, int flags),
      (fd, bytes, size, flags), -1, EPIPE)
FAULT(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags),
      -1, EMFILE)
FAULT(int, socket, (int domain, int type, int protocol),
      (domain, type, protocol), -1, EMFILE)
FAULT(int, socketpair, (int domain, int type, int protocol, int pair[2]),
      (domain, type, protocol, pair), -1, EMFILE)
FAULT(int, posix_spawn,
      (pid_t *restrict ret, const char *restrict path,
       const posix_spawn_file_actions_t *restrict files,
       const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
       char *const environment[restrict]),
      (ret, path, files, attributes, argv, environment), ENOMEM, ENOMEM)

/* ---- libusb ---- */

FAULT(int, libusb_init, (libusb_context * *ret), (ret), LIBUSB_ERROR_NO_MEM,
      ENOMEM)
FAULT(int, libusb_pollfds_handle_timeouts, (libusb_context * context),
      (context), 0, ENOSYS)
FAULT(const struct libusb_pollfd **, libusb_get_pollfds,
      (libusb_context * context), (context), NULL, ENOMEM)
FAULT(int, libusb_handle_events_timeout_completed,
      (libusb_context * context, struct timeval *wait, int *completed),
      (context, wait, completed), LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_wrap_sys_device,
      (libusb_context * context, intptr_t fd, libusb_device_handle **ret),
      (context, fd, ret), LIBUSB_ERROR_NO_MEM, ENOMEM)
FAULT(int, libusb_get_configuration, (libusb_device_handle * handle, int *ret),
      (handle, ret), LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_set_configuration, (libusb_device_handle * handle, int number),
      (handle, number), LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_set_auto_detach_kernel_driver,
      (libusb_device_handle * handle, int enable), (handle, enable),
      LIBUSB_ERROR_NOT_SUPPORTED, ENOSYS)
FAULT(int, libusb_claim_interface, (libusb_device_handle * handle, int number),
      (handle, number), LIBUSB_ERROR_BUSY, EBUSY)
FAULT(int, libusb_release_interface, (libusb_device_handle * handle, int number),
      (handle, number), LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_attach_kernel_driver,
      (libusb_device_handle * handle, int number), (handle, number),
      LIBUSB_ERROR_IO, EIO)
FAULT(int, libusb_clear_halt,
      (libusb_device_handle * handle, unsigned char endpoint),
      (handle, endpoint), LIBUSB_ERROR_IO, EIO)
FAULT(struct libusb_transfer *, libusb_alloc_transfer, (int packets), (packets),
      NULL, ENOMEM)
FAULT(int, libusb_submit_transfer, (struct libusb_transfer * transfer),
      (transfer), LIBUSB_ERROR_NO_MEM, ENOMEM)
FAULT(int, libusb_cancel_transfer, (struct libusb_transfer * transfer),
      (transfer), LIBUSB_ERROR_OTHER, EIO)

int libusb_set_option(libusb_context *context, enum libusb_option option, ...)
{
	if (strikes("libusb_set_option", HERE))
		return LIBUSB_ERROR_NO_MEM;
	return NEXT(libusb_set_option)(context, option);
}

/* ---- libudev ---- */

FAULT(struct udev *, udev_new, (void), (), NULL, ENOMEM)
FAULT(struct udev_monitor *, udev_monitor_new_from_netlink,
      (struct udev * udev, const char *group), (udev, group), NULL, ENOMEM)
FAULT(int, udev_monitor_set_receive_buffer_size,
      (struct udev_monitor * monitor, int size), (monitor, size), -EPERM, EPERM)
FAULT(int, udev_monitor_filter_add_match_subsystem_devtype,
      (struct udev_monitor * monitor, const char *subsystem, const char *type),
      (monitor, subsystem, type), -ENOMEM, ENOMEM)
FAULT(int, udev_monitor_enable_receiving, (struct udev_monitor * monitor),
      (monitor), -EPERM, EPERM)
FAULT(struct udev_device *, udev_monitor_receive_device,
      (struct udev_monitor * monitor), (monitor), NULL, ENOMEM)
FAULT(struct udev_device *, udev_device_new_from_syspath,
      (struct udev * udev, const char *path), (udev, path), NULL, ENOMEM)
FAULT(const char *, udev_device_get_action, (struct udev_device * device),
      (device), NULL, ENOMEM)
FAULT(const char *, udev_device_get_sysname, (struct udev_device * device),
      (device), NULL, ENOMEM)
FAULT(const char *, udev_device_get_devtype, (struct udev_device * device),
      (device), NULL, ENOMEM)
FAULT(int, udev_device_get_is_initialized, (struct udev_device * device),
      (device), -ENOMEM, ENOMEM)
FAULT(const char *, udev_device_get_property_value,
      (struct udev_device * device, const char *key), (device, key), NULL, ENOMEM)
FAULT(struct udev_enumerate *, udev_enumerate_new, (struct udev * udev), (udev),
      NULL, ENOMEM)
FAULT(int, udev_enumerate_add_match_subsystem,
      (struct udev_enumerate * list, const char *subsystem), (list, subsystem),
      -ENOMEM, ENOMEM)
FAULT(int, udev_enumerate_scan_devices, (struct udev_enumerate * list), (list),
      -ENOMEM, ENOMEM)
FAULT(struct udev_list_entry *, udev_enumerate_get_list_entry,
      (struct udev_enumerate * list), (list), NULL, ENOMEM)
