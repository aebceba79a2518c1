/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was seen and what came back -> how the upgrade ended. The decision
 * table of facts 2.6, as rows; the first row that fits decides.
 */
#ifndef QFOTA_VERDICT_H
#define QFOTA_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/core/revision.h"

enum outcome {
	OUTCOME_UPGRADED,
	OUTCOME_CURRENT,
	OUTCOME_NONE,
	OUTCOME_REFUSED,
	OUTCOME_TRANSFER_FAILED,
	OUTCOME_FAILED,
	OUTCOME_UNCONFIRMED,
	OUTCOME_INTERRUPTED,
	OUTCOME_LOST,
	OUTCOME_EMERGENCY,
	OUTCOME_COUNT,
};

/* Why the machine stopped. */
enum verdict_stop {
	VERDICT_STOP_BOOTED,	/* normal mode is certain; firmware was read or could not be */
	VERDICT_STOP_CURRENT,	/* it has the wanted firmware already */
	VERDICT_STOP_NOTHING,	/* nothing to do, or a dry run */
	VERDICT_STOP_CONFIG,	/* the configuration is wrong for this modem */
	VERDICT_STOP_REFUSED,	/* before the job started */
	VERDICT_STOP_UPLOAD,	/* the package could not be brought into the modem */
	VERDICT_STOP_HOST,	/* this host failed before the request */
	VERDICT_STOP_SIGNAL,	/* asked to stop before the request */
	VERDICT_STOP_LEAVE,	/* asked to stop after the request */
	VERDICT_STOP_LIMIT,	/* a limit ran out after the request */
	VERDICT_STOP_LOST,	/* it did not come back */
	VERDICT_STOP_EMERGENCY, /* emergency download */
};

enum verdict_firmware {
	VERDICT_FIRMWARE_UNREAD,
	VERDICT_FIRMWARE_BEFORE, /* the one from before the job */
	VERDICT_FIRMWARE_WANTED, /* the target; any other than before if there is none */
	VERDICT_FIRMWARE_OTHER,
	VERDICT_FIRMWARE_ALONE, /* read, but nothing is known to compare it with */
};

enum verdict_imei {
	VERDICT_IMEI_UNREAD,
	VERDICT_IMEI_SAME,
	VERDICT_IMEI_OTHER,
};

struct evidence {
	enum verdict_stop stop;
	enum verdict_firmware firmware;
	enum verdict_imei imei;
	bool transfer_seen;
	bool end_seen;
	bool uploading; /* nothing was requested, but what is there of an upload is to be deleted */
	bool owes_port; /* the URC port was moved, and is not put back */
	bool owes_file; /* our file may be in the modem's store */
	bool normal;   /* a boot URC or an answered query has shown its normal system since it came back */
	bool unsent;  /* listened long enough, or it rebooted: the request may never have gone out */
	bool cut;      /* the bus was lost in the download, and nothing more was heard of it */
	bool flashing; /* START or UPDATING came, and no END after it */
	int transfer; /* xxxEND code, if transfer_seen */
	int end;      /* END code of the last try, if end_seen; the first that is not 0 wins */
};

struct verdict {
	enum outcome outcome;
	int exit;	     /* exit status, 0..9 */
	const char *reason;  /* one sentence; NULL where the machine knows better (refused, host …) */
	bool job_over;	     /* false: journal and busy mark stay, the next run resumes */
	bool owes;	     /* the journal stays all the same: the next run puts back, or deletes, what is ours */
};

struct verdict verdict_decide(const struct evidence *evidence);

/* Of two exit statuses (0..9) the one that tells for all: the highest; 2 and 3 beside 0 alone. */
int verdict_worst_exit(int status, int other);

/* "upgraded", "transfer-failed" …: the words of the JSON stream. */
const char *outcome_name(enum outcome outcome);
/*
 * What came back against what was wanted; NULL or empty strings are "not
 * known". A target that names a sub-version or sub-edition wants that one,
 * another takes any (revision.h). Without a target a change of the sub-version
 * or sub-edition alone is another firmware (facts 10.13).
 */
enum verdict_imei verdict_compare_imei(const char *now, const char *before);
enum verdict_firmware verdict_compare(struct firmware_name now, struct firmware_name before,
				      const char *target);

#endif
