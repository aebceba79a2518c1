/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/modem_line.h"

#include <stdio.h>
#include <string.h>

#include "agent/core/quectel.h"
#include "agent/core/text.h"

#define CODE_GREEN "\033[32m"
#define CODE_YELLOW "\033[33m"
#define CODE_RED "\033[31m"
#define CODE_PLAIN "\033[0m"

static void ids_text(const struct modem_facts *modem, char ret[static MODEM_NAME_SIZE])
{
	snprintf(ret, MODEM_NAME_SIZE, "%04x:%04x", modem->vid, modem->pid);
}

bool modem_facts_past(struct modem_facts *ret, const char *position, const char *firmware)
{
	bool fits;

	*ret = (struct modem_facts){ .interface = -1 };
	fits = text_set(ret->position, sizeof(ret->position), position) &&
	       text_set(ret->firmware, sizeof(ret->firmware), firmware);
	quectel_model(ret->firmware, ret->model, sizeof(ret->model));
	if (!ret->model[0])
		text_set(ret->model, sizeof(ret->model), "-");
	return fits;
}

void modem_name(const struct modem_facts *modem, char ret[static MODEM_NAME_SIZE])
{
	ret[0] = '\0';
	if (modem->model[0])
		text_set(ret, MODEM_NAME_SIZE, modem->model);
	else if (modem->vid)
		ids_text(modem, ret);
}

void modem_line_begin(struct line *line, const struct modem_facts *modem)
{
	char name[MODEM_NAME_SIZE];

	modem_name(modem, name);
	line_begin(line, LINE_UNLIMITED);
	line_add(line, modem->position);
	line_gap(line);
	line_add(line, name);
	if (name[0])
		line_gap(line);
}

void modem_line_add_found(struct line *line, const struct modem_facts *modem)
{
	char composition[64], ids[MODEM_NAME_SIZE];

	layout_describe(&modem->layout, composition, sizeof(composition));
	ids_text(modem, ids);
	line_add(line, ids);
	line_gap(line);
	if (modem->product[0]) {
		line_add(line, modem->product);
		line_gap(line);
	}
	line_add(line, composition);
	if (modem->interface >= 0) {
		line_add(line, ", AT on interface ");
		line_add_number(line, modem->interface);
	}
}

void modem_line_add_identified(struct line *line, const struct modem_facts *modem)
{
	line_add(line, modem->firmware);
	line_gap(line);
	line_add(line, "IMEI ");
	line_add(line, modem->imei);
}

static void line_add_end(struct line *line, int end)
{
	if (end < 0) {
		line_add(line, "END not seen");
	} else {
		line_add(line, "END ");
		line_add_number(line, end);
	}
	line_gap(line);
}

/* "before → after", or the one that is known. */
static void line_add_firmware(struct line *line, const char *from, const char *to, bool utf8)
{
	if (!*from && !*to)
		return;
	line_add(line, *from ? from : to);
	if (*from && *to && strcmp(from, to) != 0) {
		line_add(line, " ");
		if (utf8)
			line_add_glyph(line, "\u2192");
		else
			line_add(line, "->");
		line_add(line, " ");
		line_add(line, to);
	}
	line_gap(line);
}

static void line_add_outcome(struct line *line, const struct verdict *verdict, bool colour)
{
	/* Not confirmed and interrupted (7, 8): it may still end well. */
	bool open = verdict->exit == 7 || verdict->exit == 8;

	if (colour && verdict->exit == 0)
		line_add_code(line, CODE_GREEN);
	else if (colour)
		line_add_code(line, open ? CODE_YELLOW : CODE_RED);
	line_add(line, outcome_name(verdict->outcome));
	if (colour)
		line_add_code(line, CODE_PLAIN);
	line_gap(line);
}

void modem_line_verdict(struct line *line, const struct modem_facts *modem,
			const struct modem_result *result, struct modem_line_style style)
{
	modem_line_begin(line, modem);
	if (result->requested)
		line_add_end(line, result->end);
	line_add_firmware(line, modem->firmware, result->to, style.utf8);
	line_add_outcome(line, &result->verdict, style.colour);
	line_add_duration(line, result->elapsed_ms);
}

#define INDENT 2

bool modem_line_reason(struct line *line, const struct modem_result *result)
{
	line_begin(line, LINE_UNLIMITED);
	line_pad(line, INDENT);
	if (result->transfer > 0) {
		line_add(line, "the transfer ended with code ");
		line_add_number(line, result->transfer);
		line_add(line, result->reason ? ": " : "");
	}
	if (result->reason)
		line_add(line, result->reason);
	return line->width > INDENT;
}

bool modem_line_advice(struct line *line, const struct modem_result *result)
{
	if (!result->advice)
		return false;
	line_begin(line, LINE_UNLIMITED);
	line_pad(line, INDENT);
	line_add(line, result->advice);
	return true;
}
