/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/plan.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/config.h"
#include "agent/core/deltas.h"
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

	if (package_file_open(path, sha256, ret_file, error, sizeof(error)) < 0) {
		plan_set(plan, DFOTA_PLAN_CONFIG, "%s%s%s", where ? where : "", where ? ": " : "",
			 error);
		return;
	}
	plan->upload = true;
	plan->size = ret_file->size;
	plan->sum = ret_file->sum;
}

static void plan_upgrade(struct dfota_plan *plan, const struct source *source, const char *target)
{
	plan->kind = DFOTA_PLAN_UPGRADE;
	plan->download = source->kind == SOURCE_KIND_URL;
	text_set(plan->target, sizeof(plan->target), target ? target : "");
	if (source->kind != SOURCE_KIND_FILE)
		text_set(plan->argument, sizeof(plan->argument), source->argument);
}

/* One package for all, as stated on the command line. */
static void plan_by_wish(const struct wish *wish, const char *firmware, struct dfota_plan *ret,
			 struct package_file *ret_file)
{
	text_set(ret->target, sizeof(ret->target), wish->to ? wish->to : "");
	if (wish->to && revision_fits(firmware, wish->to))
		plan_set(ret, DFOTA_PLAN_CURRENT, "it runs %s already", wish->to);
	else if (wish->from && !revision_fits(firmware, wish->from))
		plan_set(ret, DFOTA_PLAN_REFUSE,
			 "the package is made for %s, but the modem runs %s; get the package for "
			 "that firmware",
			 wish->from, firmware);
	else
		plan_upgrade(ret, &wish->source, wish->to);
	if (ret->kind == DFOTA_PLAN_UPGRADE && wish->source.kind == SOURCE_KIND_FILE)
		plan_upload(ret, wish->source.argument, NULL, NULL, ret_file);
}

static const struct delta *next_delta(const struct config *config, const char *firmware,
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

static void plan_by_config(const struct config *config, const char *firmware,
			   struct dfota_plan *ret, struct package_file *ret_file,
			   const char **package)
{
	const struct config_target *target = NULL;
	const struct delta *delta;
	char error[160];

	if (config_target(config, firmware, &target, error, sizeof(error)) < 0) {
		plan_set(ret, DFOTA_PLAN_CONFIG, "%s", error);
		return;
	}
	if (!target) {
		plan_set(ret, DFOTA_PLAN_NOTHING, "nothing is configured for firmware %s",
			 firmware);
		return;
	}
	text_set(ret->target, sizeof(ret->target), target->firmware);
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
			 target->where, firmware, target->firmware);
}

void plan_make(const struct wish *wish, const struct config *config, const char *firmware,
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

bool plan_goes_on(const struct wish *wish, const struct config *config, const char *firmware)
{
	const struct config_target *target = NULL;
	char error[160];

	return !wish->package &&
	       config_target(config, firmware, &target, error, sizeof(error)) == 0 && target &&
	       next_delta(config, firmware, target->firmware);
}

static unsigned int parts_of(const char *name)
{
	return name ? revision_parts(name) : 0;
}

unsigned int plan_firmware_parts(const struct wish *wish, const struct config *config)
{
	unsigned int parts = parts_of(wish->from) | parts_of(wish->to);

	for (size_t i = 0; !wish->package && i < config->targets; i++)
		parts |= parts_of(config->target[i].pattern) | parts_of(config->target[i].firmware);
	for (size_t i = 0; !wish->package && i < config->deltas; i++)
		parts |= parts_of(config->delta[i].from) | parts_of(config->delta[i].to);
	return parts;
}
