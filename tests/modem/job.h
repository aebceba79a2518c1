/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An upgrade up to its first restart: request, download, check (facts 1.1 to
 * 1.3, 2.1). AT+QFOTADL itself is in at_job_rows.
 */
#ifndef STANDIN_JOB_H
#define STANDIN_JOB_H

#include "modem.h"

/* step_at is due in the phases ACCEPTED, DOWNLOADED, CHECK_FAILED. */
void job_download_begin(struct modem *m);
void job_download_end(struct modem *m);
void job_check_failed(struct modem *m);
/* The download that this program was ended in; the host hears nothing of its start. */
void job_download_go_on(struct modem *m);

#endif
