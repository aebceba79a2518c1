/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from an AT port become lines; arguments become commands.
 *
 * Lines are cut at CR or LF in any combination, empty ones dropped, so the
 * blank lines around answers, which differ between firmwares, do not matter
 * (facts, section 8 below the samples; AT manual V2.0, 1.4). Echo needs no
 * mode: an echoed command is a line of text that begins with AT.
 */
#ifndef QFOTA_AT_H
#define QFOTA_AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AT_LINE_MAX 512	   /* longer lines are cut there and marked */
#define AT_ARGUMENT_MAX 255 /* bytes of a quoted argument (guide, 3.2) */

enum at_line_type {
	AT_LINE_NONE,  /* no line is complete yet */
	AT_LINE_TEXT,  /* anything that is not one of the following */
	AT_LINE_OK,
	AT_LINE_ERROR, /* ERROR, +CME ERROR, +CMS ERROR */
	AT_LINE_CONNECT, /* a data phase begins */
	AT_LINE_ACK,	 /* one block of an upload was taken; no text */
};

struct at_line {
	enum at_line_type type;
	const char *text; /* terminated, no NUL inside; valid until the next byte is fed */
	bool cut;	  /* was longer than AT_LINE_MAX */
	int code;	  /* of +CME ERROR: n; -1 without a number */
};

struct at_parser {
	char buffer[AT_LINE_MAX + 1];
	uint16_t length;
	bool cut;
	bool glued; /* the line before ended where a code began, without a line end */
	bool acks; /* a letter A where a line would begin is an ACK (facts 3.2) */
};

/* Also after every re-enumeration: half a line from before means nothing. */
void at_parser_reset(struct at_parser *parser);

/*
 * Takes bytes until one line is complete. Returns how many it took; the
 * caller goes on with the rest. NUL bytes are dropped. "+QIND:" begins a line wherever it
 * stands: two codes may come without a line end between them.
 */
size_t at_parser_feed(struct at_parser *parser, const uint8_t *bytes, size_t size,
		      struct at_line *ret);

/* True if @text is the echo of a command. */
bool at_is_echo(const char *text);

/*
 * RDY, +CPIN, +QUSIM, +CFUN, +QIND: SMS DONE, +QIND: PB DONE: what a modem
 * says when it boots into its normal system (AT manual V2.0, chapter 15).
 */
bool at_is_boot_urc(const char *text);

/* A firmware revision on a line of its own or behind "Revision: ": false if @text is none. */
bool at_revision(const char *text, char *ret, size_t size);
/* 14 to 17 digits alone on the line (AT+CGSN): false if @text is none. */
bool at_imei(const char *text, char *ret, size_t size);
/*
 * Registration state of "+CREG: 0,1", "+CEREG: 2,5,…" or "+CEREG: 1": -1 if
 * @text is not such a line. 1 home, 5 roaming.
 */
int at_registration(const char *text);

/*
 * True if @argument may stand between quotes in a command: 1 to
 * AT_ARGUMENT_MAX bytes of 0x21..0x7e, no quote and no backslash (there is no
 * escape syntax; facts 1.2), and none of ' ; | $ ( ) < > { } ! ` which a shell in
 * the modem would run something for (facts 10.2).
 */
bool at_argument_valid(const char *argument);
/* AT<name>="<argument>": false if the argument is not valid or does not fit. No CR. */
bool at_command(char *ret, size_t size, const char *name, const char *argument);

#endif
