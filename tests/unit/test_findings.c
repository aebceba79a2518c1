/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "agent/findings.h"
#include "agent/util.h"

#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"
#define URL "http://user:***@fw.example/a.zip"
#define SAYS_URL "package " URL

static struct dfota checked(bool download)
{
	struct dfota machine = {
		.phase = DFOTA_PHASE_CHECK,
		.firmware = OLD,
		.plan = { .kind = DFOTA_PLAN_UPGRADE, .dry_run = true, .download = download,
			  .target = NEW },
		.sim_ready = true,
		.registered = true,
		.rssi = 28,
		.context = 1,
		.store_free = 12987840,
	};

	return machine;
}

static void lines_check(const struct dfota *machine, const char *package,
			const char *const *lines, size_t count)
{
	char line[FINDINGS_LINE_SIZE];

	for (unsigned int i = 0; i < count; i++) {
		assert_true(findings_line(machine, package, i, line));
		assert_string_equal(line, lines[i]);
	}
	assert_false(findings_line(machine, package, (unsigned int)count, line));
}

static void all_is_well(void **state)
{
	static const char *const lines[] = {
		"firmware " OLD ", target " NEW,
		SAYS_URL,
		"SIM ready, registered, signal -57 dBm, PDP context 1",
		"free space in its file store 12987840 bytes",
	};
	struct dfota machine = checked(true);

	(void)state;
	lines_check(&machine, URL, lines, ARRAY_SIZE(lines));
}

static void nothing_is_known(void **state)
{
	static const char *const lines[] = {
		"firmware " OLD ", target any other",
		SAYS_URL,
		"SIM not ready, not registered, signal not known, PDP context none",
		"free space in its file store not told",
	};
	struct dfota machine = checked(true);

	(void)state;
	machine.plan.target[0] = '\0';
	machine.sim_ready = machine.registered = false;
	machine.rssi = 99;
	machine.context = 0;
	machine.store_free = -1;
	lines_check(&machine, URL, lines, ARRAY_SIZE(lines));
}

static void a_local_file(void **state)
{
	static const char *const lines[] = {
		"firmware " OLD ", target " NEW,
		"package /srv/a.zip",
		"SIM not ready, registered; neither is needed",
		"free space in its file store 12987840 bytes",
	};
	struct dfota machine = checked(false);

	(void)state;
	machine.sim_ready = false;
	lines_check(&machine, "/srv/a.zip", lines, ARRAY_SIZE(lines));
}

static void no_dry_run(void **state)
{
	struct dfota machine = checked(true);

	(void)state;
	machine.plan.dry_run = false;
	lines_check(&machine, URL, NULL, 0);
	machine.plan.dry_run = true;
	machine.phase = DFOTA_PHASE_IDENTIFY;
	lines_check(&machine, URL, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(nothing_is_known),
		cmocka_unit_test(a_local_file),
		cmocka_unit_test(no_dry_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
