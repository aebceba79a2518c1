/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"standin [--scenario FILE] [--set KEY=VALUE]... [--vhci-port N] "
	"[--wire FILE]\n"
	"        [--memory FILE]\n"
	"    A modem on connector N (default 0) of vhci_hcd; needs root and "
	"that driver.\n"
	"    --scenario  settings from the [modem] section of an INI file\n"
	"    --set       one setting; the last one counts\n"
	"    --wire      what the modem saw and did, a line each, with ms "
	"since start\n"
	"    --memory    keeps what a real modem keeps without power\n"
	"standin --package --from REVISION --to REVISION [--size BYTES]\n"
	"    Writes a delta package to standard output.\n"
	"\n"
	"Settings, with their defaults:\n";

static int setting_complain(struct settings *s, const char *key, const char *value)
{
	int r = settings_set(s, key, value);

	if (r == -ENOENT)
		fprintf(stderr, "standin: no setting is called %s\n", key);
	else if (r)
		fprintf(stderr, "standin: %s cannot be %s\n", key, value);
	return r;
}

static int scenario_entry(void *context, const char *section, const char *key,
			  const char *value)
{
	struct settings *s = context;

	return strcmp(section, "modem") || !setting_complain(s, key, value);
}

static int scenario_read(struct settings *s, const char *name)
{
	int r = ini_parse(name, scenario_entry, s);

	if (r < 0)
		fprintf(stderr, "standin: cannot read %s\n", name);
	else if (r > 0)
		fprintf(stderr, "standin: %s: line %d is wrong\n", name, r);
	return r ? -EINVAL : 0;
}

static int setting_option(struct settings *s, const char *text)
{
	const char *value = strchr(text, '=');
	char key[64];

	if (!value || (size_t)(value - text) >= sizeof(key)) {
		fprintf(stderr, "standin: --set wants KEY=VALUE\n");
		return -EINVAL;
	}
	memcpy(key, text, (size_t)(value - text));
	key[value - text] = '\0';
	return setting_complain(s, key, value + 1);
}

static int number_option(const char *text, uint64_t limit, uint64_t *ret)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (end == text || *end || n > limit) {
		fprintf(stderr, "standin: not a number that fits here: %s\n",
			text);
		return -EINVAL;
	}
	*ret = n;
	return 0;
}

enum option_id {
	OPTION_SCENARIO,
	OPTION_SET,
	OPTION_VHCI_PORT,
	OPTION_WIRE,
	OPTION_MEMORY,
	OPTION_PACKAGE,
	OPTION_FROM,
	OPTION_TO,
	OPTION_SIZE,
	OPTION_HELP,
};

static const struct option_row {
	const char *name;
	int argument;
} rows[] = {
	[OPTION_SCENARIO] = {"scenario", required_argument},
	[OPTION_SET] = {"set", required_argument},
	[OPTION_VHCI_PORT] = {"vhci-port", required_argument},
	[OPTION_WIRE] = {"wire", required_argument},
	[OPTION_MEMORY] = {"memory", required_argument},
	[OPTION_PACKAGE] = {"package", no_argument},
	[OPTION_FROM] = {"from", required_argument},
	[OPTION_TO] = {"to", required_argument},
	[OPTION_SIZE] = {"size", required_argument},
	[OPTION_HELP] = {"help", no_argument},
};

static int help(void)
{
	fputs(usage, stdout);
	settings_help(stdout);
	return 1;
}

static int option_take(struct options *o, enum option_id option)
{
	uint64_t port;

	switch (option) {
	case OPTION_SCENARIO:
		return scenario_read(&o->settings, optarg);
	case OPTION_SET:
		return setting_option(&o->settings, optarg);
	case OPTION_VHCI_PORT:
		if (number_option(optarg, 1000, &port))
			return -EINVAL;
		o->vhci_port = (unsigned int)port;
		return 0;
	case OPTION_WIRE:
		o->wire = optarg;
		return 0;
	case OPTION_MEMORY:
		o->memory = optarg;
		return 0;
	case OPTION_PACKAGE:
		o->package = true;
		return 0;
	case OPTION_FROM:
		o->from = optarg;
		return 0;
	case OPTION_TO:
		o->to = optarg;
		return 0;
	case OPTION_SIZE:
		return number_option(optarg, UINT32_MAX, &o->size);
	case OPTION_HELP:
		return help();
	}
	return -EINVAL;
}

int options_parse(struct options *o, int argc, char **argv)
{
	struct option options[sizeof(rows) / sizeof(rows[0]) + 1] = {0};
	int c, r = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		options[i] = (struct option){rows[i].name, rows[i].argument,
					     NULL, 256 + (int)i};
	settings_init(&o->settings);
	o->size = 65536;
	while (!r && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		r = c == '?' ? -EINVAL
			     : option_take(o, (enum option_id)(c - 256));
	if (r)
		return r;
	if (optind < argc || (o->package && (!o->from || !o->to))) {
		fprintf(stderr, "standin: see standin --help\n");
		return -EINVAL;
	}
	return 0;
}
