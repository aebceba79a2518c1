/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "at.h"
#include "late.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct at_row *const tables[] = {at_info_rows, at_file_rows,
					      at_job_rows};

/* +CME ERROR texts for AT+CMEE=2 (fact 5); others stay numbers. */
static const struct {
	int number;
	const char *text;
} cme_texts[] = {
	{3, "operation not allowed"},
	{4, "operation not supported"},
	{10, "SIM not inserted"},
	{11, "SIM PIN required"},
	{12, "SIM PUK required"},
	{13, "SIM failure"},
	{14, "SIM busy"},
	{20, "memory full"},
	{23, "memory failure"},
	{30, "no network service"},
	{31, "network timeout"},
};

static int string_end(struct at_command *c, const char *after)
{
	if (*after && *after != ',')
		return -EINVAL;
	c->arguments = *after ? after + 1 : after;
	return 0;
}

int at_string(struct at_command *c, char *ret_text, size_t size)
{
	const char *text = c->arguments;
	bool quoted = *text == '"';
	size_t length;

	if (!*text)
		return -ENOENT;
	text += quoted;
	length = strcspn(text, quoted ? "\"" : ",");
	if (length >= size || (quoted && !text[length]))
		return -EINVAL;
	if (string_end(c, text + length + quoted))
		return -EINVAL;
	memcpy(ret_text, text, length);
	ret_text[length] = '\0';
	return 0;
}

int at_number(struct at_command *c, int64_t *ret_number)
{
	char text[24], *end;
	long long n;
	int r;

	if (*c->arguments == '"')
		return -EINVAL;
	r = at_string(c, text, sizeof(text));
	if (r)
		return r;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return -EINVAL;
	*ret_number = n;
	return 0;
}

static const struct at_row *row_find(const char *name)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct at_row *row = tables[t]; row->name; row++) {
			if (!strcmp(row->name, name))
				return row;
		}
	}
	return NULL;
}

/*
 * Cut the next command off a line: an extended one (+NAME...) ends at ';'
 * outside quotes, a basic one (I, E0, &F) after its digits (AT20 1.4).
 */
static size_t command_length(const char *line)
{
	size_t length = 0;

	if (*line == '+') {
		bool quoted = false;

		while (line[length] && (quoted || line[length] != ';'))
			quoted ^= line[length++] == '"';
		return length;
	}
	length = *line == '&' ? 2 : 1;
	if (length > strlen(line))
		return strlen(line);
	return length + strspn(line + length, "0123456789");
}

/* Where the name ends and the rest ("?", "=...", digits) begins. */
static size_t name_length(const char *command)
{
	if (*command == '+')
		return strcspn(command, "?=");
	return *command == '&' && command[1] ? 2 : 1;
}

static enum at_form form_of(const char **rest)
{
	if (!strcmp(*rest, "?"))
		return AT_FORM_READ;
	if (!strcmp(*rest, "=?"))
		return AT_FORM_TEST;
	if (!**rest)
		return AT_FORM_EXECUTE;
	*rest += **rest == '=';
	return AT_FORM_SET;
}

static int command_run(struct modem *m, struct modem_port *p, const char *command)
{
	struct at_command c = {.modem = m, .port = p};
	size_t length = name_length(command);
	const char *rest = command + length;
	const struct at_row *row;
	char name[24];

	if (length >= sizeof(name))
		return AT_RESULT_ERROR;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)toupper((unsigned char)command[i]);
	name[length] = '\0';
	row = row_find(name);
	if (!row)
		return AT_RESULT_ERROR;
	c.form = form_of(&rest);
	c.arguments = rest;
	p->reply_group = true;
	return row->run(&c);
}

static void result_cme(struct modem *m, struct modem_port *p, int number)
{
	for (size_t i = 0;
	     m->cmee == 2 && i < sizeof(cme_texts) / sizeof(cme_texts[0]); i++) {
		if (cme_texts[i].number == number) {
			serial_reply(p, "+CME ERROR: %s", cme_texts[i].text);
			return;
		}
	}
	serial_reply(p, "+CME ERROR: %d", number);
}

static void result_reply(struct modem *m, struct modem_port *p, int result)
{
	if (result == AT_RESULT_NONE)
		return;
	p->reply_group = true;
	if (result == AT_RESULT_OK)
		serial_reply(p, "OK");
	else if (result < 0 || !m->cmee)
		serial_reply(p, "ERROR");
	else
		result_cme(m, p, result);
}

static int commands_run(struct modem *m, struct modem_port *p, const char *line)
{
	int result = AT_RESULT_OK;

	while (*line && result == AT_RESULT_OK) {
		size_t length = command_length(line);
		char command[MODEM_LINE];

		snprintf(command, sizeof(command), "%.*s", (int)length, line);
		result = command_run(m, p, command);
		line += length;
		line += *line == ';';
	}
	return result;
}

/* In the flashing system only a bare AT is understood (fact 2.3 no. 8). */
static int recovery_run(const char *line)
{
	return *line && toupper((unsigned char)*line) != 'E' ? AT_RESULT_ERROR
							     : AT_RESULT_OK;
}

static bool port_answers(const struct modem *m, const struct modem_port *p)
{
	const struct settings *s = m->settings;

	if (m->life == MODEM_LIFE_RECOVERY)
		return serial_is_among(p, s->recovery_answers);
	return serial_is_among(p, s->answers_on) &&
	       m->now_us >= settings_after(m->booted_us, s->at_ready);
}

/* Blanks count only inside quotes (AT20 1.4). */
static void blanks_remove(char *line)
{
	bool quoted = false;
	char *to = line;

	for (const char *from = line; *from; from++) {
		quoted ^= *from == '"';
		if (quoted || *from != ' ')
			*to++ = *from;
	}
	*to = '\0';
}

static void line_run(struct modem *m, struct modem_port *p)
{
	const char *command;
	char *line = p->line;
	int result;

	p->line[p->line_length] = '\0';
	p->line_length = 0;
	if (!*line)
		return;
	modem_note(m, "at if=%u %s", p->interface, line);
	if (!port_answers(m, p))
		return;
	blanks_remove(line);
	/* noise before the prefix is none of a command (V.250 5.2.1) */
	command = strcasestr(line, "AT");
	if (!command)
		return;
	serial_foreign(m, p, SETTINGS_FOREIGN_BEFORE_ANSWER);
	serial_flush(m, p);
	p->busy = late_by(m, line, &p->reply_delay);
	if (p->line_overlong)
		result = AT_RESULT_ERROR;
	else if (m->life == MODEM_LIFE_RECOVERY)
		result = recovery_run(command + 2);
	else
		result = commands_run(m, p, command + 2);
	result_reply(m, p, result);
	serial_reply_done(m, p);
}

static void line_byte(struct modem_port *p, char byte)
{
	if (p->line_length < MODEM_LINE - 1)
		p->line[p->line_length++] = byte;
	else
		p->line_overlong = true;
}

static size_t line_take(struct modem_port *p, const uint8_t *bytes,
			size_t length, bool *ret_whole)
{
	size_t used = 0;

	*ret_whole = false;
	while (used < length && !*ret_whole) {
		char byte = (char)bytes[used++];

		*ret_whole = byte == '\r';
		if (byte != '\r' && byte != '\n')
			line_byte(p, byte);
	}
	return used;
}

size_t at_input(struct modem *m, struct modem_port *p, const uint8_t *bytes,
		size_t length)
{
	bool begins = !p->line_length, echo = p->echo && port_answers(m, p);
	bool whole;
	size_t used = line_take(p, bytes, length, &whole);

	if (begins && echo && p->line_length)
		serial_foreign(m, p, SETTINGS_FOREIGN_BEFORE_ECHO);
	if (echo) {
		serial_flush(m, p);
		serial_send(m, p, bytes, used, false);
	}
	if (whole) {
		line_run(m, p);
		p->line_overlong = false;
	}
	return used;
}
