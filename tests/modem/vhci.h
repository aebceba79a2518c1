/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A USB device in a real kernel: USB/IP over a socket pair whose other end
 * vhci_hcd holds (Documentation/usb/usbip_protocol.rst). No network.
 */
#ifndef STANDIN_VHCI_H
#define STANDIN_VHCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VHCI_TRANSFER (256UL * 1024) /* longest transfer, bytes */

enum vhci_kind {
	VHCI_KIND_SUBMIT,
	VHCI_KIND_UNLINK,
};

struct vhci_request {
	enum vhci_kind kind;
	uint32_t seqnum, unlink_seqnum;
	uint8_t endpoint; /* address, USB_DIR_IN included */
	uint8_t setup[8];
	bool silent;	  /* never to be answered */
	bool zero_packet; /* URB_ZERO_PACKET: end a full last packet by a ZLP */
	const uint8_t *data; /* OUT; valid until the next vhci_read() */
	size_t length;	     /* of data, or wanted by an IN */
};

struct vhci {
	int socket; /* -1: off the bus */
	uint8_t *buffer;
	size_t length, used;
};

/* Returns 0 or -ENOMEM. */
int vhci_init(struct vhci *v);
void vhci_clear(struct vhci *v);

/*
 * Appear on that connector of vhci_hcd, counted over all its controllers: on its
 * SuperSpeed half at USB_SPEED_SUPER, else on its USB 2 half. Returns 0, -EBUSY while
 * the port is not free yet (it takes some ms after a detach), -ENOENT without vhci_hcd,
 * or another errno.
 */
int vhci_attach(struct vhci *v, unsigned int connector, unsigned int speed);
void vhci_detach(struct vhci *v);

/* Returns 1 with a request, 0 for none now, -EPIPE when the kernel let go. */
int vhci_read(struct vhci *v, struct vhci_request *ret_request);

/* Complete a SUBMIT: status 0 or a negative errno; data of an IN, or NULL. */
int vhci_complete(struct vhci *v, const struct vhci_request *r, int status,
		  const void *data, size_t length);
int vhci_unlinked(struct vhci *v, const struct vhci_request *r, bool was_pending);

#endif
