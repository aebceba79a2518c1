/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often one package is tried on one modem: what was begun and did not end
 * in success counts, over restarts, and after some of that a person has to look.
 */
#ifndef QFOTA_ATTEMPT_H
#define QFOTA_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

struct attempt_rule {
	unsigned int max;     /* 1.. */
	uint64_t back_off_ms; /* from one to the next; 0: at once */
};

/*
 * False: not now, and *ret_reason says why and what to do. @count attempts
 * failed, the last one at @last_ms (ms since 1970, as @now_ms; a time to come is
 * that of a clock that was wrong, and does not count).
 */
bool attempt_is_due(const struct attempt_rule *rule, unsigned int count, uint64_t last_ms,
		    uint64_t now_ms, char *ret_reason, size_t size);
/* The same for @package (masked) on the modem with @imei. Unreadable attempts are none to go on with. */
bool attempt_is_allowed(struct journal *journal, const struct attempt_rule *rule, const char *imei,
			const char *package, char *ret_reason, size_t size);

/* What another attempt follows. */
struct attempt_before {
	unsigned int count;
	uint64_t last_ms; /* when the last one ended, or began if it never did */
};

/*
 * Whoever comes as far as this with a damaged file was forced to: attempts begin
 * anew. Other errors as journal_attempts().
 */
int attempt_look(struct journal *journal, const char *imei, const char *package,
		 struct attempt_before *ret);
/*
 * One more, on disk when it returns 0; with an error it may be there all the
 * same. Errors as journal_set_attempts().
 */
int attempt_begin(struct journal *journal, const char *imei, const char *package,
		  const struct attempt_before *before);
/* It was called off before anything was requested: as if it had never begun. */
int attempt_cancel(struct journal *journal, const char *imei, const char *package,
		   const struct attempt_before *before);
/* Success forgets all; a failure is what the back-off counts from. */
int attempt_end(struct journal *journal, const char *imei, const char *package, bool success);

#endif
