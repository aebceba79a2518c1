/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/explore/model.h"

#include <string.h>

#include "agent/util.h"

const struct limits model_limits = {
	.ms = {
		[LIMIT_READY] = 7000,
		[LIMIT_ANSWER] = 5000,
		[LIMIT_NETWORK] = 7000,
		[LIMIT_ACCEPT] = 60000,
		[LIMIT_DOWNLOAD_START] = 120000,
		[LIMIT_DOWNLOAD] = 600000,
		[LIMIT_LEAVE] = 100000,
		[LIMIT_RETURN] = 100000,
		[LIMIT_FLASH_START] = 200000,
		[LIMIT_FLASH_SILENCE] = 200000,
		[LIMIT_FLASH] = 700000,
		[LIMIT_REBOOT] = 100000,
		[LIMIT_VERIFY] = 7000,
	},
};

void model_begin(struct world *w, enum model_job job, uint8_t faults)
{
	memset(w, 0, sizeof(*w));
	w->now_ms = MODEL_NOW_MS;
	w->faults = faults;
	w->modem.presence = DFOTA_PRESENCE_MODEM;
	w->host.job = (uint8_t)job;
	w->host.byte_ms = w->host.sign_ms = MODEL_NOW_MS;
}

/* ---- back to MODEL_NOW_MS: what is the same to the machine is the same state ---- */

/* What is longer ago than @keep ms is as if it were no longer. */
static void rebase(uint64_t *ms, uint64_t now_ms, uint64_t keep)
{
	if (!*ms)
		return;
	if (*ms + keep < now_ms)
		*ms = now_ms - keep;
	*ms += MODEL_NOW_MS - now_ms;
}

static void text_clean(char *text, size_t size)
{
	size_t length = strlen(text);

	memset(text + length, 0, size - length);
}

#define TEXT_CLEAN(text) text_clean(text, sizeof(text))

/* Sentences for people decide nothing; that there is one does. */
static void texts_clean(struct dfota *d)
{
	for (size_t i = 0; i < DFOTA_PORTS; i++)
		TEXT_CLEAN(d->scanner[i].part);
	TEXT_CLEAN(d->command);
	TEXT_CLEAN(d->urc_port);
	TEXT_CLEAN(d->firmware);
	TEXT_CLEAN(d->imei);
	TEXT_CLEAN(d->firmware_now);
	TEXT_CLEAN(d->imei_now);
	memset(d->plan.reason, 0, sizeof(d->plan.reason));
	memset(d->reason, 0, sizeof(d->reason));
	memset(d->blocked + 1, 0, sizeof(d->blocked) - 1);
	if (d->blocked[0])
		d->blocked[0] = '!';
}

static void world_clean(struct world *w)
{
	const uint64_t *ms = model_limits.ms;
	uint64_t span = ms[LIMIT_ACCEPT] + ms[LIMIT_DOWNLOAD] + ms[LIMIT_LEAVE];
	uint64_t now = w->now_ms;

	texts_clean(&w->d);
	memset(w->parser.buffer + w->parser.length, 0,
	       sizeof(w->parser.buffer) - w->parser.length);
	for (size_t i = 0; i < DFOTA_TIMER_COUNT; i++)
		rebase(&w->d.timer[i], now, 0);
	rebase(&w->d.open_until_ms, now, 0);
	/* The longest that a machine asks back for. */
	rebase(&w->d.booted_ms, now, ms[LIMIT_LEAVE]);
	rebase(&w->d.noted_ms, now, ms[LIMIT_LEAVE]);
	rebase(&w->modem.due_ms, now, 0);
	rebase(&w->modem.gone_ms, now, ms[LIMIT_RETURN]);
	rebase(&w->host.sign_ms, now, ms[LIMIT_FLASH_SILENCE]);
	rebase(&w->host.byte_ms, now, ms[LIMIT_LEAVE]);
	rebase(&w->host.journal.started_ms, now, span + 1000);
	w->now_ms = MODEL_NOW_MS;
}

/* ---- the moves ---- */

const struct move *model_move(unsigned int index)
{
	static const struct moves *const all[] = { &answers_moves, &modem_moves, &bus_moves,
						   &host_moves };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (index < all[i]->count)
			return &all[i]->move[index];
		index -= all[i]->count;
	}
	return NULL;
}

bool model_may(const struct world *w, const struct move *move)
{
	return !w->host.over && !w->law && move->cost <= w->faults && move->may(w);
}

void model_make(struct world *w, const struct move *move)
{
	w->faults -= move->cost;
	move->make(w);
	world_clean(w);
}
