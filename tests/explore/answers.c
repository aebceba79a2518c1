/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "agent/util.h"
#include "tests/explore/model.h"

/* Of AT+QFUPL, as package.h counts them. */
#define LOADED "+QFUPL: 3000,b34a"
/* Of AT+QFLST and AT+QFDEL (facts 3.1). */
#define NO_FILE "+CME ERROR: 405"
/* So long a modem waits for the next byte of an upload (the machine asks for 10 s). */
#define LOADING_MS 10000

enum answer {
	ANSWER_PLAIN, /* a line, if there is one, and OK */
	ANSWER_FIRMWARE,
	ANSWER_IMEI,
	ANSWER_FILE, /* ours; an error if it is not there */
	ANSWER_DELETE,
	ANSWER_URC_PORT,
	ANSWER_URC_MOVE,
	ANSWER_URC_BACK,
	ANSWER_LOAD,
	ANSWER_LOADED, /* to no command, but to the last byte */
	ANSWER_REQUEST,
	ANSWER_AT,
};

static const struct command {
	const char *begin;
	enum answer answer;
	const char *line;
} commands[] = {
	{ "AT+QFOTADL=", ANSWER_REQUEST, NULL },
	{ "AT+QFUPL=", ANSWER_LOAD, NULL },
	{ "AT+QFDEL=", ANSWER_DELETE, NULL },
	{ "AT+QFLST=", ANSWER_FILE, NULL },
	{ "AT+QFLDS=", ANSWER_PLAIN, "+QFLDS: 12987840,14483456" },
	{ "AT+QURCCFG=\"urcport\",\"usbat\"", ANSWER_URC_MOVE, NULL },
	{ "AT+QURCCFG=\"urcport\",", ANSWER_URC_BACK, NULL },
	{ "AT+QURCCFG=", ANSWER_URC_PORT, NULL },
	{ "AT+QINDCFG=", ANSWER_PLAIN, "+QINDCFG: \"all\",1" },
	{ "AT+CGMR", ANSWER_FIRMWARE, NULL },
	{ "AT+CGSN", ANSWER_IMEI, NULL },
	{ "AT+CFUN?", ANSWER_PLAIN, "+CFUN: 1" },
	{ "AT+CPIN?", ANSWER_PLAIN, "+CPIN: READY" },
	{ "AT+CEREG?", ANSWER_PLAIN, "+CEREG: 0,1" },
	{ "AT+CREG?", ANSWER_PLAIN, "+CREG: 0,1" },
	{ "AT+CGDCONT?", ANSWER_PLAIN, "+CGDCONT: 1,\"IP\",\"internet\"" },
	{ "AT+CSQ", ANSWER_PLAIN, "+CSQ: 28,99" },
	{ "AT", ANSWER_AT, NULL },
	{ "", ANSWER_LOADED, LOADED },
};

static bool is_pending(const struct world *w, enum answer answer)
{
	uint8_t asked = w->modem.asked[MODEL_PORT_AT];

	return asked && commands[asked - 1].answer == answer;
}

bool answers_load_is_pending(const struct world *w)
{
	return is_pending(w, ANSWER_LOAD);
}

bool answers_request_is_pending(const struct world *w)
{
	return is_pending(w, ANSWER_REQUEST);
}

void answers_asked(struct world *w, uint8_t port)
{
	struct modem *m = &w->modem;
	uint8_t i = 0;

	while (strncmp(w->d.command, commands[i].begin, strlen(commands[i].begin)) != 0)
		i++;
	/* An agent that does not wait gets its answers one after the other all the same. */
	if (port == MODEL_PORT_AT && m->asked[port] && !m->late)
		m->late = m->asked[port];
	if (port < MODEL_PORTS)
		m->asked[port] = (uint8_t)(i + 1);
}

void answers_loaded(struct world *w)
{
	w->modem.asked[MODEL_PORT_AT] = ARRAY_SIZE(commands);
}

static bool is_stranger(const struct world *w)
{
	return w->modem.place == MODEL_PLACE_TAKEN;
}

static const char *firmware_of(const struct world *w)
{
	/* One that runs what is wanted: the worst that can be taken for ours. */
	return w->modem.updated || is_stranger(w) ? MODEL_NEW : MODEL_OLD;
}

static void answer(struct world *w, uint8_t port, const char *line, const char *last)
{
	char bytes[128];

	if (port != MODEL_PORT_AT) {
		if (line)
			host_line(w, line);
		host_line(w, last);
		return;
	}
	snprintf(bytes, sizeof(bytes), "%s%s%s\r\n%s\r\n", line ? "\r\n" : "", line ? line : "",
		 line ? "\r\n" : "", last);
	host_bytes(w, bytes);
}

static bool can_accept(const struct world *w)
{
	return w->modem.work == MODEL_WORK_IDLE && !is_stranger(w);
}

static void accept(struct world *w)
{
	struct modem *m = &w->modem;
	uint64_t leave = model_limits.ms[LIMIT_LEAVE] - MODEL_SOON_MS;

	m->accepted++;
	m->told = 0;
	m->work = MODEL_WORK_READY;
	m->due_ms = w->now_ms + leave;
	if (w->host.job == MODEL_JOB_URL) {
		m->work = MODEL_WORK_DOWNLOAD;
		m->due_ms = w->now_ms + model_limits.ms[LIMIT_DOWNLOAD] - leave - MODEL_SOON_MS;
		modem_tell(m, MODEL_CODE_HTTPSTART);
	}
}

/* Accepted first: what comes of the OK may ask for more. */
static void answer_request(struct world *w, uint8_t port)
{
	bool accepts = can_accept(w);

	if (accepts)
		accept(w);
	else
		w->modem.requests = 0;
	answer(w, port, NULL, accepts ? "OK" : "ERROR");
}

static void answer_load(struct world *w, uint8_t port)
{
	w->modem.work = MODEL_WORK_LOADING;
	w->modem.stored = true;
	w->modem.due_ms = w->now_ms + LOADING_MS;
	answer(w, port, NULL, "CONNECT");
}

static void answer_delete(struct world *w, uint8_t port)
{
	bool stored = w->modem.stored;

	w->modem.stored = false;
	answer(w, port, NULL, stored ? "OK" : NO_FILE);
}

/* AT gets its OK from the flashing system too; nothing else does. */
static void answer_flashing(struct world *w, uint8_t port, enum answer kind)
{
	answer(w, port, NULL, kind == ANSWER_AT ? "OK" : "ERROR");
}

static void loaded(struct modem *m)
{
	m->work = MODEL_WORK_IDLE;
	m->due_ms = 0;
}

static void answer_normal(struct world *w, uint8_t port, const struct command *command)
{
	struct modem *m = &w->modem;

	switch (command->answer) {
	case ANSWER_REQUEST:
		answer_request(w, port);
		break;
	case ANSWER_LOAD:
		answer_load(w, port);
		break;
	case ANSWER_LOADED:
		loaded(m);
		answer(w, port, command->line, "OK");
		break;
	case ANSWER_DELETE:
		answer_delete(w, port);
		break;
	case ANSWER_FILE:
		answer(w, port, m->stored ? "+QFLST: \"UFS:qfota.zip\",3000" : NULL,
		       m->stored ? "OK" : NO_FILE);
		break;
	case ANSWER_URC_PORT:
		answer(w, port,
		       m->uart ? "+QURCCFG: \"urcport\",\"uart1\"" :
				 "+QURCCFG: \"urcport\",\"usbat\"",
		       "OK");
		break;
	case ANSWER_URC_MOVE:
		m->moved |= m->uart;
		m->uart = false;
		answer(w, port, NULL, "OK");
		break;
	case ANSWER_URC_BACK:
		m->uart = true;
		m->moved = false;
		answer(w, port, NULL, "OK");
		break;
	case ANSWER_FIRMWARE:
		answer(w, port, firmware_of(w), "OK");
		break;
	case ANSWER_IMEI:
		answer(w, port, is_stranger(w) ? MODEL_STRANGER : MODEL_IMEI, "OK");
		break;
	case ANSWER_PLAIN:
	case ANSWER_AT:
		answer(w, port, command->line, "OK");
		break;
	}
}

static void answer_asked(struct world *w, uint8_t port, uint8_t asked)
{
	const struct command *command = &commands[asked - 1];

	if (modem_is_flashing(&w->modem) && !is_stranger(w))
		answer_flashing(w, port, command->answer);
	else
		answer_normal(w, port, command);
}

static uint8_t take_asked(struct world *w, uint8_t port)
{
	uint8_t asked = w->modem.asked[port];

	w->modem.asked[port] = 0;
	return asked;
}

/* ---- the moves ---- */

/* Lines do not come between the halves of another, and none before RDY. */
static bool may_speak(const struct world *w)
{
	return w->modem.place != MODEL_PLACE_AWAY && !w->modem.rest &&
	       w->modem.code != MODEL_CODE_RDY;
}

/* In the order of the commands. */
static bool is_asked(const struct world *w)
{
	return may_speak(w) && w->modem.asked[MODEL_PORT_AT] && !w->modem.late;
}

static void make_answer(struct world *w)
{
	answer_asked(w, MODEL_PORT_AT, take_asked(w, MODEL_PORT_AT));
}

static bool is_asked_elsewhere(const struct world *w)
{
	return may_speak(w) && w->modem.asked[MODEL_PORT_MODEM];
}

static void make_answer_elsewhere(struct world *w)
{
	answer_asked(w, MODEL_PORT_MODEM, take_asked(w, MODEL_PORT_MODEM));
}

static bool is_asked_for(const struct world *w, enum answer answer)
{
	return is_asked(w) && commands[w->modem.asked[MODEL_PORT_AT] - 1].answer == answer;
}

static bool is_request(const struct world *w)
{
	return is_asked_for(w, ANSWER_REQUEST);
}

/* Once: a machine that tries all directories of a file store ends by itself. */
static bool may_refuse(const struct world *w)
{
	return is_request(w) && !w->modem.tried;
}

static void make_refuse(struct world *w)
{
	take_asked(w, MODEL_PORT_AT);
	w->modem.tried = true;
	w->modem.requests = 0;
	answer(w, MODEL_PORT_AT, NULL, "+CME ERROR: 3");
}

static bool may_err(const struct world *w)
{
	return is_asked(w) && !is_request(w) && !is_asked_for(w, ANSWER_LOADED);
}

static void make_err(struct world *w)
{
	take_asked(w, MODEL_PORT_AT);
	answer(w, MODEL_PORT_AT, NULL, "ERROR");
}

static void make_silence(struct world *w)
{
	if (is_asked_for(w, ANSWER_LOADED))
		loaded(&w->modem);
	take_asked(w, MODEL_PORT_AT);
}

static bool is_asked_in_flash(const struct world *w)
{
	return is_asked(w) && modem_is_flashing(&w->modem) && w->modem.place == MODEL_PLACE_BUS;
}

static bool may_lose_ok(const struct world *w)
{
	return is_request(w) && can_accept(w);
}

static void make_lose_ok(struct world *w)
{
	take_asked(w, MODEL_PORT_AT);
	accept(w);
}

static bool may_be_late(const struct world *w)
{
	return may_err(w) && w->modem.work != MODEL_WORK_LOADING;
}

static void make_late(struct world *w)
{
	w->modem.late = take_asked(w, MODEL_PORT_AT);
	w->modem.slow = true;
}

static bool is_late(const struct world *w)
{
	return may_speak(w) && w->modem.late && w->modem.work != MODEL_WORK_LOADING;
}

static void make_late_answer(struct world *w)
{
	uint8_t asked = w->modem.late;

	w->modem.late = 0;
	w->modem.slow = false;
	answer_asked(w, MODEL_PORT_AT, asked);
}

static const struct move moves[] = {
	{ "it answers", 0, is_asked, make_answer },
	{ "its modem port answers", 0, is_asked_elsewhere, make_answer_elsewhere },
	{ "it refuses the request", 0, may_refuse, make_refuse },
	{ "it answers ERROR", 1, may_err, make_err },
	{ "it leaves that unanswered, flashing", 0, is_asked_in_flash, make_silence },
	{ "it never got that", 1, is_asked, make_silence },
	{ "it accepts, and the OK is lost", 1, may_lose_ok, make_lose_ok },
	{ "it will answer too late", 1, may_be_late, make_late },
	{ "it answers what was asked before", 0, is_late, make_late_answer },
};

const struct moves answers_moves = { moves, ARRAY_SIZE(moves) };
