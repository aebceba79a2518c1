/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of tests/modem/scenarios, read; tests/vm/play says what it may hold. */
#ifndef QFOTA_SCENARIO_FILE_H
#define QFOTA_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "settings.h"

/* What is to be reported; empty: not stated. */
struct scenario_expect {
	char exit[8];
	char outcome[24];
	char end[8], transfer[8]; /* a number or null */
	char results[8], requests[8];
	char sentence[128];
};

struct scenario {
	char name[48];
	char skip[160]; /* why it is not played, empty: it is */
	struct settings modem, second;
	bool has_second;
	char args[512], from[64], to[64];
	char packages[256]; /* FROM-TO, parted by blanks: what the servers have */
	char file[8]; /* yes: this host has them too */
	char user[32];
	char spoil[16]; /* what becomes of a local file meanwhile */
	char stop[16]; /* the phase at whose beginning the run is told to end */
	char configuration[2048];
	struct scenario_expect expect;
	bool has_again; /* a second run, in the same state directory */
	char again_args[512];
	char forget[8]; /* yes: it knows nothing of the first run */
	struct scenario_expect again;
};

/* 0, or the number of the line that is wrong, or -1: the file cannot be read. */
int scenario_read(const char *path, struct scenario *ret);

#endif
