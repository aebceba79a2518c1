/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which modems the command line means.
 */
#ifndef QFOTA_CHOICE_H
#define QFOTA_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal_job;

struct agent_choice {
	uint16_t vid;
	uint16_t pid; /* 0: every model that is promised to work */
	const char *const *ports; /* positions; none: all */
	size_t port_count;
	const char *const *imeis; /* none: all */
	size_t imei_count;
};

/* True if a device with these ids at @position is meant; one in emergency download only by its position. */
bool choice_takes(const struct agent_choice *choice, uint16_t vid, uint16_t pid,
		  const char *position);
bool choice_has_port(const struct agent_choice *choice, const char *position);
bool choice_has_imei(const struct agent_choice *choice, const char *imei);
/*
 * True if the modem of an open job is meant. @position: where it is now, which a
 * reboot of the host may have renamed.
 */
bool choice_awaits(const struct agent_choice *choice, const struct journal_job *job,
		   const char *position);
/*
 * True if whatever stands at a position is left alone for the IMEIs that are meant: after
 * the request it is known whose @job (NULL: none) it is before anybody is asked, and one
 * that is only followed may never tell.
 */
bool choice_leaves(const struct agent_choice *choice, const struct journal_job *job, bool follow);

#endif
