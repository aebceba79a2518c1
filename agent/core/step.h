/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the state machine share: one step at work. Not for anyone
 * but dfota.c and the files of its states.
 */
#ifndef QFOTA_STEP_H
#define QFOTA_STEP_H

#include "agent/core/dfota.h"

struct step {
	struct dfota *d;
	uint64_t now_ms;
	struct dfota_actions *out;
};

/* An event as the states see it: a line is taken apart first. */
enum signal_type {
	SIGNAL_ATTACHED,
	SIGNAL_DETACHED,
	SIGNAL_STATE_LIMIT,
	SIGNAL_TOTAL_LIMIT,
	SIGNAL_ANSWER_LIMIT,
	SIGNAL_PLAN,
	SIGNAL_SAVED,
	SIGNAL_STOP,
	SIGNAL_HOST,
	SIGNAL_HELD,
	SIGNAL_WRITTEN,
	SIGNAL_CONNECT,
	SIGNAL_ACK,
	SIGNAL_OK,
	SIGNAL_ERROR,
	SIGNAL_TEXT,  /* an answer line, or something foreign */
	SIGNAL_BOOT,  /* a boot URC */
	SIGNAL_PART,  /* half a code: perhaps of FOTA, perhaps of something else */
	/* From here on: only a modem at work on an upgrade says this. */
	SIGNAL_LIFE,  /* a FOTA code that only says that it works on */
	SIGNAL_TRANSFER_START, /* or its progress */
	SIGNAL_TRANSFER_END,
	SIGNAL_FLASHING, /* START or UPDATING */
	SIGNAL_END,
};

struct signal {
	enum signal_type type;
	const struct dfota_event *event; /* what it was made from */
	uint8_t port;			 /* lines only */
	const char *text;		 /* lines only */
	int number;  /* of TRANSFER_END and END; CME code of ERROR; -1 */
	int percent; /* of UPDATING, 0..100; -1 */
	uint32_t size; /* of WRITTEN, bytes */
};

/* Enters @state: its phase, its limit, its entry action. */
void step_go(struct step *s, enum dfota_state state);
/* The exit status that step_finish() with @stop would lead to. */
int step_exit(const struct dfota *d, enum verdict_stop stop);
/* Completes the evidence; nothing may be emitted after it. */
void step_finish(struct step *s, enum verdict_stop stop);
void step_finish_saying(struct step *s, enum verdict_stop stop, const char *reason);
/* "the limit … ran out", and what that means, as the reason. */
void step_say_limit(struct step *s, enum limit limit);
void step_finish_limit(struct step *s, enum verdict_stop stop, enum limit limit);

static inline struct dfota_action *step_emit(struct step *s, enum dfota_action_type type)
{
	/*
	 * No step emits more: the most is a version query on two ports, a
	 * phase, a save, a note and the time. Were it ever wrong, the last
	 * action would be overwritten rather than memory.
	 */
	if (s->out->count == DFOTA_ACTIONS_MAX)
		s->out->count--;
	s->out->action[s->out->count] = (struct dfota_action){ .type = type };
	return &s->out->action[s->out->count++];
}

static inline void step_note(struct step *s, const char *note)
{
	step_emit(s, DFOTA_ACTION_NOTE)->note = note;
}

static inline void step_send(struct step *s, uint8_t port)
{
	struct dfota *d = s->d;

	if (port == d->order[d->candidate] && d->unanswered < UINT8_MAX)
		d->unanswered++;
	/* From now on an OK or ERROR may belong to this command. */
	d->request_open = false;
	step_emit(s, DFOTA_ACTION_SEND)->port = port;
}

static inline void step_timer(struct step *s, enum dfota_timer timer, uint64_t ms)
{
	s->d->timer[timer] = s->now_ms + ms;
}

static inline void step_timer_off(struct step *s, enum dfota_timer timer)
{
	s->d->timer[timer] = 0;
}

#endif
