/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of modems, for the commands that put them to work: configuration,
 * journal, transcript and views are opened, the agent works, all is closed.
 */
#ifndef QFOTA_RUN_H
#define QFOTA_RUN_H

#include "agent/command.h"

/* The exit status; whatever went wrong has been said. */
int run_modems(const struct command_options *options);

#endif
