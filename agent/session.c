/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/attachment.h"
#include "agent/claim.h"
#include "agent/core/text.h"
#include "agent/core/urc.h"
#include "agent/job.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/util.h"
#include "udev/hotplug.h"


enum session_state {
	SESSION_STATE_IDLE,    /* not begun, or over */
	SESSION_STATE_OPENING,
	SESSION_STATE_LISTEN,
	SESSION_STATE_PROBE,   /* which port answers AT */
	SESSION_STATE_WHO,     /* AT+CGSN: no late OK to AT can be mistaken for its answer */
	SESSION_STATE_COMMAND,
};

struct session {
	const struct session_host *host;
	struct modem_facts facts;
	struct attachment *attachment;
	struct claim claim;
	struct loop_timer timer;
	enum session_state state;
	uint64_t ready_ms; /* when the limit of all before the first command runs out */
	struct urc_scanner scanner[LAYOUT_SERIAL_MAX];
	uint8_t order[LAYOUT_SERIAL_MAX];
	unsigned int candidates;
	unsigned int candidate; /* at hand */
	unsigned int tries;
	const char *command;
};

/* ---- the end ---- */

static void session_let_go(struct session *s)
{
	s->state = SESSION_STATE_IDLE;
	loop_timer_disarm(s->host->loop, &s->timer);
	attachment_close(s->attachment, true);
	claim_unlock(&s->claim);
}

static void _printf_(3, 4) session_finish(struct session *s, enum session_end end,
					  const char *format, ...)
{
	char reason[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	session_let_go(s);
	s->host->events->finished(s->host->data, s, end, end == SESSION_END_DONE ? NULL : reason);
}

void session_stop(struct session *s, const char *reason)
{
	if (s->state != SESSION_STATE_IDLE)
		session_finish(s, SESSION_END_HOST, "%s", reason);
}

/* ---- what is sent ---- */

static void session_send(struct session *s, const char *command, uint64_t limit_ms)
{
	char line[AT_LINE_MAX + 2];
	int length = snprintf(line, sizeof(line), "%s\r", command);
	int r = attachment_write(s->attachment, s->order[s->candidate], line, (size_t)length);

	loop_timer_arm(s->host->loop, &s->timer, loop_now() + limit_ms);
	/* Gone meanwhile: the news of that is on its way. */
	if (r < 0 && r != -ENODEV)
		session_finish(s, SESSION_END_HOST, "a command could not be sent: %s",
			       strerror(-r));
}

static void session_probe(struct session *s)
{
	s->state = SESSION_STATE_PROBE;
	session_send(s, "AT", PROBE_ANSWER_MS);
}

static void session_ask_who(struct session *s)
{
	uint64_t now = loop_now();

	/* Once only, unless it says ERROR: a second answer would be taken for that to a command. */
	s->state = SESSION_STATE_WHO;
	session_send(s, "AT+CGSN", s->ready_ms > now ? s->ready_ms - now : 0);
}

static void session_next(struct session *s)
{
	s->state = SESSION_STATE_COMMAND;
	s->command = s->host->events->next(s->host->data, s);
	if (s->command)
		session_send(s, s->command, s->host->limits.ms[LIMIT_ANSWER]);
	else
		session_finish(s, SESSION_END_DONE, "%s", "");
}

/* ---- whether it may be spoken to ---- */

/* False: it may not, and has been told why. */
static bool session_check_jobs(struct session *s, const char *position, const char *id_path,
			       const char *imei)
{
	const struct journal_job *job = journal_find(s->host->journal, position, id_path, imei);
	const char *damage, *where;

	if (job && !job_only_owes(job)) {
		session_finish(s, SESSION_END_REFUSED,
			       "an upgrade of this modem, begun at %s, is under way; run "
			       "qfota-agent upgrade to take it up",
			       job->position);
		return false;
	}
	for (unsigned int i = 0; (damage = journal_damage(s->host->journal, i, &where)); i++) {
		if (!position || strcmp(position, where) != 0)
			continue;
		session_finish(s, SESSION_END_REFUSED, "%s; it may be an open job", damage);
		return false;
	}
	return true;
}

static bool session_lock(struct session *s)
{
	char reason[200];
	int r = claim_lock(&s->claim, s->facts.position, reason, sizeof(reason));

	if (r < 0)
		session_finish(s, r == -EBUSY ? SESSION_END_REFUSED : SESSION_END_HOST, "%s", reason);
	return r == 0;
}

/* With the locks in hand: what another agent wrote before counts. */
static bool session_may_speak(struct session *s)
{
	int r = journal_refresh(s->host->journal);

	if (r < 0) {
		session_finish(s, SESSION_END_HOST, "the open jobs cannot be read: %s",
			       strerror(-r));
		return false;
	}
	for (size_t i = 0; i < s->claim.places; i++) {
		const char *position = s->claim.place[i].position;

		if (!session_check_jobs(s, position, s->facts.id_path, NULL))
			return false;
		if (journal_is_marked(JOURNAL_RUN_DIR, position)) {
			session_finish(s, SESSION_END_REFUSED,
				       "%s/busy/%s says that it is being upgraded; the agent that "
				       "did so is gone: run qfota-agent upgrade with its state "
				       "directory",
				       JOURNAL_RUN_DIR, position);
			return false;
		}
	}
	return true;
}

/* ---- what it says ---- */

/* True if only a modem at work on an upgrade says that: then it is left alone. */
static bool session_hears_fota(struct session *s, unsigned int serial, const char *text)
{
	bool waiting = false;
	struct urc urc = urc_scan(&s->scanner[serial], text, &waiting);
	char escaped[128] = "";

	if (urc.type == URC_NONE && !waiting)
		return false;
	text_add_escaped(escaped, sizeof(escaped), text);
	session_finish(s, SESSION_END_REFUSED,
		       "it says %s: an upgrade is under way; wait for its end, or run qfota-agent "
		       "upgrade to take it up",
		       escaped);
	return true;
}

static void session_knows_who(struct session *s)
{
	if (session_check_jobs(s, NULL, NULL, s->facts.imei))
		session_next(s);
}

/* Never beyond the limit: one that says ERROR without end would put it off for ever. */
static void session_pause(struct session *s)
{
	uint64_t due = loop_now() + QUERY_PAUSE_MS;

	loop_timer_arm(s->host->loop, &s->timer, due < s->ready_ms ? due : s->ready_ms);
}

static void session_take(struct session *s, const struct at_line *line)
{
	switch (s->state) {
	case SESSION_STATE_PROBE:
		if (line->type == AT_LINE_OK)
			session_ask_who(s);
		break;
	case SESSION_STATE_WHO:
		if (line->type == AT_LINE_TEXT)
			at_imei(line->text, s->facts.imei, sizeof(s->facts.imei));
		else if (line->type == AT_LINE_OK && s->facts.imei[0])
			session_knows_who(s);
		else if (line->type == AT_LINE_ERROR)
			session_pause(s);
		break;
	case SESSION_STATE_COMMAND:
		if (strcmp(line->text, s->command) == 0)
			break;
		s->host->events->line(s->host->data, s, line);
		if (line->type != AT_LINE_TEXT)
			session_next(s);
		break;
	case SESSION_STATE_IDLE:
	case SESSION_STATE_OPENING:
	case SESSION_STATE_LISTEN:
		break;
	}
}

static void session_line(void *data, unsigned int serial, const struct at_line *line)
{
	struct session *s = data;

	if (session_hears_fota(s, serial, line->text))
		return;
	if (s->state > SESSION_STATE_LISTEN && serial == s->order[s->candidate])
		session_take(s, line);
}

/* ---- limits ---- */

static void session_probe_on(struct session *s)
{
	if (++s->tries == PROBE_TRIES) {
		s->tries = 0;
		s->candidate = (s->candidate + 1) % s->candidates;
	}
	session_probe(s);
}

static void session_timer_fired(void *data)
{
	struct session *s = data;
	bool late = loop_now() >= s->ready_ms;

	switch (s->state) {
	case SESSION_STATE_COMMAND:
		session_finish(s, SESSION_END_HOST,
			       "no OK or ERROR to %s within %llu ms; the key `answer` of [timeouts] "
			       "in the configuration sets that limit",
			       s->command,
			       (unsigned long long)s->host->limits.ms[LIMIT_ANSWER]);
		break;
	case SESSION_STATE_OPENING:
	case SESSION_STATE_PROBE:
	case SESSION_STATE_WHO:
		if (late || s->state == SESSION_STATE_OPENING)
			session_finish(s, SESSION_END_HOST,
				       "no port answered AT within the limit `ready`");
		else if (s->state == SESSION_STATE_PROBE)
			session_probe_on(s);
		else
			session_ask_who(s);
		break;
	case SESSION_STATE_LISTEN:
		session_probe(s);
		break;
	case SESSION_STATE_IDLE:
		break;
	}
}

/* ---- what the attachment tells ---- */

static void session_attached(void *data, const struct layout *layout)
{
	struct session *s = data;

	s->candidates = layout_candidates(layout, s->host->interface, s->order);
	s->candidate = s->tries = 0;
	if (layout->state == LAYOUT_STATE_EMERGENCY) {
		session_finish(s, SESSION_END_EMERGENCY, "it is in emergency download");
	} else if (layout->serials < 2 || !s->candidates) {
		session_finish(s, SESSION_END_REFUSED,
			       "it has %s, as a modem that is being upgraded; it is not spoken to",
			       layout->serials ? "one serial port alone" : "no serial port");
	} else {
		s->state = SESSION_STATE_LISTEN;
		loop_timer_arm(s->host->loop, &s->timer, loop_now() + LISTEN_MS);
	}
}

static void session_detached(void *data)
{
	session_stop(data, "it left the bus in the middle of it");
}

static void session_failed(void *data, const char *reason)
{
	session_stop(data, reason);
}

static const struct attachment_events session_attachment_events = {
	.attached = session_attached,
	.detached = session_detached,
	.line = session_line,
	.failed = session_failed,
};

/* ---- coming and going ---- */

void session_added(struct session *s, const struct hotplug_device *device)
{
	if (device->id_path)
		text_set(s->facts.id_path, sizeof(s->facts.id_path), device->id_path);
	attachment_added(s->attachment, device);
}

void session_ready(struct session *s, const struct hotplug_device *device)
{
	if (device->id_path)
		text_set(s->facts.id_path, sizeof(s->facts.id_path), device->id_path);
	attachment_ready(s->attachment, device);
}

void session_removed(struct session *s, const struct hotplug_device *device)
{
	attachment_removed(s->attachment, device);
}

/* ---- beginning ---- */

void session_begin(struct session *s)
{
	s->state = SESSION_STATE_OPENING;
	s->ready_ms = loop_now() + s->host->limits.ms[LIMIT_READY];
	if (!session_lock(s) || !session_may_speak(s))
		return;
	loop_timer_arm(s->host->loop, &s->timer, s->ready_ms);
	attachment_open(s->attachment);
}

int session_create(const struct session_host *host, const struct modem_facts *facts,
		   struct session **ret)
{
	struct session *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->host = host;
	s->facts = *facts;
	s->timer = (struct loop_timer){ .fn = session_timer_fired, .data = s };
	r = attachment_create(host->loop, host->ports, &session_attachment_events, s,
			      &s->attachment);
	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	session_let_go(s);
	attachment_free(s->attachment);
	free(s);
}

const struct modem_facts *session_facts(const struct session *s)
{
	return &s->facts;
}
