/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/revision.h"

#include <string.h>

struct part {
	const char *text;
	size_t length; /* 0: it has none */
};

struct parts {
	struct part revision, sub_version, edition;
};

/* V05 */
static bool is_edition(const char *text)
{
	return text[0] == 'V' && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1);
}

/* Of a sub-edition alone the suffix holds no sub-version. */
static struct parts split(const char *name)
{
	size_t revision = revision_length(name), end = strlen(name), last = end;
	struct parts parts = { .revision = { name, revision } };

	while (last > revision && name[last - 1] != '_')
		last--;
	if (last > revision && is_edition(name + last)) {
		parts.edition = (struct part){ name + last, end - last };
		end = last - 1;
	}
	if (end > revision)
		parts.sub_version = (struct part){ name + revision + 1, end - revision - 1 };
	return parts;
}

static bool part_equal(const struct part *a, const struct part *b)
{
	return a->length == b->length &&
	       (!a->length || strncmp(a->text, b->text, a->length) == 0);
}

static bool part_fits(const struct part *part, const struct part *wanted)
{
	return !wanted->length || part_equal(part, wanted);
}

static bool part_may_be(const struct part *part, const struct part *other)
{
	return !part->length || part_fits(part, other);
}

size_t revision_length(const char *name)
{
	return strcspn(name, "_");
}

unsigned int revision_parts(const char *name)
{
	struct parts parts = split(name);

	return (parts.sub_version.length ? REVISION_PART_SUB_VERSION : 0u) |
	       (parts.edition.length ? REVISION_PART_EDITION : 0u);
}

bool revision_fits(const char *firmware, const char *wanted)
{
	struct parts parts = split(firmware), others = split(wanted);

	return part_equal(&parts.revision, &others.revision) &&
	       part_fits(&parts.sub_version, &others.sub_version) &&
	       part_fits(&parts.edition, &others.edition);
}

bool revision_may_be(const char *firmware, const char *other)
{
	struct parts parts = split(firmware), others = split(other);

	return part_equal(&parts.revision, &others.revision) &&
	       part_may_be(&parts.sub_version, &others.sub_version) &&
	       part_may_be(&parts.edition, &others.edition);
}

bool revision_is_complete(const char *name)
{
	static const char missing[] = ".00.000";
	struct part sub_version = split(name).sub_version;
	size_t length = sizeof(missing) - 1;

	if (sub_version.length < length)
		return sub_version.length;
	return strncmp(sub_version.text + sub_version.length - length, missing, length) != 0;
}
