/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said to the kernel helper, usb/guard/qfota_guard.c, which keeps the
 * interfaces of a modem from all other drivers, over re-enumerations and over the
 * death of who asked for it.
 */
#ifndef QFOTA_GUARD_H
#define QFOTA_GUARD_H

#include <stdbool.h>

/* The helper is loaded: its node is there, and not a plain file in the place of it. */
bool guard_is_loaded(void);

/*
 * Holds @position ("1-1.4") for @seconds (1 to 86400) from now on, or if it is held
 * already for so long from now on.
 * -ENOENT: the helper is not loaded.  -EACCES: it is, for others: the udev rule
 * gives it to group qfota.  -ENOSPC: it holds too many. Other errno of open(2)
 * and write(2).
 */
int guard_hold(const char *position, unsigned int seconds);
/* Its drivers have it back when this returns. -ENOENT: was not held. Else as above. */
int guard_release(const char *position);

#endif
