/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of firmware as people write them, on the command line and in the
 * configuration. How two of them compare is in revision.h.
 */
#ifndef QFOTA_FIRMWARE_H
#define QFOTA_FIRMWARE_H

#include <stdbool.h>

/*
 * NULL: @name may be what AT+CGMR prints, perhaps with a sub-version, a sub-edition or
 * the suffix of a custom build (facts 10.12). Else why it is not, a constant sentence:
 * lower case, the name of a file, no model at its beginning.
 */
const char *firmware_name_error(const char *name);

/* False if both name a model, and not the same one. */
bool firmware_same_model(const char *name, const char *other);

#endif
