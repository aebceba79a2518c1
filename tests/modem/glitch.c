/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "glitch.h"
#include "life.h"
#include "serial.h"

#include <errno.h>
#include <string.h>

enum stage {
	STAGE_NORMAL,
	STAGE_DOWNLOAD,
	STAGE_RESTART, /* before it leaves for recovery */
	STAGE_FLASH,
	STAGE_BOOT, /* after the flash */
	STAGE_COUNT,
};

static const char *const stages[] = {
	[STAGE_NORMAL] = "normal", [STAGE_DOWNLOAD] = "download",
	[STAGE_RESTART] = "restart", [STAGE_FLASH] = "flash",
	[STAGE_BOOT] = "boot",
};

struct entry {
	enum stage stage;
	uint64_t after_us;
	unsigned int times, length;
};

static bool stage_find(const char *word, enum stage *ret)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (!strcmp(stages[i], word)) {
			*ret = (enum stage)i;
			return true;
		}
	}
	return false;
}

static bool entry_read(const char *text, struct entry *ret)
{
	unsigned int ms, times = 1;
	char word[16];
	int end = -1, more = 0;

	if (sscanf(text, " %15[a-z]:%u%n", word, &ms, &end) != 2 || end < 0)
		return false;
	if (text[end] == '*' &&
	    (sscanf(text + end, "*%u%n", &times, &more) != 1 || !times))
		return false;
	*ret = (struct entry){
		.after_us = (uint64_t)ms * 1000,
		.times = times,
		.length = (unsigned int)(end + more),
	};
	return stage_find(word, &ret->stage) && strchr(" ", text[ret->length]);
}

int glitch_check(const char *list)
{
	struct entry e;

	for (; list[strspn(list, " ")]; list += e.length) {
		if (!entry_read(list, &e))
			return -EINVAL;
	}
	return 0;
}

static enum stage stage_now(const struct modem *m)
{
	if (m->life == MODEM_LIFE_RECOVERY)
		return STAGE_FLASH;
	if (m->phase == MODEM_PHASE_LEAVING && m->next_life == MODEM_LIFE_RECOVERY)
		return STAGE_RESTART;
	if (m->downloading)
		return STAGE_DOWNLOAD;
	return m->flashed ? STAGE_BOOT : STAGE_NORMAL;
}

void glitch_arm(struct modem *m)
{
	struct modem_glitch *g = &m->glitch;
	enum stage stage = stage_now(m);
	struct entry e;

	g->at = SETTINGS_NEVER;
	for (const char *next = m->settings->glitches + g->read; entry_read(next, &e);
	     next += e.length) {
		if (e.stage != stage)
			continue;
		g->at = m->now_us + e.after_us;
		return;
	}
}

/* The entry that was armed, or rather one of its times, is used up. */
static void entry_use(struct modem *m)
{
	struct modem_glitch *g = &m->glitch;
	enum stage stage = stage_now(m);
	struct entry e;

	while (entry_read(m->settings->glitches + g->read, &e)) {
		bool mine = e.stage == stage;

		if (mine && ++g->used < e.times)
			return;
		g->read += e.length;
		g->used = 0;
		if (mine)
			return;
	}
}

void glitch_step(struct modem *m)
{
	struct modem_glitch *g = &m->glitch;

	g->at = SETTINGS_NEVER;
	if (!m->on_bus)
		return;
	entry_use(m);
	g->active = true;
	g->phase = m->phase;
	g->step_at = m->step_at;
	g->boot_at = m->boot_at;
	life_bus_lost(m);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

bool glitch_end(struct modem *m)
{
	struct modem_glitch *g = &m->glitch;

	if (!g->active)
		return false;
	g->active = false;
	m->phase = g->phase;
	m->step_at = later(g->step_at, m->now_us);
	m->boot_at = later(g->boot_at, m->now_us);
	if (m->settings->glitch_sim && m->life == MODEM_LIFE_NORMAL)
		serial_urc(m, "+CPIN: READY");
	return true;
}
