/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states that bring a local package into the modem's file store, and take
 * it out again (facts, section 3): look for room and for a leftover of ours,
 * delete that by name, AT+QFUPL, the bytes, the modem's own count of them.
 *
 *   check ─ store ─ sweep ─ save-upload ─ connect ─ upload ─ save ─ accept …
 *             │               ▲                        │
 *             └───────────────┘     wrong count: sweep, once more in ACK mode
 *
 * sweep also ends every job that has put a file there (handover.h), but for
 * verdicts that leave it to the modem (7, 8 and 9).
 */
#ifndef QFOTA_UPLOAD_H
#define QFOTA_UPLOAD_H

#include "agent/core/step.h"

/* The name of our file in the modem; no other is ever deleted. */
#define UPLOAD_NAME "qfota.zip"
/* How long the modem waits for the next byte before it ends an upload, s. */
#define UPLOAD_TIMEOUT_S 10
/* As long an agent that starts after one that died keeps silent. */
#define UPLOAD_SETTLE_MS ((UPLOAD_TIMEOUT_S + 1) * 1000)

void upload_store_enter(struct step *s);
void upload_store_take(struct step *s, const struct signal *signal);
void upload_save_take(struct step *s, const struct signal *signal);
void upload_connect_enter(struct step *s);
void upload_connect_take(struct step *s, const struct signal *signal);
void upload_enter(struct step *s);
void upload_take(struct step *s, const struct signal *signal);
void upload_sweep_enter(struct step *s);
void upload_sweep_take(struct step *s, const struct signal *signal);

/* The modem is known again after it left in the middle of an upload, or after an agent died there. */
void upload_leftover(struct step *s);

/* The argument of AT+QFOTADL for the directory at hand; false if there is none left. */
bool upload_argument(const struct dfota *d, char *ret, size_t size);

#endif
