/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which modems the command line means, and what a list says of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "agent/choice.h"
#include "agent/inventory.h"
#include "agent/journal.h"
#include "agent/util.h"
#include "compositions.h"

#define QUECTEL 0x2c7c
#define EP06 0x0306
#define EG25 0x0125
#define UNKNOWN 0x7777

static const char *const ports[] = { "1-1.4", "2-1" };
static const char *const imeis[] = { "861075030000017" };

static const struct agent_choice all = { .vid = QUECTEL };
static const struct agent_choice by_pid = { .vid = QUECTEL, .pid = EG25 };
static const struct agent_choice by_port = { .vid = QUECTEL, .ports = ports, .port_count = 2 };
static const struct agent_choice by_imei = { .vid = QUECTEL, .imeis = imeis, .imei_count = 1 };

static void test_devices(void **state)
{
	static const struct {
		const struct agent_choice *choice;
		uint16_t vid, pid;
		const char *position;
		bool takes, lists;
	} rows[] = {
		{ &all, QUECTEL, EP06, "1-1", true, true },
		{ &all, QUECTEL, EG25, "1-1", false, true },
		{ &all, QUECTEL, UNKNOWN, "1-1", false, true },
		{ &all, 0x1d6b, 0x0002, "usb1", false, false },
		{ &all, 0x05c6, 0x9008, "1-1", false, true },
		{ &by_port, 0x05c6, 0x0001, "2-1", false, false },
		{ &by_pid, QUECTEL, EG25, "1-1", true, true },
		{ &by_pid, QUECTEL, EP06, "1-1", false, false },
		{ &by_port, QUECTEL, EP06, "2-1", true, true },
		{ &by_port, QUECTEL, EP06, "2-1.1", false, false },
		{ &by_port, 0x05c6, 0x9008, "2-1", true, true },
		{ &by_port, 0x05c6, 0x9008, "2-1.1", false, false },
		{ &by_imei, QUECTEL, EP06, "1-1", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hotplug_device device = { .position = rows[i].position,
						 .vid = rows[i].vid,
						 .pid = rows[i].pid };

		print_message("%zu\n", i);
		assert_int_equal(choice_takes(rows[i].choice, rows[i].vid, rows[i].pid,
					      rows[i].position),
				 rows[i].takes);
		assert_int_equal(inventory_lists(rows[i].choice, &device), rows[i].lists);
	}
}

static void test_open_jobs(void **state)
{
	static const struct {
		const struct agent_choice *choice;
		uint16_t vid; /* 0: of a job that an older version began */
		const char *imei, *position;
		bool awaited;
	} rows[] = {
		{ &all, QUECTEL, "861075030000017", "1-1", true },
		{ &all, 0, "861075030000017", "1-1", true },
		{ &all, 0x1199, "861075030000017", "1-1", false },
		{ &by_port, QUECTEL, "861075030000017", "1-1.4", true },
		{ &by_port, QUECTEL, "861075030000017", "1-1", false },
		{ &by_imei, QUECTEL, "861075030000017", "1-1", true },
		{ &by_imei, QUECTEL, "861075030000018", "1-1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal_job job = { .vid = rows[i].vid };

		strcpy(job.imei, rows[i].imei);
		print_message("%zu\n", i);
		assert_int_equal(choice_awaits(rows[i].choice, &job, rows[i].position),
				 rows[i].awaited);
	}
}

static void test_left_alone(void **state)
{
	static const struct {
		const struct agent_choice *choice;
		const char *imei, *stage;
		bool follow, left;
	} rows[] = {
		{ &by_imei, "861075030000018", "flash", false, true },
		{ &by_imei, "861075030000017", "flash", false, false },
		{ &by_imei, "861075030000018", "upload", false, false },
		{ &by_imei, "", "flash", false, false },
		{ &by_imei, NULL, NULL, false, false },
		{ &by_imei, NULL, NULL, true, true },
		{ &all, "861075030000018", "flash", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal_job job = { 0 };

		print_message("%zu\n", i);
		if (rows[i].imei) {
			strcpy(job.imei, rows[i].imei);
			strcpy(job.stage, rows[i].stage);
		}
		assert_int_equal(choice_leaves(rows[i].choice, rows[i].imei ? &job : NULL,
					       rows[i].follow),
				 rows[i].left);
	}
}

static void test_state(void **state)
{
	static const struct {
		const struct agent_choice *choice;
		uint16_t pid;
		const char *product;
		enum layout_state layout;
		const char *word;
	} rows[] = {
		{ &all, EP06, "EP06-E", LAYOUT_STATE_NORMAL, INVENTORY_STATE_NORMAL },
		{ &all, EP06, "EP06-E", LAYOUT_STATE_NO_SERIAL, "no AT port" },
		{ &all, EP06, "EP06-E", LAYOUT_STATE_RECOVERY, "recovery" },
		{ &all, EP06, "EP06-E", LAYOUT_STATE_EMERGENCY, "emergency download" },
		{ &all, EP06, "QUSB_BULK", LAYOUT_STATE_NORMAL, "emergency download" },
		{ &all, UNKNOWN, NULL, LAYOUT_STATE_NORMAL, "unsupported" },
		{ &all, EG25, "EG25-G", LAYOUT_STATE_NORMAL, "untested, needs --pid 0125" },
		{ &by_pid, EG25, "EG25-G", LAYOUT_STATE_NORMAL, INVENTORY_STATE_NORMAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hotplug_device device = { .position = "9-9.9",
						 .product = rows[i].product,
						 .vid = QUECTEL,
						 .pid = rows[i].pid };
		struct modem_facts facts = { .layout.state = rows[i].layout };
		char word[INVENTORY_STATE_SIZE];

		inventory_state(rows[i].choice, &device, &facts, word);
		assert_string_equal(word, rows[i].word);
	}
}

/* The first composition is an EP06 as delivered: interface 2 is the one to ask. */
static void test_facts(void **state)
{
	static const struct {
		int wanted, taken;
	} rows[] = { { -1, 2 }, { 1, 1 }, { 4, 2 } };
	struct modem_facts facts;
	struct bytes bytes;

	(void)state;
	put_composition(&bytes, &compositions[0]);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct hotplug_device device = { .position = "1-1.4",
						 .vid = QUECTEL,
						 .pid = EP06,
						 .descriptors = bytes.raw,
						 .descriptors_size = bytes.size };

		inventory_facts(&device, rows[i].wanted, &facts);
		assert_int_equal(facts.interface, rows[i].taken);
		assert_string_equal(facts.position, "1-1.4");
		assert_string_equal(facts.model, "EP06");
		assert_string_equal(facts.id_path, "");
		device.descriptors_size = 17;
		inventory_facts(&device, rows[i].wanted, &facts);
		assert_int_equal(facts.interface, -1);
		assert_int_equal(facts.layout.state, LAYOUT_STATE_NO_SERIAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_open_jobs),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
