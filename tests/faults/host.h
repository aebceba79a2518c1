/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host made of a folder: below $QFOTA_HOST lie a sysfs, device nodes, and the
 * /run and /etc of one agent. The stand-in modem (host_bus.c) is its bus; what the
 * agent finds in place of libusb, libudev and the kernel is preloaded (host_usb.c,
 * host_udev.c, host_files.c). A node is a socket, on which these go to and fro.
 */
#ifndef FAULTS_HOST_H
#define FAULTS_HOST_H

#include <stdint.h>

#define HOST_ROOT "QFOTA_HOST"
#define HOST_DEVICES "/sys/bus/usb/devices"
#define HOST_NODES "/dev/bus/usb"
#define HOST_MONITORS "/monitors" /* a socket for each udev_monitor */
#define HOST_ID_PATH "platform-host-usb-0:1"

enum host_kind {
	/* To the bus. */
	HOST_SUBMIT,
	HOST_CANCEL, /* the transfer with that id */
	HOST_CLAIM,  /* endpoint: the interface; likewise the next two */
	HOST_RELEASE,
	HOST_GIVE_BACK,
	HOST_GET_CONFIGURATION,
	HOST_SET_CONFIGURATION, /* endpoint: its number */
	/* From the bus. */
	HOST_COMPLETE, /* of a submit: status, bytes moved */
	HOST_REPLY,    /* of anything else: status, and what was asked for */
};

struct host_message {
	uint32_t kind;
	uint32_t id;
	int32_t status;	 /* 0 or a negative errno */
	uint32_t length; /* of what follows, or is wanted by a transfer to the host */
	uint8_t endpoint;
	uint8_t zero_packet;
	uint8_t setup[8];
};

/* What the kernel and udevd say of a device. */
struct host_uevent {
	char action[16];
	char position[32];
	char id_path[64];
	uint32_t device;
};

#endif
