/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Job slots: shared by processes, free again when their holder ends or dies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/loop.h"
#include "agent/slots.h"

struct host {
	char dir[32];
	struct loop *loop;
	struct slots *slots;
	unsigned int freed;
	struct loop_timer limit;
};

static void on_freed(void *data)
{
	struct host *host = data;

	host->freed++;
	loop_stop(host->loop);
}

static void on_limit(void *data)
{
	(void)data;
	fail_msg("nobody told that a slot is free");
}

static void on_soon(void *data)
{
	loop_stop(data);
}

static int setup(void **state)
{
	struct host *host = calloc(1, sizeof(*host));

	snprintf(host->dir, sizeof(host->dir), "/tmp/slots-XXXXXX");
	assert_non_null(mkdtemp(host->dir));
	assert_int_equal(loop_create(&host->loop), 0);
	assert_int_equal(slots_create(host->loop, host->dir, 2, on_freed, host, &host->slots), 0);
	host->limit = (struct loop_timer){ .fn = on_limit };
	*state = host;
	return 0;
}

static int teardown(void **state)
{
	struct host *host = *state;
	char command[64];

	slots_free(host->slots);
	loop_free(host->loop);
	snprintf(command, sizeof(command), "rm -r %s", host->dir);
	assert_int_equal(system(command), 0);
	free(host);
	return 0;
}

/* The limit only turns a lost wake-up into a failure. */
static void wait_for_freed(struct host *host)
{
	loop_timer_arm(host->loop, &host->limit, loop_now() + 60000);
	assert_int_equal(loop_run(host->loop), 0);
	loop_timer_disarm(host->loop, &host->limit);
}

static void as_many_as_said(void **state)
{
	struct host *host = *state;
	struct slot first = { 0 }, second = { 0 }, third = { 0 };

	assert_int_equal(slots_take(host->slots, &first), 0);
	assert_int_equal(slots_take(host->slots, &second), 0);
	assert_int_equal(slots_take(host->slots, &third), -EBUSY);
	assert_false(third.held);
	slots_give(&first);
	wait_for_freed(host);
	assert_int_equal(slots_take(host->slots, &third), 0);
	slots_give(&second);
	slots_give(&third);
	slots_give(&third);
}

/* Or all that wait would wake each other for ever. */
static void a_try_wakes_nobody(void **state)
{
	struct host *host = *state;
	struct slot held[2] = { 0 }, more = { 0 };
	struct slots *other;
	struct loop_timer soon = { .fn = on_soon, .data = host->loop };

	assert_int_equal(slots_create(host->loop, host->dir, 2, on_freed, host, &other), 0);
	assert_int_equal(slots_take(other, &held[0]), 0);
	assert_int_equal(slots_take(other, &held[1]), 0);
	assert_int_equal(slots_take(host->slots, &more), -EBUSY);
	loop_timer_arm(host->loop, &soon, loop_now());
	assert_int_equal(loop_run(host->loop), 0);
	assert_int_equal(host->freed, 0);
	slots_give(&held[0]);
	slots_give(&held[1]);
	slots_free(other);
}

static void the_dead_hold_nothing(void **state)
{
	struct host *host = *state;
	struct slot slot = { 0 }, mine = { 0 };
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(slots_take(host->slots, &mine), 0);
	child = fork();
	if (child == 0) {
		struct slots *slots;
		struct loop *loop;

		if (loop_create(&loop) == 0 &&
		    slots_create(loop, host->dir, 2, on_freed, host, &slots) == 0 &&
		    slots_take(slots, &slot) == 0 && write(ready[1], "!", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(slots_take(host->slots, &slot), -EBUSY);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	wait_for_freed(host);
	assert_int_equal(slots_take(host->slots, &slot), 0);
	slots_give(&slot);
	slots_give(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_many_as_said, setup, teardown),
		cmocka_unit_test_setup_teardown(a_try_wakes_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(the_dead_hold_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
