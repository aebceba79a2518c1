/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <stdlib.h>
#include <string.h>

uint16_t store_checksum(const void *bytes, size_t length)
{
	const uint8_t *b = bytes;
	uint16_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum ^= (uint16_t)(i % 2 ? b[i] : b[i] << 8);
	return sum;
}

void store_init(struct store *s, size_t size)
{
	memset(s, 0, sizeof(*s));
	s->size = size;
}

void store_clear(struct store *s)
{
	for (size_t i = 0; i < s->n_files; i++)
		free(s->files[i].bytes);
	s->n_files = 0;
}

size_t store_used(const struct store *s)
{
	size_t used = 0;

	for (size_t i = 0; i < s->n_files; i++)
		used += s->files[i].reserved;
	return used;
}

static const char *bare_name(const char *name)
{
	return strncmp(name, "UFS:", 4) ? name : name + 4;
}

struct store_file *store_find(struct store *s, const char *name)
{
	name = bare_name(name);
	for (size_t i = 0; i < s->n_files; i++) {
		if (!strcmp(s->files[i].name, name))
			return &s->files[i];
	}
	return NULL;
}

enum store_error store_create(struct store *s, const char *name, size_t length,
			      struct store_file **ret_file)
{
	struct store_file *f;

	name = bare_name(name);
	if (!*name || strlen(name) > STORE_NAME || strpbrk(name, "/\"*"))
		return STORE_INVALID_NAME;
	if (store_find(s, name))
		return STORE_EXISTS;
	if (length > s->size)
		return STORE_TOO_LARGE;
	if (length > s->size - store_used(s))
		return STORE_NO_SPACE;
	if (s->n_files == STORE_FILES)
		return STORE_TOO_MANY;

	f = &s->files[s->n_files];
	f->bytes = malloc(length ? length : 1);
	if (!f->bytes)
		return STORE_WRITE_FAILED;
	strcpy(f->name, name);
	f->length = 0;
	f->reserved = length;
	s->n_files++;
	*ret_file = f;
	return STORE_OK;
}

size_t store_add(struct store_file *f, const void *bytes, size_t length)
{
	if (length > f->reserved - f->length)
		length = f->reserved - f->length;
	memcpy(f->bytes + f->length, bytes, length);
	f->length += length;
	return length;
}

void store_trim(struct store_file *f)
{
	f->reserved = f->length;
}

enum store_error store_delete(struct store *s, const char *name)
{
	struct store_file *f = store_find(s, name);

	if (!f)
		return STORE_NOT_FOUND;
	free(f->bytes);
	s->n_files--;
	memmove(f, f + 1, (size_t)(&s->files[s->n_files] - f) * sizeof(*f));
	return STORE_OK;
}
