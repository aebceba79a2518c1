/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not leave this host in a file that is handed on: the credentials
 * of URLs become ***, and each run of 14 or more digits (IMEI, IMSI, ICCID) a
 * pseudonym of the same length, the same one for the same digits as long as
 * the redaction lives: 000000000000001 for the first, and so on.
 *
 * Texts are escaped, as transcript_escape() does it: no \xHH counts as digits.
 */
#ifndef QFOTA_REDACTION_H
#define QFOTA_REDACTION_H

#include <stddef.h>

struct redaction;

/* -ENOMEM */
int redaction_create(struct redaction **ret);
/* NULL is fine. */
void redaction_free(struct redaction *redaction);

/*
 * Redacts @text, which never grows. @marks are offsets into it, in rising
 * order, that move along; one inside of what is replaced moves to its end.
 * -ENOMEM: the text is not to be used then.
 */
int redaction_apply(struct redaction *redaction, char *text, size_t *marks, size_t count);

/* For a text that was cut, where digits may be part of a longer run: all become 0. */
void redaction_blur_digits(char *text);
/* For a text that is no use anyway: nothing but its length is left of what could be read. */
void redaction_blur(char *text);

#endif
