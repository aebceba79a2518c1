/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The INI configuration: [agent], [timeouts], [target "PATTERN"],
 * [delta "NAME"]. Everything is checked while it is read, before anything is
 * sent to a modem; a mistake is one sentence with file and line.
 */
#ifndef QFOTA_CONFIG_H
#define QFOTA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/core/deltas.h"
#include "agent/core/limits.h"

#define CONFIG_JOBS_MAX 1000
#define CONFIG_DEFAULT_FILE "/etc/qfota/qfota.conf"
#define CONFIG_DEFAULT_DIR "/etc/qfota/qfota.conf.d"

struct config_target {
	const char *pattern;	/* fnmatch(3) over the firmware or the revision of a modem */
	const char *firmware;
	const char *where;	/* "file:line", for messages */
};

struct config {
	unsigned int jobs;	/* modems at once, 0: all */
	unsigned int attempts;	/* per modem and package, 1.. */
	uint64_t back_off_ms;
	struct limits limits;	/* [timeouts] */
	struct config_target *target;
	size_t targets;
	struct delta *delta;	/* edges of the graph; strings owned by the config */
	size_t deltas;
};

/*
 * Adds what stands in @path (absolute) to @config, or part of it if it fails;
 * errors as config_load(). Limits and [agent] keys of a later file win; targets
 * and deltas that stand twice are mistakes, in two files as in one.
 */
int config_read(struct config *config, const char *path, char *error,
		size_t size);
/* The same for *.conf in @folder (absolute), in name order; none is fine. */
int config_read_folder(struct config *config, const char *folder, char *error,
		       size_t size);
/* One part, zeroed afterwards. */
void config_target_clear(struct config_target *target);
void config_delta_clear(struct delta *delta);

/*
 * Reads @file alone, or with NULL the default file and then *.conf of the
 * default folder in name order, where they exist.
 * -EINVAL: a mistake; errno of open(2), read(2): unreadable; -ENOMEM. @error
 * then holds one sentence without any value that could be a password
 * ("/etc/qfota/qfota.conf:12: unknown key \"dowload\" in [timeouts]").
 * On success *ret owns memory; config_clear() frees it. Relative package
 * paths are made absolute against the folder of the file that names them.
 */
int config_load(const char *file, struct config *ret, char *error, size_t error_size);
void config_clear(struct config *config);

/*
 * What @firmware should end up as: NULL if no target matches.
 * -EINVAL with @error if two match (it names both places).
 */
int config_target(const struct config *config, struct firmware_name firmware,
		  const struct config_target **ret, char *error, size_t error_size);

/* "500ms", "30s", "10min", "1h" to ms; 1 ms up to 7 days. -EINVAL, -ERANGE */
int config_duration(const char *text, uint64_t *ret_ms);

#endif
