/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/modem_act.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/claim.h"
#include "agent/core/quectel.h"
#include "agent/core/text.h"
#include "agent/findings.h"
#include "agent/journal.h"
#include "agent/recorder.h"
#include "usb/sysfs.h"

/*
 * Writing a journal takes time. What the modem said meanwhile is read before
 * the answer to the machine, which may lead to the request: the loop turns once.
 */
#define REPLY_MS 2

static void trail(struct modem *m, const struct news *news)
{
	char phase[32];

	if (news->type == NEWS_URC || news->type == NEWS_NOTE)
		job_trail(&m->job, news->text);
	if (news->type != NEWS_PHASE)
		return;
	snprintf(phase, sizeof(phase), "phase %s", dfota_phase_name(news->phase));
	job_trail(&m->job, phase);
}

void modem_tell(struct modem *m, struct news news)
{
	trail(m, &news);
	news.due_ms = dfota_deadline(&m->machine);
	for (size_t i = 0; i < MODEM_VIEWS_MAX && m->host->views[i]; i++)
		m->host->views[i]->tell(m->host->views[i], &m->facts, &news);
}

void modem_note(struct modem *m, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	modem_tell(m, (struct news){ .type = NEWS_NOTE, .text = text });
}

void modem_job_note(void *data, const char *text)
{
	modem_note(data, "%s", text);
}

/* ---- the end of a job ---- */

void modem_let_go(struct modem *m, bool flashing)
{
	loop_timer_disarm(m->host->loop, &m->timer);
	loop_timer_disarm(m->host->loop, &m->answer);
	m->has_reply = false;
	loop_timer_disarm(m->host->loop, &m->moved);
	attachment_close(m->attachment, !hold_end(&m->hold, flashing));
	package_file_close(&m->file);
	claim_unlock(&m->job.claim);
	m->asking = m->save_due = false;
}

/* Mbit/s; 0: not known. */
static unsigned int modem_speed(const struct modem *m)
{
	unsigned int speed;

	sysfs_number(m->place, "speed", &speed);
	return speed;
}

/* The bus side of the health check; the modem's own side is the machine's. */
static void composition_tell(struct modem *m)
{
	const struct layout *before = &m->layout_before, *now = &m->facts.layout;
	unsigned int speed = modem_speed(m);
	char was[64], is[64];

	if (!before->interfaces)
		return;
	layout_describe(before, was, sizeof(was));
	layout_describe(now, is, sizeof(is));
	if (strcmp(was, is) != 0)
		modem_note(m, "its USB composition was %s before the upgrade, and is %s now", was, is);
	if (speed && speed < m->speed_before)
		modem_note(m, "it runs at %u Mbit/s now, not at %u as before the upgrade", speed,
			   m->speed_before);
}

static void findings_tell(struct modem *m)
{
	char line[FINDINGS_LINE_SIZE];

	for (unsigned int i = 0; findings_line(&m->machine, m->job.package, i, line); i++)
		modem_tell(m, (struct news){ .type = NEWS_NOTE, .text = line });
}

void modem_ended(void *data)
{
	struct modem *m = data;

	m->host->finished(m->host->data, m, &m->result);
}

static void modem_finish(struct modem *m)
{
	struct modem_result *result = &m->result;
	bool flashing;

	dfota_show(&m->machine, dfota_before(&m->machine), m->facts.firmware);
	*result = result_make(&m->machine, m->job.package, m->to, loop_now() - m->begun_ms);
	/* In emergency download it waits for somebody's tool, and for that tool's driver. */
	flashing = !result->verdict.job_over && result->verdict.outcome != OUTCOME_EMERGENCY;
	m->running = false;
	if (result->verdict.outcome == OUTCOME_UPGRADED)
		composition_tell(m);
	findings_tell(m);
	job_append_history(&m->job, &m->machine, &m->facts, result);
	/* The mark goes first, so that ports are born without what it means to udev; the locks last. */
	job_close(&m->job, result);
	modem_let_go(m, flashing);
	modem_tell(m, (struct news){ .type = NEWS_RESULT, .result = result });
	if (result->verdict.job_over) {
		quiet_end(&m->quiet, outcome_name(result->verdict.outcome), result->verdict.exit);
		return;
	}
	/* It may still be flashing: whoever was told of a start waits for the end of it. */
	quiet_drop(&m->quiet);
	modem_ended(m);
}

/* ---- actions of the machine ---- */

/* Not from here: it is in the middle of a step. */
static void modem_answer(struct modem *m, struct dfota_event reply)
{
	m->reply = reply;
	m->has_reply = true;
	loop_timer_arm(m->host->loop, &m->answer, loop_now() + REPLY_MS);
}

static void action_send(struct modem *m, uint8_t port)
{
	char line[DFOTA_COMMAND_SIZE + 1];
	int length = snprintf(line, sizeof(line), "%s\r", m->machine.command);
	int r;

	attachment_expect_acks(m->attachment, port, false);
	r = attachment_write(m->attachment, port, line, (size_t)length);

	if (m->host->recorder)
		recorder_bytes(m->host->recorder, m->facts.position, port, RECORDER_OUT,
			       (const uint8_t *)line, (size_t)length, loop_now());
	/* Gone meanwhile: the news of that is on its way. */
	if (r < 0 && r != -ENODEV)
		modem_note(m, "a command could not be sent: %s", strerror(-r));
}

static int data_send(struct modem *m, const struct dfota_action *action)
{
	_cleanup_free_ uint8_t *bytes = malloc(action->data.size);
	int r;

	if (!bytes)
		return -ENOMEM;
	r = package_file_read(&m->file, action->data.from, bytes, action->data.size);
	if (r < 0)
		return r;
	r = attachment_give(m->attachment, action->data.port, bytes, action->data.size);
	bytes = NULL;
	if (r == 0)
		m->data_written += action->data.size;
	return r == -ENODEV ? 0 : r;
}

static void action_data(struct modem *m, const struct dfota_action *action)
{
	int r;

	attachment_expect_acks(m->attachment, action->data.port, action->data.acks);
	r = data_send(m, action);
	if (r == 0)
		return;
	snprintf(m->failure, sizeof(m->failure), "the package could not be read on: %s",
		 r == -ENODATA ? "it has become shorter" : strerror(-r));
	modem_answer(m, (struct dfota_event){ .type = DFOTA_EVENT_HOST, .reason = m->failure });
}

/* Autosuspend needs no care: the kernel keeps a device awake whose usbfs node is open. */
static void modem_take(struct modem *m)
{
	attachment_hold(m->attachment);
	hold_take(&m->hold);
}

/*
 * Neighbours may refuse what has not begun, so they come first then; a job that
 * is under way comes before them.
 */
static void action_hold(struct modem *m)
{
	bool begun = m->machine.resumed || m->machine.requested;

	if (!m->machine.resumed) {
		m->layout_before = m->facts.layout;
		m->speed_before = modem_speed(m);
	}
	job_mark(&m->job, &m->machine, &m->facts, m->device);
	m->asking = !begun;
	if (begun)
		modem_take(m);
	quiet_begin(&m->quiet, m->facts.position, !begun);
}

static void modem_save(struct modem *m)
{
	bool saved = job_save(&m->job, &m->machine, &m->facts, m->device);

	m->save_due = false;
	modem_answer(m, (struct dfota_event){ .type = DFOTA_EVENT_SAVED, .saved = saved });
}

static void action_save(struct modem *m)
{
	if (m->asking)
		m->save_due = true;
	else
		modem_save(m);
}

static void modem_refused(struct modem *m, const char *refusal)
{
	if (!m->asking) {
		modem_note(m, "%s", refusal);
		return;
	}
	snprintf(m->failure, sizeof(m->failure), "not now: %s", refusal);
	modem_answer(m, (struct dfota_event){ .type = DFOTA_EVENT_HELD, .reason = m->failure });
}

void modem_quiet(void *data, const char *refusal)
{
	struct modem *m = data;

	if (refusal) {
		modem_refused(m, refusal);
		return;
	}
	modem_take(m);
	m->asking = false;
	if (m->save_due)
		modem_save(m);
}

static void action_identified(struct modem *m)
{
	const struct journal_job *job;
	uint8_t port = m->machine.order[m->machine.candidate];

	m->facts.interface = m->facts.layout.serial[port].interface;
	text_set(m->facts.imei, sizeof(m->facts.imei), m->machine.imei);
	dfota_show(&m->machine, dfota_before(&m->machine), m->facts.firmware);
	quectel_model(m->machine.firmware, m->facts.model, sizeof(m->facts.model));
	modem_tell(m, (struct news){ .type = NEWS_IDENTIFIED });

	job = journal_find(m->host->journal, NULL, NULL, m->facts.imei);
	/*
	 * Its own open job comes before that of a modem that was here before it; what is only
	 * owed is left alone by a dry run.
	 */
	if (job && strcmp(job->position, m->job.entry.position) != 0 &&
	    !(m->host->dry_run && job_only_owes(job))) {
		loop_timer_arm(m->host->loop, &m->moved, loop_now());
		return;
	}
	m->plan = (struct dfota_plan){ .kind = DFOTA_PLAN_NOTHING };
	package_file_close(&m->file);
	m->host->plan(m->host->data, m, &m->plan, &m->file, m->job.package,
		      sizeof(m->job.package));
	modem_answer(m, (struct dfota_event){ .type = DFOTA_EVENT_PLAN, .plan = &m->plan });
}

/* It may be put off in silence, as after a question that the modem leaves unanswered. */
static void action_time(struct modem *m, uint64_t time_ms)
{
	if (time_ms)
		loop_timer_arm(m->host->loop, &m->timer, time_ms);
	else
		loop_timer_disarm(m->host->loop, &m->timer);
	if (time_ms == m->told_due_ms)
		return;
	m->told_due_ms = time_ms;
	modem_tell(m, (struct news){ .type = NEWS_WAIT });
}

static void modem_act(struct modem *m, const struct dfota_action *action, const char *line)
{
	switch (action->type) {
	case DFOTA_ACTION_SEND:
		action_send(m, action->port);
		break;
	case DFOTA_ACTION_DATA:
		action_data(m, action);
		break;
	case DFOTA_ACTION_TIME:
		action_time(m, action->time_ms);
		break;
	case DFOTA_ACTION_PHASE:
		modem_tell(m, (struct news){ .type = NEWS_PHASE, .phase = action->phase });
		break;
	case DFOTA_ACTION_IDENTIFIED:
		action_identified(m);
		break;
	case DFOTA_ACTION_HOLD:
		action_hold(m);
		break;
	case DFOTA_ACTION_SAVE:
		action_save(m);
		break;
	case DFOTA_ACTION_PROGRESS:
		modem_tell(m, (struct news){ .type = NEWS_PROGRESS,
					     .phase = m->machine.phase,
					     .percent = action->percent });
		break;
	case DFOTA_ACTION_URC:
		modem_tell(m, (struct news){ .type = NEWS_URC, .text = line });
		break;
	case DFOTA_ACTION_NOTE:
		modem_tell(m, (struct news){ .type = NEWS_NOTE, .text = action->note });
		break;
	case DFOTA_ACTION_FINISH:
		modem_finish(m);
		break;
	}
}

void modem_event(struct modem *m, const struct dfota_event *event)
{
	struct dfota_actions actions;
	const char *line = event->type == DFOTA_EVENT_LINE ? event->line.line->text : NULL;
	uint64_t now = loop_now();

	if (!m->running)
		return;
	dfota_step(&m->machine, event, now, &actions);
	if (m->host->recorder) {
		recorder_event(m->host->recorder, m->facts.position, event, now);
		recorder_actions(m->host->recorder, m->facts.position, &actions, &m->machine, now);
	}
	for (uint8_t i = 0; i < actions.count; i++) {
		bool last = actions.action[i].type == DFOTA_ACTION_FINISH;

		modem_act(m, &actions.action[i], line);
		if (last)
			return;
	}
}

void modem_reply(void *data)
{
	struct modem *m = data;
	struct dfota_event reply = m->reply;

	if (!m->has_reply)
		return;
	m->has_reply = false;
	modem_event(m, &reply);
}

void modem_timer_fired(void *data)
{
	modem_event(data, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
}
