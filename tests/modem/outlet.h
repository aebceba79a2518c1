/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the modem has to say on one bulk IN endpoint: a bounded queue of
 * transfers, each with the time it was made at.
 *
 * A transfer ends with a short packet, so one that is a multiple of the
 * packet size is followed by a zero-length packet (fact 4.5); the host sees
 * it only where its buffer ended at that very byte.
 */
#ifndef STANDIN_OUTLET_H
#define STANDIN_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define OUTLET_BYTES 65536
#define OUTLET_TRANSFERS 2048

struct outlet_transfer {
	uint64_t born_us;
	uint32_t length;
	uint16_t empty_reads;
	bool urc;
};

struct outlet {
	uint8_t bytes[OUTLET_BYTES];
	struct outlet_transfer transfers[OUTLET_TRANSFERS];
	uint32_t first_byte, n_bytes;
	uint32_t first_transfer, n_transfers;
	bool zlp_owed;
};

/* What a read found out, beside the bytes. */
struct outlet_read {
	uint64_t age_us;
	bool urc_done; /* these bytes were the end of a URC */
};

/* Room for this many more bytes in one more transfer? */
bool outlet_room(const struct outlet *o, size_t length);

/* Returns 0 or -ENOSPC; then nothing was taken. */
int outlet_put(struct outlet *o, const struct outlet_transfer *t,
	       const void *bytes);

/*
 * Answer one IN request: at most size bytes of one transfer, and at most
 * split of them if split > 0. Returns their number, 0 for a zero-length
 * transfer, -EAGAIN if there is nothing to say yet.
 */
ssize_t outlet_get(struct outlet *o, uint64_t now_us, void *buffer, size_t size,
		   size_t split, unsigned int packet,
		   struct outlet_read *ret_read);

/* When the oldest transfer was made, UINT64_MAX if there is none. */
uint64_t outlet_oldest(const struct outlet *o);

/* Drop what was made at or before that time; returns the bytes dropped. */
size_t outlet_drop(struct outlet *o, uint64_t born_us);

#endif
