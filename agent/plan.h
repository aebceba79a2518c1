/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an identified modem is to become: by the command line for all, or by
 * the configuration for each.
 */
#ifndef QFOTA_PLAN_H
#define QFOTA_PLAN_H

#include <stdbool.h>

#include "agent/core/dfota.h"
#include "agent/core/source.h"

struct config;
struct package_file;

/* What the command line says. */
struct wish {
	const char *package;  /* as given; NULL: what the configuration says */
	struct source source; /* of package */
	const char *from;     /* NULL: not stated */
	const char *to;
	bool dry_run;
	bool force; /* however often it failed */
	bool follow; /* what is under way, and nothing else */
	bool watch;  /* stays for what is plugged in later */
	int jobs; /* modems at once, 0: all, -1: as configured */
	int interface;	   /* take this one as the AT port, -1: choose */
};

/*
 * *ret_package: with its credentials; NULL if none is concerned. *ret_file: open
 * if the package is a local file and the plan is an upgrade, else its fd is -1.
 */
void plan_make(const struct wish *wish, const struct config *config, struct firmware_name firmware,
	       struct dfota_plan *ret, struct package_file *ret_file, const char **ret_package);

/* What has to be known of a firmware beside its revision, to plan by it: enum revision_part. */
unsigned int plan_firmware_parts(const struct wish *wish, const struct config *config);

/* True if the configuration leads on from @firmware, which a job has just reached. */
bool plan_goes_on(const struct wish *wish, const struct config *config,
		  struct firmware_name firmware);

#endif
