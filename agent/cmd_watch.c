/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch: stays, and brings what is plugged in, now and later, to what the
 * configuration says.
 */
#include "agent/command.h"
#include "agent/run.h"

static int watch_run(struct command_options *options, int count, char *const *arguments)
{
	(void)arguments;
	if (count) {
		command_error("watch takes no argument; see --help");
		return COMMAND_STATUS_USAGE;
	}
	options->wish.watch = true;
	return run_modems(options);
}

const struct command command_watch = {
	.name = "watch",
	.arguments = "",
	.help = "stay, and upgrade what is plugged in, as configured",
	.json = true,
	.transcript = true,
	.run = watch_run,
};
