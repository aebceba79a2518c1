/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/source.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "agent/core/at.h"
#include "agent/core/text.h"

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* True if @text begins with @prefix, which is in lower case. */
static bool begins_with(const char *text, const char *prefix)
{
	while (*prefix)
		if (lower(*text++) != *prefix++)
			return false;
	return true;
}

/* ---- what PACKAGE is ---- */

static bool has_bad_byte(const char *text)
{
	for (; *text; text++)
		if (*text < 0x21 || *text > 0x7e)
			return true;
	return false;
}

/* Why a text may not stand between the quotes of AT+QFOTADL, said of a URL or of a path. */
static const struct argument_errors {
	const char *too_long, *bad_byte, *quote;
} url_errors = {
	"the package URL is longer than 255 bytes, the most that the modem takes; use a shorter "
	"path or another server name",
	"the package URL holds a blank, a control character or a byte that is not ASCII, which an "
	"AT command cannot carry: write it as %XX",
	"the package URL holds a quote or a backslash, which an AT command cannot carry: write it "
	"as %22 or %5C",
}, path_errors = {
	"the path behind modem: is longer than 255 bytes, the most that the modem takes; store the "
	"file under a shorter name",
	"the path behind modem: holds a blank, a control character or a byte that is not ASCII, "
	"which an AT command cannot carry; store the file under another name",
	"the path behind modem: holds a quote or a backslash, which an AT command cannot carry; "
	"store the file under another name",
};

static const char *argument_error(const char *text, const struct argument_errors *errors)
{
	if (at_argument_valid(text))
		return NULL;
	if (strlen(text) > AT_ARGUMENT_MAX)
		return errors->too_long;
	return has_bad_byte(text) ? errors->bad_byte : errors->quote;
}

/* ":80" or nothing at all, up to @end. */
static bool port_is_valid(const char *text, const char *end)
{
	int port;

	if (text == end)
		return true;
	if (*text != ':')
		return false;
	return text_number(text + 1, &port) == end && port >= 1 && port <= UINT16_MAX;
}

/* @text: what stands behind "scheme://". */
static const char *url_error(const char *text)
{
	const char *end = text + strcspn(text, "/?#");
	const char *server = text;
	size_t length;

	for (const char *at = text; at < end; at++)
		if (*at == '@')
			server = at + 1;
	/* An IPv6 address stands in brackets because of its colons. */
	length = *server == '[' ? strcspn(server, "]/?#") : strcspn(server, ":/?#");
	if (*server == '[' && server[length] != ']')
		return "the address of the server lacks its closing bracket: it must look like "
		       "http://[::1]/PATH";
	if (*server == '[')
		length++;
	if (!length || strncmp(server, "[]", length) == 0)
		return "the URL names no server: it must look like http://SERVER/PATH";
	if (!port_is_valid(server + length, end))
		return "the port of the URL is not a number from 1 to 65535";
	if (*end != '/' || !end[1])
		return "the URL names no file: it must look like http://SERVER/PATH";
	return NULL;
}

/* The text behind "scheme://" of a scheme that the modem knows, NULL if it is another. */
static const char *url_rest(const char *text)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (begins_with(text, schemes[i]))
			return text + strlen(schemes[i]);
	return NULL;
}

/* Anything before "://" that is no folder of a path. */
static bool has_scheme(const char *text)
{
	const char *scheme_end = strstr(text, "://");

	return scheme_end && !memchr(text, '/', (size_t)(scheme_end - text));
}

static const char *source_error(const char *package, struct source *source)
{
	static const char modem[] = "modem:";
	const char *rest = url_rest(package);
	const char *error;

	*source = (struct source){ SOURCE_KIND_FILE, package };
	if (!*package)
		return "the package is empty: it must be a URL, modem:PATH or a file of this host";
	if (rest) {
		source->kind = SOURCE_KIND_URL;
		error = argument_error(package, &url_errors);
		return error ? error : url_error(rest);
	}
	if (has_scheme(package))
		return "a package is an http://, https:// or ftp:// URL, modem:PATH or a file "
		       "of this host; no other scheme is known";
	if (!begins_with(package, modem))
		return NULL;
	source->kind = SOURCE_KIND_MODEM;
	source->argument = package + strlen(modem);
	if (!*source->argument)
		return "modem: needs the path of a file in the modem behind it";
	return argument_error(source->argument, &path_errors);
}

int source_parse(const char *package, struct source *ret, const char **ret_error)
{
	struct source source;
	const char *error = source_error(package, &source);

	if (error) {
		*ret_error = error;
		return -EINVAL;
	}
	*ret = source;
	return 0;
}

/* ---- credentials ---- */

static bool is_port(const char *text, size_t length)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= 5 && digits >= length;
}

static size_t last_at(const char *text, size_t length)
{
	while (length && text[length - 1] != '@')
		length--;
	return length ? length - 1 : SIZE_MAX;
}

/* The longest reach of a URL in a sentence or on an AT line. */
#define URL_STOP " \t\r\n"
#define URL_STOP_QUOTED URL_STOP "\"'\\<>"

/*
 * @text: what stands behind "://". A quote or backslash ends it only where no
 * "@" says that it belongs to a password.
 */
static size_t userinfo_secret(const char *text, size_t *ret_start)
{
	size_t authority = strcspn(text, "/?#" URL_STOP);
	size_t end = last_at(text, authority);
	size_t colon = *text == '[' ? strcspn(text, "]") : strcspn(text, ":");

	if (end != SIZE_MAX) {
		*ret_start = colon < end ? colon + 1 : 0;
		return end - *ret_start;
	}
	authority = strcspn(text, "/?#" URL_STOP_QUOTED);
	if (*text == '[' || colon >= authority || is_port(text + colon + 1, authority - colon - 1))
		return 0;
	/* Not a port, so a password; a slash in it made the server end too early. */
	*ret_start = colon + 1;
	end = last_at(text, strcspn(text, URL_STOP_QUOTED));
	return (end == SIZE_MAX || end < colon ? authority : end) - *ret_start;
}

static bool name_is_secret(const char *name, size_t length)
{
	static const char *const words[] = {
		"sig", "token", "key", "pass", "pwd", "secret", "cred", "auth",
	};

	for (size_t at = 0; at < length; at++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (at + strlen(words[i]) <= length && begins_with(name + at, words[i]))
				return true;
	return false;
}

/* @text: behind the "?" or "&" of a query. */
static size_t parameter_secret(const char *text, size_t *ret_start)
{
	size_t name = strcspn(text, "=&#" URL_STOP_QUOTED);

	if (text[name] != '=' || !name_is_secret(text, name))
		return 0;
	*ret_start = name + 1;
	return strcspn(text + *ret_start, "&#" URL_STOP_QUOTED);
}

bool source_secret(const char *text, size_t from, size_t *ret_start, size_t *ret_length)
{
	size_t total = strlen(text);

	for (size_t at = from; at < total; at++) {
		size_t start = 0, length = 0;
		size_t skip = 1;

		if (text_after(text + at, "://")) {
			skip = strlen("://");
			length = userinfo_secret(text + at + skip, &start);
		} else if (text[at] == '?' || text[at] == '&') {
			length = parameter_secret(text + at + skip, &start);
		}
		if (!length)
			continue;
		*ret_start = at + skip + start;
		*ret_length = length;
		return true;
	}
	return false;
}

bool source_mask(const char *text, char *ret, size_t size)
{
	size_t at = 0, start, length;

	ret[0] = '\0';
	while (source_secret(text, at, &start, &length)) {
		if (!text_add_part(ret, size, text + at, start - at) || !text_add(ret, size, "***"))
			return false;
		at = start + length;
	}
	return text_add(ret, size, text + at);
}

void source_overwrite(char *text)
{
	size_t at = 0, start, length;

	while (source_secret(text, at, &start, &length)) {
		memset(text + start, '*', length);
		at = start + length;
	}
}
