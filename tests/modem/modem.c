/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modem.h"
#include "at_file.h"
#include "control.h"
#include "flash.h"
#include "glitch.h"
#include "hostile.h"
#include "job.h"
#include "late.h"
#include "life.h"
#include "serial.h"

#include <errno.h>
#include <string.h>

static bool composition_valid(const char *name)
{
	return !*name || composition_find(name);
}

static bool files_create(struct modem *m, const char *list)
{
	char name[STORE_NAME + 1];
	struct store_file *f;
	size_t length;
	int end;

	_Static_assert(STORE_NAME == 80, "the width below");
	for (; *list; list += end) {
		if (sscanf(list, " %80[^: ]:%zu%n", name, &length, &end) != 2 ||
		    store_create(&m->store, name, length, &f))
			return false;
		while (f->length < length)
			store_add(f, "?", 1);
	}
	return true;
}

int modem_init(struct modem *m, const struct settings *s)
{
	memset(m, 0, sizeof(*m));
	if (!composition_find(s->composition) ||
	    !composition_valid(s->recovery_composition) ||
	    !composition_valid(s->final_composition))
		return -EINVAL;
	if (script_parse(s->flash, &m->script) || glitch_check(s->glitches) ||
	    late_check(s->late_answers))
		return -EINVAL;

	m->settings = s;
	store_init(&m->store, (size_t)s->ufs_size);
	if (!files_create(m, s->files))
		return -EINVAL;
	strcpy(m->firmware, s->firmware);
	strcpy(m->imei, s->imei);
	strcpy(m->urcport, s->urcport);
	strcpy(m->apn, s->apn);
	m->qind = s->qind;
	m->uploads_wrong = s->upload_wrong;
	m->phase = MODEM_PHASE_STUCK;
	m->step_at = m->boot_at = m->nmea_at = m->restless_at = SETTINGS_NEVER;
	m->glitch.at = SETTINGS_NEVER;
	return 0;
}

void modem_clear(struct modem *m)
{
	store_clear(&m->store);
}

void modem_power_on(struct modem *m, uint64_t now_us)
{
	m->now_us = now_us;
	if (m->life != MODEM_LIFE_GONE)
		life_appear(m);
}

bool modem_next_action(struct modem *m, struct modem_action *ret_action)
{
	if (!m->n_actions)
		return false;
	*ret_action = m->actions[0];
	m->n_actions--;
	memmove(m->actions, m->actions + 1, m->n_actions * sizeof(m->actions[0]));
	return true;
}

void modem_attached(struct modem *m, uint64_t now_us)
{
	m->now_us = now_us;
	life_attached(m);
}

int modem_control(struct modem *m, uint64_t now_us, const uint8_t *setup,
		  uint8_t *data)
{
	modem_advance(m, now_us);
	return control_request(m, setup, data);
}

/* Until the late answer is out; more than its buffer holds is lost. */
static void port_wait(struct modem_port *p, const uint8_t *bytes, size_t length)
{
	size_t room = sizeof(p->waiting) - p->waiting_length;

	if (length > room)
		length = room;
	memcpy(p->waiting + p->waiting_length, bytes, length);
	p->waiting_length += length;
}

static void port_input(struct modem *m, struct modem_port *p,
		       const uint8_t *bytes, size_t length)
{
	while (length && !p->busy) {
		size_t used = p->upload.active
				      ? upload_input(m, p, bytes, length)
				      : at_input(m, p, bytes, length);

		bytes += used;
		length -= used;
	}
	if (length)
		port_wait(p, bytes, length);
}

/* The late answer is out. */
static void port_advance(struct modem *m, struct modem_port *p)
{
	uint8_t bytes[sizeof(p->waiting)];
	size_t length = p->waiting_length;

	if (!p->busy || p->reply_at != SETTINGS_NEVER)
		return;
	p->busy = false;
	p->waiting_length = 0;
	memcpy(bytes, p->waiting, length);
	port_input(m, p, bytes, length);
}

static void withheld_deliver(struct modem *m, struct modem_port *p)
{
	size_t length = p->withheld_length;

	p->withheld_length = 0;
	port_input(m, p, p->withheld, length);
}

/*
 * A gadget's OUT request ends when its buffer is full or with a short
 * packet; until then the modem has seen nothing (fact 4.5).
 */
static void withheld_add(struct modem *m, struct modem_port *p,
			 const uint8_t *bytes, size_t length)
{
	unsigned int packet = composition_packet(m->identity.composition);
	bool complete = length % packet || !length;

	while (length) {
		size_t piece = MODEM_WITHHELD - p->withheld_length;

		if (piece > length)
			piece = length;
		memcpy(p->withheld + p->withheld_length, bytes, piece);
		p->withheld_length += piece;
		bytes += piece;
		length -= piece;
		if (p->withheld_length == MODEM_WITHHELD)
			withheld_deliver(m, p);
	}
	if (complete)
		withheld_deliver(m, p);
}

static int other_output(struct modem *m, uint8_t endpoint, size_t length)
{
	const struct composition *c = m->identity.composition;

	/* What was on its way when the power went is nobody's. */
	if (!m->on_bus)
		return -EPIPE;
	for (uint8_t i = 0; i < c->n_functions; i++) {
		struct endpoints e;

		composition_endpoints(c, i, &e);
		if (e.bulk_out == endpoint) {
			modem_note(m, "out if=%u bytes=%zu", i, length);
			return 0;
		}
	}
	return -EPIPE;
}

int modem_bulk_out(struct modem *m, uint64_t now_us, uint8_t endpoint,
		   const void *bytes, size_t length)
{
	modem_advance(m, now_us);
	for (int i = 0; i < MODEM_SERIALS; i++) {
		struct modem_port *p = &m->ports[i];

		if (!p->present || p->endpoints.bulk_out != endpoint)
			continue;
		if (m->settings->zlp_needed)
			withheld_add(m, p, bytes, length);
		else
			port_input(m, p, bytes, length);
		return 0;
	}
	return other_output(m, endpoint, length);
}

/* What it says where it has nothing to say; -EAGAIN: not now. */
static ssize_t port_flood(struct modem *m, struct modem_port *p, char *buffer,
			  size_t size)
{
	if (!serial_floods(m, p) || p->flood_at > m->now_us)
		return -EAGAIN;
	p->flood_at = m->now_us + m->settings->flood_every;
	return hostile_flood((enum settings_flood)m->settings->flood,
			     &p->flooded, buffer, size);
}

static ssize_t port_output(struct modem *m, struct modem_port *p, void *buffer,
			   size_t size)
{
	unsigned int packet = composition_packet(m->identity.composition);
	struct outlet_read read;
	ssize_t length;

	if (!p->in_seen)
		modem_note(m, "in-urb if=%u first us=%llu", p->interface,
			   (unsigned long long)(m->now_us - m->configured_us));
	p->in_seen = true;
	if (p->reading.active)
		reading_pump(m, p);
	length = outlet_get(&p->outlet, m->now_us, buffer, size,
			    (size_t)m->settings->split, packet, &read);
	if (length >= 0 && read.urc_done)
		modem_note(m, "read-age if=%u ms=%.3f", p->interface,
			   (double)read.age_us / 1000);
	return length == -EAGAIN ? port_flood(m, p, buffer, size) : length;
}

ssize_t modem_bulk_in(struct modem *m, uint64_t now_us, uint8_t endpoint,
		      void *buffer, size_t size)
{
	modem_advance(m, now_us);
	for (int i = 0; m->configured && i < MODEM_SERIALS; i++) {
		struct modem_port *p = &m->ports[i];

		if (p->present && p->endpoints.bulk_in == endpoint)
			return port_output(m, p, buffer, size);
	}
	return -EAGAIN;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t modem_deadline(const struct modem *m)
{
	uint64_t at = earlier(earlier(earlier(m->step_at, m->restless_at),
				      earlier(m->boot_at, m->nmea_at)),
			      m->glitch.at);

	for (int i = 0; i < MODEM_SERIALS; i++) {
		const struct modem_port *p = &m->ports[i];

		if (p->present)
			at = earlier(at, earlier(serial_deadline(m, p),
						 upload_deadline(p)));
	}
	return at;
}

static void step(struct modem *m)
{
	switch (m->phase) {
	case MODEM_PHASE_ACCEPTED:
		job_download_begin(m);
		break;
	case MODEM_PHASE_DOWNLOADED:
		job_download_end(m);
		break;
	case MODEM_PHASE_CHECK_FAILED:
		job_check_failed(m);
		break;
	case MODEM_PHASE_LEAVING:
		life_left(m);
		break;
	case MODEM_PHASE_AWAY:
		life_appear(m);
		break;
	case MODEM_PHASE_FLASHING:
		flash_step(m);
		break;
	case MODEM_PHASE_BOOT_AGAIN:
		flash_boot_again(m);
		break;
	case MODEM_PHASE_IDLE:
	case MODEM_PHASE_DOWNLOAD:
	case MODEM_PHASE_APPEARING:
	case MODEM_PHASE_STUCK:
		m->step_at = SETTINGS_NEVER;
		break;
	}
}

static void fire(struct modem *m)
{
	for (int i = 0; i < MODEM_SERIALS; i++) {
		struct modem_port *p = &m->ports[i];

		if (!p->present)
			continue;
		serial_advance(m, p);
		port_advance(m, p);
		upload_advance(m, p);
	}
	if (m->boot_at <= m->now_us)
		life_boot_step(m);
	if (m->nmea_at <= m->now_us)
		life_nmea_step(m);
	if (m->restless_at <= m->now_us)
		life_restless_step(m);
	if (m->glitch.at <= m->now_us)
		glitch_step(m);
	if (m->step_at <= m->now_us)
		step(m);
}

/* Things happen at their own time, however late the caller comes. */
void modem_advance(struct modem *m, uint64_t now_us)
{
	for (;;) {
		uint64_t at = modem_deadline(m);

		if (at > now_us)
			break;
		if (at > m->now_us)
			m->now_us = at;
		fire(m);
	}
	if (now_us > m->now_us)
		m->now_us = now_us;
}
