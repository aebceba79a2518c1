/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small helpers that every room of the agent may use.
 */
#ifndef QFOTA_UTIL_H
#define QFOTA_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(member_pointer, type, member)                             \
	((type *)((char *)(member_pointer)-offsetof(type, member)))

#define _printf_(string, first)                                                \
	__attribute__((__format__(__printf__, string, first)))
#define _cleanup_(destructor) __attribute__((cleanup(destructor)))

static inline void util_freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void util_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* For who keeps what would be closed at the end of the scope. */
static inline int util_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Since 1970; anybody may set that clock. */
static inline uint64_t util_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#define _cleanup_free_ _cleanup_(util_freep)
#define _cleanup_close_ _cleanup_(util_closep)

#endif
