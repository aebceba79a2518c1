/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/at.h"

#include <string.h>

#include "agent/core/text.h"

void at_parser_reset(struct at_parser *parser)
{
	parser->length = 0;
	parser->cut = parser->glued = false;
}

#define CODE "+QIND:"
#define CODE_SIZE (sizeof(CODE) - 1)

static bool at_is_glued(const struct at_parser *parser)
{
	return parser->length > CODE_SIZE &&
	       memcmp(parser->buffer + parser->length - CODE_SIZE, CODE, CODE_SIZE) == 0;
}

/* The line before was given away with the buffer, so what it ended with comes back only now. */
static void at_unglue(struct at_parser *parser)
{
	at_parser_reset(parser);
	memcpy(parser->buffer, CODE, CODE_SIZE);
	parser->length = CODE_SIZE;
}

static bool at_is_ack(const struct at_parser *parser, char byte)
{
	return parser->acks && byte == 'A' && !parser->length;
}

/* A code may be a number or, with CMEE=2, words (AT manual V2.0, 15.4). */
static bool at_is_error(const char *text, int *ret_code)
{
	const char *code = text_after(text, "+CME ERROR:");

	*ret_code = -1;
	if (!code)
		code = text_after(text, "+CMS ERROR:");
	if (!code)
		return strcmp(text, "ERROR") == 0;
	text_number(text_skip_blanks(code), ret_code);
	return true;
}

static void at_line_classify(struct at_parser *parser, struct at_line *ret)
{
	parser->buffer[parser->length] = '\0';
	*ret = (struct at_line){
		.type = AT_LINE_TEXT,
		.text = parser->buffer,
		.cut = parser->cut,
		.code = -1,
	};
	if (strcmp(ret->text, "OK") == 0)
		ret->type = AT_LINE_OK;
	else if (strcmp(ret->text, "CONNECT") == 0)
		ret->type = AT_LINE_CONNECT;
	else if (at_is_error(ret->text, &ret->code))
		ret->type = AT_LINE_ERROR;
}

size_t at_parser_feed(struct at_parser *parser, const uint8_t *bytes, size_t size,
		      struct at_line *ret)
{
	ret->type = AT_LINE_NONE;
	if (parser->glued)
		at_unglue(parser);
	for (size_t at = 0; at < size; at++) {
		char byte = (char)bytes[at];

		if (at_is_ack(parser, byte)) {
			*ret = (struct at_line){ .type = AT_LINE_ACK, .text = "", .code = -1 };
			return at + 1;
		}
		if (byte == '\r' || byte == '\n') {
			if (!parser->length)
				continue;
			at_line_classify(parser, ret);
			at_parser_reset(parser);
			return at + 1;
		}
		if (parser->length == AT_LINE_MAX)
			parser->cut = true;
		else if (byte)
			parser->buffer[parser->length++] = byte;
		if (at_is_glued(parser)) {
			parser->length -= CODE_SIZE;
			at_line_classify(parser, ret);
			parser->glued = true;
			return at + 1;
		}
	}
	return size;
}

bool at_is_echo(const char *text)
{
	return (text[0] == 'A' || text[0] == 'a') && (text[1] == 'T' || text[1] == 't');
}

bool at_is_boot_urc(const char *text)
{
	static const char *const prefixes[] = {
		"+CPIN:", "+QUSIM:", "+CFUN:", "+QIND: SMS DONE", "+QIND: PB DONE",
	};

	if (strcmp(text, "RDY") == 0)
		return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (text_after(text, prefixes[i]))
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/*
 * Letters and digits mixed, nothing but [A-Za-z0-9._-]: no URC and no NMEA
 * sentence looks like that.
 */
bool at_revision(const char *text, char *ret, size_t size)
{
	const char *label = text_after(text, "Revision:");
	bool letters = false, digits = false;
	size_t length;

	text = text_skip_blanks(label ? label : text);
	for (length = 0; text[length] && text[length] != ' '; length++) {
		char c = text[length];

		letters |= is_letter(c);
		digits |= is_digit(c);
		if (!is_letter(c) && !is_digit(c) && !strchr("._-", c))
			return false;
	}
	if (!letters || !digits || length < 6 || length >= size || *text_skip_blanks(text + length))
		return false;
	memcpy(ret, text, length);
	ret[length] = '\0';
	return true;
}

bool at_imei(const char *text, char *ret, size_t size)
{
	size_t length = strspn(text, "0123456789");

	if (length < 14 || length > 17 || text[length] || length >= size)
		return false;
	memcpy(ret, text, length + 1);
	return true;
}

int at_registration(const char *text)
{
	const char *rest = text_after(text, "+CREG:");
	int first, state;

	if (!rest)
		rest = text_after(text, "+CGREG:");
	if (!rest)
		rest = text_after(text, "+CEREG:");
	if (!rest)
		return -1;
	rest = text_number(text_skip_blanks(rest), &first);
	if (!rest)
		return -1;
	if (*rest == ',' && text_number(text_skip_blanks(rest + 1), &state))
		return state;
	return first;
}

/*
 * The argument may end in a command line of a root shell inside the modem (facts 10.2).
 * A * runs nothing there, and transcripts that are replayed hold *** for passwords;
 * source_parse() refuses it.
 */
static bool is_argument_byte(char c)
{
	return c >= 0x21 && c <= 0x7e && !strchr("\"'\\;|$()<>{}!`", c);
}

bool at_argument_valid(const char *argument)
{
	size_t length = 0;

	while (argument[length])
		if (length == AT_ARGUMENT_MAX || !is_argument_byte(argument[length++]))
			return false;
	return length > 0;
}

bool at_command(char *ret, size_t size, const char *name, const char *argument)
{
	return at_argument_valid(argument) && text_set(ret, size, "AT") &&
	       text_add(ret, size, name) && text_add(ret, size, "=\"") &&
	       text_add(ret, size, argument) && text_add(ret, size, "\"");
}
