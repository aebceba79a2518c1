/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/firmware.h"
#include "agent/core/revision.h"
#include "agent/core/source.h"
#include "agent/inifile.h"
#include "agent/util.h"

#define CONFIG_WORD_MAX 63 /* bytes of a pattern, as of a firmware in the journal */
#define CONFIG_PACKAGE_MAX 511
#define CONFIG_ATTEMPTS_MAX 1000

enum config_section {
	CONFIG_SECTION_AGENT,
	CONFIG_SECTION_TIMEOUTS,
	CONFIG_SECTION_TARGET,
	CONFIG_SECTION_DELTA,
};

static const char *const config_section_names[] = {
	[CONFIG_SECTION_AGENT] = "agent",
	[CONFIG_SECTION_TIMEOUTS] = "timeouts",
	[CONFIG_SECTION_TARGET] = "target",
	[CONFIG_SECTION_DELTA] = "delta",
};

struct parser {
	struct config *config;
	enum config_section section;
	unsigned int section_line;
	/* The section being read, moved into the config when it is complete. */
	struct config_target target;
	struct delta delta;
};

static char *parser_where(const struct parser *parser, struct inifile *file)
{
	char *where = NULL;

	if (asprintf(&where, "%s:%u", inifile_path(file),
		     parser->section_line) < 0)
		return NULL;
	return where;
}

static int read_duration(struct inifile *file, const char *key,
			 const char *value, uint64_t *ret_ms)
{
	if (config_duration(value, ret_ms) < 0)
		return inifile_fail(file, inifile_line(file),
				    "%s: \"%s\" is no duration: a whole number "
				    "with ms, s, min or h, 1ms to 168h",
				    key, value);
	return 0;
}

static int read_number(struct inifile *file, const char *key, const char *value,
		       unsigned int least, unsigned int most, unsigned int *ret)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = strtoul(value, NULL, 10);

	if (!digits || value[digits] || number < least || number > most)
		return inifile_fail(file, inifile_line(file),
				    "%s: \"%s\" is no number from %u to %u",
				    key, value, least, most);
	*ret = (unsigned int)number;
	return 0;
}

/* Takes the value (owned) of a key that stands only once in its section. */
static int take_text(struct inifile *file, const char *key, char *value,
		     const char **text)
{
	if (!value)
		return -ENOMEM;
	if (*text) {
		free(value);
		return inifile_fail(file, inifile_line(file),
				    "%s is given twice", key);
	}
	*text = value;
	return 0;
}

static int read_firmware(struct inifile *file, const char *key,
			 const char *value, const char **text)
{
	const char *error = firmware_name_error(value);

	if (error)
		return inifile_fail(file, inifile_line(file), "%s: \"%s\": %s",
				    key, value, error);
	return take_text(file, key, strdup(value), text);
}

static int read_sha256(struct inifile *file, const char *key, const char *value,
		       const char **text)
{
	if (strlen(value) != 64 ||
	    strspn(value, "0123456789abcdefABCDEF") != 64)
		return inifile_fail(file, inifile_line(file),
				    "%s: not 64 hexadecimal digits", key);
	return take_text(file, key, strdup(value), text);
}

/* @value counts from the folder of @file. NULL: no memory. */
static char *package_path(struct inifile *file, const char *value)
{
	const char *folder = inifile_path(file);
	int length = (int)(strrchr(folder, '/') - folder);
	char *path = NULL;

	if (asprintf(&path, "%.*s/%s", length, folder, value) < 0)
		return NULL;
	return path;
}

/* A value may hold a password: what is wrong with it is told without it. */
static int read_package(struct inifile *file, const char *key,
			const char *value, const char **text)
{
	struct source source;
	const char *error;
	char *package;

	if (source_parse(value, &source, &error) < 0)
		return inifile_fail(file, inifile_line(file), "%s: %s", key, error);
	if (value[0] == '~' && strchr(value, '/'))
		return inifile_fail(file, inifile_line(file),
				    "%s: a ~ stands for a home directory in a "
				    "shell only; write the complete path", key);
	if (source.kind == SOURCE_KIND_FILE && value[0] != '/')
		package = package_path(file, value);
	else
		package = strdup(value);
	if (package && strlen(package) > CONFIG_PACKAGE_MAX) {
		free(package);
		return inifile_fail(file, inifile_line(file),
				    "%s: longer than %d bytes", key,
				    CONFIG_PACKAGE_MAX);
	}
	return take_text(file, key, package, text);
}

static int unknown_key(const struct parser *parser, struct inifile *file,
		       const char *key)
{
	return inifile_fail(file, inifile_line(file),
			    "unknown key \"%s\" in [%s]", key,
			    config_section_names[parser->section]);
}

static int read_agent(struct parser *parser, struct inifile *file,
		      const char *key, const char *value)
{
	struct config *config = parser->config;

	if (!strcmp(key, "jobs"))
		return read_number(file, key, value, 0, CONFIG_JOBS_MAX,
				   &config->jobs);
	if (!strcmp(key, "attempts"))
		return read_number(file, key, value, 1, CONFIG_ATTEMPTS_MAX,
				   &config->attempts);
	if (!strcmp(key, "back-off"))
		return read_duration(file, key, value, &config->back_off_ms);
	return unknown_key(parser, file, key);
}

static int read_timeout(struct parser *parser, struct inifile *file,
			const char *key, const char *value)
{
	for (enum limit limit = 0; limit < LIMIT_COUNT; limit++) {
		if (!strcmp(key, limit_key(limit)))
			return read_duration(file, key, value,
					     &parser->config->limits.ms[limit]);
	}
	return unknown_key(parser, file, key);
}

static int read_target(struct parser *parser, struct inifile *file,
		       const char *key, const char *value)
{
	if (!strcmp(key, "firmware"))
		return read_firmware(file, key, value,
				     &parser->target.firmware);
	return unknown_key(parser, file, key);
}

static int read_delta(struct parser *parser, struct inifile *file,
		      const char *key, const char *value)
{
	struct delta *delta = &parser->delta;

	if (!strcmp(key, "from"))
		return read_firmware(file, key, value, &delta->from);
	if (!strcmp(key, "to"))
		return read_firmware(file, key, value, &delta->to);
	if (!strcmp(key, "package"))
		return read_package(file, key, value, &delta->package);
	if (!strcmp(key, "sha256"))
		return read_sha256(file, key, value, &delta->sha256);
	return unknown_key(parser, file, key);
}

static int parser_entry(void *data, struct inifile *file, const char *key,
			const char *value)
{
	struct parser *parser = data;

	switch (parser->section) {
	case CONFIG_SECTION_AGENT:
		return read_agent(parser, file, key, value);
	case CONFIG_SECTION_TIMEOUTS:
		return read_timeout(parser, file, key, value);
	case CONFIG_SECTION_TARGET:
		return read_target(parser, file, key, value);
	case CONFIG_SECTION_DELTA:
		return read_delta(parser, file, key, value);
	}
	return -EINVAL; /* not reached: inifile tells of sections first */
}

static bool pattern_is_valid(const char *text)
{
	size_t length = strlen(text);

	return length && length <= CONFIG_WORD_MAX && !strpbrk(text, " \t\"");
}

static int begin_target(struct parser *parser, struct inifile *file,
			const char *pattern)
{
	const struct config *config = parser->config;

	if (!pattern || !pattern_is_valid(pattern))
		return inifile_fail(file, parser->section_line,
				    "[target \"PATTERN\"]: a shell pattern of "
				    "1 to %d bytes without blanks",
				    CONFIG_WORD_MAX);
	for (size_t i = 0; i < config->targets; i++) {
		if (!strcmp(config->target[i].pattern, pattern))
			return inifile_fail(file, parser->section_line,
					    "target \"%s\" stands in %s "
					    "already",
					    pattern, config->target[i].where);
	}
	parser->target.where = parser_where(parser, file);
	parser->target.pattern = strdup(pattern);
	return parser->target.where && parser->target.pattern ? 0 : -ENOMEM;
}

static int begin_delta(struct parser *parser, struct inifile *file,
		       const char *name)
{
	if (!name || !name[0])
		return inifile_fail(file, parser->section_line,
				    "[delta \"NAME\"]: the name is missing");
	parser->delta.where = parser_where(parser, file);
	parser->delta.name = strdup(name);
	return parser->delta.where && parser->delta.name ? 0 : -ENOMEM;
}

static int parser_section(void *data, struct inifile *file, const char *kind,
			  const char *name)
{
	struct parser *parser = data;

	parser->section_line = inifile_line(file);
	for (size_t i = 0; i < ARRAY_SIZE(config_section_names); i++) {
		if (strcmp(kind, config_section_names[i]) != 0)
			continue;
		parser->section = (enum config_section)i;
		switch (parser->section) {
		case CONFIG_SECTION_TARGET:
			return begin_target(parser, file, name);
		case CONFIG_SECTION_DELTA:
			return begin_delta(parser, file, name);
		case CONFIG_SECTION_AGENT:
		case CONFIG_SECTION_TIMEOUTS:
			if (!name)
				return 0;
			return inifile_fail(file, parser->section_line,
					    "[%s] has no name", kind);
		}
	}
	return inifile_fail(file, parser->section_line,
			    "unknown section [%s]", kind);
}

static int complete_target(struct parser *parser, struct inifile *file)
{
	struct config *config = parser->config;
	struct config_target *targets;

	if (!parser->target.firmware)
		return inifile_fail(file, parser->section_line,
				    "target \"%s\" has no firmware",
				    parser->target.pattern);
	targets = reallocarray(config->target, config->targets + 1,
			       sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	config->target = targets;
	targets[config->targets++] = parser->target;
	memset(&parser->target, 0, sizeof(parser->target));
	return 0;
}

static int check_delta(struct parser *parser, struct inifile *file)
{
	const struct config *config = parser->config;
	const struct delta *delta = &parser->delta;
	const char *missing = !delta->from    ? "from" :
			      !delta->to      ? "to" :
			      !delta->package ? "package" :
						NULL;

	if (missing)
		return inifile_fail(file, parser->section_line,
				    "delta \"%s\" has no %s", delta->name,
				    missing);
	if (revision_fits(firmware_name_of(delta->from), delta->to))
		return inifile_fail(file, parser->section_line,
				    "delta \"%s\" leads from %s to itself",
				    delta->name, delta->from);
	if (!firmware_same_model(delta->from, delta->to))
		return inifile_fail(file, parser->section_line,
				    "delta \"%s\" leads from %s to another model, "
				    "%s; no package can do that",
				    delta->name, delta->from, delta->to);
	for (size_t i = 0; i < config->deltas; i++) {
		if (!strcmp(config->delta[i].from, delta->from) &&
		    !strcmp(config->delta[i].to, delta->to))
			return inifile_fail(file, parser->section_line,
					    "the delta from %s to %s stands in "
					    "%s already",
					    delta->from, delta->to,
					    config->delta[i].where);
	}
	if (config->deltas == DELTAS_MAX)
		return inifile_fail(file, parser->section_line,
				    "more than %d deltas", DELTAS_MAX);
	return 0;
}

static int complete_delta(struct parser *parser, struct inifile *file)
{
	struct config *config = parser->config;
	struct delta *deltas;
	int r = check_delta(parser, file);

	if (r < 0)
		return r;
	deltas = reallocarray(config->delta, config->deltas + 1,
			      sizeof(*deltas));
	if (!deltas)
		return -ENOMEM;
	config->delta = deltas;
	deltas[config->deltas++] = parser->delta;
	memset(&parser->delta, 0, sizeof(parser->delta));
	return 0;
}

static int parser_complete(void *data, struct inifile *file)
{
	struct parser *parser = data;

	if (parser->section == CONFIG_SECTION_TARGET)
		return complete_target(parser, file);
	if (parser->section == CONFIG_SECTION_DELTA)
		return complete_delta(parser, file);
	return 0;
}

int config_read(struct config *config, const char *path, char *error,
		       size_t error_size)
{
	static const struct inifile_events events = {
		.section = parser_section,
		.entry = parser_entry,
		.complete = parser_complete,
	};
	struct parser parser = { .config = config };
	int r = inifile_read(path, &events, &parser, error, error_size);

	config_target_clear(&parser.target);
	config_delta_clear(&parser.delta);
	return r;
}
