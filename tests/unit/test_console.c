/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people see, on a terminal of so many rows and columns and in a log
 * file. The clock stands still unless a test moves it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/console.h"
#include "agent/loop.h"
#include "agent/util.h"

#define POWER "Do not unplug or power off the modem until its result is printed."

/* ---- a clock that the test moves, in the place of agent/loop.c ---- */

#define BEGUN 1000

static uint64_t clock_ms;
static struct loop_timer *armed;

uint64_t loop_now(void)
{
	return clock_ms;
}

void loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t due_ms)
{
	(void)loop;
	assert_true(due_ms > clock_ms);
	timer->due_ms = due_ms;
	armed = timer;
}

void loop_timer_disarm(struct loop *loop, struct loop_timer *timer)
{
	(void)loop;
	timer->due_ms = 0;
	armed = NULL;
}

/* Time passes; the timer fires whenever it is due. */
static void pass(uint64_t ms)
{
	uint64_t end = clock_ms + ms;

	while (armed && armed->due_ms <= end) {
		struct loop_timer *timer = armed;

		clock_ms = timer->due_ms;
		loop_timer_disarm(NULL, timer);
		timer->fn(timer->data);
	}
	clock_ms = end;
}

/* ---- a terminal ---- */

#define ROWS_MAX 70
#define COLUMNS_MAX 200

struct screen {
	unsigned int rows, columns;
	unsigned int row, column;
	char cell[ROWS_MAX][COLUMNS_MAX + 1];
};

static void screen_clear_from(struct screen *screen, unsigned int row, unsigned int column)
{
	memset(&screen->cell[row][column], ' ', screen->columns - column);
	for (row++; row < screen->rows; row++)
		memset(screen->cell[row], ' ', screen->columns);
}

static void screen_init(struct screen *screen, unsigned int columns, unsigned int rows)
{
	*screen = (struct screen){ .rows = rows, .columns = columns };
	screen_clear_from(screen, 0, 0);
}

static void screen_feed(struct screen *screen, char c)
{
	if (c == '\n') {
		screen->column = 0;
		if (++screen->row < screen->rows)
			return;
		screen->row--;
		memmove(screen->cell[0], screen->cell[1],
			screen->row * sizeof(screen->cell[0]));
		screen_clear_from(screen, screen->row, 0);
		return;
	}
	if (c == '\r') {
		screen->column = 0;
		return;
	}
	assert_in_range(c, 0x20, 0x7e);
	/* The last column is left free, so nothing ever wraps. */
	assert_in_range(screen->column, 0, screen->columns - 2);
	screen->cell[screen->row][screen->column++] = c;
}

/* The sentence about power has a test of its own; others count rows without it. */
static size_t sentence_length(const char *text)
{
	size_t length = strcspn(text, "\n\033"), sentence = strlen(POWER);

	if (length < sentence || text[length] != '\n' ||
	    strncmp(text + length - sentence, POWER, sentence) != 0)
		return 0;
	return length + 1;
}

static void screen_show(struct screen *screen, const char *text)
{
	while (*text) {
		unsigned int count;
		int taken = 0;

		text += sentence_length(text);
		if (sscanf(text, "\033[%uA%n", &count, &taken) == 1 && taken) {
			assert_in_range(count, 1, screen->row);
			screen->row -= count;
			text += taken;
		} else if (strncmp(text, "\033[J", 3) == 0) {
			screen_clear_from(screen, screen->row, screen->column);
			text += 3;
		} else {
			screen_feed(screen, *text++);
		}
	}
}

/* The row without the blanks at its end. */
static const char *screen_row(struct screen *screen, unsigned int row)
{
	char *text = screen->cell[row];
	size_t length = screen->columns;

	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

/* ---- a console and what it wrote ---- */

struct bench {
	struct console *console;
	char *out_text, *err_text;
	size_t out_size, err_size;
	FILE *out, *err;
	size_t err_shown;
	struct screen screen;
};

static int bench_setup(void **state)
{
	static struct bench bench;

	bench = (struct bench){ 0 };
	clock_ms = BEGUN;
	bench.out = open_memstream(&bench.out_text, &bench.out_size);
	bench.err = open_memstream(&bench.err_text, &bench.err_size);
	*state = &bench;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *bench = *state;

	console_free(bench->console);
	assert_null(armed);
	fclose(bench->out);
	fclose(bench->err);
	free(bench->out_text);
	free(bench->err_text);
	return 0;
}

static void bench_start(struct bench *bench, struct console_options options)
{
	options.out = bench->out;
	options.err = bench->err;
	assert_int_equal(console_create(&options, &bench->console), 0);
}

static void bench_start_live(struct bench *bench, unsigned int columns, unsigned int rows)
{
	screen_init(&bench->screen, columns, rows);
	bench_start(bench, (struct console_options){
				   .live = true, .columns = columns, .rows = rows });
}

static struct modem_facts ep06(const char *position)
{
	struct modem_facts facts = {
		.product = "EP06-E",
		.model = "EP06",
		.vid = 0x2c7c,
		.pid = 0x0306,
		.interface = 2,
		.imei = "861585040983091",
		.firmware = "EP06ELAR03A08M4G",
	};

	snprintf(facts.position, sizeof(facts.position), "%s", position);
	return facts;
}

static void tell(struct bench *bench, const char *position, struct news news)
{
	struct view *view = console_view(bench->console);
	struct modem_facts facts = ep06(position);

	view->tell(view, &facts, &news);
}

static void tell_phase(struct bench *bench, const char *position, enum dfota_phase phase)
{
	tell(bench, position, (struct news){ .type = NEWS_PHASE, .phase = phase });
}

static void tell_percent(struct bench *bench, const char *position, int percent)
{
	tell(bench, position, (struct news){ .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_FLASH,
					     .percent = percent });
}

static struct modem_result result_of(enum outcome outcome, int status)
{
	return (struct modem_result){
		.verdict = { .outcome = outcome, .exit = status },
		.to = "EP06ELAR04A01M4G",
		.target = "",
		.package = "",
		.end = 0,
		.transfer = 0,
		.requested = true,
		.elapsed_ms = 252149,
	};
}

static void tell_upgraded(struct bench *bench, const char *position)
{
	struct modem_result result = result_of(OUTCOME_UPGRADED, 0);

	tell(bench, position, (struct news){ .type = NEWS_RESULT, .result = &result });
}

/* What the terminal shows now. */
static const char *shown(struct bench *bench, unsigned int row)
{
	fflush(bench->err);
	screen_show(&bench->screen, bench->err_text + bench->err_shown);
	bench->err_shown = bench->err_size;
	return screen_row(&bench->screen, row);
}

/* ---- verdicts ---- */

struct verdict_row {
	enum outcome outcome;
	int status;
	bool requested;
	int end;
	const char *from, *to;
	const char *line; /* behind position and model */
};

static const struct verdict_row verdict_rows[] = {
	{ OUTCOME_UPGRADED, 0, true, 0, "A08", "A09", "END 0  A08 -> A09  upgraded  4m12s" },
	{ OUTCOME_UPGRADED, 0, true, -1, "A08", "A09",
	  "END not seen  A08 -> A09  upgraded  4m12s" },
	{ OUTCOME_CURRENT, 0, false, -1, "A09", "A09", "A09  current  4m12s" },
	{ OUTCOME_NONE, 0, false, -1, "A08", "A08", "A08  none  4m12s" },
	{ OUTCOME_NONE, 1, false, -1, "", "", "none  4m12s" },
	{ OUTCOME_REFUSED, 4, false, -1, "A08", "", "A08  refused  4m12s" },
	{ OUTCOME_TRANSFER_FAILED, 5, true, -1, "A08", "A08",
	  "END not seen  A08  transfer-failed  4m12s" },
	{ OUTCOME_FAILED, 6, true, 502, "A08", "A08", "END 502  A08  failed  4m12s" },
	{ OUTCOME_UNCONFIRMED, 7, true, 0, "A08", "", "END 0  A08  unconfirmed  4m12s" },
	{ OUTCOME_INTERRUPTED, 8, true, -1, "A08", "",
	  "END not seen  A08  interrupted  4m12s" },
	{ OUTCOME_LOST, 9, true, -1, "", "", "END not seen  lost  4m12s" },
	{ OUTCOME_EMERGENCY, 9, true, -1, "", "A09", "END not seen  A09  emergency  4m12s" },
};

static void test_verdicts(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(verdict_rows); i++) {
		const struct verdict_row *row = &verdict_rows[i];
		struct modem_result result = result_of(row->outcome, row->status);
		struct news news = { .type = NEWS_RESULT, .result = &result };
		struct view *view = console_view(bench->console);
		struct modem_facts facts = ep06("1-1.4");
		size_t before = bench->out_size;
		char expected[200];

		snprintf(facts.firmware, sizeof(facts.firmware), "%s", row->from);
		result.requested = row->requested;
		result.end = row->end;
		result.to = row->to;
		view->tell(view, &facts, &news);
		snprintf(expected, sizeof(expected), "1-1.4  EP06  %s\n", row->line);
		assert_string_equal(bench->out_text + before, expected);
	}
	fflush(bench->err);
	assert_int_equal(bench->err_size, 0);
	assert_int_equal(console_error(bench->console), 0);
}

static void test_verdict_with_arrow_and_colour(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ .utf8 = true, .colour = true });
	tell_upgraded(bench, "1-1.4");
	assert_string_equal(bench->out_text,
			    "1-1.4  EP06  END 0  EP06ELAR03A08M4G \u2192 EP06ELAR04A01M4G  "
			    "\033[32mupgraded\033[0m  4m12s\n");
}

static void test_colour_tells_open_from_failed(void **state)
{
	static const struct {
		int status;
		const char *code;
	} rows[] = {
		{ 1, "\033[31m" }, { 4, "\033[31m" }, { 5, "\033[31m" }, { 6, "\033[31m" },
		{ 7, "\033[33m" }, { 8, "\033[33m" }, { 9, "\033[31m" },
	};
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ .colour = true });
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct modem_result result = result_of(OUTCOME_FAILED, rows[i].status);
		size_t before = bench->out_size;

		tell(bench, "1-1", (struct news){ .type = NEWS_RESULT, .result = &result });
		assert_non_null(strstr(bench->out_text + before, rows[i].code));
	}
}

static void test_reason_and_advice_follow(void **state)
{
	struct modem_result result = result_of(OUTCOME_TRANSFER_FAILED, 5);
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ .quiet = true });
	result.transfer = 701;
	result.end = -1;
	result.reason = "unknown HTTP(S) error";
	result.advice = "check the address";
	tell(bench, "1-1", (struct news){ .type = NEWS_RESULT, .result = &result });
	assert_string_equal(bench->err_text,
			    "  the transfer ended with code 701: unknown HTTP(S) error\n"
			    "  check the address\n");
}

static void test_unknown_transfer_code_is_passed_on(void **state)
{
	struct modem_result result = result_of(OUTCOME_TRANSFER_FAILED, 5);
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	result.transfer = 799;
	tell(bench, "1-1", (struct news){ .type = NEWS_RESULT, .result = &result });
	assert_string_equal(bench->err_text, "  the transfer ended with code 799\n");
}

static void test_model_unknown_is_named_by_its_ids(void **state)
{
	struct modem_result result = result_of(OUTCOME_LOST, 9);
	struct news news = { .type = NEWS_RESULT, .result = &result };
	struct modem_facts facts = ep06("1-1");
	struct bench *bench = *state;
	struct view *view;

	bench_start(bench, (struct console_options){ 0 });
	view = console_view(bench->console);
	facts.model[0] = '\0';
	view->tell(view, &facts, &news);
	assert_ptr_equal(strstr(bench->out_text, "1-1  2c7c:0306  END 0"), bench->out_text);
}

/* With --json stdout is not the console's. */
static void test_verdict_on_stderr(void **state)
{
	struct bench *bench = *state;
	struct console_options options = { .err = bench->err };

	assert_int_equal(console_create(&options, &bench->console), 0);
	tell_upgraded(bench, "1-1.4");
	assert_string_equal(bench->err_text, "1-1.4  EP06  END 0  EP06ELAR03A08M4G -> "
					     "EP06ELAR04A01M4G  upgraded  4m12s\n");
}

static void test_verdict_that_cannot_be_written(void **state)
{
	struct bench *bench = *state;
	FILE *full = fopen("/dev/full", "w");
	struct console_options options = { .out = full, .err = bench->err };

	assert_int_equal(console_create(&options, &bench->console), 0);
	tell_upgraded(bench, "1-1.4");
	assert_int_equal(console_error(bench->console), -ENOSPC);
	fclose(full);
}

/* ---- plain lines ---- */

static void test_plain_story(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	tell(bench, "1-1", (struct news){ .type = NEWS_FOUND });
	tell_phase(bench, "1-1", DFOTA_PHASE_IDENTIFY);
	tell(bench, "1-1", (struct news){ .type = NEWS_IDENTIFIED });
	tell(bench, "1-1", (struct news){ .type = NEWS_NOTE, .text = "may not hold the hub port" });
	pass(5000);
	tell_phase(bench, "1-1", DFOTA_PHASE_DOWNLOAD);
	tell(bench, "1-1", (struct news){ .type = NEWS_URC, .text = "+QIND: \"FOTA\",\"START\"" });
	pass(55000);
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	for (int percent = 0; percent <= 100; percent += 4)
		tell_percent(bench, "1-1", percent);
	/* Cut off from power, it begins anew. */
	tell_percent(bench, "1-1", 30);
	tell_upgraded(bench, "1-1");
	assert_string_equal(bench->err_text, "1-1  EP06  identify  0s\n"
					     "1-1  EP06  may not hold the hub port\n"
					     "1-1  EP06  download  5s\n"
					     "1-1  EP06  " POWER "\n"
					     "1-1  EP06  flash  1m00s\n"
					     "1-1  EP06  flash  12%  1m00s\n"
					     "1-1  EP06  flash  20%  1m00s\n"
					     "1-1  EP06  flash  32%  1m00s\n"
					     "1-1  EP06  flash  40%  1m00s\n"
					     "1-1  EP06  flash  52%  1m00s\n"
					     "1-1  EP06  flash  60%  1m00s\n"
					     "1-1  EP06  flash  72%  1m00s\n"
					     "1-1  EP06  flash  80%  1m00s\n"
					     "1-1  EP06  flash  92%  1m00s\n"
					     "1-1  EP06  flash  100%  1m00s\n"
					     "1-1  EP06  flash  30%  1m00s\n");
}

/* Taken up while it is away, from a journal that does not tell its model. */
static void test_modem_that_nobody_has_seen(void **state)
{
	struct bench *bench = *state;
	struct modem_facts away = { .position = "1-1", .interface = -1 };
	struct news flash = { .type = NEWS_PHASE, .phase = DFOTA_PHASE_FLASH };
	struct view *view;

	bench_start(bench, (struct console_options){ 0 });
	view = console_view(bench->console);
	view->tell(view, &away, &flash);
	view->tell(view, &away, &(struct news){ .type = NEWS_NOTE, .text = "a note" });
	assert_string_equal(bench->err_text, "1-1  flash  0s\n"
					     "1-1  " POWER "\n"
					     "1-1  a note\n");
}

static void test_verbose_tells_more(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ .verbose = true });
	tell(bench, "1-1", (struct news){ .type = NEWS_FOUND });
	tell(bench, "1-1", (struct news){ .type = NEWS_IDENTIFIED });
	tell(bench, "1-1", (struct news){ .type = NEWS_URC, .text = "+QIND: \"FOTA\",\"START\"" });
	assert_string_equal(bench->err_text,
			    "1-1  EP06  2c7c:0306  EP06-E  nothing known, AT on interface 2\n"
			    "1-1  EP06  EP06ELAR03A08M4G  IMEI 861585040983091\n"
			    "1-1  EP06  +QIND: \"FOTA\",\"START\"\n");
}

static void test_quiet_tells_verdicts_alone(void **state)
{
	struct bench *bench = *state;
	struct modem_result result = result_of(OUTCOME_UPGRADED, 0);

	bench_start(bench, (struct console_options){ .quiet = true });
	tell(bench, "1-1", (struct news){ .type = NEWS_FOUND });
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	tell_percent(bench, "1-1", 50);
	tell(bench, "1-1", (struct news){ .type = NEWS_NOTE, .text = "a note" });
	result.reason = "END was not seen";
	pass(3600000);
	tell(bench, "1-1", (struct news){ .type = NEWS_RESULT, .result = &result });
	fflush(bench->err);
	assert_int_equal(bench->err_size, 0);
	assert_int_not_equal(bench->out_size, 0);
}

static void test_heartbeat_each_minute(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	tell(bench, "1-1", (struct news){ .type = NEWS_PHASE, .phase = DFOTA_PHASE_DOWNLOAD,
					  .due_ms = BEGUN + 1800000 });
	pass(10000);
	tell(bench, "2-1", (struct news){ .type = NEWS_PHASE, .phase = DFOTA_PHASE_IDENTIFY });
	pass(49999);
	fflush(bench->err);
	assert_string_equal(bench->err_text, "1-1  EP06  download  0s\n"
					     "1-1  EP06  " POWER "\n"
					     "2-1  EP06  identify  0s\n");
	pass(1);
	pass(30000);
	tell(bench, "1-1", (struct news){ .type = NEWS_URC, .text = "+QIND: \"FOTA\",\"X\"",
					  .due_ms = BEGUN + 100000 });
	pass(40000);
	tell_upgraded(bench, "2-1");
	/* Asked, and not answered: no sign of life, but another wait. Of others it begins nothing. */
	tell(bench, "1-1", (struct news){ .type = NEWS_WAIT, .due_ms = BEGUN + 780000 });
	tell(bench, "3-1", (struct news){ .type = NEWS_WAIT, .due_ms = BEGUN + 780000 });
	pass(50000);
	tell_upgraded(bench, "1-1");
	pass(3600000);
	assert_string_equal(
		bench->err_text,
		"1-1  EP06  download  0s\n"
		"1-1  EP06  " POWER "\n"
		"2-1  EP06  identify  0s\n"
		"1-1  EP06  download  1m00s  last sign of life 1m00s ago, limit in 29m00s, "
		"do not unplug\n"
		"2-1  EP06  identify  1m00s  last sign of life 1m00s ago\n"
		"1-1  EP06  download  2m00s  last sign of life 30s ago, limit in 0s, "
		"do not unplug\n"
		"2-1  EP06  identify  2m00s  last sign of life 2m00s ago\n"
		"1-1  EP06  download  3m00s  last sign of life 1m30s ago, limit in 10m00s, "
		"do not unplug\n");
}

static void test_durations(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "  0s\n" },	       { 999, "  0s\n" },	  { 59999, "  59s\n" },
		{ 60000, "  1m00s\n" },	       { 605000, "  10m05s\n" }, { 3599999, "  59m59s\n" },
		{ 3600000, "  1h00m\n" },      { 7260000, "  2h01m\n" },
		{ 360000000, "  100h00m\n" },
	};
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct modem_result result = result_of(OUTCOME_UPGRADED, 0);
		size_t length = strlen(rows[i].text);

		result.elapsed_ms = rows[i].ms;
		tell(bench, "1-1", (struct news){ .type = NEWS_RESULT, .result = &result });
		assert_string_equal(bench->out_text + bench->out_size - length, rows[i].text);
	}
}

static void test_each_phase_counts_for_itself(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ 0 });
	tell_phase(bench, "1-1", DFOTA_PHASE_UPLOAD);
	tell(bench, "1-1", (struct news){ .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_UPLOAD,
					  .percent = 30 });
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	tell_percent(bench, "1-1", 30);
	assert_string_equal(bench->err_text, "1-1  EP06  upload  0s\n"
					     "1-1  EP06  upload  30%  0s\n"
					     "1-1  EP06  flash  0s\n"
					     "1-1  EP06  " POWER "\n"
					     "1-1  EP06  flash  30%  0s\n");
}

/* ---- hostile text ---- */

static void test_no_raw_byte_and_no_password(void **state)
{
	static const char nasty[] = "\033]0;x\a\x9b" "2J\r\n\x7f\xe2\x86\x92 ftp://u:secret@fw/a";
	struct modem_result result = result_of(OUTCOME_FAILED, 6);
	struct bench *bench = *state;
	struct modem_facts facts = ep06("1-1");
	struct view *view;

	bench_start(bench, (struct console_options){ .verbose = true });
	view = console_view(bench->console);
	snprintf(facts.model, sizeof(facts.model), "\033c");
	snprintf(facts.product, sizeof(facts.product), "\033c");
	snprintf(facts.firmware, sizeof(facts.firmware), "\033c");
	snprintf(facts.imei, sizeof(facts.imei), "\033c");
	result.to = result.reason = result.advice = nasty;
	for (int type = NEWS_FOUND; type <= NEWS_RESULT; type++)
		view->tell(view, &facts, &(struct news){ .type = (enum news_type)type,
							 .text = nasty, .result = &result });
	for (size_t i = 0; i < bench->out_size; i++)
		if (bench->out_text[i] != '\n')
			assert_in_range(bench->out_text[i], 0x20, 0x7e);
	for (size_t i = 0; i < bench->err_size; i++)
		if (bench->err_text[i] != '\n')
			assert_in_range(bench->err_text[i], 0x20, 0x7e);
	assert_null(strstr(bench->err_text, "secret"));
	assert_null(strstr(bench->out_text, "secret"));
	assert_non_null(strstr(bench->err_text, "1-1  \\x1bc  \\x1b]0;x\\x07\\x9b2J\\x0d\\x0a\\x7f"
						"\\xe2\\x86\\x92 ftp://u:***@fw/a\n"));
}

static void test_text_without_end_is_cut(void **state)
{
	char *text = malloc(100000);
	struct bench *bench = *state;

	memset(text, '\a', 99999);
	text[99999] = '\0';
	bench_start(bench, (struct console_options){ .verbose = true });
	tell(bench, "1-1", (struct news){ .type = NEWS_URC, .text = text });
	assert_in_range(bench->err_size, 1900, 2100);
	assert_memory_equal(bench->err_text + bench->err_size - 5, "\\x07\n", 5);
	free(text);
}

/* ---- live lines ---- */

static void test_live_line_of_one_modem(void **state)
{
	struct bench *bench = *state;

	bench_start_live(bench, 100, 24);
	tell_phase(bench, "1-1.4", DFOTA_PHASE_IDENTIFY);
	assert_string_equal(shown(bench, 0), "1-1.4  EP06  identify        0s");
	pass(7000);
	assert_string_equal(shown(bench, 0), "1-1.4  EP06  identify        7s");
	pass(60000);
	tell(bench, "1-1.4", (struct news){ .type = NEWS_URC, .text = "+QIND: \"FOTA\",\"X\"" });
	tell(bench, "1-1.4", (struct news){ .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_FLASH,
					    .percent = 5 });
	pass(100);
	assert_string_equal(shown(bench, 0), "1-1.4  EP06  flash       5%  1m07s   "
					     "do not unplug  #-------------------  \"X\"");
	tell_percent(bench, "1-1.4", 100);
	pass(100);
	assert_string_equal(shown(bench, 0), "1-1.4  EP06  flash     100%  1m07s   "
					     "do not unplug  ####################  \"X\"");
	assert_string_equal(shown(bench, 1), "");
}

static void test_live_line_in_a_quiet_phase(void **state)
{
	struct bench *bench = *state;

	bench_start_live(bench, 120, 24);
	tell(bench, "1-1", (struct news){ .type = NEWS_PHASE, .phase = DFOTA_PHASE_DOWNLOAD,
					  .due_ms = BEGUN + 1800000 });
	pass(9000);
	assert_string_equal(shown(bench, 0), "1-1  EP06  download        9s      do not unplug");
	pass(1000);
	assert_string_equal(shown(bench, 0),
			    "1-1  EP06  download        10s     do not unplug  last sign of life "
			    "10s ago, limit in 29m50s");
}

static void test_live_bar_of_blocks(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, (struct console_options){ .live = true, .utf8 = true, .columns = 61,
						     .rows = 24 });
	tell(bench, "1-1", (struct news){ .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_FLASH,
					  .percent = 50 });
	/* Ten of twenty cells, cut at column 60, each glyph whole. */
	assert_string_equal(bench->err_text,
			    "1-1  EP06  " POWER "\n"
			    "1-1  EP06  flash      50%  0s      do not unplug  "
			    "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588");
}

/* The elapsed time goes first, for what matters more. */
static void test_live_narrow_terminals_cut(void **state)
{
	struct bench *bench = *state;

	for (unsigned int columns = 1; columns <= 80; columns++) {
		static const char wide[] = "1-1  EP06  flash      42%  0s      do not unplug";
		static const char narrow[] = "1-1  EP06  flash      42%  do not unplug";
		const char *row;
		char whole[80];

		snprintf(whole, sizeof(whole), "%s  ########------------",
			 columns <= strlen(wide) ? narrow : wide);
		bench_start_live(bench, columns < 2 ? 2 : columns, 3);
		bench->err_shown = bench->err_size;
		tell_percent(bench, "1-1", 42);
		row = shown(bench, 0);
		print_message("%u %s\n", columns, row);
		assert_int_equal(strncmp(row, whole, strlen(row)), 0);
		if (columns > strlen(narrow))
			assert_non_null(strstr(row, "do not unplug"));
		console_free(bench->console);
		bench->console = NULL;
	}
}

static unsigned int count_of(const char *text, const char *part)
{
	unsigned int count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

/* From the request to the result, and for the next job of the same modem once more. */
static void test_power_sentence(void **state)
{
	struct bench *bench = *state;

	bench_start_live(bench, 100, 24);
	tell_phase(bench, "1-1", DFOTA_PHASE_IDENTIFY);
	tell_phase(bench, "1-1", DFOTA_PHASE_CHECK);
	tell_phase(bench, "1-1", DFOTA_PHASE_UPLOAD);
	pass(1000);
	assert_null(strstr(shown(bench, 0), "do not unplug"));
	assert_int_equal(count_of(bench->err_text, POWER), 0);
	for (int phase = DFOTA_PHASE_REQUEST; phase < DFOTA_PHASE_COUNT; phase++) {
		tell_phase(bench, "1-1", (enum dfota_phase)phase);
		pass(1000);
		assert_non_null(strstr(shown(bench, 0), "do not unplug"));
		assert_int_equal(count_of(bench->err_text, "1-1  EP06  " POWER "\n"), 1);
	}
	tell_phase(bench, "2-1", DFOTA_PHASE_REQUEST);
	tell_upgraded(bench, "1-1");
	tell_upgraded(bench, "2-1");
	tell_phase(bench, "1-1", DFOTA_PHASE_IDENTIFY);
	assert_int_equal(count_of(bench->err_text, POWER), 2);
	/* Resumed: the first that is heard of it. */
	tell(bench, "1-1", (struct news){ .type = NEWS_PROGRESS, .phase = DFOTA_PHASE_FLASH });
	fflush(bench->err);
	assert_int_equal(count_of(bench->err_text, POWER), 3);
}

static void test_live_verdict_stands_above(void **state)
{
	struct bench *bench = *state;
	struct modem_result result = result_of(OUTCOME_FAILED, 6);

	/* Both streams on one terminal. */
	screen_init(&bench->screen, 100, 5);
	bench_start(bench, (struct console_options){ .live = true, .columns = 100, .rows = 5 });
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	tell_phase(bench, "2-1", DFOTA_PHASE_FLASH);
	tell_phase(bench, "3-1", DFOTA_PHASE_RETURN);
	pass(100);
	assert_string_equal(shown(bench, 2), "3-1  EP06  return          0s      do not unplug");
	result.end = 504;
	result.reason = "the package file is wrong";
	tell(bench, "2-1", (struct news){ .type = NEWS_RESULT, .result = &result });
	tell(bench, "1-1", (struct news){ .type = NEWS_NOTE, .text = "a note" });
	assert_string_equal(shown(bench, 0), "  the package file is wrong");
	assert_string_equal(shown(bench, 1), "1-1  EP06  a note");
	assert_string_equal(shown(bench, 2), "1-1  EP06  flash           0s      do not unplug");
	assert_string_equal(shown(bench, 3), "3-1  EP06  return          0s      do not unplug");
	tell_upgraded(bench, "1-1");
	tell_upgraded(bench, "3-1");
	assert_string_equal(shown(bench, 1), "1-1  EP06  a note");
	assert_string_equal(shown(bench, 2), "");
	assert_ptr_equal(strstr(bench->out_text, "2-1  EP06  END 504"), bench->out_text);
}

static void test_live_with_64_modems(void **state)
{
	static const unsigned int rows[] = { 1, 2, 24, 63, 64, 65 };
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int last = rows[i] - 1;
		char position[16], expected[80];

		bench->err_shown = bench->err_size;
		bench_start_live(bench, 80, rows[i]);
		for (unsigned int n = 1; n <= 64; n++) {
			snprintf(position, sizeof(position), "1-1.%u", n);
			tell_phase(bench, position, n % 2 ? DFOTA_PHASE_FLASH : DFOTA_PHASE_VERIFY);
			pass(100);
		}
		pass(100);
		if (rows[i] >= 64) {
			assert_string_equal(shown(bench, 0),
					    "1-1.1   EP06  flash           6s      do not unplug");
			assert_string_equal(shown(bench, 63),
					    "1-1.64  EP06  verify          0s      do not unplug");
		} else {
			snprintf(expected, sizeof(expected),
				 "and %u more: %u flash, %u verify, do not unplug", 64 - last, 32 - (last + 1) / 2, 32 - last / 2);
			if (rows[i] == 64 - 1)
				assert_string_equal(expected, "and 2 more: 1 flash, 1 verify, "
							      "do not unplug");
			assert_string_equal(shown(bench, last), expected);
		}
		console_free(bench->console);
		bench->console = NULL;
		assert_string_equal(shown(bench, 0), "");
	}
}

static void test_live_flood_is_drawn_rarely(void **state)
{
	struct bench *bench = *state;
	size_t before;

	bench_start_live(bench, 80, 24);
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	fflush(bench->err);
	before = bench->err_size;
	for (int i = 0; i < 1000; i++)
		tell_percent(bench, "1-1", i % 100);
	fflush(bench->err);
	assert_int_equal(bench->err_size, before);
	pass(100);
	assert_string_equal(shown(bench, 0), "1-1  EP06  flash      99%  0s      "
					     "do not unplug  ###################-");
}

static void test_live_lines_leave_the_screen(void **state)
{
	struct bench *bench = *state;

	bench_start_live(bench, 80, 24);
	tell_phase(bench, "1-1", DFOTA_PHASE_FLASH);
	tell_phase(bench, "1-2", DFOTA_PHASE_FLASH);
	pass(100);
	assert_string_not_equal(shown(bench, 1), "");
	console_free(bench->console);
	bench->console = NULL;
	assert_string_equal(shown(bench, 0), "");
	assert_string_equal(shown(bench, 1), "");
}

/* ---- what the environment says ---- */

static void test_detection(void **state)
{
	static const struct {
		const char *lc_all, *lc_ctype, *lang;
		bool utf8;
	} rows[] = {
		{ "", "", "", true },
		{ "", "", "C", false },
		{ "", "", "C.UTF-8", true },
		{ "", "", "de_DE.utf8", true },
		{ "C", "", "de_DE.UTF-8", false },
		{ "", "en_US.UTF-8", "C", true },
		{ "en_US.ISO-8859-1", "en_US.UTF-8", "en_US.UTF-8", false },
	};
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct console_options options = { .out = file, .err = file };

		setenv("LC_ALL", rows[i].lc_all, 1);
		setenv("LC_CTYPE", rows[i].lc_ctype, 1);
		setenv("LANG", rows[i].lang, 1);
		console_detect(&options, true);
		assert_int_equal(options.utf8, rows[i].utf8);
		assert_false(options.live);
		assert_false(options.colour);
	}
	fclose(file);
}

static void test_detection_on_a_terminal(void **state)
{
	static const struct {
		const char *term, *no_color;
		bool progress, quiet;
		bool live, colour;
	} rows[] = {
		{ "xterm", "", true, false, true, true },
		{ "xterm", "1", true, false, true, false },
		{ "xterm", "", false, false, false, true },
		{ "xterm", "", true, true, false, true },
		{ "dumb", "", true, false, false, false },
		{ "", "", true, false, false, false },
	};
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *terminal;

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	/* Not our controlling terminal: its end would be ours. */
	terminal = fdopen(open(ptsname(master), O_RDWR | O_NOCTTY), "r+");
	assert_non_null(terminal);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct console_options options = { .err = terminal, .quiet = rows[i].quiet };

		setenv("TERM", rows[i].term, 1);
		setenv("NO_COLOR", rows[i].no_color, 1);
		console_detect(&options, rows[i].progress);
		assert_int_equal(options.live, rows[i].live);
		assert_int_equal(options.colour, rows[i].colour);
	}
	fclose(terminal);
	close(master);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_verdicts),
		TEST(test_verdict_with_arrow_and_colour),
		TEST(test_colour_tells_open_from_failed),
		TEST(test_reason_and_advice_follow),
		TEST(test_unknown_transfer_code_is_passed_on),
		TEST(test_model_unknown_is_named_by_its_ids),
		TEST(test_verdict_on_stderr),
		TEST(test_verdict_that_cannot_be_written),
		TEST(test_plain_story),
		TEST(test_modem_that_nobody_has_seen),
		TEST(test_each_phase_counts_for_itself),
		TEST(test_verbose_tells_more),
		TEST(test_quiet_tells_verdicts_alone),
		TEST(test_heartbeat_each_minute),
		TEST(test_durations),
		TEST(test_no_raw_byte_and_no_password),
		TEST(test_text_without_end_is_cut),
		TEST(test_live_line_of_one_modem),
		TEST(test_live_line_in_a_quiet_phase),
		TEST(test_live_bar_of_blocks),
		TEST(test_live_narrow_terminals_cut),
		TEST(test_power_sentence),
		TEST(test_live_verdict_stands_above),
		TEST(test_live_with_64_modems),
		TEST(test_live_flood_is_drawn_rarely),
		TEST(test_live_lines_leave_the_screen),
		cmocka_unit_test(test_detection),
		cmocka_unit_test(test_detection_on_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
