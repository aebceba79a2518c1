/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data phases of AT+QFUPL and AT+QFDWL (facts 3.1 and 3.2). */
#ifndef STANDIN_AT_FILE_H
#define STANDIN_AT_FILE_H

#include "at.h"

/* Bytes of an upload that is active on the port; returns bytes used. */
size_t upload_input(struct modem *m, struct modem_port *p, const uint8_t *bytes,
		    size_t length);
uint64_t upload_deadline(const struct modem_port *p);
void upload_advance(struct modem *m, struct modem_port *p);
/* End it as +++ or a DTR drop does: what came is kept and counted. */
void upload_end(struct modem *m, struct modem_port *p);

/* Give the host the next piece of a file that it reads. */
void reading_pump(struct modem *m, struct modem_port *p);

#endif
