/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One modem from within, for modem.c and modem_act.c alone: what comes in becomes an
 * event in modem.c, and modem_act.c does what the machine makes of it.
 */
#ifndef QFOTA_MODEM_ACT_H
#define QFOTA_MODEM_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/core/dfota.h"
#include "agent/hold.h"
#include "agent/job.h"
#include "agent/loop.h"
#include "agent/modem.h"
#include "agent/neighbours.h"
#include "agent/package_file.h"
#include "agent/result.h"
#include "agent/util.h"
#include "usb/hubport.h"
#include "usb/layout.h"

struct modem {
	const struct modem_host *host;
	struct modem_facts facts;

	char peer[HUBPORT_POSITION_SIZE]; /* the other half of the connector; empty: none */

	struct attachment *attachment;

	/* The device that is there now; 0: none. */
	char place[64];
	unsigned int device;

	/* The job. */
	struct dfota machine;
	struct loop_timer timer;
	bool running;	   /* begun, not finished */
	bool found;	   /* and told so */
	struct loop_timer answer; /* brings the reply */
	bool has_reply;	   /* an answer that the machine waits for */
	struct dfota_event reply;
	char failure[300]; /* what a reply says */
	struct dfota_plan plan;
	struct job job;
	struct loop_timer moved; /* to take up the job of its IMEI, begun elsewhere */
	struct quiet quiet;
	bool asking;   /* neighbours, before anything is begun */
	bool save_due; /* once they have agreed */
	char to[DFOTA_FIRMWARE_SIZE];
	struct modem_result result; /* of the job that is over, while neighbours are told */
	struct hold hold;
	struct layout layout_before; /* as it was when the request went out; no interfaces: not known */
	unsigned int speed_before;
	struct package_file file;
	size_t data_written; /* bytes of it that are on their way */
	uint64_t begun_ms;
	uint64_t told_due_ms; /* the end of the wait at hand, as views know it */
};

void modem_tell(struct modem *m, struct news news);
void _printf_(2, 3) modem_note(struct modem *m, const char *format, ...);
/* Drivers bind only once its place is free; then the interfaces are offered to them. */
void modem_let_go(struct modem *m, bool flashing);
/*
 * One event, and what comes of it. After FINISH the owner may have freed the
 * modem: nothing is touched any more.
 */
void modem_event(struct modem *m, const struct dfota_event *event);

/* @data is the modem. What its job, its neighbours and its timers call back. */
void modem_job_note(void *data, const char *text);
void modem_quiet(void *data, const char *refusal);
void modem_ended(void *data);
void modem_reply(void *data);
void modem_timer_fired(void *data);

#endif
