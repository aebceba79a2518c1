/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the checks before a job found, for people who asked for nothing else:
 * the report of a dry run, line by line.
 */
#ifndef QFOTA_FINDINGS_H
#define QFOTA_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/core/dfota.h"

#define FINDINGS_LINE_SIZE 600

/*
 * Line @index, 0.., of what is known of @machine; false: there are no more, or
 * this was no dry run that came as far as its checks. @package: credentials masked.
 */
bool findings_line(const struct dfota *machine, const char *package, unsigned int index,
		   char ret[static FINDINGS_LINE_SIZE]);

#endif
