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
	const char *too_long, *bad_byte, *quote, *shell, *fragment;
} url_errors = {
	"the package URL is longer than 255 bytes, the most that the modem takes; use a shorter "
	"path or another server name",
	"the package URL holds a space, a control character or a byte that is not ASCII, which an "
	"AT command cannot carry: write it as %XX",
	"the package URL holds a quote or a backslash, which an AT command cannot carry: write it "
	"as %22, %27 or %5C",
	"the package URL holds one of ; | $ ( ) < > { } * ! and `, which a shell in the modem "
	"could run: write it as %XX, or serve the file under another name",
	"the package URL holds a # (a fragment), which no server ever sees: leave it out, or write "
	"it as %23",
}, path_errors = {
	"the path after modem: is longer than 255 bytes, the most that the modem takes; store the "
	"file under a shorter name",
	"the path after modem: holds a space, a control character or a byte that is not ASCII, "
	"which an AT command cannot carry; store the file under another name",
	"the path after modem: holds a quote or a backslash, which an AT command cannot carry; "
	"store the file under another name",
	"the path after modem: holds one of ; | $ ( ) < > { } * ! and `, which a shell in the "
	"modem could run; store the file under another name",
	"the path after modem: holds a #, where a shell in the modem could stop reading; store the "
	"file under another name",
};

static const char *argument_error(const char *text, const struct argument_errors *errors)
{
	if (strlen(text) > AT_ARGUMENT_MAX)
		return errors->too_long;
	if (has_bad_byte(text))
		return errors->bad_byte;
	if (text[strcspn(text, "\"'\\")])
		return errors->quote;
	if (!at_argument_valid(text) || strchr(text, '*'))
		return errors->shell;
	return strchr(text, '#') ? errors->fragment : NULL;
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

/* ---- servers that only the modem itself could be ---- */

static int digit_value(char c, unsigned int base)
{
	int value = -1;

	c = lower(c);
	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	return value < (int)base ? value : -1;
}

/* A number up to a dot or @end, in the bases of C; NULL: it is none. */
static const char *address_part(const char *text, const char *end, uint32_t *ret)
{
	unsigned int base = 10;
	uint64_t value = 0;

	if (text == end)
		return NULL;
	if (*text == '0' && text + 1 < end && text[1] != '.') {
		base = lower(text[1]) == 'x' ? 16 : 8;
		text += base == 16 ? 2 : 1;
	}
	for (; text < end && *text != '.'; text++) {
		int digit = digit_value(*text, base);

		if (digit < 0 || value > UINT32_MAX / 16)
			return NULL;
		value = value * base + (unsigned int)digit;
	}
	*ret = (uint32_t)value;
	return text;
}

/* 127.0.0.0/8 and 0.0.0.0/8 in any form that inet_aton(3) reads: 127.1, 0x7f000001, 0 */
static bool is_loopback_ipv4(const char *text, const char *end)
{
	uint32_t first, part;
	const char *at = address_part(text, end, &first);
	bool single = at == end;

	while (at && at < end)
		at = address_part(at + 1, end, &part);
	if (!at)
		return false;
	if (single)
		first >>= 24;
	return first == 127 || first == 0;
}

/* ::1, :: and both of them in longer forms, and loopback IPv4 in ::ffff:0:0/96 and ::/96 */
static bool is_loopback_ipv6(const char *text, const char *end)
{
	text += strspn(text, "0:");
	if (begins_with(text, "ffff:"))
		text += strlen("ffff:");
	return text >= end || is_loopback_ipv4(text, end) ||
	       (begins_with(text, "7f") && strcspn(text, ":]") == 4);
}

static bool is_loopback_name(const char *text, size_t length)
{
	static const char *const names[] = {
		"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback",
	};
	static const char suffix[] = ".localhost";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (length == strlen(names[i]) && begins_with(text, names[i]))
			return true;
	return length >= strlen(suffix) && begins_with(text + length - strlen(suffix), suffix);
}

/* @length of @server without its port. */
static bool is_loopback(const char *server, size_t length)
{
	if (*server == '[')
		return is_loopback_ipv6(server + 1, server + length - 1);
	if (length > 1 && server[length - 1] == '.')
		length--;
	return is_loopback_ipv4(server, server + length) || is_loopback_name(server, length);
}

/* ---- the parts of a URL ---- */

/* @text: what stands after "scheme://". */
static const char *url_error(const char *text)
{
	const char *end = text + strcspn(text, "/?");
	const char *server = text;
	size_t length;

	for (const char *at = text; at < end; at++)
		if (*at == '@')
			server = at + 1;
	/* An IPv6 address stands in brackets because of its colons. */
	length = *server == '[' ? strcspn(server, "]/?") : strcspn(server, ":/?");
	if (*server == '[' && server[length] != ']')
		return "the address of the server lacks its closing bracket: it must look like "
		       "http://[2001:db8::1]/PATH";
	if (*server == '[')
		length++;
	if (!length || strncmp(server, "[]", length) == 0)
		return "the URL names no server: it must look like http://SERVER/PATH";
	if (!port_is_valid(server + length, end))
		return "the port of the URL is not a number from 1 to 65535";
	if (*end != '/' || !end[1])
		return "the URL names no file: it must look like http://SERVER/PATH";
	if (memchr(server, '%', length))
		return "the server of the URL is written with a %: write its name or address "
		       "plainly";
	if (is_loopback(server, length))
		return "the server of the URL is a loopback address: the modem downloads by "
		       "itself, and there it would only find itself; name a server in its network";
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
		return "modem: needs the path of a file in the modem after it";
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

const char *source_warning(const struct source *source)
{
	if (source->kind == SOURCE_KIND_FILE || !strchr(source->argument, '&'))
		return NULL;
	return source->kind == SOURCE_KIND_URL ?
		       "the package URL holds &, where a modem may cut it off; if the download "
		       "fails, serve the file under a URL without it" :
		       "the path after modem: holds &, where a modem may cut it off; if the modem "
		       "does not find the file, store it under another name";
}

const char *source_hint(const char *path)
{
	static const char *const stores[] = { "ufs:", "/data/ufs/", "/cache/ufs/", "/usrdata/" };

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (begins_with(path, stores[i]))
			return "write modem:PATH for a file in the store of the modem";
	return NULL;
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
