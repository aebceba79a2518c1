/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/neighbours.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/text.h"
#include "agent/util.h"

/* ModemManager first lets go of the modem, which may have to be disconnected. */
#define PATIENCE_MS 15000
/* For what the bus has not taken yet when the agent ends. */
#define FLUSH_MS 1000

/*
 * What ModemManager was asked for one device. ModemManager may inhibit the device long
 * after it was asked, and a release before that finds nothing to release
 * (src/mm-base-manager.c). So one call at a time is out, its answer is waited for without
 * an end, and this outlives the job that asked: it ends when the release was answered.
 */
struct inhibition {
	struct neighbours *neighbours;
	struct inhibition *next;
	struct quiet *quiet; /* whose job it is for; NULL: that job is over */
	char uid[256];
	struct bus_call call;
	bool owed;	/* ModemManager was asked to inhibit, and a release has no answer yet */
	bool releasing; /* the call that is out */
	bool inhibited; /* as ModemManager answered */
};

/* One for all modems. */
struct power {
	struct neighbours *neighbours;
	const char *what;
	struct bus_call call;
	int fd; /* -1: not inhibited */
};

struct neighbours {
	struct loop *loop;
	struct bus *bus;     /* NULL: there is none */
	int bus_error;	     /* that it could not be reached; 0 also if there is none */
	struct quiet *quiet; /* modems that are to be left alone */
	struct inhibition *inhibitions;
	struct power power[2];
};

static void _printf_(2, 3) quiet_note(struct quiet *q, const char *format, ...)
{
	char text[300];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	q->note(q->data, text);
}

/* ---- sleep and shutdown ---- */

static void power_replied(void *data, int error, const char *text, int fd)
{
	struct power *power = data;
	struct quiet *first = power->neighbours->quiet;

	power->fd = fd;
	if (error && error != -ESRCH && first)
		quiet_note(first, "logind does not keep this host from %s meanwhile: %s",
			   power->what, *text ? text : strerror(-error));
}

static void power_inhibit(struct neighbours *n)
{
	for (size_t i = 0; n->bus && i < ARRAY_SIZE(n->power); i++) {
		int r = bus_inhibit_power(n->bus, n->power[i].what, &n->power[i].call);

		if (r < 0)
			power_replied(&n->power[i], r, "", -1);
	}
}

static void power_release(struct neighbours *n)
{
	for (size_t i = 0; i < ARRAY_SIZE(n->power); i++) {
		bus_call_cancel(&n->power[i].call);
		util_closep(&n->power[i].fd);
		n->power[i].fd = -1;
	}
}

/* ---- ModemManager ---- */

static void quiet_is_ready(struct quiet *q)
{
	if (q->step != QUIET_STEP_ASK)
		return;
	loop_timer_disarm(q->neighbours->loop, &q->patience);
	q->step = QUIET_STEP_HOLD;
	q->ready(q->data, NULL);
}

static void inhibit_tell(struct quiet *q, const char *what, const char *why)
{
	if (!q->told)
		quiet_note(q, "ModemManager %s: %s; it is kept off by the busy mark and by taking the ports",
			   what, why);
	q->told = true;
}

static struct inhibition *inhibition_of(const struct quiet *q)
{
	struct inhibition *i = q->neighbours->inhibitions;

	while (i && i->quiet != q)
		i = i->next;
	return i;
}

static void inhibition_free(struct inhibition *i)
{
	struct inhibition **link = &i->neighbours->inhibitions;

	while (*link != i)
		link = &(*link)->next;
	*link = i->next;
	bus_call_cancel(&i->call);
	free(i);
}

/* It is owed even if the call fails: the message may be out. */
static int inhibition_ask(struct inhibition *i)
{
	i->owed = true;
	return bus_inhibit_device(i->neighbours->bus, i->uid, true, &i->call);
}

/* Nobody needs it any more. What is out is waited for: its answer leads here again. */
static void inhibition_end(struct inhibition *i)
{
	if (i->call.slot)
		return;
	i->inhibited = false;
	i->releasing = i->owed;
	/* Where the release cannot be sent the bus has gone, and what was inhibited with it. */
	if (!i->owed || bus_inhibit_device(i->neighbours->bus, i->uid, false, &i->call) < 0)
		inhibition_free(i);
}

/* That there was nothing to release is no fault. */
static void inhibition_released(struct inhibition *i)
{
	int r;

	i->releasing = i->owed = false;
	if (!i->quiet) {
		inhibition_free(i);
		return;
	}
	r = inhibition_ask(i);
	if (r < 0) {
		inhibit_tell(i->quiet, "cannot be asked to leave the modem alone", strerror(-r));
		quiet_is_ready(i->quiet);
	}
}

static void inhibition_replied(void *data, int error, const char *text, int fd)
{
	struct inhibition *i = data;

	(void)fd;
	if (i->releasing) {
		inhibition_released(i);
		return;
	}
	i->inhibited = error == 0;
	if (!i->quiet) {
		inhibition_end(i);
		return;
	}
	/*
	 * Not running, ended before it answered, or it does not show this modem: asked again
	 * when it does.
	 */
	if (error && error != -ESRCH && error != -ETIMEDOUT && error != -ENOENT)
		inhibit_tell(i->quiet, "was asked to leave the modem alone and did not agree",
			     *text ? text : strerror(-error));
	quiet_is_ready(i->quiet);
}

/* A job before may have left one whose answer is still out. */
static struct inhibition *inhibition_get(struct quiet *q)
{
	struct neighbours *n = q->neighbours;
	struct inhibition *i = n->inhibitions;

	while (i && strcmp(i->uid, q->uid) != 0)
		i = i->next;
	if (!i)
		i = calloc(1, sizeof(*i));
	if (!i)
		return NULL;
	if (!i->neighbours) {
		i->neighbours = n;
		i->next = n->inhibitions;
		n->inhibitions = i;
		i->call = (struct bus_call){ .fn = inhibition_replied, .data = i };
		text_set(i->uid, sizeof(i->uid), q->uid);
	}
	i->quiet = q;
	return i;
}

/* Over a re-enumeration it stays; of a modem that is away just now nothing can be asked. */
static void find_uid(struct quiet *q)
{
	char path[128], real[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s", q->position);
	if (!realpath(path, real) || !text_set(q->uid, sizeof(q->uid), real))
		q->uid[0] = '\0';
}

static void inhibit(struct quiet *q)
{
	struct neighbours *n = q->neighbours;
	struct inhibition *i;
	int r = n->bus_error;

	if (!q->uid[0])
		find_uid(q);
	if (!q->uid[0])
		return;
	if (n->bus) {
		i = inhibition_get(q);
		if (i && (i->inhibited || i->call.slot))
			return;
		r = i ? inhibition_ask(i) : -ENOMEM;
	}
	if (r < 0)
		inhibit_tell(q, "cannot be asked to leave the modem alone", strerror(-r));
}

static void patience_ended(void *data)
{
	struct quiet *q = data;

	inhibit_tell(q, "was asked to leave the modem alone", "no answer yet");
	quiet_is_ready(q);
}

static void modem_manager_there(void *data)
{
	struct neighbours *n = data;

	for (struct quiet *q = n->quiet; q; q = q->next)
		inhibit(q);
}

/* What is still out the bus answers in its place. */
static void modem_manager_gone(void *data)
{
	struct neighbours *n = data;

	for (struct inhibition *i = n->inhibitions; i; i = i->next) {
		i->inhibited = false;
		i->owed = i->call.slot;
	}
}

/* Nobody can be asked from here on, and no answer comes. */
static void bus_gone(void *data)
{
	struct neighbours *n = data;

	while (n->inhibitions)
		inhibition_free(n->inhibitions);
	for (struct quiet *q = n->quiet, *next; q; q = next) {
		next = q->next;
		quiet_note(q, "the system bus has gone; ModemManager is kept off by the busy mark");
		quiet_is_ready(q);
	}
}

/* ---- one modem ---- */

static void hold_add(struct quiet *q)
{
	struct neighbours *n = q->neighbours;
	bool first = !n->quiet;

	q->next = n->quiet;
	n->quiet = q;
	if (first)
		power_inhibit(n);
}

static void hold_remove(struct quiet *q)
{
	struct quiet **link = &q->neighbours->quiet;

	while (*link && *link != q)
		link = &(*link)->next;
	if (*link)
		*link = q->next;
}

static void quiet_ask(struct quiet *q)
{
	const struct inhibition *i;

	q->step = QUIET_STEP_ASK;
	hold_add(q);
	inhibit(q);
	i = inhibition_of(q);
	if (i && i->call.slot)
		loop_timer_arm(q->neighbours->loop, &q->patience, loop_now() + PATIENCE_MS);
	else
		quiet_is_ready(q);
}

static bool hooks_say(struct quiet *q, const char *verb)
{
	char words[100];

	snprintf(words, sizeof(words), "%s %s", verb, q->position);
	return hooks_run(&q->hooks, words);
}

static void quiet_start(struct quiet *q)
{
	q->step = QUIET_STEP_START;
	q->started = hooks_say(q, "start");
	if (!q->started)
		quiet_ask(q);
}

static void quiet_refuse(struct quiet *q, const char *refusal)
{
	q->step = QUIET_STEP_HOLD;
	q->ready(q->data, refusal);
}

static void quiet_ended(struct quiet *q, const char *refusal)
{
	if (refusal)
		quiet_note(q, "after the upgrade: %s", refusal);
	q->step = QUIET_STEP_NONE;
	q->ended(q->data);
}

static void hooks_done(void *data, const char *refusal)
{
	struct quiet *q = data;

	switch (q->step) {
	case QUIET_STEP_CHECK:
		if (refusal)
			quiet_refuse(q, refusal);
		else
			quiet_start(q);
		break;
	case QUIET_STEP_START:
		if (refusal)
			quiet_refuse(q, refusal);
		else
			quiet_ask(q);
		break;
	case QUIET_STEP_END:
		quiet_ended(q, refusal);
		break;
	case QUIET_STEP_NONE:
	case QUIET_STEP_ASK:
	case QUIET_STEP_HOLD:
		break;
	}
}

void quiet_begin(struct quiet *q, const char *position, bool check)
{
	if (q->step != QUIET_STEP_NONE) {
		if (q->step == QUIET_STEP_HOLD)
			q->ready(q->data, NULL);
		return;
	}
	text_set(q->position, sizeof(q->position), position);
	find_uid(q);
	q->step = QUIET_STEP_CHECK;
	if (!check || !hooks_say(q, "check"))
		quiet_start(q);
}

static void quiet_let_go(struct quiet *q)
{
	struct neighbours *n = q->neighbours;
	struct inhibition *i = inhibition_of(q);

	hooks_cancel(&q->hooks);
	loop_timer_disarm(n->loop, &q->patience);
	hold_remove(q);
	q->told = false;
	if (i) {
		i->quiet = NULL;
		inhibition_end(i);
	}
	if (!n->quiet)
		power_release(n);
}

void quiet_end(struct quiet *q, const char *outcome, int exit)
{
	bool started = q->started;
	char words[100];

	quiet_let_go(q);
	q->started = false;
	q->step = QUIET_STEP_END;
	snprintf(words, sizeof(words), "end %s %s %d", q->position, outcome, exit);
	if (!started || !hooks_run(&q->hooks, words))
		quiet_ended(q, NULL);
}

void quiet_drop(struct quiet *q)
{
	quiet_let_go(q);
	q->started = false;
	q->step = QUIET_STEP_NONE;
}

void quiet_init(struct quiet *q, struct neighbours *neighbours)
{
	q->neighbours = neighbours;
	q->hooks = (struct hooks){ .loop = neighbours->loop, .fn = hooks_done, .data = q };
	q->patience = (struct loop_timer){ .fn = patience_ended, .data = q };
}

/* ---- all of them ---- */

int neighbours_create(struct loop *loop, struct neighbours **ret)
{
	static const struct bus_events events = {
		.modem_manager = modem_manager_there,
		.modem_manager_gone = modem_manager_gone,
		.gone = bus_gone,
	};
	struct neighbours *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	n->loop = loop;
	for (size_t i = 0; i < ARRAY_SIZE(n->power); i++)
		n->power[i] = (struct power){
			.neighbours = n,
			.what = i ? "shutdown" : "sleep",
			.call = { .fn = power_replied, .data = &n->power[i] },
			.fd = -1,
		};
	r = bus_open(loop, &events, n, &n->bus);
	/* Where there is no bus, there is no neighbour on it. */
	n->bus_error = r == -ENOENT ? 0 : r;
	*ret = n;
	return 0;
}

/* The last word to ModemManager; what still is to be answered is answered to nobody. */
static void inhibitions_end(struct neighbours *n)
{
	for (struct inhibition *i = n->inhibitions; i; i = i->next) {
		bus_call_cancel(&i->call);
		if (!i->releasing)
			bus_inhibit_device(n->bus, i->uid, false, &i->call);
		bus_call_cancel(&i->call);
	}
	bus_flush(n->bus, FLUSH_MS);
	while (n->inhibitions)
		inhibition_free(n->inhibitions);
}

void neighbours_free(struct neighbours *n)
{
	if (!n)
		return;
	power_release(n);
	if (n->bus)
		inhibitions_end(n);
	bus_free(n->bus);
	free(n);
}
