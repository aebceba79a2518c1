/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fota_urc.h"

struct spelling {
	const char *prefix, *before, *after;
};

static const struct spelling codes[] = {
	[SETTINGS_FORMAT_PLAIN] = {"+QIND: ", "", ""},
	[SETTINGS_FORMAT_TIGHT] = {"+QIND:", "", ""},
	[SETTINGS_FORMAT_BLANK] = {"+QIND: ", " ", ""},
	[SETTINGS_FORMAT_PERCENT] = {"+QIND: ", "", ""},
	[SETTINGS_FORMAT_QUOTED] = {"+QIND: ", "", ""},
};

static const struct spelling percents[] = {
	[SETTINGS_FORMAT_PLAIN] = {"+QIND: ", "", ""},
	[SETTINGS_FORMAT_TIGHT] = {"+QIND:", "", ""},
	[SETTINGS_FORMAT_BLANK] = {"+QIND: ", " ", ""},
	[SETTINGS_FORMAT_PERCENT] = {"+QIND: ", " ", "%"},
	[SETTINGS_FORMAT_QUOTED] = {"+QIND: ", "\" ", "%\""},
};

static void urc_spell(struct modem *m, const struct spelling *s,
		      const char *stage, int64_t number)
{
	char text[80];

	snprintf(text, sizeof(text), "%s\"FOTA\",\"%s\",%s%d%s", s->prefix,
		 stage, s->before, (int)number, s->after);
	serial_urc(m, text);
}

void fota_urc(struct modem *m, const char *stage)
{
	char text[80];

	snprintf(text, sizeof(text), "%s\"FOTA\",\"%s\"",
		 codes[m->settings->format].prefix, stage);
	serial_urc(m, text);
}

void fota_urc_number(struct modem *m, const char *stage, int64_t code)
{
	urc_spell(m, &codes[m->settings->format], stage, code);
}

void fota_urc_progress(struct modem *m, const char *stage, int64_t percent)
{
	urc_spell(m, &percents[m->settings->format], stage, percent);
}
