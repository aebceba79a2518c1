/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "life.h"
#include "glitch.h"
#include "job.h"
#include "serial.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_STEP_US 10000

void life_step_after(struct modem *m, enum modem_phase phase, uint64_t delay_us)
{
	m->phase = phase;
	m->step_at = settings_after(m->now_us, delay_us);
}

void life_action(struct modem *m, const struct modem_action *action)
{
	if (m->n_actions < sizeof(m->actions) / sizeof(m->actions[0]))
		m->actions[m->n_actions++] = *action;
}

void life_leave(struct modem *m, enum modem_life life, uint64_t delay_us)
{
	for (int i = 0; delay_us && i < MODEM_SERIALS; i++)
		serial_flush(m, &m->ports[i]);
	m->boot_at = SETTINGS_NEVER;
	m->next_life = life;
	m->downloading = false;
	m->saves++;
	life_step_after(m, MODEM_PHASE_LEAVING, delay_us);
	/* Power that is cut waits for nobody. */
	m->leave_at_latest = m->now_us;
	if (delay_us)
		m->leave_at_latest += delay_us + m->settings->leave_patience;
}

/* An emulated host is a hundred times slower than a real one. */
static bool reader_is_slow(const struct modem *m)
{
	for (int i = 0; i < MODEM_SERIALS; i++) {
		const struct modem_port *p = &m->ports[i];

		if (p->present && p->in_seen && p->outlet.n_bytes)
			return true;
	}
	return false;
}

static void port_lose(struct modem *m, struct modem_port *p)
{
	struct store_file *f = store_find(&m->store, p->upload.name);

	if (p->outlet.n_bytes)
		modem_note(m, "lost if=%u bytes=%u", p->interface,
			   p->outlet.n_bytes);
	if (p->upload.active && f)
		store_trim(f);
	p->upload.active = false;
	p->reading.active = false;
	p->present = false;
}

void life_bus_lost(struct modem *m)
{
	struct modem_action leave = {.kind = MODEM_ACTION_LEAVE};

	for (int i = 0; i < MODEM_SERIALS; i++)
		port_lose(m, &m->ports[i]);
	modem_note(m, "leave");
	m->on_bus = false;
	m->configured = false;
	m->boot_at = m->nmea_at = m->restless_at = m->glitch.at = SETTINGS_NEVER;
	life_action(m, &leave);
	life_step_after(m, MODEM_PHASE_AWAY,
			settings_after(m->away_longer, m->settings->away));
	m->away_longer = 0;
}

void life_left(struct modem *m)
{
	if (m->now_us < m->leave_at_latest && reader_is_slow(m)) {
		m->step_at = m->now_us + PATIENCE_STEP_US;
		return;
	}
	m->life = m->next_life;
	life_bus_lost(m);
	if (m->life == MODEM_LIFE_GONE) {
		m->phase = MODEM_PHASE_STUCK;
		m->step_at = SETTINGS_NEVER;
	}
}

static const char *first_of(const char *a, const char *b)
{
	return *a ? a : b;
}

static const struct composition *composition_now(const struct modem *m)
{
	const struct settings *s = m->settings;

	if (m->life == MODEM_LIFE_DEAD)
		return composition_find(m->dead);
	if (m->life == MODEM_LIFE_RECOVERY && m->recovery_as)
		return composition_find(m->recovery_as);
	if (m->life == MODEM_LIFE_RECOVERY)
		return composition_find(
			first_of(s->recovery_composition, s->composition));
	if (m->flashed)
		return composition_find(
			first_of(s->final_composition, s->composition));
	return composition_find(s->composition);
}

static void identity_now(struct modem *m)
{
	const struct composition *c = composition_now(m);
	const struct settings *s = m->settings;
	const char *vid = "", *pid = s->pid, *product = s->product;

	if (m->life == MODEM_LIFE_RECOVERY) {
		vid = s->recovery_vid;
		pid = first_of(s->recovery_pid, pid);
		product = first_of(s->recovery_product, product);
	}
	m->identity = (struct identity){c, c->vid, c->pid, c->product, s->serial};
	if (c->fixed_id)
		return;
	if (*vid)
		m->identity.vid = (uint16_t)strtoul(vid, NULL, 16);
	if (*pid)
		m->identity.pid = (uint16_t)strtoul(pid, NULL, 16);
	if (*product && !c->dead)
		m->identity.product = product;
}

static void port_appear(struct modem *m, struct modem_port *p, uint8_t interface)
{
	const struct composition *c = m->identity.composition;

	memset(p, 0, sizeof(*p));
	p->present = true;
	p->role = c->functions[interface].role;
	p->interface = interface;
	p->echo = m->settings->echo;
	p->reply_at = SETTINGS_NEVER;
	p->held_until = SETTINGS_NEVER;
	composition_endpoints(c, interface, &p->endpoints);
}

static void ports_appear(struct modem *m)
{
	const struct composition *c = m->identity.composition;
	unsigned int n = 0;

	for (uint8_t i = 0; i < c->n_functions; i++) {
		enum descriptors_role role = c->functions[i].role;

		if (role == DESCRIPTORS_ROLE_NMEA ||
		    role == DESCRIPTORS_ROLE_AT || role == DESCRIPTORS_ROLE_MODEM)
			port_appear(m, &m->ports[n++], i);
	}
}

static enum descriptors_speed speed_now(const struct modem *m)
{
	static const enum descriptors_speed speeds[] = {
		[SETTINGS_SPEED_LOW] = DESCRIPTORS_SPEED_LOW,
		[SETTINGS_SPEED_FULL] = DESCRIPTORS_SPEED_FULL,
		[SETTINGS_SPEED_WIRELESS] = DESCRIPTORS_SPEED_WIRELESS,
	};
	int wanted = m->settings->return_speed;

	if (!m->appeared || wanted == SETTINGS_SPEED_SAME)
		return m->identity.composition->speed;
	return speeds[wanted];
}

void life_appear(struct modem *m)
{
	struct modem_action enter = {.kind = MODEM_ACTION_ENTER, .vhci_port = -1};

	identity_now(m);
	ports_appear(m);
	m->cmee = m->settings->cmee;
	m->cfun = m->flashed ? m->settings->cfun_after : 1;
	m->config_urc_sent = false;
	enter.speed = speed_now(m);
	if (m->life == MODEM_LIFE_RECOVERY)
		enter.vhci_port = m->settings->recovery_vhci_port;
	life_action(m, &enter);
	m->phase = MODEM_PHASE_APPEARING;
	m->step_at = SETTINGS_NEVER;
}

/* It has not booted, or it has: what it does then. */
static void work_begin(struct modem *m)
{
	const struct settings *s = m->settings;

	if (glitch_end(m))
		return;
	m->booted_us = m->now_us;
	if (m->life == MODEM_LIFE_RECOVERY) {
		life_step_after(m, MODEM_PHASE_FLASHING, s->flash_start);
		return;
	}
	if (m->downloading) {
		job_download_go_on(m);
		return;
	}
	m->phase = m->identity.composition->dead ? MODEM_PHASE_STUCK
						 : MODEM_PHASE_IDLE;
	if (m->flash.again)
		life_step_after(m, MODEM_PHASE_BOOT_AGAIN, s->boot_again);
	m->boot_next = 0;
	m->boot_at = settings_after(m->now_us, s->boot_delay);
}

static void clock_start(struct modem *m)
{
	if (m->life != MODEM_LIFE_RECOVERY)
		m->nmea_at = settings_after(m->now_us, m->settings->nmea_every);
	work_begin(m);
	glitch_arm(m);
}

/* Nothing that it says could be missed, so its work waits for no host (fact 2.5). */
static bool is_mute(const struct composition *c)
{
	for (unsigned int i = 0; i < c->n_functions; i++)
		if (c->functions[i].role == DESCRIPTORS_ROLE_AT ||
		    c->functions[i].role == DESCRIPTORS_ROLE_MODEM)
			return false;
	return true;
}

void life_attached(struct modem *m)
{
	const struct composition *c = m->identity.composition;

	m->on_bus = true;
	m->restless_at = settings_after(m->now_us, m->settings->restless);
	if (m->appeared)
		modem_note(m, "return");
	m->appeared = true;
	modem_note(m, "attach %04x:%04x %s", m->identity.vid, m->identity.pid,
		   c->speed == DESCRIPTORS_SPEED_SUPER ? "super" : "high");
	if (!m->settings->clock_from_config || is_mute(c))
		clock_start(m);
}

void life_configured(struct modem *m, uint8_t value)
{
	modem_note(m, "setconfig %u", value);
	m->configured = value;
	m->configured_us = m->now_us;
	for (int i = 0; i < MODEM_SERIALS; i++)
		m->ports[i].in_seen = false;
	if (!value)
		return;
	if (m->phase == MODEM_PHASE_APPEARING)
		clock_start(m);
	if (*m->settings->urc_at_config && !m->config_urc_sent)
		serial_urc(m, m->settings->urc_at_config);
	m->config_urc_sent = true;
}

/* Take the URC with that number out of the list parted by '|'. */
static bool boot_urc(const char *list, size_t number, char *text)
{
	size_t length;

	for (; number; number--) {
		list = strchr(list, '|');
		if (!list)
			return false;
		list++;
	}
	length = strcspn(list, "|");
	memcpy(text, list, length);
	text[length] = '\0';
	return length;
}

void life_boot_step(struct modem *m)
{
	char text[SETTINGS_TEXT];

	m->boot_at = SETTINGS_NEVER;
	if (!boot_urc(m->settings->boot_urcs, m->boot_next++, text))
		return;
	m->boot_at = settings_after(m->now_us, m->settings->boot_gap);
	serial_urc(m, text);
}

void life_nmea_step(struct modem *m)
{
	static const char sentence[] = "$GPRMC,,V,,,,,,,,,,N*53\r\n";
	struct modem_port *p = serial_find(m, DESCRIPTORS_ROLE_NMEA);

	m->nmea_at = m->now_us + m->settings->nmea_every;
	if (p)
		serial_send(m, p, sentence, sizeof(sentence) - 1, false);
}

void life_restless_step(struct modem *m)
{
	m->restless_at = SETTINGS_NEVER;
	life_leave(m, m->life, 0);
}
