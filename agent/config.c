/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/config.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/revision.h"
#include "agent/util.h"

#define CONFIG_ATTEMPTS 3
#define CONFIG_BACK_OFF_MS (UINT64_C(60) * 60 * 1000)
#define CONFIG_DURATION_MAX_MS (UINT64_C(7) * 24 * 60 * 60 * 1000)

void config_delta_clear(struct delta *delta)
{
	free((char *)delta->name);
	free((char *)delta->from);
	free((char *)delta->to);
	free((char *)delta->package);
	free((char *)delta->sha256);
	free((char *)delta->where);
	memset(delta, 0, sizeof(*delta));
}

void config_target_clear(struct config_target *target)
{
	free((char *)target->pattern);
	free((char *)target->firmware);
	free((char *)target->where);
	memset(target, 0, sizeof(*target));
}

void config_clear(struct config *config)
{
	while (config->targets)
		config_target_clear(&config->target[--config->targets]);
	while (config->deltas)
		config_delta_clear(&config->delta[--config->deltas]);
	free(config->target);
	free(config->delta);
	memset(config, 0, sizeof(*config));
}

int config_duration(const char *text, uint64_t *ret_ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", UINT64_C(60) * 1000 },
		{ "h", UINT64_C(60) * 60 * 1000 },
	};
	size_t digits = strspn(text, "0123456789");
	uint64_t number;

	if (!digits)
		return -EINVAL;
	number = strtoull(text, NULL, 10); /* the most there is, if too big */
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(text + digits, units[i].name) != 0)
			continue;
		if (!number || number > CONFIG_DURATION_MAX_MS / units[i].ms)
			return -ERANGE;
		*ret_ms = number * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

static int config_fail(char *error, size_t size, const char *path, int result)
{
	snprintf(error, size, "%s: cannot be read: %s", path,
		 strerror(-result));
	return result;
}

static int config_is_drop_in(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       fnmatch("*.conf", entry->d_name, 0) == 0;
}

static int config_by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* in every locale alike */
}

static int config_read_entry(struct config *config, const char *folder,
			     const char *name, char *error, size_t size)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return config_fail(error, size, folder, -ENOMEM);
	}
	return config_read(config, path, error, size);
}

int config_read_folder(struct config *config, const char *folder, char *error,
		       size_t size)
{
	struct dirent **names;
	int count, r = 0;

	count = scandir(folder, &names, config_is_drop_in, config_by_name);
	if (count < 0)
		return errno == ENOENT ?
			       0 :
			       config_fail(error, size, folder, -errno);
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = config_read_entry(config, folder, names[i]->d_name,
					      error, size);
		free(names[i]);
	}
	free(names);
	return r;
}

static int config_read_alone(struct config *config, const char *file,
			     char *error, size_t size)
{
	_cleanup_free_ char *folder = NULL;

	if (file[0] == '/')
		return config_read(config, file, error, size);
	folder = getcwd(NULL, 0);
	if (!folder)
		return config_fail(error, size, file, -errno);
	return config_read_entry(config, folder, file, error, size);
}

static int config_read_default(struct config *config, char *error, size_t size)
{
	int r = config_read(config, CONFIG_DEFAULT_FILE, error, size);

	if (r < 0 && r != -ENOENT)
		return r;
	return config_read_folder(config, CONFIG_DEFAULT_DIR, error, size);
}

int config_load(const char *file, struct config *ret, char *error,
		size_t error_size)
{
	struct config config = {
		.attempts = CONFIG_ATTEMPTS,
		.back_off_ms = CONFIG_BACK_OFF_MS,
		.limits = limits_default(),
	};
	int r;

	if (file)
		r = config_read_alone(&config, file, error, error_size);
	else
		r = config_read_default(&config, error, error_size);
	if (r < 0) {
		config_clear(&config);
		return r;
	}
	*ret = config;
	return 0;
}

/* A pattern that says nothing of sub-versions matches all of them. */
static bool target_matches(const struct config_target *target, struct firmware_name firmware)
{
	char revision[64];

	snprintf(revision, sizeof(revision), "%.*s", (int)revision_length(firmware),
		 firmware.text);
	return fnmatch(target->pattern, firmware.text, 0) == 0 ||
	       fnmatch(target->pattern, revision, 0) == 0;
}

int config_target(const struct config *config, struct firmware_name firmware,
		  const struct config_target **ret, char *error, size_t error_size)
{
	const struct config_target *found = NULL;
	int length = (int)revision_length(firmware);

	for (size_t i = 0; i < config->targets; i++) {
		const struct config_target *target = &config->target[i];

		if (!target_matches(target, firmware))
			continue;
		if (found) {
			snprintf(error, error_size,
				 "%s: target \"%s\" matches firmware %.*s, and "
				 "so does \"%s\" in %s",
				 target->where, target->pattern, length, firmware.text,
				 found->pattern, found->where);
			return -EINVAL;
		}
		found = target;
	}
	*ret = found;
	return 0;
}
