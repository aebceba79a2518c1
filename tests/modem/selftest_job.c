/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an upgrade of the stand-in looks like under each setting: the URCs in
 * their order, where it leaves the bus, and what it is afterwards.
 */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"
#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"

static const char good[] =
	"STANDIN-DELTA 1\nfrom: " OLD "\nto: " NEW "\n\nany payload";
static const char foreign[] =
	"STANDIN-DELTA 1\nfrom: EP06ELAR02A01M4G\nto: " NEW "\n\nx";
static const char damaged[] =
	"STANDIN-DELTA 2\nfrom: " OLD "\nto: " NEW "\n\nx";
static const char cut_short[] = "STANDIN-DELTA 1\nfrom: " OLD "\nto: " NEW
				"\npayload: 100 12345678\n\nx";

#define URL "http://host/a.zip"
#define REQUEST "AT+QFOTADL=\"" URL "\"\r"
#define SHORT "flash=start,50,100,end", "boot-urcs=RDY", "echo=no"
#define LOADED "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / "
#define FLASHED "\"START\" / \"UPDATING\",50 / \"UPDATING\",100 / \"END\",0 / "
#define BOOTED "<leave> / RDY"

/*
 * Each row: one upgrade by URL. The trace is all that the AT port says from
 * the request on; no END of the flash means that it stays silent for ever.
 */
static const struct {
	const char *const *settings;
	const char *package;
	const char *trace;
	const char *firmware;
	unsigned int appearances;
} upgrades[] = {
	/* scenario 1 of fact 8, and what a package decides */
	{SET(SHORT), good, LOADED FLASHED BOOTED, NEW, 3},
	{SET(SHORT), NULL, "OK / \"HTTPSTART\" / \"HTTPEND\",701", OLD, 1},
	{SET(SHORT), foreign, LOADED "\"START\" / \"END\",510 / " BOOTED, OLD, 3},
	{SET(SHORT, "mismatch-where=normal", "mismatch-code=505"), foreign,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / \"END\",505", OLD, 1},
	{SET(SHORT), damaged,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / \"END\",505", OLD, 1},
	{SET(SHORT), cut_short,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / \"END\",505", OLD, 1},
	{SET(SHORT, "damage-where=recovery", "damage-code=504"), damaged,
	 LOADED "\"START\" / \"END\",504 / " BOOTED, OLD, 3},
	{SET(SHORT, "check-code=505"), good,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / \"END\",505", OLD, 1},
	/* requests that come to nothing */
	{SET(SHORT, "request=error"), good, "ERROR", OLD, 1},
	{SET(SHORT, "request=cme", "request-cme=3"), good, "+CME ERROR: 3", OLD,
	 1},
	{SET(SHORT, "request=silent"), good, "", OLD, 1},
	{SET(SHORT, "request=unanswered"), good,
	 "\"HTTPSTART\" / \"HTTPEND\",0 / <leave> / " FLASHED BOOTED, NEW, 3},
	/* downloads */
	{SET(SHORT, "download-code=702"), good,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",702", OLD, 1},
	{SET(SHORT, "fetch-error-code=714"), NULL,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",714", OLD, 1},
	{SET(SHORT, "download-cut=yes"), good, "OK / \"HTTPSTART\" / " BOOTED,
	 OLD, 2},
	{SET(SHORT, "download-start-lost=yes", "download-end-lost=yes"), good,
	 "OK / <leave> / " FLASHED BOOTED, NEW, 3},
	{SET(SHORT, "spelling=misprint"), NULL,
	 "OK / \"HTTPTART\" / \"HTTPEND\",701", OLD, 1},
	{SET(SHORT, "spelling=https"), NULL,
	 "OK / \"HTTPSTART\" / \"HTTPEND\",701", OLD, 1},
	/* flashes (facts 2.2 and 2.3) */
	{SET(SHORT, "flash=start,50,end:502"), good,
	 LOADED "\"START\" / \"UPDATING\",50 / \"END\",502 / " BOOTED, OLD, 3},
	{SET(SHORT, "flash=50,100,end"), good,
	 LOADED "\"UPDATING\",50 / \"UPDATING\",100 / \"END\",0 / " BOOTED, NEW,
	 3},
	{SET(SHORT, "flash="), good, LOADED BOOTED, NEW, 3},
	{SET(SHORT, "flash=", "firmware-after=old"), good, LOADED BOOTED, OLD, 3},
	{SET(SHORT, "flash=start,100"), good,
	 LOADED "\"START\" / \"UPDATING\",100 / " BOOTED, NEW, 3},
	{SET(SHORT, "flash=start,100,end,end"), good,
	 LOADED
	 "\"START\" / \"UPDATING\",100 / \"END\",0 / \"END\",0 / " BOOTED,
	 NEW, 3},
	{SET(SHORT, "flash=start,40-42,41,end"), good,
	 LOADED
	 "\"START\" / \"UPDATING\",40 / \"UPDATING\",41 / \"UPDATING\",42 / "
	 "\"UPDATING\",41 / \"END\",0 / " BOOTED,
	 NEW, 3},
	{SET(SHORT, "flash=start,100,restore:99-100,end"), good,
	 LOADED
	 "\"START\" / \"UPDATING\",100 / \"RESTORE\",99 / \"RESTORE\",100 / "
	 "\"END\",0 / " BOOTED,
	 NEW, 3},
	{SET(SHORT, "flash=start,50,cut,start,51,end"), good,
	 LOADED "\"START\" / \"UPDATING\",50 / <leave> / \"START\" / "
		"\"UPDATING\",51 / "
		"\"END\",0 / " BOOTED,
	 NEW, 4},
	{SET(SHORT, "flash=start,end,cut,start,end"), good,
	 LOADED
	 "\"START\" / \"END\",0 / <leave> / \"START\" / \"END\",0 / " BOOTED,
	 NEW, 4},
	{SET(SHORT, "flash=start,50,cut,continue,end"), good,
	 LOADED "\"START\" / \"UPDATING\",50 / <leave> / "
		"\"Last upgrade was not finished,continue upgrade\" / "
		"\"END\",0 / " BOOTED,
	 NEW, 4},
	{SET(SHORT, "flash=reboot*3,end"), good,
	 LOADED "<leave> / <leave> / <leave> / \"END\",0 / " BOOTED, NEW, 6},
	{SET(SHORT, "flash=start,end", "firmware-after=old"), good,
	 LOADED "\"START\" / \"END\",0 / " BOOTED, OLD, 3},
	{SET(SHORT, "flash=start,end:510", "firmware-after=new"), good,
	 LOADED "\"START\" / \"END\",510 / " BOOTED, NEW, 3},
	{SET(SHORT, "flash=start,end:0"), foreign,
	 LOADED "\"START\" / \"END\",0 / " BOOTED, OLD, 3},
	{SET(SHORT, "flash=start,edl"), good, LOADED "\"START\" / <leave>", OLD,
	 3},
	{SET(SHORT, "flash=start,gone"), good, LOADED "\"START\" / <leave>",
	 OLD, 2},
	{SET(SHORT, "flash=start,hang"), good, LOADED "\"START\"", OLD, 2},
	{SET(SHORT, "flash=start,wait:600000,end"), good,
	 LOADED "\"START\" / \"END\",0 / " BOOTED, NEW, 3},
	/* how it is written */
	{SET(SHORT, "format=blank", "flash=7,end"), good,
	 "OK / \"HTTPSTART\" / \"HTTPEND\", 0 / <leave> / "
	 "\"UPDATING\", 7 / \"END\", 0 / " BOOTED,
	 NEW, 3},
	{SET(SHORT, "format=percent", "flash=7,end"), good,
	 LOADED "\"UPDATING\", 7% / \"END\",0 / " BOOTED, NEW, 3},
	{SET(SHORT, "format=quoted", "flash=7,end"), good,
	 LOADED "\"UPDATING\",\" 7%\" / \"END\",0 / " BOOTED, NEW, 3},
	{SET(SHORT, "format=tight", "flash=end"), good,
	 "OK / +QIND:\"FOTA\",\"HTTPSTART\" / +QIND:\"FOTA\",\"HTTPEND\",0 / "
	 "<leave> / "
	 "+QIND:\"FOTA\",\"END\",0 / " BOOTED,
	 NEW, 3},
	/* where it is said */
	{SET(SHORT, "urcport=uart1"), good, "OK / <leave> / <leave>", NEW, 3},
	{SET(SHORT, "recovery-urcport=uart1"), good, LOADED BOOTED, NEW, 3},
	{SET(SHORT, "qind=no"), good, "OK / <leave> / " FLASHED BOOTED, NEW, 3},
	{SET(SHORT, "recovery-composition=diag-off"), good,
	 LOADED FLASHED BOOTED, NEW, 3},
	{SET(SHORT, "recovery-composition=serial"), good, LOADED FLASHED BOOTED,
	 NEW, 3},
};

static void upgrade(struct host *h, size_t i)
{
	host_plug(h, upgrades[i].settings);
	h->package = upgrades[i].package;
	host_wait(h, 1000);
	host_forget(h);
	host_type(h, REQUEST);
	host_wait(h, 700000);
}

static void test_upgrades(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(upgrades) / sizeof(upgrades[0]); i++) {
		print_message("row %zu: %s\n", i, upgrades[i].trace);
		upgrade(&h, i);
		assert_string_equal(host_lines(h.at), upgrades[i].trace);
		assert_string_equal(h.modem.firmware, upgrades[i].firmware);
		assert_int_equal(h.returns, upgrades[i].appearances);
		host_unplug(&h);
	}
}

/* One byte per transfer changes nothing but the transfers. */
static void test_upgrades_split(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(upgrades) / sizeof(upgrades[0]); i++) {
		host_plug(&h, upgrades[i].settings);
		assert_int_equal(settings_set(&h.settings, "split", "1"), 0);
		h.package = upgrades[i].package;
		host_wait(&h, 1000);
		host_forget(&h);
		host_type(&h, REQUEST);
		host_wait(&h, 700000);
		assert_string_equal(host_lines(h.at), upgrades[i].trace);
		host_unplug(&h);
	}
}

/* --- other forms of the command --- */

static void store_package(struct host *h, const char *package)
{
	char command[64];

	snprintf(command, sizeof(command), "AT+QFUPL=\"update.zip\",%zu\r",
		 strlen(package));
	host_type(h, command);
	host_type(h, package);
}

static const struct {
	const char *setting, *argument, *trace;
} forms[] = {
	{"qind=yes", "\"/cache/ufs/update.zip\"",
	 "OK / <leave> / " FLASHED BOOTED},
	{"qind=yes", "\"/data/ufs/update.zip\"", "ERROR"},
	{"ufs-directory=/data/ufs/", "\"/data/ufs/update.zip\"",
	 "OK / <leave> / " FLASHED BOOTED},
	{"ufs-directory=/data/ufs/", "\"/cache/ufs/update.zip\"", "ERROR"},
	{"qind=yes", "\"/cache/ufs/other.zip\"", "ERROR"},
	{"check-code=505", "\"/cache/ufs/update.zip\"", "OK / \"END\",505"},
	{"qind=yes", "\"ftp://u:p@host/a.zip\"",
	 "OK / \"FTPSTART\" / \"FTPEND\",0 / <leave> / " FLASHED BOOTED},
	{"spelling=https", "\"HTTPS://host/a.zip\"",
	 "OK / \"HTTPSSTART\" / \"HTTPSEND\",0 / <leave> / " FLASHED BOOTED},
	{"qind=yes", "\"http://\"", "ERROR"},
	{"qind=yes", "http://host/a.zip", "ERROR"},
	{"qind=yes", "\"http://host/a.zip", "ERROR"},
	{"qind=yes", "?", "OK"},
};

static void test_forms(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		print_message("AT+QFOTADL=%s\n", forms[i].argument);
		host_plug(&h, SET(SHORT, forms[i].setting));
		h.package = good;
		host_wait(&h, 1000);
		store_package(&h, good);
		host_forget(&h);
		host_type(&h, "AT+QFOTADL=");
		host_type(&h, forms[i].argument);
		host_type(&h, "\r");
		host_wait(&h, 20000);
		assert_string_equal(host_lines(h.at), forms[i].trace);
		host_unplug(&h);
	}
}

/* 255 bytes are the longest argument (fact 1.2). */
static void test_longest_url(void **state)
{
	static struct host h;
	char command[300];

	(void)state;
	for (int length = 255; length <= 256; length++) {
		host_plug(&h, SET(SHORT));
		host_wait(&h, 1000);
		host_forget(&h);
		snprintf(command, sizeof(command),
			 "AT+QFOTADL=\"http://%0*d\"\r", length - 7, 1);
		host_type(&h, command);
		assert_string_equal(host_lines(h.at),
				    length == 255 ? "OK" : "ERROR");
		host_unplug(&h);
	}
}

static void test_second_request(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(SHORT));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_forget(&h);
	host_type(&h, REQUEST);
	assert_string_equal(host_lines(h.at), "ERROR");
	host_wait(&h, 20000);
	assert_string_equal(h.modem.firmware, NEW);
	host_unplug(&h);
}

/* Bare AT is answered in the flashing system, a version is not (fact 2.3). */
static void test_recovery_answers(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("flash=hang", "echo=no", "recovery-answers=both"));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_wait(&h, 5000);
	host_forget(&h);
	host_type(&h, "AT\rAT+CGMR\r" REQUEST);
	assert_string_equal(host_lines(h.at), "OK / ERROR / ERROR");
	host_unplug(&h);
}

static void test_other_imei(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(SHORT, "imei-after=861075030000025", "cfun-after=5"));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_wait(&h, 20000);
	host_forget(&h);
	host_type(&h, "AT+CGSN;+CFUN?\r");
	assert_string_equal(host_lines(h.at),
			    "861075030000025 / +CFUN: 5 / OK");
	host_unplug(&h);
}

/* A flash without a word still takes its time. */
static void test_silent_flash(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "flash=", "flash-time=60000"));
	h.package = good;
	host_type(&h, REQUEST);
	host_wait(&h, 59000);
	assert_int_equal(h.returns, 2);
	host_wait(&h, 10000);
	assert_int_equal(h.returns, 3);
	host_unplug(&h);
}

/* The bus is lost in the download, and nothing else: no boot, and HTTPEND comes. */
static void test_download_glitch(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(SHORT, "glitches=download:5000", "download-time=60000", "away=2000"));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_wait(&h, 20000);
	assert_true(h.on_bus);
	assert_string_equal(host_lines(h.at), "RDY / OK / \"HTTPSTART\" / <leave>");
	host_wait(&h, 60000);
	assert_string_equal(host_lines(h.at), "RDY / OK / \"HTTPSTART\" / <leave> / "
					      "\"HTTPEND\",0 / <leave> / " FLASHED BOOTED);
	assert_string_equal(h.modem.firmware, NEW);
	host_unplug(&h);
}

/* Once with its old firmware, and then with the new one. */
static void test_boot_again(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(SHORT, "boot-again=60000"));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_wait(&h, 30000);
	assert_int_equal(h.returns, 3);
	assert_string_equal(h.modem.firmware, OLD);
	host_wait(&h, 60000);
	assert_int_equal(h.returns, 4);
	assert_string_equal(h.modem.firmware, NEW);
	host_unplug(&h);
}

static void test_emergency_download(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "flash=start,edl"));
	h.package = good;
	host_wait(&h, 1000);
	host_type(&h, REQUEST);
	host_wait(&h, 20000);
	assert_non_null(
		strstr(h.wire, "leave\nreturn\nattach 05c6:9008 high\n"));
	assert_true(h.on_bus);
	host_unplug(&h);
}

/* --- power --- */

static void test_memory(void **state)
{
	char name[] = "/tmp/standin-memory-XXXXXX";
	static struct host h, again;
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	host_plug(&h, SET(SHORT, "away=3600000"));
	h.package = good;
	host_wait(&h, 1000);
	store_package(&h, good);
	host_type(&h, REQUEST);
	host_wait(&h, 5000);
	assert_false(h.on_bus);
	assert_int_equal(memory_save(&h.modem, name), 0);

	host_plug(&again, SET(SHORT));
	assert_int_equal(memory_load(&again.modem, name), 0);
	host_wait(&again, 20000);
	assert_string_equal(host_lines(again.at), FLASHED BOOTED);
	assert_string_equal(again.modem.firmware, NEW);
	assert_non_null(store_find(&again.modem.store, "update.zip"));
	host_unplug(&again);
	host_unplug(&h);
	unlink(name);
}

/* What the host's reboot looks like to a modem with a supply of its own, and to one without. */
static void test_own_supply(void **state)
{
	const struct {
		const char *const *settings;
		const char *trace;
	} rows[] = {
		{SET(SHORT, "own-supply=yes"),
		 "\"HTTPEND\",0 / <leave> / " FLASHED BOOTED},
		{SET(SHORT), "RDY"},
	};
	char name[] = "/tmp/standin-memory-XXXXXX";
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct host h, again;

		host_plug(&h, SET(SHORT, "download-time=3600000"));
		h.package = good;
		host_wait(&h, 1000);
		host_type(&h, REQUEST);
		host_wait(&h, 20000);
		assert_int_equal(memory_save(&h.modem, name), 0);
		host_plug(&again, rows[i].settings);
		again.package = good;
		assert_int_equal(memory_load(&again.modem, name), 0);
		host_wait(&again, 20000);
		assert_string_equal(host_lines(again.at), rows[i].trace);
		host_unplug(&again);
		host_unplug(&h);
	}
	unlink(name);
}

static void test_bad_flash_scripts(void **state)
{
	static const char *const bad[] = {"begin",    "1-",	  "9-3",
					  "-4",	      "end:",	  "end:x",
					  "wait",     "reboot*0", "start,,end",
					  "start end"};
	struct script script;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		assert_int_not_equal(script_parse(bad[i], &script), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_upgrades_split),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_longest_url),
		cmocka_unit_test(test_second_request),
		cmocka_unit_test(test_recovery_answers),
		cmocka_unit_test(test_other_imei),
		cmocka_unit_test(test_silent_flash),
		cmocka_unit_test(test_download_glitch),
		cmocka_unit_test(test_boot_again),
		cmocka_unit_test(test_emergency_download),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_own_supply),
		cmocka_unit_test(test_bad_flash_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
