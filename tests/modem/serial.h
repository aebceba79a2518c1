/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a serial port says: answers, URCs, noise; and the notes for the wire file. */
#ifndef STANDIN_SERIAL_H
#define STANDIN_SERIAL_H

#include "modem.h"

void modem_note(struct modem *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* NULL if the composition has no such port. */
struct modem_port *serial_find(struct modem *m, enum descriptors_role role);

bool serial_is_among(const struct modem_port *p, enum settings_ports ports);

/* One transfer on the port, or nothing where its output is lost. */
void serial_send(struct modem *m, struct modem_port *p, const void *bytes,
		 size_t length, bool urc);

/* A URC, framed, to the URC port or ports in force (fact 2.5). */
void serial_urc(struct modem *m, const char *text);

/* The noise of the settings `foreign` and `foreign-urc`. */
void serial_foreign(struct modem *m, struct modem_port *p,
		    enum settings_foreign place);

/* Add a line to the answer under way; the first of each command opens a group. */
void serial_reply(struct modem_port *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The answer is complete: send it, now or after the setting `answer-delay`. */
void serial_reply_done(struct modem *m, struct modem_port *p);

/* Is it a port that never stops talking (settings `flood`)? */
bool serial_floods(const struct modem *m, const struct modem_port *p);

/* The next time something here is due, and doing it. */
uint64_t serial_deadline(const struct modem *m, const struct modem_port *p);
void serial_advance(struct modem *m, struct modem_port *p);
void serial_flush(struct modem *m, struct modem_port *p);

#endif
