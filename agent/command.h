/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command gets from the command line, and the table of commands that
 * main() chooses from and prints its help from.
 */
#ifndef QFOTA_COMMAND_H
#define QFOTA_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"

#define COMMAND_LIST_MAX 256 /* positions, or IMEIs, on one command line */

enum command_status {
	COMMAND_STATUS_OK = 0,
	COMMAND_STATUS_HOST = 1,
	COMMAND_STATUS_USAGE = 2,
	COMMAND_STATUS_NO_MODEM = 3,
	COMMAND_STATUS_REFUSED = 4,
	COMMAND_STATUS_LOST = 9,
};

struct command_options {
	struct agent_choice choice;
	const char *ports[COMMAND_LIST_MAX];
	const char *imeis[COMMAND_LIST_MAX];
	struct wish wish;
	const char *config;    /* NULL: the default files */
	const char *state_dir; /* NULL: the default */
	const char *record;    /* NULL: no transcript */
	bool json;
	bool probe;
	bool quiet;
	bool progress;
	unsigned int verbose;
};

struct command {
	const char *name;
	const char *arguments; /* for the help */
	const char *help;
	bool json; /* knows --json */
	bool transcript; /* knows --record */
	bool upgrades; /* takes --from, --to, --dry-run and --force */
	bool unconfigured; /* reads no configuration; list does with --probe only */
	/* The arguments behind the command's name. Returns the exit status. */
	int (*run)(struct command_options *options, int count, char *const *arguments);
};

extern const struct command command_upgrade;
extern const struct command command_list;
extern const struct command command_follow;
extern const struct command command_watch;
extern const struct command command_at;
extern const struct command command_history;
extern const struct command command_replay;
extern const struct command command_report;

/* One sentence to stderr, "qfota-agent: " before it, and the credentials of URLs in it masked. */
void command_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether @text is a sysfs name, such as 1-1.4. */
bool command_is_position(const char *text);
/* Flushes stdout: COMMAND_STATUS_OK, or (said why) COMMAND_STATUS_HOST. */
int command_flush(void);

#endif
