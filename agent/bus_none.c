/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For hosts without systemd: no bus is ever there. */
#include "agent/bus.h"

#include <errno.h>

int bus_open(struct loop *loop, const struct bus_events *events, void *data, struct bus **ret)
{
	(void)loop, (void)events, (void)data, (void)ret;
	return -ENOENT;
}

void bus_flush(struct bus *bus, uint64_t limit_ms)
{
	(void)bus, (void)limit_ms;
}

void bus_free(struct bus *bus)
{
	(void)bus;
}

int bus_inhibit_device(struct bus *bus, const char *uid, bool inhibit, struct bus_call *call)
{
	(void)bus, (void)uid, (void)inhibit, (void)call;
	return -ENOTCONN;
}

int bus_inhibit_power(struct bus *bus, const char *what, struct bus_call *call)
{
	(void)bus, (void)what, (void)call;
	return -ENOTCONN;
}

void bus_call_cancel(struct bus_call *call)
{
	(void)call;
}
