/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world without sense: anything may happen at any time, and the laws (they
 * stand in dfota_player.c) hold in every step. Modems and hosts that behave
 * for a while are mixed in, so that the walk gets far.
 */
#include "dfota_player.h"

#include <stdlib.h>
#include <string.h>

#include "agent/util.h"

#define EVENTS 400000
#define SEED 5021u

struct walk {
	struct player p;
	uint32_t random;
	unsigned long jobs, requests;
	unsigned long outcomes[OUTCOME_COUNT];
};

static uint32_t below(struct walk *walk, uint32_t bound)
{
	walk->random = walk->random * 1664525u + 1013904223u;
	return (walk->random >> 8) % bound;
}

static const char *pick(struct walk *walk, const char *const *of, size_t count)
{
	return of[below(walk, (uint32_t)count)];
}

#define PICK(walk, of) pick(walk, of, ARRAY_SIZE(of))

static const char *const firmwares[] = { PLAYER_OLD, PLAYER_NEW, PLAYER_NEW, PLAYER_OTHER };
static const char *const imeis[] = { PLAYER_IMEI, PLAYER_IMEI, PLAYER_IMEI, PLAYER_STRANGER };

static void anything_is_said(struct walk *walk)
{
	static const char *const lines[] = {
		"+QIND: \"FOTA\",\"HTTPSTART\"",
		"+QIND: \"FOTA\",\"HTTPEND\",0",
		"+QIND: \"FOTA\",\"HTTPEND\",0",
		"+QIND: \"FOTA\",\"FTPEND\",601",
		"+QIND: \"FOTA\",\"START\"",
		"+QIND: \"FOTA\",\"UPDATING\",42",
		"+QIND: \"FOTA\",\"UPDATING\",4200",
		"+QIND: \"FOTA\",\"RESTORE\",1",
		"+QIND: \"FOTA\",\"END\",0",
		"+QIND: \"FOTA\",\"END\",0",
		"+QIND: \"FOTA\",\"END\",502",
		"+QIND: \"FOTA\",\"END\"",
		"+QIND: \"FOTA\",\"EN",
		"RDY",
		"+CPIN: READY",
		"+QIND: PB DONE",
		"OK",
		"OK",
		"CONNECT",
		"+QFUPL: 3000,b34a",
		"ERROR",
		"+CME ERROR: 30",
		"AT",
		"AT+CGMR",
		"+CEREG: 1",
		"$GPRMC,,V,,,,,,,,,,N*53",
		PLAYER_OLD,
		PLAYER_NEW,
		PLAYER_IMEI,
		PLAYER_STRANGER,
		"?",
	};

	uint8_t port = (uint8_t)below(walk, 3);

	player_say(&walk->p, port, PICK(walk, lines));
}

static void anything_attaches(struct walk *walk)
{
	static const enum dfota_presence presences[] = {
		DFOTA_PRESENCE_MODEM,	  DFOTA_PRESENCE_MODEM,	   DFOTA_PRESENCE_MODEM,
		DFOTA_PRESENCE_MODEM,	  DFOTA_PRESENCE_RECOVERY, DFOTA_PRESENCE_MUTE,
		DFOTA_PRESENCE_EMERGENCY,
	};
	struct player *p = &walk->p;

	p->voice = (enum player_voice)below(walk, 3);
	p->speaks = (uint8_t)below(walk, 4);
	p->firmware = PICK(walk, firmwares);
	p->imei = PICK(walk, imeis);
	player_attach(p, presences[below(walk, ARRAY_SIZE(presences))]);
}

static void anything_from_the_host(struct walk *walk)
{
	struct player *p = &walk->p;
	struct dfota_event event = { .type = (enum dfota_event_type)below(walk,
									  DFOTA_EVENT_HELD + 1) };

	switch (event.type) {
	case DFOTA_EVENT_PLAN:
		event.plan = &p->plan;
		break;
	case DFOTA_EVENT_SAVED:
		event.saved = below(walk, 2);
		break;
	case DFOTA_EVENT_STOP:
		event.stop_now = !below(walk, 8);
		break;
	case DFOTA_EVENT_HOST:
	case DFOTA_EVENT_HELD:
		if (below(walk, 8))
			return;
		event.reason = "so it is";
		break;
	case DFOTA_EVENT_WRITTEN:
		event.written = below(walk, 70000);
		break;
	case DFOTA_EVENT_PARTS:
		event.parts = (uint8_t)below(walk, 4);
		break;
	case DFOTA_EVENT_START:
	case DFOTA_EVENT_FOLLOW:
	case DFOTA_EVENT_DETACHED:
	case DFOTA_EVENT_TIME:
		break;
	case DFOTA_EVENT_ATTACHED:
	case DFOTA_EVENT_LINE:
		return;
	}
	player_event(p, &event);
}

static void time_passes(struct walk *walk)
{
	struct player *p = &walk->p;
	uint64_t due = dfota_deadline(&p->d);

	if (below(walk, 3))
		player_wait(p, below(walk, 3000));
	else if (due > p->now_ms)
		player_wait(p, due - p->now_ms + below(walk, 2));
}

static void anything_happens(struct walk *walk)
{
	uint32_t what = below(walk, 100);

	walk->p.told[0] = '\0';
	if (what < 45)
		anything_is_said(walk);
	else if (what < 72)
		time_passes(walk);
	else if (what < 84)
		anything_attaches(walk);
	else if (what < 94)
		player_detach(&walk->p);
	else
		anything_from_the_host(walk);
}

static void any_memory(struct walk *walk)
{
	static const int codes[] = { -1, -1, -1, 0, 502 };
	struct dfota_memory memory = { .firmware = PLAYER_OLD, .imei = PLAYER_IMEI };

	/* One by one: the order in an initialiser is the compiler's. */
	memory.phase = (enum dfota_phase)below(walk, DFOTA_PHASE_COUNT);
	memory.target = below(walk, 4) ? PLAYER_NEW : "";
	memory.transfer = codes[below(walk, ARRAY_SIZE(codes))];
	memory.end = codes[below(walk, ARRAY_SIZE(codes))];
	memory.download = below(walk, 2);
	memory.stored = !memory.download && below(walk, 2);
	memory.left = below(walk, 2);
	memory.host_rebooted = below(walk, 2);
	memory.age_ms = below(walk, 3000000);
	memory.running = below(walk, 4) ? NULL : PICK(walk, firmwares);
	player_resume(&walk->p, &memory);
}

static void any_job(struct walk *walk)
{
	struct player *p = &walk->p;

	if (below(walk, 4) == 0) {
		any_memory(walk);
		return;
	}
	if (below(walk, 16) == 0) {
		player_follow(p, below(walk, 2));
		return;
	}
	player_begin(p);
	p->plan.download = below(walk, 2);
	p->plan.upload = !p->plan.download && below(walk, 2);
	p->plan.size = 1 + below(walk, 200000);
	p->plan.sum = (uint16_t)below(walk, 65536);
	p->store = below(walk, 8) ? "+QFLDS: 12987840,14483456" : "+QFLDS: 10,14483456";
	p->leftover = below(walk, 2) ? "+QFLST: \"UFS:qfota.zip\",3000" : NULL;
	p->takes_nothing = !below(walk, 8);
	p->miscounts = (uint8_t)below(walk, 3);
	p->refuses = (uint8_t)below(walk, 4);
	p->plan.dry_run = !below(walk, 16);
	p->plan.kind = below(walk, 8) ? DFOTA_PLAN_UPGRADE
				      : (enum dfota_plan_kind)below(walk, DFOTA_PLAN_UPGRADE);
	if (below(walk, 4) == 0)
		p->plan.target[0] = '\0';
	strcpy(p->plan.reason, "so it is");
	p->disk_full = !below(walk, 16);
	/* Most of them get as far as the request. */
	if (below(walk, 4)) {
		player_attach(p, DFOTA_PRESENCE_MODEM);
		player_wait(p, 1000);
	}
}

static void job_count(struct walk *walk)
{
	walk->jobs++;
	walk->requests += walk->p.laws.requested;
	walk->outcomes[verdict_decide(&walk->p.d.evidence).outcome]++;
}

/* The machine is a plain value: from a copy of it nothing but time is delivered. */
static void every_wait_ends(const struct player *p)
{
	static struct player alone;

	alone = *p;
	alone.voice = PLAYER_VOICE_MUTE;
	player_run_out(&alone);
}

static void laws_hold_whatever_happens(void **state)
{
	static struct walk walk = { .random = SEED };

	(void)state;
	print_message("seed %u, %d events\n", SEED, EVENTS);
	any_job(&walk);
	for (int i = 0; i < EVENTS; i++) {
		anything_happens(&walk);
		if (i % 16 == 0)
			every_wait_ends(&walk.p);
		if (!walk.p.laws.finished)
			continue;
		job_count(&walk);
		anything_happens(&walk); /* and nothing comes of it */
		any_job(&walk);
	}
	print_message("%lu jobs, %lu requests\n", walk.jobs, walk.requests);
	/* A walk that does not get everywhere proves nothing. */
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		print_message("%8lu %s\n", walk.outcomes[i], outcome_name((enum outcome)i));
		assert_int_not_equal(walk.outcomes[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(laws_hold_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
