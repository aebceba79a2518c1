/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/revision.h"

#include <string.h>

#include "agent/core/text.h"

struct part {
	const char *text;
	size_t length; /* 0: the name has none */
};

struct parts {
	struct part revision, sub_version, edition;
};

/* V05 */
static bool is_edition(const struct part *part)
{
	return part->length > 1 && part->text[0] == 'V' &&
	       strspn(part->text + 1, "0123456789") >= part->length - 1;
}

/* 01.002.01.002: nothing but digits, and a dot among them. */
static bool is_sub_version(const struct part *part)
{
	return part->length && strspn(part->text, "0123456789.") >= part->length &&
	       memchr(part->text, '.', part->length);
}

static bool is_incomplete(const struct part *sub_version)
{
	static const char missing[] = ".00.000";
	size_t length = sizeof(missing) - 1;

	return sub_version->length >= length &&
	       strncmp(sub_version->text + sub_version->length - length, missing, length) == 0;
}

/* What follows the last underscore of @name, up to @end, but not before @border. */
static struct part last_part(const char *name, size_t border, size_t end)
{
	size_t begin = end;

	while (begin > border && name[begin - 1] != '_')
		begin--;
	return begin > border ? (struct part){ name + begin, end - begin } : (struct part){ 0 };
}

/* Takes the sub-edition off the end of a name. */
static void split_edition(struct parts *parts, const char *name, size_t border, size_t *end)
{
	struct part last = last_part(name, border, *end);

	if (!is_edition(&last))
		return;
	parts->edition = last;
	*end -= last.length + 1;
}

/* By the form of what follows the revision. */
static struct parts split_unknown(const char *name)
{
	size_t end = strlen(name);
	struct parts parts = { 0 };
	struct part last;

	split_edition(&parts, name, 0, &end);
	last = last_part(name, 0, end);
	if (is_sub_version(&last)) {
		parts.sub_version = last;
		end -= last.length + 1;
	}
	parts.revision = (struct part){ name, end };
	return parts;
}

static struct parts split(struct firmware_name name)
{
	struct parts parts = { 0 };
	size_t end = strlen(name.text);

	if (!name.border || name.border > end) {
		parts = split_unknown(name.text);
	} else {
		split_edition(&parts, name.text, name.border, &end);
		parts.revision = (struct part){ name.text, name.border };
		if (end > name.border)
			parts.sub_version = (struct part){ name.text + name.border + 1,
							   end - name.border - 1 };
	}
	if (is_incomplete(&parts.sub_version))
		parts.sub_version.length = 0;
	return parts;
}

/*
 * A name without a border is split where the other one is, if what then follows has
 * the form of the parts: so the name of a custom build that ends in _V2 is no sub-edition.
 */
static struct firmware_name take_border(struct firmware_name name, struct firmware_name other)
{
	struct parts parts = split_unknown(name.text);
	size_t length = strlen(name.text);

	if (name.border || !other.border || other.border > length ||
	    (other.border < length && name.text[other.border] != '_'))
		return name;
	if (other.border >= parts.revision.length)
		name.border = other.border;
	return name;
}

static void split_both(struct firmware_name a, struct firmware_name b, struct parts *ret_a,
		       struct parts *ret_b)
{
	*ret_a = split(take_border(a, b));
	*ret_b = split(take_border(b, a));
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

size_t revision_length(struct firmware_name name)
{
	return split(name).revision.length;
}

unsigned int revision_parts(const char *name)
{
	struct parts parts = split_unknown(name);

	return (parts.sub_version.length ? REVISION_PART_SUB_VERSION : 0u) |
	       (parts.edition.length ? REVISION_PART_EDITION : 0u);
}

bool revision_fits(struct firmware_name firmware, const char *wanted)
{
	struct parts parts, others;

	split_both(firmware, firmware_name_of(wanted), &parts, &others);
	return part_equal(&parts.revision, &others.revision) &&
	       part_fits(&parts.sub_version, &others.sub_version) &&
	       part_fits(&parts.edition, &others.edition);
}

bool revision_may_be(struct firmware_name firmware, struct firmware_name other)
{
	struct parts parts, others;

	split_both(firmware, other, &parts, &others);
	return part_equal(&parts.revision, &others.revision) &&
	       part_may_be(&parts.sub_version, &others.sub_version) &&
	       part_may_be(&parts.edition, &others.edition);
}

bool revision_is_same(struct firmware_name firmware, struct firmware_name other)
{
	struct parts parts, others;

	split_both(firmware, other, &parts, &others);
	return part_equal(&parts.revision, &others.revision) &&
	       part_equal(&parts.sub_version, &others.sub_version) &&
	       part_equal(&parts.edition, &others.edition);
}

bool revision_is_complete(struct firmware_name name)
{
	return split(name).sub_version.length;
}

static void add_part(char *ret, size_t size, const struct part *part)
{
	if (!part->length)
		return;
	text_add(ret, size, "_");
	text_add_part(ret, size, part->text, part->length);
}

void revision_show(struct firmware_name name, unsigned int parts, char *ret, size_t size)
{
	struct parts all = split(name);

	ret[0] = '\0';
	text_add_part(ret, size, all.revision.text, all.revision.length);
	if (parts & REVISION_PART_SUB_VERSION)
		add_part(ret, size, &all.sub_version);
	if (parts & REVISION_PART_EDITION)
		add_part(ret, size, &all.edition);
}
