/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * follow: takes up the jobs that are under way, and starts none.
 */
#include "agent/command.h"
#include "agent/run.h"

static int follow_run(struct command_options *options, int count, char *const *arguments)
{
	(void)arguments;
	if (count) {
		command_error("follow takes no argument; see --help");
		return COMMAND_STATUS_USAGE;
	}
	options->wish.follow = true;
	return run_modems(options);
}

const struct command command_follow = {
	.name = "follow",
	.arguments = "",
	.help = "report how jobs under way end; start none",
	.json = true,
	.transcript = true,
	.run = follow_run,
};
