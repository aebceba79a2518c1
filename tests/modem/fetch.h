/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modem's download, done for real by libcurl inside the caller's loop. */
#ifndef STANDIN_FETCH_H
#define STANDIN_FETCH_H

#include <curl/curl.h>
#include <stdbool.h>

struct modem;

struct fetch {
	CURLM *multi;
	CURL *easy; /* NULL: nothing under way */
	struct modem *modem;
	char error[CURL_ERROR_SIZE];
};

/* Returns 0 or -ENOMEM. */
int fetch_init(struct fetch *f, struct modem *m);
void fetch_clear(struct fetch *f);

/* Replaces a fetch under way. Returns 0 or -ENOMEM. */
int fetch_start(struct fetch *f, const char *url);
void fetch_cancel(struct fetch *f);

/* Wait for the fetch or for one of the descriptors, at most a second. */
void fetch_wait(struct fetch *f, struct curl_waitfd *others,
		unsigned int n_others);

/*
 * Move on; bytes go to modem_fetch_data(). True when it ended: then
 * *ret_error is NULL or a sentence, valid until the next call.
 */
bool fetch_perform(struct fetch *f, const char **ret_error);

#endif
