/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The setting `late-answers`: COMMAND:MS[*TIMES] ... */
#ifndef STANDIN_LATE_H
#define STANDIN_LATE_H

#include "modem.h"

/* Returns 0 or -EINVAL. */
int late_check(const char *list);

/* Is the answer to this command line late? Counts it. */
bool late_by(struct modem *m, const char *line, uint64_t *ret_us);

#endif
