/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * at: commands of a person to the port that the agent would use. One modem
 * only, and nothing that could begin an upgrade behind the journal's back.
 */
#include <stdio.h>
#include <string.h>

#include "agent/command.h"
#include "agent/core/forbidden.h"
#include "agent/core/text.h"
#include "agent/inventory.h"
#include "agent/talk.h"
#include "udev/hotplug.h"

struct at {
	const struct command_options *options;
	char *const *commands;
	int count;
	int asked;
	const struct session *speaker; /* the one that is meant; others were only asked for the IMEI */
	bool bad_interface;
	bool refused; /* ERROR was the answer */
	int status; /* of the speaker */
	int others;
	char positions[256];
};

/* ---- which modem ---- */

static bool at_meet(void *data, const struct hotplug_device *device)
{
	struct at *at = data;

	if (!choice_takes(&at->options->choice, device->vid, device->pid, device->position))
		return false;
	if (!inventory_has_interface(device, at->options->wish.interface))
		at->bad_interface = true;
	text_add(at->positions, sizeof(at->positions), at->positions[0] ? ", " : "");
	text_add(at->positions, sizeof(at->positions), device->position);
	return true;
}

static bool at_begin(void *data, unsigned int count)
{
	struct at *at = data;
	char text[200];

	at->status = COMMAND_STATUS_USAGE;
	if (count == 0) {
		inventory_no_modem(&at->options->choice, text, sizeof(text));
		command_error("%s", text);
		at->status = COMMAND_STATUS_NO_MODEM;
	} else if (at->bad_interface) {
		command_error(INVENTORY_BAD_INTERFACE, at->options->wish.interface);
	} else if (count > 1 && !at->options->choice.imei_count) {
		command_error("%u modems match, at %s; choose one by --port or --imei", count,
			      at->positions);
	} else {
		at->status = COMMAND_STATUS_OK;
		return true;
	}
	return false;
}

static bool is_chosen(const struct at *at, const struct session *session)
{
	const struct agent_choice *choice = &at->options->choice;

	return !choice->imei_count ||
	       strcmp(choice->imeis[0], session_facts(session)->imei) == 0;
}

/* ---- the conversation ---- */

static const char *at_next(void *data, struct session *session)
{
	struct at *at = data;

	if (!at->speaker && is_chosen(at, session))
		at->speaker = session;
	if (at->speaker != session)
		return NULL;
	if (at->refused || at->asked == at->count)
		return NULL;
	return at->commands[at->asked++];
}

/* Whatever it says may not steer the terminal. */
static void at_line(void *data, struct session *session, const struct at_line *line)
{
	struct at *at = data;
	char text[4 * AT_LINE_MAX + 1] = "";

	(void)session;
	text_add_escaped(text, sizeof(text), line->text);
	puts(text);
	fflush(stdout);
	if (line->cut)
		command_error("a line of more than %d bytes was cut", AT_LINE_MAX);
	at->refused = line->type == AT_LINE_ERROR;
}

static void at_finished(void *data, struct session *session, enum session_end end,
			const char *reason)
{
	static const int status[] = {
		[SESSION_END_DONE] = COMMAND_STATUS_OK,
		[SESSION_END_REFUSED] = COMMAND_STATUS_REFUSED,
		[SESSION_END_HOST] = COMMAND_STATUS_HOST,
		[SESSION_END_EMERGENCY] = COMMAND_STATUS_LOST,
	};
	struct at *at = data;

	if (reason)
		command_error("%s: %s", session_facts(session)->position, reason);
	if (session == at->speaker)
		at->status = status[end];
	else
		at->others = verdict_worst_exit(at->others, status[end]);
}

static int at_end(const struct at *at)
{
	if (at->status != COMMAND_STATUS_OK)
		return at->status;
	if (!at->speaker && at->others != COMMAND_STATUS_OK)
		return at->others;
	if (!at->speaker) {
		command_error("no modem with IMEI %s is plugged in", at->options->choice.imeis[0]);
		return COMMAND_STATUS_NO_MODEM;
	}
	if (!at->refused)
		return command_flush();
	if (at->asked < at->count)
		command_error("%s was refused; what follows was not sent",
			      at->commands[at->asked - 1]);
	return COMMAND_STATUS_REFUSED;
}

static bool may_be_sent(const struct command_options *options, int count,
			char *const *commands)
{
	const char *reason;

	if (count == 0) {
		command_error("at takes commands, such as ATI");
		return false;
	}
	if (options->choice.imei_count > 1) {
		command_error("at speaks to one modem, but was given %zu IMEIs",
			      options->choice.imei_count);
		return false;
	}
	for (int i = 0; i < count; i++) {
		reason = forbidden_reason(commands[i]);
		if (!reason)
			continue;
		command_error("command %d is not sent: %s", i + 1, reason);
		return false;
	}
	return true;
}

static int at_run(struct command_options *options, int count, char *const *arguments)
{
	static const struct talk_events events = {
		.meet = at_meet,
		.begin = at_begin,
		.session = { at_next, at_line, at_finished },
	};
	struct at at = { .options = options, .commands = arguments, .count = count };
	int status;

	if (!may_be_sent(options, count, arguments))
		return COMMAND_STATUS_USAGE;
	status = talk_run(options, &events, &at);
	return status == COMMAND_STATUS_OK ? at_end(&at) : status;
}

const struct command command_at = {
	.name = "at",
	.arguments = "COMMAND...",
	.help = "send AT commands and print the answers",
	.run = at_run,
};
