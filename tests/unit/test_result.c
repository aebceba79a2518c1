/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "agent/core/text.h"
#include "agent/result.h"
#include "agent/util.h"

#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"

#define EMERGENCY VERDICT_STOP_EMERGENCY
#define LOST VERDICT_STOP_LOST
#define LIMIT VERDICT_STOP_LIMIT
#define REFUSED VERDICT_STOP_REFUSED
#define BOOTED VERDICT_STOP_BOOTED

#define MODEM DFOTA_PRESENCE_MODEM
#define MUTE DFOTA_PRESENCE_MUTE

/* How a machine stands when it has finished, and what people are told of it. */
struct row {
	const char *name;
	const char *firmware, *now;
	enum verdict_stop stop;
	enum verdict_firmware came_back;
	int transfer, end; /* -1: not seen */
	enum dfota_presence presence;
	const char *said;   /* by the machine itself */
	const char *reason; /* a part of it; NULL: none */
	const char *advice;
	int cfun; /* told after the last boot, 0: not */
};

static void machine_make(const struct row *row, struct dfota *ret)
{
	*ret = (struct dfota){ .presence = row->presence, .requested = true };
	ret->health_told = row->cfun > 0;
	ret->cfun = 5; /* whatever it was before the job, it was refused or is of no interest */
	if (row->cfun)
		ret->cfun = row->cfun;
	text_set(ret->firmware, sizeof(ret->firmware), row->firmware);
	text_set(ret->firmware_now, sizeof(ret->firmware_now), row->now);
	text_set(ret->reason, sizeof(ret->reason), row->said ? row->said : "");
	ret->evidence = (struct evidence){
		.stop = row->stop,
		.firmware = row->came_back,
		.imei = VERDICT_IMEI_SAME,
		.transfer_seen = row->transfer >= 0,
		.transfer = row->transfer,
		.end_seen = row->end >= 0,
		.end = row->end,
	};
}

static void part_check(const struct row *row, const char *what, const char *text, const char *part)
{
	if (!text != !part || (part && !strstr(text, part)))
		fail_msg("%s: the %s is \"%s\"", row->name, what, text ? text : "");
}

static const struct row rows[] = {
	{ "END 510", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 0, 510, MODEM, NULL, "does not fit",
	  "exactly this firmware", 0 },
	{ "END 599, which nobody knows", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 0, 599, MODEM,
	  NULL, NULL, NULL, 0 },
	{ "END 506 of a model that has no such code", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 0,
	  506, MODEM, NULL, NULL, NULL, 0 },
	{ "END 506 of a BG96", "BG96MAR02A07M1G", "BG96MAR02A07M1G", BOOTED,
	  VERDICT_FIRMWARE_BEFORE, 0, 506, MODEM, NULL, "check failed", "exactly this firmware", 0 },
	{ "END 510, its firmware known only now", "", OLD, BOOTED, VERDICT_FIRMWARE_OTHER, 0, 510,
	  MODEM, NULL, "does not fit", "exactly this firmware", 0 },
	{ "HTTPEND 702", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 702, -1, MODEM, NULL, "timeout",
	  "signal", 0 },
	{ "HTTPEND 799", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 799, -1, MODEM, NULL, NULL,
	  NULL, 0 },
	{ "upgraded", OLD, NEW, BOOTED, VERDICT_FIRMWARE_WANTED, 0, 0, MODEM, NULL, NULL, NULL, 0 },
	/* The transfer was made good: its code is no news any more. */
	{ "upgraded after all", OLD, NEW, BOOTED, VERDICT_FIRMWARE_WANTED, 701, 0, MODEM, NULL,
	  NULL, NULL, 0 },

	{ "END 502, and full functionality", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 0, 502,
	  MODEM, NULL, "left", "try again", 1 },
	{ "END 502, and its factory test mode", OLD, OLD, BOOTED, VERDICT_FIRMWARE_BEFORE, 0, 502,
	  MODEM, NULL, "left", "factory test mode", 5 },
	{ "upgraded into its factory test mode", OLD, NEW, BOOTED, VERDICT_FIRMWARE_WANTED, 0, 0,
	  MODEM, NULL, NULL, "factory test mode", 5 },

	/* Where it is now comes before what it said. */
	{ "lost", OLD, "", LOST, VERDICT_FIRMWARE_UNREAD, 0, -1, DFOTA_PRESENCE_NONE, NULL,
	  "did not come back", "AT+QUSBCFG=\"SS\",0", 0 },
	{ "lost after END 502", OLD, "", LOST, VERDICT_FIRMWARE_UNREAD, 0, 502, DFOTA_PRESENCE_NONE,
	  NULL, "did not come back", "power on", 0 },
	{ "lost, no USB 3", "EC25EFAR06A01M4G", "", LOST, VERDICT_FIRMWARE_UNREAD, 0, -1,
	  DFOTA_PRESENCE_NONE, NULL, "did not come back", "powered hub", 0 },
	{ "emergency download after END 520", OLD, "", EMERGENCY, VERDICT_FIRMWARE_UNREAD, 0, 520,
	  DFOTA_PRESENCE_EMERGENCY, NULL, "emergency download", "full image", 0 },
	{ "no AT port before the job", "", "", REFUSED, VERDICT_FIRMWARE_UNREAD, -1, -1, MUTE,
	  "no AT port in this state", "no AT port", "AT+QCFG=\"usbnet\",0", 0 },
	{ "refused for another reason", OLD, "", REFUSED, VERDICT_FIRMWARE_UNREAD, -1, -1, MODEM,
	  "another agent", "another agent", NULL, 0 },
	/* It may be flashing: first of all it is left alone. */
	{ "no AT port in the middle of the job", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, -1,
	  MUTE, "came back without any AT port", "without any AT port",
	  "leave its power on for an hour; then AT+QCFG=\"usbnet\",0", 0 },
	{ "no AT port after END 0", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, 0,
	  MUTE, "came back without any AT port", "without any AT port", "AT+QCFG=\"usbnet\",0", 0 },
	{ "no AT port after END 502", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, 502,
	  MUTE, "came back without any AT port", "without any AT port",
	  "leave its power on for an hour; then AT+QCFG=\"usbnet\",0", 0 },
	{ "a limit ran out", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, -1, MODEM, "the limit",
	  "the limit", "run again", 0 },
	/* The modem may try again: what its code means is said once it is over. */
	{ "a limit ran out after END 510", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, 510, MODEM,
	  "not confirmed", "not confirmed", "run again", 0 },
	{ "a limit ran out after END 599", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 0, 599, MODEM,
	  "not confirmed", "not confirmed", "run again", 0 },
	{ "a limit ran out after HTTPEND 702", OLD, "", LIMIT, VERDICT_FIRMWARE_UNREAD, 702, -1,
	  MODEM, "not confirmed", "timeout", "signal", 0 },
	{ "the upload failed", OLD, "", VERDICT_STOP_UPLOAD, VERDICT_FIRMWARE_UNREAD, -1, -1, MODEM,
	  "counted other bytes", "counted other bytes", NULL, 0 },
};

static void reason_and_advice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char to[DFOTA_FIRMWARE_SIZE];
		struct modem_result result;
		struct dfota machine;

		machine_make(&rows[i], &machine);
		result = result_make(&machine, "", to, 0);
		part_check(&rows[i], "reason", result.reason, rows[i].reason);
		part_check(&rows[i], "advice", result.advice, rows[i].advice);
		assert_int_equal(result.end, rows[i].end);
		assert_int_equal(result.transfer, rows[i].transfer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reason_and_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
