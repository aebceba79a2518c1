/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of standin, and the [modem] section of a scenario. */
#ifndef STANDIN_OPTIONS_H
#define STANDIN_OPTIONS_H

#include "settings.h"

struct options {
	struct settings settings;
	unsigned int vhci_port;
	const char *wire, *memory; /* file names or NULL */
	bool package;		   /* write a package to stdout and end */
	const char *from, *to;
	uint64_t size;
};

/* Returns 0, 1 when help was printed, -EINVAL after a sentence on stderr. */
int options_parse(struct options *o, int argc, char **argv);

#endif
