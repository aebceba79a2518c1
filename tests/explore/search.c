/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/explore/search.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORDS (sizeof(struct world) / sizeof(uint64_t))
_Static_assert(sizeof(struct world) % sizeof(uint64_t) == 0, "a world is whole words");
_Static_assert(WORDS < 65536, "their numbers fit");

/*
 * A state is kept as what differs from the root: runs of words, each behind a
 * word that says where it begins and how long it is.
 */
struct packed {
	uint32_t node;
	uint32_t words;
	uint64_t word[WORDS + WORDS / 2 + 1];
};
#define PACKED_HEADER offsetof(struct packed, word)

/* All states of one depth. */
struct level {
	uint8_t *bytes;
	size_t size, room;
};

/* How a state was reached first. */
struct node {
	uint32_t parent;
	uint8_t move;
};

struct search {
	uint64_t root[WORDS];
	struct level now, next;
	struct node *nodes;
	uint32_t count, room;
	/*
	 * Hashes of all states, 0: none. Two states of one hash would count as one:
	 * with ten million of them the odds are 1 to 300 000 that it happens at all.
	 */
	uint64_t *seen;
	size_t seen_room; /* a power of two */
	uint32_t last; /* the node that broke a law */
};

/* ---- states ---- */

static void world_words(const struct world *w, uint64_t words[static WORDS])
{
	memcpy(words, w, sizeof(*w));
}

static void world_pack(const struct search *s, const struct world *w, struct packed *ret)
{
	uint64_t word[WORDS];
	uint64_t *run = NULL;

	world_words(w, word);
	ret->words = 0;
	for (size_t i = 0; i < WORDS; i++) {
		if (word[i] == s->root[i]) {
			run = NULL;
			continue;
		}
		if (!run) {
			run = &ret->word[ret->words++];
			*run = (uint64_t)i << 16;
		}
		++*run;
		ret->word[ret->words++] = word[i];
	}
}

static void world_unpack(const struct search *s, const struct packed *packed, struct world *ret)
{
	uint64_t word[WORDS];

	memcpy(word, s->root, sizeof(word));
	for (uint32_t i = 0; i < packed->words;) {
		size_t at = (size_t)(packed->word[i] >> 16), length = packed->word[i] & 0xffff;

		memcpy(&word[at], &packed->word[i + 1], length * sizeof(uint64_t));
		i += 1 + (uint32_t)length;
	}
	memcpy(ret, word, sizeof(*ret));
}

static uint64_t packed_hash(const struct packed *packed)
{
	uint64_t hash = 0x9e3779b97f4a7c15ull;

	for (uint32_t i = 0; i < packed->words; i++) {
		hash = (hash ^ packed->word[i]) * 0xff51afd7ed558ccdull;
		hash ^= hash >> 32;
	}
	hash *= 0xc4ceb9fe1a85ec53ull;
	hash ^= hash >> 29;
	return hash ? hash : 1;
}

/* ---- what is kept of them ---- */

static int level_add(struct level *level, const struct packed *packed)
{
	size_t size = PACKED_HEADER + packed->words * sizeof(uint64_t);

	if (level->size + size > level->room) {
		size_t room = level->room * 2 + sizeof(struct packed);
		uint8_t *bytes = realloc(level->bytes, room);

		if (!bytes)
			return -ENOMEM;
		level->bytes = bytes;
		level->room = room;
	}
	memcpy(level->bytes + level->size, packed, size);
	level->size += size;
	return 0;
}

static size_t level_take(const struct level *level, size_t at, struct packed *ret)
{
	size_t words;

	memcpy(ret, level->bytes + at, PACKED_HEADER);
	words = ret->words * sizeof(uint64_t);
	memcpy(ret->word, level->bytes + at + PACKED_HEADER, words);
	return at + PACKED_HEADER + words;
}

static int node_add(struct search *s, uint32_t parent, unsigned int move, uint32_t *ret)
{
	if (s->count == s->room) {
		uint32_t room = s->room * 2 + 1024;
		struct node *nodes = realloc(s->nodes, room * sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		s->nodes = nodes;
		s->room = room;
	}
	s->nodes[s->count] = (struct node){ parent, (uint8_t)move };
	*ret = s->count++;
	return 0;
}

static uint64_t *seen_slot(uint64_t *seen, size_t room, uint64_t hash)
{
	size_t i = hash & (room - 1);

	while (seen[i] && seen[i] != hash)
		i = (i + 1) & (room - 1);
	return &seen[i];
}

static int seen_grow(struct search *s)
{
	size_t room = s->seen_room ? s->seen_room * 2 : 1 << 16;
	uint64_t *seen = calloc(room, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < s->seen_room; i++)
		if (s->seen[i])
			*seen_slot(seen, room, s->seen[i]) = s->seen[i];
	free(s->seen);
	s->seen = seen;
	s->seen_room = room;
	return 0;
}

/* 1: it is new, 0: it was there. */
static int seen_add(struct search *s, uint64_t hash)
{
	uint64_t *slot;

	if ((size_t)s->count * 2 >= s->seen_room && seen_grow(s) < 0)
		return -ENOMEM;
	slot = seen_slot(s->seen, s->seen_room, hash);
	if (*slot)
		return 0;
	*slot = hash;
	return 1;
}

/* ---- the search ---- */

static int state_add(struct search *s, const struct world *w, uint32_t parent, unsigned int move)
{
	struct packed packed;
	int r;

	world_pack(s, w, &packed);
	r = seen_add(s, packed_hash(&packed));
	if (r <= 0)
		return r;
	r = node_add(s, parent, move, &packed.node);
	if (r < 0)
		return r;
	s->last = packed.node;
	return level_add(&s->next, &packed);
}

static void outcome_count(struct search_result *result, const struct world *before,
			  const struct world *after)
{
	if (before->host.runs && !after->host.runs && after->host.finishes)
		result->outcomes[after->host.outcome]++;
}

static int move_follow(struct search *s, const struct world *w, uint32_t node, unsigned int move,
		       struct search_result *result)
{
	struct world next = *w;

	model_make(&next, model_move(move));
	result->transitions++;
	result->law = (enum law)next.law;
	outcome_count(result, w, &next);
	return state_add(s, &next, node, move);
}

/* All that may happen next to one world. */
static int world_expand(struct search *s, const struct world *w, uint32_t node,
			struct search_result *result)
{
	const struct move *move;

	for (unsigned int i = 0; (move = model_move(i)); i++) {
		int r;

		if (!model_may(w, move))
			continue;
		r = move_follow(s, w, node, i, result);
		if (r < 0 || result->law)
			return r;
	}
	return 0;
}

static int level_expand(struct search *s, struct search_result *result)
{
	struct packed packed;
	struct world w;

	for (size_t at = 0; at < s->now.size;) {
		int r;

		at = level_take(&s->now, at, &packed);
		world_unpack(s, &packed, &w);
		r = world_expand(s, &w, packed.node, result);
		if (r < 0 || result->law)
			return r;
	}
	return 0;
}

static void search_forget(struct search *s)
{
	s->now.size = s->next.size = 0;
	s->count = 0;
	if (s->seen)
		memset(s->seen, 0, s->seen_room * sizeof(*s->seen));
}

int search_run(struct search *s, const struct world *root, unsigned int depth,
	       struct search_result *ret)
{
	int r;

	search_forget(s);
	*ret = (struct search_result){ 0 };
	world_words(root, s->root);
	r = state_add(s, root, 0, 0);
	while (r == 0 && !ret->law && s->next.size && ret->depth < depth) {
		struct level done = s->now;

		s->now = s->next;
		s->next = done;
		s->next.size = 0;
		r = level_expand(s, ret);
		ret->depth++;
	}
	ret->states = s->count;
	ret->whole = !s->next.size;
	return r;
}

static void node_tell(const struct search *s, uint32_t node, FILE *to)
{
	uint32_t path[256];
	unsigned int length = 0;

	for (; node && length < 256; node = s->nodes[node].parent)
		path[length++] = node;
	while (length)
		fprintf(to, "\t%s\n", model_move(s->nodes[path[--length]].move)->name);
}

void search_tell(const struct search *s, FILE *to)
{
	node_tell(s, s->last, to);
}

int search_create(struct search **ret)
{
	struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*ret = s;
	return 0;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	free(s->now.bytes);
	free(s->next.bytes);
	free(s->nodes);
	free(s->seen);
	free(s);
}
