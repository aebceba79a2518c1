/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an identified modem is to become: rows of a firmware and what is wished or
 * configured for it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/config.h"
#include "agent/core/revision.h"
#include "agent/package_file.h"
#include "agent/plan.h"
#include "agent/util.h"

#define OLD "EP06ELAR03A08M4G"
#define MIDDLE "EP06ELAR03A09M4G"
#define NEW "EP06ELAR04A01M4G"
#define OTHER "EG06ELAR04A01M4G"
#define URL "http://fw.example/a.zip"
#define CONTENT "a delta"
#define OTHER_SHA256 "0000000000000000000000000000000000000000000000000000000000000000"

struct plan {
	struct dfota_plan plan;
	struct package_file file;
	const char *package;
};

static void plan_check(const struct plan *made, enum dfota_plan_kind kind, const char *reason)
{
	print_message("plan %d %s\n", (int)made->plan.kind, made->plan.reason);
	assert_int_equal(made->plan.kind, kind);
	assert_true(reason ? strstr(made->plan.reason, reason) != NULL : !made->plan.reason[0]);
}

/* ---- by the command line ---- */

static struct wish wish_for(const char *package, const char *from, const char *to)
{
	struct wish wish = { .package = package, .from = from, .to = to, .interface = -1 };
	const char *error;

	assert_int_equal(source_parse(package, &wish.source, &error), 0);
	return wish;
}

static void test_by_wish(void **state)
{
	static const struct {
		const char *from, *to;
		enum dfota_plan_kind kind;
		const char *reason;
	} rows[] = {
		{ NULL, NULL, DFOTA_PLAN_UPGRADE, NULL },
		{ OLD, NULL, DFOTA_PLAN_UPGRADE, NULL },
		{ OLD, NEW, DFOTA_PLAN_UPGRADE, NULL },
		{ NULL, OLD, DFOTA_PLAN_CURRENT, "runs " OLD " already" },
		{ MIDDLE, OLD, DFOTA_PLAN_CURRENT, "runs " OLD " already" },
		{ MIDDLE, NEW, DFOTA_PLAN_REFUSE, "made for " MIDDLE ", but the modem runs " OLD },
		{ NULL, OTHER, DFOTA_PLAN_CONFIG, OTHER " is the firmware of another model" },
		{ OTHER, NULL, DFOTA_PLAN_CONFIG, OTHER " is the firmware of another model" },
		{ OTHER, NEW, DFOTA_PLAN_CONFIG, "another model, but the modem runs " OLD },
	};
	struct config config = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wish wish = wish_for(URL, rows[i].from, rows[i].to);
		struct plan made;

		plan_make(&wish, &config, firmware_name_of(OLD), &made.plan, &made.file, &made.package);
		plan_check(&made, rows[i].kind, rows[i].reason);
		assert_string_equal(made.plan.target, rows[i].to ? rows[i].to : "");
		assert_string_equal(made.package, URL);
		assert_int_equal(made.plan.download, rows[i].kind == DFOTA_PLAN_UPGRADE);
		assert_false(made.plan.upload);
		assert_int_equal(made.file.fd, -1);
	}
}

static void test_in_the_modem_already(void **state)
{
	struct wish wish = wish_for("modem:/cache/ufs/a.zip", NULL, NULL);
	struct config config = { 0 };
	struct plan made;

	(void)state;
	plan_make(&wish, &config, firmware_name_of(OLD), &made.plan, &made.file, &made.package);
	plan_check(&made, DFOTA_PLAN_UPGRADE, NULL);
	assert_string_equal(made.plan.argument, "/cache/ufs/a.zip");
	assert_false(made.plan.download);
	assert_false(made.plan.upload);
}

/* ---- a local file ---- */

static int file_create(void **state)
{
	char *path = strdup("/tmp/qfota-plan.XXXXXX");
	int fd = path ? mkstemp(path) : -1;

	if (fd < 0)
		return -1;
	*state = path;
	return write(fd, CONTENT, strlen(CONTENT)) == (ssize_t)strlen(CONTENT) ? close(fd) : -1;
}

static int file_remove(void **state)
{
	unlink(*state);
	free(*state);
	return 0;
}

static void test_local_file(void **state)
{
	struct wish wish = wish_for(*state, NULL, NULL);
	struct config config = { 0 };
	struct plan made;

	plan_make(&wish, &config, firmware_name_of(OLD), &made.plan, &made.file, &made.package);
	plan_check(&made, DFOTA_PLAN_UPGRADE, NULL);
	assert_true(made.plan.upload);
	assert_int_equal(made.plan.size, strlen(CONTENT));
	assert_true(made.file.fd >= 0);
	package_file_close(&made.file);

	unlink(*state);
	plan_make(&wish, &config, firmware_name_of(OLD), &made.plan, &made.file, &made.package);
	plan_check(&made, DFOTA_PLAN_CONFIG, strerror(ENOENT));
	assert_int_equal(made.file.fd, -1);
}

/* Whoever means the store of the modem is shown how to say so. */
static void test_file_of_the_modem(void **state)
{
	struct wish wish = wish_for("/cache/ufs/qfota-test-plan.zip", NULL, NULL);
	struct config config = { 0 };
	struct plan made;

	(void)state;
	plan_make(&wish, &config, firmware_name_of(OLD), &made.plan, &made.file, &made.package);
	plan_check(&made, DFOTA_PLAN_CONFIG, "write modem:PATH");
}

/* ---- by the configuration ---- */

static void test_by_config(void **state)
{
	struct config_target twice[] = {
		{ "EP06*", NEW, "a.conf:1" },
		{ "EP06ELAR0[39]*", NEW, "b.conf:1" },
	};
	struct delta chain[] = {
		{ "a", OLD, MIDDLE, URL, NULL, "a.conf:3" },
		{ "b", MIDDLE, NEW, *state, NULL, "a.conf:7" },
	};
	struct config_target foreign[] = { { "E?06*", OTHER, "a.conf:1" } };
	struct delta wrong[] = { { "a", OLD, NEW, *state, OTHER_SHA256, "a.conf:3" } };
	struct delta nowhere[] = { { "a", OLD, NEW, "http:///a", NULL, "a.conf:3" } };
	const struct {
		const char *firmware;
		struct config config;
		enum dfota_plan_kind kind;
		const char *reason;
		bool goes_on; /* if a job has just led there */
	} rows[] = {
		{ OLD, { .targets = 0 }, DFOTA_PLAN_NOTHING, "nothing is configured", false },
		{ "EG25GGBR07A08M2G", { .target = twice, .targets = 1 }, DFOTA_PLAN_NOTHING,
		  "firmware EG25GGBR07A08M2G", false },
		{ OLD, { .target = twice, .targets = 2 }, DFOTA_PLAN_CONFIG, "b.conf:1", false },
		{ NEW, { .target = twice, .targets = 1 }, DFOTA_PLAN_CURRENT, "already", false },
		{ OLD, { .target = foreign, .targets = 1 }, DFOTA_PLAN_CONFIG,
		  "a.conf:1: " OTHER " is the firmware of another model", false },
		{ OLD, { .target = twice, .targets = 1 }, DFOTA_PLAN_CONFIG,
		  "a.conf:1: no chain of deltas", false },
		{ OLD, { .target = twice, .targets = 1, .delta = chain, .deltas = 2 },
		  DFOTA_PLAN_UPGRADE, NULL, true },
		{ MIDDLE, { .target = twice, .targets = 1, .delta = chain, .deltas = 2 },
		  DFOTA_PLAN_UPGRADE, NULL, true },
		{ OLD, { .target = twice, .targets = 1, .delta = wrong, .deltas = 1 },
		  DFOTA_PLAN_CONFIG, "a.conf:3: ", true },
		{ OLD, { .target = twice, .targets = 1, .delta = nowhere, .deltas = 1 },
		  DFOTA_PLAN_CONFIG, "a.conf:3: the URL names no server", true },
	};
	struct wish wish = { .interface = -1 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct config *config = &rows[i].config;
		struct plan made;

		plan_make(&wish, config, firmware_name_of(rows[i].firmware), &made.plan, &made.file, &made.package);
		plan_check(&made, rows[i].kind, rows[i].reason);
		/* The first step is downloaded, the second one uploaded. */
		if (rows[i].kind == DFOTA_PLAN_UPGRADE)
			assert_int_equal(made.plan.download, !strcmp(rows[i].firmware, OLD));
		assert_int_equal(made.file.fd >= 0, made.plan.upload);
		package_file_close(&made.file);
		assert_int_equal(plan_goes_on(&wish, config, firmware_name_of(rows[i].firmware)), rows[i].goes_on);
	}
}

/* What names a sub-version has it asked for; a package on the command line is all that counts. */
static void test_parts_of_firmware(void **state)
{
	struct config_target target = { "EP06*", NEW "_01.002.01.002_V05", "a.conf:1" };
	struct delta delta = { "a", OLD "_01.001.01.001", NEW, URL, NULL, "a.conf:3" };
	struct config edition = { .target = &target, .targets = 1 };
	struct config version = { .delta = &delta, .deltas = 1 };
	struct wish plain = { .interface = -1 }, given = wish_for(URL, OLD, NEW);
	struct wish exact = wish_for(URL, OLD, NEW "_01.002.01.002");

	(void)state;
	assert_int_equal(plan_firmware_parts(&plain, &edition),
			 revision_parts(target.firmware) | revision_parts("EP06*"));
	assert_int_equal(plan_firmware_parts(&plain, &version), revision_parts(delta.from));
	assert_int_equal(plan_firmware_parts(&given, &edition), 0);
	assert_int_equal(plan_firmware_parts(&exact, &version), revision_parts(exact.to));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_wish),
		cmocka_unit_test(test_in_the_modem_already),
		cmocka_unit_test_setup_teardown(test_local_file, file_create, file_remove),
		cmocka_unit_test(test_file_of_the_modem),
		cmocka_unit_test_setup_teardown(test_by_config, file_create, file_remove),
		cmocka_unit_test(test_parts_of_firmware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
