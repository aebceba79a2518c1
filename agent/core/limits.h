/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limits of all waits, one row each: LIMIT(name, key in [timeouts],
 * default in ms, what it means when it runs out). Defaults are those of the
 * fact collection, 2.4, but for ready, answer, network and flash.
 */
#ifndef QFOTA_LIMITS_H
#define QFOTA_LIMITS_H

#include <stdint.h>

#define LIMIT_TABLE(LIMIT)                                                                         \
	LIMIT(READY, "ready", 60000, "no port answered AT: the host failed, nothing was sent")     \
	LIMIT(ANSWER, "answer", 5000, "a plain command was not answered: asked again, or left out")  \
	LIMIT(NETWORK, "network", 180000, "no SIM, registration or PDP context: a URL job is refused") \
	LIMIT(ACCEPT, "accept", 60000, "neither OK nor ERROR to the request: not confirmed")       \
	LIMIT(DOWNLOAD_START, "download-start", 120000, "no xxxSTART: not confirmed")              \
	LIMIT(DOWNLOAD, "download", 1800000, "no xxxEND: not confirmed")                           \
	LIMIT(LEAVE, "leave", 300000, "the modem stayed on the bus: not confirmed")                \
	LIMIT(RETURN, "return", 300000, "the modem did not come back: lost")                       \
	LIMIT(FLASH_START, "flash-start", 600000, "no URC after the return: ask for the version")  \
	LIMIT(FLASH_SILENCE, "flash-silence", 600000, "no URC in flash: ask for the version")      \
	LIMIT(FLASH, "flash", 7200000, "the whole flash took too long: not confirmed")             \
	LIMIT(REBOOT, "reboot", 300000, "the modem did not come back after END: lost")             \
	LIMIT(VERIFY, "verify", 120000, "the firmware could not be read: not confirmed")

/* Those that nobody sets. Listened before the first byte: another upgrade may be under way. */
#define LISTEN_MS 1000
/* AT gets its OK within 2 s, three tries a port (facts 4.3, selection rule). */
#define PROBE_ANSWER_MS 2000
#define PROBE_TRIES 3
/* A modem that has just booted answers ERROR for a while (facts 2.4, last row). */
#define QUERY_PAUSE_MS 1000

enum limit {
#define LIMIT_ENUM(name, key, default_ms, meaning) LIMIT_##name,
	LIMIT_TABLE(LIMIT_ENUM)
#undef LIMIT_ENUM
		LIMIT_COUNT
};

struct limits {
	uint64_t ms[LIMIT_COUNT];
};

/* The defaults. */
struct limits limits_default(void);
/* The key in [timeouts], the meaning; @limit below LIMIT_COUNT. */
const char *limit_key(enum limit limit);
const char *limit_meaning(enum limit limit);

#endif
