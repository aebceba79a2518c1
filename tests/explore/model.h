/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the machine of one upgrade may meet, as one plain value: the machine
 * itself, the modem with its truth, the bus, and the host with its journal. A
 * move is one thing that may happen next; which ones may is all the model
 * decides, which one does is left to whoever explores (search.h).
 *
 * What the model never does are the premises of "never wrong". The facts, and
 * the limits that they gave, are behind each of them:
 *
 *  - a modem downloads its package, and leaves the bus with it or refuses it,
 *    within the limit `download` of the acceptance; within `leave` of the download;
 *  - a person who takes a modem out takes its power;
 *  - a flashing system tells no firmware, and no boot code (facts 2.3 no. 8);
 *  - what a modem sends stays in order on a port; a code that is broken in two
 *    is not interrupted by another line;
 *  - RDY comes before the first answer, answers in the order of the commands;
 *  - another modem comes to the position only after the request.
 *
 * Not among them, so explored both ways: the bus may be lost any number of times, in
 * every phase, and the SIM found after that without a boot. A modem in recovery that
 * reported a failure may stay silent as long as it likes, then try again on the spot or
 * after another reboot into recovery, any number of times, or restore its old firmware
 * and boot it (facts 1.5).
 */
#ifndef QFOTA_EXPLORE_MODEL_H
#define QFOTA_EXPLORE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/at.h"
#include "agent/core/dfota.h"
#include "tests/explore/laws.h"

/* Every state is kept as if it were this late: only differences of times count. */
#define MODEL_NOW_MS 1000000000ull

/* Before a limit, not at it. */
#define MODEL_SOON_MS 1000

#define MODEL_OLD "EP06ELAR03A08M4G"
#define MODEL_NEW "EP06ELAR04A01M4G"
#define MODEL_IMEI "861234567890123"
#define MODEL_STRANGER "861234567890999"

enum model_job {
	MODEL_JOB_URL,	 /* the modem downloads the package */
	MODEL_JOB_STORE, /* it lies in its file store */
	MODEL_JOB_FILE,	 /* it is uploaded first */
	MODEL_JOB_COUNT,
};

enum model_work {
	MODEL_WORK_IDLE,     /* its normal system, nothing under way */
	MODEL_WORK_LOADING,  /* takes bytes of an upload */
	MODEL_WORK_DOWNLOAD, /* still its normal system, as the next */
	MODEL_WORK_READY,    /* has the package; is about to leave, or to refuse it */
	MODEL_WORK_FLASH,    /* its flashing system, as the next */
	MODEL_WORK_ENDED,    /* reported END; is about to boot, or to try again after a failure */
};

enum model_place {
	MODEL_PLACE_BUS,
	MODEL_PLACE_AWAY,
	MODEL_PLACE_TAKEN, /* away, and another modem in its place */
};

enum model_code {
	MODEL_CODE_NONE,
	MODEL_CODE_HTTPSTART,
	MODEL_CODE_HTTPEND,
	MODEL_CODE_HTTPEND_BAD,
	MODEL_CODE_START,
	MODEL_CODE_UPDATING,
	MODEL_CODE_END,
	MODEL_CODE_END_BAD,
	MODEL_CODE_RDY,
	MODEL_CODE_CPIN,
	MODEL_CODE_COUNT,
};

#define MODEL_PORTS 2
#define MODEL_PORT_MODEM 0 /* speaks AT, and tells no codes */
#define MODEL_PORT_AT 1

struct modem {
	uint8_t work;	  /* enum model_work */
	uint8_t place;	  /* enum model_place */
	uint8_t presence; /* enum dfota_presence: what it shows of itself */
	uint8_t code;	  /* enum model_code: is about to be said */
	uint8_t rest;	  /* of which code the second half is still to come */
	bool broken;	  /* in lines, not only in reads */
	bool twice;	  /* that code was said already */
	bool boots;	  /* it is away because its system starts anew */
	bool shut;	  /* the host cannot open it */
	bool updated;	  /* runs the new firmware */
	bool elsewhere;	  /* its codes go to a port of no USB interface */
	bool uart;	  /* the same, by its own setting of the URC port */
	bool moved;	  /* an agent changed that setting */
	bool stored;	  /* our file is there */
	bool tried;	  /* a request was refused */
	bool flaky;	  /* the bus was lost for no reason, and may be again */
	uint8_t accepted; /* requests */
	uint8_t requests; /* that went out and were not refused */
	uint16_t told;	  /* of its work: bits, 1 << enum model_code */
	/* Commands that wait for an answer, 0: none; else row of the table + 1. */
	uint8_t asked[MODEL_PORTS];
	uint8_t late;	 /* asked before those; its answer comes first */
	bool slow;	 /* that answer takes as long as it likes */
	uint64_t due_ms; /* it does not go on beyond that time; 0: for as long as it likes */
	uint64_t gone_ms; /* when it left the bus, or when this run of the agent began */
};

struct journal_memory {
	bool there, left, rebooted;
	uint8_t stage; /* enum dfota_phase */
	int transfer, end;
	uint64_t started_ms;
	char from[DFOTA_FIRMWARE_SIZE], target[DFOTA_FIRMWARE_SIZE];
	char imei[DFOTA_IMEI_SIZE];
	char urc_port[16];
};

enum model_reply {
	MODEL_REPLY_NONE,
	MODEL_REPLY_PLAN,
	MODEL_REPLY_SAVED,
	MODEL_REPLY_NOT_SAVED,
};

struct host {
	uint8_t job;	  /* enum model_job */
	uint8_t reply;	  /* enum model_reply: what the machine waits for */
	bool runs;	  /* an agent is there, and not done */
	bool over;	  /* the job is */
	bool shown;	  /* the machine was told that something is attached */
	bool full;	  /* the disk */
	bool requested;	  /* in this run */
	bool heard_bad;	  /* END n of the last try, by any run */
	bool heard_transfer_bad;
	bool saved_bad, saved_transfer_bad; /* the same, as far as the disk took it */
	uint8_t finishes; /* of this run */
	uint8_t asked;	  /* ports that got a version query in this step, bits */
	uint8_t outcome;  /* enum outcome of the last run that finished */
	uint32_t data;	  /* bytes that are on their way */
	uint64_t sign_ms; /* last sign of life, or question after one */
	uint64_t byte_ms; /* last byte of an upload */
	struct journal_memory journal;
};

struct world {
	struct dfota d;
	struct at_parser parser; /* of the port that tells codes */
	uint64_t now_ms;
	struct modem modem;
	struct host host;
	uint8_t faults; /* that may still happen */
	uint8_t law;	/* enum law: broken by the last move */
	uint8_t unused[6];
};

/* Short ones, of about the same order as the defaults: the fewer rounds, the fewer states. */
extern const struct limits model_limits;
/* A modem on the bus, and an agent that has just been started. */
void model_begin(struct world *w, enum model_job job, uint8_t faults);

/* ---- answers.c: what the modem answers, and how ---- */

/* The machine sent d->command to @port. */
void answers_asked(struct world *w, uint8_t port);
/* The modem has not begun to carry out AT+QFUPL, or AT+QFOTADL, but will. */
bool answers_load_is_pending(const struct world *w);
bool answers_request_is_pending(const struct world *w);
/* All bytes of an upload have reached the modem. */
void answers_loaded(struct world *w);

/* ---- modem.c: its work, and the codes it tells ---- */

/* It downloads, or is in recovery: its job may still lead to another firmware. */
bool modem_is_at_work(const struct modem *m);
bool modem_is_flashing(const struct modem *m);
/* An agent that has it open can hear its codes. */
bool modem_is_audible(const struct modem *m);
/* It, and nobody else, is on the bus. */
bool modem_is_here(const struct modem *m);
/* It is about to tell @code; what it did not get rid of before is lost. */
void modem_tell(struct modem *m, enum model_code code);
bool modem_is_quiet(const struct modem *m);

/* ---- host.c: what surrounds the machine ---- */

/* One event into the machine, and what comes of it. */
void host_event(struct world *w, const struct dfota_event *event);
/* Bytes from the port that tells codes. */
void host_bytes(struct world *w, const char *bytes);
/* One line as it stands from the other port. */
void host_line(struct world *w, const char *text);
void host_attached(struct world *w);
void host_detached(struct world *w);

/* ---- bus.c ---- */

/* It is off the bus; @boots: because its system begins anew. */
void bus_lose(struct world *w, bool boots);
/* What becomes of its work without power. */
void bus_cut_power(struct world *w);

/* ---- moves ---- */

struct move {
	const char *name;
	uint8_t cost; /* faults */
	bool (*may)(const struct world *w);
	void (*make)(struct world *w);
};

struct moves {
	const struct move *move;
	unsigned int count;
};

extern const struct moves answers_moves, modem_moves, bus_moves, host_moves;

/* NULL behind the last. */
const struct move *model_move(unsigned int index);
bool model_may(const struct world *w, const struct move *move);
/* Makes @move, and brings the world back to MODEL_NOW_MS. */
void model_make(struct world *w, const struct move *move);

#endif
