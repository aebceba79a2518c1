/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One modem at work: what happens on the bus becomes events of the machine,
 * what the machine wants becomes I/O. Decides nothing about upgrades.
 *
 * A modem is known by its position; device number, node, ids, interface
 * numbers and strings may change at every re-enumeration.
 */
#ifndef QFOTA_MODEM_H
#define QFOTA_MODEM_H

#include <stdbool.h>

#include "agent/core/dfota.h"
#include "agent/news.h"

struct hotplug_device;
struct journal;
struct journal_job;
struct loop;
struct modem;
struct neighbours;
struct package_file;
struct port_context;
struct recorder;

#define MODEM_VIEWS_MAX 2

/* What all modems of the process share; outlives them. */
struct modem_host {
	struct loop *loop;
	struct port_context *ports;
	struct journal *journal;
	struct neighbours *neighbours;
	struct recorder *recorder; /* NULL: no transcript */
	struct view *views[MODEM_VIEWS_MAX]; /* NULL at the end */
	struct limits limits;
	bool dry_run;
	bool follow; /* takes up what it hears, requests nothing */
	bool ask;    /* following: an open job is missed, so any modem may be the one */
	int interface; /* take this one as the AT port; -1: choose */
	uint8_t firmware_parts; /* to be known beside the revision: enum revision_part */
	void *data;
	/*
	 * Which upgrade, if any, for a modem that has just been identified.
	 * *ret_file is open if the plan has an upload; ret_package (masked) is for people.
	 */
	void (*plan)(void *data, struct modem *modem, struct dfota_plan *ret,
		     struct package_file *ret_file, char *ret_package, size_t package_size);
	/* The open job that was begun at @position is @modem's: whoever else awaits it there is cancelled. */
	void (*moved)(void *data, const struct modem *modem, const char *position);
	/* The job is over and told. Called in the middle of things: neither modem_free() nor modem_begin() from here. */
	void (*finished)(void *data, struct modem *modem, const struct modem_result *result);
};

/* -ENOMEM */
int modem_create(const struct modem_host *host, const char *position, struct modem **ret);
/* Also in mid-job; leaves the device as it was found. NULL is fine. */
void modem_free(struct modem *modem);

const struct modem_facts *modem_facts(const struct modem *modem);
const struct dfota *modem_machine(const struct modem *modem);
/* True if a device at @position may be this modem, also on the other half of its connector. */
bool modem_is_at(const struct modem *modem, const char *position);
/* A device is there now that is taken for it. */
bool modem_is_present(const struct modem *modem);
/* The request went out: whatever appears at the position concerns this job. */
bool modem_is_upgrading(const struct modem *modem);

/* An earlier agent died in the upload of @package (masked): this is still that attempt. */
bool modem_has_begun(const struct modem *modem, const char *package);

/* The open job that modem_begin() would take up, as the journal was read last; NULL: none. */
const struct journal_job *modem_open_job(const struct modem *modem);

/*
 * Starts a job: a new one, or with an open job in the journal that one again.
 * The device is told of by modem_added(), before or after.
 */
void modem_begin(struct modem *modem);

/* Tells a sentence about it. */
void modem_say(struct modem *modem, const char *sentence);

/* Ends without a verdict: the job is another's. False: there was none. */
bool modem_cancel(struct modem *modem);

void modem_added(struct modem *modem, const struct hotplug_device *device);
/* udev has set the permissions of a device that was added before. */
void modem_ready(struct modem *modem, const struct hotplug_device *device);
void modem_removed(struct modem *modem, const struct hotplug_device *device);
/* Somebody wants the agent to end; @now: for the second time, or by SIGTERM. */
void modem_stop(struct modem *modem, bool now);

#endif
