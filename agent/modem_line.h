/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines about one modem that stay: what it is, and how its job ended.
 */
#ifndef QFOTA_MODEM_LINE_H
#define QFOTA_MODEM_LINE_H

#include <stdbool.h>

#include "agent/line.h"
#include "agent/news.h"

struct modem_line_style {
	bool colour; /* of the outcome */
	bool utf8;   /* else ASCII */
};

#define MODEM_NAME_SIZE 24

/*
 * What a verdict line needs of a modem that is not there: its model is told by the
 * firmware, "-" if it is not. False: one of them did not fit whole.
 */
bool modem_facts_past(struct modem_facts *ret, const char *position, const char *firmware);

/* The model, or where it is not known the ids: "EP06", "2c7c:0307"; empty if neither is. */
void modem_name(const struct modem_facts *modem, char ret[static MODEM_NAME_SIZE]);

/* "1-1.4  EP06  ": what every line begins with. */
void modem_line_begin(struct line *line, const struct modem_facts *modem);
void modem_line_add_found(struct line *line, const struct modem_facts *modem);
void modem_line_add_identified(struct line *line, const struct modem_facts *modem);

/* "1-1.4  EP06  END 0  EP06ELAR03A08M4G → EP06ELAR04A01M4G  upgraded  4m12s" */
void modem_line_verdict(struct line *line, const struct modem_facts *modem,
			const struct modem_result *result, struct modem_line_style style);
/* The reason, indented; false if there is none. */
bool modem_line_reason(struct line *line, const struct modem_result *result);
/* What to do next, indented; false if nothing. */
bool modem_line_advice(struct line *line, const struct modem_result *result);

#endif
