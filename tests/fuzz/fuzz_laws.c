/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of test_dfota_laws, with bytes in place of dice: only lines, firmwares and
 * IMEIs that the laws in dfota_player.c understand, so that all of those hold, and a
 * modem and a host that answer by themselves, so that it gets far.
 */
#include <string.h>

#include "agent/util.h"
#include "fuzz.h"
#include "tests/unit/dfota_player.h"

struct walk {
	struct player p;
	struct fuzz_bytes in;
};

static const char *pick(struct walk *walk, const char *const *of, uint8_t count)
{
	return of[fuzz_below(&walk->in, 48) % count];
}

#define PICK(walk, of) pick(walk, of, ARRAY_SIZE(of))

static const char *const firmwares[] = { PLAYER_OLD, PLAYER_NEW, PLAYER_OTHER };
static const char *const imeis[] = { PLAYER_IMEI, PLAYER_STRANGER };

static void say(struct walk *walk)
{
	static const char *const lines[] = {
		"OK",
		"ERROR",
		"CONNECT",
		"RDY",
		PLAYER_OLD,
		PLAYER_NEW,
		PLAYER_IMEI,
		PLAYER_STRANGER,
		"+CME ERROR: 30",
		"+CPIN: READY",
		"+CEREG: 1",
		"+QIND: PB DONE",
		"+QFUPL: 3000,b34a",
		"AT",
		"AT+CGMR",
		"+QIND: \"FOTA\",\"HTTPSTART\"",
		"+QIND: \"FOTA\",\"HTTPEND\",0",
		"+QIND: \"FOTA\",\"FTPEND\",601",
		"+QIND: \"FOTA\",\"START\"",
		"+QIND: \"FOTA\",\"UPDATING\",42",
		"+QIND: \"FOTA\",\"UPDATING\",4200",
		"+QIND: \"FOTA\",\"RESTORE\",1",
		"+QIND: \"FOTA\",\"END\",0",
		"+QIND: \"FOTA\",\"END\",502",
		"+QIND: \"FOTA\",\"END\"",
		"+QIND: \"FOTA\",\"EN",
		"?",
	};
	uint8_t port = fuzz_below(&walk->in, 3);

	player_say(&walk->p, port, PICK(walk, lines));
}

static void attach(struct walk *walk)
{
	struct player *p = &walk->p;
	enum dfota_presence presence = (enum dfota_presence)(1 + fuzz_below(&walk->in, 4));

	p->voice = (enum player_voice)(2 - fuzz_below(&walk->in, 3));
	p->speaks = 3 - fuzz_below(&walk->in, 4);
	p->firmware = PICK(walk, firmwares);
	p->imei = PICK(walk, imeis);
	player_attach(p, presence);
}

static void host(struct walk *walk, enum dfota_event_type type)
{
	struct dfota_event event = { .type = type };

	switch (type) {
	case DFOTA_EVENT_PLAN:
		event.plan = &walk->p.plan;
		break;
	case DFOTA_EVENT_SAVED:
		event.saved = !fuzz_below(&walk->in, 2);
		break;
	case DFOTA_EVENT_STOP:
		event.stop_now = fuzz_below(&walk->in, 2);
		break;
	case DFOTA_EVENT_WRITTEN:
		event.written = fuzz_number(&walk->in);
		break;
	case DFOTA_EVENT_HOST:
	case DFOTA_EVENT_HELD:
		event.reason = "so it is";
		break;
	case DFOTA_EVENT_START:
	case DFOTA_EVENT_FOLLOW:
	case DFOTA_EVENT_PARTS:
	case DFOTA_EVENT_ATTACHED:
	case DFOTA_EVENT_DETACHED:
	case DFOTA_EVENT_LINE:
	case DFOTA_EVENT_TIME:
		break;
	}
	player_event(&walk->p, &event);
}

static void wait_for_limit(struct walk *walk)
{
	struct player *p = &walk->p;
	uint64_t due = dfota_deadline(&p->d);

	player_wait(p, due > p->now_ms ? due - p->now_ms : 0);
}

static void happen(struct walk *walk)
{
	struct player *p = &walk->p;
	uint8_t letter = fuzz_byte(&walk->in);

	p->told[0] = '\0';
	if (letter == 'L')
		say(walk);
	else if (letter == 'A')
		attach(walk);
	else if (letter == 'D')
		player_detach(p);
	else if (letter == 'T')
		wait_for_limit(walk);
	else if (letter >= '0' && letter <= '7') /* a millisecond to half an hour */
		player_wait(p, UINT64_C(1) << 3 * (letter - '0'));
	else if (letter == 'P')
		host(walk, DFOTA_EVENT_PLAN);
	else if (letter == 'S')
		host(walk, DFOTA_EVENT_SAVED);
	else if (letter == 'w')
		host(walk, DFOTA_EVENT_WRITTEN);
	else if (letter == 's')
		host(walk, DFOTA_EVENT_STOP);
	else if (letter == 'h')
		host(walk, DFOTA_EVENT_HOST);
	else if (letter == 'b')
		host(walk, DFOTA_EVENT_HELD);
}

/* ---- a job ---- */

static void take_up(struct walk *walk)
{
	static const int codes[] = { -1, 0, 502 };
	uint8_t flags = fuzz_below(&walk->in, 16);
	struct dfota_memory memory = {
		.firmware = PLAYER_OLD,
		.imei = PLAYER_IMEI,
		.target = flags & 1 ? "" : PLAYER_NEW,
		.left = flags & 2,
		.host_rebooted = flags & 4,
		.download = !(flags & 8),
	};

	memory.phase = (enum dfota_phase)(fuzz_below(&walk->in, 48) % DFOTA_PHASE_COUNT);
	memory.transfer = codes[fuzz_below(&walk->in, 3)];
	memory.end = codes[fuzz_below(&walk->in, 3)];
	memory.stored = fuzz_below(&walk->in, 2) && !memory.download;
	memory.age_ms = fuzz_number(&walk->in) % 4000000;
	if (fuzz_below(&walk->in, 2))
		memory.running = PICK(walk, firmwares);
	player_resume(&walk->p, &memory);
}

static void begin(struct walk *walk)
{
	struct player *p = &walk->p;
	uint8_t flags = fuzz_below(&walk->in, 16);

	player_begin(p);
	p->plan.kind = (enum dfota_plan_kind)(DFOTA_PLAN_UPGRADE - fuzz_below(&walk->in, 48) % 5);
	p->plan.dry_run = flags & 1;
	p->plan.download = !(flags & 2);
	p->plan.upload = flags & 4 && !p->plan.download;
	if (flags & 8)
		p->plan.target[0] = '\0';
	p->plan.size = 1 + fuzz_number(&walk->in) % 1000000;
	strcpy(p->plan.reason, "so it is");
	flags = fuzz_below(&walk->in, 16);
	p->store = flags & 1 ? "+QFLDS: 10,14483456" : "+QFLDS: 12987840,14483456";
	p->leftover = flags & 2 ? "+QFLST: \"UFS:qfota.zip\",3000" : NULL;
	p->takes_nothing = flags & 4;
	p->disk_full = flags & 8;
	p->miscounts = fuzz_below(&walk->in, 3);
	p->refuses = fuzz_below(&walk->in, 4);
}

/* Outside a test of cmocka's a broken law ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct walk walk;
	uint8_t kind;

	walk.in = (struct fuzz_bytes){ bytes, bytes + size };
	kind = fuzz_below(&walk.in, 4);
	if (kind == 2)
		take_up(&walk);
	else if (kind == 3)
		player_follow(&walk.p, fuzz_below(&walk.in, 2));
	else
		begin(&walk);
	while (walk.in.at < walk.in.end)
		happen(&walk);
	walk.p.voice = PLAYER_VOICE_MUTE;
	player_run_out(&walk.p);
	return 0;
}
