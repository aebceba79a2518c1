/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/forbidden.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "agent/core/at.h"
#include "agent/core/text.h"

/*
 * Commands that act: a bare name or "=" and an argument. The test form "=?" and the
 * read form "?" of each of them are sent.
 */
static const struct forbidden_row {
	const char *name;
	const char *only;   /* refused only with an argument that begins so; NULL: with each */
	const char *except; /* sent with an argument that begins so; NULL: with none */
	const char *reason;
} rows[] = {
	/* Guide, 3.1 to 3.3. */
	{ "+QFOTADL", NULL, NULL,
	  "QFOTADL is sent by qfota-agent upgrade only, which keeps a journal of it" },
	/* Quectel's scripts for modems with two systems (facts, QA). */
	{ "+QABFOTA", NULL, "\"STATE\"",
	  "QABFOTA begins an upgrade that no journal follows; only \"state\" is sent" },
	/* ModemManager, plugins/quectel: its method "fastboot"; the modem stays there (10.6). */
	{ "+QFASTBOOT", NULL, NULL,
	  "QFASTBOOT boots the modem into its loader, which only a recovery tool leaves" },
	/* Quectel's download tools: emergency download, 05c6:9008 (facts 10.5, section 7). */
	{ "+QDOWNLOAD", NULL, NULL,
	  "QDOWNLOAD boots the modem into its loader, which only a recovery tool leaves" },
	/* Quectel's regression scripts: crashes the modem into its RAM dump. */
	{ "+QTEST", "\"DUMP\"", NULL,
	  "QTEST of a dump crashes the modem into its loader, which only a recovery tool leaves" },
	/* BG95 file system backup note: 1 overwrites the backup, 3 restores from it. */
	{ "+QPRTPARA", NULL, NULL,
	  "QPRTPARA overwrites the stored parameters of the modem, or their only backup" },
	/* RF calibration is in NV items, below /nv/item_files/rfnv; QNVR and QNVFR read. */
	{ "+QNVW", NULL, NULL, "QNVW writes to NV items, where the radio calibration is" },
	{ "+QNVFW", NULL, NULL, "QNVFW writes to NV items, where the radio calibration is" },
	{ "+QNVFD", NULL, NULL, "QNVFD deletes NV items, where the radio calibration is" },
	/* 0 reads; 1 writes the IMEI and other identities. */
	{ "+EGMR", NULL, "0", "EGMR with 1 overwrites the IMEI of the modem" },
	/* fwupd asks for "status" alone; other forms are not documented, and fuses are for ever. */
	{ "+QSECBOOT", NULL, "\"STATUS\"",
	  "QSECBOOT may change secure boot for ever; only \"status\" is sent" },
	/* Factory test mode: modems without their calibration end there (facts, sections 5, 7). */
	{ "+CFUN", "5", NULL, "CFUN=5 puts the modem into its factory test mode" },
	{ "+QRFTESTMODE", "1", NULL, "QRFTESTMODE=1 puts the modem into its factory test mode" },
};

static char upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/* As the modem reads it: case and spaces mean nothing. False: a quote is not closed. */
static bool flatten(const char *command, char ret[static AT_LINE_MAX + 1])
{
	bool quoted = false;

	for (; *command; command++) {
		quoted ^= *command == '"';
		if (*command != ' ')
			*ret++ = upper(*command);
	}
	*ret = '\0';
	return !quoted;
}

/*
 * What follows @name where it is a command of its own, NULL if there is none from @flat
 * on. A "+" outside of quotes begins one, after a ';' or after basic commands (ATE0+CGMR).
 */
static const char *command_find(const char *flat, const char *name)
{
	bool quoted = false;

	for (; *flat; flat++) {
		const char *rest = quoted ? NULL : text_after(flat, name);

		if (rest && !(*rest >= 'A' && *rest <= 'Z'))
			return rest;
		quoted ^= *flat == '"';
	}
	return NULL;
}

/* "?" and "=?", which change nothing. */
static bool is_query(const char *rest)
{
	if (*rest == '=')
		rest++;
	return *rest == '?' && (!rest[1] || rest[1] == ';');
}

/* True if @argument begins with the word or is the number @wanted. */
static bool argument_is(const char *argument, const char *wanted)
{
	const char *rest = text_after(argument, wanted);

	return rest && !(*rest >= '0' && *rest <= '9');
}

/* @rest: what follows the name. */
static bool row_forbids(const struct forbidden_row *row, const char *rest)
{
	if (is_query(rest))
		return false;
	if (*rest == '=')
		rest++;
	if (row->only)
		return argument_is(rest + strspn(rest, "0"), row->only);
	return !row->except || !argument_is(rest, row->except);
}

static const char *row_reason(const char *flat)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (const char *at = flat; (at = command_find(at, rows[i].name));)
			if (row_forbids(&rows[i], at))
				return rows[i].reason;
	return NULL;
}

static bool deletes_all(const char *flat)
{
	bool quoted = false;

	while ((flat = command_find(flat, "+QFDEL")))
		for (; *flat && (quoted || *flat != ';'); flat++) {
			quoted ^= *flat == '"';
			if (*flat == '*')
				return true;
		}
	return false;
}

const char *forbidden_reason(const char *command)
{
	char flat[AT_LINE_MAX + 1];

	if (strlen(command) > AT_LINE_MAX)
		return "a command of more than 512 bytes";
	for (const char *at = command; *at; at++)
		if (*at < 0x20 || *at > 0x7e)
			return "a command may hold printable ASCII only, no control character";
	if (!flatten(command, flat))
		return "a quote in it is not closed, so that where a command begins is not certain";
	if (!text_after(flat, "AT"))
		return "a command begins with AT";
	if (deletes_all(flat))
		return "QFDEL of * would delete files that are not yours; name the file";
	return row_reason(flat);
}
