// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compose TRACE: makes a transcript of a trace that somebody published, by
 * playing both ends of it in virtual time: the modem by the trace, the agent
 * by its own machine. README.md tells what stands in a trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config.h"
#include "agent/core/source.h"
#include "agent/core/text.h"
#include "agent/core/transcript.h"
#include "agent/util.h"

#define POSITION "1-1.4"
#define ANSWER_MS 20 /* how long the modem thinks */
#define ANSWERS_MAX 16
#define PORT_AT 1

enum voice {
	VOICE_NORMAL,
	VOICE_FLASHING, /* OK to AT, ERROR to the rest (facts 2.3 no. 8) */
	VOICE_MUTE,
};

struct answer {
	uint64_t due_ms; /* 0: none */
	uint8_t port;
	char command[DFOTA_COMMAND_SIZE];
};

struct composer {
	const char *path;
	unsigned int line;
	uint64_t now_ms;

	struct dfota machine;
	struct dfota_plan plan;
	enum dfota_state state; /* as written last */
	bool started;
	bool saving;	 /* an answer that the machine waits for, */
	bool identified; /* and another */
	bool finished;

	/* The modem. */
	enum voice voice;
	unsigned int vid, pid;
	bool echo;
	char firmware[DFOTA_FIRMWARE_SIZE];
	char imei[DFOTA_IMEI_SIZE];
	char before[128]; /* a foreign line, printed before the next echo */
	struct answer answer[ANSWERS_MAX];
	struct at_parser parser[DFOTA_PORTS];

	/* What the trace says must come of it. */
	char outcome[32];
	int exit;
};

static void event(struct composer *c, const struct dfota_event *event);

static void fail(const struct composer *c, const char *why)
{
	fprintf(stderr, "%s:%u: %s\n", c->path, c->line, why);
	exit(1);
}

/* ---- what is written ---- */

static void record_print(const struct composer *c, struct transcript_record *record)
{
	char line[8192];

	record->time_ms = c->now_ms;
	text_set(record->position, sizeof(record->position), POSITION);
	if (transcript_format(record, line, sizeof(line)) < 0)
		fail(c, "a record does not fit");
	puts(line);
}

static void record_bytes(const struct composer *c, enum transcript_type type, uint8_t port,
			 const char *bytes, size_t size)
{
	char text[4096] = "";
	struct transcript_record record = { .type = type, .port = port, .text = text };

	transcript_escape(bytes, size, text, sizeof(text));
	record.text_length = strlen(text);
	record_print(c, &record);
}

static void record_usb(const struct composer *c, const char *what)
{
	struct transcript_record record = {
		.type = TRANSCRIPT_USB,
		.what = what,
		.vid = (uint16_t)c->vid,
		.pid = (uint16_t)c->pid,
	};

	record_print(c, &record);
}

static void record_event(const struct composer *c, const struct dfota_event *event)
{
	struct transcript_record record = { .type = TRANSCRIPT_EVENT };

	transcript_set_event(&record, event);
	record_print(c, &record);
}

static void record_state(struct composer *c)
{
	struct transcript_record record = { .type = TRANSCRIPT_STATE, .state = c->machine.state };

	if (c->started && c->state == c->machine.state)
		return;
	c->started = true;
	c->state = c->machine.state;
	record_print(c, &record);
}

/* ---- the modem ---- */

static void modem_say(struct composer *c, uint8_t port, const char *bytes, size_t size)
{
	struct dfota_event said = { .type = DFOTA_EVENT_LINE };
	struct at_line line;
	size_t taken;

	record_bytes(c, TRANSCRIPT_IN, port, bytes, size);
	for (; size; bytes += taken, size -= taken) {
		taken = at_parser_feed(&c->parser[port], (const uint8_t *)bytes, size, &line);
		said.line.port = port;
		said.line.line = &line;
		if (line.type != AT_LINE_NONE)
			event(c, &said);
	}
}

static void modem_say_line(struct composer *c, uint8_t port, const char *text)
{
	char bytes[DFOTA_COMMAND_SIZE + 8];
	int size = snprintf(bytes, sizeof(bytes), "\r\n%s\r\n", text);

	modem_say(c, port, bytes, (size_t)size);
}

/* Guide, section 5 of the facts: what a modem in its normal system says of itself. */
static void normal_answer(const struct composer *c, const char *command, char *ret, size_t size)
{
	static const struct {
		const char *command, *answer;
	} rows[] = {
		{ "AT+QURCCFG=\"urcport\"", "+QURCCFG: \"urcport\",\"usbat\"" },
		{ "AT+QINDCFG=\"all\"", "+QINDCFG: \"all\",1" },
		{ "AT+CPIN?", "+CPIN: READY" },
		{ "AT+CEREG?", "+CEREG: 0,1" },
		{ "AT+CREG?", "+CREG: 0,1" },
		{ "AT+CGREG?", "+CGREG: 0,1" },
		{ "AT+CSQ", "+CSQ: 28,99" },
		{ "AT+CFUN?", "+CFUN: 1" },
		{ "AT+COPS?", "+COPS: 0,0,\"Example\",7" },
		{ "AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"example\",\"0.0.0.0\",0,0" },
		{ "AT+QFLDS=\"UFS\"", "+QFLDS: 59981824,60817408" },
		{ "AT+CSUB", "SubEdition: V01" },
	};

	text_set(ret, size, "");
	if (strcmp(command, "AT+CGMR") == 0)
		text_set(ret, size, c->firmware);
	else if (strcmp(command, "AT+CGSN") == 0)
		text_set(ret, size, c->imei);
	else if (strcmp(command, "AT+QGMR") == 0)
		snprintf(ret, size, "%s_01.001.01.001", c->firmware);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(command, rows[i].command) == 0)
			text_set(ret, size, rows[i].answer);
}

static void answer_say(struct composer *c, const struct answer *answer)
{
	bool flashing = c->voice == VOICE_FLASHING && strcmp(answer->command, "AT") != 0;
	char said[512], bytes[1024];

	normal_answer(c, answer->command, said, sizeof(said));
	/* Echo with a doubled CR: facts 2.2, last row. */
	snprintf(bytes, sizeof(bytes), "%s%s%s%s%s%s%s", c->before, c->echo ? answer->command : "",
		 c->echo ? "\r" : "", flashing || !said[0] ? "" : "\r\n", flashing ? "" : said,
		 flashing || !said[0] ? "" : "\r\n", flashing ? "\r\nERROR\r\n" : "\r\nOK\r\n");
	c->before[0] = '\0';
	if (strcmp(answer->command, "ATE0") == 0)
		c->echo = false;
	modem_say(c, answer->port, bytes, strlen(bytes));
}

static void modem_asked(struct composer *c, uint8_t port, const char *command)
{
	char bytes[DFOTA_COMMAND_SIZE + 1];
	int size = snprintf(bytes, sizeof(bytes), "%s\r", command);

	record_bytes(c, TRANSCRIPT_OUT, port, bytes, (size_t)size);
	if (c->voice == VOICE_MUTE)
		return;
	for (size_t i = 0; i < ANSWERS_MAX; i++) {
		if (c->answer[i].due_ms)
			continue;
		c->answer[i].due_ms = c->now_ms + ANSWER_MS;
		c->answer[i].port = port;
		text_set(c->answer[i].command, sizeof(c->answer[i].command), command);
		return;
	}
	fail(c, "too many commands at once");
}

static void answers_drop(struct composer *c)
{
	memset(c->answer, 0, sizeof(c->answer));
}

/* ---- the agent ---- */

static void finish_check(struct composer *c)
{
	struct verdict verdict = verdict_decide(&c->machine.evidence);

	c->finished = true;
	if (strcmp(outcome_name(verdict.outcome), c->outcome) == 0 && verdict.exit == c->exit)
		return;
	fprintf(stderr, "%s:%u: ended as %s, exit %d, but expected is %s, exit %d\n", c->path,
		c->line, outcome_name(verdict.outcome), verdict.exit, c->outcome, c->exit);
	exit(1);
}

static void action(struct composer *c, const struct dfota_action *action)
{
	struct transcript_record record = { .type = TRANSCRIPT_ACTION };

	transcript_set_action(&record, action, &c->machine);
	record_print(c, &record);
	c->identified |= action->type == DFOTA_ACTION_IDENTIFIED;
	c->saving |= action->type == DFOTA_ACTION_SAVE;
	if (action->type == DFOTA_ACTION_FINISH)
		finish_check(c);
}

static void event_reply(struct composer *c)
{
	struct dfota_event plan = { .type = DFOTA_EVENT_PLAN, .plan = &c->plan };
	struct dfota_event saved = { .type = DFOTA_EVENT_SAVED, .saved = true };
	bool saving = c->saving;

	if (!c->identified && !saving)
		return;
	c->identified = c->saving = false;
	event(c, saving ? &saved : &plan);
}

static void event(struct composer *c, const struct dfota_event *event)
{
	struct dfota_actions actions;

	if (c->finished)
		return;
	record_event(c, event);
	dfota_step(&c->machine, event, c->now_ms, &actions);
	for (uint8_t i = 0; i < actions.count; i++)
		action(c, &actions.action[i]);
	record_state(c);
	for (uint8_t i = 0; i < actions.count; i++)
		if (actions.action[i].type == DFOTA_ACTION_SEND)
			modem_asked(c, actions.action[i].port, c->machine.command);
	event_reply(c);
}

static struct answer *answer_next(struct composer *c)
{
	struct answer *first = NULL;

	for (size_t i = 0; i < ANSWERS_MAX; i++)
		if (c->answer[i].due_ms && (!first || c->answer[i].due_ms < first->due_ms))
			first = &c->answer[i];
	return first;
}

/* Answers and limits that are due by then, in their order. */
static void pass(struct composer *c, uint64_t until_ms)
{
	while (!c->finished) {
		struct answer *answer = answer_next(c);
		uint64_t limit = dfota_deadline(&c->machine);
		uint64_t due = answer ? answer->due_ms : limit;

		if (limit && limit < due)
			due = limit;
		if (!due || due > until_ms)
			break;
		c->now_ms = due;
		if (answer && answer->due_ms == due) {
			struct answer said = *answer;

			answer->due_ms = 0;
			answer_say(c, &said);
		} else {
			event(c, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
		}
	}
	c->now_ms = until_ms;
}

/* ---- the trace ---- */

static void attach(struct composer *c, const char *voice)
{
	struct dfota_event attached = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { DFOTA_PRESENCE_MODEM, 3, 3, { PORT_AT, 2, 0 } },
	};

	c->voice = strcmp(voice, "flashing") == 0 ? VOICE_FLASHING :
		   strcmp(voice, "mute") == 0	  ? VOICE_MUTE :
						    VOICE_NORMAL;
	c->echo = true;
	for (size_t i = 0; i < DFOTA_PORTS; i++)
		at_parser_reset(&c->parser[i]);
	record_usb(c, "add");
	pass(c, c->now_ms + 40);
	event(c, &attached);
}

static void detach(struct composer *c)
{
	answers_drop(c);
	record_usb(c, "remove");
	event(c, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

static uint64_t duration(const struct composer *c, const char *text)
{
	uint64_t ms;

	if (config_duration(text, &ms) < 0)
		fail(c, "a duration is a number with ms, s, min or h");
	return ms;
}

/* DURATION FIRST LAST STEP TEXT, where TEXT holds a # for the number */
static void progress(struct composer *c, const char *words)
{
	unsigned int first, last, step;
	char time[16], form[96], text[128];
	const char *number;
	uint64_t ms;

	if (sscanf(words, "%15s %u %u %u %95[^\n]", time, &first, &last, &step, form) != 5 ||
	    !step || last < first || !(number = strchr(form, '#')))
		fail(c, "progress DURATION FIRST LAST STEP TEXT");
	ms = duration(c, time) * step / (last - first + step);
	for (unsigned int at = first; at <= last; at += step) {
		snprintf(text, sizeof(text), "%.*s%u%s", (int)(number - form), form, at, number + 1);
		modem_say_line(c, PORT_AT, text);
		pass(c, c->now_ms + ms);
	}
}

static void raw(struct composer *c, const char *text)
{
	char bytes[512];
	size_t size;

	if (transcript_unescape(text, strlen(text), bytes, sizeof(bytes), &size) < 0)
		fail(c, "not escaped as in a transcript");
	modem_say(c, PORT_AT, bytes, size);
}

static void before(struct composer *c, const char *text)
{
	snprintf(c->before, sizeof(c->before), "\r\n%s\r\n", text);
}

static void start(struct composer *c)
{
	struct transcript_record record = { .type = TRANSCRIPT_LIMITS };

	record.limits = limits_default();
	dfota_init(&c->machine, &record.limits);
	record_print(c, &record);
	event(c, &(struct dfota_event){ .type = DFOTA_EVENT_START });
}

static void request(struct composer *c, const char *package)
{
	struct source source;
	const char *error;

	if (source_parse(package, &source, &error) < 0)
		fail(c, error);
	c->plan.kind = DFOTA_PLAN_UPGRADE;
	c->plan.download = source.kind == SOURCE_KIND_URL;
	text_set(c->plan.argument, sizeof(c->plan.argument), source.argument);
}

static void expect(struct composer *c, const char *words)
{
	if (sscanf(words, "%31s %d", c->outcome, &c->exit) != 2)
		fail(c, "expect OUTCOME EXIT");
}

static void ids(struct composer *c, const char *words)
{
	if (sscanf(words, "%4x:%4x", &c->vid, &c->pid) != 2)
		fail(c, "ids VID:PID");
}

static void play(struct composer *c, const char *verb, const char *words)
{
	if (strcmp(verb, "ids") == 0)
		ids(c, words);
	else if (strcmp(verb, "firmware") == 0)
		text_set(c->firmware, sizeof(c->firmware), words);
	else if (strcmp(verb, "target") == 0)
		text_set(c->plan.target, sizeof(c->plan.target), words);
	else if (strcmp(verb, "request") == 0)
		request(c, words);
	else if (strcmp(verb, "expect") == 0)
		expect(c, words);
	else if (strcmp(verb, "start") == 0)
		start(c);
	else if (strcmp(verb, "attach") == 0)
		attach(c, words);
	else if (strcmp(verb, "detach") == 0)
		detach(c);
	else if (strcmp(verb, "wait") == 0)
		pass(c, c->now_ms + duration(c, words));
	else if (strcmp(verb, "say") == 0)
		modem_say_line(c, PORT_AT, words);
	else if (strcmp(verb, "raw") == 0)
		raw(c, words);
	else if (strcmp(verb, "before") == 0)
		before(c, words);
	else if (strcmp(verb, "progress") == 0)
		progress(c, words);
	else
		fail(c, "unknown verb");
}

static void trace_play(struct composer *c, FILE *file)
{
	char line[1024];

	while (fgets(line, sizeof(line), file)) {
		char *words;

		c->line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			puts(line);
		if (line[0] == '#' || !line[0])
			continue;
		words = line + strcspn(line, " ");
		if (*words)
			*words++ = '\0';
		play(c, line, words);
	}
}

int main(int argc, char **argv)
{
	struct composer composer = { .vid = 0x2c7c, .pid = 0x0306, .imei = "000000000000001" };
	char header[64];
	FILE *file;

	if (argc != 2) {
		fprintf(stderr, "usage: compose TRACE\n");
		return 2;
	}
	composer.path = argv[1];
	file = fopen(argv[1], "r");
	if (!file) {
		perror(argv[1]);
		return 1;
	}
	transcript_format_header(QFOTA_VERSION, header, sizeof(header));
	puts(header);
	trace_play(&composer, file);
	fclose(file);
	if (!composer.finished)
		fail(&composer, "ends before a verdict");
	return 0;
}
