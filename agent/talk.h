/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands at and list --probe have in common: the modems that are
 * plugged in, a session with each that the command wants to talk to, and an end
 * in order on SIGINT, SIGTERM and SIGHUP.
 */
#ifndef QFOTA_TALK_H
#define QFOTA_TALK_H

#include <stdbool.h>

#include "agent/command.h"
#include "agent/session.h"

struct talk_events {
	/* A device that is plugged in, whatever it is; true: a session is wanted with it. */
	bool (*meet)(void *data, const struct hotplug_device *device);
	/* That was all, @count sessions are wanted. False: begin none. */
	bool (*begin)(void *data, unsigned int count);
	struct session_events session;
};

/*
 * COMMAND_STATUS_OK: every session has ended, and the command was told how.
 * COMMAND_STATUS_HOST and _USAGE: it could not be done, and was said why.
 */
int talk_run(const struct command_options *options, const struct talk_events *events, void *data);

#endif
