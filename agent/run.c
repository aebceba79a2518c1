/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "agent/config.h"
#include "agent/console.h"
#include "agent/inventory.h"
#include "agent/journal.h"
#include "agent/json.h"
#include "agent/loop.h"
#include "agent/recorder.h"

/* All that a run needs, opened in this order and closed in the opposite one. */
struct run {
	const struct command_options *options;
	struct config config;
	struct journal *journal;
	struct recorder *recorder;
	struct loop *loop;
	struct console *console;
	struct json_view json;
};

static int open_config(struct run *run)
{
	char error[256];
	int r = config_load(run->options->config, &run->config, error, sizeof(error));

	if (r < 0)
		command_error("%s", error);
	return r;
}

static void warn_of_source(const char *where, const struct source *source)
{
	const char *warning = source_warning(source);

	if (warning)
		command_error("%s%swarning: %s", where, where[0] ? ": " : "", warning);
}

/* Of what this run may send: the package that was given, or those of the configuration. */
static void warn_of_packages(const struct run *run)
{
	const struct config *config = &run->config;
	const struct wish *wish = &run->options->wish;

	if (run->options->quiet || wish->follow)
		return;
	if (wish->package)
		warn_of_source("", &wish->source);
	for (size_t i = 0; !wish->package && i < config->deltas; i++) {
		struct source source;
		const char *error;

		if (source_parse(config->delta[i].package, &source, &error) == 0)
			warn_of_source(config->delta[i].where, &source);
	}
}

static void tell_damage(const struct journal *journal)
{
	const char *damage;

	for (unsigned int i = 0; (damage = journal_damage(journal, i, NULL)); i++)
		command_error("%s", damage);
}

static const char *state_dir(const struct run *run)
{
	return run->options->state_dir ? run->options->state_dir : JOURNAL_DEFAULT_DIR;
}

static int open_journal(struct run *run)
{
	const char *dir = state_dir(run);
	int r = journal_open(dir, &run->journal);

	if (r == 0)
		tell_damage(run->journal);
	/* Where nothing is requested nothing need be written. */
	if (r == 0 && !run->options->wish.dry_run && !run->options->wish.follow)
		r = journal_writable(run->journal);
	if (r < 0)
		command_error("cannot keep the journal in %s, and without it no upgrade is begun: "
			      "%s; use sudo or --state-dir, or mend the folder (to open modems "
			      "without sudo, install the udev rule 70-qfota.rules)",
			      dir, strerror(-r));
	return r;
}

static int open_recorder(struct run *run)
{
	int r;

	if (!run->options->record)
		return 0;
	r = recorder_open(run->options->record, &run->recorder);
	if (r < 0)
		command_error("cannot write the transcript %s: %s", run->options->record,
			      strerror(-r));
	return r;
}

static int open_views(struct run *run)
{
	struct console_options how = {
		.out = run->options->json ? NULL : stdout,
		.err = stderr,
		.quiet = run->options->quiet,
		.verbose = run->options->verbose > 0,
	};
	int r;

	console_detect(&how, run->options->progress);
	r = loop_create(&run->loop);
	how.loop = run->loop;
	if (r == 0)
		r = console_create(&how, &run->console);
	if (r < 0)
		command_error("cannot start: %s", strerror(-r));
	json_view_init(&run->json, stdout);
	return r;
}

static int no_modem(const struct run *run)
{
	char text[200];

	if (!run->options->wish.follow) {
		inventory_no_modem(&run->options->choice, text, sizeof(text));
		command_error("%s", text);
		return COMMAND_STATUS_NO_MODEM;
	}
	command_error("nothing to follow: no job is open in %s, and no matching modem is plugged in",
		      state_dir(run));
	return COMMAND_STATUS_OK;
}

static int run_work(struct run *run, int *ret_status)
{
	struct agent_context context = {
		.config = &run->config,
		.journal = run->journal,
		.recorder = run->recorder,
		.loop = run->loop,
		.views = { console_view(run->console) },
	};
	int r;

	if (run->options->json)
		context.views[1] = &run->json.view;
	r = agent_work(&context, &run->options->choice, &run->options->wish, ret_status);
	if (r == -EINVAL)
		command_error(INVENTORY_BAD_INTERFACE, run->options->wish.interface);
	else if (r < 0)
		command_error("cannot work with USB and " JOURNAL_RUN_DIR " on this host: %s",
			      strerror(-r));
	else if (*ret_status == COMMAND_STATUS_NO_MODEM)
		*ret_status = no_modem(run);
	return r;
}

static void run_close(struct run *run)
{
	int r = recorder_close(run->recorder);

	if (r < 0)
		command_error("the transcript %s is not whole: %s", run->options->record,
			      strerror(-r));
	console_free(run->console);
	loop_free(run->loop);
	journal_free(run->journal);
	config_clear(&run->config);
}

static int status_of(const struct run *run, int r, int status)
{
	if (r == -EINVAL)
		return COMMAND_STATUS_USAGE;
	if (r < 0)
		return verdict_worst_exit(COMMAND_STATUS_HOST, status);
	r = run->options->json ? json_view_error(&run->json) : console_error(run->console);
	if (r < 0)
		command_error("the output could not be written whole: %s", strerror(-r));
	return r < 0 && status == 0 ? COMMAND_STATUS_HOST : status;
}

int run_modems(const struct command_options *options)
{
	struct run run = { .options = options };
	int status = COMMAND_STATUS_OK;
	int r;

	/* A reader that leaves (| head) must not end a job: its error is told at the end. */
	signal(SIGPIPE, SIG_IGN);
	/* Whatever cannot be read as it stands is a mistake of the configuration. */
	if (open_config(&run) < 0)
		return COMMAND_STATUS_USAGE;
	warn_of_packages(&run);
	r = open_journal(&run);
	if (r == 0)
		r = open_recorder(&run);
	if (r == 0)
		r = open_views(&run);
	if (r == 0)
		r = run_work(&run, &status);
	status = status_of(&run, r, status);
	run_close(&run);
	return status;
}
