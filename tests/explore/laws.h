/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds in every state, whatever has happened: the laws, seen from outside the machine. */
#ifndef QFOTA_EXPLORE_LAWS_H
#define QFOTA_EXPLORE_LAWS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/dfota.h"

struct world;

enum law {
	LAW_NONE,
	LAW_DEADLINE,
	LAW_DETACHED,
	LAW_FLASHING,
	LAW_JOURNAL,
	LAW_REQUEST,
	LAW_FINISH,
	LAW_UPGRADED,
	LAW_FAILED,
	LAW_TRANSFER,
	LAW_REFUSED,
	LAW_NOTHING,
	LAW_GONE,
	LAW_LEFT,
	LAW_EXIT,
	LAW_OVER,
	LAW_STRANGER,
	LAW_UPLOAD,
	LAW_OWED,
	LAW_COUNT,
};

/* The law as a sentence. */
const char *law_text(enum law law);

/* The first that is broken stays. */
void law_require(struct world *w, enum law law, bool holds);

void laws_of_send(struct world *w, uint8_t port);
void laws_of_data(struct world *w, const struct dfota_action *action);
/* @verdict is the one that people were told. */
void laws_of_verdict(struct world *w, const struct verdict *verdict);
/* After each step. */
void laws_of_step(struct world *w, const struct dfota_actions *actions);

#endif
