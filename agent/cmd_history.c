/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history: past jobs of this host, the oldest first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/command.h"
#include "agent/console.h"
#include "agent/history.h"
#include "agent/modem_line.h"
#include "agent/util.h"

/* 2026-11-22 11:00:58Z  1-1.4  EP06  END 0  … → EP06ELAR04A01M4G  upgraded  4m12s */
static void entry_print(const struct history_entry *entry, struct modem_line_style style)
{
	struct line line;

	modem_line_verdict(&line, &entry->facts, &entry->result, style);
	printf("%s  %s\n", entry->time, line.text);
}

/* How many were shown, or a negative errno. */
static int entries_print(const struct command_options *options, struct textfile *file,
			 const char *path)
{
	struct console_options how = { .out = stdout, .err = stderr };
	struct history_entry entry;
	int shown = 0, r;

	console_detect(&how, false);
	while ((r = textfile_next(file)) > 0) {
		if (!file->sound || history_parse(file->text, &entry) < 0) {
			command_error("%s:%u: no result of a job, skipped", path, file->number);
			continue;
		}
		if (choice_has_port(&options->choice, entry.facts.position)) {
			shown++;
			if (options->json)
				puts(file->text);
			else
				entry_print(&entry, (struct modem_line_style){ how.colour, how.utf8 });
		}
		history_clear(&entry);
	}
	return r < 0 ? r : shown;
}

static int history_print(const struct command_options *options)
{
	_cleanup_free_ char *path = NULL;
	struct textfile *file = NULL;
	int r;

	r = history_open(options->state_dir, &path, &file);
	if (r == 0)
		r = entries_print(options, file, path);
	textfile_close(file);
	if (r == 0 || r == -ENOENT) {
		fprintf(stderr, "no job is in the history, %s\n", path);
		return COMMAND_STATUS_OK;
	}
	if (r < 0) {
		command_error("cannot read the history %s: %s; use sudo or --state-dir", path,
			      strerror(-r));
		return COMMAND_STATUS_HOST;
	}
	return command_flush();
}

static int history_run(struct command_options *options, int count, char *const *arguments)
{
	if (count) {
		command_error("history takes no argument, but was given \"%s\"", arguments[0]);
		return COMMAND_STATUS_USAGE;
	}
	if (options->choice.imei_count) {
		command_error("the history holds no IMEI; choose by --port");
		return COMMAND_STATUS_USAGE;
	}
	return history_print(options);
}

const struct command command_history = {
	.name = "history",
	.arguments = "",
	.help = "show past jobs of this host",
	.json = true,
	.unconfigured = true,
	.run = history_run,
};
