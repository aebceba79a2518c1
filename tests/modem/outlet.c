/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outlet.h"

#include <errno.h>

bool outlet_room(const struct outlet *o, size_t length)
{
	return o->n_transfers < OUTLET_TRANSFERS &&
	       length <= OUTLET_BYTES - o->n_bytes;
}

int outlet_put(struct outlet *o, const struct outlet_transfer *t,
	       const void *bytes)
{
	const uint8_t *from = bytes;
	uint32_t slot;

	if (!outlet_room(o, t->length))
		return -ENOSPC;

	slot = (o->first_transfer + o->n_transfers++) % OUTLET_TRANSFERS;
	o->transfers[slot] = *t;
	for (uint32_t i = 0; i < t->length; i++)
		o->bytes[(o->first_byte + o->n_bytes++) % OUTLET_BYTES] = from[i];
	return 0;
}

static void outlet_take(struct outlet *o, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (to)
			to[i] = o->bytes[o->first_byte];
		o->first_byte = (o->first_byte + 1) % OUTLET_BYTES;
	}
	o->n_bytes -= length;
}

static void outlet_next_transfer(struct outlet *o)
{
	o->first_transfer = (o->first_transfer + 1) % OUTLET_TRANSFERS;
	o->n_transfers--;
}

ssize_t outlet_get(struct outlet *o, uint64_t now_us, void *buffer, size_t size,
		   size_t split, unsigned int packet,
		   struct outlet_read *ret_read)
{
	struct outlet_transfer *t = &o->transfers[o->first_transfer];
	struct outlet_read read = {0};
	size_t length;

	if (o->zlp_owed) {
		o->zlp_owed = false;
		*ret_read = read;
		return 0;
	}
	if (!o->n_transfers)
		return -EAGAIN;
	if (t->empty_reads) {
		t->empty_reads--;
		*ret_read = read;
		return 0;
	}

	length = t->length < size ? t->length : size;
	if (split && length > split)
		length = split;
	outlet_take(o, buffer, length);
	t->length -= length;
	if (!t->length) {
		read.age_us = now_us - t->born_us;
		read.urc_done = t->urc;
		o->zlp_owed = length && length == size && length % packet == 0;
		outlet_next_transfer(o);
	}
	*ret_read = read;
	return (ssize_t)length;
}

uint64_t outlet_oldest(const struct outlet *o)
{
	return o->n_transfers ? o->transfers[o->first_transfer].born_us
			      : UINT64_MAX;
}

size_t outlet_drop(struct outlet *o, uint64_t born_us)
{
	size_t dropped = 0;

	while (outlet_oldest(o) <= born_us && o->n_transfers) {
		uint32_t length = o->transfers[o->first_transfer].length;

		outlet_take(o, NULL, length);
		outlet_next_transfer(o);
		dropped += length;
	}
	return dropped;
}
