/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/talk.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config.h"
#include "agent/inventory.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/util.h"
#include "udev/hotplug.h"
#include "usb/port.h"

struct talk_session {
	struct talk_session *next;
	struct session *session;
};

struct talk {
	const struct command_options *options;
	const struct talk_events *events;
	void *data;
	struct config config;
	struct session_host host;
	struct session_events session_events;
	struct hotplug *hotplug;
	struct talk_session *sessions;
	struct talk_session **end; /* of the list above */
	unsigned int count;
	unsigned int open; /* not ended yet */
	bool meeting;	   /* enumeration: what comes later is not meant */
	int error;
};

/* ---- sessions ---- */

static const char *talk_next(void *data, struct session *session)
{
	struct talk *talk = data;

	return talk->events->session.next(talk->data, session);
}

static void talk_line(void *data, struct session *session, const struct at_line *line)
{
	struct talk *talk = data;

	talk->events->session.line(talk->data, session, line);
}

static void talk_finished(void *data, struct session *session, enum session_end end,
			  const char *reason)
{
	struct talk *talk = data;

	talk->events->session.finished(talk->data, session, end, reason);
	if (--talk->open == 0)
		loop_stop(talk->host.loop);
}

static struct session *talk_find(const struct talk *talk, const char *position)
{
	for (struct talk_session *each = talk->sessions; each; each = each->next)
		if (strcmp(session_facts(each->session)->position, position) == 0)
			return each->session;
	return NULL;
}

static int talk_add(struct talk *talk, const struct hotplug_device *device)
{
	struct talk_session *entry = calloc(1, sizeof(*entry));
	struct modem_facts facts;
	int r;

	if (!entry)
		return -ENOMEM;
	inventory_facts(device, talk->host.interface, &facts);
	r = session_create(&talk->host, &facts, &entry->session);
	if (r < 0) {
		free(entry);
		return r;
	}
	*talk->end = entry;
	talk->end = &entry->next;
	talk->count++;
	return 0;
}

/* ---- what hotplug and signals tell ---- */

static void talk_device_added(struct talk *talk, const struct hotplug_device *device)
{
	struct session *session;

	if (talk->meeting && talk->events->meet(talk->data, device) && talk->error == 0)
		talk->error = talk_add(talk, device);
	session = talk_find(talk, device->position);
	/* Never a stranger that was plugged in there meanwhile. */
	if (session && device->vid == session_facts(session)->vid &&
	    device->pid == session_facts(session)->pid)
		session_added(session, device);
}

static void talk_hotplug(void *data, enum hotplug_event event,
			 const struct hotplug_device *device)
{
	struct talk *talk = data;
	struct session *session = talk_find(talk, device->position);

	switch (event) {
	case HOTPLUG_EVENT_ADD:
		talk_device_added(talk, device);
		break;
	case HOTPLUG_EVENT_READY:
		if (session)
			session_ready(session, device);
		break;
	case HOTPLUG_EVENT_REMOVE:
		if (session)
			session_removed(session, device);
		break;
	}
}

static void talk_signal(void *data, int signo)
{
	struct talk *talk = data;

	for (struct talk_session *each = talk->sessions; each; each = each->next)
		session_stop(each->session, strsignal(signo));
}

/* ---- the run ---- */

static int talk_open_usb(struct talk *talk)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	int r = loop_create(&talk->host.loop);

	for (size_t i = 0; i < ARRAY_SIZE(signals) && r == 0; i++)
		r = loop_add_signal(talk->host.loop, signals[i], talk_signal, talk);
	if (r == 0)
		r = port_context_create(talk->host.loop, &talk->host.ports);
	if (r == 0)
		r = hotplug_create(talk->host.loop, talk_hotplug, talk, &talk->hotplug);
	return r;
}

static void talk_begin(struct talk *talk)
{
	talk->open = talk->count;
	for (struct talk_session *each = talk->sessions; each; each = each->next)
		session_begin(each->session);
}

static int talk_work(struct talk *talk)
{
	int r = talk_open_usb(talk);

	talk->meeting = true;
	if (r == 0)
		r = hotplug_enumerate(talk->hotplug);
	talk->meeting = false;
	if (r == 0)
		r = talk->error;
	if (r == 0 && talk->events->begin(talk->data, talk->count) && talk->count) {
		talk_begin(talk);
		r = loop_run(talk->host.loop);
	}
	if (r == 0)
		return COMMAND_STATUS_OK;
	command_error("cannot work with USB on this host: %s", strerror(-r));
	return COMMAND_STATUS_HOST;
}

static void talk_close(struct talk *talk)
{
	while (talk->sessions) {
		struct talk_session *entry = talk->sessions;

		talk->sessions = entry->next;
		session_free(entry->session);
		free(entry);
	}
	hotplug_free(talk->hotplug);
	port_context_free(talk->host.ports);
	loop_free(talk->host.loop);
	journal_free(talk->host.journal);
	config_clear(&talk->config);
}

/* Without the journal nobody knows which modem must be left alone. */
static int talk_open_journal(struct talk *talk)
{
	const char *dir = talk->options->state_dir ? talk->options->state_dir :
						     JOURNAL_DEFAULT_DIR;
	int r = journal_open(dir, &talk->host.journal);

	if (r == 0)
		return COMMAND_STATUS_OK;
	command_error("cannot read the open jobs in %s, so no modem is spoken to: %s; use sudo or "
		      "--state-dir",
		      dir, strerror(-r));
	return COMMAND_STATUS_HOST;
}

int talk_run(const struct command_options *options, const struct talk_events *events, void *data)
{
	struct talk talk = {
		.options = options,
		.events = events,
		.data = data,
		.session_events = { talk_next, talk_line, talk_finished },
		.end = &talk.sessions,
	};
	char error[256];
	int status;

	if (config_load(options->config, &talk.config, error, sizeof(error)) < 0) {
		command_error("%s", error);
		return COMMAND_STATUS_USAGE;
	}
	talk.host.limits = talk.config.limits;
	talk.host.interface = options->wish.interface;
	talk.host.events = &talk.session_events;
	talk.host.data = &talk;
	status = talk_open_journal(&talk);
	if (status == COMMAND_STATUS_OK)
		status = talk_work(&talk);
	talk_close(&talk);
	return status;
}
