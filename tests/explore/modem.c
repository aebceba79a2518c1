/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "agent/core/text.h"
#include "agent/util.h"
#include "tests/explore/model.h"

#define TOLD(code) (1u << MODEL_CODE_##code)

static const char *const codes[] = {
	[MODEL_CODE_HTTPSTART] = "+QIND: \"FOTA\",\"HTTPSTART\"",
	[MODEL_CODE_HTTPEND] = "+QIND: \"FOTA\",\"HTTPEND\",0",
	[MODEL_CODE_HTTPEND_BAD] = "+QIND: \"FOTA\",\"HTTPEND\",701",
	[MODEL_CODE_START] = "+QIND: \"FOTA\",\"START\"",
	[MODEL_CODE_UPDATING] = "+QIND: \"FOTA\",\"UPDATING\",42",
	[MODEL_CODE_END] = "+QIND: \"FOTA\",\"END\",0",
	[MODEL_CODE_END_BAD] = "+QIND: \"FOTA\",\"END\",502",
	[MODEL_CODE_RDY] = "RDY",
	[MODEL_CODE_CPIN] = "+CPIN: READY",
};

/* Behind the comma of "FOTA", or within a boot code. */
static size_t half_of(const char *code)
{
	return strlen(code) > 16 ? 16 : 2;
}

bool modem_is_at_work(const struct modem *m)
{
	return m->work == MODEL_WORK_DOWNLOAD || m->work == MODEL_WORK_READY ||
	       modem_is_flashing(m);
}

bool modem_is_flashing(const struct modem *m)
{
	return m->work == MODEL_WORK_FLASH || m->work == MODEL_WORK_ENDED;
}

bool modem_is_here(const struct modem *m)
{
	return m->place == MODEL_PLACE_BUS;
}

bool modem_is_audible(const struct modem *m)
{
	return !m->elsewhere && !m->uart && m->presence != DFOTA_PRESENCE_MUTE;
}

void modem_tell(struct modem *m, enum model_code code)
{
	m->code = (uint8_t)code;
	m->twice = false;
}

bool modem_is_quiet(const struct modem *m)
{
	return !m->code && !m->rest;
}

/* ---- codes ---- */

/* After RDY comes one more. */
static void code_done(struct modem *m, enum model_code code)
{
	m->told |= (uint16_t)(1u << code);
	m->code = MODEL_CODE_NONE;
	if (code == MODEL_CODE_RDY)
		modem_tell(m, MODEL_CODE_CPIN);
}

/* Of an agent that is there, and has it open. */
static void code_heard(struct world *w, enum model_code code)
{
	struct host *host = &w->host;

	if (!host->runs)
		return;
	host->sign_ms = w->now_ms;
	host->heard_bad |= code == MODEL_CODE_END_BAD;
	/* A try after it: its END is history. */
	if (code == MODEL_CODE_START || code == MODEL_CODE_UPDATING)
		host->heard_bad = false;
	host->heard_transfer_bad |= code == MODEL_CODE_HTTPEND_BAD;
}

static void code_send(struct world *w, enum model_code code)
{
	char bytes[64];

	if (!modem_is_audible(&w->modem) || !w->host.shown)
		return;
	code_heard(w, code);
	snprintf(bytes, sizeof(bytes), "\r\n%s\r\n", codes[code]);
	host_bytes(w, bytes);
}

static bool has_code(const struct world *w)
{
	return modem_is_here(&w->modem) && w->modem.code && !w->modem.rest;
}

static void make_say(struct world *w)
{
	enum model_code code = w->modem.code;

	code_done(&w->modem, code);
	code_send(w, code);
}

/* Nobody would hear it: then that is no fault. */
static bool may_lose(const struct world *w)
{
	return has_code(w) && modem_is_audible(&w->modem) && w->host.shown;
}

static bool is_unheard(const struct world *w)
{
	return !modem_is_here(&w->modem) && w->modem.code;
}

static void make_lose(struct world *w)
{
	code_done(&w->modem, w->modem.code);
}

static bool may_say_twice(const struct world *w)
{
	return may_lose(w) && !w->modem.twice;
}

static void make_say_twice(struct world *w)
{
	w->modem.twice = true;
	code_send(w, w->modem.code);
}

static void half_send(struct world *w, const char *end)
{
	struct modem *m = &w->modem;
	const char *code = codes[m->code];
	char bytes[64];

	m->rest = m->code;
	snprintf(bytes, sizeof(bytes), "\r\n%.*s%s", (int)half_of(code), code, end);
	host_bytes(w, bytes);
}

static void make_two_reads(struct world *w)
{
	half_send(w, "");
}

static bool may_break_lines(const struct world *w)
{
	return may_lose(w) && w->modem.code < MODEL_CODE_RDY;
}

static void make_two_lines(struct world *w)
{
	half_send(w, "\r\n");
}

static bool has_rest(const struct world *w)
{
	return modem_is_here(&w->modem) && w->modem.rest;
}

static void make_rest(struct world *w)
{
	enum model_code code = w->modem.rest;
	char bytes[64];

	w->modem.rest = MODEL_CODE_NONE;
	code_done(&w->modem, code);
	if (!w->host.shown)
		return;
	code_heard(w, code);
	snprintf(bytes, sizeof(bytes), "%s\r\n", codes[code] + half_of(codes[code]));
	host_bytes(w, bytes);
}

static bool may_be_read_late(const struct world *w)
{
	return w->modem.place == MODEL_PLACE_AWAY && w->modem.code && !w->modem.elsewhere &&
	       !w->modem.uart;
}

/* What was on its way when the bus was lost; the machine takes END alone of it. */
static void make_read_late(struct world *w)
{
	enum model_code code = w->modem.code;
	char bytes[64];

	code_done(&w->modem, code);
	if (!w->host.runs)
		return;
	if (code == MODEL_CODE_END_BAD)
		code_heard(w, code);
	snprintf(bytes, sizeof(bytes), "\r\n%s\r\n", codes[code]);
	host_bytes(w, bytes);
}

static bool may_go_elsewhere(const struct world *w)
{
	return w->modem.accepted && !w->modem.elsewhere && !w->modem.rest;
}

static void make_elsewhere(struct world *w)
{
	w->modem.elsewhere = true;
}

/* Before any agent was run. */
static bool is_untouched(const struct world *w)
{
	return !w->host.runs && !w->host.finishes && !w->host.journal.there && !w->modem.uart &&
	       !w->modem.moved;
}

static void make_uart(struct world *w)
{
	w->modem.uart = true;
}

/* A job before this one was closed, and could not put that back. */
static void make_owed(struct world *w)
{
	struct journal_memory *journal = &w->host.journal;

	w->modem.moved = true;
	journal->there = true;
	journal->stage = DFOTA_PHASE_UPLOAD;
	journal->transfer = journal->end = -1;
	journal->started_ms = w->now_ms;
	text_set(journal->urc_port, sizeof(journal->urc_port), "uart1");
	text_set(journal->from, sizeof(journal->from), MODEL_OLD);
	text_set(journal->target, sizeof(journal->target), MODEL_NEW);
	text_set(journal->imei, sizeof(journal->imei), MODEL_IMEI);
}

/* A SIM that comes late is no boot. */
static bool may_find_sim(const struct world *w)
{
	return modem_is_here(&w->modem) && modem_is_quiet(&w->modem) &&
	       (w->modem.work == MODEL_WORK_DOWNLOAD || w->modem.work == MODEL_WORK_READY) &&
	       w->host.shown;
}

static void make_find_sim(struct world *w)
{
	host_bytes(w, "\r\n+CPIN: READY\r\n");
}

/* ---- work ---- */

/* A glitch of the bus does not keep it from working. */
static bool works(const struct world *w, enum model_work work)
{
	return w->modem.work == work && !w->modem.boots && modem_is_quiet(&w->modem);
}

static bool downloads(const struct world *w)
{
	return works(w, MODEL_WORK_DOWNLOAD);
}

static void idle(struct modem *m, enum model_code code)
{
	m->work = MODEL_WORK_IDLE;
	m->due_ms = 0;
	modem_tell(m, code);
}

static void make_downloaded(struct world *w)
{
	w->modem.work = MODEL_WORK_READY;
	w->modem.due_ms = w->now_ms + model_limits.ms[LIMIT_LEAVE] - MODEL_SOON_MS;
	modem_tell(&w->modem, MODEL_CODE_HTTPEND);
}

static void make_download_fail(struct world *w)
{
	idle(&w->modem, MODEL_CODE_HTTPEND_BAD);
}

static bool is_ready(const struct world *w)
{
	return works(w, MODEL_WORK_READY);
}

static void make_check_fail(struct world *w)
{
	idle(&w->modem, MODEL_CODE_END_BAD);
}

static bool may_update(const struct world *w)
{
	return works(w, MODEL_WORK_FLASH) && modem_is_here(&w->modem) &&
	       !(w->modem.told & TOLD(UPDATING));
}

static void make_update(struct world *w)
{
	modem_tell(&w->modem, MODEL_CODE_UPDATING);
}

static bool may_end(const struct world *w)
{
	return works(w, MODEL_WORK_FLASH) && modem_is_here(&w->modem);
}

static void end(struct world *w, bool updated, enum model_code code)
{
	w->modem.work = MODEL_WORK_ENDED;
	w->modem.updated |= updated;
	modem_tell(&w->modem, code);
}

static void make_end(struct world *w)
{
	end(w, true, MODEL_CODE_END);
}

static void make_end_for_nothing(struct world *w)
{
	end(w, false, MODEL_CODE_END);
}

/* What it has done it does not undo. */
static bool may_fail(const struct world *w)
{
	return may_end(w) && !w->modem.updated;
}

static void make_fail(struct world *w)
{
	end(w, false, MODEL_CODE_END_BAD);
}

static void make_fail_yet_new(struct world *w)
{
	end(w, true, MODEL_CODE_END_BAD);
}

/* After any silence, and as often as it likes: some retry for ever (facts 1.5). */
static bool may_retry(const struct world *w)
{
	return works(w, MODEL_WORK_ENDED) && modem_is_here(&w->modem) && !w->modem.updated;
}

static void make_retry(struct world *w)
{
	w->modem.work = MODEL_WORK_FLASH;
	w->modem.told = 0;
	modem_tell(&w->modem, MODEL_CODE_START);
}

/* Each of its tries may be another boot of recovery (facts 1.5, 10.4). */
static void make_retry_from_boot(struct world *w)
{
	w->modem.work = MODEL_WORK_FLASH;
	w->modem.told = 0;
	bus_lose(w, true);
}

/* An agent that died left it waiting for bytes. */
static bool may_give_up(const struct world *w)
{
	return w->modem.work == MODEL_WORK_LOADING && !w->host.data && w->modem.due_ms &&
	       !w->modem.asked[MODEL_PORT_AT];
}

static void make_give_up(struct world *w)
{
	w->modem.work = MODEL_WORK_IDLE;
	w->modem.due_ms = 0;
	host_bytes(w, "\r\n+CME ERROR: 421\r\n");
}

static const struct move moves[] = {
	{ "the code is heard", 0, has_code, make_say },
	{ "the code is lost", 1, may_lose, make_lose },
	{ "nobody is there for the code", 0, is_unheard, make_lose },
	{ "the code is heard, and will be once more", 1, may_say_twice, make_say_twice },
	{ "half of the code is read", 1, may_lose, make_two_reads },
	{ "half of the code comes as a line", 1, may_break_lines, make_two_lines },
	{ "the rest of the code comes", 0, has_rest, make_rest },
	{ "the code is read after the loss", 1, may_be_read_late, make_read_late },
	{ "its codes go to another port from now on", 1, may_go_elsewhere, make_elsewhere },
	{ "its URC port is a UART", 1, is_untouched, make_uart },
	{ "its URC port is owed from an earlier job", 1, is_untouched, make_owed },
	{ "it finds its SIM", 1, may_find_sim, make_find_sim },
	{ "it has downloaded", 0, downloads, make_downloaded },
	{ "its download fails", 0, downloads, make_download_fail },
	{ "it finds the package wrong", 0, is_ready, make_check_fail },
	{ "it has updated a part", 0, may_update, make_update },
	{ "it has updated all", 0, may_end, make_end },
	{ "it says so, and has not", 1, may_fail, make_end_for_nothing },
	{ "its update fails", 0, may_fail, make_fail },
	{ "its update fails, yet it is the new firmware", 1, may_fail, make_fail_yet_new },
	{ "it tries again by itself", 0, may_retry, make_retry },
	{ "it leaves, and tries again by itself", 0, may_retry, make_retry_from_boot },
	{ "it waits for no more bytes", 0, may_give_up, make_give_up },
};

const struct moves modem_moves = { moves, ARRAY_SIZE(moves) };
