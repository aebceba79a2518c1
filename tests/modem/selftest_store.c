/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stand-in's file store: checksums that real modems answered, uploads and their ends. */
#include "host.h"
#include "life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define QUIET "boot-urcs=", "echo=no"

static size_t load_vector(const char *directory, const char *name, char *bytes,
			  size_t size)
{
	char path[4096];
	size_t length;
	FILE *f;

	snprintf(path, sizeof(path), "%s/vectors/%s", directory, name);
	f = fopen(path, "re");
	assert_non_null(f);
	length = fread(bytes, 1, size, f);
	fclose(f);
	return length;
}

static size_t with_crlf(const char *from, size_t length, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		if (from[i] == '\n')
			to[n++] = '\r';
		to[n++] = from[i];
	}
	return n;
}

static void test_checksums(void **state)
{
	char pem[2048], crlf[4096];
	size_t n = load_vector(*state, "AmazonRootCA1.pem", pem, sizeof(pem));

	assert_int_equal(n, 1188);
	assert_int_equal(store_checksum(pem, 1188), 0x2d13);
	assert_int_equal(store_checksum(pem, 1187), 0x2d19);
	assert_int_equal(with_crlf(pem, n, crlf), 1208);
	assert_int_equal(store_checksum(crlf, 1208), 0x5769);
	n = load_vector(*state, "ISRGRootX1.pem", pem, sizeof(pem));
	assert_int_equal(n, 1939);
	assert_int_equal(store_checksum(pem, n), 0x4f64);
	assert_int_equal(store_checksum("", 0), 0);
	assert_int_equal(store_checksum("A", 1), 0x4100);
	assert_int_equal(store_checksum("123456789", 9), 0x3908);
	assert_int_equal(store_checksum("hello", 5), 0x6b09);
	assert_int_equal(store_checksum("\x12\x34\x56", 3), 0x4434);
}

/* 3000 bytes with the checksum of the sample in fact 8. */
static void sample_bytes(uint8_t *bytes)
{
	memset(bytes, 0, 3000);
	bytes[0] = 0xb3;
	bytes[1] = 0x4a;
}

static void upload_sample(struct host *h)
{
	uint8_t bytes[3000];

	sample_bytes(bytes);
	host_type(h, "AT+QFUPL=\"update.zip\",3000,5,1\r");
	assert_string_equal(h->at, "\r\nCONNECT\r\n");
	for (size_t i = 0; i < 3000; i += 1024) {
		host_forget(h);
		host_write(h, DESCRIPTORS_ROLE_AT, bytes + i,
			   i == 2048 ? 952 : 1024);
		if (i < 2048)
			assert_string_equal(h->at, "A");
	}
}

static void test_upload_sample(void **state)
{
	uint8_t bytes[3000];
	struct host h;

	(void)state;
	sample_bytes(bytes);
	host_plug(&h, SET(QUIET));
	upload_sample(&h);
	assert_string_equal(h.at, "\r\n+QFUPL: 3000,b34a\r\n\r\nOK\r\n");
	assert_non_null(strstr(h.wire, "data if=2 bytes=3000\n"));
	host_forget(&h);
	host_type(&h, "AT+QFLST=\"*\"\r");
	assert_string_equal(
		h.at, "\r\n+QFLST: \"UFS:update.zip\",3000\r\n\r\nOK\r\n");
	host_forget(&h);
	host_type(&h, "AT+QFUPL=\"update.zip\",3000\r");
	assert_string_equal(h.at, "\r\n+CME ERROR: 407\r\n");
	host_forget(&h);
	h.mark_transfers = true;
	host_type(&h, "AT+QFDWL=\"UFS:update.zip\"\r");
	assert_int_equal(store_checksum(bytes, 3000), 0xb34a);
	assert_non_null(strstr(h.at, "\r\nCONNECT\r\n|"));
	host_unplug(&h);
}

static const struct {
	const char *const *settings;
	const char *command;
	const char *data; /* then 6 s of silence */
	const char *answer;
} uploads[] = {
	{NULL, "\"a.zip\",5", "hello", "+QFUPL: 5,6b09 / OK"},
	{NULL, "\"a.zip\",100,5", "hello", "+QFUPL: 5,6b09 / OK"},
	{NULL, "\"a.zip\"", "123456789", "+QFUPL: 9,3908 / OK"},
	{SET("upload-timeout-error=yes"), "\"a.zip\",100,5", "hello",
	 "+CME ERROR: 421"},
	{SET("sum-format=upper"), "\"a.zip\",5", "hello", "+QFUPL: 5,6B09 / OK"},
	{SET("sum-format=padded"), "\"a.zip\",2", "\x01\x02",
	 "+QFUPL: 2,0102 / OK"},
	{NULL, "\"a.zip\",2", "\x01\x02", "+QFUPL: 2,102 / OK"},
	{SET("upload-wrong=1"), "\"a.zip\",5", "hello", "+QFUPL: 5,6b08 / OK"},
	{SET("upload-lose=0"), "\"a.zip\",6", "-hello", "+QFUPL: 5,6b09 / OK"},
	{SET("ufs-size=1000"), "\"a.zip\",1001", "", "+CME ERROR: 423"},
	{NULL, "\"a.zip\",5,0", "", "+CME ERROR: 425"},
	{NULL, "\"\",5", "", "+CME ERROR: 406"},
	{NULL, "\"a.zip\",5", "helloAT\r", "+QFUPL: 5,6b09 / OK / OK"},
};

static void test_uploads(void **state)
{
	static struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof(uploads) / sizeof(uploads[0]); i++) {
		print_message("AT+QFUPL=%s\n", uploads[i].command);
		host_plug(&h, uploads[i].settings);
		host_wait(&h, 1000);
		host_type(&h, "ATE0\rAT+QFUPL=");
		host_type(&h, uploads[i].command);
		host_type(&h, "\r");
		if (strstr(h.at, "CONNECT"))
			host_forget(&h);
		else
			memmove(h.at, strrchr(h.at, '+'),
				strlen(strrchr(h.at, '+')) + 1);
		if (*uploads[i].data)
			host_type(&h, uploads[i].data);
		host_wait(&h, 6000);
		assert_string_equal(host_lines(h.at), uploads[i].answer);
		host_unplug(&h);
	}
}

static void test_upload_space(void **state)
{
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "ufs-size=10"));
	host_type(&h, "AT+QFUPL=\"a\",6\rhello!");
	host_forget(&h);
	host_type(&h, "AT+QFUPL=\"b\",6\r");
	assert_string_equal(host_lines(h.at), "+CME ERROR: 420");
	host_forget(&h);
	host_type(&h,
		  "AT+QFLDS=\"UFS\";+QFLDS;+QFDEL=\"UFS:a\";+QFDEL=\"a\"\r");
	assert_string_equal(host_lines(h.at),
			    "+QFLDS: 4,10 / +QFLDS: 6,1 / +CME ERROR: 405");
	host_unplug(&h);
}

/* +++ ends the data phase only between two seconds of silence. */
static void test_upload_escape(void **state)
{
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET));
	host_type(&h, "AT+QFUPL=\"a\",100,60\r");
	host_type(&h, "hel");
	host_wait(&h, 900);
	host_type(&h, "+++");
	host_wait(&h, 1500);
	host_type(&h, "lo");
	host_wait(&h, 1500);
	host_type(&h, "+++");
	host_wait(&h, 100);
	host_type(&h, "!");
	host_wait(&h, 1500);
	assert_string_equal(host_lines(h.at), "CONNECT");
	host_type(&h, "+++");
	host_wait(&h, 1500);
	assert_non_null(strstr(h.at, "+QFUPL: 12,"));
	host_unplug(&h);
}

static void test_lost_ack(void **state)
{
	uint8_t block[1024] = {0};
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "lose-ack=2"));
	host_type(&h, "AT+QFUPL=\"a\",3072,5,1\r");
	for (int i = 1; i <= 3; i++) {
		host_forget(&h);
		host_write(&h, DESCRIPTORS_ROLE_AT, block, sizeof(block));
		assert_int_equal(h.at[0] == 'A', i != 2);
	}
	assert_string_equal(h.at, "A\r\n+QFUPL: 3072,0\r\n\r\nOK\r\n");
	host_unplug(&h);
}

static void test_upload_power_loss(void **state)
{
	uint8_t bytes[2048] = {0};
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET, "upload-leave=1500"));
	host_type(&h, "AT+QFUPL=\"a\",4096,5,1\r");
	host_forget(&h);
	host_write(&h, DESCRIPTORS_ROLE_AT, bytes, 1400);
	assert_string_equal(h.at, "A");
	host_write(&h, DESCRIPTORS_ROLE_AT, bytes, 1000);
	host_wait(&h, 2000);
	assert_string_equal(host_lines(h.at), "A / <leave>");
	assert_true(h.on_bus);
	host_forget(&h);
	host_type(&h, "AT+QFLST;+QFLDS\r");
	assert_string_equal(host_lines(h.at),
			    "+QFLST: \"UFS:a\",1500 / +QFLDS: 1500,1 / OK");
	host_unplug(&h);
}

/* Pulled out in mid-upload, it keeps what came. */
static void test_upload_cut(void **state)
{
	struct host h;

	(void)state;
	host_plug(&h, SET(QUIET));
	host_type(&h, "AT+QFUPL=\"a\",100,60\rhello");
	life_leave(&h.modem, MODEM_LIFE_NORMAL, 1000);
	host_wait(&h, 3000);
	host_forget(&h);
	host_type(&h, "AT+QFLDS\r");
	assert_string_equal(host_lines(h.at), "+QFLDS: 5,1 / OK");
	host_unplug(&h);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_checksums,
					  argc > 1 ? argv[1] : "."),
		cmocka_unit_test(test_upload_sample),
		cmocka_unit_test(test_uploads),
		cmocka_unit_test(test_upload_space),
		cmocka_unit_test(test_upload_escape),
		cmocka_unit_test(test_lost_ack),
		cmocka_unit_test(test_upload_power_loss),
		cmocka_unit_test(test_upload_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
