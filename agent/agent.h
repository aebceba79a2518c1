/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of modems, keyed by position: which of those that are plugged in are
 * meant, how many work at once, and when all is done.
 */
#ifndef QFOTA_AGENT_H
#define QFOTA_AGENT_H

#include <stdbool.h>

#include "agent/choice.h"
#include "agent/modem.h"
#include "agent/plan.h"

struct config;
struct journal;
struct recorder;

struct agent_context {
	const struct config *config;
	struct journal *journal;
	struct recorder *recorder;
	struct loop *loop;
	struct view *views[MODEM_VIEWS_MAX];
};

/*
 * Takes open jobs up and upgrades, or only follows, all chosen modems that are
 * plugged in; returns when each has its verdict: *ret_status is the exit status (0..9).
 * -ENOMEM, -EIO and others: the host cannot do USB at all; nothing was sent.
 */
int agent_work(const struct agent_context *context, const struct agent_choice *choice,
	       const struct wish *wish, int *ret_status);

#endif
