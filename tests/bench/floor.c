/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor POSITION COMMAND: as little as can stand between a modem that returns and
 * the first read of its AT port. Claims the modem's port of its hub, a root hub, so
 * that no driver comes in between; sends COMMAND to the AT port; then waits for the
 * kernel's own uevent of the modem, configures and takes it by ioctls of usbfs and queues
 * reads, and does nothing with what they bring. Reads until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_INTERFACE 2
#define AT_IN 0x84
#define AT_OUT 0x03
#define READS 4
#define ANSWER_MS 5000
#define AGAIN_MS 1

static struct usbdevfs_urb *reads[READS];
static char buffers[READS][4096];

/* @device: as sysfs calls it. */
static int open_node(const char *device)
{
	unsigned int numbers[2];
	static const char *const names[] = { "busnum", "devnum" };
	char path[128];

	for (int i = 0; i < 2; i++) {
		FILE *file;
		int read;

		snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/%s", device, names[i]);
		file = fopen(path, "re");
		if (!file)
			return -1;
		read = fscanf(file, "%u", &numbers[i]);
		fclose(file);
		if (read != 1)
			return -1;
	}
	snprintf(path, sizeof(path), "/dev/bus/usb/%03u/%03u", numbers[0], numbers[1]);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* Held as long as this runs. */
static int claim_port(const char *position)
{
	unsigned int bus, port;
	char hub[32];
	int node;

	if (sscanf(position, "%u-%u", &bus, &port) != 2)
		return -1;
	snprintf(hub, sizeof(hub), "usb%u", bus);
	node = open_node(hub);
	return node < 0 ? -1 : ioctl(node, USBDEVFS_CLAIM_PORT, &port);
}

static int submit(int node, struct usbdevfs_urb *urb)
{
	return ioctl(node, USBDEVFS_SUBMITURB, urb);
}

static int attach(const char *position, int returned)
{
	struct usbdevfs_disconnect_claim claim = { .interface = AT_INTERFACE };
	int node = open_node(position), configuration = 1;

	/* Of a port that is claimed the kernel leaves that to the owner. */
	if (node < 0 || (returned && ioctl(node, USBDEVFS_SETCONFIGURATION, &configuration) < 0) ||
	    ioctl(node, USBDEVFS_DISCONNECT_CLAIM, &claim) < 0)
		goto failed;
	for (int i = 0; i < READS; i++) {
		if (!reads[i])
			reads[i] = calloc(1, sizeof(*reads[i]));
		if (!reads[i])
			goto failed;
		reads[i]->type = USBDEVFS_URB_TYPE_BULK;
		reads[i]->endpoint = AT_IN;
		reads[i]->buffer = buffers[i];
		reads[i]->buffer_length = sizeof(buffers[i]);
		if (submit(node, reads[i]) < 0)
			goto failed;
	}
	return node;
failed:
	if (node >= 0)
		close(node);
	return -1;
}

static int send_command(int node, const char *command)
{
	char line[300];
	int length = snprintf(line, sizeof(line), "%s\r", command);
	struct usbdevfs_bulktransfer write = {
		.ep = AT_OUT, .len = (unsigned int)length, .timeout = ANSWER_MS, .data = line
	};

	return ioctl(node, USBDEVFS_BULK, &write) == length ? 0 : -1;
}

/* Reads that came back go out again, until the modem is gone. */
static void reap(int *node)
{
	struct usbdevfs_urb *urb;

	while (ioctl(*node, USBDEVFS_REAPURBNDELAY, &urb) == 0)
		if (urb->status == 0)
			submit(*node, urb);
	if (errno == EAGAIN)
		return;
	close(*node);
	*node = -1;
}

static int open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd;
}

/* True if the modem itself, not what is below it, has come or gone. */
static int hear(int uevents, const char *position, int *there)
{
	char event[8192], end[80];
	ssize_t size = recv(uevents, event, sizeof(event) - 1, 0);
	size_t head;

	if (size <= 0)
		return 0;
	event[size] = '\0';
	snprintf(end, sizeof(end), "/%s", position);
	head = strlen(event);
	if (head < strlen(end) || strcmp(event + head - strlen(end), end) != 0)
		return 0;
	if (strncmp(event, "add@", 4) != 0 && strncmp(event, "remove@", 7) != 0)
		return 0;
	*there = event[0] == 'a';
	return 1;
}

int main(int argc, char **argv)
{
	int uevents = open_uevents();
	int node = argc == 3 ? attach(argv[1], 0) : -1;
	int there = 1;

	if (uevents < 0 || node < 0 || claim_port(argv[1]) < 0 || send_command(node, argv[2]) < 0) {
		perror("floor POSITION COMMAND");
		return 1;
	}
	for (;;) {
		struct pollfd fds[] = { { uevents, POLLIN, 0 }, { node, POLLOUT, 0 } };

		/* The kernel may not be done with what it has told of. */
		if (poll(fds, 2, node < 0 && there ? AGAIN_MS : -1) < 0)
			return 1;
		if (fds[1].revents && node >= 0)
			reap(&node);
		if (fds[0].revents && hear(uevents, argv[1], &there) && node >= 0) {
			close(node);
			node = -1;
		}
		if (node < 0 && there)
			node = attach(argv[1], 1);
	}
}
