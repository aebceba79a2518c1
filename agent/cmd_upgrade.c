/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * upgrade: each chosen modem to what the package, or the configuration, says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/core/firmware.h"
#include "agent/core/revision.h"
#include "agent/package_file.h"
#include "agent/run.h"

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
	const char *hint = r == -ENOENT ? source_hint(path) : NULL;

	if (r < 0) {
		command_error("%s%s%s", error, hint ? "; " : "", hint ? hint : "");
		return -EINVAL;
	}
	package_file_close(&file);
	return 0;
}

static int check_names(const struct wish *wish)
{
	if (!wish->from || !wish->to)
		return 0;
	if (!firmware_same_model(wish->from, wish->to)) {
		command_error("--from %s and --to %s are firmware of different models; no package "
			      "leads from one to the other",
			      wish->from, wish->to);
		return -EINVAL;
	}
	if (revision_fits(firmware_name_of(wish->from), wish->to)) {
		command_error("the package leads from %s to itself: --from and --to name the same; "
			      "name their sub-versions, too, if those differ",
			      wish->from);
		return -EINVAL;
	}
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
	if (check_names(wish) < 0)
		return -EINVAL;
	return wish->source.kind == SOURCE_KIND_FILE ? check_file(wish->source.argument) : 0;
}

static int upgrade_run(struct command_options *options, int count, char *const *arguments)
{
	int status = COMMAND_STATUS_USAGE;

	if (parse_package(&options->wish, count, arguments) == 0)
		status = run_modems(options);
	free((char *)options->wish.package);
	return status;
}

const struct command command_upgrade = {
	.name = "upgrade",
	.arguments = "[PACKAGE]",
	.help = "upgrade modems (without PACKAGE: as configured)",
	.json = true,
	.transcript = true,
	.upgrades = true,
	.run = upgrade_run,
};
