/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	struct script_step step;
} words[] = {
	{"start", {SCRIPT_START, 0, 0}},
	{"continue", {SCRIPT_CONTINUE, 0, 0}},
	{"end", {SCRIPT_END, SCRIPT_JUDGED, SCRIPT_JUDGED}},
	{"reboot", {SCRIPT_REBOOT, 1, 1}},
	{"mute", {SCRIPT_MUTE, 1, 1}},
	{"lone", {SCRIPT_LONE, 1, 1}},
	{"cut", {SCRIPT_CUT, 0, 0}},
	{"hang", {SCRIPT_HANG, 0, 0}},
	{"gone", {SCRIPT_GONE, 0, 0}},
	{"edl", {SCRIPT_EDL, 0, 0}},
	{"qdl", {SCRIPT_QDL, 0, 0}},
	{"two", {SCRIPT_TWO, 0, 0}},
	{"fastboot", {SCRIPT_FASTBOOT, 0, 0}},
};

/* Whether the whole word matches; %n in the format stores into *end. */
#define SCANNED(word, end, call, fields) \
	((end) = -1, (call) == (fields) && (end) >= 0 && !(word)[end])

static bool numbers_parse(const char *word, struct script_step *step)
{
	struct script_step s = {0};
	int end;

	if (SCANNED(word, end, sscanf(word, "%d-%d%n", &s.first, &s.last, &end),
		    2))
		s.kind = SCRIPT_UPDATING;
	else if (SCANNED(word, end, sscanf(word, "%d%n", &s.first, &end), 1))
		s = (struct script_step){SCRIPT_UPDATING, s.first, s.first};
	else if (SCANNED(word, end,
			 sscanf(word, "restore:%d-%d%n", &s.first, &s.last, &end),
			 2))
		s.kind = SCRIPT_RESTORE;
	else if (SCANNED(word, end, sscanf(word, "end:%d%n", &s.first, &end), 1))
		s = (struct script_step){SCRIPT_END, s.first, s.first};
	else if (SCANNED(word, end, sscanf(word, "wait:%d%n", &s.first, &end), 1))
		s = (struct script_step){SCRIPT_WAIT, s.first, s.first};
	else if (SCANNED(word, end, sscanf(word, "reboot*%d%n", &s.last, &end), 1))
		s = (struct script_step){SCRIPT_REBOOT, 1, s.last};
	else
		return false;

	*step = s;
	return s.first >= 0 && s.last >= s.first;
}

static bool word_parse(const char *word, struct script_step *step)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].word, word)) {
			*step = words[i].step;
			return true;
		}
	}
	return numbers_parse(word, step);
}

int script_parse(const char *text, struct script *ret_script)
{
	struct script s = {0};

	while (*text) {
		size_t length = strcspn(text, ",");
		char word[32];

		if (length >= sizeof(word) || s.n_steps == SCRIPT_STEPS)
			return -EINVAL;
		memcpy(word, text, length);
		word[length] = '\0';
		if (!word_parse(word, &s.steps[s.n_steps++]))
			return -EINVAL;
		text += length;
		text += *text == ',';
	}
	*ret_script = s;
	return 0;
}

uint32_t script_progress(const struct script *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_steps; i++) {
		const struct script_step *step = &s->steps[i];

		if (step->kind == SCRIPT_UPDATING || step->kind == SCRIPT_RESTORE)
			n += (uint32_t)(step->last - step->first) + 1;
	}
	return n;
}
