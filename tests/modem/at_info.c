/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that ask who and where the modem is, and its switches (fact 5). */
#include "at.h"
#include "life.h"

#include <stdlib.h>
#include <string.h>

static int run_identification(struct at_command *c)
{
	serial_reply(c->port, "Quectel");
	serial_reply(c->port, "%s", c->modem->settings->model);
	serial_reply(c->port, "Revision: %s", c->modem->firmware);
	return AT_RESULT_OK;
}

static int run_accept(struct at_command *c)
{
	(void)c;
	return AT_RESULT_OK;
}

static int run_echo(struct at_command *c)
{
	c->port->echo = c->form == AT_FORM_SET && strcmp(c->arguments, "0");
	return AT_RESULT_OK;
}

static int run_reset_profile(struct at_command *c)
{
	c->port->echo = true;
	c->modem->cmee = 1;
	return AT_RESULT_OK;
}

static int run_manufacturer(struct at_command *c)
{
	serial_reply(c->port, "Quectel");
	return AT_RESULT_OK;
}

static int run_model(struct at_command *c)
{
	serial_reply(c->port, "%s", c->modem->settings->model);
	return AT_RESULT_OK;
}

static int run_revision(struct at_command *c)
{
	const char *text = c->modem->settings->cgmr;
	size_t before = strcspn(text, "%");

	if (c->form != AT_FORM_TEST)
		serial_reply(c->port, "%.*s%s%s", (int)before, text, c->modem->firmware,
			     text[before] ? text + before + 1 : "");
	return AT_RESULT_OK;
}

static const char *sub_version(const struct modem *m)
{
	const struct settings *s = m->settings;

	if (s->qgmr == SETTINGS_QGMR_PLAIN)
		return "";
	return m->updated && *s->sub_version_after ? s->sub_version_after : s->sub_version;
}

/* Right after boot its last two numbers are still missing (fact 5). */
static int run_full_revision(struct at_command *c)
{
	const struct modem *m = c->modem;
	const char *sub = sub_version(m);
	bool complete = m->now_us >=
			settings_after(m->booted_us, m->settings->qgmr_complete);

	if (m->settings->qgmr == SETTINGS_QGMR_ERROR)
		return AT_RESULT_ERROR;
	if (complete || strlen(sub) < 6)
		serial_reply(c->port, "%s%s", m->firmware, sub);
	else
		serial_reply(c->port, "%s%.*s00.000", m->firmware,
			     (int)strlen(sub) - 6, sub);
	return AT_RESULT_OK;
}

static int run_sub_edition(struct at_command *c)
{
	const struct settings *s = c->modem->settings;
	const char *edition = c->modem->updated && *s->sub_edition_after ? s->sub_edition_after
									 : s->sub_edition;

	if (!*edition)
		return AT_RESULT_ERROR;
	serial_reply(c->port, "SubEdition: %s", edition);
	return AT_RESULT_OK;
}

static enum settings_imei imei_answer(const struct modem *m)
{
	bool odd = m->now_us < settings_after(m->booted_us, m->settings->imei_odd);

	return odd ? (enum settings_imei)m->settings->imei_answer : SETTINGS_IMEI_PLAIN;
}

static int run_imei(struct at_command *c)
{
	static const struct {
		const char *before, *after;
	} forms[] = {
		[SETTINGS_IMEI_PLAIN] = {"", ""},
		[SETTINGS_IMEI_LONG] = {"", "01"},
		[SETTINGS_IMEI_LABEL] = {"+CGSN: ", ""},
		[SETTINGS_IMEI_QUOTED] = {"\"", "\""},
		[SETTINGS_IMEI_BLANK_AFTER] = {"", " "},
		[SETTINGS_IMEI_BLANK_BEFORE] = {" ", ""},
	};
	enum settings_imei answer = imei_answer(c->modem);

	if (answer == SETTINGS_IMEI_ERROR)
		return AT_RESULT_ERROR;
	if (c->form == AT_FORM_TEST || answer == SETTINGS_IMEI_EMPTY)
		return AT_RESULT_OK;
	if (answer == SETTINGS_IMEI_ZERO)
		serial_reply(c->port, "000000000000000");
	else
		serial_reply(c->port, "%s%s%s", forms[answer].before, c->modem->imei,
			     forms[answer].after);
	return AT_RESULT_OK;
}

static int run_cmee(struct at_command *c)
{
	int64_t n;

	if (c->form == AT_FORM_READ)
		serial_reply(c->port, "+CMEE: %d", (int)c->modem->cmee);
	if (c->form != AT_FORM_SET)
		return AT_RESULT_OK;
	if (at_number(c, &n) || n < 0 || n > 2)
		return AT_RESULT_ERROR;
	c->modem->cmee = n;
	return AT_RESULT_OK;
}

static int run_sim(struct at_command *c)
{
	int error = atoi(c->modem->settings->sim);

	if (c->form != AT_FORM_READ)
		return AT_RESULT_ERROR;
	if (error)
		return error;
	serial_reply(c->port, "+CPIN: %s", c->modem->settings->sim);
	return AT_RESULT_OK;
}

static int run_sim_state(struct at_command *c)
{
	bool ready = !strcmp(c->modem->settings->sim, "READY");

	serial_reply(c->port, "+QINISTAT: %d", ready ? 7 : 0);
	return AT_RESULT_OK;
}

static int run_signal(struct at_command *c)
{
	serial_reply(c->port, "+CSQ: %s", c->modem->settings->csq);
	return AT_RESULT_OK;
}

static bool registered(const struct modem *m)
{
	return m->cfun == 1 &&
	       m->now_us >=
		       settings_after(m->booted_us, m->settings->register_after);
}

static int registration_reply(struct at_command *c, const char *name)
{
	int state = registered(c->modem) ? (int)c->modem->settings->registration
					 : 2;

	if (c->form == AT_FORM_READ)
		serial_reply(c->port, "%s: 0,%d", name, state);
	return AT_RESULT_OK;
}

static int run_creg(struct at_command *c)
{
	return registration_reply(c, "+CREG");
}

static int run_cgreg(struct at_command *c)
{
	return registration_reply(c, "+CGREG");
}

static int run_cereg(struct at_command *c)
{
	return registration_reply(c, "+CEREG");
}

static int run_operator(struct at_command *c)
{
	if (c->form == AT_FORM_READ && registered(c->modem))
		serial_reply(c->port, "+COPS: 0,0,\"%s\",7",
			     c->modem->settings->operator_name);
	else if (c->form == AT_FORM_READ)
		serial_reply(c->port, "+COPS: 0");
	return AT_RESULT_OK;
}

static int context_set(struct at_command *c)
{
	char type[16], apn[SETTINGS_TEXT];
	int64_t id;

	if (at_number(c, &id) || id < 1 || id > 16)
		return AT_RESULT_ERROR;
	if (at_string(c, type, sizeof(type)) || at_string(c, apn, sizeof(apn)))
		return AT_RESULT_ERROR;
	if (id == 1)
		strcpy(c->modem->apn, apn);
	return AT_RESULT_OK;
}

static int run_context(struct at_command *c)
{
	if (c->form == AT_FORM_SET)
		return context_set(c);
	if (c->form == AT_FORM_READ && *c->modem->apn)
		serial_reply(c->port,
			     "+CGDCONT: 1,\"IPV4V6\",\"%s\",\"0.0.0.0\",0,0",
			     c->modem->apn);
	return AT_RESULT_OK;
}

static int run_attach(struct at_command *c)
{
	if (c->form == AT_FORM_READ)
		serial_reply(c->port, "+CGATT: %d", registered(c->modem));
	return AT_RESULT_OK;
}

static int run_function(struct at_command *c)
{
	int64_t level, reset = 0;

	if (c->form == AT_FORM_READ)
		serial_reply(c->port, "+CFUN: %d", (int)c->modem->cfun);
	if (c->form != AT_FORM_SET)
		return AT_RESULT_OK;
	if (at_number(c, &level) || level < 0 || level > 7)
		return AT_RESULT_ERROR;
	if (at_number(c, &reset) == 0 && reset == 1)
		life_leave(c->modem, MODEM_LIFE_NORMAL,
			   c->modem->settings->leave_delay);
	c->modem->cfun = level;
	return AT_RESULT_OK;
}

static bool urcport_known(const char *name)
{
	static const char *const names[] = {"usbat", "usbmodem", "uart1",
					    "uart2", "all"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

/* Effective at once and kept (fact 2.5). */
static int run_urcport(struct at_command *c)
{
	char item[16], value[16];

	if (c->form == AT_FORM_TEST)
		serial_reply(
			c->port,
			"+QURCCFG: \"urcport\","
			"(\"usbat\",\"usbmodem\",\"uart1\",\"uart2\",\"all\")");
	if (c->form != AT_FORM_SET)
		return AT_RESULT_OK;
	if (at_string(c, item, sizeof(item)) || strcmp(item, "urcport"))
		return AT_RESULT_ERROR;
	if (!*c->arguments) {
		serial_reply(c->port, "+QURCCFG: \"urcport\",\"%s\"",
			     c->modem->urcport);
		return AT_RESULT_OK;
	}
	if (at_string(c, value, sizeof(value)) || !urcport_known(value))
		return AT_RESULT_ERROR;
	strcpy(c->modem->urcport, value);
	c->modem->saves++;
	return AT_RESULT_OK;
}

/* The master switch of +QIND; the third value saves it (fact 2.5). */
static int run_indication(struct at_command *c)
{
	int64_t on, save = 0;
	char item[16];

	if (c->form != AT_FORM_SET)
		return AT_RESULT_OK;
	if (at_string(c, item, sizeof(item)) || strcmp(item, "all"))
		return AT_RESULT_ERROR;
	if (!*c->arguments) {
		serial_reply(c->port, "+QINDCFG: \"all\",%d", c->modem->qind);
		return AT_RESULT_OK;
	}
	if (at_number(c, &on) || on < 0 || on > 1)
		return AT_RESULT_ERROR;
	(void)at_number(c, &save);
	c->modem->qind = on;
	c->modem->saves += save == 1;
	return AT_RESULT_OK;
}

const struct at_row at_info_rows[] = {
	{"I", run_identification},
	{"E", run_echo},
	{"V", run_accept},
	{"Q", run_accept},
	{"Z", run_reset_profile},
	{"&F", run_reset_profile},
	{"&C", run_accept},
	{"&D", run_accept},
	{"&W", run_accept},
	{"+CGMI", run_manufacturer},
	{"+GMI", run_manufacturer},
	{"+CGMM", run_model},
	{"+GMM", run_model},
	{"+CGMR", run_revision},
	{"+GMR", run_revision},
	{"+QGMR", run_full_revision},
	{"+CSUB", run_sub_edition},
	{"+CGSN", run_imei},
	{"+GSN", run_imei},
	{"+CMEE", run_cmee},
	{"+CPIN", run_sim},
	{"+QINISTAT", run_sim_state},
	{"+CSQ", run_signal},
	{"+CREG", run_creg},
	{"+CGREG", run_cgreg},
	{"+CEREG", run_cereg},
	{"+COPS", run_operator},
	{"+CGDCONT", run_context},
	{"+CGATT", run_attach},
	{"+CFUN", run_function},
	{"+QURCCFG", run_urcport},
	{"+QINDCFG", run_indication},
	{NULL, NULL},
};
