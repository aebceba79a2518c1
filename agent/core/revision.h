/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of firmware, and when one is what another one asks for:
 *
 *   EP06ELAR04A01M4G                     a revision, as AT+CGMR reports it
 *   EC25EUGAR06A05M4G_BETA1108           a custom build's: underscores and all (facts 10.12)
 *   EP06ELAR04A01M4G_01.002.01.002       a revision and its sub-version, of AT+QGMR
 *   EP06ELAR04A01M4G_01.002.01.002_V05   and its sub-edition, of AT+CSUB
 *   EP06ELAR04A01M4G_V05                 a revision and its sub-edition
 *
 * That is how the vendor's own packages end (facts 1.4: …_01.200.01.200_V02.zip).
 * The revision is compared first, then what follows it (facts, section 5).
 */
#ifndef QFOTA_REVISION_H
#define QFOTA_REVISION_H

#include <stdbool.h>
#include <stddef.h>

/* The parts that a name may have after its revision, bit by bit. */
enum revision_part {
	REVISION_PART_SUB_VERSION = 1 << 0,
	REVISION_PART_EDITION = 1 << 1,
};

/*
 * A name, and where its revision ends. A modem shows that: the revision is its
 * answer to AT+CGMR, to the last byte. In a name that a person wrote, or that a job
 * file holds, only the form of what follows can show it.
 */
struct firmware_name {
	const char *text;
	size_t border; /* bytes of the revision; 0: not known */
};

/* Of a name whose border is not known. */
static inline struct firmware_name firmware_name_of(const char *text)
{
	return (struct firmware_name){ text, 0 };
}

unsigned int revision_parts(const char *name);
/* How many bytes of @name are its revision. */
size_t revision_length(struct firmware_name name);

/* True if @firmware is what @wanted names; a part that @wanted leaves out may be any. */
bool revision_fits(struct firmware_name firmware, const char *wanted);
/* True if both may be the same: no part that both of them have differs. */
bool revision_may_be(struct firmware_name firmware, struct firmware_name other);
/* True if they are the same, and have the same parts. */
bool revision_is_same(struct firmware_name firmware, struct firmware_name other);

/*
 * False for what AT+QGMR reports right after a boot: no sub-version at all yet,
 * or one that ends in .00.000 (facts, section 5). Such a one counts as none.
 */
bool revision_is_complete(struct firmware_name name);

/*
 * The revision, and those of its parts that are in @parts (enum revision_part), into
 * @ret of @size bytes, cut to fit.
 */
void revision_show(struct firmware_name name, unsigned int parts, char *ret, size_t size);

#endif
