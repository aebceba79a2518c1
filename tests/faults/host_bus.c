/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus of a host that is a folder, in place of vhci.c: it enumerates the
 * modem, shows it in sysfs, tells of it, and passes on what programs ask of it.
 * It keeps drivers and a claimed hub port as the kernel does.
 */
#include "host.h"
#include "host_sysfs.h"
#include "vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/usb/ch9.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS 8
#define FLIGHTS 256
#define INTERFACES 32
#define DESCRIPTORS_SIZE 4096
#define NOBODY (-1)
#define DRIVER (-2)
#define ENUMERATION (-3)
#define ORPHAN (-4) /* of a program that is gone */

/* What a hub driver asks of a new device, in this order. */
enum step {
	STEP_DEVICE,
	STEP_CONFIGURATION,
	STEP_MANUFACTURER,
	STEP_PRODUCT,
	STEP_SERIAL,
	STEP_CONFIGURE,
	STEP_DONE,
};

struct flight {
	uint32_t seqnum, id;
	int client;
	uint8_t configuration; /* 0: a transfer of the program's own */
};

static struct {
	char position[16];
	unsigned int device;
	int listener, awake; /* readable while there is something to do without a program */
	int client[CLIENTS];
	struct flight flight[FLIGHTS];
	unsigned int flights;
	uint32_t seqnum;
	enum step step;
	uint8_t descriptors[DESCRIPTORS_SIZE];
	size_t size;
	char string[STEP_DONE][256];
	int owner[INTERFACES];
	uint8_t interface[INTERFACES];
	unsigned int interfaces;
	uint8_t configuration;
} bus = {.listener = -1, .awake = -1};

/* ---- drivers ---- */

static bool hub_port_is_claimed(void)
{
	char path[256];
	bool claimed;
	int fd;

	sysfs_path(path, HOST_NODES, "001/001");
	fd = open(path, O_RDWR | O_CLOEXEC);
	claimed = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
	close(fd);
	return claimed;
}

static void owner_set(unsigned int index, int owner)
{
	char folder[128], path[256];

	snprintf(folder, sizeof(folder), "%s/%s:1.%u", bus.position, bus.position,
		 bus.interface[index]);
	sysfs_path(path, HOST_DEVICES, folder);
	strcat(path, "/driver");
	unlink(path);
	if (owner == DRIVER && symlink("/sys/bus/usb/drivers/option", path))
		perror(path);
	bus.owner[index] = owner;
}

/* No driver binds below a claimed port, not even when a program configures the device. */
static void configured(uint8_t configuration, bool with_drivers)
{
	char folder[128];

	bus.configuration = configuration;
	sysfs_print(bus.position, "bConfigurationValue", "%u\n", configuration);
	for (unsigned int i = 0; i < bus.interfaces; i++) {
		snprintf(folder, sizeof(folder), HOST_DEVICES "/%s/%s:1.%u", bus.position,
			 bus.position, bus.interface[i]);
		sysfs_make(folder);
		owner_set(i, with_drivers ? DRIVER : NOBODY);
	}
}

static void interfaces_find(void)
{
	const uint8_t *at = bus.descriptors + USB_DT_DEVICE_SIZE;
	const uint8_t *end = bus.descriptors + bus.size;

	bus.interfaces = 0;
	for (; end - at > 3 && at[0] && at[0] <= end - at; at += at[0])
		if (at[1] == USB_DT_INTERFACE && at[3] == 0 && bus.interfaces < INTERFACES)
			bus.interface[bus.interfaces++] = at[2];
}

static int32_t interface_take(const struct host_message *m, int client)
{
	for (unsigned int i = 0; i < bus.interfaces; i++) {
		int *owner = &bus.owner[i];

		if (!bus.configuration || bus.interface[i] != m->endpoint)
			continue;
		if (m->kind == HOST_CLAIM && *owner >= 0 && *owner != client)
			return -EBUSY;
		if (m->kind == HOST_CLAIM)
			owner_set(i, client);
		else if (m->kind == HOST_RELEASE && *owner != client)
			return -ENOENT;
		else if (m->kind == HOST_RELEASE)
			owner_set(i, NOBODY);
		else if (*owner >= 0 || *owner == DRIVER)
			return -EBUSY;
		else if (hub_port_is_claimed())
			return -ENODEV;
		else
			owner_set(i, DRIVER);
		return 0;
	}
	return -ENOENT;
}

/* ---- enumeration ---- */

static struct vhci_request setup_request(uint8_t type, uint8_t request, uint16_t value,
					 uint16_t index, uint16_t length)
{
	return (struct vhci_request){
		.kind = VHCI_KIND_SUBMIT,
		.endpoint = type & USB_DIR_IN,
		.length = length,
		.setup = {type, request, value & 0xff, value >> 8, index & 0xff, index >> 8,
			  length & 0xff, length >> 8},
	};
}

static void flight_begin(struct vhci_request *r, int client, uint32_t id, uint8_t configuration)
{
	r->seqnum = ++bus.seqnum;
	if (bus.flights == FLIGHTS)
		abort();
	bus.flight[bus.flights++] = (struct flight){r->seqnum, id, client, configuration};
}

static struct vhci_request step_request(void)
{
	switch (bus.step) {
	case STEP_DEVICE:
		return setup_request(USB_DIR_IN, USB_REQ_GET_DESCRIPTOR, USB_DT_DEVICE << 8, 0,
				     USB_DT_DEVICE_SIZE);
	case STEP_CONFIGURATION:
		return setup_request(USB_DIR_IN, USB_REQ_GET_DESCRIPTOR, USB_DT_CONFIG << 8, 0,
				     DESCRIPTORS_SIZE - USB_DT_DEVICE_SIZE);
	case STEP_MANUFACTURER:
	case STEP_PRODUCT:
	case STEP_SERIAL:
		return setup_request(USB_DIR_IN, USB_REQ_GET_DESCRIPTOR,
				     USB_DT_STRING << 8 |
					     bus.descriptors[14 + bus.step - STEP_MANUFACTURER],
				     0x0409, 255);
	case STEP_CONFIGURE:
	case STEP_DONE:
		break;
	}
	return setup_request(USB_DIR_OUT, USB_REQ_SET_CONFIGURATION, bus.descriptors[18 + 5], 0, 0);
}

/* False: there is nothing to ask at this step. */
static bool step_is_due(void)
{
	if (bus.step == STEP_CONFIGURE)
		return !hub_port_is_claimed();
	return bus.step < STEP_MANUFACTURER || bus.step > STEP_SERIAL ||
	       bus.descriptors[14 + bus.step - STEP_MANUFACTURER];
}

static void string_take(const uint8_t *data, size_t length)
{
	char *text = bus.string[bus.step];

	for (size_t i = 2; i + 1 < length; i += 2)
		*text++ = (char)data[i];
	*text = '\0';
}

static void step_take(int status, const uint8_t *data, size_t length)
{
	if (status < 0)
		return;
	if (bus.step == STEP_CONFIGURE) {
		bus.configuration = bus.descriptors[18 + 5];
	} else if (bus.step >= STEP_MANUFACTURER) {
		string_take(data, length);
	} else {
		memcpy(bus.descriptors + bus.size, data, length);
		bus.size += length;
	}
}

static void device_show(void)
{
	char folder[64], driver[HOST_PATH];
	const uint8_t *d = bus.descriptors;

	snprintf(folder, sizeof(folder), HOST_DEVICES "/%s", bus.position);
	sysfs_make(folder);
	sysfs_path(driver, folder, "driver");
	if (symlink("/sys/bus/usb/drivers/usb", driver))
		perror(driver);
	sysfs_print(bus.position, "busnum", "%u\n", 1);
	sysfs_print(bus.position, "speed", "%u\n", 480);
	sysfs_write(bus.position, "descriptors", d, bus.size);
	sysfs_write(bus.position, "product", bus.string[STEP_PRODUCT],
		    strlen(bus.string[STEP_PRODUCT]));
	interfaces_find();
	if (bus.configuration)
		configured(bus.configuration, true);
	else
		sysfs_write(bus.position, "bConfigurationValue", "\n", 1);
	sysfs_print(bus.position, "devnum", "%u\n", bus.device);
	sysfs_tell("add", bus.position, bus.device);
}

/* True with a request. */
static bool enumerate(struct vhci_request *ret)
{
	uint64_t count;

	while (bus.step < STEP_DONE && !step_is_due())
		bus.step++;
	if (bus.step == STEP_DONE) {
		if (read(bus.awake, &count, sizeof(count)) > 0)
			device_show();
		return false;
	}
	*ret = step_request();
	flight_begin(ret, ENUMERATION, 0, 0);
	return true;
}

/* ---- programs ---- */

static bool receive_all(int fd, void *bytes, size_t size)
{
	return size == 0 || recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static void send_message(int client, const struct host_message *m, const void *data, size_t size)
{
	int fd = bus.client[client];

	/* Who does not listen any more is found out by its end. */
	if (send(fd, m, sizeof(*m), MSG_NOSIGNAL | (size ? MSG_MORE : 0)) < 0)
		return;
	for (const char *from = data; size;) {
		ssize_t sent = send(fd, from, size, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		from += sent;
		size -= (size_t)sent;
	}
}

static void client_close(int client)
{
	for (unsigned int i = 0; i < bus.interfaces; i++)
		if (bus.configuration && bus.owner[i] == client)
			owner_set(i, NOBODY);
	for (unsigned int i = 0; i < bus.flights; i++)
		if (bus.flight[i].client == client)
			bus.flight[i].client = ORPHAN;
	close(bus.client[client]);
	bus.client[client] = -1;
}

static void client_accept(int epoll)
{
	int fd = accept4(bus.listener, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 0; fd >= 0 && i < CLIENTS; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.fd = i};

		if (bus.client[i] >= 0)
			continue;
		bus.client[i] = fd;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		return;
	}
	close(fd);
}

static int32_t answer(const struct host_message *m, int client)
{
	switch ((enum host_kind)m->kind) {
	case HOST_CLAIM:
	case HOST_RELEASE:
	case HOST_GIVE_BACK:
		return interface_take(m, client);
	case HOST_GET_CONFIGURATION:
		return bus.configuration;
	case HOST_SUBMIT:
	case HOST_CANCEL:
	case HOST_SET_CONFIGURATION:
	case HOST_COMPLETE:
	case HOST_REPLY:
		break;
	}
	return -EINVAL;
}

static bool cancel(const struct host_message *m, int client, struct vhci_request *ret)
{
	for (unsigned int i = 0; i < bus.flights; i++) {
		if (bus.flight[i].client != client || bus.flight[i].id != m->id)
			continue;
		*ret = (struct vhci_request){
			.kind = VHCI_KIND_UNLINK,
			.seqnum = ++bus.seqnum,
			.unlink_seqnum = bus.flight[i].seqnum,
		};
		return true;
	}
	return false;
}

/* True with a request for the modem. */
static bool message_handle(struct vhci *v, int client, struct vhci_request *ret)
{
	struct host_message m;
	bool out;

	if (!receive_all(bus.client[client], &m, sizeof(m))) {
		client_close(client);
		return false;
	}
	out = m.kind == HOST_SUBMIT && !(m.endpoint & USB_DIR_IN);
	if (out &&
	    (m.length > VHCI_TRANSFER || !receive_all(bus.client[client], v->buffer, m.length))) {
		client_close(client);
		return false;
	}
	if (m.kind == HOST_CANCEL)
		return cancel(&m, client, ret);
	if (m.kind == HOST_SUBMIT) {
		*ret = (struct vhci_request){
			.kind = VHCI_KIND_SUBMIT,
			.endpoint = m.endpoint,
			.zero_packet = m.zero_packet,
			.length = m.length,
			.data = out ? v->buffer : NULL,
		};
		memcpy(ret->setup, m.setup, sizeof(m.setup));
	} else if (m.kind == HOST_SET_CONFIGURATION) {
		*ret = setup_request(USB_DIR_OUT, USB_REQ_SET_CONFIGURATION, m.endpoint, 0, 0);
	} else {
		m.status = answer(&m, client);
		m.kind = HOST_REPLY;
		m.length = 0;
		send_message(client, &m, NULL, 0);
		return false;
	}
	flight_begin(ret, client, m.id, m.kind == HOST_SET_CONFIGURATION ? m.endpoint : 0);
	return true;
}

static void flight_remove(unsigned int i)
{
	bus.flights--;
	memmove(&bus.flight[i], &bus.flight[i + 1], (bus.flights - i) * sizeof(bus.flight[0]));
}

static bool orphan_unlink(struct vhci_request *ret)
{
	for (unsigned int i = 0; i < bus.flights; i++) {
		struct flight *flight = &bus.flight[i];

		if (flight->client != ORPHAN)
			continue;
		flight->client = NOBODY;
		*ret = (struct vhci_request){
			.kind = VHCI_KIND_UNLINK,
			.seqnum = ++bus.seqnum,
			.unlink_seqnum = flight->seqnum,
		};
		return true;
	}
	return false;
}

/* ---- what stands in vhci.h ---- */

int vhci_init(struct vhci *v)
{
	*v = (struct vhci){.socket = -1, .buffer = malloc(VHCI_TRANSFER)};
	if (!v->buffer)
		return -ENOMEM;
	for (int i = 0; i < CLIENTS; i++)
		bus.client[i] = -1;
	bus.device = 1;
	return sysfs_init();
}

/* Its node. */
static void node_path(char ret[static HOST_PATH])
{
	char name[16];

	snprintf(name, sizeof(name), "001/%03u", bus.device);
	sysfs_path(ret, HOST_NODES, name);
}

static int listener_open(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char path[HOST_PATH];
	int r;

	node_path(path);
	snprintf(at.sun_path, sizeof(at.sun_path), "%.107s", path);
	bus.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = bind(bus.listener, (struct sockaddr *)&at, sizeof(at));
	return r < 0 || listen(bus.listener, CLIENTS) < 0 ? -errno : 0;
}

int vhci_attach(struct vhci *v, unsigned int connector, unsigned int speed)
{
	struct epoll_event listener = {.events = EPOLLIN, .data.fd = CLIENTS};
	struct epoll_event awake = {.events = EPOLLIN, .data.fd = CLIENTS + 1};
	int r;

	if (speed != USB_SPEED_HIGH || connector)
		return -EINVAL;
	snprintf(bus.position, sizeof(bus.position), "1-1");
	bus.device++;
	bus.step = STEP_DEVICE;
	bus.size = bus.configuration = bus.interfaces = 0;
	memset(bus.string, 0, sizeof(bus.string));
	r = listener_open();
	if (r < 0)
		return r;
	v->socket = epoll_create1(EPOLL_CLOEXEC);
	bus.awake = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	epoll_ctl(v->socket, EPOLL_CTL_ADD, bus.listener, &listener);
	epoll_ctl(v->socket, EPOLL_CTL_ADD, bus.awake, &awake);
	return 0;
}

/* Its last words are with the programs; the end of their sockets tells them the rest. */
void vhci_detach(struct vhci *v)
{
	char path[HOST_PATH];

	if (v->socket < 0)
		return;
	bus.configuration = 0;
	for (int i = 0; i < CLIENTS; i++)
		if (bus.client[i] >= 0)
			client_close(i);
	bus.flights = 0;
	node_path(path);
	unlink(path);
	if (bus.step == STEP_DONE) {
		sysfs_remove(bus.position);
		sysfs_tell("remove", bus.position, bus.device);
	}
	close(bus.listener);
	close(bus.awake);
	close(v->socket);
	v->socket = -1;
}

void vhci_clear(struct vhci *v)
{
	vhci_detach(v);
	free(v->buffer);
	v->buffer = NULL;
}

int vhci_read(struct vhci *v, struct vhci_request *ret_request)
{
	struct epoll_event event;

	if (enumerate(ret_request))
		return 1;
	while (epoll_wait(v->socket, &event, 1, 0) == 1) {
		if (event.data.fd == CLIENTS)
			client_accept(v->socket);
		else if (event.data.fd < CLIENTS && message_handle(v, event.data.fd, ret_request))
			return 1;
	}
	return orphan_unlink(ret_request);
}

static int flight_find(uint32_t seqnum)
{
	for (unsigned int i = 0; i < bus.flights; i++)
		if (bus.flight[i].seqnum == seqnum)
			return (int)i;
	return -1;
}

int vhci_complete(struct vhci *v, const struct vhci_request *r, int status, const void *data,
		  size_t length)
{
	int i = flight_find(r->seqnum);
	struct host_message m = {.kind = HOST_COMPLETE, .status = status, .length = (uint32_t)length};
	struct flight flight;

	(void)v;
	if (i < 0)
		return 0;
	flight = bus.flight[i];
	flight_remove((unsigned int)i);
	if (flight.client == ENUMERATION) {
		step_take(status, data, length);
		bus.step++;
		return 0;
	}
	if (flight.client < 0)
		return 0;
	m.id = flight.id;
	m.endpoint = r->endpoint;
	if (flight.configuration) {
		m.kind = HOST_REPLY;
		configured(flight.configuration, !hub_port_is_claimed());
	}
	send_message(flight.client, &m, data, r->endpoint & USB_DIR_IN && status == 0 ? length : 0);
	return 0;
}

int vhci_unlinked(struct vhci *v, const struct vhci_request *r, bool was_pending)
{
	int i = flight_find(r->unlink_seqnum);

	if (i >= 0 && was_pending)
		return vhci_complete(v, &(struct vhci_request){.seqnum = r->unlink_seqnum},
				     -ECONNRESET, NULL, 0);
	if (i >= 0)
		flight_remove((unsigned int)i);
	return 0;
}
