/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/attempt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/journal.h"
#include "agent/util.h"

#define MINUTE_MS 60000

bool attempt_is_due(const struct attempt_rule *rule, unsigned int count, uint64_t last_ms,
		    uint64_t now_ms, char *ret_reason, size_t size)
{
	uint64_t wait_ms;

	if (count >= rule->max) {
		snprintf(ret_reason, size,
			 "%u attempts with this package did not end in success, and no more are "
			 "made; find out why, then use --force",
			 count);
		return false;
	}
	if (!count || now_ms < last_ms || now_ms - last_ms >= rule->back_off_ms)
		return true;
	wait_ms = rule->back_off_ms - (now_ms - last_ms);
	snprintf(ret_reason, size,
		 "the last attempt with this package failed, and the next one is due in %" PRIu64
		 " min (\"back-off\"), or at once with --force",
		 (wait_ms + MINUTE_MS - 1) / MINUTE_MS);
	return false;
}

bool attempt_is_allowed(struct journal *journal, const struct attempt_rule *rule, const char *imei,
			const char *package, char *ret_reason, size_t size)
{
	unsigned int count;
	uint64_t last_ms;
	int r = journal_attempts(journal, imei, package, &count, &last_ms);

	if (r == 0)
		return attempt_is_due(rule, count, last_ms, util_wall_ms(), ret_reason, size);
	snprintf(ret_reason, size,
		 "how often this package failed cannot be read from the state directory: %s; "
		 "--force begins anew",
		 r == -EBADMSG ? "attempts.json is torn" :
		 r == -ENOTSUP ? "attempts.json was written by another version of the agent" :
				 strerror(-r));
	return false;
}

int attempt_look(struct journal *journal, const char *imei, const char *package,
		 struct attempt_before *ret)
{
	int r = journal_attempts(journal, imei, package, &ret->count, &ret->last_ms);

	if (r != -EBADMSG && r != -ENOTSUP)
		return r;
	*ret = (struct attempt_before){ 0 };
	return 0;
}

int attempt_begin(struct journal *journal, const char *imei, const char *package,
		  const struct attempt_before *before)
{
	return journal_set_attempts(journal, imei, package, before->count + 1, util_wall_ms());
}

int attempt_cancel(struct journal *journal, const char *imei, const char *package,
		   const struct attempt_before *before)
{
	return journal_set_attempts(journal, imei, package, before->count, before->last_ms);
}

int attempt_end(struct journal *journal, const char *imei, const char *package, bool success)
{
	struct attempt_before before = { 0 };
	int r = success ? 0 : attempt_look(journal, imei, package, &before);

	/* Nothing was counted, nothing is to be counted from. */
	if (r < 0 || (!success && !before.count))
		return r;
	return journal_set_attempts(journal, imei, package, before.count,
				    success ? 0 : util_wall_ms());
}
