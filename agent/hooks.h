/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs in /etc/qfota/hooks.d, which watchdogs, connection managers and
 * maintenance windows are told by. Root runs them: by systemd's socket where
 * that is there, else as a child of an agent that is root itself. They get the
 * facts of the busy mark, so the mark comes first.
 */
#ifndef QFOTA_HOOKS_H
#define QFOTA_HOOKS_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/loop.h"

#define HOOKS_FOLDER "/etc/qfota/hooks.d"
#define HOOKS_SOCKET "hooks" /* in the run directory */
/* All hooks of one verb, which their runner ends after 50 s. */
#define HOOKS_LIMIT_MS 60000

/* Lives in its owner, zeroed but for @loop, @fn and @data. */
struct hooks {
	struct loop *loop;
	/* @refusal: why not, one sentence; NULL: all of them agreed, or there are none. */
	void (*fn)(void *data, const char *refusal);
	void *data;
	int fd; /* meaningful with a source */
	pid_t child; /* 0: none */
	struct loop_source *source; /* NULL: nothing is being run */
	struct loop_timer limit;
	char answer[256];
	size_t size;
};

/*
 * @words: "check 1-1.4", "start 1-1.4", "end 1-1.4 upgraded 0". fn is called from
 * the loop, after at most HOOKS_LIMIT_MS. False: there is nothing to run, and fn
 * will not be called. Nothing else is to be run by @hooks meanwhile.
 */
bool hooks_run(struct hooks *hooks, const char *words);
/* fn will not be called; who still runs is ended. */
void hooks_cancel(struct hooks *hooks);

#endif
