/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocators. What they give to a place is filled when it is freed, and never used
 * again, so that later uses show.
 */
#include "faults.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 65536 /* a power of 2 */
#define FREED 0xa5

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

struct block {
	void *memory;
	size_t size; /* of what was freed */
	unsigned int place;
	bool freed;
};

static struct block blocks[BLOCKS];
static unsigned int blocks_used;

static struct block *block_find(const void *memory)
{
	size_t i = ((uintptr_t)memory >> 4) * 2654435761U % BLOCKS;

	while (blocks[i].memory && blocks[i].memory != memory)
		i = (i + 1) % BLOCKS;
	return &blocks[i];
}

void *faults_give(void *memory, const char *function, uintptr_t at)
{
	unsigned int place = faults_place(function, at);
	struct block *block;

	if (!memory || !place)
		return memory;
	block = block_find(memory);
	if (!block->memory && ++blocks_used > BLOCKS / 2)
		abort();
	*block = (struct block){.memory = memory, .place = place};
	return memory;
}

void free(void *memory)
{
	struct block *block = memory ? block_find(memory) : NULL;

	if (!block || !block->memory) {
		__libc_free(memory);
		return;
	}
	if (block->freed) {
		faults_tell("misuse freed-twice", block->place);
		abort();
	}
	block->freed = true;
	block->size = malloc_usable_size(memory);
	memset(memory, FREED, block->size);
}

void faults_check_memory(void)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		const struct block *block = &blocks[i];
		const uint8_t *bytes = block->memory;
		size_t same = 0;

		if (!block->memory)
			continue;
		if (!block->freed)
			faults_tell("leak memory", block->place);
		while (same < block->size && bytes[same] == FREED)
			same++;
		if (same < block->size)
			faults_tell("misuse written-after-free", block->place);
	}
}

void *malloc(size_t size)
{
	if (faults_strike("malloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return faults_give(__libc_malloc(size), "malloc", HERE);
}

void *calloc(size_t count, size_t size)
{
	if (faults_strike("calloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return faults_give(__libc_calloc(count, size), "calloc", HERE);
}

static void *move(void *old, size_t size)
{
	void *memory = __libc_malloc(size);
	size_t before = old ? malloc_usable_size(old) : 0;

	if (memory && old)
		memcpy(memory, old, before < size ? before : size);
	if (memory)
		free(old);
	return memory;
}

void *realloc(void *old, size_t size)
{
	bool ours = faults_place("realloc", HERE) != 0;

	if (faults_strike("realloc", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!ours && (!old || !block_find(old)->memory))
		return __libc_realloc(old, size);
	return faults_give(move(old, size), "realloc", HERE);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	if (faults_strike("reallocarray", HERE)) {
		errno = ENOMEM;
		return NULL;
	}
	return faults_give(move(old, count * size), "reallocarray", HERE);
}

FAULT_MEMORY(char *, strdup, (const char *text), (text))
FAULT_MEMORY(FILE *, fmemopen, (void *memory, size_t size, const char *mode), (memory, size, mode))
FAULT_MEMORY(FILE *, open_memstream, (char **ret, size_t *ret_size), (ret, ret_size))

int vasprintf(char **ret, const char *format, va_list arguments)
{
	int length;

	if (faults_strike("vasprintf", HERE))
		return -1;
	length = NEXT(vasprintf)(ret, format, arguments);
	if (length >= 0)
		faults_give(*ret, "vasprintf", HERE);
	return length;
}

int asprintf(char **ret, const char *format, ...)
{
	va_list arguments;
	int length;

	if (faults_strike("asprintf", HERE))
		return -1;
	va_start(arguments, format);
	length = NEXT(vasprintf)(ret, format, arguments);
	va_end(arguments);
	if (length >= 0)
		faults_give(*ret, "asprintf", HERE);
	return length;
}
