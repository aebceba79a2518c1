/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "job.h"
#include "at.h"
#include "fota_urc.h"
#include "glitch.h"
#include "life.h"

#include <string.h>

/* --- request (facts 1.1 to 1.3) --- */

static const struct {
	const char *scheme;
	enum modem_transport transport;
} schemes[] = {
	{"http://", MODEM_TRANSPORT_HTTP},
	{"https://", MODEM_TRANSPORT_HTTPS},
	{"ftp://", MODEM_TRANSPORT_FTP},
};

static enum modem_transport transport_of(const char *argument)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!strncasecmp(argument, schemes[i].scheme,
				 strlen(schemes[i].scheme)))
			return schemes[i].transport;
	}
	return MODEM_TRANSPORT_FILE;
}

static bool url_whole(const char *url)
{
	const char *server = strstr(url, "://") + 3;

	return *server && *server != '/' && *server != ':';
}

/* The store's files as AT+QFOTADL names them, under one directory only. */
static struct store_file *local_file(struct modem *m, const char *path)
{
	const char *directory = m->settings->ufs_directory;
	size_t length = strlen(directory);

	return strncmp(path, directory, length)
		       ? NULL
		       : store_find(&m->store, path + length);
}

static void job_judge(struct modem *m)
{
	struct modem_job *j = &m->job;

	j->verdict = package_judge(&j->package, m->firmware, j->to);
	m->saves++;
}

static int job_prepare(struct modem *m, const char *argument)
{
	struct modem_job job = {.transport = transport_of(argument)};
	struct store_file *f;

	strcpy(job.argument, argument);
	package_init(&job.package);
	if (job.transport != MODEM_TRANSPORT_FILE) {
		if (!url_whole(argument))
			return AT_RESULT_ERROR;
		m->job = job;
		return AT_RESULT_OK;
	}
	f = local_file(m, argument);
	if (!f)
		return AT_RESULT_ERROR;
	package_feed(&job.package, f->bytes, f->length);
	m->job = job;
	job_judge(m);
	return AT_RESULT_OK;
}

/* The END code of the check before the restart, 0 if it passes. */
static int64_t check_code(const struct modem *m)
{
	const struct settings *s = m->settings;

	if (s->check_code)
		return s->check_code;
	if (m->job.verdict == PACKAGE_DAMAGED &&
	    s->damage_where == SETTINGS_PLACE_NORMAL)
		return s->damage_code;
	if (m->job.verdict == PACKAGE_MISMATCH &&
	    s->mismatch_where == SETTINGS_PLACE_NORMAL)
		return s->mismatch_code;
	return 0;
}

static void job_restart(struct modem *m)
{
	if (check_code(m)) {
		life_step_after(m, MODEM_PHASE_CHECK_FAILED,
				m->settings->leave_delay);
		return;
	}
	m->flash = (struct modem_flash){0};
	m->recovery_as = NULL;
	life_leave(m, MODEM_LIFE_RECOVERY, m->settings->leave_delay);
	glitch_arm(m);
}

static int job_accept(struct modem *m)
{
	modem_note(m, "request accepted %s", m->job.argument);
	if (m->job.transport == MODEM_TRANSPORT_FILE)
		job_restart(m);
	else
		life_step_after(m, MODEM_PHASE_ACCEPTED,
				m->settings->download_start);
	return AT_RESULT_OK;
}

static int request_refused(struct modem *m, int result)
{
	modem_note(m, "request refused");
	return result;
}

static int run_fota(struct at_command *c)
{
	struct modem *m = c->modem;
	char argument[MODEM_ARGUMENT];

	if (c->form == AT_FORM_TEST)
		return AT_RESULT_OK;
	/* nobody reports what an argument without quotes is good for */
	if (c->form != AT_FORM_SET || *c->arguments != '"')
		return AT_RESULT_ERROR;
	if (m->settings->request == SETTINGS_REQUEST_SILENT)
		return AT_RESULT_NONE;
	if (m->settings->request == SETTINGS_REQUEST_ERROR)
		return request_refused(m, AT_RESULT_ERROR);
	if (m->settings->request == SETTINGS_REQUEST_CME)
		return request_refused(m, (int)m->settings->request_cme);
	if (m->phase != MODEM_PHASE_IDLE ||
	    at_string(c, argument, sizeof(argument)))
		return request_refused(m, AT_RESULT_ERROR);
	if (job_prepare(m, argument))
		return request_refused(m, AT_RESULT_ERROR);
	job_accept(m);
	return m->settings->request == SETTINGS_REQUEST_UNANSWERED
		       ? AT_RESULT_NONE
		       : AT_RESULT_OK;
}

const struct at_row at_job_rows[] = {
	{"+QFOTADL", run_fota},
	{NULL, NULL},
};

/* --- download --- */

static const char *stage_start(const struct modem *m)
{
	if (m->job.transport == MODEM_TRANSPORT_FTP)
		return "FTPSTART";
	if (m->settings->spelling == SETTINGS_SPELLING_MISPRINT)
		return "HTTPTART";
	if (m->settings->spelling == SETTINGS_SPELLING_HTTPS &&
	    m->job.transport == MODEM_TRANSPORT_HTTPS)
		return "HTTPSSTART";
	return "HTTPSTART";
}

static const char *stage_end(const struct modem *m)
{
	if (m->job.transport == MODEM_TRANSPORT_FTP)
		return "FTPEND";
	if (m->settings->spelling == SETTINGS_SPELLING_HTTPS &&
	    m->job.transport == MODEM_TRANSPORT_HTTPS)
		return "HTTPSEND";
	return "HTTPEND";
}

static void download_fetch(struct modem *m)
{
	struct modem_action fetch = {.kind = MODEM_ACTION_FETCH};

	m->phase = MODEM_PHASE_DOWNLOAD;
	m->step_at = SETTINGS_NEVER;
	m->job.started_us = m->now_us;
	if (m->settings->download_cut) {
		life_leave(m, MODEM_LIFE_NORMAL, m->settings->download_time);
	} else if (m->settings->download_code > 0) {
		m->job.failed = true;
		life_step_after(m, MODEM_PHASE_DOWNLOADED,
				m->settings->download_time);
	} else {
		strcpy(fetch.url, m->job.argument);
		life_action(m, &fetch);
	}
}

void job_download_begin(struct modem *m)
{
	if (!m->settings->download_start_lost)
		fota_urc(m, stage_start(m));
	m->downloading = true;
	m->saves++;
	download_fetch(m);
	glitch_arm(m);
}

void job_download_go_on(struct modem *m)
{
	m->job.transport = transport_of(m->job.argument);
	package_init(&m->job.package);
	download_fetch(m);
}

static int64_t download_code(const struct modem *m)
{
	if (!m->job.failed)
		return 0;
	if (m->settings->download_code > 0)
		return m->settings->download_code;
	if (m->settings->fetch_error_code >= 0)
		return m->settings->fetch_error_code;
	return m->job.transport == MODEM_TRANSPORT_FTP ? 601 : 701;
}

void job_download_end(struct modem *m)
{
	if (!m->settings->download_end_lost)
		fota_urc_number(m, stage_end(m), download_code(m));
	m->step_at = SETTINGS_NEVER;
	m->phase = MODEM_PHASE_IDLE;
	m->downloading = false;
	m->saves++;
	glitch_arm(m);
	if (m->job.failed)
		return;
	job_judge(m);
	job_restart(m);
}

void modem_fetch_data(struct modem *m, const void *bytes, size_t length)
{
	package_feed(&m->job.package, bytes, length);
	m->job.bytes += length;
}

static uint64_t download_left(const struct modem *m, uint64_t time_us)
{
	uint64_t at = settings_after(m->job.started_us, time_us);

	return at > m->now_us ? at - m->now_us : 0;
}

/* On the bus or off it. */
static void fetched(struct modem *m)
{
	uint64_t left = download_left(m, m->settings->download_time);

	if (!m->glitch.active) {
		life_step_after(m, MODEM_PHASE_DOWNLOADED, left);
		return;
	}
	m->glitch.phase = MODEM_PHASE_DOWNLOADED;
	m->glitch.step_at = m->now_us + left;
}

static bool is_fetching(const struct modem *m)
{
	return (m->glitch.active ? m->glitch.phase : m->phase) == MODEM_PHASE_DOWNLOAD;
}

void modem_fetch_done(struct modem *m, uint64_t now_us, const char *error)
{
	if (!is_fetching(m))
		return;
	modem_advance(m, now_us);
	if (error)
		modem_note(m, "fetch %s %s", m->job.argument, error);
	else
		modem_note(m, "fetch %s ok bytes=%llu", m->job.argument,
			   (unsigned long long)m->job.bytes);
	m->job.failed = error;
	fetched(m);
}

void job_check_failed(struct modem *m)
{
	fota_urc_number(m, "END", check_code(m));
	m->phase = MODEM_PHASE_IDLE;
	m->step_at = SETTINGS_NEVER;
}
