/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "usb/hubport.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/usbdevice_fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/util.h"
#include "usb/sysfs.h"

#define DEVICES "/sys/bus/usb/devices"

enum {
	/* USB 2.0 specification, tables 9-8 and 9-10. */
	DEVICE_SIZE = 18,
	CONFIGURATION_SIZE = 9,
	CONFIGURATION_VALUE = 5,
};

struct hubport {
	int fd;
	int peer_fd; /* -1: none is claimed */
	char position[HUBPORT_POSITION_SIZE];
	char peer[HUBPORT_POSITION_SIZE]; /* empty: none is there */
};

/* A place on a hub, in the words of sysfs. */
struct place {
	char hub[HUBPORT_POSITION_SIZE];       /* "1-1", "usb1" */
	char interface[HUBPORT_POSITION_SIZE]; /* "1-1:1.0", "1-0:1.0" */
	unsigned int port;
};

static bool is_position(const char *position)
{
	return strlen(position) < HUBPORT_POSITION_SIZE - sizeof(":1.0") &&
	       strspn(position, "0123456789.-") == strlen(position);
}

/* "1-1.4" is port 4 of "1-1", and "1-1" is port 1 of root hub "usb1". */
static int place_parse(const char *position, struct place *ret)
{
	const char *dot = strrchr(position, '.');
	const char *dash = strchr(position, '-');
	const char *end = dot ? dot : dash;
	struct place place = {0};
	int length;

	if (!dash || !is_position(position))
		return -ENODEV;
	length = (int)(end - position);
	place.port = (unsigned int)strtoul(end + 1, NULL, 10);
	if (!length || !place.port)
		return -ENODEV;
	snprintf(place.hub, sizeof(place.hub), dot ? "%.*s" : "usb%.*s", length,
		 position);
	snprintf(place.interface, sizeof(place.interface),
		 dot ? "%.*s:1.0" : "%.*s-0:1.0", length, position);
	*ret = place;
	return 0;
}

static int open_node(const char *position)
{
	unsigned int bus, device = 0;
	char path[PATH_MAX];
	int r;

	r = sysfs_number(position, "busnum", &bus);
	if (r == 0)
		r = sysfs_number(position, "devnum", &device);
	if (r < 0 || !device)
		return r < 0 ? r : -ENODEV;
	snprintf(path, sizeof(path), "/dev/bus/usb/%03u/%03u", bus, device);
	r = open(path, O_RDWR | O_CLOEXEC);
	if (r < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	return r;
}

/* musl's ioctl() takes an int, which these requests overflow as constants. */
static int node_ioctl(int fd, unsigned int request, unsigned int *value)
{
	return ioctl(fd, request, value);
}

/* The claim is the open node: closing it, or dying, ends it. */
static int place_claim(const struct place *place, int *ret_fd)
{
	_cleanup_close_ int fd = open_node(place->hub);
	unsigned int port = place->port;

	if (fd < 0)
		return fd;
	if (node_ioctl(fd, USBDEVFS_CLAIM_PORT, &port) < 0)
		return -errno;
	*ret_fd = util_take_fd(&fd);
	return 0;
}

/* "usb2-port1" becomes "2-1", "2-1-port4" becomes "2-1.4". */
static int peer_position(const char *name, char ret[static HUBPORT_POSITION_SIZE])
{
	const char *port = strstr(name, "-port");
	bool root = !strncmp(name, "usb", 3);
	char position[PATH_MAX];

	if (!port)
		return -ENOENT;
	if (root)
		name += 3;
	snprintf(position, sizeof(position), "%.*s%c%s", (int)(port - name),
		 name, root ? '-' : '.', port + strlen("-port"));
	if (!is_position(position))
		return -ENOENT;
	strcpy(ret, position);
	return 0;
}

int hubport_find_peer(const char *position, char ret[static HUBPORT_POSITION_SIZE])
{
	char path[PATH_MAX], target[PATH_MAX];
	struct place place;
	const char *name;
	ssize_t size;
	int r;

	r = place_parse(position, &place);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), DEVICES "/%s/%s/%s-port%u/peer",
		 place.hub, place.interface, place.hub, place.port);
	size = readlink(path, target, sizeof(target) - 1);
	if (size < 0)
		return -errno;
	target[size] = '\0';
	name = strrchr(target, '/');
	return peer_position(name ? name + 1 : target, ret);
}

/* The modem may come back on the other half of its connector (fact 4.6). */
static void claim_peer(struct hubport *hubport)
{
	struct place peer;

	if (hubport_find_peer(hubport->position, hubport->peer) < 0)
		return;
	if (place_parse(hubport->peer, &peer) < 0 ||
	    place_claim(&peer, &hubport->peer_fd) < 0)
		hubport->peer_fd = -1;
}

int hubport_claim(const char *position, struct hubport **ret)
{
	_cleanup_free_ struct hubport *hubport = calloc(1, sizeof(*hubport));
	struct place place;
	int r;

	if (!hubport)
		return -ENOMEM;
	hubport->peer_fd = -1;
	r = place_parse(position, &place);
	if (r < 0)
		return r;
	r = place_claim(&place, &hubport->fd);
	if (r < 0)
		return r;
	strcpy(hubport->position, position);
	claim_peer(hubport);
	*ret = hubport;
	hubport = NULL;
	return 0;
}

/*
 * The kernel never comes back to a device that it left unconfigured: without
 * this, one that nobody opened (in emergency download, above all) would have
 * no interfaces, and so no rescue, until it is unplugged.
 */
static void configure(const char *position)
{
	uint8_t head[DEVICE_SIZE + CONFIGURATION_SIZE];
	_cleanup_close_ int fd = -1;
	unsigned int active, first;

	if (sysfs_number(position, "bConfigurationValue", &active) < 0 || active)
		return;
	fd = open_node(position);
	if (fd < 0 || read(fd, head, sizeof(head)) != sizeof(head))
		return;
	first = head[DEVICE_SIZE + CONFIGURATION_VALUE];
	node_ioctl(fd, USBDEVFS_SETCONFIGURATION, &first);
}

void hubport_release(struct hubport *hubport)
{
	if (!hubport)
		return;
	if (hubport->peer_fd >= 0)
		close(hubport->peer_fd);
	close(hubport->fd);
	configure(hubport->position);
	if (*hubport->peer)
		configure(hubport->peer);
	free(hubport);
}
