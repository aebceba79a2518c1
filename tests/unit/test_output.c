/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pipe of two pages whose reader stands still. Whatever would wait for the
 * reader is killed by the alarm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "agent/output.h"

#define LINE 3000 /* one of them fits a page */
#define HANGS_S 30

struct stage {
	FILE *file;
	int reader;
	char text[8 * LINE + 1];
};

static int setup(void **state)
{
	static struct stage stage;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 2 * PIPE_BUF), 2 * PIPE_BUF);
	stage = (struct stage){ .file = fdopen(ends[1], "w"), .reader = ends[0] };
	assert_non_null(stage.file);
	*state = &stage;
	alarm(HANGS_S);
	return 0;
}

static int teardown(void **state)
{
	struct stage *stage = *state;

	alarm(0);
	close(stage->reader);
	return fclose(stage->file);
}

static const char *lines(struct stage *stage, size_t count)
{
	memset(stage->text, 'x', count * LINE);
	for (size_t i = 1; i <= count; i++)
		stage->text[i * LINE - 1] = '\n';
	stage->text[count * LINE] = '\0';
	return stage->text;
}

static const char *line_of(struct stage *stage, size_t length)
{
	memset(stage->text, 'x', length);
	stage->text[length] = '\0';
	return stage->text;
}

static void test_lines_up_to_the_last_that_fits(void **state)
{
	struct stage *stage = *state;
	char taken[LINE];

	assert_int_equal(output_lines(stage->file, lines(stage, 5)), 2 * LINE);
	assert_int_equal(output_lines(stage->file, lines(stage, 5)), 0);
	assert_int_equal(read(stage->reader, taken, sizeof(taken)), LINE);
	assert_int_equal(output_lines(stage->file, lines(stage, 5)), LINE);
}

static void test_all_lines_if_they_fit(void **state)
{
	struct stage *stage = *state;

	assert_int_equal(output_lines(stage->file, "one\ntwo"), 7);
	assert_int_equal(output_lines(stage->file, ""), 0);
}

static void test_longest_line(void **state)
{
	struct stage *stage = *state;

	assert_int_equal(output_line(stage->file, line_of(stage, PIPE_BUF - 1), 0), 0);
	assert_int_equal(output_line(stage->file, line_of(stage, PIPE_BUF - 1), 0), 0);
	assert_int_equal(output_line(stage->file, line_of(stage, PIPE_BUF - 1), 0), -EAGAIN);
}

static void test_line_that_nobody_can_promise_room_for(void **state)
{
	struct stage *stage = *state;
	char taken[8];

	assert_int_equal(output_line(stage->file, line_of(stage, 3UL * PIPE_BUF), 0), -EMSGSIZE);
	assert_int_equal(output_line(stage->file, "next", 0), 0);
	assert_int_equal(read(stage->reader, taken, sizeof(taken)), 5);
}

#define STAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE(test_lines_up_to_the_last_that_fits),
		STAGE(test_all_lines_if_they_fit),
		STAGE(test_longest_line),
		STAGE(test_line_that_nobody_can_promise_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
