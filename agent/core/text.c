/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/text.h"

#include <string.h>

bool text_add_part(char *buffer, size_t size, const char *text, size_t length)
{
	size_t used = strlen(buffer);
	bool fits = length < size - used;

	if (!fits)
		length = size - used - 1;
	memcpy(buffer + used, text, length);
	buffer[used + length] = '\0';
	return fits;
}

bool text_add(char *buffer, size_t size, const char *text)
{
	return text_add_part(buffer, size, text, strlen(text));
}

bool text_set(char *buffer, size_t size, const char *text)
{
	buffer[0] = '\0';
	return text_add(buffer, size, text);
}

bool text_add_number(char *buffer, size_t size, long number)
{
	char digits[24];
	unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		digits[--at] = '-';
	return text_add(buffer, size, digits + at);
}

bool text_add_escaped(char *buffer, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	bool fits = true;

	for (; *text && fits; text++) {
		unsigned char byte = (unsigned char)*text;
		char plain[] = { (char)byte, '\0' };
		char escaped[] = { '\\', 'x', hex[byte >> 4], hex[byte & 15], '\0' };

		fits = text_add(buffer, size, byte < 0x20 || byte > 0x7e ? escaped : plain);
	}
	return fits;
}

const char *text_after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text && strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

const char *text_skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

const char *text_number(const char *text, int *ret)
{
	int number = 0, digits = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		if (++digits > 9)
			return NULL;
		number = number * 10 + (*text - '0');
	}
	if (!digits)
		return NULL;
	*ret = number;
	return text;
}
