/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_scenarios FILE...: every scenario of tests/modem/scenarios against the
 * agent's core, in virtual time. tests/vm/play plays the same files on a real
 * kernel, and prints the same table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/core/firmware.h"
#include "agent/core/text.h"
#include "agent/util.h"
#include "scenario_file.h"
#include "scenario_player.h"

#define MODEMS 2

/* A scenario as it is played. */
struct play {
	struct scenario s;
	char folder[32]; /* of local packages, empty: none */
	struct config config;
	struct scenario_player player[MODEMS];
	unsigned int players;
	int status;
	char verdict[64];
	char wrong[512];
	unsigned int seen[MODEMS]; /* results that an earlier run gave */
	double seconds;
};

static bool check(struct play *play, bool truth, const char *what, const char *got,
		  const char *expected)
{
	if (!truth && !play->wrong[0])
		snprintf(play->wrong, sizeof(play->wrong), "%s is \"%s\", not \"%s\"", what, got,
			 expected);
	return truth;
}

/* ---- what the command line and the configuration say ---- */

/* The servers are of no importance here: every one has the packages. */
static const struct {
	const char *name, *text;
} places[] = {
	{ "{base}", "http://server:8080" },
	{ "{https}", "https://server:8443" },
	{ "{ftp}", "ftp://user:secret@server:2121" },
	{ "{port}", "1-1" },
	{ "{port2}", "1-2" },
};

static const char *place(const struct play *play, const char *text, size_t *ret_length)
{
	const struct scenario *s = &play->s;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		*ret_length = strlen(places[i].name);
		if (text_after(text, places[i].name))
			return places[i].text;
	}
	*ret_length = strlen("{folder}");
	if (text_after(text, "{folder}"))
		return play->folder;
	*ret_length = strlen("{from}");
	if (text_after(text, "{from}"))
		return s->from;
	*ret_length = strlen("{to}");
	return text_after(text, "{to}") ? s->to : NULL;
}

static void fill(const struct play *play, const char *text, char *ret, size_t size)
{
	size_t used = 0;

	while (*text && used + 1 < size) {
		size_t length = 1;
		const char *value = *text == '{' ? place(play, text, &length) : NULL;

		if (value)
			used += (size_t)snprintf(ret + used, size - used, "%s", value);
		else
			ret[used++] = *text;
		text += value ? length : 1;
	}
	ret[used < size ? used : size - 1] = '\0';
}

/* Options that choose a modem mean nothing where each is played for itself. */
static bool option_take(struct wish *wish, const char *name, const char *value)
{
	if (strcmp(name, "--dry-run") == 0) {
		wish->dry_run = true;
		return false;
	}
	if (strcmp(name, "--from") == 0)
		wish->from = value;
	if (strcmp(name, "--to") == 0)
		wish->to = value;
	return true;
}

/* @line is cut into words, and pointed into. */
static void wish_take(char *line, struct wish *ret)
{
	char *save = NULL;
	const char *option = NULL;

	*ret = (struct wish){ .interface = -1 };
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (option)
			option_take(ret, option, word);
		if (option || *word != '-') {
			if (!option && strcmp(word, "follow") == 0)
				ret->follow = true;
			else if (!option && strcmp(word, "upgrade") != 0)
				ret->package = word;
			option = NULL;
		} else if (option_take(ret, word, NULL)) {
			option = word;
		}
	}
}

static void config_take(struct play *play)
{
	char text[2 * sizeof(play->s.configuration)];
	char path[] = "/tmp/qfota-scenario-XXXXXX";
	char error[256] = "it could not be written";
	int fd = mkstemp(path);
	size_t length;

	fill(play, play->s.configuration, text, sizeof(text));
	length = strlen(text);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length ||
	    config_load(path, &play->config, error, sizeof(error)) < 0)
		check(play, false, "the configuration", error, "right");
	if (fd < 0)
		return;
	close(fd);
	unlink(path);
}

/* ---- a run and what came of it ---- */

/* 2 and 3 only when nothing else applies. */
static void status_worsen(int *status, int other)
{
	if (*status == 0 || other > *status)
		*status = other;
}

static void code_text(char *ret, size_t size, int code)
{
	if (code < 0)
		snprintf(ret, size, "null");
	else
		snprintf(ret, size, "%d", code);
}

static void check_code(struct play *play, const char *what, int code, const char *expected)
{
	char text[16];

	code_text(text, sizeof(text), code);
	check(play, !*expected || strcmp(text, expected) == 0, what, text, expected);
}

static void check_result(struct play *play, const struct scenario_expect *expect,
			 const struct scenario_result *result)
{
	const char *outcome = outcome_name(result->outcome);
	size_t used = strlen(play->verdict);

	status_worsen(&play->status, result->exit);
	snprintf(play->verdict + used, sizeof(play->verdict) - used, " %s", outcome);
	check(play, !*expect->outcome || strcmp(outcome, expect->outcome) == 0, "outcome", outcome,
	      expect->outcome);
	check_code(play, "end", result->end, expect->end);
	check_code(play, "transfer", result->transfer, expect->transfer);
	check(play, !*expect->sentence || strstr(result->reason, expect->sentence), "the reason",
	      result->reason, expect->sentence);
}

static void check_run(struct play *play, const struct scenario_expect *expect)
{
	unsigned int results = 0;
	char text[80];

	for (unsigned int i = 0; i < play->players; i++) {
		struct scenario_player *p = &play->player[i];

		for (; play->seen[i] < p->results; play->seen[i]++, results++)
			check_result(play, expect, &p->result[play->seen[i]]);
		check(play, !p->wrong[0], "a law", p->wrong, "kept");
	}
	snprintf(text, sizeof(text), "%u", results);
	check(play, strcmp(text, *expect->results ? expect->results : "1") == 0,
	      "the number of results", text, *expect->results ? expect->results : "1");
	snprintf(text, sizeof(text), "%d%s", play->status, play->verdict);
	check(play, atoi(expect->exit) == play->status, "exit status", text, expect->exit);
	memcpy(play->verdict, text, sizeof(play->verdict) - 1);
}

static void run(struct play *play, const char *args, enum dfota_phase stop,
		const struct scenario_expect *expect)
{
	const char *error;
	struct wish wish;
	char line[1024];

	fill(play, args, line, sizeof(line));
	wish_take(line, &wish);
	play->status = 0;
	play->verdict[0] = '\0';
	if ((wish.package && source_parse(wish.package, &wish.source, &error) < 0) ||
	    (wish.from && firmware_name_error(wish.from)) ||
	    (wish.to && firmware_name_error(wish.to)))
		play->status = 2;
	for (unsigned int i = 0; play->status == 0 && i < play->players; i++)
		scenario_player_run(&play->player[i], &wish, stop);
	check_run(play, expect);
}

static void check_requests(struct play *play)
{
	const char *expected = play->s.expect.requests;
	unsigned int accepted = 0;
	char text[16];

	for (unsigned int i = 0; i < play->players; i++)
		accepted += play->player[i].host.accepted;
	snprintf(text, sizeof(text), "%u", accepted);
	check(play, *expected ? strcmp(text, expected) == 0 : accepted <= 1,
	      "the number of accepted requests", text, *expected ? expected : "0 or 1");
}

static void plug(struct play *play, const struct settings *settings)
{
	const char *packages = play->s.packages;
	struct scenario_player *p = &play->player[play->players];

	if (scenario_player_init(p, settings, packages, &play->config))
		play->players++;
	else
		check(play, false, "[modem]", "a bad composition or flash", "right");
}

/* ---- local packages ---- */

static void pair_path(const struct play *play, const char *pair, char *ret, size_t size)
{
	snprintf(ret, size, "%s/%s.zip", play->folder, pair);
}

static void pair_write(struct play *play, const char *pair)
{
	char path[256], from[64], to[64];
	FILE *out;

	pair_path(play, pair, path, sizeof(path));
	out = sscanf(pair, "%63[^-]-%63s", from, to) == 2 ? fopen(path, "we") : NULL;
	if (!out || package_write(out, from, to, SCENARIO_PAYLOAD) < 0)
		check(play, false, path, "not written", "a package");
	if (out)
		fclose(out);
}

static void pair_remove(struct play *play, const char *pair)
{
	char path[256];

	pair_path(play, pair, path, sizeof(path));
	unlink(path);
}

static void packages_each(struct play *play, void (*each)(struct play *play, const char *pair))
{
	char pairs[sizeof(play->s.packages)];
	char *save = NULL;

	memcpy(pairs, play->s.packages, sizeof(pairs));
	for (char *pair = strtok_r(pairs, " ", &save); pair; pair = strtok_r(NULL, " ", &save))
		each(play, pair);
}

static void folder_make(struct play *play)
{
	if (strcmp(play->s.file, "yes") != 0)
		return;
	strcpy(play->folder, "/tmp/qfota-scenario-XXXXXX");
	if (mkdtemp(play->folder))
		packages_each(play, pair_write);
	else
		play->folder[0] = '\0';
}

static void folder_remove(struct play *play)
{
	if (!play->folder[0])
		return;
	packages_each(play, pair_remove);
	rmdir(play->folder);
}

/* ---- one scenario ---- */

static void play_scenario(struct play *play)
{
	struct scenario *s = &play->s;

	if (!*s->packages)
		snprintf(s->packages, sizeof(s->packages), "%s-%s", s->from, s->to);
	folder_make(play);
	config_take(play);
	plug(play, &s->modem);
	/* One that was not asked for is none of the machine's business. */
	if (strstr(s->args, "{port2}"))
		plug(play, &s->second);
	run(play, s->args, dfota_phase_find(s->stop), &s->expect);
	for (unsigned int i = 0; strcmp(s->forget, "yes") == 0 && i < play->players; i++)
		scenario_player_forget(&play->player[i]);
	if (s->has_again)
		run(play, s->again_args, DFOTA_PHASE_COUNT, &s->again);
	check_requests(play);
}

static void play_clear(struct play *play)
{
	for (unsigned int i = 0; i < play->players; i++)
		scenario_player_clear(&play->player[i]);
	config_clear(&play->config);
	folder_remove(play);
}

/* ---- the table ---- */

static void row_print(const struct play *play, const char *word)
{
	const struct scenario *s = &play->s;
	const struct scenario_expect *last = s->has_again ? &s->again : &s->expect;
	char expected[64];

	snprintf(expected, sizeof(expected), "%s %s", last->exit, last->outcome);
	printf("%-7s  %-24s %-20s %-20s %6.3f s\n", word, s->name, expected,
	       *play->verdict ? play->verdict : "-", play->seconds);
	if (*s->skip)
		printf("         %s\n", s->skip);
	if (*play->wrong)
		printf("         %s\n", play->wrong);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *judge(struct play *play, const char *path)
{
	struct scenario *s = &play->s;
	double begun = now();

	memset(play, 0, sizeof(*play));
	if (scenario_read(path, s)) {
		check(play, false, "the file", "not to be read", "right");
		return "FAILED";
	}
	if (*s->user && !*s->skip)
		text_set(s->skip, sizeof(s->skip), "is about the rights of a user of a real system");
	if (*s->spoil && !*s->skip)
		text_set(s->skip, sizeof(s->skip), "is about a file of a real system");
	if (*s->skip)
		return "skipped";
	play_scenario(play);
	play_clear(play);
	play->seconds = now() - begun;
	return *play->wrong ? "FAILED" : "ok";
}

int main(int argc, char **argv)
{
	static struct play play;
	unsigned int passed = 0, failed = 0, skipped = 0;

	printf("%-7s  %-24s %-20s %-20s\n", "", "scenario", "expected", "verdict");
	for (int i = 1; i < argc; i++) {
		const char *word = judge(&play, argv[i]);

		row_print(&play, word);
		passed += *word == 'o';
		failed += *word == 'F';
		skipped += *word == 's';
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed || !passed;
}
