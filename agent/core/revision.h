/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of firmware, and when one is what another one asks for:
 *
 *   EP06ELAR04A01M4G                     a revision, as AT+CGMR tells it
 *   EP06ELAR04A01M4G_01.002.01.002       and its sub-version, of AT+QGMR
 *   EP06ELAR04A01M4G_01.002.01.002_V05   and its sub-edition, of AT+CSUB
 *   EP06ELAR04A01M4G_V05                 a revision and its sub-edition
 *
 * That is how the vendor's own packages end (facts 1.4: …_01.200.01.200_V02.zip);
 * the revision is compared first, then what stands behind it (facts, section 5).
 */
#ifndef QFOTA_REVISION_H
#define QFOTA_REVISION_H

#include <stdbool.h>
#include <stddef.h>

/* What a name has beside its revision, bit by bit. */
enum revision_part {
	REVISION_PART_SUB_VERSION = 1 << 0,
	REVISION_PART_EDITION = 1 << 1,
};

unsigned int revision_parts(const char *name);
/* How many bytes of @name are its revision. */
size_t revision_length(const char *name);

/* True if @firmware is what @wanted names: of what @wanted leaves out any will do. */
bool revision_fits(const char *firmware, const char *wanted);
/* True if nothing that both of them tell speaks against it that they are the same. */
bool revision_may_be(const char *firmware, const char *other);

/*
 * False for what AT+QGMR tells right after a boot: no sub-version at all yet,
 * or one that ends in .00.000 (facts, section 5).
 */
bool revision_is_complete(const char *name);

#endif
