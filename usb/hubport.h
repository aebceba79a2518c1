/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The claim on the hub port that a modem is plugged into, and on its
 * SuperSpeed peer (USBDEVFS_CLAIM_PORT). While it is held, a device that
 * enumerates there stays unconfigured until port_open() configures it, and no
 * interface driver binds, whatever is loaded when: the window at
 * re-enumeration does not exist. The claim ends with the process at the latest;
 * a device that came while it was held then still is unconfigured.
 */
#ifndef QFOTA_HUBPORT_H
#define QFOTA_HUBPORT_H

struct hubport;

/* "255-255.255.255.255.255.255" is the longest the kernel makes. */
#define HUBPORT_POSITION_SIZE 32

/*
 * The position of the other half of the connector ("2-1.4"), on which a
 * SuperSpeed modem may return as USB 2, or the other way round (fact 4.6).
 * -ENODEV: no position.  -ENOENT: it has none.  Other errno of readlink(2).
 */
int hubport_find_peer(const char *position, char ret[static HUBPORT_POSITION_SIZE]);

/*
 * @position: "1-1.4".
 * -EACCES: this user may not open the hub's node: go on without.
 * -EBUSY: another process holds the claim.  -ENODEV: no such hub.
 * -ENOMEM, and other errno of open(2) and ioctl(2).
 * A peer that cannot be claimed is left out silently: it may be none.
 */
int hubport_claim(const char *position, struct hubport **ret);
/*
 * Before port_close(…, true): drivers bind only after the release. A device
 * that stands there unconfigured is configured, as the kernel would have done,
 * if this user may open it. NULL is fine.
 */
void hubport_release(struct hubport *hubport);

#endif
