/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short conversation with one modem, outside of an upgrade. It is locked
 * against other agents, refused if an upgrade may be under way, and listened to
 * for a second before the first byte is sent; then the port that answers AT is
 * looked for, and the modem is asked who it is, for its job may have been begun
 * in another place.
 *
 * Limits: `ready` until it has said who it is, `answer` for each command.
 */
#ifndef QFOTA_SESSION_H
#define QFOTA_SESSION_H

#include <stdbool.h>

#include "agent/core/at.h"
#include "agent/core/limits.h"
#include "agent/news.h"

struct hotplug_device;
struct journal;
struct loop;
struct port_context;
struct session;

enum session_end {
	SESSION_END_DONE,      /* all was asked */
	SESSION_END_REFUSED,   /* an upgrade may be under way, or it is somebody else's */
	SESSION_END_HOST,      /* the host failed, a limit ran out, or it left the bus */
	SESSION_END_EMERGENCY, /* emergency download: nobody there who speaks AT */
};

struct session_events {
	/* The next command, without CR; NULL: it was the last one. session_facts() has the IMEI. */
	const char *(*next)(void *data, struct session *session);
	/* Of the answer to it; the last line is OK or ERROR. Echo is left out. */
	void (*line)(void *data, struct session *session, const struct at_line *line);
	/* The modem is given back. Not session_free() from here. @reason: NULL when done. */
	void (*finished)(void *data, struct session *session, enum session_end end,
			 const char *reason);
};

/* What all sessions share; outlives them. */
struct session_host {
	struct loop *loop;
	struct port_context *ports;
	struct journal *journal;
	struct limits limits;
	int interface; /* take this one as the AT port; -1: choose */
	const struct session_events *events;
	void *data;
};

/* -ENOMEM. @facts is copied. */
int session_create(const struct session_host *host, const struct modem_facts *facts,
		   struct session **ret);
/* NULL is fine. */
void session_free(struct session *session);

const struct modem_facts *session_facts(const struct session *session);

void session_added(struct session *session, const struct hotplug_device *device);
void session_ready(struct session *session, const struct hotplug_device *device);
void session_removed(struct session *session, const struct hotplug_device *device);

void session_begin(struct session *session);
/* Ends it as HOST, if it has not ended. */
void session_stop(struct session *session, const char *reason);

#endif
