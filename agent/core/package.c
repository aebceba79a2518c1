/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/package.h"

#include "agent/core/text.h"

void package_sum_add(struct package_sum *sum, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		sum->value ^= (uint16_t)(sum->odd ? bytes[i] : bytes[i] << 8);
		sum->odd = !sum->odd;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool package_parse_answer(const char *text, uint32_t *ret_size, uint16_t *ret_sum)
{
	const char *at = text_after(text, "+QFUPL:");
	unsigned int sum = 0, digits = 0;
	int size;

	at = at ? text_number(text_skip_blanks(at), &size) : NULL;
	at = at ? text_after(at, ",") : NULL;
	if (!at)
		return false;
	for (at = text_skip_blanks(at); hex_digit(*at) >= 0 && digits < 5; at++, digits++)
		sum = sum << 4 | (unsigned int)hex_digit(*at);
	if (!digits || digits > 4 || *text_skip_blanks(at))
		return false;
	*ret_size = (uint32_t)size;
	*ret_sum = (uint16_t)sum;
	return true;
}
