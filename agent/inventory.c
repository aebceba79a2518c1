/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/inventory.h"

#include <stdio.h>

#include "agent/core/text.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "usb/guard.h"
#include "usb/sysfs.h"

bool inventory_lists(const struct agent_choice *choice, const struct hotplug_device *device)
{
	if (device->vid != choice->vid && !layout_is_emergency_id(device->vid, device->pid))
		return false;
	if (choice->pid && device->pid != choice->pid)
		return false;
	return choice_has_port(choice, device->position);
}

/* Its model, if that is supported but was not asked for; else NULL. */
static const char *untested_model(const struct agent_choice *choice,
				  const struct hotplug_device *device)
{
	bool promised = false;
	const char *model = layout_model(device->vid, device->pid, &promised);

	return promised || device->pid == choice->pid ? NULL : model;
}

void inventory_state(const struct agent_choice *choice, const struct hotplug_device *device,
		     const struct modem_facts *facts, char ret[static INVENTORY_STATE_SIZE])
{
	enum layout_state state = facts->layout.state;
	const char *word = INVENTORY_STATE_NORMAL;

	if (state == LAYOUT_STATE_EMERGENCY || layout_is_emergency_product(device->product))
		word = "emergency download";
	else if (journal_is_marked(JOURNAL_RUN_DIR, device->position))
		word = "upgrading";
	else if (!layout_model(device->vid, device->pid, NULL))
		word = "unsupported";
	else if (state == LAYOUT_STATE_NO_SERIAL)
		word = "no AT port";
	else if (state == LAYOUT_STATE_RECOVERY)
		word = "recovery";
	else if (untested_model(choice, device))
		word = NULL;
	if (word)
		text_set(ret, INVENTORY_STATE_SIZE, word);
	else
		snprintf(ret, INVENTORY_STATE_SIZE, "untested, needs --pid %04x", device->pid);
}

int inventory_walk(hotplug_fn *fn, void *data)
{
	struct loop *loop = NULL;
	struct hotplug *hotplug = NULL;
	int r;

	r = loop_create(&loop);
	if (r == 0)
		r = hotplug_create(loop, fn, data, &hotplug);
	if (r == 0)
		r = hotplug_enumerate(hotplug);
	hotplug_free(hotplug);
	loop_free(loop);
	return r;
}

struct hint {
	const struct agent_choice *choice;
	char *text;
	size_t size;
};

static void hint_device(void *data, enum hotplug_event event,
			const struct hotplug_device *device)
{
	struct hint *hint = data;
	const char *model = untested_model(hint->choice, device);

	if (event != HOTPLUG_EVENT_ADD || hint->text[0])
		return;
	if (layout_is_emergency_id(device->vid, device->pid)) {
		snprintf(hint->text, hint->size,
			 "no matching modem is plugged in; what is at %s (%04x:%04x) sits in emergency "
			 "download: --port %s tells what to do",
			 device->position, device->vid, device->pid, device->position);
		return;
	}
	if (!model || hint->choice->pid || device->vid != hint->choice->vid ||
	    !choice_has_port(hint->choice, device->position))
		return;
	snprintf(hint->text, hint->size,
		 "no matching modem is plugged in; %s is an %s, untested on hardware: --pid %04x "
		 "takes it",
		 device->position, model, device->pid);
}

void inventory_no_modem(const struct agent_choice *choice, char *ret, size_t size)
{
	struct hint hint = { choice, ret, size };

	ret[0] = '\0';
	if (inventory_walk(hint_device, &hint) < 0 || !ret[0])
		text_set(ret, size, "no matching modem is plugged in; see qfota-agent list");
}

void inventory_facts(const struct hotplug_device *device, int interface,
		     struct modem_facts *ret)
{
	const char *model = layout_model(device->vid, device->pid, NULL);
	struct layout layout;

	if (layout_parse(device->descriptors, device->descriptors_size, &layout) < 0)
		layout = (struct layout){ .state = LAYOUT_STATE_NO_SERIAL };
	*ret = (struct modem_facts){
		.vid = device->vid,
		.pid = device->pid,
		.interface = layout_at_interface(&layout, interface),
		.layout = layout,
		.guard = guard_is_loaded(),
	};
	text_set(ret->position, sizeof(ret->position), device->position);
	text_set(ret->id_path, sizeof(ret->id_path), device->id_path ? device->id_path : "");
	text_set(ret->product, sizeof(ret->product), device->product ? device->product : "");
	text_set(ret->model, sizeof(ret->model), model ? model : "");
	if (ret->interface >= 0)
		sysfs_driver(ret->position, (unsigned int)ret->interface, ret->driver,
			     sizeof(ret->driver));
}

bool inventory_has_interface(const struct hotplug_device *device, int interface)
{
	struct layout layout;

	return interface < 0 ||
	       layout_parse(device->descriptors, device->descriptors_size, &layout) < 0 ||
	       layout_serial_of(&layout, interface) >= 0;
}

/* At least @width wide; a dash where nothing is known. */
static void add_column(struct line *line, const char *text, unsigned int width)
{
	unsigned int end = line->width + width;

	line_add(line, text[0] ? text : "-");
	line_pad(line, end);
	line_gap(line);
}

static void add_at_port(struct line *line, const struct modem_facts *facts)
{
	static const char *const ordinals[LAYOUT_SERIAL_MAX] = {
		"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
	};
	int index = layout_serial_of(&facts->layout, facts->interface);
	char text[128];

	if (index < 0)
		return;
	snprintf(text, sizeof(text), "AT on interface %d (%s of %u serial, %s)", facts->interface,
		 facts->layout.serials > 1 ? ordinals[index] : "only", facts->layout.serials,
		 facts->driver[0] ? facts->driver : "no driver");
	add_column(line, text, 0);
}

void inventory_line_add(struct line *line, const struct modem_facts *facts, const char *state)
{
	char ids[12], functions[64];

	snprintf(ids, sizeof(ids), "%04x:%04x", facts->vid, facts->pid);
	layout_describe(&facts->layout, functions, sizeof(functions));
	add_column(line, facts->position, 6);
	add_column(line, ids, 0);
	add_column(line, facts->model, 4);
	add_column(line, facts->product, 8);
	add_column(line, state, 6);
	add_at_port(line, facts);
	line_add(line, functions);
}
