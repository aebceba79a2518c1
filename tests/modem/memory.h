/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modem keeps without power, in a file, so that its host can be rebooted in a test. */
#ifndef STANDIN_MEMORY_H
#define STANDIN_MEMORY_H

#include "modem.h"

/* A file that does not exist is a new modem. Returns 0, -EBADMSG or an errno. */
int memory_load(struct modem *m, const char *name);

/* Replaces the file in one step. Returns 0 or an errno. */
int memory_save(const struct modem *m, const char *name);

#endif
