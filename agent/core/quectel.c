/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/quectel.h"

#include <string.h>

enum quectel_quirk {
	QUECTEL_QUIRK_UFS_IN_CACHE = 1 << 0, /* its file store is /cache/ufs (facts 1.3) */
	QUECTEL_QUIRK_SUPERSPEED = 1 << 1,   /* has USB 3 (facts 4.2; LTE-A, as EP06) */
};

#define LTE_A (QUECTEL_QUIRK_UFS_IN_CACHE | QUECTEL_QUIRK_SUPERSPEED)

static const struct quectel_row {
	const char *model;
	enum quectel_family family;
	unsigned int quirks;
} rows[] = {
	{ "EP06", QUECTEL_FAMILY_06, LTE_A },
	{ "EG06", QUECTEL_FAMILY_06, LTE_A },
	{ "EM06", QUECTEL_FAMILY_06, LTE_A },
	{ "EG12", QUECTEL_FAMILY_12, LTE_A },
	{ "EM12", QUECTEL_FAMILY_12, LTE_A },
	{ "EG16", QUECTEL_FAMILY_12, LTE_A },
	{ "EG18", QUECTEL_FAMILY_12, LTE_A },
	{ "BG95", QUECTEL_FAMILY_BG, 0 },
	{ "BG96", QUECTEL_FAMILY_BG, 0 },
	{ "EC20", QUECTEL_FAMILY_EC2X, 0 },
	{ "EC21", QUECTEL_FAMILY_EC2X, 0 },
	{ "EC25", QUECTEL_FAMILY_EC2X, 0 },
	{ "EG25", QUECTEL_FAMILY_EC2X, 0 },
	{ "EG91", QUECTEL_FAMILY_EC2X, 0 },
	{ "EG95", QUECTEL_FAMILY_EC2X, 0 },
	{ "EC200", QUECTEL_FAMILY_STANDARD_A, 0 },
	{ "EC600", QUECTEL_FAMILY_STANDARD_A, 0 },
	{ "EG912", QUECTEL_FAMILY_STANDARD_A, 0 },
	{ "EG915", QUECTEL_FAMILY_STANDARD_A, 0 },
};

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
	static const struct quectel_row unknown = { "", QUECTEL_FAMILY_UNKNOWN, 0 };
	char model[16];

	quectel_model(firmware, model, sizeof(model));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(model, rows[i].model) == 0)
			return &rows[i];
	return &unknown;
}

enum quectel_family quectel_family(const char *firmware)
{
	return row_find(firmware)->family;
}

const char *quectel_ufs_directory(const char *firmware, unsigned int index)
{
	static const char *const directories[] = { "/data/ufs/", "/cache/ufs/" };
	bool cache_first = row_find(firmware)->quirks & QUECTEL_QUIRK_UFS_IN_CACHE;

	if (index >= sizeof(directories) / sizeof(directories[0]))
		return NULL;
	return directories[index ^ (cache_first ? 1u : 0u)];
}

const char *quectel_advice(const char *firmware, enum quectel_trouble trouble)
{
	static const char *const advice[] = {
		[QUECTEL_TROUBLE_EMERGENCY] =
			"write the full image for exactly this model with the vendor's recovery "
			"tool, and never let it erase: that takes the radio calibration with it",
		[QUECTEL_TROUBLE_VANISHED] =
			"leave its power on for an hour, then look at supply and cabling; a "
			"powered hub cures a weak supply",
		[QUECTEL_TROUBLE_NO_PORT] =
			"it may be upgrading: leave its power on for an hour; then "
			"AT+QCFG=\"usbnet\",0 on its UART and a restart bring its AT ports back; "
			"run again",
		[QUECTEL_TROUBLE_FTM] =
			"it is in factory test mode: AT+CFUN=1, then check the signal; without "
			"one its radio data is lost and only the vendor can restore it",
	};
	_Static_assert(sizeof(advice) / sizeof(advice[0]) == QUECTEL_TROUBLE_COUNT,
		       "advice for each");

	if (trouble == QUECTEL_TROUBLE_VANISHED &&
	    (row_find(firmware)->quirks & QUECTEL_QUIRK_SUPERSPEED))
		return "leave its power on for an hour; then try a powered hub, or a USB 2 port, "
		       "and there AT+QUSBCFG=\"SS\",0 to keep it off USB 3";
	return advice[trouble];
}
