/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch.h"
#include "modem.h"

#include <errno.h>
#include <string.h>

int fetch_init(struct fetch *f, struct modem *m)
{
	memset(f, 0, sizeof(*f));
	f->modem = m;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return -ENOMEM;
	f->multi = curl_multi_init();
	return f->multi ? 0 : -ENOMEM;
}

void fetch_cancel(struct fetch *f)
{
	if (!f->easy)
		return;
	curl_multi_remove_handle(f->multi, f->easy);
	curl_easy_cleanup(f->easy);
	f->easy = NULL;
}

void fetch_clear(struct fetch *f)
{
	fetch_cancel(f);
	curl_multi_cleanup(f->multi);
	curl_global_cleanup();
}

static size_t take(char *bytes, size_t size, size_t n, void *context)
{
	struct fetch *f = context;

	modem_fetch_data(f->modem, bytes, size * n);
	return size * n;
}

int fetch_start(struct fetch *f, const char *url)
{
	fetch_cancel(f);
	f->easy = curl_easy_init();
	if (!f->easy)
		return -ENOMEM;
	f->error[0] = '\0';
	curl_easy_setopt(f->easy, CURLOPT_URL, url);
	curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(f->easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(f->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(f->easy, CURLOPT_CONNECTTIMEOUT, 20L);
	/* what the modem checks of a server is not documented (fact 5, HTTPS) */
	curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	return curl_multi_add_handle(f->multi, f->easy) ? -ENOMEM : 0;
}

void fetch_wait(struct fetch *f, struct curl_waitfd *others, unsigned int n_others)
{
	curl_multi_poll(f->multi, others, n_others, 1000, NULL);
}

/* A redirect is not an error to libcurl, but it brings no package. */
static const char *result_error(struct fetch *f, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code)
		return f->error[0] ? f->error : curl_easy_strerror(code);
	return status >= 300 && status < 400 ? "redirected" : NULL;
}

bool fetch_perform(struct fetch *f, const char **ret_error)
{
	int running, left;
	CURLMsg *message;

	if (!f->easy)
		return false;
	curl_multi_perform(f->multi, &running);
	message = curl_multi_info_read(f->multi, &left);
	if (!message || message->msg != CURLMSG_DONE)
		return false;
	*ret_error = result_error(f, message->data.result);
	fetch_cancel(f);
	return true;
}
