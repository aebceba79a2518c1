/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "agent/config.h"
#include "agent/core/deltas.h"
#include "agent/core/firmware.h"
#include "agent/core/revision.h"
#include "agent/core/text.h"
#include "agent/package_file.h"
#include "agent/util.h"

static void _printf_(3, 4) plan_set(struct dfota_plan *plan, enum dfota_plan_kind kind,
				    const char *format, ...)
{
	va_list arguments;

	plan->kind = kind;
	va_start(arguments, format);
	vsnprintf(plan->reason, sizeof(plan->reason), format, arguments);
	va_end(arguments);
}

/* @where: what names the package, for messages; NULL: the command line. */
static void plan_upload(struct dfota_plan *plan, const char *path, const char *sha256,
			const char *where, struct package_file *ret_file)
{
	char error[160];
	int r = package_file_open(path, sha256, ret_file, error, sizeof(error));
	const char *hint = r == -ENOENT ? source_hint(path) : NULL;

	if (r < 0) {
		plan_set(plan, DFOTA_PLAN_CONFIG, "%s%s%s%s%s", where ? where : "",
			 where ? ": " : "", error, hint ? "; " : "", hint ? hint : "");
		return;
	}
	plan->upload = true;
	plan->size = ret_file->size;
	plan->sum = ret_file->sum;
}

/* As people know it: with the parts that their own names have. */
static const char *shown(struct firmware_name firmware, unsigned int parts,
			 char ret[static DFOTA_FIRMWARE_SIZE])
{
	revision_show(firmware, parts, ret, DFOTA_FIRMWARE_SIZE);
	return ret;
}

static void plan_upgrade(struct dfota_plan *plan, const struct source *source, const char *target)
{
	plan->kind = DFOTA_PLAN_UPGRADE;
	plan->download = source->kind == SOURCE_KIND_URL;
	text_set(plan->target, sizeof(plan->target), target ? target : "");
	if (source->kind != SOURCE_KIND_FILE)
		text_set(plan->argument, sizeof(plan->argument), source->argument);
}

/* What is wanted, or a package made for it, is of another model than the modem; NULL: neither. */
static const char *other_model(const struct wish *wish, const char *firmware)
{
	if (wish->to && !firmware_same_model(wish->to, firmware))
		return wish->to;
	return wish->from && !firmware_same_model(wish->from, firmware) ? wish->from : NULL;
}

/* One package for all, as stated on the command line. */
static void plan_by_wish(const struct wish *wish, struct firmware_name firmware,
			 struct dfota_plan *ret, struct package_file *ret_file)
{
	const char *other = other_model(wish, firmware.text);
	char name[DFOTA_FIRMWARE_SIZE];

	text_set(ret->target, sizeof(ret->target), wish->to ? wish->to : "");
	if (other)
		plan_set(ret, DFOTA_PLAN_CONFIG,
			 "%s is the firmware of another model, but the modem runs %s; choose the "
			 "modem with --port or --imei, or name its own firmware",
			 other, shown(firmware, revision_parts(other), name));
	else if (wish->to && revision_fits(firmware, wish->to))
		plan_set(ret, DFOTA_PLAN_CURRENT, "it runs %s already", wish->to);
	else if (wish->from && !revision_fits(firmware, wish->from))
		plan_set(ret, DFOTA_PLAN_REFUSE,
			 "the package is made for %s, but the modem runs %s; get the package for "
			 "that firmware",
			 wish->from, shown(firmware, revision_parts(wish->from), name));
	else
		plan_upgrade(ret, &wish->source, wish->to);
	if (ret->kind == DFOTA_PLAN_UPGRADE && wish->source.kind == SOURCE_KIND_FILE)
		plan_upload(ret, wish->source.argument, NULL, NULL, ret_file);
}

static const struct delta *next_delta(const struct config *config, struct firmware_name firmware,
				      const char *target)
{
	return deltas_next(config->delta, config->deltas, firmware, target, NULL);
}

static void plan_by_delta(const struct delta *delta, struct dfota_plan *ret,
			  struct package_file *ret_file, const char **package)
{
	struct source source;
	const char *error;

	*package = delta->package;
	if (source_parse(delta->package, &source, &error) < 0) {
		plan_set(ret, DFOTA_PLAN_CONFIG, "%s: %s", delta->where, error);
		return;
	}
	plan_upgrade(ret, &source, delta->to);
	if (source.kind == SOURCE_KIND_FILE)
		plan_upload(ret, source.argument, delta->sha256, delta->where, ret_file);
}

static unsigned int parts_of(const char *name)
{
	return name ? revision_parts(name) : 0;
}

static unsigned int config_parts(const struct config *config)
{
	unsigned int parts = 0;

	for (size_t i = 0; i < config->targets; i++)
		parts |= parts_of(config->target[i].pattern) | parts_of(config->target[i].firmware);
	for (size_t i = 0; i < config->deltas; i++)
		parts |= parts_of(config->delta[i].from) | parts_of(config->delta[i].to);
	return parts;
}

static void plan_by_config(const struct config *config, struct firmware_name firmware,
			   struct dfota_plan *ret, struct package_file *ret_file,
			   const char **package)
{
	const struct config_target *target = NULL;
	const struct delta *delta;
	char error[160], name[DFOTA_FIRMWARE_SIZE];

	if (config_target(config, firmware, &target, error, sizeof(error)) < 0) {
		plan_set(ret, DFOTA_PLAN_CONFIG, "%s", error);
		return;
	}
	if (!target) {
		plan_set(ret, DFOTA_PLAN_NOTHING, "nothing is configured for firmware %s",
			 shown(firmware, 0, name));
		return;
	}
	text_set(ret->target, sizeof(ret->target), target->firmware);
	if (!firmware_same_model(target->firmware, firmware.text)) {
		plan_set(ret, DFOTA_PLAN_CONFIG,
			 "%s: %s is the firmware of another model, but the modem runs %s; make the "
			 "pattern of the target match one model",
			 target->where, target->firmware, shown(firmware, 0, name));
		return;
	}
	if (revision_fits(firmware, target->firmware)) {
		plan_set(ret, DFOTA_PLAN_CURRENT, "it runs %s already", target->firmware);
		return;
	}
	delta = next_delta(config, firmware, target->firmware);
	if (delta)
		plan_by_delta(delta, ret, ret_file, package);
	else
		plan_set(ret, DFOTA_PLAN_CONFIG,
			 "%s: no chain of deltas leads from %s to %s; add the missing [delta]",
			 target->where, shown(firmware, config_parts(config), name), target->firmware);
}

void plan_make(const struct wish *wish, const struct config *config, struct firmware_name firmware,
	       struct dfota_plan *ret, struct package_file *ret_file, const char **ret_package)
{
	*ret = (struct dfota_plan){ .dry_run = wish->dry_run };
	ret_file->fd = -1;
	*ret_package = wish->package;
	if (wish->package)
		plan_by_wish(wish, firmware, ret, ret_file);
	else
		plan_by_config(config, firmware, ret, ret_file, ret_package);
}

bool plan_goes_on(const struct wish *wish, const struct config *config,
		  struct firmware_name firmware)
{
	const struct config_target *target = NULL;
	char error[160];

	return !wish->package &&
	       config_target(config, firmware, &target, error, sizeof(error)) == 0 && target &&
	       next_delta(config, firmware, target->firmware);
}

unsigned int plan_firmware_parts(const struct wish *wish, const struct config *config)
{
	return parts_of(wish->from) | parts_of(wish->to) |
	       (wish->package ? 0 : config_parts(config));
}
