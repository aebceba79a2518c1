/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each scenario file, played in virtual time: does the modem in it say what
 * the scenario expects a host to report?
 */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glob.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

struct scenario {
	struct settings settings;
	char args[256], from[64], to[64];
	char end[16], transfer[16], outcome[32];
};

static void keep(char *to, size_t size, const char *value)
{
	assert_true(strlen(value) < size);
	strcpy(to, value);
}

static int entry(void *context, const char *section, const char *key,
		 const char *value)
{
	struct scenario *s = context;
	struct settings other = s->settings;
	const struct {
		const char *key;
		char *field;
		size_t size;
	} kept[] = {
		{"args", s->args, sizeof(s->args)},
		{"from", s->from, sizeof(s->from)},
		{"to", s->to, sizeof(s->to)},
		{"end", s->end, sizeof(s->end)},
		{"transfer", s->transfer, sizeof(s->transfer)},
		{"outcome", s->outcome, sizeof(s->outcome)},
	};

	if (!strcmp(section, "modem"))
		return !settings_set(&s->settings, key, value);
	if (!strcmp(section, "second"))
		return !settings_set(&other, key, value);
	if (strcmp(section, "agent") && strcmp(section, "expect"))
		return 1;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (!strcmp(key, kept[i].key))
			keep(kept[i].field, kept[i].size, value);
	}
	return 1;
}

/* The number behind the last URC of that stage, "null" if none came. */
static const char *said(const char *text, const char *stage)
{
	const char *found = "null";
	static char number[16];

	while ((text = strstr(text, stage))) {
		text += strlen(stage);
		snprintf(number, sizeof(number), "%d", atoi(text));
		found = number;
	}
	return found;
}

static void play(struct host *h, const struct scenario *s)
{
	static char package[256];

	snprintf(package, sizeof(package),
		 "STANDIN-DELTA 1\nfrom: %s\nto: %s\n\nany payload", s->from,
		 s->to);
	host_plug(h, NULL);
	host_unplug(h);
	h->settings = s->settings;
	assert_int_equal(modem_init(&h->modem, &h->settings), 0);
	modem_power_on(&h->modem, h->now_us);
	h->package = strstr(s->args, "missing") ? NULL : package;
	host_wait(h, 3000);
	host_forget(h);
	host_type(h, "ATE0\rAT+QFOTADL=\"http://host/a.zip\"\r");
	host_wait(h, 120000);
}

static void check(const struct host *h, const struct scenario *s)
{
	bool upgraded = !strcmp(s->outcome, "upgraded");

	assert_string_equal(said(h->at, "\"END\","), s->end);
	assert_string_equal(said(h->at, "\"HTTPEND\","), s->transfer);
	assert_string_equal(h->modem.firmware,
			    upgraded ? s->to : s->settings.firmware);
	assert_int_equal(h->on_bus, strcmp(s->outcome, "lost") != 0);
}

static void test_scenario(const char *name)
{
	static struct scenario s;
	static struct host h;

	print_message("%s\n", name);
	memset(&s, 0, sizeof(s));
	settings_init(&s.settings);
	assert_int_equal(ini_parse(name, entry, &s), 0);
	play(&h, &s);
	/* a scenario without a download is about the host alone */
	if (*s.transfer)
		check(&h, &s);
	host_unplug(&h);
}

static void test_scenarios(void **state)
{
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/scenarios/*.scenario",
		 (const char *)*state);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		test_scenario(found.gl_pathv[i]);
	globfree(&found);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_scenarios,
					  argc > 1 ? argv[1] : "."),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
