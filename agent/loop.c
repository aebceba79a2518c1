/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>

#include "agent/util.h"

struct loop_source {
	struct loop_source *next;
	int fd;
	short events;
	short revents;
	bool dead; /* removed; freed when no dispatch can still hold it */
	loop_io_fn *fn;
	void *data;
};

struct loop_signal {
	struct loop_signal *next;
	int fd;
	loop_signal_fn *fn;
	void *data;
};

struct loop {
	struct loop_source *sources; /* in order of addition */
	struct loop_signal *signals;
	struct loop_timer *timers; /* sorted by due_ms */
	/*
	 * Timers that are being fired, apart from the others so that one which
	 * arms itself anew in the past cannot keep descriptors from their turn.
	 */
	struct loop_timer *due;
	struct pollfd *polls;
	size_t polls_room;
	bool stopped;
};

int loop_create(struct loop **ret)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	*ret = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	while (loop->sources) {
		struct loop_source *source = loop->sources;

		loop->sources = source->next;
		free(source);
	}
	while (loop->signals) {
		struct loop_signal *handler = loop->signals;

		loop->signals = handler->next;
		close(handler->fd);
		free(handler);
	}
	free(loop->polls);
	free(loop);
}

uint64_t loop_now(void)
{
	struct timespec now;
	uint64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	return ms ? ms : 1;
}

int loop_add_fd(struct loop *loop, int fd, short events, loop_io_fn *fn,
		void *data, struct loop_source **ret)
{
	struct loop_source **tail = &loop->sources;
	struct loop_source *source = calloc(1, sizeof(*source));

	if (!source)
		return -ENOMEM;
	source->fd = fd;
	source->events = events;
	source->fn = fn;
	source->data = data;
	while (*tail)
		tail = &(*tail)->next;
	*tail = source;
	*ret = source;
	return 0;
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	(void)loop;
	if (source)
		source->dead = true;
}

static void loop_reap(struct loop *loop)
{
	struct loop_source **link = &loop->sources;

	while (*link) {
		struct loop_source *source = *link;

		if (!source->dead) {
			link = &source->next;
			continue;
		}
		*link = source->next;
		free(source);
	}
}

static void loop_signal_ready(void *data, short revents)
{
	struct loop_signal *handler = data;
	struct signalfd_siginfo info;

	(void)revents;
	/* Nothing to read is no fault: the signal may be taken elsewhere. */
	if (read(handler->fd, &info, sizeof(info)) == sizeof(info))
		handler->fn(handler->data, (int)info.ssi_signo);
}

int loop_add_signal(struct loop *loop, int signo, loop_signal_fn *fn,
		    void *data)
{
	_cleanup_free_ struct loop_signal *handler = NULL;
	_cleanup_close_ int fd = -1;
	struct loop_source *source;
	sigset_t set;
	int r;

	handler = calloc(1, sizeof(*handler));
	if (!handler)
		return -ENOMEM;
	sigemptyset(&set);
	if (sigaddset(&set, signo) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = loop_add_fd(loop, fd, POLLIN, loop_signal_ready, handler, &source);
	if (r < 0)
		return r;
	/* Cannot fail: the set and the argument are sound. */
	sigprocmask(SIG_BLOCK, &set, NULL);

	handler->fn = fn;
	handler->data = data;
	handler->fd = util_take_fd(&fd);
	handler->next = loop->signals;
	loop->signals = handler;
	handler = NULL;
	return 0;
}

static void loop_timer_unlink(struct loop_timer **list,
			      const struct loop_timer *timer)
{
	for (; *list; list = &(*list)->next) {
		if (*list == timer) {
			*list = timer->next;
			return;
		}
	}
}

void loop_timer_disarm(struct loop *loop, struct loop_timer *timer)
{
	if (!timer->due_ms)
		return;
	loop_timer_unlink(&loop->timers, timer);
	loop_timer_unlink(&loop->due, timer);
	timer->due_ms = 0;
	timer->next = NULL;
}

void loop_timer_arm(struct loop *loop, struct loop_timer *timer,
		    uint64_t due_ms)
{
	struct loop_timer **link = &loop->timers;

	loop_timer_disarm(loop, timer);
	timer->due_ms = due_ms ? due_ms : 1;
	while (*link && (*link)->due_ms <= timer->due_ms)
		link = &(*link)->next;
	timer->next = *link;
	*link = timer;
}

static void loop_fire(struct loop *loop)
{
	struct loop_timer **end = &loop->due;
	uint64_t now = loop_now();

	while (*end) /* left over from a run that was stopped */
		end = &(*end)->next;
	while (loop->timers && loop->timers->due_ms <= now) {
		struct loop_timer *timer = loop->timers;

		loop->timers = timer->next;
		timer->next = NULL;
		*end = timer;
		end = &timer->next;
	}
	while (loop->due && !loop->stopped) {
		struct loop_timer *timer = loop->due;

		loop_timer_disarm(loop, timer);
		timer->fn(timer->data);
	}
}

static int loop_timeout(const struct loop *loop)
{
	uint64_t now = loop_now();

	if (loop->due)
		return 0;
	if (!loop->timers)
		return -1;
	if (loop->timers->due_ms <= now)
		return 0;
	if (loop->timers->due_ms - now > INT_MAX)
		return INT_MAX;
	return (int)(loop->timers->due_ms - now);
}

static int loop_collect(struct loop *loop, size_t *ret_count)
{
	const struct loop_source *source;
	size_t count = 0;

	for (source = loop->sources; source; source = source->next)
		count++;
	if (count > loop->polls_room) {
		struct pollfd *polls;

		polls = reallocarray(loop->polls, count, sizeof(*polls));
		if (!polls)
			return -ENOMEM;
		loop->polls = polls;
		loop->polls_room = count;
	}
	count = 0;
	for (source = loop->sources; source; source = source->next)
		loop->polls[count++] = (struct pollfd){
			.fd = source->fd,
			.events = source->events,
		};
	*ret_count = count;
	return 0;
}

static void loop_dispatch(struct loop *loop)
{
	const struct pollfd *polled = loop->polls;
	struct loop_source *source;

	for (source = loop->sources; source; source = source->next)
		source->revents = polled++->revents;
	/* A source that a callback adds stands behind these, with no revents. */
	for (source = loop->sources; source; source = source->next) {
		short revents = source->revents;

		if (loop->stopped)
			return;
		if (source->dead || !revents)
			continue;
		source->revents = 0;
		source->fn(source->data, revents);
	}
}

static int loop_turn(struct loop *loop)
{
	size_t count;
	int r;

	loop_reap(loop);
	r = loop_collect(loop, &count);
	if (r < 0)
		return r;
	r = poll(loop->polls, count, loop_timeout(loop));
	if (r < 0 && errno != EINTR)
		return -errno;
	/* What has arrived comes before the timer that waited for it. */
	if (r > 0)
		loop_dispatch(loop);
	if (!loop->stopped)
		loop_fire(loop);
	return 0;
}

int loop_run(struct loop *loop)
{
	int r = 0;

	while (!loop->stopped && r == 0)
		r = loop_turn(loop);
	loop->stopped = false;
	return r;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
