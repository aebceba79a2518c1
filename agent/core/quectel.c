/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/quectel.h"

#include <stdbool.h>
#include <string.h>

#include "agent/core/text.h"

enum quectel_quirk {
	QUECTEL_QUIRK_UFS_IN_CACHE = 1 << 0, /* its file store is /cache/ufs (facts 1.3) */
};

static const struct quectel_row {
	const char *name; /* what its firmware revisions begin with */
	unsigned int quirks;
} models[] = {
	{ "EP06", QUECTEL_QUIRK_UFS_IN_CACHE }, { "EG06", QUECTEL_QUIRK_UFS_IN_CACHE },
	{ "EM06", QUECTEL_QUIRK_UFS_IN_CACHE }, { "EG12", QUECTEL_QUIRK_UFS_IN_CACHE },
	{ "EM12", QUECTEL_QUIRK_UFS_IN_CACHE }, { "EG16", QUECTEL_QUIRK_UFS_IN_CACHE },
	{ "EG18", QUECTEL_QUIRK_UFS_IN_CACHE },
};

struct quectel_range {
	int first;
	int last;
	struct quectel_text text;
};

#define ADVICE_PACKAGE                                                                             \
	"use the package made for exactly this firmware, and check that it is undamaged"

static const struct quectel_range end_codes_06[] = {
	{ 502, 502,
	  { "the upgrade process left because of an unpredictable error",
	    "try again; if it repeats, check the modem's power supply" } },
	{ 504, 505, { "the package file is wrong", ADVICE_PACKAGE } },
	{ 510, 510, { "the patch does not fit the files in the modem", ADVICE_PACKAGE } },
	{ 511, 511,
	  { "not enough space in the modem's file system",
	    "delete files from the modem's store, then try again" } },
	{ 520, 530,
	  { "the firmware upgrade failed", "try again; then ask the vendor with this code" } },
	{ 540, 546,
	  { "the firmware upgrade failed", "try again; then ask the vendor with this code" } },
};

/* Models with the same code table, by the first letters of their firmware. */
static const char *const family_06[] = { "EP06", "EG06", "EM06" };

static const struct quectel_range transfer_codes[] = {
	{ 601, 601,
	  { "unknown FTP error", "check address, account and path, and that the modem has data" } },
	{ 701, 701,
	  { "unknown HTTP(S) error",
	    "check that the address answers without redirect and that the modem has data" } },
};

static const struct quectel_range cme_codes[] = {
	{ 3, 3, { "operation not allowed", NULL } },
	{ 4, 4, { "operation not supported", NULL } },
	{ 10, 10, { "SIM not inserted", NULL } },
	{ 11, 11, { "SIM PIN required", NULL } },
	{ 12, 12, { "SIM PUK required", NULL } },
	{ 13, 13, { "SIM failure", NULL } },
	{ 14, 14, { "SIM busy", NULL } },
	{ 20, 20, { "memory full", NULL } },
	{ 23, 23, { "memory failure", NULL } },
	{ 30, 30, { "no network service", NULL } },
	{ 31, 31, { "network timeout", NULL } },
	{ 405, 405, { "file not found", NULL } },
	{ 406, 406, { "invalid file name", NULL } },
	{ 407, 407, { "file exists", NULL } },
	{ 420, 420, { "no space for the file", NULL } },
};

static struct quectel_text range_find(const struct quectel_range *ranges, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return ranges[i].text;
	return (struct quectel_text){ NULL, NULL };
}

#define RANGE_FIND(ranges, code) range_find(ranges, sizeof(ranges) / sizeof((ranges)[0]), code)

void quectel_model(const char *firmware, char *ret, size_t size)
{
	size_t letters = strspn(firmware, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	size_t digits = strspn(firmware + letters, "0123456789");
	size_t length = letters + digits;

	if (letters < 2 || letters > 3 || digits < 2 || length >= size)
		length = 0;
	memcpy(ret, firmware, length);
	ret[length] = '\0';
}

static const struct quectel_row *row_find(const char *firmware)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (text_after(firmware, models[i].name))
			return &models[i];
	return NULL;
}

const char *quectel_ufs_directory(const char *firmware, unsigned int index)
{
	static const char *const directories[] = { "/data/ufs/", "/cache/ufs/" };
	const struct quectel_row *row = row_find(firmware);
	bool cache_first = row && (row->quirks & QUECTEL_QUIRK_UFS_IN_CACHE);

	if (index >= sizeof(directories) / sizeof(directories[0]))
		return NULL;
	return directories[index ^ (cache_first ? 1u : 0u)];
}

struct quectel_text quectel_end(const char *firmware, int code)
{
	for (size_t i = 0; i < sizeof(family_06) / sizeof(family_06[0]); i++)
		if (text_after(firmware, family_06[i]))
			return RANGE_FIND(end_codes_06, code);
	return (struct quectel_text){ NULL, NULL };
}

struct quectel_text quectel_transfer(int code)
{
	return RANGE_FIND(transfer_codes, code);
}

const char *quectel_cme(int code)
{
	return RANGE_FIND(cme_codes, code).meaning;
}
