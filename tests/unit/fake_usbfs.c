/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_usbfs.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include <umockdev.h>

enum {
	SPEED_HIGH = 3, /* enum usb_device_speed of the kernel */
	OUT_MAX = 40,	/* bytes of a write that the log shows */
};

/* What an endpoint does with a transfer. */
struct outcome {
	unsigned int endpoint;
	int status;
	size_t actual;
	GBytes *bytes;
};

struct fake_usbfs {
	UMockdevTestbed *testbed;
	UMockdevIoctlBase *handler;
	GMutex lock;	 /* ioctls are answered by a thread of umockdev */
	GList *pending;	 /* urbs of the host, oldest first */
	GList *done;	 /* urbs to reap */
	GList *outcomes; /* not yet met by an urb */
	GString *log;
	char *taken;
	unsigned int configuration;
	int refused[8];
	bool leaving;
	bool unplugged;
};

/* Whatever the ioctl's argument points to is memory of this very process. */
static void *client_pointer(UMockdevIoctlClient *client)
{
	return *(void **)umockdev_ioctl_client_get_arg(client)->data;
}

static void outcome_free(struct outcome *outcome)
{
	g_bytes_unref(outcome->bytes);
	g_free(outcome);
}

static void urb_finish(struct fake_usbfs *fake, struct usbdevfs_urb *urb,
		       int status, size_t actual)
{
	urb->status = status;
	urb->actual_length = (int)actual;
	fake->pending = g_list_remove(fake->pending, urb);
	fake->done = g_list_append(fake->done, urb);
}

static void log_out(struct fake_usbfs *fake, const struct usbdevfs_urb *urb,
		    size_t size)
{
	g_string_append_printf(fake->log, "out:%02x%c", urb->endpoint,
			       urb->flags & USBDEVFS_URB_ZERO_PACKET ? '+' : '=');
	g_string_append_len(fake->log, urb->buffer,
			    (gssize)(size > OUT_MAX ? OUT_MAX : size));
	g_string_append_printf(fake->log, size > OUT_MAX ? "...%zu " : " ", size);
}

static void urb_meet(struct fake_usbfs *fake, struct usbdevfs_urb *urb,
		     const struct outcome *outcome)
{
	if (!(urb->endpoint & 0x80))
		log_out(fake, urb, outcome->actual);
	else if (outcome->actual)
		memcpy(urb->buffer, g_bytes_get_data(outcome->bytes, NULL),
		       outcome->actual);
	urb_finish(fake, urb, outcome->status, outcome->actual);
}

static struct outcome *outcome_find(struct fake_usbfs *fake, unsigned int endpoint)
{
	for (GList *link = fake->outcomes; link; link = link->next) {
		struct outcome *outcome = link->data;

		if (outcome->endpoint == endpoint)
			return outcome;
	}
	return NULL;
}

/* Reads wait for words of the modem; writes and requests it takes at once. */
static void urb_submit(struct fake_usbfs *fake, struct usbdevfs_urb *urb)
{
	const uint8_t *setup = urb->buffer;
	struct outcome *outcome = outcome_find(fake, urb->endpoint);

	fake->pending = g_list_append(fake->pending, urb);
	if (urb->type == USBDEVFS_URB_TYPE_CONTROL) {
		g_string_append_printf(fake->log, "control:%02x%02x%02x%02xif%u ",
				       setup[0], setup[1], setup[3], setup[2],
				       setup[4]);
		urb_finish(fake, urb, 0, 0);
		return;
	}
	if (urb->endpoint & 0x80)
		g_string_append_printf(fake->log, "in:%02x ", urb->endpoint);
	if (outcome) {
		fake->outcomes = g_list_remove(fake->outcomes, outcome);
		urb_meet(fake, urb, outcome);
		outcome_free(outcome);
	} else if (!(urb->endpoint & 0x80)) {
		log_out(fake, urb, (size_t)urb->buffer_length);
		urb_finish(fake, urb, 0, (size_t)urb->buffer_length);
	}
}

static int urb_discard(struct fake_usbfs *fake, struct usbdevfs_urb *urb)
{
	if (!g_list_find(fake->pending, urb))
		return -EINVAL;
	urb_finish(fake, urb, -ENOENT, 0);
	return 0;
}

static int urb_reap(struct fake_usbfs *fake, void **ret)
{
	if (!fake->done)
		return fake->unplugged ? -ENODEV : -EAGAIN;
	*ret = fake->done->data;
	fake->done = g_list_delete_link(fake->done, fake->done);
	return 0;
}

static int claim(struct fake_usbfs *fake, unsigned int interface)
{
	if (fake->refused[interface])
		return -fake->refused[interface];
	if (!fake->configuration)
		return -EINVAL;
	g_string_append_printf(fake->log, "claim:%u ", interface);
	return 0;
}

static int answer_query(struct fake_usbfs *fake, unsigned long request, void *pointer)
{
	struct usbdevfs_ctrltransfer *transfer = pointer;
	struct usbdevfs_connectinfo *info = pointer;

	switch (request) {
	case USBDEVFS_GET_CAPABILITIES:
		*(uint32_t *)pointer = USBDEVFS_CAP_ZERO_PACKET |
				       USBDEVFS_CAP_BULK_CONTINUATION |
				       USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
				       USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
		return 0;
	case USBDEVFS_GET_SPEED:
		return SPEED_HIGH;
	case USBDEVFS_CONNECTINFO:
		*info = (struct usbdevfs_connectinfo){ .devnum = 2 };
		return 0;
	case USBDEVFS_CONTROL:
		if (transfer->bRequest != 0x08) /* GET_CONFIGURATION */
			return -EPIPE;
		*(uint8_t *)transfer->data = (uint8_t)fake->configuration;
		return 1;
	default:
		return -ENOTTY;
	}
}

static int answer(struct fake_usbfs *fake, unsigned long request, void *pointer)
{
	const struct usbdevfs_ioctl *other = pointer;
	const struct usbdevfs_disconnect_claim *taken = pointer;

	if (request == USBDEVFS_REAPURBNDELAY)
		return urb_reap(fake, pointer);
	if (fake->leaving)
		return -ENODEV;
	switch (request) {
	case USBDEVFS_DISCARDURB:
		return urb_discard(fake, pointer);
	case USBDEVFS_SUBMITURB:
		urb_submit(fake, pointer);
		return 0;
	case USBDEVFS_DISCONNECT_CLAIM:
		return claim(fake, taken->interface);
	case USBDEVFS_SETCONFIGURATION:
		fake->configuration = *(unsigned int *)pointer;
		g_string_append_printf(fake->log, "config:%u ", fake->configuration);
		return 0;
	case USBDEVFS_CLEAR_HALT:
		g_string_append_printf(fake->log, "halt:%02x ", *(unsigned int *)pointer);
		return 0;
	case USBDEVFS_RELEASEINTERFACE:
		g_string_append_printf(fake->log, "release:%u ", *(unsigned int *)pointer);
		return 0;
	case USBDEVFS_IOCTL:
		if ((unsigned int)other->ioctl_code != USBDEVFS_CONNECT)
			return -ENOTTY;
		g_string_append_printf(fake->log, "connect:%d ", other->ifno);
		return 1;
	default:
		return answer_query(fake, request, pointer);
	}
}

static gboolean handle_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
			     struct fake_usbfs *fake)
{
	int r;

	(void)handler;
	g_mutex_lock(&fake->lock);
	r = answer(fake, umockdev_ioctl_client_get_request(client),
		   client_pointer(client));
	g_mutex_unlock(&fake->lock);
	umockdev_ioctl_client_complete(client, r < 0 ? -1 : r, r < 0 ? -r : 0);
	return TRUE;
}

struct fake_usbfs *fake_usbfs_new(const uint8_t *descriptors, size_t size,
				  unsigned int configuration)
{
	struct fake_usbfs *fake = g_new0(struct fake_usbfs, 1);
	g_autoptr(GString) device = g_string_new(
		"P: /devices/pci0000:00/usb1/1-1\n"
		"E: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
		"E: DEVNAME=" FAKE_NODE "\nN: bus/usb/001/002=");
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < size; i++)
		g_string_append_printf(device, "%02X", descriptors[i]);
	g_string_append_c(device, '\n');
	g_mutex_init(&fake->lock);
	fake->log = g_string_new(NULL);
	fake->configuration = configuration;
	fake->testbed = umockdev_testbed_new();
	umockdev_testbed_add_from_string(fake->testbed, device->str, &error);
	g_assert_no_error(error);
	fake->handler = g_object_new(UMOCKDEV_TYPE_IOCTL_BASE, NULL);
	g_signal_connect(fake->handler, "handle-ioctl", G_CALLBACK(handle_ioctl), fake);
	umockdev_testbed_attach_ioctl(fake->testbed, FAKE_NODE, fake->handler, &error);
	g_assert_no_error(error);
	return fake;
}

void fake_usbfs_free(struct fake_usbfs *fake)
{
	umockdev_testbed_detach_ioctl(fake->testbed, FAKE_NODE, NULL);
	g_object_unref(fake->handler);
	g_object_unref(fake->testbed);
	g_list_free(fake->pending);
	g_list_free(fake->done);
	g_list_free_full(fake->outcomes, (GDestroyNotify)outcome_free);
	g_string_free(fake->log, TRUE);
	g_free(fake->taken);
	g_mutex_clear(&fake->lock);
	g_free(fake);
}

/* For a transfer that waits already, or else for the next one. */
static void outcome_add(struct fake_usbfs *fake, unsigned int endpoint, int status,
			size_t actual, const char *text)
{
	struct outcome *outcome = g_new0(struct outcome, 1);

	outcome->endpoint = endpoint;
	outcome->status = status;
	outcome->actual = actual;
	outcome->bytes = g_bytes_new(text, text ? actual : 0);
	g_mutex_lock(&fake->lock);
	fake->outcomes = g_list_append(fake->outcomes, outcome);
	for (GList *link = fake->pending; link; link = link->next) {
		struct usbdevfs_urb *urb = link->data;

		if (urb->endpoint != endpoint)
			continue;
		fake->outcomes = g_list_remove(fake->outcomes, outcome);
		urb_meet(fake, urb, outcome);
		outcome_free(outcome);
		break;
	}
	g_mutex_unlock(&fake->lock);
}

void fake_usbfs_say(struct fake_usbfs *fake, unsigned int endpoint, const char *text)
{
	outcome_add(fake, endpoint, 0, strlen(text), text);
}

void fake_usbfs_fail_in(struct fake_usbfs *fake, unsigned int endpoint, int error,
			const char *text)
{
	outcome_add(fake, endpoint, -error, strlen(text), text);
}

void fake_usbfs_fail_out(struct fake_usbfs *fake, unsigned int endpoint, int error,
			 size_t actual)
{
	outcome_add(fake, endpoint, -error, actual, NULL);
}

void fake_usbfs_refuse(struct fake_usbfs *fake, unsigned int interface, int error)
{
	g_mutex_lock(&fake->lock);
	fake->refused[interface] = error;
	g_mutex_unlock(&fake->lock);
}

void fake_usbfs_leave(struct fake_usbfs *fake)
{
	g_mutex_lock(&fake->lock);
	fake->leaving = true;
	g_mutex_unlock(&fake->lock);
}

void fake_usbfs_unplug(struct fake_usbfs *fake)
{
	g_mutex_lock(&fake->lock);
	fake->leaving = fake->unplugged = true;
	while (fake->pending)
		urb_finish(fake, fake->pending->data, -ESHUTDOWN, 0);
	g_mutex_unlock(&fake->lock);
}

const char *fake_usbfs_take_log(struct fake_usbfs *fake)
{
	g_mutex_lock(&fake->lock);
	g_free(fake->taken);
	fake->taken = g_strdup(g_strchomp(fake->log->str));
	g_string_truncate(fake->log, 0);
	g_mutex_unlock(&fake->lock);
	return fake->taken;
}
