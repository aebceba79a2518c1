/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/config.h"
#include "agent/inifile.h"
#include "agent/util.h"

static char folder[64];
static char file[80];

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_config.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/qfota.conf", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	rmdir(folder);
	return 0;
}

static void write_bytes(const char *path, const char *bytes, size_t size)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

/* The mistake in @text without the folder's name; "" if there is none. */
static const char *mistake(const char *text, size_t size)
{
	static char error[512];
	struct config config;
	int r;

	write_bytes(file, text, size);
	r = config_load(file, &config, error, sizeof(error));
	if (r == 0) {
		config_clear(&config);
		assert_string_equal(error, "");
		return "";
	}
	assert_int_equal(r, -EINVAL);
	assert_int_equal(strncmp(error, folder, strlen(folder)), 0);
	return error + strlen(folder) + 1;
}

#define TARGET "[target \"EP06*\"]\n"
#define DELTA "[delta \"d\"]\n"
#define OLD "EP06ELAR03A08M4G"
#define NEW "EP06ELAR04A01M4G"
#define FROM "from = " OLD "\n"
#define TO "to = " NEW "\n"
#define PACKAGE "package = /a.zip\n"
#define HEX32 "0123456789abcdefABCDEF0123456789"
#define TEN "0123456789"

static const struct mistake_row {
	const char *text;
	const char *error;
} mistakes[] = {
	{ "", "" },
	{ "# nothing\n\n  ; here\n", "" },
	{ "jobs = 1\n", "qfota.conf:1: \"jobs\" before any [section]" },
	{ "[agent]\njobs\n", "qfota.conf:2: not KEY = VALUE" },
	{ "[agent]\njobs", "qfota.conf:2: not KEY = VALUE" },
	{ "[agent]\njobs\njobs = 1\n", "qfota.conf:2: not KEY = VALUE" },
	{ "[agent]\n\nspeed = 1\n",
	  "qfota.conf:3: unknown key \"speed\" in [agent]" },
	{ "[agent]\njobs =\n",
	  "qfota.conf:2: jobs: \"\" is no number from 0 to 1000" },
	{ "[agent]\njobs = -1\n",
	  "qfota.conf:2: jobs: \"-1\" is no number from 0 to 1000" },
	{ "[agent]\njobs = 1001\n",
	  "qfota.conf:2: jobs: \"1001\" is no number from 0 to 1000" },
	{ "[agent]\njobs = 99999999999999999999\n",
	  "qfota.conf:2: jobs: \"99999999999999999999\" is no number from 0 to "
	  "1000" },
	{ "[agent]\nattempts = 0\n",
	  "qfota.conf:2: attempts: \"0\" is no number from 1 to 1000" },
	{ "[agent]\nattempts = 3x\n",
	  "qfota.conf:2: attempts: \"3x\" is no number from 1 to 1000" },
	{ "[agent]\nback-off = 3 days\n",
	  "qfota.conf:2: back-off: \"3 days\" is no duration: a whole number "
	  "with ms, s, min or h, 1ms to 168h" },
	{ "[timeouts]\ndowload = 3s\n",
	  "qfota.conf:2: unknown key \"dowload\" in [timeouts]" },
	{ "[timeouts]\nflash = 0s\n",
	  "qfota.conf:2: flash: \"0s\" is no duration: a whole number with ms, "
	  "s, min or h, 1ms to 168h" },
	{ "[agents]\n", "qfota.conf:1: unknown section [agents]" },
	{ "[]\n", "qfota.conf:1: unknown section []" },
	{ "[agent\n", "qfota.conf:1: the ']' is missing" },
	{ "[\n", "qfota.conf:1: the ']' is missing" },
	{ "[agent \"x\"]\n", "qfota.conf:1: [agent] has no name" },
	{ "[target]\n", "qfota.conf:1: [target \"PATTERN\"]: a shell pattern "
			"of 1 to 63 bytes without blanks" },
	{ "[target \"\"]\n", "qfota.conf:1: [target \"PATTERN\"]: a shell "
			     "pattern of 1 to 63 bytes without blanks" },
	{ "[target \"A B\"]\n", "qfota.conf:1: [target \"PATTERN\"]: a shell "
				"pattern of 1 to 63 bytes without blanks" },
	{ "[target \"a]\n", "qfota.conf:1: one pair of quotes around the name "
			    "of a section, nothing after it" },
	{ "[target \"]\n", "qfota.conf:1: one pair of quotes around the name "
			   "of a section, nothing after it" },
	{ "[target \"a\"b\"]\n", "qfota.conf:1: one pair of quotes around the "
				 "name of a section, nothing after it" },
	{ "[target \"a\" b]\n", "qfota.conf:1: one pair of quotes around the "
				"name of a section, nothing after it" },
	{ "\n" TARGET "\n[agent]\n",
	  "qfota.conf:2: target \"EP06*\" has no firmware" },
	{ TARGET, "qfota.conf:1: target \"EP06*\" has no firmware" },
	{ TARGET "firmware = " NEW "\nfirmware = " NEW "\n",
	  "qfota.conf:3: firmware is given twice" },
	{ TARGET "firmware = \"" NEW "\"\n",
	  "qfota.conf:2: firmware: \"\"" NEW "\"\": expected the name of a "
	  "firmware, as AT+CGMR prints it, such as EP06ELAR04A01M4G: one word of "
	  "letters, digits, dots and underscores" },
	{ TARGET "firmware = EP06E" TEN TEN TEN TEN TEN TEN "\n",
	  "qfota.conf:2: firmware: \"EP06E" TEN TEN TEN TEN TEN TEN "\": this is "
	  "longer than the name of any firmware; expected a name as AT+CGMR "
	  "prints it, such as EP06ELAR04A01M4G" },
	{ TARGET "firmware = EP06ELA" TEN TEN TEN TEN TEN "123456\n", "" },
	{ TARGET "firmware = RG501QEUAAR12A01M4G_OCPU_ZM\n", "" },
	{ TARGET "firmware = EC25EUGAR06A05M4G_BETA1108\n", "" },
	{ TARGET "firmware = ep06elar04a01m4g\n",
	  "qfota.conf:2: firmware: \"ep06elar04a01m4g\": names of firmware have "
	  "no lower case letters; expected a name as AT+CGMR prints it, such as "
	  "EP06ELAR04A01M4G" },
	{ TARGET "firmware = " NEW ".zip\n",
	  "qfota.conf:2: firmware: \"" NEW ".zip\": this is the name of a file; "
	  "expected the name of a firmware, as AT+CGMR prints it, such as "
	  "EP06ELAR04A01M4G" },
	{ DELTA "from = R03A08M4G\n",
	  "qfota.conf:2: from: \"R03A08M4G\": expected the complete name of a "
	  "firmware, which begins with its model, as EP06ELAR04A01M4G with EP06" },
	{ DELTA "to = a/b\n",
	  "qfota.conf:2: to: \"a/b\": this is the name of a file; expected the "
	  "name of a firmware, as AT+CGMR prints it, such as EP06ELAR04A01M4G" },
	{ DELTA FROM "to = EG06ELAR04A01M4G\n" PACKAGE,
	  "qfota.conf:1: delta \"d\" leads from " OLD " to another model, "
	  "EG06ELAR04A01M4G; no package can do that" },
	{ TARGET "from = A\n",
	  "qfota.conf:2: unknown key \"from\" in [target]" },
	{ "[delta]\n", "qfota.conf:1: [delta \"NAME\"]: the name is missing" },
	{ DELTA TO PACKAGE, "qfota.conf:1: delta \"d\" has no from" },
	{ DELTA FROM PACKAGE, "qfota.conf:1: delta \"d\" has no to" },
	{ DELTA FROM TO, "qfota.conf:1: delta \"d\" has no package" },
	{ DELTA FROM TO PACKAGE FROM, "qfota.conf:5: from is given twice" },
	{ DELTA FROM TO PACKAGE PACKAGE,
	  "qfota.conf:5: package is given twice" },
	{ DELTA FROM "to = " OLD "\n" PACKAGE,
	  "qfota.conf:1: delta \"d\" leads from " OLD " to itself" },
	{ DELTA "from = " NEW "_01.001\n" TO PACKAGE,
	  "qfota.conf:1: delta \"d\" leads from " NEW "_01.001 to itself" },
	{ DELTA "from = " NEW "_01.001\nto = " NEW "_01.002\n" PACKAGE, "" },
	{ DELTA FROM TO PACKAGE "[delta \"e\"]\nfrom = EP06ELAR03A09M4G\n" TO PACKAGE,
	  "" },
	{ DELTA FROM TO PACKAGE "[delta \"e\"]\n" FROM
				"to = EP06ELAR03A09M4G\n" PACKAGE,
	  "" },
	{ DELTA FROM TO "package =\n",
	  "qfota.conf:4: package: the package is empty: it must be a URL, "
	  "modem:PATH or a file of this host" },
	{ DELTA FROM TO "package = modem:\n",
	  "qfota.conf:4: package: modem: needs the path of a file in the modem "
	  "after it" },
	{ DELTA FROM TO "package = ~/a.zip\n",
	  "qfota.conf:4: package: a ~ stands for a home directory in a shell "
	  "only; write the complete path" },
	{ DELTA FROM TO "package = ~root/a.zip\n",
	  "qfota.conf:4: package: a ~ stands for a home directory in a shell "
	  "only; write the complete path" },
	{ DELTA FROM TO "package = a.zip~\n", "" },
	{ DELTA FROM TO "package = http://joe:secret@h/p;reboot\n",
	  "qfota.conf:4: package: the package URL holds one of ; | $ ( ) < > { } "
	  "* ! and `, which a shell in the modem could run: write it as %XX, or "
	  "serve the file under another name" },
	{ DELTA FROM TO "package = modem:/a$(b)\n",
	  "qfota.conf:4: package: the path after modem: holds one of ; | $ ( ) < "
	  "> { } * ! and `, which a shell in the modem could run; store the file "
	  "under another name" },
	{ DELTA FROM TO "package = http://h/a#b\n",
	  "qfota.conf:4: package: the package URL holds a # (a fragment), which "
	  "no server ever sees: leave it out, or write it as %23" },
	{ DELTA FROM TO "package = http://localhost/p\n",
	  "qfota.conf:4: package: the server of the URL is a loopback address: "
	  "the modem downloads by itself, and there it would only find itself; "
	  "name a server in its network" },
	{ DELTA FROM TO "package = sftp://joe:secret@h/p\n",
	  "qfota.conf:4: package: a package is an http://, https:// or ftp:// "
	  "URL, modem:PATH or a file of this host; no other scheme is known" },
	{ DELTA FROM TO "package = http://\n",
	  "qfota.conf:4: package: the URL names no server: it must look like "
	  "http://SERVER/PATH" },
	{ DELTA FROM TO "package = http://joe:secret@h:0/p\n",
	  "qfota.conf:4: package: the port of the URL is not a number from 1 to "
	  "65535" },
	{ DELTA FROM TO "package = http://joe:secret@h\n",
	  "qfota.conf:4: package: the URL names no file: it must look like "
	  "http://SERVER/PATH" },
	{ DELTA FROM TO "package = http://joe:secret@h/p\"\n",
	  "qfota.conf:4: package: the package URL holds a quote or a backslash, "
	  "which an AT command cannot carry: write it as %22, %27 or %5C" },
	{ DELTA FROM TO "package = http://h/a b\n",
	  "qfota.conf:4: package: the package URL holds a space, a control "
	  "character or a byte that is not ASCII, which an AT command cannot "
	  "carry: write it as %XX" },
	{ DELTA FROM TO "package = http://h/" HEX32 HEX32 HEX32 HEX32 HEX32 HEX32
			HEX32 TEN TEN "12\n", "" },
	{ DELTA FROM TO "package = http://h/" HEX32 HEX32 HEX32 HEX32 HEX32 HEX32
			HEX32 TEN TEN "123\n",
	  "qfota.conf:4: package: the package URL is longer than 255 bytes, the "
	  "most that the modem takes; use a shorter path or another server name" },
	{ DELTA FROM TO PACKAGE "sha256 = " HEX32 "\n",
	  "qfota.conf:5: sha256: not 64 hexadecimal digits" },
	{ DELTA FROM TO PACKAGE "sha256 = " HEX32 HEX32 "0\n",
	  "qfota.conf:5: sha256: not 64 hexadecimal digits" },
	{ DELTA FROM TO PACKAGE "sha256 = " HEX32 "g123456789abcdefABCDEF"
				"0123456789\n",
	  "qfota.conf:5: sha256: not 64 hexadecimal digits" },
	{ DELTA FROM TO PACKAGE "sha256 = " HEX32 HEX32 "\n", "" },
	{ DELTA FROM TO PACKAGE "md5 = 1\n",
	  "qfota.conf:5: unknown key \"md5\" in [delta]" },
	{ "[agent]\njobs = 1 # caf\xc3\xa9\n", "" },
	{ "[agent]\nj\xc3\xb6" "bs = 1\n",
	  "qfota.conf:2: byte 0xc3 outside a comment" },
	{ "[agent]\njobs = 1\a\n", "qfota.conf:2: no text: byte 0x07" },
	{ "# a comment\x1b[2J\n", "qfota.conf:1: no text: byte 0x1b" },
	{ "[agent]\njobs = 1\rjobs = 2\n",
	  "qfota.conf:2: byte 0x0d outside a comment" },
	{ "\xef\xbb\xbf[agent]\r\njobs = 1\r\n", "" },
	{ "[agent]\n  jobs = 1\n\tattempts = 2\n", "" },
};

static void test_mistakes_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const char *text = mistakes[i].text;

		assert_string_equal(mistake(text, strlen(text)),
				    mistakes[i].error);
	}
}

static void test_nul_byte(void **state)
{
	static const char text[] = "[agent]\njobs = 1\0\n";

	(void)state;
	assert_string_equal(mistake(text, sizeof(text) - 1),
			    "qfota.conf:2: no text: byte 0x00");
}

static void test_long_lines(void **state)
{
	static char text[INIFILE_LINE_MAX + 32];
	char expected[64];

	(void)state;
	strcpy(text, "[agent]\n# ");
	memset(text + strlen(text), 'x', INIFILE_LINE_MAX);
	snprintf(expected, sizeof(expected),
		 "qfota.conf:2: longer than %d bytes", INIFILE_LINE_MAX - 2);
	assert_string_equal(mistake(text, strlen(text)), expected);
	text[8 + INIFILE_LINE_MAX - 2] = '\0';
	assert_string_equal(mistake(text, strlen(text)), "");
	text[8 + INIFILE_LINE_MAX - 2] = 'x';
	text[8 + INIFILE_LINE_MAX - 1] = '\0';
	assert_string_equal(mistake(text, strlen(text)), expected);
}

static void test_long_package(void **state)
{
	char text[700], name[512 + 1];
	size_t room = 511 - strlen(folder) - 1;

	(void)state;
	memset(name, 'p', sizeof(name));
	snprintf(text, sizeof(text), DELTA FROM TO "package = %.*s\n",
		 (int)room, name);
	assert_string_equal(mistake(text, strlen(text)), "");
	snprintf(text, sizeof(text), DELTA FROM TO "package = %.*s\n",
		 (int)room + 1, name);
	assert_string_equal(mistake(text, strlen(text)),
			    "qfota.conf:4: package: longer than 511 bytes");
}

/* Both places are named. */
static void test_the_same_twice(void **state)
{
	static const char target[] = TARGET "firmware = " OLD "\n" TARGET
					    "firmware = " NEW "\n";
	static const char delta[] = DELTA FROM TO PACKAGE
		"[delta \"e\"]\n" TO FROM "package = modem:/b.zip\n";
	char expected[200];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "qfota.conf:3: target \"EP06*\" stands in %s:1 already", file);
	assert_string_equal(mistake(target, strlen(target)), expected);
	snprintf(expected, sizeof(expected),
		 "qfota.conf:5: the delta from " OLD " to " NEW " stands in %s:1 "
		 "already",
		 file);
	assert_string_equal(mistake(delta, strlen(delta)), expected);
}

static void test_too_many_deltas(void **state)
{
	static char text[(DELTAS_MAX + 1) * 96];
	size_t used = 0;
	char expected[64];

	(void)state;
	for (int i = 0; i < DELTAS_MAX + 1; i++) {
		if (i == DELTAS_MAX)
			assert_string_equal(mistake(text, used), "");
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "[delta \"%d\"]\nfrom=EP06R%03d\nto=EP06R%03d\n"
					 "package=/p\n",
					 i, i, i + 1);
	}
	snprintf(expected, sizeof(expected),
		 "qfota.conf:%d: more than %d deltas", DELTAS_MAX * 4 + 1,
		 DELTAS_MAX);
	assert_string_equal(mistake(text, used), expected);
}

static void load(const char *text, struct config *ret)
{
	char error[512];

	write_text(file, text);
	assert_int_equal(config_load(file, ret, error, sizeof(error)), 0);
}

static void test_defaults(void **state)
{
	struct config config;

	(void)state;
	load("", &config);
	assert_int_equal(config.jobs, 0);
	assert_int_equal(config.attempts, 3);
	assert_int_equal(config.back_off_ms, 3600000);
	assert_int_equal(config.targets, 0);
	assert_int_equal(config.deltas, 0);
	assert_int_equal(config.limits.ms[LIMIT_READY], 60000);
	assert_int_equal(config.limits.ms[LIMIT_FLASH], 2 * 60 * 60 * 1000);
	assert_int_equal(config.limits.ms[LIMIT_VERIFY], 120000);
	config_clear(&config);
}

/* The example of the manual, with all that may stand in such a file. */
static void test_whole_file(void **state)
{
	struct config config;
	char expected[160];

	(void)state;
	load("[agent]\n"
	     "jobs = 4                      # how many modems at once\n"
	     "attempts = 5\n"
	     "back-off = 10min ; between them\n"
	     "[timeouts]\n"
	     "download = 45min\n"
	     "answer=700ms\n"
	     "[target \"EP06ELAR0[34]*\"]   # anything old\n"
	     "firmware = EP06ELAR04A22M4G\n"
	     "[delta \"a08-a09\"]\n"
	     "from = EP06ELAR03A08M4G\n"
	     "to = EP06ELAR03A09M4G\n"
	     "package = http://joe:s3cret@fw.example:80/EP06/a09.zip\n"
	     "[delta \"a09-a22\"]\n"
	     "from = EP06ELAR03A09M4G\n"
	     "to = EP06ELAR04A22M4G\n"
	     "package = deltas/a22.zip\n"
	     "sha256 = " HEX32 HEX32 "\n"
	     "[agent]\n"
	     "jobs = 2\n",
	     &config);
	assert_int_equal(config.jobs, 2);
	assert_int_equal(config.attempts, 5);
	assert_int_equal(config.back_off_ms, 600000);
	assert_int_equal(config.limits.ms[LIMIT_DOWNLOAD], 45 * 60000);
	assert_int_equal(config.limits.ms[LIMIT_ANSWER], 700);
	assert_int_equal(config.targets, 1);
	assert_string_equal(config.target[0].pattern, "EP06ELAR0[34]*");
	assert_string_equal(config.target[0].firmware, "EP06ELAR04A22M4G");
	assert_int_equal(config.deltas, 2);
	assert_string_equal(config.delta[0].name, "a08-a09");
	assert_string_equal(config.delta[0].from, "EP06ELAR03A08M4G");
	assert_string_equal(config.delta[0].to, "EP06ELAR03A09M4G");
	assert_string_equal(config.delta[0].package,
			    "http://joe:s3cret@fw.example:80/EP06/a09.zip");
	assert_null(config.delta[0].sha256);
	snprintf(expected, sizeof(expected), "%s:14", file);
	assert_string_equal(config.delta[1].where, expected);
	snprintf(expected, sizeof(expected), "%s/deltas/a22.zip", folder);
	assert_string_equal(config.delta[1].package, expected);
	assert_string_equal(config.delta[1].sha256, HEX32 HEX32);
	config_clear(&config);
	config_clear(&config);
}

static void test_packages_that_stay_as_they_are(void **state)
{
	static const char *const packages[] = {
		"http://h/p",  "https://h:444/p", "ftp://u:p@h/p",
		"HTTP://h/p",  "modem:/data/ufs/a", "/srv/a.zip",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packages); i++) {
		struct config config;
		char text[160];

		snprintf(text, sizeof(text), DELTA FROM TO "package = %s\n",
			 packages[i]);
		load(text, &config);
		assert_string_equal(config.delta[0].package, packages[i]);
		config_clear(&config);
	}
}

static void test_relative_config_file(void **state)
{
	char before[PATH_MAX], error[256], expected[160];
	struct config config;

	(void)state;
	write_text(file, DELTA FROM TO "package = a.zip\n");
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(config_load("qfota.conf", &config, error,
				     sizeof(error)),
			 0);
	assert_int_equal(chdir(before), 0);
	snprintf(expected, sizeof(expected), "%s/a.zip", folder);
	assert_string_equal(config.delta[0].package, expected);
	config_clear(&config);
}

static void test_unreadable_files(void **state)
{
	struct config config;
	char error[256], expected[160];

	(void)state;
	assert_int_equal(config_load(file, &config, error, sizeof(error)),
			 -ENOENT);
	snprintf(expected, sizeof(expected),
		 "%s: cannot be read: No such file or directory", file);
	assert_string_equal(error, expected);
	assert_int_equal(config_load(folder, &config, error, sizeof(error)),
			 -EISDIR);
	snprintf(expected, sizeof(expected),
		 "%s: cannot be read: Is a directory", folder);
	assert_string_equal(error, expected);
}

/* Long paths and values do not write beyond the sentence. */
static void test_short_room_for_the_sentence(void **state)
{
	struct config config;
	char error[8];

	(void)state;
	write_text(file, "[agent]\njobs = x\n");
	assert_int_equal(config_load(file, &config, error, sizeof(error)),
			 -EINVAL);
	assert_int_equal(strlen(error), sizeof(error) - 1);
}

static void test_a_later_file_wins(void **state)
{
	struct config config = { .attempts = 3 };
	char error[256];

	(void)state;
	write_text(file, "[agent]\nattempts = 4\njobs = 1\n");
	assert_int_equal(config_read(&config, file, error, sizeof(error)), 0);
	write_text(file, "[agent]\nattempts = 5\n" TARGET "firmware = " NEW "\n");
	assert_int_equal(config_read(&config, file, error, sizeof(error)), 0);
	assert_int_equal(config.attempts, 5);
	assert_int_equal(config.jobs, 1);
	assert_int_equal(config_read(&config, file, error, sizeof(error)),
			 -EINVAL);
	assert_non_null(strstr(error, "already"));
	config_clear(&config);
}

/* By name, not as created; hidden files and editors' copies are not read. */
static void test_folder(void **state)
{
	static const struct {
		const char *name;
		const char *text;
	} files[] = {
		{ "b.conf", "[agent]\nattempts = 6\n" },
		{ "a.conf", "[agent]\nattempts = 5\njobs = 2\n" },
		{ "c.conf~", "a mistake\n" },
		{ ".d.conf", "a mistake\n" },
	};
	struct config config = { .attempts = 3 };
	char error[256], path[160];

	(void)state;
	assert_int_equal(config_read_folder(&config, file, error,
					    sizeof(error)),
			 0);
	assert_int_equal(config.attempts, 3);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		write_text(path, files[i].text);
	}
	assert_int_equal(config_read_folder(&config, folder, error,
					    sizeof(error)),
			 0);
	assert_int_equal(config.attempts, 6);
	assert_int_equal(config.jobs, 2);
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	write_text(path, "?\n");
	assert_int_equal(config_read_folder(&config, folder, error,
					    sizeof(error)),
			 -EINVAL);
	assert_non_null(strstr(error, "/a.conf:1: not KEY = VALUE"));
	assert_int_equal(config_read_folder(&config, path, error,
					    sizeof(error)),
			 -ENOTDIR);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		assert_int_equal(unlink(path), 0);
	}
}

static void test_target_of_a_firmware(void **state)
{
	static const struct {
		const char *firmware;
		const char *target; /* NULL: none */
		int result;
	} rows[] = {
		{ OLD, NEW, 0 },
		{ "EP06ELAR05A08M4G", NULL, 0 },
		{ "EG06", NULL, 0 },
		{ "EC25A", "EC25BR", 0 },
		{ "EG25A_01.001.01.001", "EG25BR", 0 },
		{ "EG91A_01.001.01.001", "EG91BR", 0 },
		{ "EG91A_01.002.01.002", NULL, 0 },
		{ "EP06AAR04A01M4G", NULL, -EINVAL },
	};
	static const struct config_target untouched;
	struct config config;
	char error[256], expected[400];

	(void)state;
	load("[target \"EP06*R0[34]*\"]\nfirmware = " NEW "\n"
	     "[target \"EC25?\"]\nfirmware = EC25BR\n"
	     "[target \"EP06AA*\"]\nfirmware = EP06AAR\n"
	     "[target \"EG25?\"]\nfirmware = EG25BR\n"
	     "[target \"EG91?_01.001*\"]\nfirmware = EG91BR\n",
	     &config);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct config_target *target = &untouched;

		assert_int_equal(config_target(&config, firmware_name_of(rows[i].firmware),
					       &target, error, sizeof(error)),
				 rows[i].result);
		if (rows[i].result < 0)
			assert_ptr_equal(target, &untouched);
		else if (rows[i].target)
			assert_string_equal(target->firmware, rows[i].target);
		else
			assert_null(target);
	}
	snprintf(expected, sizeof(expected),
		 "%s:5: target \"EP06AA*\" matches firmware EP06AAR04A01M4G, "
		 "and so does \"EP06*R0[34]*\" in %s:1",
		 file, file);
	assert_string_equal(error, expected);
	config_clear(&config);
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t ms;
	} rows[] = {
		{ "500ms", 0, 500 },
		{ "30s", 0, 30000 },
		{ "10min", 0, 600000 },
		{ "1h", 0, 3600000 },
		{ "1ms", 0, 1 },
		{ "168h", 0, 604800000 },
		{ "604800000ms", 0, 604800000 },
		{ "169h", -ERANGE, 0 },
		{ "604800001ms", -ERANGE, 0 },
		{ "0s", -ERANGE, 0 },
		{ "5124095576030432h", -ERANGE, 0 }, /* wraps round to ms */
		{ "18446744073709551617ms", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "30", -EINVAL, 0 },
		{ "30 s", -EINVAL, 0 },
		{ " 30s", -EINVAL, 0 },
		{ "-30s", -EINVAL, 0 },
		{ "1.5h", -EINVAL, 0 },
		{ "30sec", -EINVAL, 0 },
		{ "30S", -EINVAL, 0 },
		{ "1d", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t ms = 0;

		assert_int_equal(config_duration(rows[i].text, &ms),
				 rows[i].result);
		assert_int_equal(ms, rows[i].ms);
	}
}

/* Every limit can be set by its key, and only that one changes. */
static void test_each_limit_by_its_key(void **state)
{
	(void)state;
	for (enum limit limit = 0; limit < LIMIT_COUNT; limit++) {
		struct limits expected = limits_default();
		struct config config;
		char text[64];

		assert_true(strlen(limit_meaning(limit)) > 0);
		snprintf(text, sizeof(text), "[timeouts]\n%s = 7ms\n",
			 limit_key(limit));
		load(text, &config);
		expected.ms[limit] = 7;
		assert_memory_equal(&config.limits, &expected,
				    sizeof(expected));
		config_clear(&config);
	}
}

#define FILED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILED(test_mistakes_are_named),
		FILED(test_nul_byte),
		FILED(test_long_lines),
		FILED(test_long_package),
		FILED(test_the_same_twice),
		FILED(test_too_many_deltas),
		FILED(test_defaults),
		FILED(test_whole_file),
		FILED(test_packages_that_stay_as_they_are),
		FILED(test_relative_config_file),
		FILED(test_unreadable_files),
		FILED(test_short_room_for_the_sentence),
		FILED(test_a_later_file_wins),
		FILED(test_folder),
		FILED(test_target_of_a_firmware),
		FILED(test_durations),
		FILED(test_each_limit_by_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
