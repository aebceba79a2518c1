/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results of past jobs as they stand in history.jsonl: one object of the
 * JSON stream (agent/json.h) on each line.
 */
#ifndef QFOTA_HISTORY_H
#define QFOTA_HISTORY_H

#include "agent/news.h"
#include "agent/textfile.h"

struct json_object;

/* Strings point into .object, and are empty where they were null. */
struct history_entry {
	struct json_object *object;
	char time[24];		    /* "2026-11-22 11:00:58Z" */
	struct modem_facts facts;   /* position, model, firmware */
	struct modem_result result; /* without advice */
};

/* -EBADMSG: @text is no such object; -ENOMEM */
int history_parse(const char *text, struct history_entry *ret);
void history_clear(struct history_entry *entry);

/*
 * history.jsonl of @state_dir (NULL: the default). *ret_path is to be freed, also
 * after an error. Errors as textfile_open().
 */
int history_open(const char *state_dir, char **ret_path, struct textfile **ret);

#endif
