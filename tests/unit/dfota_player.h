/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the world around the machine of one upgrade, in virtual time: a host
 * whose disk works or not, a modem that answers or not, and a script of what
 * happens. In every single step the laws of the machine are asserted.
 */
#ifndef QFOTA_DFOTA_PLAYER_H
#define QFOTA_DFOTA_PLAYER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/core/dfota.h"

#define PLAYER_OLD "EP06ELAR03A08M4G"
#define PLAYER_NEW "EP06ELAR04A01M4G"
#define PLAYER_OTHER "EP06ELAR02A01M4G"
#define PLAYER_IMEI "861234567890123"
#define PLAYER_STRANGER "861234567890999"

enum player_voice {
	PLAYER_VOICE_MUTE,
	PLAYER_VOICE_FLASHING, /* OK to AT, ERROR to all else (facts 2.3 no. 8) */
	PLAYER_VOICE_NORMAL,
};

/* What the laws need to know of the past, seen from outside the machine. */
struct laws {
	enum dfota_presence presence;
	uint8_t order[DFOTA_PORTS];
	uint8_t candidates;
	bool resumed, requested, saved, left, flashing, normal, finished;
	bool follows, asks; /* takes up what it hears; may speak before that */
	bool moved;	    /* the URC port, and not back */
	bool told;	    /* the modem has just told its firmware, in normal mode */
	bool end_bad;
	bool part; /* of a code was heard, which laws do not put together with its end */
	bool code; /* xxxEND or END was heard: the download is over */
	bool lost_since; /* the bus, since xxxEND */
	bool rdy;  /* since it attached: it has booted */
	bool booted; /* into its normal system, at any time since it left or may have left */
	bool asked;  /* AT+QFOTADL is out, neither OK nor ERROR came yet */
	unsigned int losses; /* of the bus, since the request */
	uint8_t saving; /* so many times, not yet answered */
	bool uploads; /* AT+QFUPL was sent last, and has not connected */
	bool data;   /* AT+QFUPL has connected, and is not over: no command may be sent */
	uint8_t asked_port;
	uint32_t sent; /* bytes of the upload at hand */
	uint64_t requested_ms, attached_ms, booted_ms, life_ms, data_ms, asked_ms;
	bool is_mine, is_stranger;   /* that IMEI was told since it attached */
	uint8_t reading; /* bit n: port n was asked for its firmware last */
	uint8_t reading_imei; /* likewise, for its IMEI */
	bool imei_told; /* since then */
	char revision[64]; /* the first of it since AT+CGMR was sent */
	char firmware[64]; /* as the modem told it since it attached */
};

struct player {
	struct dfota d;
	uint64_t now_ms;
	unsigned int urcs; /* lines that were told to belong to the job */
	char told[4096];   /* what the machine did, "; " behind each */
	struct laws laws;

	/* The modem at the other end. */
	enum player_voice voice;
	uint8_t speaks; /* bit n: port n answers */
	const char *firmware, *imei;
	const char *sub_version; /* answer line to QGMR, NULL: ERROR */
	const char *edition;	 /* to CSUB */
	uint8_t incomplete;	 /* so many QGMR have no sub-version yet */
	const char *cfun; /* to CFUN? */
	const char *context, *rssi; /* to CGDCONT? and CSQ; NULL: OK alone */
	const char *sim, *registration; /* answer lines to CPIN? and CxREG? */
	bool urcs_stuck;		/* that it is answered, and nothing comes of it */
	bool urcs_stay;			/* to put it back likewise */
	const char *urcs_to;		/* answer line to QURCCFG, NULL: ERROR */
	const char *slow_to; /* answers this command with ERROR, but only after the next came */
	bool late;	     /* that ERROR is due */

	/* Its file store. */
	const char *store;    /* answer line to QFLDS, NULL: ERROR */
	const char *leftover; /* answer line to QFLST, NULL: ERROR */
	bool takes_nothing;   /* ERROR to QFUPL */
	bool exists;	      /* 407 to it, until the file is deleted */
	bool exists_always;   /* or even then */
	bool takes_no_bytes;  /* CONNECT, and then none */
	uint8_t miscounts;    /* so many uploads are counted wrong */
	uint8_t refuses;      /* so many requests get an ERROR at once */
	uint32_t taken;	      /* bytes of the upload at hand */
	bool acks;

	/* The host. */
	struct dfota_plan plan;
	bool disk_full;
};

/* A fresh job for a modem that is not attached yet. */
void player_begin(struct player *p);
void player_resume(struct player *p, const struct dfota_memory *memory);
void player_follow(struct player *p, bool ask);

void player_event(struct player *p, const struct dfota_event *event);
void player_attach(struct player *p, enum dfota_presence presence);
void player_detach(struct player *p);
/* One line as it stands, CR LF behind it. */
void player_say(struct player *p, uint8_t port, const char *text);
void player_stop(struct player *p, bool now);
/* Lets time pass, deadline by deadline. */
void player_wait(struct player *p, uint64_t ms);
/* Delivers nothing but due times until the job is finished. */
void player_run_out(struct player *p);

#endif
