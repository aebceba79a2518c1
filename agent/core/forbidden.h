/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person may not send with the command at: the request of an upgrade,
 * which must go through the journal, and the deletion of all files of a modem.
 * Against mistakes, not against malice.
 */
#ifndef QFOTA_FORBIDDEN_H
#define QFOTA_FORBIDDEN_H

/*
 * NULL: @command may be sent. Else why not, a constant sentence: no AT command,
 * longer than AT_LINE_MAX, a byte outside 0x20..0x7e, QFOTADL in any
 * form, QFDEL of a "*"; in any case, with any blanks, also behind a ';'.
 */
const char *forbidden_reason(const char *command);

#endif
