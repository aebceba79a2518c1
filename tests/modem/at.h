/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The AT interpreter: bytes to command lines to answers (AT20 1.4, facts 5 and 8). */
#ifndef STANDIN_AT_H
#define STANDIN_AT_H

#include "serial.h"

enum at_form {
	AT_FORM_EXECUTE, /* AT+X */
	AT_FORM_READ,	 /* AT+X? */
	AT_FORM_TEST,	 /* AT+X=? */
	AT_FORM_SET,	 /* AT+X=... */
};

/* What a command ends with; a positive number is a +CME ERROR. */
enum at_result {
	AT_RESULT_NONE = -2, /* nothing more now: data phase, or silence */
	AT_RESULT_ERROR = -1,
	AT_RESULT_OK = 0,
};

struct at_command {
	struct modem *modem;
	struct modem_port *port;
	enum at_form form;
	const char *arguments; /* after the '=' of a SET */
};

struct at_row {
	const char *name; /* without AT, upper case: "+CGMR", "I" */
	int (*run)(struct at_command *c);
};

/* Tables end with a row without a name. */
extern const struct at_row at_info_rows[];
extern const struct at_row at_file_rows[];
extern const struct at_row at_job_rows[];

/*
 * Take the next argument, quoted or not, off c->arguments; size counts the
 * final 0. Returns 0, -ENOENT when there is none left, -EINVAL if malformed.
 */
int at_string(struct at_command *c, char *ret_text, size_t size);
int at_number(struct at_command *c, int64_t *ret_number);

/* Bytes from the host in command mode; takes one line at most, returns bytes used. */
size_t at_input(struct modem *m, struct modem_port *p, const uint8_t *bytes,
		size_t length);

#endif
