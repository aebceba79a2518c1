/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine of one job in a world that is made of bytes: any line on any port, any
 * answer of the host, any time, any plan, the agent killed and taken up again from what it
 * had saved. What test_dfota_laws asserts of lines that it knows is asserted
 * here, as far as it holds for every line.
 *
 * An input is limits and a sequence of events, a letter each with what belongs to it;
 * printable where somebody wrote it.
 */
#include <string.h>

#include "agent/core/dfota.h"
#include "agent/core/package.h"
#include "agent/util.h"
#include "fuzz.h"

#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"
#define IMEI "861234567890123"
#define WEEK_MS (UINT64_C(168) * 60 * 60 * 1000)
/* Of nothing but time, under the default limits: far more than any job takes. */
#define TIMES_MAX 20000

/* The journal: what the next agent will know. */
struct saved {
	bool there;
	struct dfota_memory memory;
	char firmware[DFOTA_FIRMWARE_SIZE], imei[DFOTA_IMEI_SIZE], target[DFOTA_FIRMWARE_SIZE];
	char urc_port[16];
};

struct world {
	struct fuzz_bytes in;
	struct dfota d;
	uint64_t now_ms;
	bool plain; /* default limits */
	struct saved saving, saved;

	/* As seen from outside the machine. */
	enum dfota_presence presence;
	uint8_t candidates, order[DFOTA_PORTS];
	bool finished, follows;
	bool asks;	/* AT+QFOTADL is out, and not answered */
	bool requested; /* and not refused: also by an agent that is dead */
	uint8_t asked_port;
	bool left;	    /* it was lost after the request */
	bool heard;	    /* anything since it attached */
	bool revision, imei; /* it told one since it attached; the machine's own */
	bool running;	    /* the wanted firmware was told before the job was taken up */
	bool connected;	    /* CONNECT, and no answer since */
	uint32_t sent;	    /* bytes of the upload at hand */
};

/* ---- the laws ---- */

static void law_request(struct world *w, uint8_t port)
{
	LAW(!w->requested && !w->follows);
	LAW(w->saved.there && w->saved.memory.phase == DFOTA_PHASE_REQUEST);
	w->requested = w->asks = true;
	w->asked_port = port;
}

static void law_send(struct world *w, uint8_t port)
{
	const char *command = w->d.command;

	LAW(w->presence == DFOTA_PRESENCE_MODEM);
	LAW(memchr(w->order, port, w->candidates));
	LAW(strncmp(command, "AT", 2) == 0 && fuzz_is_plain(command));
	LAW(!strchr(command, '\\') && strlen(command) + 1 < sizeof(w->d.command));
	/* It was lost, and is silent: it may be flashing. */
	if (w->requested && w->left && !w->heard && !w->running)
		LAW(strcmp(command, "AT+CGMR") == 0);
	if (strncmp(command, "AT+QFDEL", 8) == 0)
		LAW(strcmp(command, "AT+QFDEL=\"qfota.zip\"") == 0);
	if (strncmp(command, "AT+QFUPL", 8) == 0) {
		LAW(!w->requested && w->saved.there);
		w->asked_port = port;
		w->sent = 0;
	}
	if (strncmp(command, "AT+QFOTADL", 10) == 0)
		law_request(w, port);
}

static void law_data(struct world *w, const struct dfota_action *action)
{
	LAW(w->presence == DFOTA_PRESENCE_MODEM && w->connected && !w->requested);
	LAW(action->data.port == w->asked_port);
	LAW(action->data.size && action->data.from == w->sent);
	w->sent += action->data.size;
	LAW(w->sent <= w->d.plan.size);
}

static void law_finish(struct world *w)
{
	const struct dfota *d = &w->d;
	struct verdict verdict = verdict_decide(&d->evidence);

	w->finished = true;
	LAW(verdict.exit >= 0 && verdict.exit <= 9);
	LAW(!verdict.exit || verdict.reason || d->reason[0] || d->evidence.end > 0 ||
	    d->evidence.transfer > 0);
	if (w->requested && verdict.outcome != OUTCOME_REFUSED)
		LAW(verdict.exit == 0 || verdict.exit >= 5);
	if (verdict.outcome != OUTCOME_UPGRADED)
		return;
	/* Followed, it is somebody else's request. */
	LAW((w->requested || w->follows) && w->revision && w->imei);
	LAW(!d->evidence.end_seen || d->evidence.end == 0);
	LAW(strcmp(d->imei_now, d->imei) == 0);
	LAW(verdict_compare(dfota_now(d), dfota_before(d), d->plan.target) ==
	    VERDICT_FIRMWARE_WANTED);
}

/* ---- what the machine does ---- */

static void save(struct world *w)
{
	struct saved *saving = &w->saving;
	const struct dfota *d = &w->d;

	strcpy(saving->firmware, d->firmware);
	strcpy(saving->imei, d->imei);
	strcpy(saving->target, d->plan.target);
	strcpy(saving->urc_port, d->urc_port);
	saving->there = true;
	saving->memory = (struct dfota_memory){
		.phase = dfota_stage(d),
		.transfer = d->evidence.transfer_seen ? d->evidence.transfer : -1,
		.end = d->evidence.end_seen ? d->evidence.end : -1,
		.download = d->plan.download,
		.stored = d->stored,
	};
}

static void action_take(struct world *w, const struct dfota_action *action)
{
	LAW(!w->finished);
	switch (action->type) {
	case DFOTA_ACTION_SEND:
		law_send(w, action->port);
		break;
	case DFOTA_ACTION_DATA:
		law_data(w, action);
		break;
	case DFOTA_ACTION_SAVE:
		save(w);
		break;
	case DFOTA_ACTION_PHASE:
		LAW(action->phase < DFOTA_PHASE_COUNT);
		break;
	case DFOTA_ACTION_IDENTIFIED:
		LAW(w->d.imei[0] && w->d.firmware[0]);
		break;
	case DFOTA_ACTION_PROGRESS:
		LAW(action->percent >= 0 && action->percent <= 100);
		break;
	case DFOTA_ACTION_NOTE:
		LAW(action->note && *action->note);
		break;
	case DFOTA_ACTION_FINISH:
		law_finish(w);
		break;
	case DFOTA_ACTION_TIME:
	case DFOTA_ACTION_HOLD:
	case DFOTA_ACTION_URC:
		break;
	}
}

static void step(struct world *w, const struct dfota_event *event)
{
	struct dfota_actions actions;
	bool finished = w->finished;

	dfota_step(&w->d, event, w->now_ms, &actions);
	/* At the maximum one might have been overwritten. */
	LAW(actions.count < DFOTA_ACTIONS_MAX);
	LAW(!finished || !actions.count);
	for (uint8_t i = 0; i < actions.count; i++)
		action_take(w, &actions.action[i]);
	LAW(w->finished == (w->d.state == DFOTA_STATE_FINISHED));
	if (w->finished)
		return;
	LAW(actions.count && dfota_deadline(&w->d));
	LAW(actions.action[actions.count - 1].type == DFOTA_ACTION_TIME);
	LAW(actions.action[actions.count - 1].time_ms == dfota_deadline(&w->d));
}

/* ---- the modem ---- */

/* It is known what came of the job: the modem is only put in order. */
static bool is_decided(const struct dfota *d)
{
	return d->state == DFOTA_STATE_HEALTH || d->state == DFOTA_STATE_URC_BACK ||
	       d->state == DFOTA_STATE_SWEEP;
}

static void lost(struct world *w)
{
	w->left |= w->requested;
	w->presence = DFOTA_PRESENCE_NONE;
	w->heard = w->connected = w->asks = false;
	if (!is_decided(&w->d))
		w->revision = w->imei = false;
}

static void attach(struct world *w)
{
	struct dfota_event event = { .type = DFOTA_EVENT_ATTACHED };

	if (w->presence != DFOTA_PRESENCE_NONE)
		lost(w);
	w->presence = (enum dfota_presence)(1 + fuzz_below(&w->in, 4));
	event.attached.presence = w->presence;
	event.attached.candidates = fuzz_below(&w->in, DFOTA_PORTS);
	event.attached.ports = event.attached.candidates;
	for (uint8_t i = 0; i < event.attached.candidates; i++)
		event.attached.order[i] = fuzz_below(&w->in, DFOTA_PORTS);
	w->candidates = event.attached.candidates;
	memcpy(w->order, event.attached.order, sizeof(w->order));
	step(w, &event);
}

static void detach(struct world *w)
{
	lost(w);
	step(w, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

/* What it knows of itself, and answers. */
static void hear(struct world *w, uint8_t port, const struct at_line *line)
{
	char text[DFOTA_FIRMWARE_SIZE];

	w->heard = true;
	w->revision |= at_revision(line->text, text, sizeof(text));
	w->imei |= at_imei(line->text, text, DFOTA_IMEI_SIZE) && strcmp(text, w->d.imei) == 0;
	if (port != w->asked_port)
		return;
	if (line->type == AT_LINE_CONNECT)
		w->connected = true;
	if (line->type == AT_LINE_ERROR && w->asks && w->d.plan.upload)
		w->requested = false;
	if (line->type == AT_LINE_OK || line->type == AT_LINE_ERROR)
		w->asks = w->connected = false;
}

static const char *const lines[] = {
	"OK",
	"ERROR",
	"CONNECT",
	"RDY",
	OLD,
	NEW,
	IMEI,
	"861234567890999",
	"+CME ERROR: 30",
	"+CPIN: READY",
	"+CEREG: 0,1",
	"+CREG: 0,5",
	"+CFUN: 1",
	"+CFUN: 5",
	"+CGDCONT: 1,\"IP\",\"internet\"",
	"+CSQ: 28,99",
	"+QURCCFG: \"urcport\",\"usbat\"",
	"+QURCCFG: \"urcport\",\"uart1\"",
	"+QFLDS: 12987840,14483456",
	"+QFLST: \"UFS:qfota.zip\",3000",
	"+QFUPL: 3000,0",
	"+QIND: \"FOTA\",\"HTTPSTART\"",
	"+QIND: \"FOTA\",\"HTTPEND\",0",
	"+QIND: \"FOTA\",\"HTTPEND\",701",
	"+QIND: \"FOTA\",\"START\"",
	"+QIND: \"FOTA\",\"UPDATING\",42",
	"+QIND: \"FOTA\",\"END\",0",
	"+QIND: \"FOTA\",\"END\",502",
	"+QIND: \"FOTA\",\"RESTORE\",1",
	"+QIND: \"FOTA\",\"EN",
	"SubEdition: V05",
	(NEW "_01.002.01.002"),
	"+QINDCFG: \"all\",0",
};

/* One of the list, or for a number behind its end what follows, up to the end of the line. */
static const char *read_text(struct world *w, char *ret, size_t size)
{
	uint8_t which = fuzz_below(&w->in, 48);

	return which < ARRAY_SIZE(lines) ? lines[which] : fuzz_text(&w->in, ret, size);
}

static void line_deliver(struct world *w, uint8_t port, const struct at_line *line)
{
	if (w->presence != DFOTA_PRESENCE_NONE)
		hear(w, port, line);
	step(w, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { port, line } });
}

static void say(struct world *w)
{
	uint8_t port = fuzz_below(&w->in, DFOTA_PORTS);
	struct at_parser parser = { 0 };
	struct at_line line;
	char text[AT_LINE_MAX + 8];
	const char *said = read_text(w, text, sizeof(text));

	at_parser_feed(&parser, (const uint8_t *)said, strlen(said), &line);
	if (line.type == AT_LINE_NONE)
		at_parser_feed(&parser, (const uint8_t *)"\r", 1, &line);
	if (line.type != AT_LINE_NONE)
		line_deliver(w, port, &line);
}

static void acknowledge(struct world *w)
{
	struct at_line line = { .type = AT_LINE_ACK, .text = "", .code = -1 };

	line_deliver(w, fuzz_below(&w->in, DFOTA_PORTS), &line);
}

/* ---- the host ---- */

/* As agent/plan.c and the command line may make one. */
static void plan(struct world *w)
{
	struct dfota_plan plan = { .reason = "so it is" };
	uint8_t flags;
	char text[DFOTA_FIRMWARE_SIZE];

	plan.kind = (enum dfota_plan_kind)(DFOTA_PLAN_UPGRADE - fuzz_below(&w->in, 8) % 5);
	flags = fuzz_below(&w->in, 16);
	plan.dry_run = flags & 4;
	plan.upload = flags & 2;
	plan.download = !plan.upload && flags & 1;
	plan.size = 1 + fuzz_number(&w->in) % PACKAGE_SIZE_MAX;
	strncpy(plan.target, read_text(w, text, sizeof(text)), sizeof(plan.target) - 1);
	fuzz_text(&w->in, plan.argument, sizeof(plan.argument));
	if (!at_argument_valid(plan.argument))
		strcpy(plan.argument, "http://fw.example:80/a.zip");
	step(w, &(struct dfota_event){ .type = DFOTA_EVENT_PLAN, .plan = &plan });
}

static void saved(struct world *w)
{
	struct dfota_event event = { .type = DFOTA_EVENT_SAVED, .saved = !fuzz_below(&w->in, 2) };

	if (event.saved && w->saving.there)
		w->saved = w->saving;
	step(w, &event);
}

static void time_comes(struct world *w)
{
	uint64_t due = dfota_deadline(&w->d);

	if (due > w->now_ms)
		w->now_ms = due;
	step(w, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
}

static void host(struct world *w, enum dfota_event_type type)
{
	struct dfota_event event = { .type = type };

	switch (type) {
	case DFOTA_EVENT_PARTS:
		event.parts = fuzz_below(&w->in, 4);
		break;
	case DFOTA_EVENT_WRITTEN:
		event.written = fuzz_number(&w->in);
		break;
	case DFOTA_EVENT_STOP:
		event.stop_now = fuzz_below(&w->in, 2);
		break;
	case DFOTA_EVENT_HOST:
	case DFOTA_EVENT_HELD:
		event.reason = "so it is";
		break;
	case DFOTA_EVENT_START:
	case DFOTA_EVENT_FOLLOW:
	case DFOTA_EVENT_ATTACHED:
	case DFOTA_EVENT_DETACHED:
	case DFOTA_EVENT_LINE:
	case DFOTA_EVENT_TIME:
	case DFOTA_EVENT_PLAN:
	case DFOTA_EVENT_SAVED:
		break;
	}
	step(w, &event);
}

/* ---- an agent begins, another one takes up what it left ---- */

static struct limits read_limits(struct world *w)
{
	struct limits limits = limits_default();
	uint8_t kind = fuzz_below(&w->in, 4);

	w->plain = kind == 0;
	for (size_t i = 0; i < LIMIT_COUNT && kind; i++)
		limits.ms[i] = kind == 1 ? 1 : kind == 2 ? WEEK_MS : 1u + fuzz_number(&w->in) % WEEK_MS;
	return limits;
}

/* Who left an upload behind leaves a new job; else the modem may be at work on it. */
static void memory_take(struct world *w)
{
	struct dfota_memory memory = w->saved.memory;
	uint8_t flags = fuzz_below(&w->in, 16);
	char text[DFOTA_FIRMWARE_SIZE];

	memory.firmware = w->saved.firmware;
	memory.imei = w->saved.imei;
	memory.target = w->saved.target;
	memory.urc_port = w->saved.urc_port;
	memory.left = flags & 1;
	memory.host_rebooted = flags & 2;
	memory.age_ms = fuzz_number(&w->in);
	if (flags & 4)
		memory.running = read_text(w, text, sizeof(text));
	dfota_resume(&w->d, &memory);
	w->requested = memory.phase > DFOTA_PHASE_UPLOAD;
	w->left = w->requested;
	w->running = memory.running;
}

static void agent_begin(struct world *w)
{
	struct limits limits = w->d.limits;
	struct dfota_event event = { .type = DFOTA_EVENT_START };

	lost(w);
	dfota_init(&w->d, &limits);
	w->finished = w->follows = w->left = w->running = false;
	w->saving.there = false;
	if (w->saved.there) {
		memory_take(w);
	} else {
		w->requested = false;
		w->follows = fuzz_below(&w->in, 2);
		event.type = w->follows ? DFOTA_EVENT_FOLLOW : DFOTA_EVENT_START;
		event.ask = fuzz_below(&w->in, 2);
	}
	step(w, &event);
}

/* What is over is out of the journal, too. */
static void agent_end(struct world *w)
{
	if (w->finished && verdict_decide(&w->d.evidence).job_over)
		w->saved.there = false;
	agent_begin(w);
}

/* From a copy of the machine nothing but time is delivered. */
static void every_wait_ends(const struct world *w)
{
	static struct world alone;

	alone = *w;
	for (int i = 0; i < TIMES_MAX && !alone.finished; i++)
		time_comes(&alone);
	LAW(alone.finished);
}

static void happen(struct world *w)
{
	static const struct {
		uint8_t letter;
		void (*happens)(struct world *w); /* NULL: an event of the host */
		enum dfota_event_type type;
	} rows[] = {
		{ 'A', attach, 0 },
		{ 'D', detach, 0 },
		{ 'L', say, 0 },
		{ 'B', acknowledge, 0 },
		{ 'P', plan, 0 },
		{ 'S', saved, 0 },
		{ 'T', time_comes, 0 },
		{ 'K', agent_end, 0 },
		{ 'p', NULL, DFOTA_EVENT_PARTS },
		{ 'w', NULL, DFOTA_EVENT_WRITTEN },
		{ 's', NULL, DFOTA_EVENT_STOP },
		{ 'h', NULL, DFOTA_EVENT_HOST },
		{ 'b', NULL, DFOTA_EVENT_HELD },
	};
	uint8_t letter = fuzz_byte(&w->in);

	/* 0 to 9: time passes, from a millisecond to three days. */
	if (letter >= '0' && letter <= '9')
		w->now_ms += UINT64_C(1) << 3 * (letter - '0');
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].letter != letter)
			continue;
		if (rows[i].happens)
			rows[i].happens(w);
		else
			host(w, rows[i].type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.in = (struct fuzz_bytes){ bytes, bytes + size };
	w.now_ms = 1000000000;
	w.d.limits = read_limits(&w);
	agent_begin(&w);
	while (w.in.at < w.in.end)
		happen(&w);
	if (w.plain)
		every_wait_ends(&w);
	return 0;
}
