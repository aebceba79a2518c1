/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list: the modems on this host, as their descriptors show them. Nothing is
 * opened and nothing is sent.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/command.h"
#include "agent/core/text.h"
#include "agent/journal.h"
#include "agent/json.h"
#include "agent/loop.h"
#include "udev/hotplug.h"

struct list {
	const struct command_options *options;
	struct json_view json; /* with --json, else a table */
	unsigned int found;
};

static bool is_busy(const char *position)
{
	char path[160];
	struct stat status;

	snprintf(path, sizeof(path), "%s/busy/%s", JOURNAL_RUN_DIR, position);
	return stat(path, &status) == 0;
}

static const char *state_of(const struct hotplug_device *device, const struct layout *layout)
{
	if (layout->state == LAYOUT_STATE_EMERGENCY || text_after(device->product, "QUSB"))
		return "emergency download";
	if (is_busy(device->position))
		return "upgrading";
	if (!layout_model(device->vid, device->pid, NULL))
		return "unsupported";
	if (layout->state == LAYOUT_STATE_NO_SERIAL)
		return "no AT port";
	return layout->state == LAYOUT_STATE_RECOVERY ? "recovery" : "normal";
}

static int at_interface(const struct layout *layout, int wanted)
{
	uint8_t order[LAYOUT_SERIAL_MAX];

	for (uint8_t i = 0; i < layout->serials; i++)
		if (layout->serial[i].interface == wanted)
			return wanted;
	return layout_candidates(layout, order) ? layout->serial[order[0]].interface : -1;
}

static void facts_of(const struct hotplug_device *device, const struct layout *layout, int wanted,
		     struct modem_facts *ret)
{
	const char *model = layout_model(device->vid, device->pid, NULL);

	*ret = (struct modem_facts){
		.vid = device->vid,
		.pid = device->pid,
		.interface = at_interface(layout, wanted),
		.layout = *layout,
	};
	text_set(ret->position, sizeof(ret->position), device->position);
	text_set(ret->product, sizeof(ret->product), device->product ? device->product : "");
	text_set(ret->model, sizeof(ret->model), model ? model : "");
}

/* 1-1.4  2c7c:0306  EP06  EP06-E  normal  AT on interface 2 (second of 3 serial, option)  diag+3 serial+qmi */
static void print_row(const struct hotplug_device *device, const struct modem_facts *facts)
{
	char product[128] = "", functions[64], driver[32];

	text_add_escaped(product, sizeof(product), facts->product);
	layout_describe(&facts->layout, functions, sizeof(functions));
	printf("%-6s  %04x:%04x  %-4s  %-8s  %-6s  ", facts->position, facts->vid, facts->pid,
	       facts->model[0] ? facts->model : "-", product[0] ? product : "-",
	       state_of(device, &facts->layout));
	if (facts->interface >= 0) {
		hotplug_interface_driver(facts->position, (unsigned int)facts->interface, driver,
					 sizeof(driver));
		printf("AT on interface %d (%s of %u serial, %s)  ", facts->interface,
		       facts->layout.serials > 1 ? "second" : "only", facts->layout.serials,
		       driver[0] ? driver : "no driver");
	}
	printf("%s\n", functions);
}

static bool is_listed_vendor(const struct list *list, const struct hotplug_device *device)
{
	const struct agent_choice *choice = &list->options->choice;

	if (device->vid != choice->vid && !layout_is_emergency_id(device->vid, device->pid))
		return false;
	if (choice->pid && device->pid != choice->pid)
		return false;
	for (size_t i = 0; i < choice->port_count; i++)
		if (strcmp(choice->ports[i], device->position) == 0)
			return true;
	return choice->port_count == 0;
}

static void list_device(void *data, enum hotplug_event event, const struct hotplug_device *device)
{
	struct list *list = data;
	struct layout layout;
	struct modem_facts facts;

	if (event != HOTPLUG_EVENT_ADD || !is_listed_vendor(list, device))
		return;
	list->found++;
	if (layout_parse(device->descriptors, device->descriptors_size, &layout) < 0)
		layout = (struct layout){ .state = LAYOUT_STATE_NO_SERIAL };
	facts_of(device, &layout, list->options->wish.interface, &facts);
	if (list->options->json)
		list->json.view.tell(&list->json.view, &facts,
				     &(struct news){ .type = NEWS_FOUND });
	else
		print_row(device, &facts);
}

static int list_all(struct list *list)
{
	struct loop *loop = NULL;
	struct hotplug *hotplug = NULL;
	int r;

	r = loop_create(&loop);
	if (r == 0)
		r = hotplug_create(loop, list_device, list, &hotplug);
	if (r == 0)
		r = hotplug_enumerate(hotplug);
	hotplug_free(hotplug);
	loop_free(loop);
	return r;
}

static int list_run(struct command_options *options, int count, char *const *arguments)
{
	struct list list = { .options = options };
	int r;

	if (count) {
		command_error("list takes no argument, but was given \"%s\"", arguments[0]);
		return COMMAND_STATUS_USAGE;
	}
	json_view_init(&list.json, stdout);
	r = list_all(&list);
	if (r == 0)
		r = json_view_error(&list.json);
	if (r < 0) {
		command_error("cannot list USB devices: %s", strerror(-r));
		return COMMAND_STATUS_HOST;
	}
	if (!list.found && !options->json)
		fprintf(stderr, "no modem with vendor id %04x is plugged in\n",
			options->choice.vid);
	return COMMAND_STATUS_OK;
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.help = "show the modems that are plugged in, their AT port and state",
	.json = true,
	.run = list_run,
};
