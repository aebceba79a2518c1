/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs see: one JSON object per line. Text from a modem may hold any
 * bytes; what is no UTF-8, or a control character that JSON would pass on, is
 * written as the four characters \xHH, so that the stream is always valid.
 * Credentials in URLs are masked wherever they turn up.
 */
#ifndef QFOTA_JSON_H
#define QFOTA_JSON_H

#include <stdio.h>

#include "agent/news.h"

struct json_view {
	struct view view;
	FILE *out;
	int error;
};

/* @out is not owned; each line is flushed. Notes are not part of the stream. */
void json_view_init(struct json_view *json, FILE *out);

/*
 * 0, or the first thing that kept a line from being written whole: -ENOMEM, or
 * errno of write(2). Later lines are tried all the same.
 */
int json_view_error(const struct json_view *json);

/* The result object on one line without its newline, to be freed; NULL: out of memory. */
char *json_result_string(const struct modem_facts *modem, const struct modem_result *result);

#endif
