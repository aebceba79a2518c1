/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vhci.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/sockios.h>
#include <linux/usb/ch9.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define VHCI_SYSFS "/sys/devices/platform/vhci_hcd."
#define VHCI_URB_ZERO_PACKET 0x40
#define TAKEN_PAUSE_US 1000
#define TAKEN_TRIES 5000

enum usbip_command {
	USBIP_CMD_SUBMIT = 1,
	USBIP_CMD_UNLINK = 2,
	USBIP_RET_SUBMIT = 3,
	USBIP_RET_UNLINK = 4,
};

/* Big-endian; both directions and all four commands are 48 bytes long. */
struct usbip_header {
	uint32_t command, seqnum, devid, direction, endpoint;
	uint32_t argument[5]; /* flags or status or seqnum, length, ... */
	uint8_t setup[8];
};

_Static_assert(sizeof(struct usbip_header) == 48, "USB/IP header");

int vhci_init(struct vhci *v)
{
	*v = (struct vhci){.socket = -1};
	v->buffer = malloc(sizeof(struct usbip_header) + VHCI_TRANSFER);
	return v->buffer ? 0 : -ENOMEM;
}

/*
 * What was handed over is with the host; but vhci_hcd drops what it has not read
 * from the socket when it finds it closed. No event tells that it has.
 */
static void wait_taken(int socket)
{
	int left;

	for (unsigned int i = 0; i < TAKEN_TRIES; i++) {
		if (ioctl(socket, SIOCOUTQ, &left) < 0 || !left)
			return;
		usleep(TAKEN_PAUSE_US);
	}
}

void vhci_detach(struct vhci *v)
{
	if (v->socket >= 0) {
		wait_taken(v->socket);
		shutdown(v->socket, SHUT_RDWR);
		close(v->socket);
	}
	v->socket = -1;
	v->length = v->used = 0;
}

void vhci_clear(struct vhci *v)
{
	vhci_detach(v);
	free(v->buffer);
	v->buffer = NULL;
}

/*
 * Each controller has so many connectors, with a USB 2 and a SuperSpeed port
 * each: first all USB 2 ports, then the others, then those of the next one.
 */
static int connectors_count(unsigned int *ret)
{
	FILE *f = fopen(VHCI_SYSFS "0/status", "re");
	unsigned int port;
	char line[128];
	int r = -ENOENT;

	if (!f)
		return -errno;
	while (r && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "ss %u", &port) == 1 && port) {
			*ret = port;
			r = 0;
		}
	}
	fclose(f);
	return r;
}

static int attach_write(const char *text)
{
	int fd = open(VHCI_SYSFS "0/attach", O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

/*
 * True while the kernel still shows what sat there before. A busy hub thread may
 * not have looked yet, and vhci_hcd, unlike a real hub, leaves the port enabled:
 * a quick return would then go by unnoticed.
 */
static bool still_shown(unsigned int controller, unsigned int port, bool super)
{
	char pattern[96];
	glob_t found = {0};
	bool shown = false;

	snprintf(pattern, sizeof(pattern), VHCI_SYSFS "%u/usb*/[0-9]*-%u",
		 controller, port + 1);
	if (glob(pattern, 0, NULL, &found))
		return false;
	for (size_t i = 0; i < found.gl_pathc && !shown; i++) {
		char path[160], speed[16] = "";
		FILE *f;

		snprintf(path, sizeof(path), "%s/speed", found.gl_pathv[i]);
		f = fopen(path, "re");
		if (f && fgets(speed, sizeof(speed), f))
			shown = (strtoul(speed, NULL, 10) >= 5000) == super;
		if (f)
			fclose(f);
	}
	globfree(&found);
	return shown;
}

int vhci_attach(struct vhci *v, unsigned int connector, unsigned int speed)
{
	unsigned int count = 1, controller, port;
	bool super = speed == USB_SPEED_SUPER;
	char text[64];
	int pair[2];
	int r = connectors_count(&count);

	if (r)
		return r;
	controller = connector / count;
	port = connector % count;
	if (still_shown(controller, port, super))
		return -EBUSY;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	port += 2 * controller * count + (super ? count : 0);
	snprintf(text, sizeof(text), "%u %d %u %d", port, pair[1],
		 connector + 1, speed);
	r = attach_write(text);
	close(pair[1]);
	if (r) {
		close(pair[0]);
		return r;
	}
	v->socket = pair[0];
	v->length = v->used = 0;
	return 0;
}

static int receive(struct vhci *v, size_t wanted)
{
	while (v->length < wanted) {
		ssize_t n = recv(v->socket, v->buffer + v->length,
				 wanted - v->length, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -EPIPE;
		v->length += (size_t)n;
	}
	return 1;
}

static void submit_parse(const struct usbip_header *h, struct vhci_request *r)
{
	r->kind = VHCI_KIND_SUBMIT;
	r->endpoint = (uint8_t)ntohl(h->endpoint);
	if (ntohl(h->direction))
		r->endpoint |= USB_DIR_IN;
	r->zero_packet = ntohl(h->argument[0]) & VHCI_URB_ZERO_PACKET;
	r->length = ntohl(h->argument[1]);
	memcpy(r->setup, h->setup, sizeof(r->setup));
}

int vhci_read(struct vhci *v, struct vhci_request *ret_request)
{
	struct vhci_request request = {0};
	struct usbip_header h;
	int r = receive(v, sizeof(h));

	if (r <= 0)
		return r;
	memcpy(&h, v->buffer, sizeof(h));
	request.seqnum = ntohl(h.seqnum);
	if (ntohl(h.command) == USBIP_CMD_UNLINK) {
		request.kind = VHCI_KIND_UNLINK;
		request.unlink_seqnum = ntohl(h.argument[0]);
	} else {
		submit_parse(&h, &request);
	}
	if (request.kind == VHCI_KIND_SUBMIT && !(request.endpoint & USB_DIR_IN)) {
		if (request.length > VHCI_TRANSFER)
			return -EPIPE;
		r = receive(v, sizeof(h) + request.length);
		if (r <= 0)
			return r;
		request.data = v->buffer + sizeof(h);
	}
	v->length = 0;
	*ret_request = request;
	return 1;
}

static int reply_send(struct vhci *v, const struct usbip_header *h,
		      const void *data, size_t length)
{
	struct iovec parts[] = {
		{.iov_base = (void *)h, .iov_len = sizeof(*h)},
		{.iov_base = (void *)data, .iov_len = length},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = length ? 2 : 1};
	size_t left = sizeof(*h) + length;

	while (left) {
		ssize_t n = sendmsg(v->socket, &message, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		left -= (size_t)n;
		for (size_t i = 0, skip = (size_t)n; i < (size_t)message.msg_iovlen; i++) {
			size_t part = skip < parts[i].iov_len ? skip
							      : parts[i].iov_len;

			parts[i].iov_base = (uint8_t *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			skip -= part;
		}
	}
	return 0;
}

int vhci_complete(struct vhci *v, const struct vhci_request *r, int status,
		  const void *data, size_t length)
{
	bool in = r->endpoint & USB_DIR_IN;
	struct usbip_header h = {
		.command = htonl(USBIP_RET_SUBMIT),
		.seqnum = htonl(r->seqnum),
		.argument = {htonl((uint32_t)status), htonl((uint32_t)length)},
	};

	return reply_send(v, &h, data, in ? length : 0);
}

int vhci_unlinked(struct vhci *v, const struct vhci_request *r, bool was_pending)
{
	struct usbip_header h = {
		.command = htonl(USBIP_RET_UNLINK),
		.seqnum = htonl(r->seqnum),
		.argument = {htonl((uint32_t)(was_pending ? -ECONNRESET : 0))},
	};

	return reply_send(v, &h, NULL, 0);
}
