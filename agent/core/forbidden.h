/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person may not send with the command at: the request of an upgrade,
 * which must go through the journal, the deletion of all files of a modem, what
 * overwrites calibration or IMEI, and what boots a modem into a loader.
 * Against mistakes, not against malice.
 */
#ifndef QFOTA_FORBIDDEN_H
#define QFOTA_FORBIDDEN_H

/*
 * NULL: @command may be sent. Else why not, a constant sentence: no AT command,
 * longer than AT_LINE_MAX, a byte outside 0x20..0x7e, a quote that is not closed,
 * QFDEL of a "*", and the rows of forbidden.c; in any case, with any spaces, also after a
 * ';' or after other commands. Text in quotes is no command.
 */
const char *forbidden_reason(const char *command);

#endif
