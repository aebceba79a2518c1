/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "at_file.h"
#include "life.h"

#include <errno.h>
#include <string.h>

#define UPLOAD_SIZE 10240 /* default of AT+QFUPL, fact 3.1 */
#define UPLOAD_TIMEOUT 5  /* seconds */
#define ACK_BLOCK 1024	  /* fact 3.2 */
#define GUARD_US 1000000  /* silence around +++, fact 3.1 */
#define READING_PIECE 2048

static int name_take(struct at_command *c, char *name)
{
	return at_string(c, name, STORE_NAME + 8) ? STORE_INVALID_PARAMETER
						  : STORE_OK;
}

static int run_space(struct at_command *c)
{
	struct store *s = &c->modem->store;
	char drive[8];

	if (c->form == AT_FORM_EXECUTE) {
		serial_reply(c->port, "+QFLDS: %zu,%zu", store_used(s),
			     s->n_files);
		return AT_RESULT_OK;
	}
	if (c->form != AT_FORM_SET || at_string(c, drive, sizeof(drive)) ||
	    strcmp(drive, "UFS"))
		return STORE_INVALID_PARAMETER;
	serial_reply(c->port, "+QFLDS: %zu,%zu", s->size - store_used(s),
		     s->size);
	return AT_RESULT_OK;
}

static void list_file(struct modem_port *p, const struct store_file *f)
{
	serial_reply(p, "+QFLST: \"UFS:%s\",%zu", f->name, f->length);
}

static int run_list(struct at_command *c)
{
	struct store *s = &c->modem->store;
	char name[STORE_NAME + 8] = "*";
	const struct store_file *f;

	if (c->form == AT_FORM_SET && name_take(c, name))
		return STORE_INVALID_PARAMETER;
	if (!strcmp(name, "*")) {
		for (size_t i = 0; i < s->n_files; i++)
			list_file(c->port, &s->files[i]);
		return AT_RESULT_OK;
	}
	f = c->modem->settings->list_one ? store_find(s, name) : NULL;
	if (!f)
		return STORE_NOT_FOUND;
	list_file(c->port, f);
	return AT_RESULT_OK;
}

static int run_delete(struct at_command *c)
{
	char name[STORE_NAME + 8];
	int error;

	if (c->form != AT_FORM_SET || name_take(c, name))
		return STORE_INVALID_PARAMETER;
	c->modem->saves++;
	if (!strcmp(name, "*")) {
		store_clear(&c->modem->store);
		return AT_RESULT_OK;
	}
	error = store_delete(&c->modem->store, name);
	return error;
}

/* size, timeout and ACK mode, each with its default. */
static int upload_arguments(struct at_command *c, struct modem_upload *u)
{
	int64_t size = UPLOAD_SIZE, timeout = UPLOAD_TIMEOUT, ack = 0;

	if (name_take(c, u->name))
		return STORE_INVALID_PARAMETER;
	if (at_number(c, &size) == -EINVAL ||
	    at_number(c, &timeout) == -EINVAL || at_number(c, &ack) == -EINVAL)
		return STORE_INVALID_PARAMETER;
	if (size < 1 || timeout < 1 || timeout > 65535 || ack < 0 || ack > 1)
		return STORE_INVALID_PARAMETER;
	u->expected = (size_t)size;
	u->timeout_us = (uint64_t)timeout * 1000000;
	u->ack = ack;
	return STORE_OK;
}

static int run_upload(struct at_command *c)
{
	struct modem_upload u = {.active = true, .last_us = c->modem->now_us};
	struct store *s = &c->modem->store;
	struct store_file *f;
	int error;

	if (c->form == AT_FORM_TEST) {
		serial_reply(c->port,
			     "+QFUPL: <filename>[,(1-%zu)[,(1-65535)[,(0,1)]]]",
			     s->size - store_used(s));
		return AT_RESULT_OK;
	}
	if (c->form != AT_FORM_SET)
		return STORE_INVALID_PARAMETER;
	error = upload_arguments(c, &u);
	if (!error)
		error = store_create(s, u.name, u.expected, &f);
	if (error)
		return error;
	c->port->upload = u;
	serial_reply(c->port, "CONNECT");
	return AT_RESULT_NONE;
}

static int run_download(struct at_command *c)
{
	struct modem_reading r = {.active = true};

	if (c->form != AT_FORM_SET || name_take(c, r.name))
		return STORE_INVALID_PARAMETER;
	if (!store_find(&c->modem->store, r.name))
		return STORE_NOT_FOUND;
	c->port->reading = r;
	serial_reply(c->port, "CONNECT");
	return AT_RESULT_NONE;
}

const struct at_row at_file_rows[] = {
	{"+QFLDS", run_space},	  {"+QFLST", run_list},
	{"+QFDEL", run_delete},	  {"+QFUPL", run_upload},
	{"+QFDWL", run_download}, {NULL, NULL},
};

static void sum_reply(struct modem *m, struct modem_port *p,
		      const char *command, size_t length, uint16_t sum)
{
	static const char *const formats[] = {
		[SETTINGS_SUM_SHORT] = "%x",
		[SETTINGS_SUM_UPPER] = "%X",
		[SETTINGS_SUM_PADDED] = "%04x",
	};
	char text[8];

	snprintf(text, sizeof(text), formats[m->settings->sum_format], sum);
	p->reply_group = true;
	serial_reply(p, "%s: %zu,%s", command, length, text);
	p->reply_group = true;
	serial_reply(p, "OK");
	serial_reply_done(m, p);
}

void upload_end(struct modem *m, struct modem_port *p)
{
	struct store_file *f = store_find(&m->store, p->upload.name);
	uint16_t sum;

	p->upload.active = false;
	m->saves++;
	if (!f)
		return;
	store_trim(f);
	modem_note(m, "data if=%u bytes=%zu", p->interface, f->length);
	sum = store_checksum(f->bytes, f->length);
	if (m->uploads_wrong > 0) {
		m->uploads_wrong--;
		sum ^= 1;
	}
	sum_reply(m, p, "+QFUPL", f->length, sum);
}

static void upload_timeout(struct modem *m, struct modem_port *p)
{
	struct store_file *f = store_find(&m->store, p->upload.name);

	if (!m->settings->upload_timeout_error) {
		upload_end(m, p);
		return;
	}
	p->upload.active = false;
	if (f)
		store_trim(f);
	p->reply_group = true;
	serial_reply(p, "+CME ERROR: %d", STORE_TIMEOUT);
	serial_reply_done(m, p);
}

static void ack_send(struct modem *m, struct modem_port *p)
{
	struct modem_upload *u = &p->upload;

	u->unacked -= ACK_BLOCK;
	if ((int64_t)++u->acks != m->settings->lose_ack)
		serial_send(m, p, "A", 1, false);
}

static bool byte_lost(const struct modem *m, const struct modem_upload *u)
{
	return !u->ack && (int64_t)u->seen == m->settings->upload_lose;
}

/* The setting `upload-leave`: power is lost at that very byte. */
static bool power_lost(struct modem *m, struct modem_upload *u,
		       struct store_file *f)
{
	if ((int64_t)u->seen != m->settings->upload_leave || m->uploads_left)
		return false;
	m->uploads_left = true;
	u->active = false;
	store_trim(f);
	m->away_longer = m->settings->upload_leave_away;
	life_leave(m, MODEM_LIFE_NORMAL, 0);
	return true;
}

static void upload_take(struct modem *m, struct modem_port *p,
			struct store_file *f, const uint8_t *bytes, size_t length)
{
	struct modem_upload *u = &p->upload;

	for (size_t i = 0; i < length; i++) {
		if (!byte_lost(m, u))
			store_add(f, &bytes[i], 1);
		u->seen++;
		if (power_lost(m, u, f))
			return;
	}
	for (u->unacked += length; u->ack && u->unacked >= ACK_BLOCK;)
		ack_send(m, p);
}

/* Could this be the next piece of a +++ after the first guard silence? */
static bool pluses_only(const struct modem *m, const struct modem_upload *u,
			const uint8_t *bytes, size_t length)
{
	if (!u->pluses && m->now_us - u->last_us < GUARD_US)
		return false;
	return u->pluses + length <= 3 &&
	       strspn((const char *)bytes, "+") >= length;
}

static void upload_feed(struct modem *m, struct modem_port *p,
			const uint8_t *bytes, size_t length)
{
	struct store_file *f = store_find(&m->store, p->upload.name);
	struct modem_upload *u = &p->upload;

	if (!f) {
		u->active = false;
		return;
	}
	upload_take(m, p, f, (const uint8_t *)"+++", u->pluses);
	u->pluses = 0;
	upload_take(m, p, f, bytes, length);
	if (u->active && f->length >= u->expected)
		upload_end(m, p);
}

size_t upload_input(struct modem *m, struct modem_port *p, const uint8_t *bytes,
		    size_t length)
{
	struct modem_upload *u = &p->upload;
	struct store_file *f = store_find(&m->store, u->name);
	size_t left = f ? u->expected - f->length : length;
	uint8_t piece[4] = {0};

	if (length <= 3)
		memcpy(piece, bytes, length);
	if (length <= 3 && pluses_only(m, u, piece, length)) {
		u->pluses += (unsigned int)length;
		u->last_us = m->now_us;
		return length;
	}
	left = left > u->pluses ? left - u->pluses : 0;
	if (length > left)
		length = left;
	u->last_us = m->now_us;
	upload_feed(m, p, bytes, length);
	return length;
}

uint64_t upload_deadline(const struct modem_port *p)
{
	const struct modem_upload *u = &p->upload;

	if (!u->active)
		return SETTINGS_NEVER;
	return u->last_us + (u->pluses == 3 ? GUARD_US : u->timeout_us);
}

void upload_advance(struct modem *m, struct modem_port *p)
{
	if (upload_deadline(p) > m->now_us)
		return;
	if (p->upload.pluses == 3) {
		upload_end(m, p);
		return;
	}
	upload_feed(m, p, NULL, 0);
	if (p->upload.active)
		upload_timeout(m, p);
}

static void reading_end(struct modem *m, struct modem_port *p,
			const struct store_file *f)
{
	p->reading.active = false;
	sum_reply(m, p, "+QFDWL", f->length, store_checksum(f->bytes, f->length));
}

void reading_pump(struct modem *m, struct modem_port *p)
{
	const struct store_file *f = store_find(&m->store, p->reading.name);
	struct modem_reading *r = &p->reading;

	while (r->active && f && !p->reply_length &&
	       outlet_room(&p->outlet, READING_PIECE + MODEM_REPLY)) {
		size_t length = f->length - r->offset;

		if (length > READING_PIECE)
			length = READING_PIECE;
		if (length)
			serial_send(m, p, f->bytes + r->offset, length, false);
		r->offset += length;
		if (r->offset == f->length)
			reading_end(m, p, f);
	}
}
