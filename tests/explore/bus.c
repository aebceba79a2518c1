/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/util.h"
#include "tests/explore/model.h"

static void gone(struct world *w)
{
	struct modem *m = &w->modem;

	m->asked[MODEL_PORT_AT] = m->asked[MODEL_PORT_MODEM] = m->late = 0;
	m->slow = false;
	if (m->rest)
		m->code = m->rest = MODEL_CODE_NONE;
	m->place = MODEL_PLACE_AWAY;
	m->gone_ms = w->now_ms;
	m->presence = DFOTA_PRESENCE_NONE;
	m->shut = false;
	host_detached(w);
}

void bus_lose(struct world *w, bool boots)
{
	w->modem.boots |= boots;
	if (modem_is_here(&w->modem))
		gone(w);
}

void bus_cut_power(struct world *w)
{
	struct modem *m = &w->modem;

	/* A boot flag brings it back into recovery until the update is done (facts 1.5). */
	if (m->work == MODEL_WORK_FLASH || (m->work == MODEL_WORK_ENDED && !m->updated)) {
		m->work = MODEL_WORK_FLASH;
		m->told = 0;
	} else {
		m->work = MODEL_WORK_IDLE;
	}
	m->code = MODEL_CODE_NONE;
	m->due_ms = 0;
	bus_lose(w, true);
}

/* ---- leaving ---- */

static bool is_free(const struct world *w, enum model_work work)
{
	return w->modem.work == work && !w->modem.boots && modem_is_quiet(&w->modem);
}

static void make_flash_next(struct world *w)
{
	w->modem.work = MODEL_WORK_FLASH;
	w->modem.told = 0;
	w->modem.due_ms = 0;
	bus_lose(w, true);
}

static bool may_begin_flash(const struct world *w)
{
	return is_free(w, MODEL_WORK_READY);
}

static bool may_boot(const struct world *w)
{
	return is_free(w, MODEL_WORK_ENDED) && modem_is_here(&w->modem);
}

static void make_boot(struct world *w)
{
	w->modem.work = MODEL_WORK_IDLE;
	bus_lose(w, true);
}

static bool may_flash_on(const struct world *w)
{
	return is_free(w, MODEL_WORK_FLASH) && modem_is_here(&w->modem);
}

static bool may_lose_power(const struct world *w)
{
	return w->modem.place != MODEL_PLACE_TAKEN &&
	       !(w->modem.boots && modem_is_here(&w->modem));
}

/* The power came back too early: it ends once more, without updating anything (facts 1.5). */
static bool may_end_again(const struct world *w)
{
	return may_boot(w) && w->modem.updated && (w->modem.told & 1u << MODEL_CODE_END);
}

static bool is_attached(const struct world *w)
{
	return modem_is_here(&w->modem) && !w->modem.boots;
}

static bool may_glitch(const struct world *w)
{
	return is_attached(w) && !w->modem.flaky;
}

/* One fault brings any number of them. */
static bool may_glitch_again(const struct world *w)
{
	return is_attached(w) && w->modem.flaky;
}

static void make_glitch(struct world *w)
{
	w->modem.flaky = true;
	bus_lose(w, false);
}

/* ---- coming ---- */

static bool is_away(const struct world *w)
{
	return w->modem.place == MODEL_PLACE_AWAY;
}

static bool is_away_in_flash(const struct world *w)
{
	return is_away(w) && modem_is_flashing(&w->modem);
}

static bool is_away_to_boot(const struct world *w)
{
	return is_away(w) && w->modem.boots && w->modem.accepted;
}

static void begin_work(struct world *w)
{
	struct modem *m = &w->modem;

	if (m->boots)
		modem_tell(m, modem_is_flashing(m) ? MODEL_CODE_START : MODEL_CODE_RDY);
	m->boots = false;
}

static void come(struct world *w, enum dfota_presence presence)
{
	w->modem.place = MODEL_PLACE_BUS;
	w->modem.presence = (uint8_t)presence;
	w->host.journal.left = true;
	host_attached(w);
}

static void make_return(struct world *w)
{
	begin_work(w);
	come(w, DFOTA_PRESENCE_MODEM);
}

static void make_return_lone(struct world *w)
{
	begin_work(w);
	come(w, DFOTA_PRESENCE_RECOVERY);
}

static void make_return_shut(struct world *w)
{
	begin_work(w);
	w->modem.shut = true;
	come(w, DFOTA_PRESENCE_MODEM);
}

static bool is_shut(const struct world *w)
{
	return modem_is_here(&w->modem) && w->modem.shut;
}

static void make_open(struct world *w)
{
	w->modem.shut = false;
	host_attached(w);
}

/* Neither its work nor its codes begin there. */
static void make_return_mute(struct world *w)
{
	come(w, DFOTA_PRESENCE_MUTE);
}

/* It works on, and nobody can hear that. */
static void make_return_unheard(struct world *w)
{
	begin_work(w);
	come(w, DFOTA_PRESENCE_MUTE);
}

static void make_return_dead(struct world *w)
{
	come(w, DFOTA_PRESENCE_EMERGENCY);
}

static bool is_stuck(const struct world *w)
{
	return modem_is_here(&w->modem) && w->modem.boots;
}

static void make_leave(struct world *w)
{
	gone(w);
}

static bool may_be_taken(const struct world *w)
{
	return is_away(w) && w->modem.accepted;
}

/* Who takes it out takes its power, too. */
static void make_taken(struct world *w)
{
	bus_cut_power(w);
	w->modem.place = MODEL_PLACE_TAKEN;
	w->modem.presence = DFOTA_PRESENCE_MODEM;
	w->host.journal.left = true;
	host_attached(w);
}

static void make_taken_booting(struct world *w)
{
	make_taken(w);
	host_bytes(w, "\r\nRDY\r\n");
}

static bool is_taken(const struct world *w)
{
	return w->modem.place == MODEL_PLACE_TAKEN;
}

static const struct move moves[] = {
	{ "it leaves to flash", 0, may_begin_flash, make_flash_next },
	{ "it leaves to boot", 0, may_boot, make_boot },
	{ "it leaves, and flashes on", 1, may_flash_on, make_flash_next },
	{ "it loses its power", 1, may_lose_power, bus_cut_power },
	{ "it loses its power, and ends once more", 1, may_end_again, make_flash_next },
	{ "the bus is lost", 1, may_glitch, make_glitch },
	{ "the bus is lost once more", 0, may_glitch_again, make_glitch },
	{ "it is back", 0, is_away, make_return },
	{ "it is back with one port", 0, is_away_in_flash, make_return_lone },
	{ "it is back, and cannot be opened", 1, is_away, make_return_shut },
	{ "it can be opened", 0, is_shut, make_open },
	{ "it is back without ports", 1, is_away_to_boot, make_return_mute },
	{ "it is in emergency download", 1, is_away_to_boot, make_return_dead },
	{ "it flashes on without ports", 1, is_away_in_flash, make_return_unheard },
	{ "it leaves that state", 0, is_stuck, make_leave },
	{ "another modem is in its place", 1, may_be_taken, make_taken },
	{ "another modem boots in its place", 1, may_be_taken, make_taken_booting },
	{ "the other modem leaves", 0, is_taken, make_leave },
};

const struct moves bus_moves = { moves, ARRAY_SIZE(moves) };
