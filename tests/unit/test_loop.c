/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "agent/loop.h"
#include "agent/util.h"

/* What callbacks did, one letter each, in order. */
struct story {
	struct loop *loop;
	struct loop_source *source[3];
	struct loop_timer timer[3];
	int pipe[3][2];
	char text[64];
	unsigned int rounds;
};

static void story_tell(struct story *story, char letter)
{
	size_t length = strlen(story->text);

	assert_true(length + 1 < sizeof(story->text));
	story->text[length] = letter;
}

static int setup(void **state)
{
	static struct story story;

	memset(&story, 0, sizeof(story));
	for (size_t i = 0; i < ARRAY_SIZE(story.pipe); i++)
		assert_int_equal(pipe(story.pipe[i]), 0);
	assert_int_equal(loop_create(&story.loop), 0);
	*state = &story;
	return 0;
}

static int teardown(void **state)
{
	struct story *story = *state;

	loop_free(story->loop);
	for (size_t i = 0; i < ARRAY_SIZE(story->pipe); i++) {
		close(story->pipe[i][0]);
		close(story->pipe[i][1]);
	}
	return 0;
}

static void story_watch(struct story *story, unsigned int which, loop_io_fn *fn)
{
	assert_int_equal(loop_add_fd(story->loop, story->pipe[which][0], POLLIN,
				     fn, story, &story->source[which]),
			 0);
}

static void story_write(struct story *story, unsigned int which)
{
	assert_int_equal(write(story->pipe[which][1], "x", 1), 1);
}

static void story_arm(struct story *story, unsigned int which,
		      loop_timer_fn *fn, uint64_t due_ms)
{
	story->timer[which].fn = fn;
	story->timer[which].data = story;
	loop_timer_arm(story->loop, &story->timer[which], due_ms);
}

static void stop(void *data)
{
	struct story *story = data;

	story_tell(story, '.');
	loop_stop(story->loop);
}

static void tell_a(void *data)
{
	story_tell(data, 'a');
}

static void tell_b(void *data)
{
	story_tell(data, 'b');
}

static void test_timers_fire_in_order_of_due(void **state)
{
	struct story *story = *state;
	uint64_t now = loop_now();

	story_arm(story, 2, stop, now + 3);
	story_arm(story, 1, tell_b, now + 2);
	story_arm(story, 0, tell_a, now + 1);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "ab.");
	assert_int_equal(story->timer[0].due_ms, 0);
}

static void test_equal_timers_fire_as_armed(void **state)
{
	struct story *story = *state;
	uint64_t now = loop_now();

	story_arm(story, 1, tell_b, now);
	story_arm(story, 0, tell_a, now);
	story_arm(story, 2, stop, now);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "ba.");
}

static void test_arming_again_moves_a_timer(void **state)
{
	struct story *story = *state;
	uint64_t now = loop_now();

	story_arm(story, 0, tell_a, now);
	story_arm(story, 1, tell_b, now + 1);
	story_arm(story, 2, stop, now + 3);
	story_arm(story, 0, tell_a, now + 2);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "ba.");
}

static void test_due_of_zero_fires_once(void **state)
{
	struct story *story = *state;

	story_arm(story, 0, tell_a, 0);
	story_arm(story, 2, stop, loop_now() + 2);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "a.");
}

static void disarm_b(void *data)
{
	struct story *story = data;

	story_tell(story, 'a');
	loop_timer_disarm(story->loop, &story->timer[1]);
}

static void test_timer_disarms_another_that_is_due(void **state)
{
	struct story *story = *state;

	story_arm(story, 0, disarm_b, 1);
	story_arm(story, 1, tell_b, 2);
	story_arm(story, 2, stop, 3);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "a.");
}

/* Every turn it is in the past again: it must not starve the pipe. */
static void arm_in_the_past(void *data)
{
	struct story *story = data;

	story->rounds++;
	assert_true(story->rounds < 1000);
	loop_timer_arm(story->loop, &story->timer[0], 1);
}

static void stop_on_bytes(void *data, short revents)
{
	struct story *story = data;

	assert_int_equal(revents & POLLIN, POLLIN);
	story_tell(story, 'r');
	loop_stop(story->loop);
}

static void test_rearmed_timer_does_not_starve_bytes(void **state)
{
	struct story *story = *state;

	story_watch(story, 0, stop_on_bytes);
	story_arm(story, 0, arm_in_the_past, 1);
	story_write(story, 0);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "r");
}

static void disarm_deadline(void *data, short revents)
{
	struct story *story = data;

	(void)revents;
	story_tell(story, 'r');
	loop_remove(story->loop, story->source[0]);
	loop_timer_disarm(story->loop, &story->timer[0]);
}

static void test_bytes_come_before_an_expired_deadline(void **state)
{
	struct story *story = *state;

	story_watch(story, 0, disarm_deadline);
	story_arm(story, 0, tell_a, 1);
	story_arm(story, 2, stop, 2);
	story_write(story, 0);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "r.");
}

static void test_stop_keeps_due_timers_for_the_next_run(void **state)
{
	struct story *story = *state;

	story_arm(story, 0, stop, 1);
	story_arm(story, 1, tell_b, 2);
	story_arm(story, 2, stop, 3);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, ".");
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, ".b.");
}

static void test_stop_before_run(void **state)
{
	struct story *story = *state;

	loop_stop(story->loop);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "");
}

/* Removes all, itself included, and closes what the others watch. */
static void remove_all(void *data, short revents)
{
	struct story *story = data;

	(void)revents;
	story_tell(story, 'r');
	for (size_t i = 0; i < ARRAY_SIZE(story->source); i++)
		loop_remove(story->loop, story->source[i]);
	story_arm(story, 0, stop, 1);
}

static void test_first_of_three_removes_all(void **state)
{
	struct story *story = *state;

	for (unsigned int i = 0; i < 3; i++) {
		story_watch(story, i, remove_all);
		story_write(story, i);
	}
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "r.");
	loop_remove(story->loop, NULL);
}

static void add_second(void *data, short revents)
{
	struct story *story = data;

	(void)revents;
	story_tell(story, 'r');
	loop_remove(story->loop, story->source[0]);
	story_watch(story, 1, stop_on_bytes);
}

static void test_source_added_in_callback_is_watched(void **state)
{
	struct story *story = *state;

	story_write(story, 0);
	story_write(story, 1);
	story_watch(story, 0, add_second);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "rr");
}

static void test_stop_ends_the_turn(void **state)
{
	struct story *story = *state;

	for (unsigned int i = 0; i < 2; i++) {
		story_watch(story, i, stop_on_bytes);
		story_write(story, i);
	}
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "r");
}

static void tell_hangup(void *data, short revents)
{
	struct story *story = data;

	story_tell(story, revents & POLLHUP ? 'h' : '?');
	loop_stop(story->loop);
}

static void test_hangup_is_passed_on(void **state)
{
	struct story *story = *state;

	story_watch(story, 0, tell_hangup);
	close(story->pipe[0][1]);
	story->pipe[0][1] = dup(story->pipe[0][0]);
	assert_int_equal(loop_run(story->loop), 0);
	assert_string_equal(story->text, "h");
}

static void on_signal(void *data, int signo)
{
	struct story *story = data;

	story_tell(story, signo == SIGUSR1 ? '1' : '2');
	if (signo == SIGUSR2)
		loop_stop(story->loop);
}

static void test_signals_arrive_in_the_loop(void **state)
{
	struct story *story = *state;
	struct loop *loop = story->loop;

	assert_int_equal(loop_add_signal(loop, SIGUSR1, on_signal, story), 0);
	assert_int_equal(loop_add_signal(loop, SIGUSR2, on_signal, story), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	assert_int_equal(kill(getpid(), SIGUSR2), 0);
	assert_string_equal(story->text, "");
	assert_int_equal(loop_run(loop), 0);
	assert_string_equal(story->text, "12");
	assert_int_equal(loop_add_signal(loop, -1, on_signal, story), -EINVAL);
}

static void test_clock_is_never_zero_and_never_falls(void **state)
{
	uint64_t before = loop_now();

	(void)state;
	assert_int_not_equal(before, 0);
	assert_true(loop_now() >= before);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_timers_fire_in_order_of_due),
		STORY(test_equal_timers_fire_as_armed),
		STORY(test_arming_again_moves_a_timer),
		STORY(test_due_of_zero_fires_once),
		STORY(test_timer_disarms_another_that_is_due),
		STORY(test_rearmed_timer_does_not_starve_bytes),
		STORY(test_bytes_come_before_an_expired_deadline),
		STORY(test_stop_keeps_due_timers_for_the_next_run),
		STORY(test_stop_before_run),
		STORY(test_first_of_three_removes_all),
		STORY(test_source_added_in_callback_is_watched),
		STORY(test_stop_ends_the_turn),
		STORY(test_hangup_is_passed_on),
		STORY(test_signals_arrive_in_the_loop),
		STORY(test_clock_is_never_zero_and_never_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
