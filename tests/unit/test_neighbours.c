/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ModemManager is released, whatever it answered and whenever. The bus is a real
 * dbus-daemon of the test's own; ModemManager and logind are played by the test, on a
 * connection of their own. The played ModemManager behaves as src/mm-base-manager.c of
 * the real one: an inhibition stands from the answer on, a release before that finds
 * nothing to release, and an inhibition ends when its client leaves the bus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "agent/loop.h"
#include "agent/neighbours.h"
#include "agent/util.h"

#define MODEM_MANAGER "org.freedesktop.ModemManager1"
#define LOGIND "org.freedesktop.login1"
#define POSITION "1-1.4"
#define DAEMON "/usr/bin/dbus-daemon"
#define UID "/sys/devices/test/" POSITION
/* Nothing takes that long but a machine that has stalled. */
#define PATIENCE_MS 60000

enum answer { ANSWER_AGREE, ANSWER_LATE, ANSWER_REFUSE, ANSWER_REFUSE_BUT_INHIBIT };

static struct bench {
	pid_t daemon;
	char address[256];
	struct loop *loop;
	struct loop_timer patience, look;
	bool (*until)(void);
	bool hurry; /* a timer of the agent's that is far away is due at once */

	/* The one who plays ModemManager and logind. */
	sd_bus *played;
	struct loop_source *source;
	enum answer answer;
	bool mute_release;
	sd_bus_message *late[4]; /* not answered yet */
	unsigned int late_count;
	char calls[64]; /* "+" for each InhibitDevice true, "-" for each false */
	char client[64]; /* who inhibited; empty: nobody */
	int power[4];	 /* our ends of what logind gave out */
	unsigned int power_count;

	/* The agent's side. */
	struct neighbours *neighbours;
	struct quiet quiet;
	unsigned int ready, ended, notes;
	bool away; /* the modem is not plugged in */
	char note[300];
} bench;

/* ---- what neighbours.c stands on ---- */

void __real_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms);
void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms);
char *__wrap_realpath(const char *path, char *resolved);
bool __wrap_hooks_run(struct hooks *hooks, const char *words);

void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms)
{
	bool far = due_ms > loop_now() + 1000;

	__real_loop_timer_arm(loop, timer, bench.hurry && far ? loop_now() : due_ms);
}

/* A modem is plugged in on any machine. */
char *__wrap_realpath(const char *path, char *resolved)
{
	assert_string_equal(path, "/sys/bus/usb/devices/" POSITION);
	return bench.away ? NULL : strcpy(resolved, UID);
}

bool __wrap_hooks_run(struct hooks *hooks, const char *words)
{
	(void)hooks, (void)words;
	return false;
}

/* ---- ModemManager and logind, played ---- */

static void add_call(char letter)
{
	size_t length = strlen(bench.calls);

	assert_true(length + 1 < sizeof(bench.calls));
	bench.calls[length] = letter;
}

static int refuse(sd_bus_message *call, const char *name, const char *text)
{
	return sd_bus_reply_method_errorf(call, name, "%s", text);
}

static int agree(sd_bus_message *call)
{
	snprintf(bench.client, sizeof(bench.client), "%s", sd_bus_message_get_sender(call));
	return sd_bus_reply_method_return(call, "");
}

static int inhibit(sd_bus_message *call)
{
	switch (bench.answer) {
	case ANSWER_AGREE:
		return agree(call);
	case ANSWER_LATE:
		assert_true(bench.late_count < ARRAY_SIZE(bench.late));
		bench.late[bench.late_count++] = sd_bus_message_ref(call);
		return 1;
	case ANSWER_REFUSE_BUT_INHIBIT:
		snprintf(bench.client, sizeof(bench.client), "%s", sd_bus_message_get_sender(call));
		break;
	case ANSWER_REFUSE:
		break;
	}
	return refuse(call, MODEM_MANAGER ".Error.Core.Failed", "the modem cannot be disabled");
}

static int release(sd_bus_message *call)
{
	bool found = strcmp(bench.client, sd_bus_message_get_sender(call)) == 0;

	if (found)
		bench.client[0] = '\0';
	if (bench.mute_release)
		return 1;
	if (!found)
		return refuse(call, MODEM_MANAGER ".Error.Core.NotFound", "No inhibition found");
	return sd_bus_reply_method_return(call, "");
}

static int power_inhibit(sd_bus_message *call)
{
	int ends[2], r;

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(bench.power_count < ARRAY_SIZE(bench.power));
	bench.power[bench.power_count++] = ends[0];
	r = sd_bus_reply_method_return(call, "h", ends[1]);
	close(ends[1]);
	return r;
}

static int played_message(sd_bus_message *message, void *data, sd_bus_error *ret)
{
	const char *uid, *name, *before, *now;
	int on;

	(void)data, (void)ret;
	if (sd_bus_message_is_signal(message, "org.freedesktop.DBus", "NameOwnerChanged")) {
		assert_true(sd_bus_message_read(message, "sss", &name, &before, &now) > 0);
		if (!*now && strcmp(bench.client, name) == 0)
			bench.client[0] = '\0';
		return 0;
	}
	if (sd_bus_message_is_method_call(message, LOGIND ".Manager", "Inhibit"))
		return power_inhibit(message);
	if (!sd_bus_message_is_method_call(message, MODEM_MANAGER, "InhibitDevice"))
		return 0;
	assert_true(sd_bus_message_read(message, "sb", &uid, &on) > 0);
	assert_string_equal(uid, UID);
	add_call(on ? '+' : '-');
	return on ? inhibit(message) : release(message);
}

static void played_ready(void *data, short revents)
{
	(void)data, (void)revents;
	while (sd_bus_process(bench.played, NULL) > 0)
		;
}

static void modem_manager_starts(void)
{
	assert_true(sd_bus_new(&bench.played) >= 0);
	assert_true(sd_bus_set_address(bench.played, bench.address) >= 0);
	assert_true(sd_bus_set_bus_client(bench.played, 1) >= 0);
	assert_true(sd_bus_negotiate_fds(bench.played, 1) >= 0);
	assert_true(sd_bus_start(bench.played) >= 0);
	assert_true(sd_bus_add_filter(bench.played, NULL, played_message, NULL) >= 0);
	assert_true(sd_bus_add_match(bench.played, NULL,
				     "type='signal',sender='org.freedesktop.DBus',"
				     "member='NameOwnerChanged'",
				     NULL, NULL) >= 0);
	assert_true(sd_bus_request_name(bench.played, LOGIND, 0) >= 0);
	assert_true(sd_bus_request_name(bench.played, MODEM_MANAGER, 0) >= 0);
	assert_int_equal(loop_add_fd(bench.loop, sd_bus_get_fd(bench.played), POLLIN, played_ready,
				     NULL, &bench.source),
			 0);
	played_ready(NULL, POLLIN);
}

static void modem_manager_forgets(void)
{
	while (bench.late_count)
		sd_bus_message_unref(bench.late[--bench.late_count]);
	while (bench.power_count)
		close(bench.power[--bench.power_count]);
}

/* What it was asked is forgotten with it. */
static void modem_manager_ends(void)
{
	modem_manager_forgets();
	loop_remove(bench.loop, bench.source);
	bench.played = sd_bus_flush_close_unref(bench.played);
	bench.client[0] = '\0';
}

static void answer_late(void)
{
	assert_true(bench.late_count > 0);
	bench.late_count--;
	assert_true(agree(bench.late[bench.late_count]) >= 0);
	sd_bus_message_unref(bench.late[bench.late_count]);
}

/* ---- the agent's side ---- */

static void on_ready(void *data, const char *refusal)
{
	(void)data;
	assert_null(refusal);
	bench.ready++;
}

static void on_ended(void *data)
{
	(void)data;
	bench.ended++;
}

static void on_note(void *data, const char *sentence)
{
	(void)data;
	bench.notes++;
	snprintf(bench.note, sizeof(bench.note), "%s", sentence);
}

static void job_begins(void)
{
	bench.quiet = (struct quiet){ .ready = on_ready, .ended = on_ended, .note = on_note };
	quiet_init(&bench.quiet, bench.neighbours);
	quiet_begin(&bench.quiet, POSITION, true);
}

static void patience_ended(void *data)
{
	(void)data;
	fail_msg("waited in vain; ModemManager was asked %s", bench.calls);
}

/* Asked after each turn of the loop, and there is always a turn to come. */
static void look(void *data)
{
	(void)data;
	if (bench.until())
		loop_stop(bench.loop);
	else
		__real_loop_timer_arm(bench.loop, &bench.look, loop_now() + 1);
}

static void wait_until(bool (*until)(void))
{
	bench.until = until;
	__real_loop_timer_arm(bench.loop, &bench.patience, loop_now() + PATIENCE_MS);
	__real_loop_timer_arm(bench.loop, &bench.look, loop_now());
	assert_int_equal(loop_run(bench.loop), 0);
	loop_timer_disarm(bench.loop, &bench.look);
	loop_timer_disarm(bench.loop, &bench.patience);
}

static bool is_ready(void)
{
	return bench.ready == 1;
}

static bool is_ready_twice(void)
{
	return bench.ready == 2;
}

static bool is_asked(void)
{
	return bench.calls[0] == '+';
}

static bool is_asked_twice(void)
{
	return strcmp(bench.calls, "++") == 0;
}

static bool is_asked_and_inhibited_twice(void)
{
	return is_asked_twice() && bench.client[0];
}

static bool is_released(void)
{
	return bench.calls[0] && bench.calls[strlen(bench.calls) - 1] == '-' && !bench.client[0];
}

static bool is_power_asked(void)
{
	return bench.power_count == 2;
}

static bool is_noted(void)
{
	return bench.notes == 1;
}

/* Long enough for a call too many to be seen; nothing fails if it is not. */
static bool is_quiet_on_the_bus(void)
{
	static unsigned int turns;

	return ++turns % 50 == 0;
}

/* ---- setup ---- */

static int daemon_start(void)
{
	char number[32];
	int ends[2];
	ssize_t size;

	if (pipe(ends) < 0)
		return -1;
	bench.daemon = fork();
	if (bench.daemon == 0) {
		close(ends[0]);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		snprintf(number, sizeof(number), "--print-address=%d", ends[1]);
		execl(DAEMON, DAEMON, "--session", "--nofork", "--nopidfile",
		       "--address=unix:tmpdir=/tmp", number, NULL);
		_exit(127);
	}
	close(ends[1]);
	size = read(ends[0], bench.address, sizeof(bench.address) - 1);
	close(ends[0]);
	if (size <= 0)
		return -1;
	bench.address[strcspn(bench.address, "\n")] = '\0';
	return setenv("DBUS_SYSTEM_BUS_ADDRESS", bench.address, 1);
}

static void daemon_stop(void)
{
	if (bench.daemon <= 0)
		return;
	kill(bench.daemon, SIGTERM);
	waitpid(bench.daemon, NULL, 0);
	bench.daemon = 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.patience = (struct loop_timer){ .fn = patience_ended };
	bench.look = (struct loop_timer){ .fn = look };
	if (daemon_start() < 0)
		return -1;
	assert_int_equal(loop_create(&bench.loop), 0);
	modem_manager_starts();
	assert_int_equal(neighbours_create(bench.loop, &bench.neighbours), 0);
	return 0;
}

/* As the process ends. */
static void agent_ends(void)
{
	quiet_drop(&bench.quiet);
	neighbours_free(bench.neighbours);
	bench.neighbours = NULL;
}

static int teardown(void **state)
{
	(void)state;
	neighbours_free(bench.neighbours);
	if (bench.played)
		modem_manager_ends();
	loop_free(bench.loop);
	daemon_stop();
	return 0;
}

/* ---- the tests ---- */

static void test_agreed(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_ready);
	assert_string_equal(bench.calls, "+");
	assert_true(bench.client[0]);
	quiet_end(&bench.quiet, "upgraded", 0);
	assert_int_equal(bench.ended, 1);
	wait_until(is_released);
	assert_string_equal(bench.calls, "+-");
	assert_int_equal(bench.notes, 0);
}

/* A modem that cannot be disabled stays inhibited in some versions, although it answers so. */
static void test_refused(void **state)
{
	static const enum answer answers[] = { ANSWER_REFUSE, ANSWER_REFUSE_BUT_INHIBIT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		bench.answer = answers[i];
		bench.ready = bench.notes = 0;
		job_begins();
		wait_until(is_ready);
		assert_int_equal(bench.notes, 1);
		assert_non_null(strstr(bench.note, "the modem cannot be disabled"));
		quiet_end(&bench.quiet, "failed", 6);
		wait_until(is_released);
	}
	assert_string_equal(bench.calls, "+-+-");
	/* That there was nothing to release is nothing to say. */
	wait_until(is_quiet_on_the_bus);
	assert_int_equal(bench.notes, 1);
}

/* The job is over before ModemManager has answered; what it answers then is released. */
static void test_answered_after_the_end(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	job_begins();
	wait_until(is_asked);
	quiet_drop(&bench.quiet);
	wait_until(is_quiet_on_the_bus);
	answer_late();
	wait_until(is_released);
	assert_int_equal(bench.ready, 0);
}

/* The wait for an answer has an end; the answer comes when the job goes on without it. */
static void test_answered_in_the_job(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	bench.hurry = true;
	job_begins();
	wait_until(is_ready);
	wait_until(is_asked);
	bench.hurry = false;
	assert_int_equal(bench.notes, 1);
	assert_non_null(strstr(bench.note, "no answer yet"));
	answer_late();
	wait_until(is_quiet_on_the_bus);
	assert_int_equal(bench.ready, 1);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	assert_string_equal(bench.calls, "+-");
}

static void test_never_answered(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	bench.hurry = true;
	job_begins();
	wait_until(is_ready);
	agent_ends();
	wait_until(is_released);
}

/* The process ends with the next statement, so the release must be out by then. */
static void test_the_agent_ends(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_ready);
	agent_ends();
	wait_until(is_released);
	assert_string_equal(bench.calls, "+-");
}

static void test_the_agent_ends_before_the_answer(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	job_begins();
	wait_until(is_asked);
	agent_ends();
	wait_until(is_released);
}

/* A release that is not answered keeps nobody from ending. */
static void test_the_release_is_not_answered(void **state)
{
	(void)state;
	bench.mute_release = true;
	job_begins();
	wait_until(is_ready);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	agent_ends();
	assert_string_equal(bench.calls, "+-");
}

/* Of the second job the modem stays inhibited, whenever the first is released. */
static void test_a_job_after_a_job(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_ready);
	quiet_end(&bench.quiet, "upgraded", 0);
	job_begins();
	wait_until(is_ready_twice);
	assert_true(bench.client[0]);
	assert_string_equal(bench.calls, "+-+");
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	assert_string_equal(bench.calls, "+-+-");
}

static void test_a_job_after_one_that_had_no_answer(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	job_begins();
	wait_until(is_asked);
	quiet_drop(&bench.quiet);
	job_begins();
	wait_until(is_quiet_on_the_bus);
	bench.answer = ANSWER_AGREE;
	answer_late();
	wait_until(is_ready);
	assert_true(bench.client[0]);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
}

static void test_modem_manager_restarts(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_ready);
	modem_manager_ends();
	modem_manager_starts();
	wait_until(is_asked_and_inhibited_twice);
	assert_int_equal(bench.ready, 1);
	assert_int_equal(bench.notes, 0);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	assert_string_equal(bench.calls, "++-");
}

/* It ends without an answer: nobody is there to be waited for, until it comes back. */
static void test_modem_manager_restarts_before_the_answer(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	job_begins();
	wait_until(is_asked);
	modem_manager_ends();
	wait_until(is_ready);
	assert_int_equal(bench.notes, 0);
	bench.answer = ANSWER_AGREE;
	modem_manager_starts();
	wait_until(is_asked_and_inhibited_twice);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	assert_string_equal(bench.calls, "++-");
}

/* A job is resumed while its modem is away; ModemManager is asked once it shows the modem. */
static void test_the_modem_comes_later(void **state)
{
	(void)state;
	bench.away = true;
	job_begins();
	wait_until(is_ready);
	/* By then the agent hears who comes and goes on the bus. */
	wait_until(is_power_asked);
	assert_string_equal(bench.calls, "");
	bench.away = false;
	modem_manager_ends();
	modem_manager_starts();
	wait_until(is_asked);
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_released);
	assert_string_equal(bench.calls, "+-");
}

/* What was asked of the one that is gone is not owed to the next one. */
static void test_modem_manager_has_gone(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_ready);
	modem_manager_ends();
	wait_until(is_quiet_on_the_bus);
	quiet_end(&bench.quiet, "upgraded", 0);
	assert_int_equal(bench.ended, 1);
	modem_manager_starts();
	wait_until(is_quiet_on_the_bus);
	assert_string_equal(bench.calls, "+");
}

static void test_the_bus_has_gone(void **state)
{
	(void)state;
	bench.answer = ANSWER_LATE;
	job_begins();
	wait_until(is_asked);
	modem_manager_forgets();
	loop_remove(bench.loop, bench.source);
	bench.source = NULL;
	daemon_stop();
	wait_until(is_ready);
	wait_until(is_noted);
	assert_non_null(strstr(bench.note, "the system bus has gone"));
	quiet_end(&bench.quiet, "upgraded", 0);
	assert_int_equal(bench.ended, 1);
}

/* ---- sleep and shutdown ---- */

/* Their other ends are closed, wherever they were. */
static bool is_power_released(void)
{
	char byte;

	for (unsigned int i = 0; i < bench.power_count; i++)
		if (read(bench.power[i], &byte, 1) != 0)
			return false;
	return true;
}

static void test_power(void **state)
{
	(void)state;
	job_begins();
	wait_until(is_power_asked);
	wait_until(is_ready);
	wait_until(is_quiet_on_the_bus);
	assert_false(is_power_released());
	quiet_end(&bench.quiet, "upgraded", 0);
	wait_until(is_power_released);
}

/* logind answers after the job is over: nobody keeps what it gives. */
static void test_power_answered_after_the_end(void **state)
{
	(void)state;
	job_begins();
	quiet_drop(&bench.quiet);
	wait_until(is_power_asked);
	wait_until(is_power_released);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_agreed),
		TEST(test_refused),
		TEST(test_answered_after_the_end),
		TEST(test_answered_in_the_job),
		TEST(test_never_answered),
		TEST(test_the_agent_ends),
		TEST(test_the_agent_ends_before_the_answer),
		TEST(test_the_release_is_not_answered),
		TEST(test_a_job_after_a_job),
		TEST(test_a_job_after_one_that_had_no_answer),
		TEST(test_modem_manager_restarts),
		TEST(test_modem_manager_restarts_before_the_answer),
		TEST(test_the_modem_comes_later),
		TEST(test_modem_manager_has_gone),
		TEST(test_the_bus_has_gone),
		TEST(test_power),
		TEST(test_power_answered_after_the_end),
	};

	if (access(DAEMON, X_OK) < 0) {
		puts("skipped: there is no " DAEMON);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
