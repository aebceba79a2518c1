/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/findings.h"

#include <stdio.h>

#include "agent/util.h"

static void say_firmware(const struct dfota *machine, const char *package, char *ret)
{
	const char *target = machine->plan.target;
	char firmware[DFOTA_FIRMWARE_SIZE];

	(void)package;
	dfota_show(machine, dfota_before(machine), firmware);
	snprintf(ret, FINDINGS_LINE_SIZE, "firmware %s, target %s", firmware,
		 target[0] ? target : "any other");
}

static void say_package(const struct dfota *machine, const char *package, char *ret)
{
	(void)machine;
	snprintf(ret, FINDINGS_LINE_SIZE, "package %s", package);
}

/* 0..31 stand for -113..-51 dBm (3GPP 27.007, 8.5). */
static const char *signal_text(int rssi, char *ret, size_t size)
{
	if (rssi < 0 || rssi > 31)
		return "not known";
	snprintf(ret, size, "%d dBm", 2 * rssi - 113);
	return ret;
}

static const char *context_text(int context, char *ret, size_t size)
{
	if (context <= 0)
		return context ? "not told" : "none";
	snprintf(ret, size, "%d", context);
	return ret;
}

/* What a package on this host or in the modem needs nothing of is not asked. */
static void say_network(const struct dfota *machine, const char *package, char *ret)
{
	const char *sim = machine->sim_ready ? "ready" : "not ready";
	const char *registered = machine->registered ? "registered" : "not registered";
	char signal[16], context[16];

	(void)package;
	if (machine->plan.download)
		snprintf(ret, FINDINGS_LINE_SIZE, "SIM %s, %s, signal %s, PDP context %s", sim,
			 registered, signal_text(machine->rssi, signal, sizeof(signal)),
			 context_text(machine->context, context, sizeof(context)));
	else
		snprintf(ret, FINDINGS_LINE_SIZE, "SIM %s, %s; neither is needed", sim, registered);
}

static void say_room(const struct dfota *machine, const char *package, char *ret)
{
	(void)package;
	if (machine->store_free < 0)
		snprintf(ret, FINDINGS_LINE_SIZE, "free space in its file store not told");
	else
		snprintf(ret, FINDINGS_LINE_SIZE, "free space in its file store %d bytes",
			 machine->store_free);
}

bool findings_line(const struct dfota *machine, const char *package, unsigned int index,
		   char ret[static FINDINGS_LINE_SIZE])
{
	static void (*const lines[])(const struct dfota *machine, const char *package,
				     char *ret) = {
		say_firmware, say_package, say_network, say_room,
	};

	if (!machine->plan.dry_run || machine->phase != DFOTA_PHASE_CHECK ||
	    index >= ARRAY_SIZE(lines))
		return false;
	lines[index](machine, package, ret);
	return true;
}
