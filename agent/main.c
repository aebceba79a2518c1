/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: global options, before or after the command, into a
 * struct; then the command. Help is printed from the same tables.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/config.h"
#include "agent/core/at.h"
#include "agent/core/firmware.h"
#include "agent/util.h"

static const struct command *const commands[] = {
	&command_upgrade,
	&command_list,
	&command_follow,
	&command_watch,
	&command_at,
	&command_history,
	&command_replay,
	&command_report,
};

enum option_id {
	OPTION_VID = 256,
	OPTION_PID,
	OPTION_PORT,
	OPTION_IMEI,
	OPTION_INTERFACE,
	OPTION_FROM,
	OPTION_TO,
	OPTION_JOBS,
	OPTION_CONFIG,
	OPTION_STATE_DIR,
	OPTION_RECORD,
	OPTION_JSON,
	OPTION_PROBE,
	OPTION_NO_PROGRESS,
	OPTION_DRY_RUN = 'n',
	OPTION_FORCE = 'f',
	OPTION_QUIET = 'q',
	OPTION_VERBOSE = 'v',
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
};

static const struct option_row {
	const char *name;
	int id; /* the short letter too, where it is one */
	const char *argument;
	const char *help;
} option_rows[] = {
	{ "vid", OPTION_VID, "HEX", "vendor id of the modems (2c7c)" },
	{ "pid", OPTION_PID, "HEX", "product id; models untested on hardware need it" },
	{ "port", OPTION_PORT, "POSITION", "only the modem plugged in there, such as 1-1.4" },
	{ "imei", OPTION_IMEI, "N", "only the modem with this IMEI" },
	{ "interface", OPTION_INTERFACE, "N", "take this serial interface as the AT port" },
	{ "from", OPTION_FROM, "REV", "the firmware that the package is made for" },
	{ "to", OPTION_TO, "REV", "the firmware that it leads to" },
	{ "jobs", OPTION_JOBS, "N", "upgrade at most N modems at once (0: all)" },
	{ "dry-run", OPTION_DRY_RUN, NULL, "check everything, send no request" },
	{ "force", OPTION_FORCE, NULL, "try again, however often and lately it failed" },
	{ "probe", OPTION_PROBE, NULL, "list: ask firmware, SIM, network too" },
	{ "config", OPTION_CONFIG, "FILE", "read this configuration and no other" },
	{ "state-dir", OPTION_STATE_DIR, "DIR", "journal and history (/var/lib/qfota)" },
	{ "record", OPTION_RECORD, "FILE", "write a transcript of every byte and event" },
	{ "json", OPTION_JSON, NULL, "print one JSON object per event on stdout" },
	{ "no-progress", OPTION_NO_PROGRESS, NULL, "plain lines, also on a terminal" },
	{ "quiet", OPTION_QUIET, NULL, "only verdicts and errors" },
	{ "verbose", OPTION_VERBOSE, NULL, "every code from the modem; may be repeated" },
	{ "help", OPTION_HELP, NULL, "print this" },
	{ "version", OPTION_VERSION, NULL, "print the version" },
};

/* Whatever was given may be a package in the wrong place: its credentials are shown to nobody. */
void command_error(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *masked = NULL;
	va_list arguments;
	size_t size;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	/* The mask is longer than the shortest credential, by two bytes. */
	size = text ? 3 * strlen(text) + 1 : 0;
	masked = size ? malloc(size) : NULL;
	if (masked)
		source_mask(text, masked, size);
	/* Names of files and words of a modem may hold what moves a terminal's cursor. */
	for (char *at = masked; at && *at; at++)
		if (iscntrl((unsigned char)*at))
			*at = '?';
	fprintf(stderr, "qfota-agent: %s\n", masked ? masked : "out of memory");
}

int command_flush(void)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return COMMAND_STATUS_OK;
	command_error("the output could not be written whole: %s",
		      strerror(errno ? errno : EIO));
	return COMMAND_STATUS_HOST;
}

static void help_print(void)
{
	printf("usage: qfota-agent [OPTIONS] [COMMAND] [ARGUMENTS]\n\n"
	       "Upgrades the firmware of Quectel EP06, EG06 and EM06 modems by DFOTA.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %s%s%-*s %s\n", commands[i]->name, commands[i]->arguments[0] ? " " : "",
		       24 - (int)strlen(commands[i]->name) - (commands[i]->arguments[0] != '\0'),
		       commands[i]->arguments, commands[i]->help);
	printf("\nOptions:\n");
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];
		bool letter = row->id < OPTION_VID;
		char name[40];

		snprintf(name, sizeof(name), "--%s%s%s", row->name, row->argument ? " " : "",
			 row->argument ? row->argument : "");
		printf("  %c%c%c %-20s %s\n", letter ? '-' : ' ', letter ? row->id : ' ',
		       letter ? ',' : ' ', name, row->help);
	}
	printf("\nExit status: 0 upgraded or nothing to do, 1 the host failed, 2 usage, 3 no modem,\n"
	       "4 refused, 5 transfer failed, 6 upgrade failed, 7 not confirmed, 8 interrupted,\n"
	       "9 the modem did not come back.\n");
}

/* ---- values ---- */

static bool parse_number(const char *text, int base, unsigned long max, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(text, &end, base);
	return *text && strchr("+- ", *text) == NULL && !*end && errno == 0 && *ret <= max;
}

static bool parse_id(const char *text, uint16_t *ret)
{
	unsigned long id;

	if (!parse_number(text, 16, 0xffff, &id) || id == 0)
		return false;
	*ret = (uint16_t)id;
	return true;
}

/* As the kernel writes numbers of buses and ports: from 1, without zeros before them. */
static const char *skip_port_number(const char *text)
{
	return *text >= '1' && *text <= '9' ? text + strspn(text, "0123456789") : NULL;
}

/* Bus, dash, ports with dots between them. */
bool command_is_position(const char *text)
{
	const char *at = skip_port_number(text);
	char before = '-';

	if (strlen(text) >= sizeof(((struct modem_facts *)NULL)->position))
		return false;
	do {
		at = at && *at == before ? skip_port_number(at + 1) : NULL;
		before = '.';
	} while (at && *at);
	return at;
}

static bool parse_imei(const char *text)
{
	char imei[DFOTA_IMEI_SIZE];

	return at_imei(text, imei, sizeof(imei));
}

/* One too many is counted, and told by value_error(). */
static bool list_append(const char **list, size_t *count, const char *text)
{
	if (*count < COMMAND_LIST_MAX)
		list[*count] = text;
	return (*count)++ < COMMAND_LIST_MAX;
}

static bool option_set_number(struct wish *wish, int id, const char *value)
{
	unsigned long number;

	if (!parse_number(value, 10, id == OPTION_JOBS ? CONFIG_JOBS_MAX : UINT8_MAX, &number))
		return false;
	if (id == OPTION_INTERFACE)
		wish->interface = (int)number;
	else
		wish->jobs = (int)number;
	return true;
}

/* False: the value makes no sense. */
static bool option_set(struct command_options *options, int id, const char *value)
{
	struct agent_choice *choice = &options->choice;

	switch (id) {
	case OPTION_VID:
		return parse_id(value, &choice->vid);
	case OPTION_PID:
		return parse_id(value, &choice->pid);
	case OPTION_PORT:
		return command_is_position(value) &&
		       list_append(options->ports, &choice->port_count, value);
	case OPTION_IMEI:
		return parse_imei(value) && list_append(options->imeis, &choice->imei_count, value);
	case OPTION_INTERFACE:
	case OPTION_JOBS:
		return option_set_number(&options->wish, id, value);
	case OPTION_FROM:
		options->wish.from = value;
		return !firmware_name_error(value);
	case OPTION_TO:
		options->wish.to = value;
		return !firmware_name_error(value);
	case OPTION_CONFIG:
		options->config = value;
		return true;
	case OPTION_STATE_DIR:
		options->state_dir = value;
		return *value != '\0';
	case OPTION_RECORD:
		options->record = value;
		return *value != '\0';
	}
	return false;
}

static void flag_set(struct command_options *options, int id)
{
	switch (id) {
	case OPTION_DRY_RUN:
		options->wish.dry_run = true;
		break;
	case OPTION_FORCE:
		options->wish.force = true;
		break;
	case OPTION_JSON:
		options->json = true;
		break;
	case OPTION_PROBE:
		options->probe = true;
		break;
	case OPTION_NO_PROGRESS:
		options->progress = false;
		break;
	case OPTION_QUIET:
		options->quiet = true;
		break;
	case OPTION_VERBOSE:
		options->verbose++;
		break;
	}
}

/* ---- the command line ---- */

/* The rows as getopt wants them; a short option takes no value. */
static void options_fill(struct option *ret, char *ret_letters)
{
	*ret_letters++ = ':'; /* a missing value is told apart */
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		ret[i] = (struct option){
			.name = option_rows[i].name,
			.has_arg = option_rows[i].argument ? required_argument : no_argument,
			.val = option_rows[i].id,
		};
		if (option_rows[i].id < OPTION_VID)
			*ret_letters++ = (char)option_rows[i].id;
	}
	ret[ARRAY_SIZE(option_rows)] = (struct option){ 0 };
	*ret_letters = '\0';
}

static bool is_option(int id)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++)
		if (option_rows[i].id == id)
			return true;
	return false;
}

/* In the middle of a cluster such as -qx the word before optind is another one. */
static int usage_error(int id, char *const *argv)
{
	if (id == ':')
		command_error("option %s needs a value; see --help", argv[optind - 1]);
	else if (is_option(optopt))
		command_error("option %s takes no value; see --help", argv[optind - 1]);
	else if (optopt)
		command_error("unknown option -%c; see --help", optopt);
	else
		command_error("unknown option %s; see --help", argv[optind - 1]);
	return -EINVAL;
}

/* What would have been valid in the place of @value. */
static const char *value_expected(int id, const char *value)
{
	switch (id) {
	case OPTION_VID:
	case OPTION_PID:
		return "expected one to four hexadecimal digits, such as 2c7c";
	case OPTION_PORT:
		return "expected a USB port path such as 1-1.4";
	case OPTION_IMEI:
		return "expected 14 to 17 digits and nothing else";
	case OPTION_INTERFACE:
		return "expected a number from 0 to 255";
	case OPTION_JOBS:
		return "expected a number from 0 to 1000";
	case OPTION_FROM:
	case OPTION_TO:
		return firmware_name_error(value);
	}
	return "expected the name of a file or directory";
}

static int value_error(const struct command_options *options, const struct option_row *row,
		       const char *value)
{
	if (options->choice.port_count > COMMAND_LIST_MAX ||
	    options->choice.imei_count > COMMAND_LIST_MAX)
		command_error("too many --%s: %d at most; without any, all modems are meant",
			      row->name, COMMAND_LIST_MAX);
	else
		command_error("invalid value \"%s\" for --%s: %s", value, row->name,
			      value_expected(row->id, value));
	return -EINVAL;
}

/* 0, -EINVAL (said why), or -ECANCELED: help or version was printed. */
static int parse_argv(int argc, char **argv, struct command_options *options)
{
	struct option long_options[ARRAY_SIZE(option_rows) + 1];
	char letters[ARRAY_SIZE(option_rows) + 2];
	int id, index;

	options_fill(long_options, letters);
	opterr = 0;
	while ((id = getopt_long(argc, argv, letters, long_options, &index)) != -1) {
		if (id == '?' || id == ':')
			return usage_error(id, argv);
		if (id == OPTION_HELP) {
			help_print();
			return -ECANCELED;
		}
		if (id == OPTION_VERSION) {
			printf("qfota-agent %s\n", QFOTA_VERSION);
			return -ECANCELED;
		}
		if (!optarg) {
			flag_set(options, id);
		} else if (!option_set(options, id, optarg)) {
			return value_error(options, &option_rows[index], optarg);
		}
	}
	return 0;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* A file that was named is looked at even where it is not needed. Once: it may be a pipe. */
static bool config_is_sound(const struct command_options *options, const struct command *command)
{
	struct config config;
	char error[256];

	if (!options->config || !command->unconfigured || options->probe)
		return true;
	if (config_load(options->config, &config, error, sizeof(error)) < 0) {
		command_error("%s", error);
		return false;
	}
	config_clear(&config);
	return true;
}

static bool wish_is_of_upgrade(const struct wish *wish)
{
	return wish->from || wish->to || wish->dry_run || wish->force;
}

int main(int argc, char **argv)
{
	struct command_options options = {
		.choice.vid = 0x2c7c,
		.wish.interface = -1,
		.wish.jobs = -1,
		.progress = true,
	};
	const struct command *command = &command_upgrade;
	int r;

	options.choice.ports = options.ports;
	options.choice.imeis = options.imeis;
	r = parse_argv(argc, argv, &options);
	if (r < 0)
		return r == -ECANCELED ? command_flush() : COMMAND_STATUS_USAGE;
	if (optind < argc) {
		command = command_find(argv[optind]);
		if (!command) {
			command_error("unknown command \"%s\"; see --help", argv[optind]);
			return COMMAND_STATUS_USAGE;
		}
		optind++;
	}
	if (options.probe && command != &command_list) {
		command_error("--probe is an option of list");
		return COMMAND_STATUS_USAGE;
	}
	if (options.json && !command->json) {
		command_error("%s does not know --json", command->name);
		return COMMAND_STATUS_USAGE;
	}
	if (options.record && !command->transcript) {
		command_error("%s does not know --record", command->name);
		return COMMAND_STATUS_USAGE;
	}
	if (!command->upgrades && wish_is_of_upgrade(&options.wish)) {
		command_error("--from, --to, --dry-run and --force are for upgrade, not for %s",
			      command->name);
		return COMMAND_STATUS_USAGE;
	}
	if (!config_is_sound(&options, command))
		return COMMAND_STATUS_USAGE;
	return command->run(&options, argc - optind, argv + optind);
}
