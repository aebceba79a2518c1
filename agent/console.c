/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/core/text.h"
#include "agent/live.h"
#include "agent/loop.h"
#include "agent/modem_line.h"
#include "agent/output.h"
#include "agent/util.h"

#define HEARTBEAT_MS 60000 /* no line for so long: one is due */
#define TICK_MS 1000	   /* the elapsed time of live lines */
#define FRAME_MS 100	   /* a flood of news is not drawn more often than that */

struct console {
	struct view view;
	struct console_options options;
	struct live live;
	struct loop_timer timer;
	struct live_modem *modems; /* in order of appearance */
	int error;
};

/* The first error is kept. */
static void console_fail(struct console *console, int error)
{
	if (!console->error)
		console->error = error;
}

static void console_draw(struct console *console, const struct live_modem *modems, uint64_t now)
{
	if (!output_is_ready(console->live.file, 0))
		return;
	if (live_draw(&console->live, modems, now) < 0)
		console_fail(console, -ENOMEM);
}

/* ---- lines that stay ---- */

/* Above the live ones, which are drawn anew after the news. */
static void console_say(struct console *console, FILE *file, const struct line *line)
{
	bool counts = file == console->options.out;
	int r;

	if (console->live.drawn)
		console_draw(console, NULL, console->live.drawn_ms);
	r = output_line(file, line->text, counts && !console->error ? OUTPUT_PATIENCE_MS : 0);
	/* Nothing can be done about a stderr that takes no text: only verdicts count. */
	if (r < 0 && counts)
		console_fail(console, r);
}

static void say_progress(struct console *console, struct live_modem *modem, uint64_t now,
			 bool heartbeat)
{
	struct line line;

	modem->said_ms = now;
	line_begin(&line, LINE_UNLIMITED);
	line_add(&line, modem->position);
	line_gap(&line);
	line_add(&line, modem->name);
	if (modem->name[0])
		line_gap(&line);
	live_add_progress(&line, modem, now);
	if (heartbeat) {
		line_gap(&line);
		live_add_heartbeat(&line, modem, now);
		if (live_needs_power(modem))
			line_add(&line, ", " LIVE_POWER);
	}
	console_say(console, console->options.err, &line);
}

static void say_text(struct console *console, const struct modem_facts *modem, const char *text)
{
	struct line line;

	modem_line_begin(&line, modem);
	line_add(&line, text);
	console_say(console, console->options.err, &line);
}

static void say_verdict(struct console *console, const struct modem_facts *modem,
			const struct modem_result *result)
{
	struct modem_line_style style = { console->options.colour, console->options.utf8 };
	FILE *err = console->options.err;
	struct line line;

	modem_line_verdict(&line, modem, result, style);
	console_say(console, console->options.out ? console->options.out : err, &line);
	if (console->options.quiet && result->verdict.exit == 0)
		return;
	if (modem_line_reason(&line, result))
		console_say(console, err, &line);
	if (modem_line_advice(&line, result))
		console_say(console, err, &line);
}

/* ---- time ---- */

/* When something is to be written although there is no news; 0: never. */
static uint64_t console_due(const struct console *console, uint64_t now)
{
	uint64_t due = 0;

	if (console->options.live && console->modems)
		return now + TICK_MS;
	for (const struct live_modem *s = console->modems; s; s = s->next)
		if (!due || s->said_ms + HEARTBEAT_MS < due)
			due = s->said_ms + HEARTBEAT_MS;
	return due;
}

static void console_arm(struct console *console, uint64_t due)
{
	if (due && !console->options.quiet)
		loop_timer_arm(console->options.loop, &console->timer, due);
	else
		loop_timer_disarm(console->options.loop, &console->timer);
}

static void console_tick(void *data)
{
	struct console *console = data;
	uint64_t now = loop_now();

	if (console->options.live)
		console_draw(console, console->modems, now);
	else
		for (struct live_modem *s = console->modems; s; s = s->next)
			if (now - s->said_ms >= HEARTBEAT_MS)
				say_progress(console, s, now, true);
	console_arm(console, console_due(console, now));
}

/* After news: live lines are drawn at once, or soon if they just were. */
static void console_refresh(struct console *console, uint64_t now)
{
	const struct live *live = &console->live;
	uint64_t due = console_due(console, now);

	if (console->options.live && (console->modems || live->drawn)) {
		if (!live->drawn || now - live->drawn_ms >= FRAME_MS)
			console_draw(console, console->modems, now);
		else
			due = live->drawn_ms + FRAME_MS;
	}
	console_arm(console, due);
}

/* ---- news ---- */

static struct live_modem **modem_link(struct console *console, const char *position)
{
	struct live_modem **link = &console->modems;

	while (*link && strcmp((*link)->position, position) != 0)
		link = &(*link)->next;
	return link;
}

/* The modem's place, made where there is none yet; NULL: out of memory. */
static struct live_modem *modem_get(struct console *console, const struct modem_facts *facts,
				    uint64_t now)
{
	struct live_modem **link = modem_link(console, facts->position);
	struct live_modem *modem = *link;

	if (!modem) {
		modem = calloc(1, sizeof(*modem));
		if (!modem)
			return NULL;
		text_set(modem->position, sizeof(modem->position), facts->position);
		modem->percent = -1;
		modem->begun_ms = modem->said_ms = now;
		*link = modem;
	}
	modem_name(facts, modem->name);
	return modem;
}

static void modem_forget(struct console *console, const char *position)
{
	struct live_modem **link = modem_link(console, position);
	struct live_modem *gone = *link;

	if (gone)
		*link = gone->next;
	free(gone);
}

static void take_phase(struct console *console, struct live_modem *modem, const struct news *news,
		       uint64_t now)
{
	modem->phase = news->phase;
	modem->percent = -1;
	modem->told = 0;
	if (!console->options.live)
		say_progress(console, modem, now, false);
}

/* After a power cut the modem may count from the start again. */
static void take_progress(struct console *console, struct live_modem *modem,
			  const struct news *news, uint64_t now)
{
	modem->phase = news->phase;
	modem->percent = news->percent;
	if (console->options.live || modem->percent / 10 == modem->told / 10)
		return;
	modem->told = modem->percent;
	say_progress(console, modem, now, false);
}

/* Once, above all lines that follow. */
static void warn_of_power(struct console *console, const struct modem_facts *facts,
			  struct live_modem *modem)
{
	if (modem->warned || !live_needs_power(modem))
		return;
	modem->warned = true;
	say_text(console, facts,
		 "Do not unplug or power off the modem until its result is printed.");
}

/* What only the verbose are told. */
static void say_details(struct console *console, const struct modem_facts *facts,
			const struct news *news)
{
	struct line line;

	modem_line_begin(&line, facts);
	if (news->type == NEWS_FOUND)
		modem_line_add_found(&line, facts);
	else if (news->type == NEWS_IDENTIFIED)
		modem_line_add_identified(&line, facts);
	else if (news->type == NEWS_URC)
		line_add(&line, news->text);
	else
		return;
	console_say(console, console->options.err, &line);
}

static void console_take(struct console *console, const struct modem_facts *facts,
			 const struct news *news, uint64_t now)
{
	struct live_modem *modem = modem_get(console, facts, now);

	if (!modem) {
		console_fail(console, -ENOMEM);
		return;
	}
	modem->due_ms = news->due_ms;
	modem->life_ms = now;
	if (console->options.verbose)
		say_details(console, facts, news);
	if (news->type == NEWS_PHASE)
		take_phase(console, modem, news, now);
	else if (news->type == NEWS_PROGRESS)
		take_progress(console, modem, news, now);
	else if (news->type == NEWS_URC)
		text_set(modem->urc, sizeof(modem->urc), news->text);
	warn_of_power(console, facts, modem);
}

/* Neither a sign of life, nor the beginning of a job. */
static void take_wait(struct console *console, const struct modem_facts *facts, uint64_t due_ms)
{
	struct live_modem *modem = *modem_link(console, facts->position);

	if (modem)
		modem->due_ms = due_ms;
}

static void console_tell(struct view *view, const struct modem_facts *facts,
			 const struct news *news)
{
	struct console *console = container_of(view, struct console, view);
	uint64_t now = loop_now();

	if (news->type == NEWS_RESULT) {
		modem_forget(console, facts->position);
		say_verdict(console, facts, news->result);
	} else if (news->type == NEWS_DROPPED) {
		modem_forget(console, facts->position);
	} else if (news->type == NEWS_WAIT) {
		take_wait(console, facts, news->due_ms);
		return;
	} else if (!console->options.quiet && news->type == NEWS_NOTE) {
		/* From the agent itself: no sign of life, and no beginning of a job. */
		say_text(console, facts, news->text);
	} else if (!console->options.quiet) {
		console_take(console, facts, news, now);
	}
	console_refresh(console, now);
}

/* ---- beginning and end ---- */

static bool environment_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	/* Services and small systems set none, and what reads them expects nothing else by now. */
	return true;
}

static bool is_terminal(FILE *file)
{
	const char *term = getenv("TERM");

	return isatty(fileno(file)) && term && *term && strcmp(term, "dumb") != 0;
}

void console_detect(struct console_options *options, bool progress)
{
	const char *no_colour = getenv("NO_COLOR");

	options->live = progress && !options->quiet && is_terminal(options->err);
	options->colour = is_terminal(options->out ? options->out : options->err) &&
			  !(no_colour && *no_colour);
	options->utf8 = environment_is_utf8();
}

int console_create(const struct console_options *options, struct console **ret)
{
	struct console *console = calloc(1, sizeof(*console));

	if (!console)
		return -ENOMEM;
	console->view.tell = console_tell;
	console->options = *options;
	console->live = (struct live){
		.file = options->err,
		.utf8 = options->utf8,
		.columns = options->columns,
		.rows = options->rows,
	};
	console->timer = (struct loop_timer){ .fn = console_tick, .data = console };
	*ret = console;
	return 0;
}

void console_free(struct console *console)
{
	if (!console)
		return;
	if (console->live.drawn)
		console_draw(console, NULL, 0);
	loop_timer_disarm(console->options.loop, &console->timer);
	while (console->modems)
		modem_forget(console, console->modems->position);
	free(console);
}

struct view *console_view(struct console *console)
{
	return &console->view;
}

int console_error(const struct console *console)
{
	return console->error;
}
