/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/urc.h"

#include <string.h>

#include "agent/core/text.h"

enum urc_match {
	URC_MATCH_NO,
	URC_MATCH_PART, /* a true beginning of a code */
	URC_MATCH_ODD,	/* a known code with something else in its number's place */
	URC_MATCH_WHOLE,
};

static const struct urc_token {
	const char *name;
	enum urc_type type;
	bool numbered;
} urc_tokens[] = {
	{ "HTTPSTART", URC_TRANSFER_START, false },
	{ "HTTPSSTART", URC_TRANSFER_START, false },
	{ "HTTPTART", URC_TRANSFER_START, false },
	{ "FTPSTART", URC_TRANSFER_START, false },
	{ "FTPSSTART", URC_TRANSFER_START, false },
	{ "FILESTART", URC_TRANSFER_START, false },
	{ "HTTPEND", URC_TRANSFER_END, true },
	{ "HTTPSEND", URC_TRANSFER_END, true },
	{ "FTPEND", URC_TRANSFER_END, true },
	{ "FTPSEND", URC_TRANSFER_END, true },
	{ "FILEEND", URC_TRANSFER_END, true },
	{ "DOWNLOADING", URC_DOWNLOADING, true },
	{ "START", URC_START, false },
	{ "UPDATING", URC_UPDATING, true },
	{ "END", URC_END, true },
};

/* Steps over @word at *text, blanks around it. PART: the text ended first. */
static enum urc_match urc_word(const char **text, const char *word)
{
	const char *at = text_skip_blanks(*text);
	size_t there = strnlen(at, strlen(word));

	if (strncmp(at, word, there) != 0)
		return URC_MATCH_NO;
	if (there < strlen(word))
		return URC_MATCH_PART;
	*text = text_skip_blanks(at + there);
	return URC_MATCH_WHOLE;
}

static const struct urc_token *urc_token_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(urc_tokens) / sizeof(urc_tokens[0]); i++)
		if (strlen(urc_tokens[i].name) == length &&
		    strncmp(urc_tokens[i].name, name, length) == 0)
			return &urc_tokens[i];
	return NULL;
}

/* ,5  , 5%  ," 5%" and nothing behind it. */
static enum urc_match urc_number(const char *text, int *ret)
{
	enum urc_match comma = urc_word(&text, ",");
	bool quoted;

	if (comma != URC_MATCH_WHOLE)
		return comma;
	quoted = urc_word(&text, "\"") == URC_MATCH_WHOLE;
	if (!*text)
		return URC_MATCH_PART;
	text = text_number(text, ret);
	if (!text)
		return URC_MATCH_NO;
	text = text_skip_blanks(text);
	text += *text == '%';
	if (quoted && urc_word(&text, "\"") != URC_MATCH_WHOLE)
		return URC_MATCH_NO;
	return *text_skip_blanks(text) ? URC_MATCH_NO : URC_MATCH_WHOLE;
}

/* A known token whose number is missing is a part: never a number that the modem did not send. */
static enum urc_match urc_token_read(const char *text, struct urc *ret)
{
	const char *quote = strchr(text, '"');
	const struct urc_token *token;
	enum urc_match number;

	if (!quote)
		return URC_MATCH_PART;
	token = urc_token_find(text, (size_t)(quote - text));
	*ret = (struct urc){ .type = token ? token->type : URC_NOTE, .number = -1 };
	if (!token || !token->numbered)
		return URC_MATCH_WHOLE;
	number = urc_number(quote + 1, &ret->number);
	if (number != URC_MATCH_NO)
		return number;
	*ret = (struct urc){ .type = URC_NOTE, .number = -1 };
	return URC_MATCH_ODD;
}

static enum urc_match urc_parse(const char *text, struct urc *ret)
{
	static const char *const words[] = { "+QIND:", "\"FOTA\"", ",", "\"" };

	if (!*text_skip_blanks(text))
		return URC_MATCH_NO;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		enum urc_match match = urc_word(&text, words[i]);

		if (match != URC_MATCH_WHOLE)
			return match;
	}
	return urc_token_read(text, ret);
}

void urc_scanner_reset(struct urc_scanner *scanner)
{
	scanner->part[0] = '\0';
}

/* A line that is no beginning of its own may complete the part; one that makes no code does not. */
static enum urc_match urc_join(const struct urc_scanner *scanner, const char *line, char *joined,
			       size_t size, struct urc *ret)
{
	enum urc_match match;

	if (!scanner->part[0] || !text_set(joined, size, scanner->part) ||
	    !text_add(joined, size, line))
		return URC_MATCH_NO;
	match = urc_parse(joined, ret);
	return match == URC_MATCH_ODD ? URC_MATCH_NO : match;
}

struct urc urc_scan(struct urc_scanner *scanner, const char *line, bool *ret_waiting)
{
	struct urc urc = { .type = URC_NONE, .number = -1 };
	char joined[sizeof(scanner->part)];
	enum urc_match match = urc_parse(line, &urc);

	if (match == URC_MATCH_NO) {
		match = urc_join(scanner, line, joined, sizeof(joined), &urc);
		line = joined;
	}
	*ret_waiting = match == URC_MATCH_PART &&
		       text_set(scanner->part, sizeof(scanner->part), line);
	if (!*ret_waiting)
		urc_scanner_reset(scanner);
	if (match == URC_MATCH_ODD || match == URC_MATCH_WHOLE)
		return urc;
	return (struct urc){ .type = URC_NONE, .number = -1 };
}
