/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/probe.h"

#include <string.h>

#include "agent/core/quectel.h"
#include "agent/core/text.h"

typedef void probe_take_fn(struct probe *probe, const struct at_line *line);

static void take_firmware(struct probe *probe, const struct at_line *line)
{
	char firmware[PROBE_TEXT_SIZE];

	if (line->type == AT_LINE_TEXT && at_revision(line->text, firmware, sizeof(firmware)))
		text_set(probe->firmware, sizeof(probe->firmware), firmware);
}

/* +CPIN: READY, or +CME ERROR: 10 and the like (3GPP 27.007, 8.3) */
static void take_sim(struct probe *probe, const struct at_line *line)
{
	const char *state = text_after(line->text, "+CPIN:");
	const char *meaning = line->code < 0 ? NULL : quectel_cme(line->code);

	if (state)
		text_set(probe->sim, sizeof(probe->sim), text_skip_blanks(state));
	else if (line->type == AT_LINE_ERROR && meaning)
		text_set(probe->sim, sizeof(probe->sim), meaning);
	else if (line->type == AT_LINE_ERROR)
		text_set(probe->sim, sizeof(probe->sim), line->text);
}

static bool is_registered(int registration)
{
	return registration == 1 || registration == 5;
}

/* On LTE CEREG counts, elsewhere CREG: either will do. */
static void take_registration(struct probe *probe, const struct at_line *line)
{
	int registration = at_registration(line->text);

	if (registration >= 0 && !is_registered(probe->registration))
		probe->registration = registration;
}

/* +CSQ: <rssi>,<ber>: 0..31 stand for -113..-51 dBm (3GPP 27.007, 8.5) */
static void take_signal(struct probe *probe, const struct at_line *line)
{
	const char *value = text_after(line->text, "+CSQ:");
	int rssi;

	if (value && text_number(text_skip_blanks(value), &rssi) && rssi <= 31)
		probe->signal = 2 * rssi - 113;
}

static const struct probe_row {
	const char *command;
	probe_take_fn *take;
} rows[] = {
	{ "AT+CGMR", take_firmware },
	{ "AT+CPIN?", take_sim },
	{ "AT+CEREG?", take_registration },
	{ "AT+CREG?", take_registration },
	{ "AT+CSQ", take_signal },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

void probe_init(struct probe *probe)
{
	*probe = (struct probe){ .registration = -1 };
}

const char *probe_command(const struct probe *probe)
{
	return probe->asked < ROWS ? rows[probe->asked].command : NULL;
}

void probe_take(struct probe *probe, const struct at_line *line)
{
	if (probe->asked >= ROWS)
		return;
	rows[probe->asked].take(probe, line);
	if (line->type == AT_LINE_OK || line->type == AT_LINE_ERROR)
		probe->asked++;
}

const char *probe_registration_word(int registration)
{
	static const char *const words[] = {
		"not registered", "home", "searching", "denied", "unknown", "roaming",
	};

	if (registration < 0 || (size_t)registration >= sizeof(words) / sizeof(words[0]))
		return NULL;
	return words[registration];
}
