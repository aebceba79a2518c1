/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One modem of a scenario and the agent's machine, coupled in virtual time
 * with the real limits. In every step the laws are checked that hold in every
 * story, however it ends.
 */
#ifndef QFOTA_SCENARIO_PLAYER_H
#define QFOTA_SCENARIO_PLAYER_H

#include "agent/config.h"
#include "agent/core/dfota.h"
#include "agent/package_file.h"
#include "agent/plan.h"
#include "agent/result.h"
#include "scenario_host.h"

#define SCENARIO_RESULTS 8

/* One verdict, as the agent's JSON would tell it. */
struct scenario_result {
	enum outcome outcome;
	int exit, end, transfer; /* codes: -1 not seen */
	char reason[256];
};

struct scenario_player {
	struct scenario_host host;
	const struct config *config;
	struct wish wish;

	struct dfota machine;
	bool running; /* begun, not finished */
	enum dfota_phase stop; /* told to end at its beginning; DFOTA_PHASE_COUNT: never */
	bool stopping;
	unsigned int jobs, requests; /* begun; sent */
	struct dfota_plan plan;
	struct package_file file;

	/* What the journal holds. */
	bool open; /* a job */
	bool left; /* it was off the bus since */
	uint64_t requested_ms;
	enum dfota_phase stage;
	int transfer, end;
	char urc_port[16];
	bool owes; /* nothing else of it */

	/* What the laws need to know. */
	bool saved;
	bool suspect; /* it may be flashing: it left since the request, and is not known to be up */
	bool asked;   /* for its version meanwhile */
	size_t strangers; /* files in its store that are not ours */
	char wrong[160];

	struct scenario_result result[SCENARIO_RESULTS];
	unsigned int results;
};

/* Plugs the modem in. Pointers must outlive the player. False: bad settings. */
bool scenario_player_init(struct scenario_player *p, const struct settings *settings,
			  const char *packages, const struct config *config);
void scenario_player_clear(struct scenario_player *p);

/*
 * One run of the agent, to its last verdict, or told to end when @stop begins
 * (DFOTA_PHASE_COUNT: not told). Takes up what a run before it left open.
 * Results are added; what breaks a law is a sentence in ->wrong.
 */
void scenario_player_run(struct scenario_player *p, const struct wish *wish,
			 enum dfota_phase stop);
/* Loses the journal. */
void scenario_player_forget(struct scenario_player *p);

#endif
