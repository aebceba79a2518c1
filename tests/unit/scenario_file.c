/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario_file.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "agent/util.h"

#define TEXT(section, key, field)                                                       \
	{ section, key, offsetof(struct scenario, field),                               \
	  sizeof(((struct scenario *)NULL)->field) }

static const struct scenario_row {
	const char *section, *key;
	size_t offset, size;
} rows[] = {
	TEXT("agent", "args", args),
	TEXT("agent", "from", from),
	TEXT("agent", "to", to),
	TEXT("agent", "packages", packages),
	TEXT("agent", "file", file),
	TEXT("agent", "user", user),
	TEXT("agent", "spoil", spoil),
	TEXT("agent", "skip", skip),
	TEXT("agent", "stop", stop),
	TEXT("configuration", "text", configuration),
	TEXT("expect", "exit", expect.exit),
	TEXT("expect", "outcome", expect.outcome),
	TEXT("expect", "end", expect.end),
	TEXT("expect", "transfer", expect.transfer),
	TEXT("expect", "results", expect.results),
	TEXT("expect", "requests", expect.requests),
	TEXT("expect", "sentence", expect.sentence),
	TEXT("again", "args", again_args),
	TEXT("again", "forget", forget),
	TEXT("again", "exit", again.exit),
	TEXT("again", "outcome", again.outcome),
	TEXT("again", "end", again.end),
	TEXT("again", "transfer", again.transfer),
	TEXT("again", "sentence", again.sentence),
};

/* What means something only where there is a kernel, or where time passes. */
static const struct {
	const char *section, *key; /* NULL: any */
} foreign_rows[] = {
	{ "timeouts", NULL },	     { "agent", "alone" },    { "agent", "second-comes" },
	{ "expect", "untouched" },   { "expect", "unbound" }, { "expect", "noted" },
	{ "expect", "heard" },	     { "agent", "node" },     { "expect", "reported" },
	{ "agent", "size" },
};

static bool is_foreign(const char *section, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_rows); i++)
		if (strcmp(foreign_rows[i].section, section) == 0 &&
		    (!foreign_rows[i].key || strcmp(foreign_rows[i].key, key) == 0))
			return true;
	return false;
}

/* A value of several lines comes line by line. */
static bool row_add(struct scenario *s, const struct scenario_row *row, const char *value)
{
	char *field = (char *)s + row->offset;
	size_t used = strlen(field);

	if (used + strlen(value) + 2 > row->size)
		return false;
	if (used)
		field[used++] = '\n';
	strcpy(field + used, value);
	return true;
}

static int scenario_entry(void *data, const char *section, const char *key, const char *value)
{
	struct scenario *s = data;

	s->has_again |= strcmp(section, "again") == 0;
	/* Where time costs nothing the modem may take its own. */
	if (strcmp(section, "modem") == 0 || strcmp(section, "virtual") == 0)
		return settings_set(&s->modem, key, value) == 0;
	if (strcmp(section, "second") == 0) {
		s->has_second = true;
		return settings_set(&s->second, key, value) == 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0)
			return row_add(s, &rows[i], value);
	return is_foreign(section, key);
}

static void name_take(struct scenario *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	snprintf(s->name, sizeof(s->name), "%.*s", (int)strcspn(name, "."), name);
}

int scenario_read(const char *path, struct scenario *ret)
{
	*ret = (struct scenario){ .has_again = false };
	settings_init(&ret->modem);
	settings_init(&ret->second);
	name_take(ret, path);
	return ini_parse(path, scenario_entry, ret);
}
