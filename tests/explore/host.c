/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "agent/core/text.h"
#include "agent/util.h"
#include "tests/explore/boundary.h"

struct boundary boundary;

/* ---- the journal, as agent/job.c keeps it ---- */

static void journal_write(struct world *w)
{
	struct journal_memory *journal = &w->host.journal;
	const struct dfota *d = &w->d;

	if (!journal->there || !d->requested) {
		journal->started_ms = w->now_ms;
		journal->left = journal->rebooted = false;
	}
	journal->there = true;
	journal->stage = (uint8_t)dfota_stage(d);
	journal->end = d->evidence.end_seen ? d->evidence.end : -1;
	journal->transfer = d->evidence.transfer_seen ? d->evidence.transfer : -1;
	text_set(journal->from, sizeof(journal->from), d->firmware);
	text_set(journal->target, sizeof(journal->target), d->plan.target);
	text_set(journal->imei, sizeof(journal->imei), d->imei);
	text_set(journal->urc_port, sizeof(journal->urc_port), d->urc_port);
	w->host.saved_bad = w->host.heard_bad;
	w->host.saved_transfer_bad = w->host.heard_transfer_bad;
	if (boundary.journal)
		boundary.journal(journal);
}

static void journal_read(const struct world *w, struct dfota_memory *ret)
{
	const struct journal_memory *journal = &w->host.journal;

	*ret = (struct dfota_memory){
		.phase = journal->stage,
		.firmware = journal->from,
		.imei = journal->imei,
		.target = journal->target,
		.transfer = journal->transfer,
		.end = journal->end,
		.download = w->host.job == MODEL_JOB_URL,
		.stored = w->host.job == MODEL_JOB_FILE,
		.urc_port = journal->urc_port,
		.left = journal->rebooted || journal->left ||
			w->modem.place == MODEL_PLACE_AWAY,
		.host_rebooted = journal->rebooted,
		.age_ms = w->now_ms - journal->started_ms,
	};
	if (boundary.memory)
		boundary.memory(ret);
}

/* ---- actions ---- */

static void act_save(struct world *w)
{
	if (!w->host.full)
		journal_write(w);
	w->host.reply = w->host.full ? MODEL_REPLY_NOT_SAVED : MODEL_REPLY_SAVED;
}

static void act_finish(struct world *w)
{
	struct verdict verdict = verdict_decide(&w->d.evidence);

	if (boundary.verdict)
		boundary.verdict(&verdict);
	w->host.finishes++;
	laws_of_verdict(w, &verdict);
	w->host.runs = w->host.shown = false;
	w->host.reply = MODEL_REPLY_NONE;
	w->host.outcome = (uint8_t)verdict.outcome;
	w->host.over = verdict.job_over;
	w->host.journal.there &= !verdict.job_over;
}

static void act_send(struct world *w, uint8_t port)
{
	laws_of_send(w, port);
	w->host.requested |= strncmp(w->d.command, "AT+QFOTADL", 10) == 0;
	answers_asked(w, port);
}

static void act_data(struct world *w, const struct dfota_action *action)
{
	laws_of_data(w, action);
	w->host.data += action->data.size;
	w->host.byte_ms = w->now_ms;
}

static void act(struct world *w, const struct dfota_action *action)
{
	switch (action->type) {
	case DFOTA_ACTION_SEND:
		act_send(w, action->port);
		break;
	case DFOTA_ACTION_DATA:
		act_data(w, action);
		break;
	case DFOTA_ACTION_IDENTIFIED:
		w->host.reply = MODEL_REPLY_PLAN;
		break;
	case DFOTA_ACTION_SAVE:
		act_save(w);
		break;
	case DFOTA_ACTION_FINISH:
		act_finish(w);
		break;
	case DFOTA_ACTION_TIME:
	case DFOTA_ACTION_PHASE:
	case DFOTA_ACTION_HOLD:
	case DFOTA_ACTION_PROGRESS:
	case DFOTA_ACTION_URC:
	case DFOTA_ACTION_NOTE:
		break;
	}
}

static void act_all(struct world *w, const struct dfota_actions *actions)
{
	w->host.asked = 0;
	for (uint8_t i = 0; i < actions->count && !w->law; i++)
		act(w, &actions->action[i]);
	/* A question to a modem that may be flashing is answered by its silence anew. */
	if (w->host.asked)
		w->host.sign_ms = w->now_ms;
	laws_of_step(w, actions);
}

/* ---- events ---- */

static bool has_plain_reply(const struct world *w)
{
	return w->host.runs && w->d.requested && w->host.reply;
}

static void plan_make(const struct world *w, struct dfota_plan *ret)
{
	*ret = (struct dfota_plan){ .kind = DFOTA_PLAN_UPGRADE };
	ret->download = w->host.job == MODEL_JOB_URL;
	ret->upload = w->host.job == MODEL_JOB_FILE;
	ret->size = 3000;
	ret->sum = 0xb34a;
	text_set(ret->argument, sizeof(ret->argument),
		 ret->download ? "http://fw.example/a.zip" : "/cache/ufs/a.zip");
	text_set(ret->target, sizeof(ret->target), MODEL_NEW);
}

static void host_reply(struct world *w)
{
	struct dfota_event event = { .type = DFOTA_EVENT_SAVED };
	struct dfota_plan plan;

	event.saved = w->host.reply == MODEL_REPLY_SAVED;
	if (w->host.reply == MODEL_REPLY_PLAN) {
		plan_make(w, &plan);
		event = (struct dfota_event){ .type = DFOTA_EVENT_PLAN, .plan = &plan };
	}
	w->host.reply = MODEL_REPLY_NONE;
	host_event(w, &event);
}

void host_event(struct world *w, const struct dfota_event *event)
{
	struct dfota_event seen = *event;
	struct dfota_actions actions;

	if (!w->host.runs || w->law)
		return;
	if (boundary.event && !boundary.event(w, &seen))
		return;
	dfota_step(&w->d, &seen, w->now_ms, &actions);
	if (boundary.actions)
		boundary.actions(w, &actions);
	act_all(w, &actions);
	if (!w->host.runs && !w->law)
		memset(&w->d, 0, sizeof(w->d));
	/* Once the request is out, nothing waits for the journal. */
	if (has_plain_reply(w))
		host_reply(w);
}

static void line_event(struct world *w, uint8_t port, const struct at_line *line)
{
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { port, line } });
}

static void bytes_feed(struct world *w, struct at_parser *parser, uint8_t port, const char *bytes)
{
	const uint8_t *next = (const uint8_t *)bytes;
	size_t size = strlen(bytes);
	struct at_line line;

	while (size && w->host.runs) {
		size_t taken = at_parser_feed(parser, next, size, &line);

		next += taken;
		size -= taken;
		if (line.type != AT_LINE_NONE)
			line_event(w, port, &line);
	}
}

/* A lone port is the first; where there are more, codes come from the AT port. */
void host_bytes(struct world *w, const char *bytes)
{
	uint8_t port = w->modem.presence == DFOTA_PRESENCE_RECOVERY ? MODEL_PORT_MODEM
								    : MODEL_PORT_AT;

	bytes_feed(w, &w->parser, port, bytes);
}

void host_line(struct world *w, const char *text)
{
	struct at_parser parser;

	memset(&parser, 0, sizeof(parser));
	bytes_feed(w, &parser, MODEL_PORT_MODEM, text);
	bytes_feed(w, &parser, MODEL_PORT_MODEM, "\r\n");
}

void host_attached(struct world *w)
{
	struct dfota_event event = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { .presence = w->modem.presence,
			      .order = { MODEL_PORT_AT, MODEL_PORT_MODEM } },
	};

	at_parser_reset(&w->parser);
	if (w->modem.shut) {
		event = (struct dfota_event){ .type = DFOTA_EVENT_HOST,
					      .reason = "it cannot be opened" };
	} else {
		w->host.shown = w->host.runs;
		w->host.sign_ms = w->now_ms;
	}
	if (event.type == DFOTA_EVENT_ATTACHED && w->modem.presence == DFOTA_PRESENCE_MODEM)
		event.attached.ports = event.attached.candidates = MODEL_PORTS;
	else if (event.type == DFOTA_EVENT_ATTACHED)
		event.attached.ports = w->modem.presence == DFOTA_PRESENCE_RECOVERY;
	host_event(w, &event);
}

void host_detached(struct world *w)
{
	bool shown = w->host.shown;

	w->host.shown = false;
	w->host.data = 0;
	at_parser_reset(&w->parser);
	if (shown)
		host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

/* ---- runs of the agent ---- */

static bool is_on_bus(const struct world *w)
{
	return w->modem.place != MODEL_PLACE_AWAY;
}

static void run(struct world *w)
{
	struct dfota_memory memory;

	dfota_init(&w->d, &model_limits);
	w->modem.gone_ms = w->now_ms;
	w->host.runs = true;
	w->host.requested = false;
	w->host.finishes = 0;
	/* What could not be written is forgotten. */
	if (w->host.full) {
		w->host.heard_bad = w->host.saved_bad;
		w->host.heard_transfer_bad = w->host.saved_transfer_bad;
	}
	if (w->host.journal.there) {
		journal_read(w, &memory);
		dfota_resume(&w->d, &memory);
	}
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_START });
	if (is_on_bus(w))
		host_attached(w);
}

static void die(struct world *w)
{
	memset(&w->d, 0, sizeof(w->d));
	w->host.runs = w->host.shown = false;
	w->host.reply = MODEL_REPLY_NONE;
	w->host.data = 0;
	at_parser_reset(&w->parser);
}

/* ---- the moves ---- */

static bool lets_pass(const struct world *w, uint64_t ms)
{
	return !w->modem.due_ms || ms <= w->modem.due_ms;
}

/* A modem that is there answers before the limits of that run out, but for a slow one. */
static bool may_wait(const struct world *w)
{
	const struct modem *m = &w->modem;

	return w->host.runs && !w->host.reply && !w->host.data && !m->rest &&
	       !m->asked[MODEL_PORT_AT] && (!m->late || m->slow) &&
	       lets_pass(w, dfota_deadline(&w->d));
}

static void make_wait(struct world *w)
{
	uint64_t due = dfota_deadline(&w->d);

	if (due > w->now_ms)
		w->now_ms = due;
	w->modem.asked[MODEL_PORT_MODEM] = 0;
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
}

static bool is_replying(const struct world *w)
{
	return w->host.runs && w->host.reply;
}

static bool is_writing(const struct world *w)
{
	return w->host.runs && w->host.data;
}

static void make_written(struct world *w)
{
	uint32_t size = w->host.data;

	w->host.data = 0;
	if (w->modem.work == MODEL_WORK_LOADING)
		answers_loaded(w);
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_WRITTEN, .written = size });
}

static bool is_running(const struct world *w)
{
	return w->host.runs;
}

static bool may_run(const struct world *w)
{
	return !w->host.runs && !w->host.finishes;
}

static bool may_run_again(const struct world *w)
{
	return !w->host.runs && w->host.finishes && w->host.journal.there;
}

/* Long enough for all codes of a download to have been missed. */
static uint64_t late_ms(const struct world *w)
{
	const uint64_t *ms = model_limits.ms;

	return w->now_ms + ms[LIMIT_ACCEPT] + ms[LIMIT_DOWNLOAD] + ms[LIMIT_LEAVE];
}

static bool may_be_long(const struct world *w)
{
	return !w->host.runs && w->host.journal.there && !w->modem.asked[MODEL_PORT_AT] &&
	       lets_pass(w, late_ms(w)) &&
	       late_ms(w) - w->host.journal.started_ms <= late_ms(w) - w->now_ms + 1000;
}

static void make_long(struct world *w)
{
	w->now_ms = late_ms(w);
}

static void make_stop(struct world *w)
{
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_STOP });
}

static void make_stop_now(struct world *w)
{
	host_event(w, &(struct dfota_event){ .type = DFOTA_EVENT_STOP, .stop_now = true });
}

static bool may_be_full(const struct world *w)
{
	return w->host.runs && !w->host.full;
}

static void make_full(struct world *w)
{
	w->host.full = true;
}

static void make_reboot(struct world *w)
{
	die(w);
	w->host.journal.rebooted = true;
	bus_lose(w, false);
}

static void make_power_fail(struct world *w)
{
	die(w);
	w->host.journal.rebooted = true;
	bus_cut_power(w);
}

static bool may_reboot(const struct world *w)
{
	return is_running(w) && w->modem.place != MODEL_PLACE_TAKEN;
}

static const struct move moves[] = {
	{ "a limit runs out", 0, may_wait, make_wait },
	{ "the host is ready", 0, is_replying, host_reply },
	{ "the bytes are written", 0, is_writing, make_written },
	{ "the agent is killed", 1, is_running, die },
	{ "it is run", 0, may_run, run },
	{ "it is run again", 1, may_run_again, run },
	{ "much time passes", 0, may_be_long, make_long },
	{ "SIGINT", 1, is_running, make_stop },
	{ "SIGTERM", 1, is_running, make_stop_now },
	{ "the disk is full", 1, may_be_full, make_full },
	{ "the host reboots", 1, may_reboot, make_reboot },
	{ "the power of both fails", 1, may_reboot, make_power_fail },
};

const struct moves host_moves = { moves, ARRAY_SIZE(moves) };
