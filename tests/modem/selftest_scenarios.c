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

#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"

static const char package[] =
	"STANDIN-DELTA 1\nfrom: " OLD "\nto: " NEW "\n\nany payload";

struct scenario {
	struct settings settings;
	char args[256], end[16], transfer[16], outcome[32];
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

	if (!strcmp(section, "modem"))
		return !settings_set(&s->settings, key, value);
	if (!strcmp(key, "args"))
		keep(s->args, sizeof(s->args), value);
	if (!strcmp(key, "end"))
		keep(s->end, sizeof(s->end), value);
	if (!strcmp(key, "transfer"))
		keep(s->transfer, sizeof(s->transfer), value);
	if (!strcmp(key, "outcome"))
		keep(s->outcome, sizeof(s->outcome), value);
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

static void test_scenario(const char *name)
{
	static struct scenario s;
	static struct host h;
	bool upgraded;

	print_message("%s\n", name);
	memset(&s, 0, sizeof(s));
	settings_init(&s.settings);
	assert_int_equal(ini_parse(name, entry, &s), 0);
	play(&h, &s);
	assert_string_equal(said(h.at, "\"END\","), s.end);
	assert_string_equal(said(h.at, "\"HTTPEND\","), s.transfer);
	upgraded = !strcmp(s.outcome, "upgraded");
	assert_string_equal(h.modem.firmware, upgraded ? NEW : OLD);
	assert_int_equal(h.on_bus, strcmp(s.outcome, "lost") != 0);
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
