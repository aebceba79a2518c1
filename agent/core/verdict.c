/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/verdict.h"

#include <string.h>

#include "agent/core/quectel.h"

/* Bits of what a row accepts; 0 accepts anything. */
#define STOP(name) (1u << VERDICT_STOP_##name)
#define FIRMWARE(name) (1u << VERDICT_FIRMWARE_##name)
#define IMEI(name) (1u << VERDICT_IMEI_##name)

enum {
	CODE_NONE = 1 << 0, /* not seen */
	CODE_GOOD = 1 << 1, /* 0 */
	CODE_BAD = 1 << 2,
};

/* Of a fact that is either so or not. */
enum {
	IS_NOT = 1 << 0,
	IS_SO = 1 << 1,
};

static const struct verdict_row {
	unsigned int stop, firmware, imei, transfer, end, flashing, normal;
	bool unsent, cut; /* accepts only that */
	struct {
		enum outcome outcome;
		int exit;
		const char *reason;
		bool job_over;
	} verdict;
} verdict_rows[] = {
	/* Before the request. */
	{ .stop = STOP(CURRENT), .verdict = { OUTCOME_CURRENT, 0, NULL, true } },
	{ .stop = STOP(NOTHING), .verdict = { OUTCOME_NONE, 0, NULL, true } },
	{ .stop = STOP(CONFIG), .verdict = { OUTCOME_NONE, 2, NULL, true } },
	{ .stop = STOP(UPLOAD), .verdict = { OUTCOME_TRANSFER_FAILED, 5, NULL, true } },
	{ .stop = STOP(REFUSED), .verdict = { OUTCOME_REFUSED, 4, NULL, true } },
	{ .stop = STOP(HOST) | STOP(SIGNAL), .verdict = { OUTCOME_NONE, 1, NULL, true } },

	/* The modem is not there any more: worse than any code it sent. */
	{ .stop = STOP(EMERGENCY),
	  .verdict = { OUTCOME_EMERGENCY, 9,
		       "the modem sits in emergency download and runs no firmware at all", false } },
	{ .stop = STOP(LOST),
	  .verdict = { OUTCOME_LOST, 9, "the modem did not come back", false } },
	{ .stop = STOP(LEAVE),
	  .verdict = { OUTCOME_INTERRUPTED, 8,
		       "stopped while the modem goes on by itself; run again to take it up", false } },

	/* Another modem sits there: nothing that was read counts. */
	{ .imei = IMEI(OTHER),
	  .verdict = { OUTCOME_UNCONFIRMED, 7, "another modem (IMEI) came back at this position",
		       false } },

	/* What it said before it went on is of the past: its firmware may be half written. */
	{ .stop = STOP(LIMIT),
	  .flashing = IS_SO,
	  .verdict = { OUTCOME_UNCONFIRMED, 7, NULL, false } },

	/* What the modem said itself. */
	{ .transfer = CODE_BAD,
	  .end = CODE_NONE,
	  .flashing = IS_NOT,
	  .firmware = FIRMWARE(UNREAD) | FIRMWARE(BEFORE) | FIRMWARE(ALONE),
	  .verdict = { OUTCOME_TRANSFER_FAILED, 5, NULL, true } },
	{ .transfer = CODE_BAD,
	  .end = CODE_NONE,
	  .firmware = FIRMWARE(BEFORE),
	  .verdict = { OUTCOME_TRANSFER_FAILED, 5, NULL, true } },
	/* It may try again, or restore, without a word: until its normal system was seen. */
	{ .stop = STOP(LIMIT),
	  .end = CODE_BAD,
	  .verdict = { OUTCOME_UNCONFIRMED, 7, NULL, false } },
	{ .end = CODE_BAD,
	  .firmware = FIRMWARE(UNREAD),
	  .normal = IS_NOT,
	  .verdict = { OUTCOME_UNCONFIRMED, 7,
		       "the modem reports failure, and did not show its normal system after it",
		       false } },
	{ .end = CODE_BAD,
	  .firmware = FIRMWARE(WANTED),
	  .verdict = { OUTCOME_FAILED, 6,
		       "the modem reports failure, yet runs the wanted firmware: treat it as failed",
		       true } },
	{ .end = CODE_BAD, .verdict = { OUTCOME_FAILED, 6, NULL, true } },

	{ .stop = STOP(LIMIT),
	  .unsent = true,
	  .verdict = { OUTCOME_UNCONFIRMED, 7, NULL, true } },
	{ .stop = STOP(LIMIT), .verdict = { OUTCOME_UNCONFIRMED, 7, NULL, false } },

	/* Normal mode, and no bad code: the firmware decides. */
	{ .unsent = true,
	  .firmware = FIRMWARE(BEFORE),
	  .verdict = { OUTCOME_UNCONFIRMED, 7,
		       "the modem runs its old firmware; the request may never have been sent",
		       true } },
	/* A job that was only heard. */
	{ .firmware = FIRMWARE(ALONE),
	  .end = CODE_GOOD,
	  .verdict = { OUTCOME_UNCONFIRMED, 7,
		       "the modem reports success; what it ran before is not known, so compare what it "
		       "runs now with what was wanted",
		       true } },
	{ .firmware = FIRMWARE(ALONE),
	  .verdict = { OUTCOME_UNCONFIRMED, 7,
		       "END was not seen, and what the modem ran before is not known: compare what it "
		       "runs now with what was wanted",
		       true } },
	{ .firmware = FIRMWARE(UNREAD),
	  .verdict = { OUTCOME_UNCONFIRMED, 7, "the firmware could not be read afterwards", false } },
	{ .imei = IMEI(UNREAD),
	  .verdict = { OUTCOME_UNCONFIRMED, 7, "the IMEI could not be read afterwards", false } },
	{ .firmware = FIRMWARE(OTHER),
	  .verdict = { OUTCOME_UNCONFIRMED, 7, "an unexpected firmware came back", true } },
	{ .firmware = FIRMWARE(WANTED),
	  .end = CODE_NONE,
	  .verdict = { OUTCOME_UPGRADED, 0, "END was not seen; the firmware that came back is the wanted one",
		       true } },
	{ .firmware = FIRMWARE(WANTED), .verdict = { OUTCOME_UPGRADED, 0, NULL, true } },
	{ .end = CODE_GOOD,
	  .verdict = { OUTCOME_FAILED, 6, "the modem reports success, yet came back with its old firmware",
		       true } },
	{ .cut = true,
	  .transfer = CODE_NONE,
	  .verdict = { OUTCOME_FAILED, 6,
		       "interrupted in the download: the modem came back with its old firmware", true } },
	{ .verdict = { OUTCOME_FAILED, 6, "the modem came back with its old firmware", true } },
};

static bool accepts(unsigned int wanted, unsigned int bit)
{
	return !wanted || (wanted & bit);
}

static unsigned int code_bit(bool seen, int code)
{
	if (!seen)
		return CODE_NONE;
	return code ? CODE_BAD : CODE_GOOD;
}

struct verdict verdict_decide(const struct evidence *evidence)
{
	unsigned int transfer = code_bit(evidence->transfer_seen, evidence->transfer);
	unsigned int end = code_bit(evidence->end_seen, evidence->end);
	const struct verdict_row *row = verdict_rows;
	unsigned int flashing = evidence->flashing ? IS_SO : IS_NOT;
	unsigned int normal = evidence->normal ? IS_SO : IS_NOT;
	struct verdict verdict;

	/* The last row accepts everything. */
	while (!accepts(row->stop, 1u << evidence->stop) ||
	       !accepts(row->firmware, 1u << evidence->firmware) ||
	       !accepts(row->imei, 1u << evidence->imei) || !accepts(row->transfer, transfer) ||
	       !accepts(row->end, end) || !accepts(row->flashing, flashing) ||
	       !accepts(row->normal, normal) ||
	       (row->unsent && !evidence->unsent) || (row->cut && !evidence->cut))
		row++;
	verdict = (struct verdict){
		.outcome = row->verdict.outcome,
		.exit = row->verdict.exit,
		.reason = row->verdict.reason,
		.job_over = row->verdict.job_over && !evidence->uploading,
	};
	verdict.owes = verdict.job_over &&
		       (evidence->owes_port || (evidence->owes_file && verdict.exit < 7));
	return verdict;
}

/* 2 (usage) and 3 (no modem) are of no modem. */
static int exit_rank(int status)
{
	return status == 2 || status == 3 ? 1 : status * 10;
}

int verdict_worst_exit(int status, int other)
{
	return exit_rank(other) > exit_rank(status) ? other : status;
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_UPGRADED] = "upgraded",
		[OUTCOME_CURRENT] = "current",
		[OUTCOME_NONE] = "none",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_TRANSFER_FAILED] = "transfer-failed",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_UNCONFIRMED] = "unconfirmed",
		[OUTCOME_INTERRUPTED] = "interrupted",
		[OUTCOME_LOST] = "lost",
		[OUTCOME_EMERGENCY] = "emergency",
	};
	_Static_assert(sizeof(names) / sizeof(names[0]) == OUTCOME_COUNT, "a name for each");

	return names[outcome];
}

/* The model stands at the beginning of a revision; no upgrade changes it. */
static bool is_of_model(const char *now, const char *before)
{
	char wanted[16], model[16];

	quectel_model(before, wanted, sizeof(wanted));
	quectel_model(now, model, sizeof(model));
	return !wanted[0] || strcmp(model, wanted) == 0;
}

enum verdict_imei verdict_compare_imei(const char *now, const char *before)
{
	if (!now || !*now || !before || !*before)
		return VERDICT_IMEI_UNREAD;
	return strcmp(now, before) == 0 ? VERDICT_IMEI_SAME : VERDICT_IMEI_OTHER;
}

static bool is_known(struct firmware_name name)
{
	return name.text && *name.text;
}

enum verdict_firmware verdict_compare(struct firmware_name now, struct firmware_name before,
				      const char *target)
{
	bool wanted = target && *target;

	if (!is_known(now))
		return VERDICT_FIRMWARE_UNREAD;
	if (wanted && revision_fits(now, target))
		return VERDICT_FIRMWARE_WANTED;
	/* Its sub-version was not read: neither the target nor the old one for certain. */
	if (wanted && revision_may_be(now, firmware_name_of(target)))
		return VERDICT_FIRMWARE_OTHER;
	if (!is_known(before))
		return wanted ? VERDICT_FIRMWARE_OTHER : VERDICT_FIRMWARE_ALONE;
	/* Without a target a sub-version that was read but once may have changed, or not. */
	if (revision_may_be(now, before))
		return wanted || revision_is_same(now, before) ? VERDICT_FIRMWARE_BEFORE :
								 VERDICT_FIRMWARE_OTHER;
	if (wanted || !is_of_model(now.text, before.text))
		return VERDICT_FIRMWARE_OTHER;
	return VERDICT_FIRMWARE_WANTED;
}
