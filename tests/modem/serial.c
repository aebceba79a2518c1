/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serial.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void modem_note(struct modem *m, const char *format, ...)
{
	char line[MODEM_LINE + 64];
	va_list arguments;

	if (!m->wire)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *c = line; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	m->wire(m->wire_context, line);
}

struct modem_port *serial_find(struct modem *m, enum descriptors_role role)
{
	for (int i = 0; i < MODEM_SERIALS; i++) {
		if (m->ports[i].present && m->ports[i].role == role)
			return &m->ports[i];
	}
	return NULL;
}

bool serial_is_among(const struct modem_port *p, enum settings_ports ports)
{
	if (p->role == DESCRIPTORS_ROLE_AT)
		return ports == SETTINGS_PORTS_AT || ports == SETTINGS_PORTS_BOTH;
	return p->role == DESCRIPTORS_ROLE_MODEM &&
	       (ports == SETTINGS_PORTS_MODEM || ports == SETTINGS_PORTS_BOTH);
}

static bool output_lost(const struct modem *m, const struct modem_port *p)
{
	if (!m->on_bus)
		return true;
	if (!m->configured)
		return !m->settings->hold_unconfigured;
	return m->settings->dtr_needed && !p->dtr;
}

void serial_send(struct modem *m, struct modem_port *p, const void *bytes,
		 size_t length, bool urc)
{
	struct outlet_transfer t = {
		.born_us = m->now_us,
		.length = (uint32_t)length,
		.empty_reads = (uint16_t)m->settings->empty_reads,
		.urc = urc,
	};

	if (output_lost(m, p)) {
		modem_note(m, "swallowed if=%u bytes=%zu", p->interface, length);
		return;
	}
	if (outlet_put(&p->outlet, &t, bytes))
		modem_note(m, "dropped if=%u bytes=%zu", p->interface, length);
}

static void held_send(struct modem *m, struct modem_port *p)
{
	size_t length = p->held_length;

	p->held_length = 0;
	p->n_held = 0;
	p->held_until = SETTINGS_NEVER;
	if (length)
		serial_send(m, p, p->held, length, true);
}

static void urc_send(struct modem *m, struct modem_port *p, const char *text)
{
	size_t length = strlen(text) + 4;

	if (length >= sizeof(p->held) - p->held_length)
		held_send(m, p);
	if (length >= sizeof(p->held))
		return;
	modem_note(m, "urc if=%u %s", p->interface, text);
	snprintf(p->held + p->held_length, sizeof(p->held) - p->held_length,
		 "\r\n%s\r\n", text);
	p->held_length += length;
	if (!p->n_held++)
		p->held_until =
			settings_after(m->now_us, m->settings->merge_hold);
	if ((int64_t)p->n_held >= m->settings->merge)
		held_send(m, p);
}

static const char *urcport_now(const struct modem *m)
{
	if (m->life == MODEM_LIFE_RECOVERY && *m->settings->recovery_urcport)
		return m->settings->recovery_urcport;
	return m->urcport;
}

void serial_urc(struct modem *m, const char *text)
{
	const char *where = urcport_now(m);
	struct modem_port *at = serial_find(m, DESCRIPTORS_ROLE_AT);
	struct modem_port *modem = serial_find(m, DESCRIPTORS_ROLE_MODEM);
	bool all = !strcmp(where, "all");

	if (m->life == MODEM_LIFE_NORMAL && !m->qind && !strncmp(text, "+QIND", 5))
		return;
	if (!all && strcmp(where, "usbat"))
		at = NULL;
	if (!all && strcmp(where, "usbmodem"))
		modem = NULL;
	if (at)
		urc_send(m, at, text);
	if (modem)
		urc_send(m, modem, text);
	if (!at && !modem)
		modem_note(m, "urc if=- %s", text);
}

void serial_foreign(struct modem *m, struct modem_port *p,
		    enum settings_foreign place)
{
	enum settings_foreign wanted = m->settings->foreign;

	if (wanted == place || wanted == SETTINGS_FOREIGN_BOTH)
		urc_send(m, p, m->settings->foreign_urc);
}

static void reply_add(struct modem_port *p, const char *text)
{
	size_t length = strlen(text);

	if (length >= sizeof(p->reply) - p->reply_length)
		return;
	memcpy(p->reply + p->reply_length, text, length + 1);
	p->reply_length += length;
}

void serial_reply(struct modem_port *p, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (p->reply_group)
		reply_add(p, "\r\n");
	p->reply_group = false;
	reply_add(p, line);
	reply_add(p, "\r\n");
}

static void reply_send(struct modem *m, struct modem_port *p)
{
	size_t length = p->reply_length;

	p->reply_length = 0;
	p->reply_at = SETTINGS_NEVER;
	if (length)
		serial_send(m, p, p->reply, length, false);
}

void serial_reply_done(struct modem *m, struct modem_port *p)
{
	uint64_t delay = p->busy ? p->reply_delay : m->settings->answer_delay;

	if (!delay)
		reply_send(m, p);
	else
		p->reply_at = settings_after(m->now_us, delay);
}

bool serial_floods(const struct modem *m, const struct modem_port *p)
{
	const struct settings *s = m->settings;
	bool recovery = m->life == MODEM_LIFE_RECOVERY;

	return s->flood != SETTINGS_FLOOD_NONE &&
	       recovery == (s->flood_where == SETTINGS_PLACE_RECOVERY) &&
	       serial_is_among(p, (enum settings_ports)s->flood_on);
}

static uint64_t drop_at(const struct modem *m, const struct modem_port *p)
{
	uint64_t oldest = outlet_oldest(&p->outlet);

	if (oldest == UINT64_MAX)
		return SETTINGS_NEVER;
	return settings_after(oldest, m->settings->drop_after);
}

uint64_t serial_deadline(const struct modem *m, const struct modem_port *p)
{
	uint64_t at = drop_at(m, p);

	if (p->reply_at < at)
		at = p->reply_at;
	if (p->held_until < at)
		at = p->held_until;
	/* Once it has come, a request is what it waits for. */
	if (p->flood_at > m->now_us && p->flood_at < at)
		at = p->flood_at;
	return at;
}

void serial_advance(struct modem *m, struct modem_port *p)
{
	size_t dropped = 0;

	if (p->reply_at <= m->now_us)
		reply_send(m, p);
	if (p->held_until <= m->now_us)
		held_send(m, p);
	if (drop_at(m, p) <= m->now_us)
		dropped = outlet_drop(&p->outlet,
				      m->now_us - m->settings->drop_after);
	if (dropped)
		modem_note(m, "dropped if=%u bytes=%zu", p->interface, dropped);
}

void serial_flush(struct modem *m, struct modem_port *p)
{
	reply_send(m, p);
	held_send(m, p);
}
