/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of a modem that is only looked at: its firmware, SIM,
 * registration and signal (facts, section 5).
 */
#ifndef QFOTA_PROBE_H
#define QFOTA_PROBE_H

#include "agent/core/at.h"

#define PROBE_TEXT_SIZE 64

struct probe {
	unsigned int asked;	     /* commands that have had their answer */
	char firmware[PROBE_TEXT_SIZE]; /* empty: not known */
	char sim[PROBE_TEXT_SIZE];   /* "READY", "SIM PIN", what its error means; empty: not known */
	int registration;	     /* of 3GPP 27.007, 7.2: 1 home, 5 roaming; -1: not known */
	int signal;		     /* dBm, -113..-51; 0: not known */
};

void probe_init(struct probe *probe);
/* NULL: all was asked. */
const char *probe_command(const struct probe *probe);
/* One line of the answer to it; after OK or ERROR the next command is due. */
void probe_take(struct probe *probe, const struct at_line *line);
/* "home", "roaming", "searching" …; NULL: not known. */
const char *probe_registration_word(int registration);

#endif
