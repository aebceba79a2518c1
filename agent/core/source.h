/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a package comes from: the PACKAGE argument taken apart, what may stand
 * on the AT line of a URL, and the credentials in it, which must reach no log.
 */
#ifndef QFOTA_SOURCE_H
#define QFOTA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum source_kind {
	SOURCE_KIND_URL,   /* http, https, ftp: the modem downloads it */
	SOURCE_KIND_MODEM, /* modem:PATH: it lies in the modem's file store */
	SOURCE_KIND_FILE,  /* a file of this host; whether it exists is not asked here */
};

struct source {
	enum source_kind kind;
	/*
	 * Points into the text that was parsed: the whole URL, the path after
	 * "modem:" (both of them fit AT+QFOTADL="…" as they are), or the file name.
	 */
	const char *argument;
};

/*
 * -EINVAL with *ret_error, a constant sentence that never holds a part of
 * @package: nothing to read, another scheme than the three (compared without
 * case, facts 1.2), a URL without server or path or with half a bracket, a port
 * outside 1..65535, a loopback address as the server, a URL or modem path of
 * more than 255 bytes (guide, 3.2), with a fragment, with a *, or with a
 * byte that at_argument_valid() refuses.
 */
int source_parse(const char *package, struct source *ret, const char **ret_error);

/* What may go wrong with a source that is valid, a constant sentence; NULL: nothing is known. */
const char *source_warning(const struct source *source);
/* What may be meant by @path, a file that this host does not have; NULL: nothing is known. */
const char *source_hint(const char *path);

/*
 * Finds the next credential in any text that may hold URLs, at @from or
 * behind: the password of scheme://user:password@, a user name that stands
 * alone (it is a token then), and the value of a query parameter whose name
 * speaks of a signature, token, key or password. Where a URL is odd, rather too
 * much than too little.
 */
bool source_secret(const char *text, size_t from, size_t *ret_start, size_t *ret_length);

/* Copies @text with each credential replaced by ***; false if it was cut to fit. */
bool source_mask(const char *text, char *ret, size_t size);

/* Overwrites each credential of @text in place, for argv. */
void source_overwrite(char *text);

#endif
