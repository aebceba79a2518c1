/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration file. It is taken with all values in their bounds, or refused
 * with one sentence that names file and line, and never a package: there may be a
 * password in it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config.h"
#include "fuzz.h"

#define WEEK_MS (UINT64_C(168) * 60 * 60 * 1000)

static void check_values(const struct config *config)
{
	LAW(config->jobs <= 1000 && config->attempts >= 1 && config->attempts <= 1000);
	LAW(config->back_off_ms >= 1 && config->back_off_ms <= WEEK_MS);
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		LAW(config->limits.ms[i] >= 1 && config->limits.ms[i] <= WEEK_MS);
}

static bool is_word(const char *text)
{
	return text && *text && strlen(text) < 64 && !strpbrk(text, " \t\"");
}

static void check_delta(const struct delta *delta)
{
	LAW(delta->name && *delta->name && delta->where);
	LAW(is_word(delta->from) && is_word(delta->to) && strcmp(delta->from, delta->to) != 0);
	LAW(delta->package && strlen(delta->package) < 512);
	LAW(!delta->sha256 || strlen(delta->sha256) == 64);
}

static void check_graph(const struct config *config)
{
	for (size_t i = 0; i < config->deltas; i++) {
		const struct delta *from = &config->delta[i];
		unsigned int steps;

		check_delta(from);
		LAW(deltas_next(config->delta, config->deltas, firmware_name_of(from->from), from->to, &steps));
		LAW(steps == 1);
		deltas_next(config->delta, config->deltas, firmware_name_of(from->to), from->from, &steps);
	}
}

static void check_targets(const struct config *config)
{
	const struct config_target *found;
	char error[512];

	for (size_t i = 0; i < config->targets; i++) {
		const struct config_target *target = &config->target[i];

		LAW(is_word(target->pattern) && is_word(target->firmware) && target->where);
		if (config_target(config, firmware_name_of(target->firmware), &found, error, sizeof(error)) < 0)
			LAW(fuzz_is_plain(error) && *error);
	}
}

/* What stands behind "package =" in line @number; "" if it is too short to be told from other words. */
static void package_of(const uint8_t *bytes, size_t size, unsigned long number, char *ret,
		       size_t ret_size)
{
	struct fuzz_bytes in = { bytes, bytes + size };
	char line[2048];
	const char *at;
	size_t length;

	while (number-- && in.at < in.end)
		fuzz_text(&in, line, sizeof(line));
	at = line + strspn(line, " \t");
	at += strncmp(at, "package", 7) == 0 ? 7 : strlen(at);
	at += strspn(at, " \t");
	at += *at == '=' || *at == ':' ? 1 : strlen(at);
	at += strspn(at, " \t");
	length = strcspn(at, " \t\r");
	snprintf(ret, ret_size, "%.*s", length < 16 ? 0 : (int)length, at);
}

static void check_error(int r, const char *path, const char *error, const uint8_t *bytes,
			size_t size)
{
	char package[2048], *end;
	unsigned long number;

	LAW(r == -EINVAL);
	/* It goes to a terminal. */
	for (const char *at = error; *at; at++)
		LAW((*at >= 0x20 && *at <= 0x7e) || *at == '\t');
	LAW(strncmp(error, path, strlen(path)) == 0 && error[strlen(path)] == ':');
	number = strtoul(error + strlen(path) + 1, &end, 10);
	LAW(number && *end == ':');
	package_of(bytes, size, number, package, sizeof(package));
	LAW(!package[0] || !strstr(end, package));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *path = fuzz_file(bytes, size);
	struct config config;
	char error[512];
	int r = config_load(path, &config, error, sizeof(error));

	if (r < 0) {
		check_error(r, path, error, bytes, size);
		return 0;
	}
	check_values(&config);
	check_graph(&config);
	check_targets(&config);
	config_clear(&config);
	return 0;
}
