/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a host, as the kernel writes to it: sysfs, nodes and uevents. */
#ifndef FAULTS_HOST_SYSFS_H
#define FAULTS_HOST_SYSFS_H

#include <stddef.h>

#include "host.h"

#define HOST_PATH 256

/* With two root hubs, USB 2 and SuperSpeed halves of one connector. -ENOENT: no $QFOTA_HOST. */
int sysfs_init(void);

void sysfs_path(char ret[static HOST_PATH], const char *below, const char *name);
/* A folder, with all above it. */
void sysfs_make(const char *below);
/* An attribute of the device at @position. */
void sysfs_write(const char *position, const char *name, const void *bytes, size_t size);
void sysfs_print(const char *position, const char *name, const char *format, unsigned int value);
/* The device. */
void sysfs_remove(const char *position);
/* All monitors, of its coming ("add") or going ("remove"). */
void sysfs_tell(const char *action, const char *position, unsigned int device);

#endif
