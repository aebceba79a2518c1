/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * upgrade: each chosen modem to what the package, or the configuration, says.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/config.h"
#include "agent/console.h"
#include "agent/journal.h"
#include "agent/json.h"
#include "agent/loop.h"
#include "agent/package_file.h"
#include "agent/recorder.h"
#include "agent/util.h"

/* All that a run needs, opened in this order and closed in the opposite one. */
struct upgrade {
	const struct command_options *options;
	struct config config;
	struct journal *journal;
	struct recorder *recorder;
	struct loop *loop;
	struct console *console;
	struct json_view json;
};

/* Takes a copy and wipes the credentials off the process title. -ENOMEM */
static int take_package(struct wish *wish, char *argument)
{
	wish->package = strdup(argument);
	if (!wish->package) {
		command_error("out of memory");
		return -ENOMEM;
	}
	source_overwrite(argument);
	return 0;
}

/* Each modem opens it anew when its turn comes; what is wrong now is told at once. */
static int check_file(const char *path)
{
	struct package_file file;
	char error[256];
	int r = package_file_open(path, NULL, &file, error, sizeof(error));

	if (r < 0) {
		command_error("%s", error);
		return -EINVAL;
	}
	package_file_close(&file);
	return 0;
}

static int parse_package(struct wish *wish, int count, char *const *arguments)
{
	const char *error;

	if (count > 1) {
		command_error("upgrade takes one package, but was given %d", count);
		return -EINVAL;
	}
	if (count == 0) {
		if (!wish->from && !wish->to)
			return 0;
		command_error("--from and --to state what a PACKAGE does, but none is given");
		return -EINVAL;
	}
	if (take_package(wish, arguments[0]) < 0)
		return -ENOMEM;
	if (source_parse(wish->package, &wish->source, &error) < 0) {
		command_error("%s", error);
		return -EINVAL;
	}
	return wish->source.kind == SOURCE_KIND_FILE ? check_file(wish->source.argument) : 0;
}

static int open_config(struct upgrade *u)
{
	char error[256];
	int r = config_load(u->options->config, &u->config, error, sizeof(error));

	if (r < 0)
		command_error("%s", error);
	return r;
}

static void tell_damage(const struct journal *journal)
{
	const char *damage;

	for (unsigned int i = 0; (damage = journal_damage(journal, i, NULL)); i++)
		command_error("%s", damage);
}

static int open_journal(struct upgrade *u)
{
	const char *dir = u->options->state_dir ? u->options->state_dir : JOURNAL_DEFAULT_DIR;
	int r = journal_open(dir, &u->journal);

	if (r == 0)
		tell_damage(u->journal);
	if (r == 0 && !u->options->wish.dry_run)
		r = journal_writable(u->journal);
	if (r < 0)
		command_error("cannot keep the journal in %s, and without it no upgrade is begun: "
			      "%s; use sudo or --state-dir, or mend the folder (to open modems "
			      "without sudo, install the udev rule 70-qfota.rules)",
			      dir, strerror(-r));
	return r;
}

static int open_recorder(struct upgrade *u)
{
	int r;

	if (!u->options->record)
		return 0;
	r = recorder_open(u->options->record, &u->recorder);
	if (r < 0)
		command_error("cannot write the transcript %s: %s", u->options->record,
			      strerror(-r));
	return r;
}

static int open_views(struct upgrade *u)
{
	struct console_options how = {
		.out = u->options->json ? NULL : stdout,
		.err = stderr,
		.quiet = u->options->quiet,
		.verbose = u->options->verbose > 0,
	};
	int r;

	console_detect(&how, u->options->progress);
	r = loop_create(&u->loop);
	how.loop = u->loop;
	if (r == 0)
		r = console_create(&how, &u->console);
	if (r < 0)
		command_error("cannot start: %s", strerror(-r));
	json_view_init(&u->json, stdout);
	return r;
}

static int upgrade_work(struct upgrade *u, int *ret_status)
{
	struct agent_context context = {
		.config = &u->config,
		.journal = u->journal,
		.recorder = u->recorder,
		.loop = u->loop,
		.views = { console_view(u->console) },
	};
	int r;

	if (u->options->json)
		context.views[1] = &u->json.view;
	r = agent_upgrade(&context, &u->options->choice, &u->options->wish, ret_status);
	if (r == -EINVAL)
		command_error("--interface %d is no serial interface (ff/00/00) of the modem; see "
			      "qfota-agent list",
			      u->options->wish.interface);
	else if (r < 0)
		command_error("cannot work with USB on this host: %s", strerror(-r));
	else if (*ret_status == COMMAND_STATUS_NO_MODEM)
		command_error("no matching modem is plugged in; see qfota-agent list");
	return r;
}

static void upgrade_close(struct upgrade *u)
{
	int r = u->recorder ? recorder_error(u->recorder) : 0;

	if (r < 0)
		command_error("the transcript %s is not whole: %s", u->options->record,
			      strerror(-r));
	console_free(u->console);
	loop_free(u->loop);
	recorder_close(u->recorder);
	journal_free(u->journal);
	config_clear(&u->config);
}

static int status_of(const struct upgrade *u, int r, int status)
{
	if (r == -EINVAL)
		return COMMAND_STATUS_USAGE;
	if (r < 0)
		return COMMAND_STATUS_HOST;
	r = u->options->json ? json_view_error(&u->json) : console_error(u->console);
	if (r < 0)
		command_error("the output could not be written whole: %s", strerror(-r));
	return r < 0 && status == 0 ? COMMAND_STATUS_HOST : status;
}

static int upgrade_package(struct command_options *options, int count,
			   char *const *arguments)
{
	struct upgrade u = { .options = options };
	int status = COMMAND_STATUS_OK;
	int r;

	/* A reader that leaves (| head) must not end a job: its error is told at the end. */
	signal(SIGPIPE, SIG_IGN);
	/* Whatever cannot be read as it stands is a mistake of the command line or the configuration. */
	if (parse_package(&options->wish, count, arguments) < 0 || open_config(&u) < 0)
		return COMMAND_STATUS_USAGE;
	r = open_journal(&u);
	if (r == 0)
		r = open_recorder(&u);
	if (r == 0)
		r = open_views(&u);
	if (r == 0)
		r = upgrade_work(&u, &status);
	status = status_of(&u, r, status);
	upgrade_close(&u);
	return status;
}

static int upgrade_run(struct command_options *options, int count, char *const *arguments)
{
	int status = upgrade_package(options, count, arguments);

	free((char *)options->wish.package);
	return status;
}

const struct command command_upgrade = {
	.name = "upgrade",
	.arguments = "[PACKAGE]",
	.help = "upgrade modems (without PACKAGE: as configured)",
	.json = true,
	.run = upgrade_run,
};
