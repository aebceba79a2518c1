/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/modem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/claim.h"
#include "agent/core/quectel.h"
#include "agent/core/text.h"
#include "agent/findings.h"
#include "agent/hold.h"
#include "agent/job.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/neighbours.h"
#include "agent/package_file.h"
#include "agent/recorder.h"
#include "agent/result.h"
#include "agent/util.h"
#include "udev/hotplug.h"
#include "usb/hubport.h"

/*
 * Writing a journal takes time. What the modem said meanwhile is read before
 * the answer to the machine, which may lead to the request: the loop turns once.
 */
#define REPLY_MS 2

struct modem {
	const struct modem_host *host;
	struct modem_facts facts;

	char peer[HUBPORT_POSITION_SIZE]; /* the other half of the connector; empty: none */

	struct attachment *attachment;

	/* The device that is there now; 0: none. */
	char place[64];
	unsigned int device;

	/* The job. */
	struct dfota machine;
	struct loop_timer timer;
	bool running;	   /* begun, not finished */
	bool found;	   /* and told so */
	struct loop_timer answer; /* brings the reply */
	bool has_reply;	   /* an answer that the machine waits for */
	struct dfota_event reply;
	char failure[300]; /* what a reply says */
	struct dfota_plan plan;
	struct job job;
	struct loop_timer moved; /* to take up the job of its IMEI, begun elsewhere */
	struct quiet quiet;
	bool asking;   /* neighbours, before anything is begun */
	bool save_due; /* once they have agreed */
	struct modem_result result; /* of the job that is over, while neighbours are told */
	struct hold hold;
	struct layout layout_before; /* as it was when the request went out; no interfaces: not known */
	unsigned int speed_before;
	struct package_file file;
	size_t data_written; /* bytes of it that are on their way */
	uint64_t begun_ms;
	uint64_t told_due_ms; /* the end of the wait at hand, as views know it */
};

static void modem_tell(struct modem *m, struct news news)
{
	news.due_ms = dfota_deadline(&m->machine);
	for (size_t i = 0; i < MODEM_VIEWS_MAX && m->host->views[i]; i++)
		m->host->views[i]->tell(m->host->views[i], &m->facts, &news);
}

static void _printf_(2, 3) modem_note(struct modem *m, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	modem_tell(m, (struct news){ .type = NEWS_NOTE, .text = text });
}

static void modem_job_note(void *data, const char *text)
{
	modem_note(data, "%s", text);
}

/* ---- the end of a job ---- */

/* Drivers bind only once its place is free; then the interfaces are offered to them. */
static void modem_let_go(struct modem *m, bool flashing)
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

/* The bus side of the health check; the modem's own side is the machine's. */
static void composition_tell(struct modem *m)
{
	const struct layout *before = &m->layout_before, *now = &m->facts.layout;
	char was[64], is[64];

	if (!before->interfaces)
		return;
	layout_describe(before, was, sizeof(was));
	layout_describe(now, is, sizeof(is));
	if (strcmp(was, is) != 0)
		modem_note(m, "its USB composition was %s before the upgrade, and is %s now", was, is);
	if (m->facts.speed && m->facts.speed < m->speed_before)
		modem_note(m, "it runs at %u Mbit/s now, not at %u as before the upgrade", m->facts.speed,
			   m->speed_before);
}

static void findings_tell(struct modem *m)
{
	char line[FINDINGS_LINE_SIZE];

	for (unsigned int i = 0; findings_line(&m->machine, m->job.package, i, line); i++)
		modem_tell(m, (struct news){ .type = NEWS_NOTE, .text = line });
}

static void modem_ended(void *data)
{
	struct modem *m = data;

	m->host->finished(m->host->data, m, &m->result);
}

static void modem_finish(struct modem *m)
{
	struct modem_result *result = &m->result;
	bool flashing;

	*result = result_make(&m->machine, m->job.package, loop_now() - m->begun_ms);
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
		m->speed_before = m->facts.speed;
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

static void modem_quiet(void *data, const char *refusal)
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
	uint8_t port = m->machine.order[m->machine.candidate];

	m->facts.interface = m->facts.layout.serial[port].interface;
	text_set(m->facts.imei, sizeof(m->facts.imei), m->machine.imei);
	text_set(m->facts.firmware, sizeof(m->facts.firmware), m->machine.firmware);
	quectel_model(m->machine.firmware, m->facts.model, sizeof(m->facts.model));
	modem_tell(m, (struct news){ .type = NEWS_IDENTIFIED });

	if (!m->job.entry.started_ms && journal_find(m->host->journal, NULL, NULL, m->facts.imei)) {
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

/*
 * One event, and what comes of it. After FINISH the owner may have freed the
 * modem: nothing is touched any more.
 */
static void modem_event(struct modem *m, const struct dfota_event *event)
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

static void modem_reply(void *data)
{
	struct modem *m = data;
	struct dfota_event reply = m->reply;

	if (!m->has_reply)
		return;
	m->has_reply = false;
	modem_event(m, &reply);
}

static void modem_timer_fired(void *data)
{
	modem_event(data, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
}

/* ---- what the attachment tells ---- */

static enum dfota_presence presence_of(const struct layout *layout)
{
	if (layout->state == LAYOUT_STATE_EMERGENCY)
		return DFOTA_PRESENCE_EMERGENCY;
	if (layout->serials == 0)
		return DFOTA_PRESENCE_MUTE;
	return layout->serials == 1 ? DFOTA_PRESENCE_RECOVERY : DFOTA_PRESENCE_MODEM;
}

/* --interface holds as long as there is such an interface: numbers move with the composition. */
static uint8_t candidates_of(const struct modem *m, const struct layout *layout,
			     uint8_t order[static LAYOUT_SERIAL_MAX])
{
	for (uint8_t i = 0; i < layout->serials; i++) {
		if (layout->serial[i].interface == m->host->interface) {
			order[0] = i;
			return 1;
		}
	}
	return (uint8_t)layout_candidates(layout, order);
}

static void layout_take(struct modem *m)
{
	uint8_t order[LAYOUT_SERIAL_MAX];

	m->facts.layout = *attachment_layout(m->attachment);
	m->facts.interface = -1;
	if (candidates_of(m, &m->facts.layout, order))
		m->facts.interface = m->facts.layout.serial[order[0]].interface;
}

/* Once a job, as soon as it is there: one taken up may begin while the modem is away. */
static void modem_show(struct modem *m)
{
	if (!m->running || m->found)
		return;
	m->found = true;
	layout_take(m);
	modem_tell(m, (struct news){ .type = NEWS_FOUND });
}

static void modem_attached(void *data, const struct layout *layout)
{
	struct modem *m = data;
	struct dfota_event event = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { .presence = presence_of(layout), .ports = layout->serials },
	};

	_Static_assert(LAYOUT_SERIAL_MAX == DFOTA_PORTS, "every serial interface is a port");
	modem_show(m);
	event.attached.candidates = candidates_of(m, layout, event.attached.order);
	modem_event(m, &event);
}

static void modem_detached(void *data)
{
	struct modem *m = data;

	m->data_written = 0;
	modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

static void modem_bytes(void *data, unsigned int serial, const uint8_t *bytes, size_t size)
{
	struct modem *m = data;

	if (m->host->recorder)
		recorder_bytes(m->host->recorder, m->facts.position, serial, RECORDER_IN, bytes,
			       size, loop_now());
}

static void modem_line(void *data, unsigned int serial, const struct at_line *line)
{
	modem_event(data, &(struct dfota_event){ .type = DFOTA_EVENT_LINE,
						 .line = { (uint8_t)serial, line } });
}

static void modem_written(void *data, unsigned int serial, size_t size)
{
	struct modem *m = data;

	(void)serial;
	/* Commands are no news: their answers tell. */
	if (!m->data_written)
		return;
	m->data_written -= size < m->data_written ? size : m->data_written;
	modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_WRITTEN,
					      .written = (uint32_t)size });
}

static void modem_failed(void *data, const char *reason)
{
	modem_event(data, &(struct dfota_event){ .type = DFOTA_EVENT_HOST, .reason = reason });
}

static const struct attachment_events modem_attachment_events = {
	.attached = modem_attached,
	.detached = modem_detached,
	.bytes = modem_bytes,
	.line = modem_line,
	.written = modem_written,
	.failed = modem_failed,
};

/* ---- coming and going ---- */

static void record_usb(struct modem *m, const char *what, const struct hotplug_device *device)
{
	if (m->host->recorder)
		recorder_usb(m->host->recorder, m->facts.position, what, device->vid, device->pid,
			     loop_now());
}

static void id_path_take(struct modem *m, const struct hotplug_device *device)
{
	if (device->id_path)
		text_set(m->facts.id_path, sizeof(m->facts.id_path), device->id_path);
}

void modem_added(struct modem *m, const struct hotplug_device *device)
{
	const char *model = layout_model(device->vid, device->pid, NULL);

	record_usb(m, "add", device);
	text_set(m->place, sizeof(m->place), device->position);
	m->device = device->device;
	m->facts.vid = device->vid;
	m->facts.speed = device->speed;
	m->facts.pid = device->pid;
	text_set(m->facts.product, sizeof(m->facts.product),
		 device->product ? device->product : "");
	if (model && !m->facts.model[0])
		text_set(m->facts.model, sizeof(m->facts.model), model);
	id_path_take(m, device);
	attachment_added(m->attachment, device);
	layout_take(m);
	modem_show(m);
}

void modem_ready(struct modem *m, const struct hotplug_device *device)
{
	id_path_take(m, device);
	attachment_ready(m->attachment, device);
}

void modem_removed(struct modem *m, const struct hotplug_device *device)
{
	record_usb(m, "remove", device);
	if (m->device == device->device && strcmp(m->place, device->position) == 0)
		m->device = 0;
	attachment_removed(m->attachment, device);
}

/* ---- beginning and end ---- */

/* False: it is not ours, and the machine knows why. */
static bool modem_lock(struct modem *m, const char *position)
{
	char reason[200];
	int holder, r;

	r = claim_lock(&m->job.claim, position, &holder);
	if (r == -EBUSY) {
		snprintf(reason, sizeof(reason),
			 "another agent (process %d) holds this modem; wait for its verdict",
			 holder);
		modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_HELD,
						      .reason = reason });
	} else if (r < 0) {
		snprintf(reason, sizeof(reason),
			 "cannot lock the modem in %s: %s; use sudo, or the rights that the udev "
			 "rule 70-qfota.rules and this folder give to a user",
			 JOURNAL_RUN_DIR, strerror(-r));
		modem_failed(m, reason);
	}
	return r == 0;
}

/* What another agent wrote before the lock was free counts: a job of its may be open. */
static bool modem_read_journal(struct modem *m)
{
	char reason[200];
	int r = journal_refresh(m->host->journal);

	if (r == 0)
		return true;
	snprintf(reason, sizeof(reason), "the open jobs cannot be read: %s", strerror(-r));
	modem_failed(m, reason);
	return false;
}

/* @running: what the modem has just told of itself; NULL: it was not asked. */
static void modem_resume(struct modem *m, const struct journal_job *entry, const char *running)
{
	struct dfota_memory memory;

	job_resume(&m->job, entry, m->place, m->device, running, &memory);
	text_set(m->facts.imei, sizeof(m->facts.imei), memory.imei);
	text_set(m->facts.firmware, sizeof(m->facts.firmware), memory.firmware);
	if (!m->facts.model[0])
		quectel_model(memory.firmware, m->facts.model, sizeof(m->facts.model));
	dfota_resume(&m->machine, &memory);
}

static void held_by_journal(struct modem *m, const struct journal_job *entry)
{
	char reason[200];

	if (job_forbids(&m->job, entry, m->host->dry_run, reason, sizeof(reason)))
		modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_HELD,
						      .reason = reason });
}

const struct journal_job *modem_open_job(const struct modem *m)
{
	return job_find(m->host->journal, &m->facts, m->peer);
}

static void modem_start_machine(struct modem *m, const struct dfota_event *start)
{
	modem_event(m, start);
	if (m->host->firmware_parts)
		modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_PARTS,
						      .parts = m->host->firmware_parts });
}

/* With the locks in hand. */
static void modem_start(struct modem *m)
{
	const struct journal_job *job = modem_open_job(m);
	struct dfota_event start = { .type = DFOTA_EVENT_START };

	if (job && !m->host->dry_run) {
		if (!modem_lock(m, job->position))
			return;
		modem_resume(m, job, NULL);
	} else if (m->host->follow) {
		start = (struct dfota_event){ .type = DFOTA_EVENT_FOLLOW, .ask = m->host->ask };
	}
	modem_start_machine(m, &start);
	if (!job)
		job_tell_stale(&m->job);
	held_by_journal(m, job);
	if (m->running)
		attachment_open(m->attachment);
}

/*
 * Its IMEI has an open job: no request may go out, wherever it was plugged in
 * then. The machine begins anew, knowing that.
 */
static void modem_moved(void *data)
{
	struct modem *m = data;
	const struct journal_job *job =
		journal_find(m->host->journal, NULL, NULL, m->facts.imei);
	bool attached = m->machine.presence != DFOTA_PRESENCE_NONE;
	char running[DFOTA_FIRMWARE_SIZE];

	if (!job) {
		modem_failed(m, "the open job of this modem has just ended; run again");
		return;
	}
	held_by_journal(m, job);
	if (!m->running)
		return;
	m->host->moved(m->host->data, m, job->position);
	if (!modem_lock(m, job->position))
		return;
	modem_note(m, "its upgrade was begun at %s and is taken up here", job->position);
	text_set(running, sizeof(running), m->machine.firmware);
	dfota_init(&m->machine, &m->host->limits);
	modem_resume(m, job, running);
	modem_start_machine(m, &(struct dfota_event){ .type = DFOTA_EVENT_START });
	if (attached)
		modem_attached(m, attachment_layout(m->attachment));
}

bool modem_cancel(struct modem *m)
{
	if (!m->running)
		return false;
	m->running = false;
	m->job.entry.started_ms = 0;
	modem_let_go(m, false);
	quiet_drop(&m->quiet);
	modem_tell(m, (struct news){ .type = NEWS_DROPPED });
	return true;
}

void modem_begin(struct modem *m)
{
	dfota_init(&m->machine, &m->host->limits);
	m->running = true;
	m->has_reply = false;
	job_reset(&m->job);
	m->begun_ms = loop_now();
	m->found = false;
	if (m->facts.vid)
		modem_show(m);
	if (modem_lock(m, m->facts.position) && modem_read_journal(m))
		modem_start(m);
}

void modem_say(struct modem *m, const char *sentence)
{
	modem_note(m, "%s", sentence);
}

void modem_stop(struct modem *m, bool now)
{
	modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_STOP, .stop_now = now });
}

int modem_create(const struct modem_host *host, const char *position, struct modem **ret)
{
	struct modem *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	m->host = host;
	m->facts.interface = -1;
	m->file.fd = -1;
	m->job.journal = host->journal;
	m->job.note = modem_job_note;
	m->job.data = m;
	m->timer = (struct loop_timer){ .fn = modem_timer_fired, .data = m };
	m->answer = (struct loop_timer){ .fn = modem_reply, .data = m };
	m->moved = (struct loop_timer){ .fn = modem_moved, .data = m };
	m->quiet.data = m;
	m->quiet.ready = modem_quiet;
	m->quiet.ended = modem_ended;
	m->quiet.note = modem_job_note;
	quiet_init(&m->quiet, host->neighbours);
	r = text_set(m->facts.position, sizeof(m->facts.position), position) ? 0 : -ENAMETOOLONG;
	/* None is no error. */
	hubport_find_peer(position, m->peer);
	hold_init(&m->hold, host->loop, m->facts.position, m->peer, modem_job_note, m);
	if (r == 0)
		r = attachment_create(host->loop, host->ports, &modem_attachment_events, m,
				      &m->attachment);
	if (r < 0) {
		free(m);
		return r;
	}
	*ret = m;
	return 0;
}

void modem_free(struct modem *m)
{
	if (!m)
		return;
	modem_let_go(m, m->running);
	quiet_drop(&m->quiet);
	attachment_free(m->attachment);
	free(m);
}

const struct modem_facts *modem_facts(const struct modem *m)
{
	return &m->facts;
}

bool modem_is_at(const struct modem *m, const char *position)
{
	return strcmp(m->facts.position, position) == 0 || strcmp(m->peer, position) == 0;
}

bool modem_is_present(const struct modem *m)
{
	return m->device != 0;
}

bool modem_has_begun(const struct modem *m, const char *package)
{
	return job_has_begun(&m->job, package);
}

bool modem_is_upgrading(const struct modem *m)
{
	return m->running && m->machine.requested;
}
