/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "agent/core/quectel.h"
#include "agent/util.h"

static void names_that_are_none(void **state)
{
	static const struct {
		const char *firmware, *model;
	} rows[] = {
		{ "EP", "" },	    { "06EP", "" },	{ "E1", "" },
		{ "quectel", "" },  { "ABCDEF12", "" }, { "EP06666666666666666666666", "" },
		{ "EP06", "EP06" }, { "\xc3\x84P06", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char model[16];

		quectel_model(rows[i].firmware, model, sizeof(model));
		assert_string_equal(model, rows[i].model);
	}
}

/* Facts 1.6 and 1.7, column by column: code, and a word of what it means there. */
struct code {
	int code;
	const char *word;
};

static const struct code codes_06[] = {
	{ 502, "unpredictable" }, { 504, "file is wrong" }, { 505, "file is wrong" },
	{ 510, "does not fit" },  { 511, "space" },	    { 520, "failed" },
	{ 521, "failed" },	  { 522, "failed" },	    { 523, "failed" },
	{ 524, "failed" },	  { 525, "failed" },	    { 526, "failed" },
	{ 527, "failed" },	  { 528, "failed" },	    { 529, "failed" },
	{ 530, "failed" },	  { 540, "failed" },	    { 541, "failed" },
	{ 542, "failed" },	  { 543, "failed" },	    { 544, "failed" },
	{ 545, "failed" },	  { 546, "failed" },	    { 0, NULL },
};
static const struct code codes_bg[] = {
	{ 504, "upgrade failed" },
	{ 505, "does not exist" },
	{ 506, "check failed" },
	{ 0, NULL },
};
static const struct code codes_ec2x[] = {
	{ 1, "backup" },	{ 501, "unpacked" }, { 502, "abnormally" },
	{ 510, "be verified" }, { 511, "space" },    { 0, NULL },
};
static const struct code codes_standard_a[] = {
	{ 500, "file error" }, { 504, "upgrade failed" }, { 505, "check failed" },
	{ 506, "MD5" },	       { 507, "version" },	  { 552, "project name" },
	{ 553, "baseline" },   { 0, NULL },
};
static const struct code codes_none[] = { { 0, NULL } };

static const struct model {
	const char *firmware, *name;
	enum quectel_family family;
	const struct code *ends;
	const char *first; /* directory */
} rows_of_models[] = {
	{ "EP06ELAR03A08M4G", "EP06", QUECTEL_FAMILY_06, codes_06, "/cache/ufs/" },
	{ "EG06ALAR02A08M4G", "EG06", QUECTEL_FAMILY_06, codes_06, "/cache/ufs/" },
	{ "EM06ELAR04A01M4G", "EM06", QUECTEL_FAMILY_06, codes_06, "/cache/ufs/" },
	{ "EG12EAPAR01A08M4G", "EG12", QUECTEL_FAMILY_12, codes_none, "/cache/ufs/" },
	{ "EM12GPAR01A20M4G", "EM12", QUECTEL_FAMILY_12, codes_none, "/cache/ufs/" },
	{ "EG16EAPAR01A08M4G", "EG16", QUECTEL_FAMILY_12, codes_none, "/cache/ufs/" },
	{ "EG18EAPAR01A08V05M4G", "EG18", QUECTEL_FAMILY_12, codes_none, "/cache/ufs/" },
	{ "BG96MAR02A07M1G", "BG96", QUECTEL_FAMILY_BG, codes_bg, "/data/ufs/" },
	{ "BG95M3LAR02A03", "BG95", QUECTEL_FAMILY_BG, codes_bg, "/data/ufs/" },
	{ "EC20CEFAGR06A05M4G", "EC20", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EC21EFAR06A01M4G", "EC21", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EC25EFAR06A01M4G", "EC25", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EG25GGBR07A08M2G", "EG25", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EG91GLAR02A07M4G", "EG91", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EG95EXGAR08A05M1G", "EG95", QUECTEL_FAMILY_EC2X, codes_ec2x, "/data/ufs/" },
	{ "EC200UCNAAR03A01M08", "EC200", QUECTEL_FAMILY_STANDARD_A, codes_standard_a,
	  "/data/ufs/" },
	{ "EC600SCNLAR01A09M08", "EC600", QUECTEL_FAMILY_STANDARD_A, codes_standard_a,
	  "/data/ufs/" },
	{ "EG912UGLAAR03A01M08", "EG912", QUECTEL_FAMILY_STANDARD_A, codes_standard_a,
	  "/data/ufs/" },
	{ "EG915UEUABR03A01M08", "EG915", QUECTEL_FAMILY_STANDARD_A, codes_standard_a,
	  "/data/ufs/" },
	/* Not in the table: a wrong text is worse than none. */
	{ "RM500QGLAAR03A03M4G", "RM500", QUECTEL_FAMILY_UNKNOWN, codes_none, "/data/ufs/" },
	{ "EP061ELAR03A08M4G", "EP061", QUECTEL_FAMILY_UNKNOWN, codes_none, "/data/ufs/" },
	{ "EC2", "", QUECTEL_FAMILY_UNKNOWN, codes_none, "/data/ufs/" },
	{ "P06", "", QUECTEL_FAMILY_UNKNOWN, codes_none, "/data/ufs/" },
	{ "", "", QUECTEL_FAMILY_UNKNOWN, codes_none, "/data/ufs/" },
};

#define EACH_MODEL(model)                                                                          \
	const struct model *model = rows_of_models;                                                \
	model < rows_of_models + ARRAY_SIZE(rows_of_models);                                       \
	model++

static void families(void **state)
{
	(void)state;
	for (EACH_MODEL(model)) {
		char name[16];

		quectel_model(model->firmware, name, sizeof(name));
		assert_string_equal(name, model->name);
		assert_int_equal(quectel_family(model->firmware), model->family);
	}
}

/* Facts 1.3: which comes first differs, both are always tried. */
static void directories_of_the_file_store(void **state)
{
	(void)state;
	for (EACH_MODEL(model)) {
		bool cache = strcmp(model->first, "/cache/ufs/") == 0;

		assert_string_equal(quectel_ufs_directory(model->firmware, 0), model->first);
		assert_string_equal(quectel_ufs_directory(model->firmware, 1),
				    cache ? "/data/ufs/" : "/cache/ufs/");
		assert_null(quectel_ufs_directory(model->firmware, 2));
		assert_null(quectel_ufs_directory(model->firmware, 1000));
	}
}

static const char *word_of(const struct code *codes, int code)
{
	for (; codes->word; codes++)
		if (codes->code == code)
			return codes->word;
	return NULL;
}

/* Said on a line of its own: short, plain, no full stop. */
static void sentence_check(const char *text)
{
	size_t length = strlen(text);

	assert_in_range(length, 5, 150);
	assert_int_not_equal(text[length - 1], '.');
	for (size_t i = 0; i < length; i++)
		assert_in_range(text[i], 0x20, 0x7e);
}

static void text_check(const char *firmware, int code, struct quectel_text text, const char *word)
{
	if (!text.meaning != !word || !text.advice != !word)
		fail_msg("%s, code %d: \"%s\"", firmware, code, text.meaning);
	if (!text.meaning || !word)
		return;
	if (!strstr(text.meaning, word))
		fail_msg("%s, code %d: \"%s\" is not about \"%s\"", firmware, code,
			 text.meaning, word);
	sentence_check(text.meaning);
	sentence_check(text.advice);
}

/* The whole table, and nothing beside it: a code that nobody knows has no text. */
static void end_codes(void **state)
{
	(void)state;
	for (EACH_MODEL(model)) {
		for (int code = -1; code < 1100; code++)
			text_check(model->firmware, code, quectel_end(model->firmware, code),
				   word_of(model->ends, code));
		text_check(model->firmware, 999999999,
			   quectel_end(model->firmware, 999999999), NULL);
	}
}

/* Facts 1.7: FTP and HTTP are the same everywhere. */
static const struct code codes_transfer[] = {
	{ 601, "FTP" }, { 602, "blocked" }, { 603, "busy" }, { 604, "name" },
	{ 605, "network" }, { 606, "control connection" }, { 607, "data connection" },
	{ 608, "closed by" }, { 609, "timeout" }, { 610, "parameter" }, { 611, "opened" },
	{ 612, "path" }, { 613, "file error" }, { 614, "421" }, { 615, "425" }, { 616, "426" },
	{ 617, "450" }, { 618, "451" }, { 619, "452" }, { 620, "500" }, { 621, "501" },
	{ 622, "502" }, { 623, "503" }, { 624, "504" }, { 625, "530" }, { 626, "532" },
	{ 627, "550" }, { 628, "551" }, { 629, "552" }, { 701, "HTTP" }, { 702, "timeout" },
	{ 703, "busy" }, { 704, "UART" }, { 705, "GET or POST" }, { 706, "network busy" },
	{ 707, "opened" }, { 708, "not configured" }, { 709, "deactivated" },
	{ 710, "network error" }, { 711, "address" }, { 712, "empty" }, { 713, "IP address" },
	{ 714, "name" }, { 715, "created" }, { 716, "connected" }, { 717, "reading" },
	{ 718, "writing" }, { 719, "closed" }, { 720, "encoded" }, { 721, "decoded" },
	{ 722, "while reading" }, { 723, "response" }, { 724, "incoming call" },
	{ 725, "voice call" }, { 726, "input" }, { 727, "for data" },
	{ 728, "for the response" }, { 729, "memory" }, { 730, "parameter" },
	{ 0, NULL },
};

static void transfer_codes(void **state)
{
	(void)state;
	for (EACH_MODEL(model)) {
		for (int code = -1; code < 1100; code++) {
			bool file = code == 500 && model->family == QUECTEL_FAMILY_STANDARD_A;
			const char *word = file ? "file error" : word_of(codes_transfer, code);

			if (model->family == QUECTEL_FAMILY_UNKNOWN)
				word = NULL;
			text_check(model->firmware, code,
				   quectel_transfer(model->firmware, code), word);
		}
	}
}

/* Facts, section 7. */
static void advice_for_what_befalls_a_modem(void **state)
{
	static const struct {
		const char *firmware;
		enum quectel_trouble trouble;
		const char *words[3]; /* NULL: no more */
		const char *never;
	} rows[] = {
		{ "EP06ELAR03A08M4G", QUECTEL_TROUBLE_EMERGENCY, { "full image", "never" }, "+QFOTADL" },
		{ "EP06ELAR04A20M4G", QUECTEL_TROUBLE_VANISHED,
		  { "power on", "powered hub", "AT+QUSBCFG=\"SS\",0" }, NULL },
		/* Has no USB 3 that could be switched off. */
		{ "EC25EFAR06A01M4G", QUECTEL_TROUBLE_VANISHED, { "power on", "powered hub" },
		  "QUSBCFG" },
		{ "", QUECTEL_TROUBLE_VANISHED, { "power on", "powered hub" }, "QUSBCFG" },
		{ "EM06ELAR04A01M4G", QUECTEL_TROUBLE_NO_PORT, { "AT+QCFG=\"usbnet\",0" }, NULL },
		{ "EC25EUXGAR08A05M1G", QUECTEL_TROUBLE_FTM, { "factory test", "AT+CFUN=1" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *advice = quectel_advice(rows[i].firmware, rows[i].trouble);

		sentence_check(advice);
		for (size_t n = 0; n < 3 && rows[i].words[n]; n++)
			assert_non_null(strstr(advice, rows[i].words[n]));
		if (rows[i].never)
			assert_null(strstr(advice, rows[i].never));
	}
}

static void cme_codes(void **state)
{
	static const struct code rows[] = {
		{ 3, "not allowed" },	 { 4, "not supported" }, { 10, "not inserted" },
		{ 11, "PIN" },		 { 12, "PUK" },		 { 13, "SIM failure" },
		{ 14, "SIM busy" },	 { 20, "memory full" },	 { 23, "memory failure" },
		{ 30, "no network" },	 { 31, "timeout" },	 { 400, "invalid input" },
		{ 401, "larger" },	 { 402, "nothing" },	 { 403, "full" },
		{ 405, "not found" },	 { 406, "invalid" },	 { 407, "exists" },
		{ 409, "written" },	 { 410, "opened" },	 { 411, "read" },
		{ 413, "too many" },	 { 414, "read-only" },	 { 416, "descriptor" },
		{ 417, "listed" },	 { 418, "deleted" },	 { 419, "examined" },
		{ 420, "no space" },	 { 421, "timeout" },	 { 423, "too large" },
		{ 425, "parameter" },	 { 426, "open already" }, { 0, NULL },
	};

	(void)state;
	for (int code = -1; code < 1100; code++) {
		const char *meaning = quectel_cme(code), *word = word_of(rows, code);

		if (!meaning != !word || (word && !strstr(meaning, word)))
			fail_msg("+CME ERROR: %d: \"%s\"", code, meaning);
		if (meaning)
			sentence_check(meaning);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(families),
		cmocka_unit_test(directories_of_the_file_store),
		cmocka_unit_test(end_codes),
		cmocka_unit_test(transfer_codes),
		cmocka_unit_test(advice_for_what_befalls_a_modem),
		cmocka_unit_test(cme_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
