/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Losses of the bus that are no boot, and recovery that is back as something else. */
#include "host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"
#define SHORT "flash=start,50,end", "boot-urcs=RDY", "echo=no"
#define REQUEST "AT+QFOTADL=\"http://host/a.zip\"\r"

static const char good[] = "STANDIN-DELTA 1\nfrom: " OLD "\nto: " NEW "\n\nany payload";

/* Each row: an upgrade, and all that the AT port says from the request on. */
static const struct {
	const char *const *settings;
	const char *trace;
	const char *firmware;
} upgrades[] = {
	/* any number of them in the download, of which no code is lost and no boot comes */
	{SET(SHORT, "glitches=download:2000*3", "download-time=60000"),
	 "OK / \"HTTPSTART\" / <leave> / <leave> / <leave> / \"HTTPEND\",0 / <leave> / "
	 "\"START\" / \"UPDATING\",50 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* between its download and its reboot */
	{SET(SHORT, "glitches=restart:1000*2", "leave-delay=5000"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / <leave> / <leave> / "
	 "\"START\" / \"UPDATING\",50 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* its SIM is found after that, and not in recovery */
	{SET(SHORT, "glitches=restart:1000 flash:500", "leave-delay=5000", "flash-time=10000",
	     "glitch-sim=yes"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / +CPIN: READY / <leave> / "
	 "\"START\" / <leave> / \"UPDATING\",50 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* in the flash, which is not begun again */
	{SET(SHORT, "glitches=flash:1500 flash:500", "flash-time=10000"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / \"START\" / <leave> / <leave> / "
	 "\"UPDATING\",50 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* in every phase, and in one that never comes */
	{SET(SHORT, "glitches=normal:100000 download:2000 flash:1500 boot:500",
	     "download-time=10000", "flash-time=10000"),
	 "OK / \"HTTPSTART\" / <leave> / \"HTTPEND\",0 / <leave> / \"START\" / <leave> / "
	 "\"UPDATING\",50 / \"END\",0 / <leave> / RDY / <leave>",
	 NEW},
	/* a try after a long silence */
	{SET(SHORT, "flash=start,50,end:502,wait:400000,start,60,end:0", "firmware-after=new"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / \"START\" / \"UPDATING\",50 / "
	 "\"END\",502 / \"START\" / \"UPDATING\",60 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* a restore after a long silence, of which nothing is said */
	{SET(SHORT, "flash=start,50,end:502,wait:400000"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / \"START\" / \"UPDATING\",50 / "
	 "\"END\",502 / <leave> / RDY",
	 OLD},
	/* without ports it flashes on, and is heard again once they are back */
	{SET(SHORT, "flash=start,50,mute,60,cut,70,end"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / \"START\" / \"UPDATING\",50 / <leave> / "
	 "<leave> / \"UPDATING\",70 / \"END\",0 / <leave> / RDY",
	 NEW},
	/* with one port */
	{SET(SHORT, "flash=start,lone,60,end"),
	 "OK / \"HTTPSTART\" / \"HTTPEND\",0 / <leave> / \"START\" / <leave> / "
	 "\"UPDATING\",60 / \"END\",0 / <leave> / RDY",
	 NEW},
};

static void test_upgrades(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(upgrades) / sizeof(upgrades[0]); i++) {
		host_plug(&h, upgrades[i].settings);
		h.package = good;
		host_wait(&h, 1000);
		host_forget(&h);
		host_type(&h, REQUEST);
		host_wait(&h, 600000);
		assert_string_equal(host_lines(h.at), upgrades[i].trace);
		assert_string_equal(h.modem.firmware, upgrades[i].firmware);
		host_unplug(&h);
	}
}

/* Nothing of what it is changes: neither its registration nor its boot begins again. */
static void test_no_boot(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("glitches=normal:3000", "boot-urcs=RDY", "echo=no",
			  "register-after=5000"));
	host_wait(&h, 6000);
	host_type(&h, "AT+CREG?\r");
	assert_string_equal(host_lines(h.at), "RDY / <leave> / +CREG: 0,1 / OK");
	host_unplug(&h);
}

static void test_upload_power(void **state)
{
	static struct host h;

	(void)state;
	host_plug(&h, SET("upload-leave=2", "upload-leave-away=61000", "boot-urcs=RDY",
			  "echo=no"));
	host_wait(&h, 1000);
	host_type(&h, "AT+QFUPL=\"a\",3\r");
	host_write(&h, DESCRIPTORS_ROLE_AT, "abc", 3);
	host_wait(&h, 61500);
	assert_false(h.on_bus);
	host_wait(&h, 2000);
	assert_true(h.on_bus);
	assert_string_equal(host_lines(h.at), "RDY / CONNECT / <leave> / RDY");
	host_unplug(&h);
}

static void test_bad_glitches(void **state)
{
	static const char *const bad[] = {"download", "download:", "sleep:1", "flash:1*0", "flash:1x",
					  "flash:1, boot:1"};
	struct settings s;
	struct modem m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		settings_init(&s);
		assert_int_equal(settings_set(&s, "glitches", bad[i]), 0);
		assert_true(modem_init(&m, &s) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_no_boot),
		cmocka_unit_test(test_upload_power),
		cmocka_unit_test(test_bad_glitches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
