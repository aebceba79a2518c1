/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "late.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct entry {
	char command[32];
	uint64_t delay_us;
	unsigned int times, length;
};

static bool entry_read(const char *text, struct entry *ret)
{
	unsigned int ms, times = UINT_MAX;
	int end = -1, more = 0;

	if (sscanf(text, " %31[^: ]:%u%n", ret->command, &ms, &end) != 2 || end < 0)
		return false;
	if (text[end] == '*' && sscanf(text + end, "*%u%n", &times, &more) != 1)
		return false;
	ret->delay_us = (uint64_t)ms * 1000;
	ret->times = times;
	ret->length = (unsigned int)(end + more);
	return strchr(" ", text[ret->length]);
}

int late_check(const char *list)
{
	struct entry e;
	size_t n = 0;

	for (; list[strspn(list, " ")]; list += e.length) {
		if (!entry_read(list, &e) || ++n > MODEM_LATE)
			return -EINVAL;
	}
	return 0;
}

bool late_by(struct modem *m, const char *line, uint64_t *ret_us)
{
	const char *list = m->settings->late_answers;
	struct entry e;

	for (size_t i = 0; i < MODEM_LATE && entry_read(list, &e); i++, list += e.length) {
		if (strncmp(line, e.command, strlen(e.command)) || m->late_used[i] == e.times)
			continue;
		m->late_used[i]++;
		*ret_us = e.delay_us;
		return e.delay_us;
	}
	return false;
}
