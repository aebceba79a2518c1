/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list: the modems on this host, as their descriptors show them; with --probe
 * also as they answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/core/probe.h"
#include "agent/core/text.h"
#include "agent/inventory.h"
#include "agent/json.h"
#include "agent/talk.h"

struct list_modem {
	struct list_modem *next;
	struct modem_facts facts;
	char state[INVENTORY_STATE_SIZE];
	struct probe probe;
};

struct list {
	const struct command_options *options;
	struct json_view json; /* with --json, else a table */
	struct list_modem *modems;
	bool bad_interface;
	int status;
	int error;
};

/* ---- the modems ---- */

static struct list_modem *list_add(struct list *list, const struct hotplug_device *device)
{
	struct list_modem **end = &list->modems;

	while (*end)
		end = &(*end)->next;
	*end = calloc(1, sizeof(**end));
	if (*end) {
		inventory_facts(device, list->options->wish.interface, &(*end)->facts);
		inventory_state(&list->options->choice, device, &(*end)->facts, (*end)->state);
		probe_init(&(*end)->probe);
	} else {
		list->error = -ENOMEM;
	}
	return *end;
}

static struct list_modem *list_find(const struct list *list, const char *position)
{
	struct list_modem *modem = list->modems;

	while (strcmp(modem->facts.position, position) != 0)
		modem = modem->next;
	return modem;
}

static void list_clear(struct list *list)
{
	while (list->modems) {
		struct list_modem *modem = list->modems;

		list->modems = modem->next;
		free(modem);
	}
}

static void list_tell(struct list *list, const struct list_modem *modem, struct news news)
{
	if (list->options->json)
		list->json.view.tell(&list->json.view, &modem->facts, &news);
}

/* Everything is listed; only what is meant, and in its normal state, is spoken to. */
static bool list_meet(void *data, const struct hotplug_device *device)
{
	struct list *list = data;
	struct list_modem *modem;

	if (!inventory_lists(&list->options->choice, device))
		return false;
	modem = list_add(list, device);
	if (!modem)
		return false;
	list_tell(list, modem, (struct news){ .type = NEWS_FOUND, .text = modem->state });
	if (strcmp(modem->state, INVENTORY_STATE_NORMAL) != 0 ||
	    !choice_takes(&list->options->choice, device->vid, device->pid, device->position))
		return false;
	list->bad_interface |= !inventory_has_interface(device, list->options->wish.interface);
	return true;
}

/* ---- what they answer ---- */

static bool list_begin(void *data, unsigned int count)
{
	const struct list *list = data;

	return count > 0 && !list->bad_interface;
}

static const char *list_next(void *data, struct session *session)
{
	return probe_command(&list_find(data, session_facts(session)->position)->probe);
}

static void list_line(void *data, struct session *session, const struct at_line *line)
{
	probe_take(&list_find(data, session_facts(session)->position)->probe, line);
}

static void list_finished(void *data, struct session *session, enum session_end end,
			  const char *reason)
{
	struct list *list = data;
	struct list_modem *modem = list_find(list, session_facts(session)->position);

	if (reason)
		command_error("%s: %s", modem->facts.position, reason);
	if (end == SESSION_END_HOST)
		list->status = COMMAND_STATUS_HOST;
	text_set(modem->facts.imei, sizeof(modem->facts.imei), session_facts(session)->imei);
	text_set(modem->facts.firmware, sizeof(modem->facts.firmware), modem->probe.firmware);
	if (modem->facts.imei[0])
		list_tell(list, modem,
			  (struct news){ .type = NEWS_IDENTIFIED, .probe = &modem->probe });
}

/* EP06ELAR03A08M4G  IMEI 861075030000017  SIM READY  home  -57 dBm */
static void line_add_probe(struct line *line, const struct list_modem *modem)
{
	const char *registration = probe_registration_word(modem->probe.registration);

	line_gap(line);
	line_add(line, modem->facts.firmware[0] ? modem->facts.firmware : "-");
	line_add(line, "  IMEI ");
	line_add(line, modem->facts.imei[0] ? modem->facts.imei : "-");
	line_add(line, "  SIM ");
	line_add(line, modem->probe.sim[0] ? modem->probe.sim : "-");
	line_gap(line);
	line_add(line, registration ? registration : "-");
	line_gap(line);
	if (modem->probe.signal) {
		line_add_number(line, modem->probe.signal);
		line_add(line, " dBm");
	} else {
		line_add(line, "-");
	}
}

static void list_print(const struct list *list)
{
	struct line line;

	for (const struct list_modem *modem = list->modems; modem; modem = modem->next) {
		line_begin(&line, LINE_UNLIMITED);
		inventory_line_add(&line, &modem->facts, modem->state);
		if (list->options->probe)
			line_add_probe(&line, modem);
		puts(line.text);
	}
	if (list->modems && list->modems->facts.guard)
		fputs("the kernel helper is loaded: it keeps other drivers off a modem at work\n", stderr);
}

/* ---- the run ---- */

static void list_device(void *data, enum hotplug_event event, const struct hotplug_device *device)
{
	if (event == HOTPLUG_EVENT_ADD)
		list_meet(data, device);
}

static int list_look(struct list *list)
{
	int r = inventory_walk(list_device, list);

	if (r == 0)
		return COMMAND_STATUS_OK;
	command_error("cannot list USB devices: %s", strerror(-r));
	return COMMAND_STATUS_HOST;
}

static int list_probe(struct list *list)
{
	static const struct talk_events events = {
		.meet = list_meet,
		.begin = list_begin,
		.session = { list_next, list_line, list_finished },
	};
	int status = talk_run(list->options, &events, list);

	return status == COMMAND_STATUS_OK ? list->status : status;
}

static int list_end(struct list *list, int status)
{
	int r = list->error ? list->error : json_view_error(&list->json);

	if (!list->options->json)
		list_print(list);
	if (!list->modems && !list->options->json)
		fprintf(stderr, "no modem with vendor id %04x is plugged in\n",
			list->options->choice.vid);
	if (r < 0)
		command_error("the list is not whole: %s", strerror(-r));
	if (command_flush() != COMMAND_STATUS_OK || r < 0)
		return COMMAND_STATUS_HOST;
	return status;
}

static int list_run(struct command_options *options, int count, char *const *arguments)
{
	struct list list = { .options = options };
	int status;

	if (count) {
		command_error("list takes no argument, but was given \"%s\"", arguments[0]);
		return COMMAND_STATUS_USAGE;
	}
	json_view_init(&list.json, stdout);
	status = options->probe ? list_probe(&list) : list_look(&list);
	if (list.bad_interface) {
		command_error(INVENTORY_BAD_INTERFACE, options->wish.interface);
		status = COMMAND_STATUS_USAGE;
	}
	if (list.modems || status == COMMAND_STATUS_OK)
		status = list_end(&list, status);
	list_clear(&list);
	return status;
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.help = "show the modems that are plugged in, their AT port and state",
	.json = true,
	.unconfigured = true,
	.run = list_run,
};
