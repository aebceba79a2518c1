/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one event loop: descriptors, timers, signals. Everything that the agent
 * waits for passes here. What else may wait: output.c (2 s) for a reader that takes
 * nothing, hotplug_enumerate() (100 ms) at the start, the kernel as it closes a port, and
 * for a moment one agent for another that writes history or attempts.
 *
 * poll(2) rather than epoll(7): some descriptors (usbfs nodes under umockdev)
 * cannot be added to an epoll set, and a few hundred are quick enough.
 *
 * Sources and timers may be added and removed, and the loop stopped, from
 * inside any callback, their own included. In one turn descriptors come before
 * timers: after a suspend or a long stall the bytes that lie there are seen
 * before the deadline that waited for them.
 */
#ifndef QFOTA_LOOP_H
#define QFOTA_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_source;

/* @revents: as poll(2) returned them, never 0. */
typedef void loop_io_fn(void *data, short revents);
typedef void loop_signal_fn(void *data, int signo);
typedef void loop_timer_fn(void *data);

/*
 * A timer lives inside its owner, zero-initialised but for @fn and @data. A
 * disarmed timer needs no destructor.
 */
struct loop_timer {
	loop_timer_fn *fn;
	void *data;
	uint64_t due_ms; /* 0: not armed */
	struct loop_timer *next;
};

/* -ENOMEM */
int loop_create(struct loop **ret);
/*
 * Frees all sources that are left; timers are simply forgotten. NULL is fine.
 * Not from inside a callback.
 */
void loop_free(struct loop *loop);

/* Milliseconds of CLOCK_MONOTONIC, read anew at each call; never 0. */
uint64_t loop_now(void);

/* Watches @fd (not owned) for @events of poll(2). -ENOMEM */
int loop_add_fd(struct loop *loop, int fd, short events, loop_io_fn *fn, void *data,
		struct loop_source **ret);
/* @source is gone for its owner at once, its fd may be closed. NULL is fine. */
void loop_remove(struct loop *loop, struct loop_source *source);

/*
 * Blocks @signo for the process and hands it to @fn from within the loop.
 * -ENOMEM, -EINVAL (no such signal), or errno of signalfd(2). Freed with the
 * loop; @signo stays blocked, so that clean-up after the loop is not cut short.
 */
int loop_add_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *data);

/*
 * Fires once at @due_ms (of loop_now()), at once if that is past; timers
 * with one due time fire as they were armed. Arming an armed timer moves it.
 */
void loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms);
void loop_timer_disarm(struct loop *loop, struct loop_timer *timer);

/*
 * Dispatches until loop_stop(); a stop before the run ends it at once. May be
 * run again. 0, -ENOMEM, or the errno of poll(2).
 */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
