/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/inotify.h>

#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/store.h"
#include "agent/util.h"

#define SLOTS_MODE 0600

struct slots {
	struct loop *loop;
	unsigned int count;
	int folder;
	int inotify;
	struct loop_source *source;
	void (*freed)(void *data);
	void *data;
};

/* Which slot it is does not matter: whoever waits tries all. */
static void slots_heard(void *data, short revents)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct slots *slots = data;

	(void)revents;
	while (read(slots->inotify, events, sizeof(events)) > 0)
		;
	slots->freed(slots->data);
}

/* Only of files that were open for writing: to try is to open for reading. */
static int slots_listen(struct slots *slots)
{
	char path[40];

	/* The folder that is open, whatever may have that name by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", slots->folder);
	slots->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (slots->inotify < 0 || inotify_add_watch(slots->inotify, path, IN_CLOSE_WRITE) < 0)
		return -errno;
	return loop_add_fd(slots->loop, slots->inotify, POLLIN, slots_heard, slots, &slots->source);
}

int slots_create(struct loop *loop, const char *run_dir, unsigned int count,
		 void (*freed)(void *data), void *data, struct slots **ret)
{
	struct slots *slots = calloc(1, sizeof(*slots));
	int r;

	if (!slots)
		return -ENOMEM;
	*slots = (struct slots){
		.loop = loop,
		.count = count,
		.inotify = -1,
		.freed = freed,
		.data = data,
	};
	slots->folder = journal_run_folder(run_dir, JOURNAL_SLOTS);
	r = slots->folder < 0 ? slots->folder : slots_listen(slots);
	if (r < 0) {
		slots_free(slots);
		return r;
	}
	*ret = slots;
	return 0;
}

void slots_free(struct slots *slots)
{
	if (!slots)
		return;
	loop_remove(slots->loop, slots->source);
	util_closep(&slots->inotify);
	util_closep(&slots->folder);
	free(slots);
}

/*
 * The lock is opened first, so that it has the lower number: when its holder dies
 * the kernel closes it before the bell rings.
 */
static int slot_take(const struct slots *slots, const char *name, struct slot *ret)
{
	_cleanup_close_ int lock = store_open_file(slots->folder, name, O_RDONLY, SLOTS_MODE);
	int bell;

	if (lock < 0)
		return lock;
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	bell = store_open_file(slots->folder, name, O_WRONLY, SLOTS_MODE);
	if (bell < 0)
		return bell;
	*ret = (struct slot){ .lock = util_take_fd(&lock), .bell = bell, .held = true };
	return 0;
}

int slots_take(struct slots *slots, struct slot *ret)
{
	int r = -EBUSY;

	for (unsigned int i = 0; i < slots->count && r == -EBUSY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		r = slot_take(slots, name, ret);
	}
	return r;
}

void slots_give(struct slot *slot)
{
	if (!slot->held)
		return;
	close(slot->lock);
	close(slot->bell);
	slot->held = false;
}
