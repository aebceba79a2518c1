/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PACKAGE as people type it, and credentials where they must not be seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/source.h"
#include "agent/util.h"

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* 12 + 4 * 50 + 43 */
#define URL_255 "http://fw/0/" A50 A50 A50 A50 "/2345678901234567890123456789012345678901.z"
_Static_assert(sizeof(URL_255) - 1 == 255, "the longest URL");
#define PATH_255 "/" A50 A50 A50 A50 A50 "/abc"
_Static_assert(sizeof(PATH_255) - 1 == 255, "the longest path");

struct accepted {
	const char *package;
	enum source_kind kind;
	const char *argument; /* NULL: all of it */
};

static const struct accepted accepted[] = {
	{ "http://fw.example/EP06/a08-a09.zip", SOURCE_KIND_URL, NULL },
	{ "https://fw.example:443/a", SOURCE_KIND_URL, NULL },
	{ "ftp://test:test@demo.com:21/update/delta.bin", SOURCE_KIND_URL, NULL },
	{ "HTTP://FW.EXAMPLE/A.ZIP", SOURCE_KIND_URL, NULL },
	{ "FtP://fw/a", SOURCE_KIND_URL, NULL },
	{ "http://fw:1/a", SOURCE_KIND_URL, NULL },
	{ "http://fw:65535/a", SOURCE_KIND_URL, NULL },
	{ "http://[2001:db8::1]/a", SOURCE_KIND_URL, NULL },
	{ "http://[2001:db8::1]:8080/a", SOURCE_KIND_URL, NULL },
	{ "http://user:p:w@fw:80/a", SOURCE_KIND_URL, NULL },
	{ "http://fw/a?b=http://c", SOURCE_KIND_URL, NULL },
	{ "http://127.example/a", SOURCE_KIND_URL, NULL },
	{ "http://localhost@fw/a", SOURCE_KIND_URL, NULL },
	{ "http://localhosts/a", SOURCE_KIND_URL, NULL },
	{ "http://10.0.0.1/127.0.0.1", SOURCE_KIND_URL, NULL },
	{ "http://192.168.127.0/a", SOURCE_KIND_URL, NULL },
	{ "http://4294967296/a", SOURCE_KIND_URL, NULL },
	{ "http://0xg/a", SOURCE_KIND_URL, NULL },
	{ "http://[2001:db8::7f00:1]/a", SOURCE_KIND_URL, NULL },
	{ "http://[::ffff:192.0.2.1]/a", SOURCE_KIND_URL, NULL },
	{ "http://fw/a~b@c,d=e&f[g]h%20^i?j:k+l_m-n.o", SOURCE_KIND_URL, NULL },
	{ URL_255, SOURCE_KIND_URL, NULL },
	{ "modem:/cache/ufs/a.zip", SOURCE_KIND_MODEM, "/cache/ufs/a.zip" },
	{ "Modem:a.zip", SOURCE_KIND_MODEM, "a.zip" },
	{ "modem:" PATH_255, SOURCE_KIND_MODEM, PATH_255 },
	{ "a.zip", SOURCE_KIND_FILE, NULL },
	{ "/srv/a b\".zip", SOURCE_KIND_FILE, NULL },
	{ "./http://fw", SOURCE_KIND_FILE, NULL },
	{ "http:/fw/a", SOURCE_KIND_FILE, NULL },
	{ "modem", SOURCE_KIND_FILE, NULL },
};

static void test_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		const struct accepted *row = &accepted[i];
		const char *error = NULL;
		struct source source;

		print_message("%.60s\n", row->package);
		assert_int_equal(source_parse(row->package, &source, &error), 0);
		assert_null(error);
		assert_int_equal(source.kind, row->kind);
		assert_string_equal(source.argument, row->argument ? row->argument : row->package);
	}
}

struct refused {
	const char *package;
	const char *error; /* a part of the sentence */
};

static const struct refused refused[] = {
	{ "", "the package is empty" },
	{ URL_255 "x", "the package URL is longer than 255 bytes" },
	{ "modem:" PATH_255 "x", "the path after modem: is longer than 255 bytes" },
	{ "http://fw/a\"", "the package URL holds a quote" },
	{ "http://fw/a\\b", "quote or a backslash, which an AT command cannot carry: write it as %22" },
	/* Nobody decodes that of a path. */
	{ "modem:/a\"", "quote or a backslash, which an AT command cannot carry; store" },
	{ "http://fw/a'b", "holds a quote" },
	{ "modem:/a'b", "holds a quote" },
	{ "http://fw/a;reboot", "a shell in the modem" },
	{ "http://fw;reboot/a", "a shell in the modem" },
	{ "http://u:p$(id)@fw/a", "a shell in the modem" },
	{ "http://fw/a#b", "a fragment" },
	{ "http://fw/#", "a fragment" },
	{ "modem:/a#b", "holds a #" },
	{ "http://localhost/a", "loopback" },
	{ "HTTPS://LocalHost:443/a", "loopback" },
	{ "ftp://u:p@localhost./a", "loopback" },
	{ "http://fw.localhost/a", "loopback" },
	{ "http://localhost.localdomain/a", "loopback" },
	{ "http://ip6-localhost/a", "loopback" },
	{ "http://127.0.0.1/a", "loopback" },
	{ "http://127.0.0.1.:80/a", "loopback" },
	{ "http://127.1/a", "loopback" },
	{ "http://127.255.255.254:8080/a", "loopback" },
	{ "http://0177.0.0.1/a", "loopback" },
	{ "http://0x7F.1/a", "loopback" },
	{ "http://2130706433/a", "loopback" },
	{ "http://0x7f000001/a", "loopback" },
	{ "http://0.0.0.0/a", "loopback" },
	{ "http://0/a", "loopback" },
	{ "http://[::1]/a", "loopback" },
	{ "http://u:p@[::1]:80/a", "loopback" },
	{ "http://[::]/a", "loopback" },
	{ "http://[0:0:0:0:0:0:0:1]/a", "loopback" },
	{ "http://[0000::0001]/a", "loopback" },
	{ "http://[::ffff:127.0.0.1]/a", "loopback" },
	{ "http://[::FFFF:7F00:1]/a", "loopback" },
	{ "http://[::ffff:0.0.0.0]/a", "loopback" },
	{ "http://%6cocalhost/a", "plainly" },
	{ "http://[fe80::1%25eth0]/a", "plainly" },
	{ "http://fw/a\rAT+QFDEL=*", "control character" },
	{ "http://fw/a\n", "control character" },
	{ "http://fw/a b", "a space" },
	{ "http://fw/a\x7f", "control character" },
	{ "http://fw/\xc3\xa4", "not ASCII" },
	{ "modem:/a b", "that is not ASCII, which an AT command cannot carry; store" },
	{ "http:///a", "no server" },
	{ "http://:80/a", "no server" },
	{ "http://user:pw@/a", "no server" },
	{ "http://[]/a", "no server" },
	{ "http://[::1/a", "closing bracket" },
	{ "http://[::1:80/a", "closing bracket" },
	{ "http://[::1", "closing bracket" },
	{ "http://u:p@[::1/a", "closing bracket" },
	{ "http://", "no server" },
	{ "http://fw:0/a", "port" },
	{ "http://fw:65536/a", "port" },
	{ "http://fw:4294967376/a", "port" },
	{ "http://fw:/a", "port" },
	{ "http://fw:-1/a", "port" },
	{ "http://fw:80a/a", "port" },
	{ "http://fw:80:80/a", "port" },
	{ "http://2001:db8::1/a", "port" },
	{ "http://[2001:db8::1]80/a", "port" },
	{ "http://fw", "no file" },
	{ "http://fw:80", "no file" },
	{ "http://fw/", "no file" },
	{ "http://fw?a=/b", "no file" },
	{ "gopher://fw/a", "no other scheme" },
	{ "file:///srv/a.zip", "no other scheme" },
	{ "httpx://fw/a", "no other scheme" },
	{ "modem:", "path" },
	{ "modem:///a", "no other scheme" },
	{ "://fw/a", "no other scheme" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct source source = { SOURCE_KIND_FILE, "untouched" };
		const char *error = NULL;

		print_message("%.60s\n", refused[i].package);
		assert_int_equal(source_parse(refused[i].package, &source, &error), -EINVAL);
		assert_non_null(error);
		if (!strstr(error, refused[i].error))
			fail_msg("\"%s\" does not say \"%s\"", error, refused[i].error);
		assert_string_equal(source.argument, "untouched");
	}
}

/* Each of them, wherever it stands, is the modem's shell's and not the server's. */
static void test_shell_characters(void **state)
{
	static const char characters[] = ";|$()<>{}*!`";

	(void)state;
	for (size_t i = 0; characters[i]; i++) {
		static const char *const formats[] = { "http://fw/a%cb", "http://u:p%cq@fw/a",
						       "modem:/cache/ufs/a%cb", "modem:%c" };

		for (size_t n = 0; n < ARRAY_SIZE(formats); n++) {
			struct source source;
			const char *error = NULL;
			char text[40];

			snprintf(text, sizeof(text), formats[n], characters[i]);
			print_message("%s\n", text);
			assert_int_equal(source_parse(text, &source, &error), -EINVAL);
			assert_non_null(strstr(error, "a shell in the modem could run"));
		}
	}
}

static void test_warning(void **state)
{
	static const struct {
		const char *package, *warning; /* NULL: none */
	} rows[] = {
		{ "http://fw/a?b=1&c=2", "URL holds &" },
		{ "modem:/a&b", "modem: holds &" },
		{ "http://fw/a?b=1", NULL },
		{ "modem:/a", NULL },
		{ "/srv/a&b.zip", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct source source;
		const char *error, *warning;

		assert_int_equal(source_parse(rows[i].package, &source, &error), 0);
		warning = source_warning(&source);
		if (rows[i].warning)
			assert_true(warning && strstr(warning, rows[i].warning));
		else
			assert_null(warning);
	}
}

static void test_hint(void **state)
{
	(void)state;
	assert_non_null(source_hint("UFS:x.zip"));
	assert_non_null(source_hint("ufs:x.zip"));
	assert_non_null(source_hint("/cache/ufs/x.zip"));
	assert_non_null(source_hint("/data/ufs/x.zip"));
	assert_null(source_hint("/srv/x.zip"));
	assert_null(source_hint("x.zip"));
}

struct masked {
	const char *text, *expected;
};

static const struct masked masked[] = {
	{ "http://fw.example/a.zip", "http://fw.example/a.zip" },
	{ "http://fw.example:8080/a@b.zip", "http://fw.example:8080/a@b.zip" },
	{ "a.zip", "a.zip" },
	{ "", "" },
	{ "ftp://test:test@demo.com:21/d.bin", "ftp://test:***@demo.com:21/d.bin" },
	{ "ftp://test:@demo.com/d.bin", "ftp://test:@demo.com/d.bin" },
	{ "HTTP://u:p@fw/a", "HTTP://u:***@fw/a" },
	{ "https://ghp_token@fw/a", "https://***@fw/a" },
	{ "http://u:p@q@fw/a", "http://u:***@fw/a" },
	{ "http://u:p\"q\\r@fw/a", "http://u:***@fw/a" },
	{ "http://u:p/q@fw/a", "http://u:***@fw/a" },
	{ "http://u:p#q?r@fw/a", "http://u:***@fw/a" },
	{ "http://u:half", "http://u:***" },
	{ "http://u:123456", "http://u:***" },
	{ "http://[::1]:80/a", "http://[::1]:80/a" },
	{ "http://u:p@[::1]:80/a", "http://u:***@[::1]:80/a" },
	{ "AT+QFOTADL=\"ftp://u:secret@fw:21/a\"\r", "AT+QFOTADL=\"ftp://u:***@fw:21/a\"\r" },
	{ "AT+QFOTADL=\\x22http://fw:80\\x22\\x0d", "AT+QFOTADL=\\x22http://fw:80\\x22\\x0d" },
	{ "from http://a:b@c/d to http://e:f@g/h", "from http://a:***@c/d to http://e:***@g/h" },
	{ "see http://fw:80 or mail a@b", "see http://fw:80 or mail a@b" },
	{ "http://s3/a?X-Amz-Signature=abc&n=1", "http://s3/a?X-Amz-Signature=***&n=1" },
	{ "http://fw/a?n=1&access_TOKEN=abc\"", "http://fw/a?n=1&access_TOKEN=***\"" },
	{ "http://u:p@fw/a?id=7&pwd=x#y", "http://u:***@fw/a?id=7&pwd=***#y" },
	{ "http://fw/a?token=", "http://fw/a?token=" },
};

static void test_masked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masked); i++) {
		char text[300];

		assert_true(source_mask(masked[i].text, text, sizeof(text)));
		assert_string_equal(text, masked[i].expected);
	}
}

static void test_masked_where_it_does_not_fit(void **state)
{
	const char *url = "ftp://user:secret@fw/a";
	char text[32];

	(void)state;
	for (size_t size = 1; size <= strlen("ftp://user:***@fw/a"); size++) {
		assert_false(source_mask(url, text, size));
		assert_int_equal(strlen(text), size - 1);
		assert_memory_equal(text, "ftp://user:***@fw/a", size - 1);
	}
}

static void test_overwritten_in_place(void **state)
{
	char text[] = "ftp://user:secret@fw/a?key=abc";

	(void)state;
	source_overwrite(text);
	assert_string_equal(text, "ftp://user:******@fw/a?key=***");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_shell_characters),
		cmocka_unit_test(test_warning),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_masked),
		cmocka_unit_test(test_masked_where_it_does_not_fit),
		cmocka_unit_test(test_overwritten_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
