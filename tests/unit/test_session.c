/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a conversation ends that the modem does not want to end. What it stands
 * on, and the clock, are the test's own (--wrap); with a modem: tests/vm/ask.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/claim.h"
#include "agent/loop.h"
#include "agent/session.h"

#define READY_MS 60000

static struct bench {
	struct session_host host;
	struct session *session;
	const struct attachment_events *events; /* of the session, as its attachment calls them */
	void *data;
	uint64_t now_ms;
	struct loop_timer *timer; /* the one that is armed */
	char sent[200];
	bool ended;
	enum session_end end;
	char reason[200];
} bench;

/* ---- what session.c stands on ---- */

uint64_t __wrap_loop_now(void);
void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms);
void __wrap_loop_timer_disarm(struct loop *loop, struct loop_timer *timer);
int __wrap_attachment_create(struct loop *loop, struct port_context *ports,
			     const struct attachment_events *events, void *data,
			     struct attachment **ret);
void __wrap_attachment_open(struct attachment *attachment);
void __wrap_attachment_close(struct attachment *attachment, bool give_back);
void __wrap_attachment_free(struct attachment *attachment);
int __wrap_attachment_write(struct attachment *attachment, unsigned int serial, const void *bytes,
			    size_t size);
int __wrap_claim_lock(struct claim *claim, const char *position, char *ret_reason, size_t size);
void __wrap_claim_unlock(struct claim *claim);
int __wrap_journal_refresh(struct journal *journal);
const struct journal_job *__wrap_journal_find(const struct journal *journal, const char *position,
					      const char *id_path, const char *imei);
const char *__wrap_journal_damage(const struct journal *journal, unsigned int index,
				  const char **ret_position);

uint64_t __wrap_loop_now(void)
{
	return bench.now_ms;
}

void __wrap_loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms)
{
	(void)loop;
	timer->due_ms = due_ms;
	bench.timer = timer;
}

void __wrap_loop_timer_disarm(struct loop *loop, struct loop_timer *timer)
{
	(void)loop;
	timer->due_ms = 0;
	bench.timer = NULL;
}

int __wrap_attachment_create(struct loop *loop, struct port_context *ports,
			     const struct attachment_events *events, void *data,
			     struct attachment **ret)
{
	(void)loop;
	(void)ports;
	bench.events = events;
	bench.data = data;
	*ret = (struct attachment *)&bench;
	return 0;
}

void __wrap_attachment_open(struct attachment *attachment)
{
	assert_ptr_equal(attachment, &bench);
}

void __wrap_attachment_close(struct attachment *attachment, bool give_back)
{
	assert_ptr_equal(attachment, &bench);
	assert_true(give_back);
}

void __wrap_attachment_free(struct attachment *attachment)
{
	assert_ptr_equal(attachment, &bench);
}

int __wrap_attachment_write(struct attachment *attachment, unsigned int serial, const void *bytes,
			    size_t size)
{
	assert_ptr_equal(attachment, &bench);
	assert_in_range(serial, 0, 2);
	snprintf(bench.sent, sizeof(bench.sent), "%.*s", (int)size, (const char *)bytes);
	return 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): as it is declared */
int __wrap_claim_lock(struct claim *claim, const char *position, char *ret_reason, size_t size)
{
	(void)claim;
	(void)position;
	(void)ret_reason;
	(void)size;
	return 0;
}

void __wrap_claim_unlock(struct claim *claim)
{
	(void)claim;
}

int __wrap_journal_refresh(struct journal *journal)
{
	(void)journal;
	return 0;
}

const struct journal_job *__wrap_journal_find(const struct journal *journal, const char *position,
					      const char *id_path, const char *imei)
{
	(void)journal;
	(void)position;
	(void)id_path;
	(void)imei;
	return NULL;
}

const char *__wrap_journal_damage(const struct journal *journal, unsigned int index,
				  const char **ret_position)
{
	(void)journal;
	(void)index;
	(void)ret_position;
	return NULL;
}

/* ---- whom it tells ---- */

static const char *on_next(void *data, struct session *session)
{
	(void)data;
	(void)session;
	return "AT+CSQ";
}

static void on_line(void *data, struct session *session, const struct at_line *line)
{
	(void)data;
	(void)session;
	(void)line;
}

static void on_finished(void *data, struct session *session, enum session_end end,
			const char *reason)
{
	(void)data;
	(void)session;
	bench.ended = true;
	bench.end = end;
	snprintf(bench.reason, sizeof(bench.reason), "%s", reason ? reason : "");
}

/* ---- what happens ---- */

static void pass(uint64_t ms)
{
	uint64_t until = bench.now_ms + ms;

	while (bench.timer && bench.timer->due_ms <= until) {
		struct loop_timer *timer = bench.timer;

		if (timer->due_ms > bench.now_ms)
			bench.now_ms = timer->due_ms;
		__wrap_loop_timer_disarm(NULL, timer);
		timer->fn(timer->data);
	}
	bench.now_ms = until;
}

static void say(enum at_line_type type, const char *text)
{
	struct at_line line = { .type = type, .text = text, .code = -1 };

	bench.events->line(bench.data, 1, &line);
}

/* The line every 100 ms for so long, or until it has ended. */
static void say_on(enum at_line_type type, const char *text, uint64_t ms)
{
	for (uint64_t end = bench.now_ms + ms; bench.now_ms < end && !bench.ended;) {
		pass(100);
		if (!bench.ended)
			say(type, text);
	}
}

static void expect_sent(const char *text)
{
	assert_string_equal(bench.sent, text);
	bench.sent[0] = '\0';
}

static int bench_begin(void **state)
{
	static const struct session_events events = { on_next, on_line, on_finished };
	static const struct modem_facts facts = { .position = "1-1.4" };
	static const struct layout layout = { .state = LAYOUT_STATE_NORMAL, .serials = 3 };

	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.now_ms = 1000;
	bench.host = (struct session_host){ .interface = -1, .events = &events };
	bench.host.limits = limits_default();
	assert_int_equal(bench.host.limits.ms[LIMIT_READY], READY_MS);
	assert_int_equal(session_create(&bench.host, &facts, &bench.session), 0);
	session_begin(bench.session);
	bench.events->attached(bench.data, &layout);
	/* It is listened to for a second. */
	expect_sent("");
	pass(1000);
	expect_sent("AT\r");
	return 0;
}

static int bench_end(void **state)
{
	(void)state;
	session_free(bench.session);
	return 0;
}

static void expect_end_at_ready(void)
{
	assert_true(bench.ended);
	assert_int_equal(bench.end, SESSION_END_HOST);
	assert_string_equal(bench.reason, "no port answered AT within the limit `ready`");
	assert_in_range(bench.now_ms, READY_MS, READY_MS + 2000);
}

static void test_busy_for_a_while(void **state)
{
	(void)state;
	say(AT_LINE_OK, "OK");
	expect_sent("AT+CGSN\r");
	say(AT_LINE_ERROR, "ERROR");
	pass(999);
	expect_sent("");
	pass(1);
	expect_sent("AT+CGSN\r");
	say(AT_LINE_TEXT, "861075030000017");
	say(AT_LINE_OK, "OK");
	expect_sent("AT+CSQ\r");
	assert_false(bench.ended);
}

/* Each of them puts the next question off, but none of them the end. */
static void test_errors_without_end(void **state)
{
	(void)state;
	say(AT_LINE_OK, "OK");
	say_on(AT_LINE_ERROR, "ERROR", UINT64_C(2) * READY_MS);
	expect_end_at_ready();
}

static void test_ok_without_end(void **state)
{
	(void)state;
	say_on(AT_LINE_OK, "OK", UINT64_C(2) * READY_MS);
	expect_end_at_ready();
}

static void test_foreign_lines_without_end(void **state)
{
	(void)state;
	say_on(AT_LINE_TEXT, "+CREG: 1", UINT64_C(2) * READY_MS);
	expect_end_at_ready();
}

static void test_answer_without_end(void **state)
{
	(void)state;
	say(AT_LINE_OK, "OK");
	say(AT_LINE_TEXT, "861075030000017");
	say(AT_LINE_OK, "OK");
	expect_sent("AT+CSQ\r");
	say_on(AT_LINE_TEXT, "+CSQ: 28,99", UINT64_C(2) * READY_MS);
	assert_true(bench.ended);
	assert_int_equal(bench.end, SESSION_END_HOST);
	assert_non_null(strstr(bench.reason, "no OK or ERROR to AT+CSQ within 5000 ms"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)
	const struct CMUnitTest tests[] = {
		TEST(test_busy_for_a_while),
		TEST(test_errors_without_end),
		TEST(test_ok_without_end),
		TEST(test_foreign_lines_without_end),
		TEST(test_answer_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
