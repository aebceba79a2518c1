/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/forbidden.h"

#include <stdbool.h>
#include <string.h>

#include "agent/core/at.h"
#include "agent/core/text.h"

static char upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/* As the modem reads it: case and blanks mean nothing. */
static void flatten(const char *command, char ret[static AT_LINE_MAX + 1])
{
	for (; *command; command++)
		if (*command != ' ')
			*ret++ = upper(*command);
	*ret = '\0';
}

static bool deletes_all(const char *flat)
{
	while ((flat = strstr(flat, "QFDEL"))) {
		flat += strlen("QFDEL");
		if (memchr(flat, '*', strcspn(flat, ";")))
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
	flatten(command, flat);
	if (!text_after(flat, "AT"))
		return "a command begins with AT";
	if (strstr(flat, "QFOTADL"))
		return "QFOTADL is sent by qfota-agent upgrade only, which keeps a journal of it";
	if (deletes_all(flat))
		return "QFDEL of * would delete files that are not yours; name the file";
	return NULL;
}
