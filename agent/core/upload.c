/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/upload.h"

#include "agent/core/conversation.h"
#include "agent/core/handover.h"
#include "agent/core/package.h"
#include "agent/core/prepare.h"
#include "agent/core/quectel.h"
#include "agent/core/text.h"

/*
 * Two parts are under way, so that the bus has the next one when one is through; they are
 * all that is in memory of a package. Large ones cost least, but each is all that is seen
 * of its progress: every 10 % of a small package are.
 */
#define UPLOAD_PART_MIN 4096
#define UPLOAD_PART_MAX 262144
#define UPLOAD_STEPS 16
/* A store that takes as many bytes a ms is slow, not dead. */
#define UPLOAD_SLOW 4
/* In ACK mode the modem answers each block with a letter (facts 3.2). */
#define UPLOAD_BLOCK 1024
#define UPLOAD_TRIES 2
/* +CME ERROR: 407, a file of that name is there (facts 3.4) */
#define CME_FILE_EXISTS 407

static void upload_failed(struct step *s, const char *reason)
{
	prepare_finish(s, VERDICT_STOP_UPLOAD, reason);
}

void upload_sweep_enter(struct step *s)
{
	conversation_ask(s, CONVERSATION_SCRIPT_SWEEP);
}

static void swept(struct step *s)
{
	s->d->stored = false;
	if (s->d->after_sweep == DFOTA_STATE_FINISHED)
		handover_go_on(s);
	else
		step_go(s, s->d->after_sweep);
}

void upload_sweep_take(struct step *s, const struct signal *signal)
{
	if (conversation_take(s, CONVERSATION_SCRIPT_SWEEP, signal) == CONVERSATION_DONE)
		swept(s);
	else if (s->d->after_sweep == DFOTA_STATE_FINISHED)
		handover_meanwhile(s, signal);
	else
		prepare_before_request(s, signal);
}

void upload_leftover(struct step *s)
{
	struct dfota *d = s->d;

	if (d->upload_lost) {
		upload_failed(s, "the modem left the bus in the middle of the upload");
		return;
	}
	d->settling = false;
	d->after_sweep = DFOTA_STATE_PLAN;
	step_go(s, DFOTA_STATE_SWEEP);
}

/* ---- room ---- */

void upload_store_enter(struct step *s)
{
	s->d->store_free = s->d->leftover_size = -1;
	conversation_ask(s, CONVERSATION_SCRIPT_STORE);
}

static bool is_too_small(const struct dfota *d)
{
	int leftover = d->leftover_size > 0 ? d->leftover_size : 0;

	return d->store_free >= 0 &&
	       (uint64_t)d->store_free + (uint64_t)leftover < d->plan.size;
}

static void store_known(struct step *s)
{
	struct dfota *d = s->d;

	if (is_too_small(d)) {
		prepare_finish(s, VERDICT_STOP_REFUSED,
				   "the modem's file store has no room for the package; delete "
				   "files there");
	} else if (d->plan.dry_run) {
		prepare_finish(s, VERDICT_STOP_NOTHING,
				   "dry run: all checks passed, nothing was uploaded");
	} else {
		d->after_sweep = DFOTA_STATE_SAVE_UPLOAD;
		step_go(s, d->leftover_size >= 0 ? DFOTA_STATE_SWEEP : DFOTA_STATE_SAVE_UPLOAD);
	}
}

void upload_store_take(struct step *s, const struct signal *signal)
{
	if (conversation_take(s, CONVERSATION_SCRIPT_STORE, signal) == CONVERSATION_DONE)
		store_known(s);
	else
		prepare_before_request(s, signal);
}

/* ---- the upload ---- */

/* A dead agent's successor must know that the modem may take commands for bytes of a file. */
void upload_save_take(struct step *s, const struct signal *signal)
{
	if (signal->type == SIGNAL_SAVED && signal->event->saved)
		step_go(s, DFOTA_STATE_CONNECT);
	else if (signal->type == SIGNAL_SAVED)
		prepare_finish(s, VERDICT_STOP_HOST,
				   "the journal could not be written, so nothing was uploaded; "
				   "free or mend the state directory");
	else
		prepare_host_awaited(s, signal);
}

/* AT+QFUPL="qfota.zip",<size>,<timeout>[,1] */
void upload_connect_enter(struct step *s)
{
	struct dfota *d = s->d;

	d->uploads++;
	d->stored = true;
	d->sent = d->written = 0;
	d->answered = false;
	d->percent = -1;
	text_set(d->command, sizeof(d->command), "AT+QFUPL=\"" UPLOAD_NAME "\",");
	text_add_number(d->command, sizeof(d->command), (long)d->plan.size);
	text_add(d->command, sizeof(d->command), ",");
	text_add_number(d->command, sizeof(d->command), UPLOAD_TIMEOUT_S);
	if (d->uploads == UPLOAD_TRIES)
		text_add(d->command, sizeof(d->command), ",1");
	step_send(s, d->order[d->candidate]);
}

static void upload_lost(struct step *s)
{
	s->d->upload_lost = true;
	text_set(s->d->imei_now, sizeof(s->d->imei_now), s->d->imei);
	step_go(s, DFOTA_STATE_ATTACH);
}

/* The modem waits for bytes: it is let run into its own timeout, then our file is deleted. */
static void upload_stop(struct step *s)
{
	struct dfota *d = s->d;

	if (d->stops++) {
		step_finish_saying(s, VERDICT_STOP_SIGNAL,
				   "stopped in an upload; the next run deletes what is there of it");
		return;
	}
	d->upload_stop = VERDICT_STOP_SIGNAL;
	text_set(d->reason, sizeof(d->reason), "stopped before anything was requested");
	step_note(s, "ending the upload; the modem needs some seconds for that");
}

/* The file cannot be read on, or the like: the modem is left as if somebody had asked to stop. */
static void upload_host(struct step *s, const struct signal *signal)
{
	s->d->stops++;
	s->d->upload_stop = VERDICT_STOP_HOST;
	text_set(s->d->reason, sizeof(s->d->reason), signal->event->reason);
}

/* Nothing was begun, so nothing is there. */
static void upload_error(struct step *s, int code)
{
	struct dfota *d = s->d;

	/* Of that name there is one after all, which QFLST did not tell (facts 3.1, 3.4). */
	if (code == CME_FILE_EXISTS && !d->existed) {
		d->existed = true;
		d->uploads--;
		d->after_sweep = DFOTA_STATE_CONNECT;
		step_go(s, DFOTA_STATE_SWEEP);
		return;
	}
	d->stored = false;
	handover_finish_error(s, VERDICT_STOP_UPLOAD, "the upload failed", code);
}

static bool is_answer(const struct dfota *d, const struct signal *signal)
{
	return signal->text && signal->port == d->order[d->candidate];
}

void upload_connect_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (is_answer(d, signal) && signal->type == SIGNAL_CONNECT)
		step_go(s, DFOTA_STATE_UPLOAD);
	else if (is_answer(d, signal) && signal->type == SIGNAL_ERROR)
		upload_error(s, signal->number);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		upload_failed(s, "the modem did not begin to take the upload");
	else if (signal->type == SIGNAL_STOP)
		upload_stop(s);
	else if (signal->type == SIGNAL_DETACHED)
		upload_lost(s);
	else
		prepare_before_request(s, signal);
}

static uint32_t at_most(uint32_t most, uint32_t number)
{
	return number < most ? number : most;
}

static uint32_t part_size(const struct dfota *d)
{
	uint32_t size = d->plan.size / UPLOAD_STEPS / UPLOAD_PART_MIN * UPLOAD_PART_MIN;

	return size < UPLOAD_PART_MIN ? UPLOAD_PART_MIN : at_most(UPLOAD_PART_MAX, size);
}

static void send_bytes(struct step *s, uint32_t most)
{
	struct dfota *d = s->d;
	uint32_t size = at_most(most, d->plan.size - d->sent);
	struct dfota_action *action;

	if (!size)
		return;
	action = step_emit(s, DFOTA_ACTION_DATA);
	action->data.port = d->order[d->candidate];
	action->data.from = d->sent;
	action->data.size = size;
	action->data.acks = d->uploads == UPLOAD_TRIES;
	d->sent += size;
}

/* Any sign of progress; the modem itself gives up after its own timeout. */
static void upload_alive(struct step *s)
{
	step_timer(s, DFOTA_TIMER_STATE,
		   UPLOAD_TIMEOUT_S * UINT64_C(1000) + s->d->limits.ms[LIMIT_ANSWER] +
			   part_size(s->d) / UPLOAD_SLOW);
}

void upload_enter(struct step *s)
{
	upload_alive(s);
	if (s->d->stops)
		return;
	if (s->d->uploads == UPLOAD_TRIES) {
		send_bytes(s, UPLOAD_BLOCK);
		return;
	}
	send_bytes(s, part_size(s->d));
	send_bytes(s, part_size(s->d));
}

/* A transcript may claim more bytes than there are, and that there are none. */
static int written_percent(const struct dfota *d)
{
	return d->plan.size ? (int)((uint64_t)d->written * 100 / d->plan.size) : 100;
}

static void upload_written(struct step *s, uint32_t size)
{
	struct dfota *d = s->d;
	int percent;

	d->written += at_most(d->plan.size - d->written, size);
	upload_alive(s);
	percent = written_percent(d);
	if (percent != d->percent) {
		d->percent = percent;
		step_emit(s, DFOTA_ACTION_PROGRESS)->percent = percent;
	}
	if (d->uploads < UPLOAD_TRIES && !d->stops)
		send_bytes(s, part_size(d));
}

static void upload_acked(struct step *s)
{
	upload_alive(s);
	if (!s->d->stops)
		send_bytes(s, UPLOAD_BLOCK);
}

/* Compared as numbers; XOR does not see swapped words, so the size counts as well. */
static bool is_whole(const struct dfota *d)
{
	return d->answered && d->answer_size == d->plan.size && d->answer_sum == d->plan.sum;
}

/* @ended: by the modem's own word. One that comes later must not be taken for the next answer. */
static void upload_over(struct step *s, bool ended)
{
	struct dfota *d = s->d;

	if (d->stops) {
		handover_finish(s, d->upload_stop);
	} else if (ended && is_whole(d)) {
		step_go(s, DFOTA_STATE_SAVE);
	} else if (d->uploads < UPLOAD_TRIES) {
		step_note(s, "the modem counted other bytes than were sent; once more, block by "
			     "block");
		d->after_sweep = DFOTA_STATE_CONNECT;
		step_go(s, DFOTA_STATE_SWEEP);
	} else {
		upload_failed(s, "the modem counted other bytes than were sent, twice; check cabling "
				 "and supply");
	}
}

void upload_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_WRITTEN)
		upload_written(s, signal->size);
	else if (is_answer(d, signal) && signal->type == SIGNAL_ACK)
		upload_acked(s);
	else if (is_answer(d, signal) && signal->type == SIGNAL_TEXT)
		d->answered |= package_parse_answer(signal->text, &d->answer_size, &d->answer_sum);
	else if (is_answer(d, signal) &&
		 (signal->type == SIGNAL_OK || signal->type == SIGNAL_ERROR))
		upload_over(s, true);
	else if (signal->type == SIGNAL_STATE_LIMIT)
		upload_over(s, false);
	else if (signal->type == SIGNAL_HOST)
		upload_host(s, signal);
	else if (signal->type == SIGNAL_STOP)
		upload_stop(s);
	else if (signal->type == SIGNAL_DETACHED)
		upload_lost(s);
	else
		prepare_before_request(s, signal);
}

bool upload_argument(const struct dfota *d, char *ret, size_t size)
{
	const char *directory = quectel_ufs_directory(d->firmware, d->directory);

	return directory && text_set(ret, size, directory) && text_add(ret, size, UPLOAD_NAME);
}
