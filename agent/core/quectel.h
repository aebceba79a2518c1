/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of Quectel's models: names in firmware revisions, where files
 * lie, the meaning of result codes, family by family (the same number means
 * different things: facts 1.7), and what to do about them. An unknown family or
 * number has no text: it is passed on as it is.
 *
 * @firmware is a revision such as "EP06ELAR03A08M4G"; never NULL, may be empty.
 */
#ifndef QFOTA_QUECTEL_H
#define QFOTA_QUECTEL_H

#include <stdbool.h>
#include <stddef.h>

/* Models that share a table of END codes. */
enum quectel_family {
	QUECTEL_FAMILY_UNKNOWN,	   /* not a model of the table */
	QUECTEL_FAMILY_06,	   /* EP06, EG06, EM06: their guide, chapter 5 */
	QUECTEL_FAMILY_12,	   /* EG12, EM12, EG16, EG18: no table was ever published */
	QUECTEL_FAMILY_BG,	   /* BG96, BG95: BG96 DFOTA guide V1.0 */
	QUECTEL_FAMILY_EC2X,	   /* EC2x, EG9x: QuecOpen DFOTA guide V1.0 */
	QUECTEL_FAMILY_STANDARD_A, /* EC200x, EC600x, EG91xU: LTE Standard(A) guide V1.5 */
};

/* "EP06" of "EP06ELAR03A08M4G": an empty string if it begins otherwise. */
void quectel_model(const char *firmware, char *ret, size_t size);
enum quectel_family quectel_family(const char *firmware);

/*
 * Where a file uploaded to UFS may be found by AT+QFOTADL, likeliest first,
 * with a slash at both ends; NULL past the last. Firmwares differ, so every
 * one is to be tried until the command is not refused (facts 1.3).
 */
const char *quectel_ufs_directory(const char *firmware, unsigned int index);

/* Members are NULL where nothing is known. */
struct quectel_text {
	const char *meaning;
	const char *advice; /* what to do next */
};

/* END code (facts 1.6, 1.7); 0 has no text. */
struct quectel_text quectel_end(const char *firmware, int code);
/*
 * FTPEND, HTTPEND or FILEEND code; 0 has no text. The 06 guide lists 601 and
 * 701 alone. The others are the numbers of the vendor's FTP and HTTP clients,
 * the same wherever they were published (facts 1.7; 602 and 702 were seen on
 * other families: facts 2.3 no. 7, section 7).
 */
struct quectel_text quectel_transfer(const char *firmware, int code);
/* +CME ERROR code (AT manual V2.0, 15.4; FILE manual, chapter 4), NULL if unknown. */
const char *quectel_cme(int code);

/* +CFUN: 5, the factory test mode, in which a broken flash may leave it (facts, section 5). */
#define QUECTEL_CFUN_FTM 5

/* What befalls a modem beside codes (facts, section 7). */
enum quectel_trouble {
	QUECTEL_TROUBLE_EMERGENCY, /* it sits in emergency download */
	QUECTEL_TROUBLE_VANISHED,  /* it left the bus and did not come back */
	QUECTEL_TROUBLE_NO_PORT,   /* there, but without any AT port: MBIM only, say */
	QUECTEL_TROUBLE_FTM,	   /* +CFUN: 5, factory test mode */
	QUECTEL_TROUBLE_COUNT,
};

/* What to do about it, never NULL; @trouble below QUECTEL_TROUBLE_COUNT. */
const char *quectel_advice(const char *firmware, enum quectel_trouble trouble);

#endif
