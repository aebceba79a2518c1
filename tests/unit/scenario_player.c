/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/revision.h"
#include "agent/core/text.h"
#include "agent/core/upload.h"
#include "agent/util.h"

#define EVENTS_MAX 1000000 /* of one job: a machine that never ends is one that hangs */

static void step(struct scenario_player *p, const struct dfota_event *event);

/* ---- the laws ---- */

static void law(struct scenario_player *p, bool kept, const char *sentence)
{
	if (!kept && !p->wrong[0])
		text_set(p->wrong, sizeof(p->wrong), sentence);
}

static void law_send(struct scenario_player *p, const char *command)
{
	bool request = text_after(command, "AT+QFOTADL") != NULL;

	law(p, p->host.on_bus, "a command to a modem that is not there");
	law(p, !request || p->saved, "a request before the journal was on disk");
	p->requests += request;
	if (request)
		p->requested_ms = p->host.now_us / 1000;
	if (!p->suspect)
		return;
	law(p, strcmp(command, "AT+CGMR") == 0, "a command to a modem that may be flashing");
	p->asked = true;
}

/* HTTPEND,701: only the normal system downloads. */
static bool is_failed_download(const char *text)
{
	const char *code = text_after(text, "+QIND: \"FOTA\",\"HTTPEND\",");

	return code && atoi(code) != 0;
}

/* A boot URC, or a revision where it was asked for: up again. */
static void law_line(struct scenario_player *p, const char *text)
{
	char revision[DFOTA_FIRMWARE_SIZE];

	if (at_is_boot_urc(text) || is_failed_download(text) ||
	    (p->asked && at_revision(text, revision, sizeof(revision))))
		p->suspect = false;
}

static size_t strangers(struct scenario_player *p)
{
	struct store *store = &p->host.modem.store;

	return store->n_files - (store_find(store, UPLOAD_NAME) != NULL);
}

/* Ours goes with every verdict that does not leave it to the modem; no other one ever does. */
static void law_store(struct scenario_player *p, int exit)
{
	bool left_to_it = exit == 7 || exit == 8 || exit == 9;

	law(p, strangers(p) == p->strangers, "a file that is not ours is gone");
	law(p, left_to_it || p->machine.plan.dry_run || !p->machine.plan.upload ||
		       !store_find(&p->host.modem.store, UPLOAD_NAME),
	    "our file was left in the modem");
}

/* It downloads, is about to leave for recovery, or is there. */
static bool is_at_work(const struct modem *modem)
{
	return modem->downloading || modem->phase == MODEM_PHASE_ACCEPTED ||
	       modem->life == MODEM_LIFE_RECOVERY || modem->next_life == MODEM_LIFE_RECOVERY;
}

/* Or will be, once the answer before that is out. */
static bool is_loading(const struct modem *modem)
{
	for (size_t i = 0; i < MODEM_SERIALS; i++) {
		const struct modem_port *port = &modem->ports[i];

		if (port->present && (port->upload.active ||
				      memmem(port->waiting, port->waiting_length, "AT+QFUPL", 8)))
			return true;
	}
	return false;
}

/* Nobody looks at the modem of a closed job. One that refuses may be at work for somebody else. */
static void law_over(struct scenario_player *p, const struct verdict *verdict)
{
	const struct modem *modem = &p->host.modem;

	law(p, verdict->outcome == OUTCOME_REFUSED || !is_at_work(modem),
	    "a job is closed while its modem is at work");
	law(p, !is_loading(modem), "a job is closed while its modem takes commands for bytes");
	law(p, verdict->owes || strcmp(modem->urcport, modem->settings->urcport) == 0,
	    "a job is closed, and the URC port is not what it was");
}

static void law_finish(struct scenario_player *p, const struct modem_result *result)
{
	const struct modem *modem = &p->host.modem;

	law_store(p, result->verdict.exit);
	if (result->verdict.job_over)
		law_over(p, &result->verdict);

	law(p, p->requests - p->host.refused <= p->jobs, "more than one request in a job");
	law(p, !p->host.misdirected[0], p->host.misdirected);
	if (result->verdict.outcome != OUTCOME_UPGRADED)
		return;
	law(p, modem->life == MODEM_LIFE_NORMAL, "a modem that still flashes is called upgraded");
	law(p, revision_may_be(firmware_name_of(result->to), firmware_name_of(modem->firmware)),
	    "the firmware it tells is not the modem's");
}

/* ---- what the machine wants ---- */

static void on_send(struct scenario_player *p, const struct dfota_action *action)
{
	char line[DFOTA_COMMAND_SIZE + 1];

	law_send(p, p->machine.command);
	snprintf(line, sizeof(line), "%s\r", p->machine.command);
	p->host.parser[action->port].acks = false;
	scenario_host_write(&p->host, action->port, line, strlen(line));
}

static void on_data(struct scenario_player *p, const struct dfota_action *action)
{
	_cleanup_free_ uint8_t *bytes = malloc(action->data.size);
	int r = package_file_read(&p->file, action->data.from, bytes, action->data.size);

	law(p, r == 0, "bytes that the package does not have");
	law(p, p->host.on_bus, "bytes to a modem that is not there");
	if (r < 0 || !p->host.on_bus)
		return;
	p->host.parser[action->data.port].acks = action->data.acks;
	scenario_host_write(&p->host, action->data.port, bytes, action->data.size);
}

static void on_save(struct scenario_player *p, const struct dfota_action *action)
{
	const struct evidence *evidence = &p->machine.evidence;

	(void)action;
	p->saved = p->open = true;
	p->left = false;
	p->stage = dfota_stage(&p->machine);
	p->transfer = evidence->transfer_seen ? evidence->transfer : -1;
	p->end = evidence->end_seen ? evidence->end : -1;
	text_set(p->urc_port, sizeof(p->urc_port), p->machine.urc_port);
}

static void on_finish(struct scenario_player *p, const struct dfota_action *action)
{
	char to[DFOTA_FIRMWARE_SIZE];
	struct modem_result result = result_make(&p->machine, "", to, 0);
	struct scenario_result *kept = &p->result[p->results];

	(void)action;
	law_finish(p, &result);
	*kept = (struct scenario_result){
		.outcome = result.verdict.outcome,
		.exit = result.verdict.exit,
		.end = result.end,
		.transfer = result.transfer,
	};
	text_set(kept->reason, sizeof(kept->reason), result.reason ? result.reason : "");
	p->results++;
	p->open &= !result.verdict.job_over || result.verdict.owes;
	p->owes = result.verdict.owes;
	p->running = false;
}

static void on_phase(struct scenario_player *p, const struct dfota_action *action)
{
	p->stopping |= action->phase == p->stop;
}

static void on_nothing(struct scenario_player *p, const struct dfota_action *action)
{
	(void)p;
	(void)action;
}

static void (*const action_handlers[])(struct scenario_player *p,
				       const struct dfota_action *action) = {
	[DFOTA_ACTION_SEND] = on_send,		[DFOTA_ACTION_TIME] = on_nothing,
	[DFOTA_ACTION_DATA] = on_data,
	[DFOTA_ACTION_PHASE] = on_phase,	[DFOTA_ACTION_IDENTIFIED] = on_nothing,
	[DFOTA_ACTION_HOLD] = on_nothing,	[DFOTA_ACTION_SAVE] = on_save,
	[DFOTA_ACTION_PROGRESS] = on_nothing,	[DFOTA_ACTION_URC] = on_nothing,
	[DFOTA_ACTION_NOTE] = on_nothing,	[DFOTA_ACTION_FINISH] = on_finish,
};

static void act(struct scenario_player *p, const struct dfota_action *action)
{
	bool known = (size_t)action->type < ARRAY_SIZE(action_handlers) &&
		     action_handlers[action->type];

	law(p, known, "an action that this player does not know");
	if (known)
		action_handlers[action->type](p, action);
}

/* The answers to what the machine asks of the agent, one step each. */
static void reply(struct scenario_player *p, const struct dfota_action *action)
{
	const char *package;

	if (action->type == DFOTA_ACTION_SAVE) {
		step(p, &(struct dfota_event){ .type = DFOTA_EVENT_SAVED, .saved = true });
	} else if (action->type == DFOTA_ACTION_IDENTIFIED) {
		package_file_close(&p->file);
		plan_make(&p->wish, p->config, dfota_before(&p->machine), &p->plan, &p->file,
			  &package);
		step(p, &(struct dfota_event){ .type = DFOTA_EVENT_PLAN, .plan = &p->plan });
	} else if (action->type == DFOTA_ACTION_DATA) {
		step(p, &(struct dfota_event){ .type = DFOTA_EVENT_WRITTEN,
					       .written = action->data.size });
	}
}

static void step(struct scenario_player *p, const struct dfota_event *event)
{
	struct dfota_actions actions;

	if (!p->running)
		return;
	dfota_step(&p->machine, event, p->host.now_us / 1000, &actions);
	for (uint8_t i = 0; i < actions.count; i++)
		act(p, &actions.action[i]);
	for (uint8_t i = 0; i < actions.count && p->running; i++)
		reply(p, &actions.action[i]);
	if (!p->stopping)
		return;
	p->stopping = false;
	step(p, &(struct dfota_event){ .type = DFOTA_EVENT_STOP, .stop_now = true });
}

/* ---- what the modem does ---- */

static enum dfota_presence presence_of(const struct layout *layout)
{
	if (layout->state == LAYOUT_STATE_EMERGENCY)
		return DFOTA_PRESENCE_EMERGENCY;
	if (layout->serials == 0)
		return DFOTA_PRESENCE_MUTE;
	return layout->serials == 1 ? DFOTA_PRESENCE_RECOVERY : DFOTA_PRESENCE_MODEM;
}

static void host_attached(void *data, const struct layout *layout)
{
	struct dfota_event event = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { .presence = presence_of(layout), .ports = layout->serials },
	};

	event.attached.candidates =
		(uint8_t)layout_candidates(layout, -1, event.attached.order);
	step(data, &event);
}

static void host_detached(void *data)
{
	struct scenario_player *p = data;

	p->suspect = p->host.accepted > 0;
	p->asked = false;
	p->left = true;
	step(p, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

static void host_line(void *data, uint8_t serial, const struct at_line *line)
{
	struct scenario_player *p = data;

	law_line(p, line->text);
	step(p, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { serial, line } });
}

static const struct scenario_host_events host_events = {
	.attached = host_attached,
	.detached = host_detached,
	.line = host_line,
};

/* ---- a run ---- */

static void resume(struct scenario_player *p, const char *firmware, const char *imei,
		   const struct dfota_plan *plan)
{
	struct dfota_memory memory = {
		.phase = p->stage,
		.firmware = firmware,
		.imei = imei,
		.target = plan->target,
		.transfer = p->transfer,
		.end = p->end,
		.download = plan->download,
		.stored = plan->upload,
		.urc_port = p->urc_port,
		.left = p->left,
		.age_ms = p->host.now_us / 1000 - p->requested_ms,
	};

	dfota_resume(&p->machine, &memory);
}

static void begin(struct scenario_player *p)
{
	struct limits limits = limits_default();
	struct dfota before = p->machine;
	uint8_t parts = (uint8_t)plan_firmware_parts(&p->wish, p->config);
	bool follows = p->wish.follow && !p->open;

	dfota_init(&p->machine, &limits);
	p->jobs += !p->open || p->owes;
	if (p->owes)
		p->stage = DFOTA_PHASE_UPLOAD;
	if (p->open)
		resume(p, before.firmware, before.imei, &before.plan);
	p->saved = p->open;
	p->running = true;
	step(p, &(struct dfota_event){ .type = follows ? DFOTA_EVENT_FOLLOW : DFOTA_EVENT_START });
	if (parts)
		step(p, &(struct dfota_event){ .type = DFOTA_EVENT_PARTS, .parts = parts });
	if (p->host.on_bus)
		host_attached(p, &p->host.layout);
}

static void play_on(struct scenario_player *p)
{
	uint64_t due = dfota_deadline(&p->machine) * 1000;

	law(p, due >= p->host.now_us, "waits for something that never comes");
	if (p->wrong[0])
		return;
	scenario_host_wait(&p->host, due);
	due = dfota_deadline(&p->machine) * 1000;
	if (p->running && due && p->host.now_us >= due)
		step(p, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
	scenario_host_settle(&p->host);
}

static void job(struct scenario_player *p)
{
	begin(p);
	scenario_host_settle(&p->host);
	for (unsigned int i = 0; p->running && !p->wrong[0] && i < EVENTS_MAX; i++)
		play_on(p);
	law(p, !p->running, "no verdict");
}

void scenario_player_forget(struct scenario_player *p)
{
	p->open = false;
}

void scenario_player_run(struct scenario_player *p, const struct wish *wish,
			 enum dfota_phase stop)
{
	bool more = true;

	p->wish = *wish;
	p->stop = stop;
	while (more && p->results < SCENARIO_RESULTS) {
		job(p);
		more = !p->wrong[0] && p->result[p->results - 1].outcome == OUTCOME_UPGRADED &&
		       plan_goes_on(wish, p->config, dfota_now(&p->machine));
	}
}

bool scenario_player_init(struct scenario_player *p, const struct settings *settings,
			  const char *packages, const struct config *config)
{
	memset(p, 0, sizeof(*p));
	p->config = config;
	p->file.fd = -1;
	if (!scenario_host_init(&p->host, settings, packages, &host_events, p))
		return false;
	p->strangers = strangers(p);
	return true;
}

void scenario_player_clear(struct scenario_player *p)
{
	package_file_close(&p->file);
	scenario_host_clear(&p->host);
}
