/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machine of one upgrade of one modem. A plain value: it may be
 * copied, compared, and taken up again from the journal. It holds no
 * descriptor, reads no clock, allocates nothing and says nothing: events come
 * in with the time, actions go out.
 *
 *   attach ─ listen ─ probe ─ identify ─ plan ─ check ─ save ─┐ nothing was sent so far
 *                                                            │
 *   ┌── accept ── download-start ── download ── leave ───────┘ AT+QFOTADL
 *   │   (a job from the journal starts in "resume" and joins where it may be,
 *   │   one that is only heard leaves "listen" for "download")
 *   │ any loss of the bus
 *   away ─ quiet ─ flash ─┐         END n from any of these
 *     ▲      │       │    ▼
 *     └──────┴───────┘  ended ─ reboot ─ boot ─┐
 *                         boot URC or version  ▼
 *                         from quiet, flash  confirm-probe ─ confirm ─ finished
 *                                                              │         ▲
 *                 no code that says why it runs that:        settle ─────┘
 *   (handover.h has what comes before finished; from there, too, any loss leads back to away)
 *
 * URCs may skip any number of these states forward (facts 2.3).
 */
#ifndef QFOTA_DFOTA_H
#define QFOTA_DFOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/core/at.h"
#include "agent/core/limits.h"
#include "agent/core/revision.h"
#include "agent/core/urc.h"
#include "agent/core/verdict.h"

#define DFOTA_PORTS 8
#define DFOTA_FIRMWARE_SIZE 64
#define DFOTA_IMEI_SIZE 24
#define DFOTA_COMMAND_SIZE (AT_ARGUMENT_MAX + 32)

enum dfota_phase {
	DFOTA_PHASE_IDENTIFY,
	DFOTA_PHASE_CHECK,
	DFOTA_PHASE_UPLOAD,
	DFOTA_PHASE_REQUEST,
	DFOTA_PHASE_DOWNLOAD,
	DFOTA_PHASE_RESTART,
	DFOTA_PHASE_FLASH,
	DFOTA_PHASE_RETURN,
	DFOTA_PHASE_VERIFY,
	DFOTA_PHASE_COUNT,
};

enum dfota_state {
	DFOTA_STATE_ATTACH,
	DFOTA_STATE_LISTEN,
	DFOTA_STATE_PROBE,
	DFOTA_STATE_IDENTIFY,
	DFOTA_STATE_PLAN,
	DFOTA_STATE_CHECK,
	DFOTA_STATE_STORE,
	DFOTA_STATE_SAVE_UPLOAD,
	DFOTA_STATE_CONNECT,
	DFOTA_STATE_UPLOAD,
	DFOTA_STATE_SWEEP,
	DFOTA_STATE_SAVE,
	DFOTA_STATE_URC_MOVE,
	DFOTA_STATE_RESUME,
	DFOTA_STATE_ACCEPT,
	DFOTA_STATE_DOWNLOAD_START,
	DFOTA_STATE_DOWNLOAD,
	DFOTA_STATE_LEAVE,
	DFOTA_STATE_AWAY,
	DFOTA_STATE_QUIET,
	DFOTA_STATE_FLASH,
	DFOTA_STATE_ENDED,
	DFOTA_STATE_REBOOT,
	DFOTA_STATE_BOOT,
	DFOTA_STATE_CONFIRM_PROBE,
	DFOTA_STATE_CONFIRM,
	DFOTA_STATE_SETTLE,
	DFOTA_STATE_HEALTH,
	DFOTA_STATE_URC_BACK,
	DFOTA_STATE_FINISHED,
	DFOTA_STATE_COUNT,
};

/* What is on the bus at the modem's position. */
enum dfota_presence {
	DFOTA_PRESENCE_NONE,
	DFOTA_PRESENCE_MODEM,	  /* two or more serial interfaces */
	DFOTA_PRESENCE_RECOVERY,  /* one serial interface alone: only ever listened to */
	DFOTA_PRESENCE_MUTE,	  /* no serial interface at all */
	DFOTA_PRESENCE_EMERGENCY, /* looks like emergency download */
};

/* What is to be done with an identified modem. */
enum dfota_plan_kind {
	DFOTA_PLAN_NOTHING, /* reason says why */
	DFOTA_PLAN_CURRENT, /* it has the wanted firmware */
	DFOTA_PLAN_REFUSE,  /* reason says why */
	DFOTA_PLAN_CONFIG,  /* the configuration is wrong for this modem; reason says how */
	DFOTA_PLAN_UPGRADE,
};

struct dfota_plan {
	enum dfota_plan_kind kind;
	bool download; /* the modem fetches the package itself: SIM and network are needed */
	bool upload;   /* a local file, to be brought into the modem's store first */
	bool dry_run;  /* stop before the journal is written */
	uint16_t sum;  /* of the local file, as package.h counts it */
	uint32_t size; /* of the local file, bytes, 1..PACKAGE_SIZE_MAX */
	char argument[AT_ARGUMENT_MAX + 1]; /* of AT+QFOTADL, unquoted; unused for an upload */
	char target[DFOTA_FIRMWARE_SIZE];   /* wanted firmware, empty: any other than now */
	char reason[200];
};

enum dfota_event_type {
	DFOTA_EVENT_START,    /* once, first */
	DFOTA_EVENT_FOLLOW,   /* instead: takes up what it hears, requests nothing */
	DFOTA_EVENT_PARTS,    /* next, where more of a firmware than its revision counts */
	DFOTA_EVENT_ATTACHED, /* all serial interfaces are being read */
	DFOTA_EVENT_DETACHED,
	DFOTA_EVENT_LINE,
	DFOTA_EVENT_TIME,  /* the armed time has come */
	DFOTA_EVENT_WRITTEN, /* bytes of DFOTA_ACTION_DATA have reached the modem */
	DFOTA_EVENT_PLAN,  /* answers DFOTA_ACTION_IDENTIFIED */
	DFOTA_EVENT_SAVED, /* answers DFOTA_ACTION_SAVE */
	DFOTA_EVENT_STOP,  /* a person or the system wants the agent to stop */
	DFOTA_EVENT_HOST,  /* the host cannot go on with this modem */
	DFOTA_EVENT_HELD,  /* somebody else has this modem */
};

struct dfota_event {
	enum dfota_event_type type;
	union {
		struct {
			enum dfota_presence presence;
			uint8_t ports;		      /* serial interfaces that are open */
			uint8_t candidates;	      /* used part of order[] */
			uint8_t order[DFOTA_PORTS];   /* where to try AT, best first */
		} attached;
		struct {
			uint8_t port;
			const struct at_line *line;
		} line;
		uint32_t written; /* bytes */
		uint8_t parts; /* PARTS: enum revision_part */
		bool ask; /* FOLLOW: and asks the modem who it is, if it hears nothing */
		const struct dfota_plan *plan;
		bool saved;	    /* on disk */
		bool stop_now;	    /* SIGTERM, or SIGINT for the second time */
		const char *reason; /* HOST, HELD: one sentence */
	};
};

enum dfota_action_type {
	DFOTA_ACTION_SEND,	 /* d->command and CR to .port */
	DFOTA_ACTION_DATA,	 /* bytes of the local file: answer with WRITTEN, in any parts */
	DFOTA_ACTION_TIME,	 /* deliver DFOTA_EVENT_TIME at .time_ms (0: never) */
	DFOTA_ACTION_PHASE,	 /* .phase begins; d->phase may be further on already */
	DFOTA_ACTION_IDENTIFIED, /* d->imei, d->firmware are known: answer with a plan */
	DFOTA_ACTION_HOLD,	 /* keep everybody else off the modem from now on */
	DFOTA_ACTION_SAVE,	 /* once it is held, write the journal: answer with SAVED, or HELD */
	DFOTA_ACTION_PROGRESS,	 /* .percent of d->phase */
	DFOTA_ACTION_URC,	 /* the line of this event belongs to the job: tell it */
	DFOTA_ACTION_NOTE,	 /* .note: a sentence for people */
	DFOTA_ACTION_FINISH,	 /* d->evidence is complete; nothing comes after it */
};

struct dfota_action {
	enum dfota_action_type type;
	union {
		uint8_t port;
		struct {
			uint8_t port;
			bool acks; /* letters that acknowledge blocks are to be expected */
			uint32_t from; /* offset in the file, bytes */
			uint32_t size; /* bytes, 1.. */
		} data;
		uint64_t time_ms;
		enum dfota_phase phase;
		int percent;
		const char *note;
	};
};

#define DFOTA_ACTIONS_MAX 20

struct dfota_actions {
	uint8_t count;
	struct dfota_action action[DFOTA_ACTIONS_MAX];
};

/* Three clocks run side by side; each is due at a time, 0 is off. */
enum dfota_timer {
	DFOTA_TIMER_STATE,  /* the limit of this state */
	DFOTA_TIMER_TOTAL,  /* the limit of the whole download or flash */
	DFOTA_TIMER_ANSWER, /* one command, or the pause before the next */
	DFOTA_TIMER_COUNT,
};

struct dfota {
	enum dfota_state state;
	enum dfota_phase phase;
	struct limits limits;
	uint64_t timer[DFOTA_TIMER_COUNT];

	/* The modem as it is attached now. */
	enum dfota_presence presence;
	uint8_t ports;
	uint8_t candidates;
	uint8_t order[DFOTA_PORTS];
	uint8_t candidate; /* index into order[] of the port that commands go to */
	struct urc_scanner scanner[DFOTA_PORTS];

	/* The conversation. */
	uint8_t tries;	    /* of the probe or query at hand */
	uint8_t query;	    /* row of the script at hand */
	bool query_taken;   /* its answer line was there */
	bool query_pausing; /* ANSWER timer is a pause before the next try */
	bool resting;	    /* ANSWER timer is a pause before all is asked once more */
	bool draining;	    /* ANSWER timer is the wait for late answers after the last query */
	uint8_t unanswered; /* commands to the chosen port whose OK or ERROR did not come yet */
	bool asking;	    /* the version query of a silent flash is out */
	uint8_t parts;	    /* of a firmware that count, whatever the target names */
	bool sim_ready;
	int store_free;	   /* bytes, -1: not told */
	int leftover_size; /* of our file, -1: none there */
	bool registered;
	int cfun; /* of AT+CFUN?, -1: not told */
	int context; /* lowest PDP context that is defined, 0: none, -1: not told */
	int rssi;    /* of AT+CSQ, 0..31; 99: not known, -1: not told */
	char command[DFOTA_COMMAND_SIZE];

	/* The upload. */
	bool stored;	  /* our file may be in the modem's store */
	bool settling;	  /* an agent died in an upload: keep silent until the modem ended it */
	bool upload_lost; /* the modem left in the middle of it */
	enum verdict_stop upload_stop; /* why it was given up, if stops is not 0 */
	bool answered;	  /* its own count is known */
	uint8_t uploads;  /* begun, the last one block by block */
	bool existed;	  /* the modem said so of our name, and it was deleted */
	uint8_t directory; /* index of the one that the request names */
	uint16_t answer_sum;
	uint32_t answer_size;
	uint32_t sent;
	uint32_t written;
	int percent;
	enum dfota_state after_sweep;
	enum verdict_stop ending; /* if that is finished */

	/* What is known of the job. */
	struct dfota_plan plan;
	char firmware[DFOTA_FIRMWARE_SIZE]; /* before */
	uint8_t border;	   /* bytes of it that are its revision, 0: not known */
	char imei[DFOTA_IMEI_SIZE];
	char firmware_now[DFOTA_FIRMWARE_SIZE]; /* after, empty until read */
	uint8_t border_now;
	char imei_now[DFOTA_IMEI_SIZE];
	bool urcs_off;	  /* by AT+QINDCFG: expect none */
	char urc_port[16]; /* the UART that URCs go to by the modem's own setting, else empty */
	bool urc_moved;	  /* it may have been set to the USB AT port for this job: to be put back */
	bool urc_here;	  /* it is seen to have been: they come */
	bool urc_back_tried; /* to put it back, in this run */
	bool before_known, health_told;
	bool health_network; /* SIM and network are asked for in this round, too */
	bool sim_before, registered_before;
	int cfun_before;
	char blocked[200]; /* why the host cannot open what came back; empty: it can */
	bool requested;	  /* the request went out */
	bool request_open; /* and neither OK nor ERROR came yet, no other command went out, nor was the bus lost */
	bool left;	  /* its normal system since the request: the bus was lost, or it flashes */
	bool stayed;	  /* left may be wrong: it is asked as one that left, but nobody saw that */
	bool normal;	  /* it is certain that it has booted since it came back */
	bool rebooted;	  /* it said that it booted its normal system after the request, or after xxxEND */
	bool follow;	  /* takes up what it hears, requests nothing */
	bool ask;	  /* following, may ask a silent modem who it is */
	bool resumed;	  /* taken up from the journal, or from what was heard */
	bool host_rebooted; /* since the request: why it left, for those who read a recording */
	bool unsent;	  /* resumed at a point where the request may not have gone out yet */
	uint64_t age_ms;  /* of the request when it was resumed */
	/*
	 * The bus was lost in the download, and perhaps only the bus: so long it may
	 * go on in a modem that runs its old firmware. 0: it does not.
	 */
	uint64_t open_until_ms;
	uint64_t booted_ms; /* when it came back last, or said that it had booted */
	uint64_t noted_ms; /* when it said something of its own about the job; 0: not since it came back */
	bool identified;  /* before the request, and since it came to the bus */
	uint8_t losses;	  /* of the bus, before the request */
	uint8_t stops;
	bool dirty; /* the journal should be written */
	uint8_t end_port; /* one more than the port that reported END since the bus was lost; 0: none did */
	char try_note[80]; /* how the modem's try before ended */
	struct evidence evidence;
	char reason[200]; /* where the verdict has none of its own */
};

/* A new job; the first event is START. */
void dfota_init(struct dfota *d, const struct limits *limits);

/*
 * A job from the journal: @phase is the one that was saved last. Sets what
 * dfota_init() did not; the first event is START all the same. An agent that
 * died in an upload leaves a new job, which begins after UPLOAD_SETTLE_MS of
 * silence by deleting what is there of it.
 */
struct dfota_memory {
	enum dfota_phase phase;
	const char *firmware;
	const char *imei;
	const char *target;
	int transfer; /* -1: not seen */
	int end;
	bool download;
	bool stored; /* the package was a local file */
	const char *urc_port; /* setting to be put back; empty: none */
	bool left;	    /* it was off the bus, or elsewhere on it, since this was saved */
	bool host_rebooted; /* since the request: why it left */
	uint64_t age_ms;    /* since the request; 0: no clock can tell */
	const char *running; /* firmware that it has just told in its normal mode; NULL: not asked */
};
void dfota_resume(struct dfota *d, const struct dfota_memory *memory);

/* Total: every state takes every event. *out is overwritten. */
void dfota_step(struct dfota *d, const struct dfota_event *event, uint64_t now_ms,
		struct dfota_actions *out);

/*
 * What to save as dfota_memory.phase. Behind the others as long as nothing
 * shows that the request went out at all, or that the modem left.
 */
enum dfota_phase dfota_stage(const struct dfota *d);

/* The firmware before the job, and the one that was read last. */
struct firmware_name dfota_before(const struct dfota *d);
struct firmware_name dfota_now(const struct dfota *d);
/*
 * One of them as people are to see it: as AT+CGMR reports it, and with those parts
 * that names of this job have, or that alone tell the two apart.
 */
void dfota_show(const struct dfota *d, struct firmware_name name, char ret[static DFOTA_FIRMWARE_SIZE]);

const char *dfota_phase_name(enum dfota_phase phase);
const char *dfota_state_name(enum dfota_state state);
/* DFOTA_PHASE_COUNT if @name is none. */
enum dfota_phase dfota_phase_find(const char *name);
/* When the wait at hand ends, ms; 0 if none is armed. */
uint64_t dfota_deadline(const struct dfota *d);

#endif
