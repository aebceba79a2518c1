/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which node is asked for which port. What the claim does is the kernel's, and
 * is tested in the virtual machine.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>
#include <umockdev.h>

#include "agent/util.h"
#include "usb/hubport.h"

/* A device whose first configuration has the value 3. */
#define DESCRIPTORS                                                            \
	"120100020000004000000000000000000001" "09020900000300A032"

/* Two root hubs of one controller, and a hub with both halves in port 1. */
static const struct {
	const char *path, *busnum, *devnum, *node;
} hubs[] = {
	{ "/devices/xhci/usb1", "1", "1", "bus/usb/001/001" },
	{ "/devices/xhci/usb2", "2", "1", "bus/usb/002/001" },
	{ "/devices/xhci/usb1/1-1", "1", "7", "bus/usb/001/007" },
	{ "/devices/xhci/usb2/2-1", "2", "12", "bus/usb/002/012" },
};

/* Modems on them: with and without a configuration, and a broken one. */
static const struct {
	const char *path, *devnum, *node, *configuration, *descriptors;
} modems[] = {
	{ "/devices/xhci/usb1/1-1/1-1.4", "20", "bus/usb/001/020", "1\\n", DESCRIPTORS },
	{ "/devices/xhci/usb1/1-1/1-1.2", "21", "bus/usb/001/021", "", DESCRIPTORS },
	{ "/devices/xhci/usb1/1-13", "22", "bus/usb/001/022", "", "1201" },
};

static const struct {
	const char *path, *target;
} peers[] = {
	{ "usb1/1-0:1.0/usb1-port1", "../../../usb2/2-0:1.0/usb2-port1" },
	{ "usb2/2-0:1.0/usb2-port1", "../../../usb1/1-0:1.0/usb1-port1" },
	{ "usb1/1-1/1-1:1.0/1-1-port4",
	  "../../../../usb2/2-1/2-1:1.0/2-1-port4" },
	{ "usb2/2-1/2-1:1.0/2-1-port4",
	  "../../../../usb1/1-1/1-1:1.0/1-1-port4" },
	{ "usb2/2-1/2-1:1.0/2-1-port2",
	  "../../../../usb1/1-1/1-1:1.0/1-1-port2" },
	/* As no kernel makes them. */
	{ "usb1/1-0:1.0/usb1-port5", "nowhere" },
	{ "usb1/1-0:1.0/usb1-port6", "usb9/usb9-port/../../etc" },
};

struct bench {
	UMockdevTestbed *testbed;
	UMockdevIoctlBase *handler;
	char log[128]; /* "001/007 4 " for each claim, "001/020=3 " configured */
	const char *refused; /* this node's claims fail */
};

static gboolean handle_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
			     struct bench *bench)
{
	const char *node = umockdev_ioctl_client_get_devnode(client);
	/* The argument points to memory of this very process. */
	const unsigned int *number =
		*(unsigned int **)umockdev_ioctl_client_get_arg(client)->data;
	size_t used = strlen(bench->log);

	(void)handler;
	node += strlen("/dev/bus/usb/");
	switch (umockdev_ioctl_client_get_request(client)) {
	case USBDEVFS_CLAIM_PORT:
		g_snprintf(bench->log + used, sizeof(bench->log) - used, "%s %u ",
			   node, *number);
		break;
	case USBDEVFS_SETCONFIGURATION:
		g_snprintf(bench->log + used, sizeof(bench->log) - used, "%s=%u ",
			   node, *number);
		break;
	default:
		umockdev_ioctl_client_complete(client, -1, ENOTTY);
		return TRUE;
	}
	if (!g_strcmp0(bench->refused, node))
		umockdev_ioctl_client_complete(client, -1, EBUSY);
	else
		umockdev_ioctl_client_complete(client, 0, 0);
	return TRUE;
}

static void add_node(struct bench *bench, const char *node, const char *record)
{
	g_autofree char *path = g_strdup_printf("/dev/%s", node);
	g_autoptr(GError) error = NULL;

	umockdev_testbed_add_from_string(bench->testbed, record, &error);
	g_assert_no_error(error);
	umockdev_testbed_attach_ioctl(bench->testbed, path, bench->handler, &error);
	g_assert_no_error(error);
}

static void add_hub(struct bench *bench, size_t which)
{
	g_autofree char *record = g_strdup_printf(
		"P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
		"E: DEVNAME=/dev/%s\nN: %s=12\nA: busnum=%s\\n\nA: devnum=%s\\n\n",
		hubs[which].path, hubs[which].node, hubs[which].node,
		hubs[which].busnum, hubs[which].devnum);

	add_node(bench, hubs[which].node, record);
}

static void add_modem(struct bench *bench, size_t which)
{
	g_autofree char *record = g_strdup_printf(
		"P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
		"E: DEVNAME=/dev/%s\nN: %s=%s\nA: busnum=1\\n\nA: devnum=%s\\n\n"
		"A: bConfigurationValue=%s\n",
		modems[which].path, modems[which].node, modems[which].node,
		modems[which].descriptors, modems[which].devnum,
		modems[which].configuration);

	add_node(bench, modems[which].node, record);
}

static void add_peer(const struct bench *bench, size_t which)
{
	g_autofree char *sys = umockdev_testbed_get_sys_dir(bench->testbed);
	g_autofree char *dir = g_build_filename(sys, "devices/xhci",
						peers[which].path, NULL);
	g_autofree char *link = g_build_filename(dir, "peer", NULL);

	assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
	assert_int_equal(symlink(peers[which].target, link), 0);
}

static int setup(void **state)
{
	struct bench *bench = g_new0(struct bench, 1);

	bench->testbed = umockdev_testbed_new();
	bench->handler = g_object_new(UMOCKDEV_TYPE_IOCTL_BASE, NULL);
	g_signal_connect(bench->handler, "handle-ioctl", G_CALLBACK(handle_ioctl), bench);
	for (size_t i = 0; i < ARRAY_SIZE(hubs); i++)
		add_hub(bench, i);
	for (size_t i = 0; i < ARRAY_SIZE(modems); i++)
		add_modem(bench, i);
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		add_peer(bench, i);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	g_object_unref(bench->handler);
	g_object_unref(bench->testbed);
	g_free(bench);
	return 0;
}

static void expect_no_node_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char target[256] = "";

		if (readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1) > 0)
			assert_null(strstr(target, "/dev/bus/usb"));
	}
	closedir(dir);
}

static void test_claims(void **state)
{
	static const struct {
		const char *position, *refused, *log, *peer;
		int expected;
	} rows[] = {
		{ "1-1", NULL, "001/001 1 002/001 1 ", "2-1", 0 },
		{ "2-1", NULL, "002/001 1 001/001 1 ", "1-1", 0 },
		{ "1-1.4", NULL, "001/007 4 002/012 4 ", "2-1.4", 0 },
		{ "1-1.2", NULL, "001/007 2 ", NULL, 0 },
		{ "1-13", NULL, "001/001 13 ", NULL, 0 },
		/* Someone else has it, or its other half. */
		{ "1-1.4", "001/007", "001/007 4 ", NULL, -EBUSY },
		{ "1-1.4", "002/012", "001/007 4 002/012 4 ", "2-1.4", 0 },
		/* A peer that leads nowhere is none. */
		{ "1-5", NULL, "001/001 5 ", NULL, 0 },
		{ "1-6", NULL, "001/001 6 ", NULL, 0 },
		/* Not a place on a hub that is here. */
		{ "1-1.3.1", NULL, "", NULL, -ENODEV },
		{ "3-1", NULL, "", NULL, -ENODEV },
		{ "usb1", NULL, "", NULL, -ENODEV },
		{ "1-", NULL, "", NULL, -ENODEV },
		{ "-1", NULL, "", NULL, -ENODEV },
		{ "1-0", NULL, "", NULL, -ENODEV },
		{ "1-1:1.0", NULL, "", NULL, -ENODEV },
		{ "", NULL, "", NULL, -ENODEV },
		{ "../../1-1", NULL, "", NULL, -ENODEV },
		{ "1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", NULL, "", NULL,
		  -ENODEV },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hubport *hubport = NULL;
		char peer[HUBPORT_POSITION_SIZE];

		print_message("%s\n", rows[i].position);
		bench->log[0] = '\0';
		bench->refused = rows[i].refused;
		assert_int_equal(hubport_claim(rows[i].position, &hubport),
				 rows[i].expected);
		assert_string_equal(bench->log, rows[i].log);
		if (rows[i].expected < 0) {
			assert_null(hubport);
			continue;
		}
		assert_int_equal(hubport_find_peer(rows[i].position, peer),
				 rows[i].peer ? 0 : -ENOENT);
		if (rows[i].peer)
			assert_string_equal(peer, rows[i].peer);
		hubport_release(hubport);
		expect_no_node_open();
	}
	hubport_release(NULL);
}

static void test_release_configures(void **state)
{
	static const struct {
		const char *name, *position, *log;
	} rows[] = {
		{ "a modem in use", "1-1.4", "" },
		{ "a modem that nobody opened", "1-1.2", "001/021=3 " },
		{ "one that came back on the other half", "2-1.2", "001/021=3 " },
		{ "something that is no device", "1-13", "" },
		{ "an empty port", "1-1.3", "" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hubport *hubport;

		print_message("%s\n", rows[i].name);
		assert_int_equal(hubport_claim(rows[i].position, &hubport), 0);
		bench->log[0] = '\0';
		hubport_release(hubport);
		assert_string_equal(bench->log, rows[i].log);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claims, setup, teardown),
		cmocka_unit_test_setup_teardown(test_release_configures, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
