/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/redaction.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/source.h"
#include "agent/util.h"

#define RUN_MIN 14

/*
 * A modem that sends new numbers for ever shall not eat the memory: those
 * after so many share the pseudonym 0.
 */
#define RUNS_MAX 1024

struct run {
	struct run *next;
	unsigned int number;
	size_t length;
	char digits[];
};

struct redaction {
	struct run *runs; /* the latest first */
	unsigned int count;
};

int redaction_create(struct redaction **ret)
{
	struct redaction *redaction = calloc(1, sizeof(*redaction));

	if (!redaction)
		return -ENOMEM;
	*ret = redaction;
	return 0;
}

void redaction_free(struct redaction *redaction)
{
	while (redaction && redaction->runs) {
		struct run *run = redaction->runs;

		redaction->runs = run->next;
		free(run);
	}
	free(redaction);
}

static int run_number(struct redaction *redaction, const char *digits, size_t length,
		      unsigned int *ret)
{
	struct run *run = redaction->runs;

	while (run && (run->length != length || memcmp(run->digits, digits, length) != 0))
		run = run->next;
	if (!run && redaction->count == RUNS_MAX) {
		*ret = 0;
		return 0;
	}
	if (!run) {
		run = malloc(sizeof(*run) + length);
		if (!run)
			return -ENOMEM;
		memcpy(run->digits, digits, length);
		run->length = length;
		run->number = ++redaction->count;
		run->next = redaction->runs;
		redaction->runs = run;
	}
	*ret = run->number;
	return 0;
}

/* What stands at @text: an escape of four characters, or one character. */
static size_t unit_length(const char *text)
{
	return text[0] == '\\' && text[1] && text[2] && text[3] ? 4 : 1;
}

static int redact_run(struct redaction *redaction, char *digits, size_t length)
{
	unsigned int number;
	int r = run_number(redaction, digits, length, &number);

	if (r < 0)
		return r;
	while (length) {
		digits[--length] = (char)('0' + number % 10);
		number /= 10;
	}
	return 0;
}

static int redact_digits(struct redaction *redaction, char *text)
{
	while (*text) {
		size_t length = strspn(text, "0123456789");
		int r = length < RUN_MIN ? 0 : redact_run(redaction, text, length);

		if (r < 0)
			return r;
		text += length ? length : unit_length(text);
	}
	return 0;
}

static void marks_move(size_t *marks, size_t count, size_t end, size_t shrunk, size_t kept)
{
	for (size_t i = 0; i < count; i++) {
		if (marks[i] >= end)
			marks[i] -= shrunk;
		else if (marks[i] > kept)
			marks[i] = kept;
	}
}

static void redact_secrets(char *text, size_t *marks, size_t count)
{
	size_t at = 0, start, length;

	while (source_secret(text, at, &start, &length)) {
		/* Not longer than before: it must still fit where it came from. */
		size_t stars = length < 3 ? length : 3;
		size_t end = start + length;

		at = start + stars;
		memset(text + start, '*', stars);
		memmove(text + at, text + end, strlen(text + end) + 1);
		marks_move(marks, count, end, length - stars, at);
	}
}

int redaction_apply(struct redaction *redaction, char *text, size_t *marks, size_t count)
{
	redact_secrets(text, marks, count);
	return redact_digits(redaction, text);
}

static void blur(char *text, int (*meant)(int c), char with)
{
	for (; *text; text += unit_length(text))
		if (unit_length(text) == 1 && meant((unsigned char)*text))
			*text = with;
}

void redaction_blur_digits(char *text)
{
	blur(text, isdigit, '0');
}

void redaction_blur(char *text)
{
	blur(text, isalnum, 'x');
}
