/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/modem_act.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/claim.h"
#include "agent/core/quectel.h"
#include "agent/core/text.h"
#include "agent/journal.h"
#include "agent/recorder.h"
#include "udev/hotplug.h"

/* ---- what the attachment tells ---- */

static enum dfota_presence presence_of(const struct layout *layout)
{
	if (layout->state == LAYOUT_STATE_EMERGENCY)
		return DFOTA_PRESENCE_EMERGENCY;
	if (layout->serials == 0)
		return DFOTA_PRESENCE_MUTE;
	return layout->serials == 1 ? DFOTA_PRESENCE_RECOVERY : DFOTA_PRESENCE_MODEM;
}

static void layout_take(struct modem *m)
{
	m->facts.layout = *attachment_layout(m->attachment);
	m->facts.interface = layout_at_interface(&m->facts.layout, m->host->interface);
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
	event.attached.candidates =
		(uint8_t)layout_candidates(layout, m->host->interface, event.attached.order);
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

static void trail_usb(struct modem *m, const char *what, const struct hotplug_device *device)
{
	char text[32];

	snprintf(text, sizeof(text), "usb %s %04x:%04x", what, device->vid, device->pid);
	job_trail(&m->job, text);
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
	m->facts.pid = device->pid;
	text_set(m->facts.product, sizeof(m->facts.product),
		 device->product ? device->product : "");
	if (model && !m->facts.model[0])
		text_set(m->facts.model, sizeof(m->facts.model), model);
	id_path_take(m, device);
	attachment_added(m->attachment, device);
	layout_take(m);
	modem_show(m);
	/* Not before it is read: what it says first may be all that it says. */
	trail_usb(m, "add", device);
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
	trail_usb(m, "remove", device);
}

/* ---- beginning and end ---- */

/* False: it is not ours, and the machine knows why. */
static bool modem_lock(struct modem *m, const char *position)
{
	char reason[200];
	int r = claim_lock(&m->job.claim, position, reason, sizeof(reason));

	if (r == -EBUSY)
		modem_event(m, &(struct dfota_event){ .type = DFOTA_EVENT_HELD,
						      .reason = reason });
	else if (r < 0)
		modem_failed(m, reason);
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
	if (!m->facts.model[0])
		quectel_model(memory.firmware, m->facts.model, sizeof(m->facts.model));
	dfota_resume(&m->machine, &memory);
	dfota_show(&m->machine, dfota_before(&m->machine), m->facts.firmware);
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

	/* Who only follows writes to no modem, so nothing is put back then. */
	if (job && !m->host->dry_run && !(m->host->follow && job_only_owes(job))) {
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
	modem_note(m, job_only_owes(job) ? "what an upgrade at %s left to be put back is done here" :
					   "its upgrade was begun at %s and is taken up here",
		   job->position);
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

const struct dfota *modem_machine(const struct modem *m)
{
	return &m->machine;
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
