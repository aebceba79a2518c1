/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole upgrades, told as scripts. What happens, step by step, "; " between:
 *
 * - modem, recovery, mute, emergency: something attaches
 *
 * - flashing: the modem attaches in its flashing system
 *
 * - boots F, sneaks F: it attaches in its normal system, with RDY or without;
 *   F is old, new, other, stranger (new firmware, another IMEI) or deaf; new sub
 *   has the sub-version _01.002.01.002, the others have _01.001.01.001
 *
 * - off: it leaves the bus
 *
 * - deaf, hears: from now on it answers nothing, or all
 *
 * - unwell: from now on its SIM is gone, no network is found, +CFUN is 5
 *
 * - context: from now on it has a PDP context
 *
 * - fota TOKEN [N]: +QIND: "FOTA","TOKEN"[,N] on the AT port
 *
 * - on PORT TEXT: any line on any port
 *
 * - wait LIMIT[/2], wait MS: time passes; lasts: as much as an END may come late
 *
 * - stop, term, host, held: what the machine hears from its host
 *
 * - request: a modem is there, all goes well until AT+QFOTADL is out
 *
 * Everything else is a line on the AT port, port 1; 0 is the modem port.
 */
#include "dfota_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/util.h"
#include "dfota_stories.h"
#include "dfota_stories_long.h"
#include "dfota_stories_upload.h"

static void attach_flashing(struct player *p)
{
	p->voice = PLAYER_VOICE_FLASHING;
	player_attach(p, DFOTA_PRESENCE_MODEM);
}

static void boot(struct player *p, const char *firmware, bool rdy)
{
	static const struct {
		const char *name, *firmware, *imei;
		enum player_voice voice;
	} rows[] = {
		{ "old", PLAYER_OLD, PLAYER_IMEI, PLAYER_VOICE_NORMAL },
		{ "new", PLAYER_NEW, PLAYER_IMEI, PLAYER_VOICE_NORMAL },
		{ "new sub", PLAYER_NEW, PLAYER_IMEI, PLAYER_VOICE_NORMAL },
		{ "other", PLAYER_OTHER, PLAYER_IMEI, PLAYER_VOICE_NORMAL },
		{ "stranger", PLAYER_NEW, PLAYER_STRANGER, PLAYER_VOICE_NORMAL },
		{ "deaf", PLAYER_NEW, PLAYER_IMEI, PLAYER_VOICE_MUTE },
	};
	size_t i = 0;

	while (strcmp(rows[i].name, firmware) != 0)
		assert_true(++i < ARRAY_SIZE(rows));
	p->firmware = rows[i].firmware;
	if (p->sub_version)
		p->sub_version = strstr(firmware, " sub") ? PLAYER_NEW "_01.002.01.002" :
				 p->firmware[9] == '4'	  ? PLAYER_NEW "_01.001.01.001" :
							    PLAYER_OLD "_01.001.01.001";
	p->imei = rows[i].imei;
	p->voice = rows[i].voice;
	player_attach(p, DFOTA_PRESENCE_MODEM);
	if (rdy)
		player_say(p, 1, "RDY");
}

static void say_fota(struct player *p, const char *what)
{
	char token[64], line[128];
	int number;

	if (sscanf(what, "%63s %d", token, &number) == 2)
		snprintf(line, sizeof(line), "+QIND: \"FOTA\",\"%s\",%d", token, number);
	else
		snprintf(line, sizeof(line), "+QIND: \"FOTA\",\"%s\"", token);
	player_say(p, 1, line);
}

static void pass_time(struct player *p, const char *what)
{
	size_t length = strcspn(what, "/");
	int limit = 0;

	if (what[0] >= '0' && what[0] <= '9') {
		player_wait(p, strtoull(what, NULL, 10));
		return;
	}
	while (strncmp(limit_key((enum limit)limit), what, length) != 0 ||
	       limit_key((enum limit)limit)[length])
		assert_true(++limit < LIMIT_COUNT);
	player_wait(p, p->d.limits.ms[limit] / (what[length] ? 2 : 1));
}

static void request(struct player *p)
{
	player_attach(p, DFOTA_PRESENCE_MODEM);
	player_wait(p, 1000);
	assert_true(p->laws.requested);
	p->told[0] = '\0';
}

static void unwell(struct player *p)
{
	p->sim = "+CPIN: NOT INSERTED";
	p->registration = "+CEREG: 0,2";
	p->cfun = "+CFUN: 5";
}

static bool attach_plain(struct player *p, const char *step)
{
	static const char *const names[] = {
		[DFOTA_PRESENCE_NONE] = "",
		[DFOTA_PRESENCE_MODEM] = "modem",
		[DFOTA_PRESENCE_RECOVERY] = "recovery",
		[DFOTA_PRESENCE_MUTE] = "mute",
		[DFOTA_PRESENCE_EMERGENCY] = "emergency",
	};

	for (size_t i = 1; i < ARRAY_SIZE(names); i++) {
		if (strcmp(step, names[i]) == 0) {
			player_attach(p, (enum dfota_presence)i);
			return true;
		}
	}
	return false;
}

static bool happen_to_host(struct player *p, const char *step)
{
	if (strcmp(step, "stop") == 0 || strcmp(step, "term") == 0)
		player_stop(p, step[0] == 't');
	else if (strcmp(step, "host") == 0)
		player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_HOST, .reason = "USB" });
	else if (strcmp(step, "held") == 0)
		player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_HELD, .reason = "held" });
	else
		return false;
	return true;
}

static void happen(struct player *p, const char *step)
{
	if (attach_plain(p, step) || happen_to_host(p, step))
		return;
	if (strcmp(step, "off") == 0)
		player_detach(p);
	else if (strcmp(step, "flashing") == 0)
		attach_flashing(p);
	else if (strcmp(step, "deaf") == 0)
		p->voice = PLAYER_VOICE_MUTE;
	else if (strcmp(step, "hears") == 0)
		p->voice = PLAYER_VOICE_NORMAL;
	else if (strcmp(step, "unwell") == 0)
		unwell(p);
	else if (strcmp(step, "context") == 0)
		p->context = "+CGDCONT: 1,\"IP\",\"\",\"0.0.0.0\",0,0";
	else if (strcmp(step, "request") == 0)
		request(p);
	else if (strncmp(step, "boots ", 6) == 0)
		boot(p, step + 6, true);
	else if (strncmp(step, "sneaks ", 7) == 0)
		boot(p, step + 7, false);
	else if (strncmp(step, "fota ", 5) == 0)
		say_fota(p, step + 5);
	else if (strncmp(step, "wait ", 5) == 0)
		pass_time(p, step + 5);
	else if (strcmp(step, "lasts") == 0)
		player_wait(p, 10000);
	else if (strncmp(step, "on ", 3) == 0)
		player_say(p, (uint8_t)(step[3] - '0'), step + 5);
	else
		player_say(p, 1, step);
}

static void play(struct player *p, const char *script)
{
	while (*script) {
		size_t length = strcspn(script, ";");
		char step[128];

		assert_true(length < sizeof(step));
		memcpy(step, script, length);
		step[length] = '\0';
		happen(p, step);
		script += length + strspn(script + length, "; ");
	}
}

static void story_begin(struct player *p, const struct story *story)
{
	struct dfota_memory memory = {
		.phase = story->phase,
		.firmware = PLAYER_OLD,
		.imei = PLAYER_IMEI,
		.target = PLAYER_NEW,
		.transfer = story->transfer,
		.end = story->end,
		.download = !story->local,
		.left = story->left,
		.host_rebooted = story->rebooted,
		.age_ms = story->age_ms,
		.running = story->running,
		.urc_port = story->urc_moved ? "uart1" : NULL,
	};

	if (story->follow)
		player_follow(p, story->follow == STORY_ASK);
	else if (story->resumed)
		player_resume(p, &memory);
	else
		player_begin(p);
	if (story->arrange)
		story->arrange(p);
}

/* All stories are played, so that one look shows all that a change does. */
static bool story_check(const struct player *p, const struct story *story)
{
	struct verdict verdict = verdict_decide(&p->d.evidence);
	const char *reason = verdict.reason ? verdict.reason : p->d.reason;

	bool right = true;

	if (story->told && strcmp(p->told, story->told) != 0) {
		print_error("%s:\n  wanted %s\n  got    %s\n", story->name, story->told, p->told);
		right = false;
	}
	if (p->laws.finished != (story->exit != STORY_GOES_ON)) {
		print_error("%s: finished is %d\n", story->name, p->laws.finished);
		return false;
	}
	if (!p->laws.finished)
		return right;
	if (verdict.outcome == story->outcome && verdict.exit == story->exit &&
	    (!story->reason || strstr(reason, story->reason)) &&
	    verdict.job_over == !story->goes_on && verdict.owes == story->owes)
		return right;
	print_error("%s: %s, exit %d, %s%s%s\n", story->name, outcome_name(verdict.outcome),
		    verdict.exit, reason, verdict.job_over ? ", over" : "",
		    verdict.owes ? ", owes" : "");
	return false;
}

static void stories_play(const struct story *stories, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		static struct player p;

		story_begin(&p, &stories[i]);
		play(&p, stories[i].script);
		wrong += !story_check(&p, &stories[i]);
		if (!p.laws.finished)
			player_run_out(&p);
	}
	assert_int_equal(wrong, 0);
}

#define STORIES_TEST(name)                                                \
	static void name(void **state)                                    \
	{                                                                 \
		(void)state;                                              \
		stories_play(stories_##name, ARRAY_SIZE(stories_##name)); \
	}

STORIES_TEST(before_the_request)
STORIES_TEST(clean)
STORIES_TEST(codes_lost_or_odd)
STORIES_TEST(failures)
STORIES_TEST(coming_and_going)
STORIES_TEST(glitches)
STORIES_TEST(silence)
STORIES_TEST(the_host_stops)
STORIES_TEST(resumed)
STORIES_TEST(uploads)
STORIES_TEST(followed)
STORIES_TEST(sub_versions)
STORIES_TEST(health)

/* People see the codes of the job, not the chatter around it. */
static void codes_of_the_job_are_told(void **state)
{
	static const struct {
		const char *script;
		unsigned int urcs;
	} rows[] = {
		{ REQUESTED "OK; +CEREG: 1; $GPRMC,,V,,,,,,,,,,N*53", 0 },
		{ REQUESTED "+CPIN: READY", 0 }, /* no reboot: an answer or the SIM */
		{ ACCEPTED "fota HTTPEND 0", 2 },
		{ FLASHED "fota RESTORE 1; fota END", 6 },
		{ FLASHED "fota END 0; off; boots deaf; +CPIN: READY; ERROR", 7 },
		/* What it is asked after the upgrade is answered, not told. */
		{ FLASHED "fota END 0; off; boots new", 6 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static struct player p;

		player_begin(&p);
		play(&p, rows[i].script);
		assert_int_equal(p.urcs, rows[i].urcs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_request),
		cmocka_unit_test(clean),
		cmocka_unit_test(codes_lost_or_odd),
		cmocka_unit_test(failures),
		cmocka_unit_test(coming_and_going),
		cmocka_unit_test(glitches),
		cmocka_unit_test(silence),
		cmocka_unit_test(the_host_stops),
		cmocka_unit_test(resumed),
		cmocka_unit_test(uploads),
		cmocka_unit_test(followed),
		cmocka_unit_test(sub_versions),
		cmocka_unit_test(health),
		cmocka_unit_test(codes_of_the_job_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
