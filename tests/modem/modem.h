/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in EP06 for trying DFOTA without hardware.
 *
 * A pure core: no descriptor, no clock, no log. The caller says what the host
 * did and what time it is, and carries out what the modem wants. Times are
 * microseconds on any monotonic clock, so that it runs in virtual time too.
 *
 *	modem_init(&m, &settings); modem_power_on(&m, now);
 *	for (;;) {
 *		while (modem_next_action(&m, &action))
 *			carry it out, then modem_attached() or modem_fetch_...();
 *		modem_bulk_in() for each IN request that is waiting;
 *		sleep until modem_deadline() or until the host does something;
 *		modem_advance(), modem_control(), modem_bulk_out() ...
 *	}
 *
 * Written from the facts about the modem, never from a host's program: it
 * must not share anybody's misunderstandings.
 */
#ifndef STANDIN_MODEM_H
#define STANDIN_MODEM_H

#include "descriptors.h"
#include "outlet.h"
#include "package.h"
#include "script.h"
#include "settings.h"
#include "store.h"

#define MODEM_SERIALS 3	     /* NMEA, AT, modem */
#define MODEM_LINE 2048	     /* longest command line, bytes */
#define MODEM_REPLY 8192     /* longest answer, bytes */
#define MODEM_ARGUMENT 256   /* AT+QFOTADL argument: 255 bytes, fact 1.2 */
#define MODEM_LATE 8	     /* entries of the setting `late-answers` */
#define MODEM_WITHHELD 16384 /* OUT bytes that wait for a short packet */

enum modem_action_kind {
	MODEM_ACTION_ENTER, /* appear on the bus, then modem_attached() */
	MODEM_ACTION_LEAVE, /* disappear from the bus */
	MODEM_ACTION_FETCH, /* fetch url, then modem_fetch_done() */
};

struct modem_action {
	enum modem_action_kind kind;
	enum descriptors_speed speed;
	int64_t vhci_port; /* -1: the usual one */
	char url[MODEM_ARGUMENT];
};

enum modem_life {
	MODEM_LIFE_NORMAL,
	MODEM_LIFE_RECOVERY, /* the flashing system */
	MODEM_LIFE_DEAD,     /* emergency download and the like */
	MODEM_LIFE_GONE,     /* never returns */
};

/*
 * accept -> [download -> downloaded] -> [check failed] -> leaving -> away ->
 * appearing -> idle (normal) or flashing (recovery)
 */
enum modem_phase {
	MODEM_PHASE_IDLE,
	MODEM_PHASE_ACCEPTED,
	MODEM_PHASE_DOWNLOAD,
	MODEM_PHASE_DOWNLOADED,
	MODEM_PHASE_CHECK_FAILED,
	MODEM_PHASE_LEAVING,
	MODEM_PHASE_AWAY,
	MODEM_PHASE_APPEARING,
	MODEM_PHASE_FLASHING,
	MODEM_PHASE_BOOT_AGAIN,
	MODEM_PHASE_STUCK,
};

enum modem_transport {
	MODEM_TRANSPORT_HTTP,
	MODEM_TRANSPORT_HTTPS,
	MODEM_TRANSPORT_FTP,
	MODEM_TRANSPORT_FILE,
};

/* A QFUPL data phase (fact 3.1). */
struct modem_upload {
	bool active, ack;
	char name[STORE_NAME + 8];
	size_t expected, seen, unacked;
	uint64_t timeout_us, last_us;
	unsigned int pluses, acks;
};

/* A QFDWL data phase. */
struct modem_reading {
	bool active;
	char name[STORE_NAME + 8];
	size_t offset;
};

struct modem_port {
	enum descriptors_role role;
	bool present;
	uint8_t interface;
	struct endpoints endpoints;
	bool dtr, echo, in_seen;
	char line[MODEM_LINE];
	size_t line_length;
	bool line_overlong;
	char reply[MODEM_REPLY];
	size_t reply_length;
	bool reply_group; /* the next line of the reply opens a group */
	uint64_t reply_at, reply_delay;
	/* Bytes that came while a late answer was awaited, to be taken after it. */
	uint8_t waiting[MODEM_LINE];
	size_t waiting_length;
	bool busy;
	char held[MODEM_LINE]; /* URCs waiting to be merged */
	size_t held_length, n_held;
	uint64_t held_until;
	uint8_t withheld[MODEM_WITHHELD];
	size_t withheld_length;
	struct modem_upload upload;
	struct modem_reading reading;
	struct outlet outlet;
	uint64_t flood_at, flooded;
};

struct modem_job {
	enum modem_transport transport;
	char argument[MODEM_ARGUMENT];
	struct package package;
	uint64_t bytes;
	uint64_t started_us;
	bool failed;
	enum package_verdict verdict;
	char to[PACKAGE_REVISION];
};

struct modem_flash {
	uint32_t step;
	int32_t number; /* progress number or repeat within the step */
	int32_t code;	/* what END said or would say */
	bool ended;	/* END was said */
	bool again;	/* one more boot is to come */
};

/* A loss of the bus that is no boot (glitch.h). */
struct modem_glitch {
	bool active;	     /* off the bus, and at work all the same */
	size_t read;	     /* of the setting: entries that are over */
	unsigned int used;   /* times of the next one */
	uint64_t at;
	enum modem_phase phase; /* goes on once it is back */
	uint64_t step_at, boot_at;
};

struct modem {
	const struct settings *settings;
	/* told what the modem sees and does; may be NULL */
	void (*wire)(void *context, const char *line);
	void *wire_context;
	uint64_t now_us;

	/* kept over power loss */
	char firmware[SETTINGS_TEXT], imei[SETTINGS_TEXT], urcport[SETTINGS_TEXT];
	bool qind;
	enum modem_life life;
	enum modem_life next_life; /* after leaving; else the same */
	struct modem_job job;
	struct modem_flash flash;
	struct store store;
	bool downloading; /* and goes on at once, if the supply is its own */
	uint32_t saves; /* grows when any of these changed */

	/* until the next boot */
	int64_t cmee, cfun;
	char apn[SETTINGS_TEXT];
	bool flashed; /* this is the boot after a flash, or a later one */
	bool updated; /* by a package that was applied */
	uint64_t booted_us;
	size_t boot_next;
	bool uploads_left; /* the power loss in an upload was used up */
	int64_t uploads_wrong;

	/* bus */
	struct script script;
	const char *dead; /* composition to appear in when dead */
	const char *recovery_as; /* the same in recovery; NULL: as set */
	struct identity identity;
	bool on_bus, configured, appeared, config_urc_sent;
	uint64_t configured_us;
	struct modem_port ports[MODEM_SERIALS];

	/* clocks, SETTINGS_NEVER when off */
	enum modem_phase phase;
	uint64_t step_at, boot_at, nmea_at, restless_at;
	uint64_t leave_at_latest;
	uint64_t away_longer; /* of the next return */
	struct modem_glitch glitch;
	unsigned int late_used[MODEM_LATE]; /* of the setting `late-answers` */

	struct modem_action actions[4];
	unsigned int n_actions;
};

/* The settings must outlive the modem. Returns 0 or -EINVAL: a bad composition or flash. */
int modem_init(struct modem *m, const struct settings *s);
void modem_clear(struct modem *m);

void modem_power_on(struct modem *m, uint64_t now_us);
bool modem_next_action(struct modem *m, struct modem_action *ret_action);

/* The ENTER action was carried out: the host sees the modem. */
void modem_attached(struct modem *m, uint64_t now_us);

/*
 * A control request: the 8 setup bytes as on the wire, and DESCRIPTORS_MAX
 * bytes of data, in or out. Returns the bytes answered or -EPIPE (a stall).
 */
int modem_control(struct modem *m, uint64_t now_us, const uint8_t *setup,
		  uint8_t *data);

/* A bulk OUT transfer; length 0 is a zero-length packet. Returns 0 or -EPIPE. */
int modem_bulk_out(struct modem *m, uint64_t now_us, uint8_t endpoint,
		   const void *bytes, size_t length);

/* Is there something for this IN request? Bytes, 0 (zero-length) or -EAGAIN. */
ssize_t modem_bulk_in(struct modem *m, uint64_t now_us, uint8_t endpoint,
		      void *buffer, size_t size);

void modem_fetch_data(struct modem *m, const void *bytes, size_t length);
/* error: NULL when the whole file came, else a sentence. */
void modem_fetch_done(struct modem *m, uint64_t now_us, const char *error);

/* When modem_advance() wants to be called, SETTINGS_NEVER for never. */
uint64_t modem_deadline(const struct modem *m);
void modem_advance(struct modem *m, uint64_t now_us);

#endif
