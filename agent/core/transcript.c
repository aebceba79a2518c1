/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/transcript.h"

#include <errno.h>
#include <string.h>

#include "agent/core/text.h"
#include "agent/core/transcript_rows.h"

void transcript_set_event(struct transcript_record *ret, const struct dfota_event *event)
{
	ret->type = TRANSCRIPT_EVENT;
	ret->event = *event;
	if (event->type == DFOTA_EVENT_LINE)
		ret->line = *event->line.line;
	if (event->type == DFOTA_EVENT_PLAN)
		ret->plan = *event->plan;
}

void transcript_set_action(struct transcript_record *ret, const struct dfota_action *action,
			   const struct dfota *d)
{
	struct verdict verdict = verdict_decide(&d->evidence);

	ret->type = TRANSCRIPT_ACTION;
	ret->action = *action;
	ret->command = d->command;
	ret->imei = d->imei;
	ret->firmware = d->firmware;
	ret->outcome = verdict.outcome;
	ret->exit = verdict.exit;
}

bool transcript_escape(const void *bytes, size_t count, char *ret, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *at = bytes;
	size_t used = strlen(ret);

	for (; count; at++, count--) {
		bool plain = *at >= 0x20 && *at <= 0x7e && *at != '"' && *at != '\\';

		if (used + (plain ? 1 : 4) >= size)
			return false;
		if (plain) {
			ret[used++] = (char)*at;
		} else {
			ret[used++] = '\\';
			ret[used++] = 'x';
			ret[used++] = hex[*at >> 4];
			ret[used++] = hex[*at & 15];
		}
		ret[used] = '\0';
	}
	return true;
}

static bool add_u64(char *ret, size_t size, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return text_add(ret, size, digits + at);
}

static bool add_id(char *ret, size_t size, uint16_t id)
{
	static const char hex[] = "0123456789abcdef";
	const char text[] = { hex[id >> 12], hex[id >> 8 & 15], hex[id >> 4 & 15], hex[id & 15],
			      '\0' };

	return text_add(ret, size, text);
}

static bool add_order(char *ret, size_t size, const struct dfota_event *event)
{
	bool fits = true;

	for (uint8_t i = 0; i < event->attached.candidates && i < DFOTA_PORTS && fits; i++)
		fits = text_add(ret, size, i ? "," : "") &&
		       text_add_number(ret, size, event->attached.order[i]);
	return fits;
}

static bool add_quoted(char *ret, size_t size, const char *text)
{
	return text_add(ret, size, "\"") && transcript_escape(text, strlen(text), ret, size) &&
	       text_add(ret, size, "\"");
}

static bool add_slice(char *ret, size_t size, const char *text, size_t length)
{
	size_t used = strlen(ret);

	if (used + length + 2 >= size)
		return false;
	ret[used] = '"';
	memcpy(ret + used + 1, text, length);
	ret[used + 1 + length] = '"';
	ret[used + 2 + length] = '\0';
	return true;
}

static bool add_value(char *ret, size_t size, const struct transcript_record *record,
		      const struct transcript_field *field)
{
	const void *value = (const char *)record + field->offset;

	switch (field->kind) {
	case FIELD_BOOL:
		return text_add(ret, size, *(const bool *)value ? "1" : "0");
	case FIELD_U8:
		return text_add_number(ret, size, *(const uint8_t *)value);
	case FIELD_INT:
		return text_add_number(ret, size, *(const int *)value);
	case FIELD_U32:
		return add_u64(ret, size, *(const uint32_t *)value);
	case FIELD_U64:
		return add_u64(ret, size, *(const uint64_t *)value);
	case FIELD_ID:
		return add_id(ret, size, *(const uint16_t *)value);
	case FIELD_ENUM:
		return text_add(ret, size, field->word(*(const unsigned int *)value));
	case FIELD_ORDER:
		return add_order(ret, size, &record->event);
	case FIELD_STRING:
		return add_quoted(ret, size, *(const char *const *)value);
	case FIELD_ARRAY:
		return add_quoted(ret, size, value);
	case FIELD_TEXT:
		return add_slice(ret, size, record->text, record->text_length);
	case FIELD_NONE:
		break;
	}
	return true;
}

static unsigned int record_sub(const struct transcript_record *record)
{
	if (record->type == TRANSCRIPT_EVENT)
		return record->event.type;
	return record->type == TRANSCRIPT_ACTION ? record->action.type : 0;
}

int transcript_format(const struct transcript_record *record, char *ret, size_t size)
{
	const struct transcript_row *row = transcript_rows;
	bool fits;

	/* There is a row for each type, event and action. */
	while (row->type != record->type || row->sub != record_sub(record))
		row++;
	ret[0] = '\0';
	fits = add_u64(ret, size, record->time_ms) && text_add(ret, size, " ") &&
	       text_add(ret, size, record->position) && text_add(ret, size, " ") &&
	       text_add(ret, size, row->name);
	for (const struct transcript_field *field = row->fields; field->key && fits; field++)
		fits = text_add(ret, size, " ") && text_add(ret, size, field->key) &&
		       text_add(ret, size, "=") && add_value(ret, size, record, field);
	return fits ? 0 : -ENOBUFS;
}

int transcript_format_header(const char *agent_version, char *ret, size_t size)
{
	bool fits = text_set(ret, size, TRANSCRIPT_HEADER " " TRANSCRIPT_FORMAT " ") &&
		    text_add(ret, size, agent_version);

	return fits ? 0 : -ENOBUFS;
}
