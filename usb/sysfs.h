/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says in sysfs of the USB device at a position ("1-1.4", "usb1").
 */
#ifndef QFOTA_SYSFS_H
#define QFOTA_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Up to a page of an attribute, which one read has whole; its size. -ENOENT, -ENODEV:
 * there is no such device, or it has none. -EMFILE, -ENOMEM and the like: it cannot be
 * told now. -ENAMETOOLONG
 */
ssize_t sysfs_read(const char *position, const char *attribute, void *ret, size_t size);
/* The device is not there, or it has no such attribute: that is an answer. Any other error is none. */
bool sysfs_is_absent(ssize_t error);
/* The attribute without its newline, in @ret; NULL if there is none. */
const char *sysfs_string(const char *position, const char *attribute, char *ret, size_t size);
/* A decimal one that is never 0: *ret is 0 if there is none, or an empty one. -EMFILE and the like */
int sysfs_number(const char *position, const char *attribute, unsigned int *ret);
/*
 * False: the kernel has told of a device and is not done with it. It goes on to set a
 * configuration, or none where the hub port is held (generic_probe), over one that was
 * set meanwhile. Once there is a driver, usbfs waits for that. True of what is not there.
 */
bool sysfs_is_bound(const char *position);
/*
 * The driver on interface @interface ("option"), empty if none or if there is no such
 * device, "unknown driver" if that cannot be told. Always terminated.
 */
void sysfs_driver(const char *position, unsigned int interface, char *ret, size_t size);

#endif
