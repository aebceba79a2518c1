/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talking to a modem in its normal system: find the port that answers AT, then
 * ask a script of questions there. Used before the request and after the last
 * boot, never between.
 */
#ifndef QFOTA_CONVERSATION_H
#define QFOTA_CONVERSATION_H

#include "agent/core/step.h"

enum conversation_result {
	CONVERSATION_GOES_ON,
	CONVERSATION_DONE,
};

enum conversation_script {
	CONVERSATION_SCRIPT_IDENTIFY,
	CONVERSATION_SCRIPT_NETWORK,
	CONVERSATION_SCRIPT_FUNCTION, /* the first question of that */
	CONVERSATION_SCRIPT_URC_MOVE, /* codes to the USB AT port */
	CONVERSATION_SCRIPT_URC_BACK, /* and back to where the modem had them */
	CONVERSATION_SCRIPT_STORE, /* room, and a leftover of ours */
	CONVERSATION_SCRIPT_SWEEP, /* deletes our file */
	CONVERSATION_SCRIPT_CONFIRM,
};

/* Sends AT to the first candidate, then to the next, round and round; DONE: d->candidate answers. */
void conversation_probe(struct step *s);
enum conversation_result conversation_probe_take(struct step *s, const struct signal *signal);

/*
 * Asks all questions of a script. A required one is repeated until its answer
 * is there (the caller's own limit ends that); an optional one is left after
 * one ERROR or silence, or if it is worth more than one, after those or silence.
 * An answer counts if it comes before the next try. DONE: no late answer is to be
 * taken for that to the next command.
 */
void conversation_ask(struct step *s, enum conversation_script script);
enum conversation_result conversation_take(struct step *s, enum conversation_script script,
					   const struct signal *signal);

/* True if @text is the first answer to the question that is out on @port. */
bool conversation_is_answer(const struct dfota *d, uint8_t port, const char *text);

#endif
