/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unsolicited codes of a DFOTA job:
 *
 *   +QIND: "FOTA","TOKEN"[,number]
 *
 * in every spelling that was seen in guides and logs (facts 2.2): no blank
 * after the colon, blanks before the number, a percent sign, a quoted number,
 * CR or LF inside, HTTPSSTART for HTTPSTART, a misprinted HTTPTART.
 */
#ifndef QFOTA_URC_H
#define QFOTA_URC_H

#include <stdbool.h>

enum urc_type {
	URC_NONE,	    /* not a FOTA code (or the first part of one) */
	URC_TRANSFER_START, /* HTTPSTART, FTPSTART … */
	URC_TRANSFER_END,   /* HTTPEND,n FTPEND,n … */
	URC_DOWNLOADING,    /* percent of the download, siblings only */
	URC_START,	    /* flashing begins */
	URC_UPDATING,	    /* percent */
	URC_END,	    /* the verdict of the modem */
	URC_NOTE,	    /* RESTORE, "Last upgrade was not finished…", anything else */
};

struct urc {
	enum urc_type type;
	int number; /* -1: none (START, notes) */
};

/*
 * A code broken by CR or LF arrives as several lines; the parts wait here.
 * One for each port, cleared at every re-enumeration.
 */
struct urc_scanner {
	char part[96];
};

void urc_scanner_reset(struct urc_scanner *scanner);

/*
 * Looks at one line. URC_NONE with *ret_waiting set: the line is the first
 * part of a code, the next line may complete it. An END, xxxEND or UPDATING
 * without its number is never complete.
 */
struct urc urc_scan(struct urc_scanner *scanner, const char *line, bool *ret_waiting);

#endif
