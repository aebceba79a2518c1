/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modems on this host, as their descriptors show them. Nothing is opened
 * and nothing is sent.
 */
#ifndef QFOTA_INVENTORY_H
#define QFOTA_INVENTORY_H

#include <stdbool.h>

#include "agent/agent.h"
#include "agent/line.h"
#include "agent/news.h"
#include "udev/hotplug.h"

/* True if @device belongs in a list of what is plugged in: also what is unsupported or broken. */
bool inventory_lists(const struct agent_choice *choice, const struct hotplug_device *device);

/* @interface: take this one as the AT port; -1: choose. */
void inventory_facts(const struct hotplug_device *device, int interface,
		     struct modem_facts *ret);

/* False if @interface is stated (-1: not), and no serial one of @device. */
bool inventory_has_interface(const struct hotplug_device *device, int interface);
#define INVENTORY_BAD_INTERFACE \
	"--interface %d is no serial interface (ff/00/00) of the modem; see qfota-agent list"

#define INVENTORY_STATE_SIZE 40
#define INVENTORY_STATE_NORMAL "normal"

/* A word or two: NORMAL is what an upgrade would be made of, and what may be spoken to. */
void inventory_state(const struct agent_choice *choice, const struct hotplug_device *device,
		     const struct modem_facts *facts, char ret[static INVENTORY_STATE_SIZE]);

/* The sentence for a @choice that nothing plugged in fits; names what only lacks --pid. */
void inventory_no_modem(const struct agent_choice *choice, char *ret, size_t size);

/*
 * Adds columns, without a gap at the end:
 * 1-1.4  2c7c:0306  EP06  EP06-E  normal  AT on interface 2 (second of 3 serial,
 * option)  diag+3 serial+qmi
 */
void inventory_line_add(struct line *line, const struct modem_facts *facts, const char *state);

/* Calls @fn with each USB device that is plugged in. -ENOMEM, -EIO: they cannot be listed. */
int inventory_walk(hotplug_fn *fn, void *data);

#endif
