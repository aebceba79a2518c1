/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "agent/core/text.h"
#include "agent/core/transcript_rows.h"

/* Each read_… returns where it stopped, NULL for anything unexpected. */

static const char *read_u64(const char *at, uint64_t *ret)
{
	uint64_t number = 0;
	const char *begin = at;

	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*ret = number;
	return at == begin ? NULL : at;
}

static const char *read_limited(const char *at, uint64_t most, uint64_t *ret)
{
	at = read_u64(at, ret);
	return at && *ret <= most ? at : NULL;
}

static const char *read_int(const char *at, int *ret)
{
	bool negative = *at == '-';
	uint64_t number;

	at = read_limited(negative ? at + 1 : at, INT32_MAX, &number);
	if (at)
		*ret = negative ? -(int)number : (int)number;
	return at;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *read_id(const char *at, uint16_t *ret)
{
	uint16_t id = 0;

	for (int i = 0; i < 4; i++, at++) {
		if (hex_value(*at) < 0)
			return NULL;
		id = (uint16_t)(id << 4 | hex_value(*at));
	}
	*ret = id;
	return at;
}

static const char *read_word(const char *at, const struct transcript_field *field,
			     unsigned int *ret)
{
	size_t length = strcspn(at, " ");
	const char *word;

	for (unsigned int value = 0; (word = field->word(value)); value++) {
		if (strlen(word) == length && strncmp(word, at, length) == 0) {
			*ret = value;
			return at + length;
		}
	}
	return NULL;
}

static const char *read_order(const char *at, struct dfota_event *event)
{
	uint8_t count = 0;
	uint64_t port;

	while (*at && *at != ' ') {
		if (count == DFOTA_PORTS || (count && *at++ != ','))
			return NULL;
		at = read_limited(at, DFOTA_PORTS - 1, &port);
		if (!at)
			return NULL;
		event->attached.order[count++] = (uint8_t)port;
	}
	event->attached.candidates = count;
	return at;
}

static const char *read_slice(const char *at, const char **ret, size_t *ret_length)
{
	if (*at != '"')
		return NULL;
	*ret = at + 1;
	*ret_length = strcspn(at + 1, "\"");
	at += 1 + *ret_length;
	return *at == '"' ? at + 1 : NULL;
}

/* One byte of an escaped text. */
static const char *read_byte(const char *at, const char *end, unsigned char *ret)
{
	int high, low;

	if (*at < 0x20 || *at > 0x7e || *at == '"')
		return NULL;
	if (*at != '\\') {
		*ret = (unsigned char)*at;
		return at + 1;
	}
	if (end - at < 4 || at[1] != 'x')
		return NULL;
	high = hex_value(at[2]);
	low = hex_value(at[3]);
	if (high < 0 || low < 0)
		return NULL;
	*ret = (unsigned char)(high << 4 | low);
	return at + 4;
}

int transcript_unescape(const char *text, size_t length, void *ret, size_t size,
			size_t *ret_count)
{
	const char *end = text + length;
	unsigned char *out = ret;
	size_t count = 0;

	while (text < end) {
		if (count == size)
			return -ENOBUFS;
		text = read_byte(text, end, &out[count++]);
		if (!text)
			return -EBADMSG;
	}
	*ret_count = count;
	return 0;
}

/* A terminated string, so no NUL may be in it. */
static const char *read_string(const char *at, char *ret, size_t size, size_t *ret_count)
{
	const char *text;
	size_t length;

	at = read_slice(at, &text, &length);
	if (!at || !size || transcript_unescape(text, length, ret, size - 1, ret_count) < 0 ||
	    memchr(ret, '\0', *ret_count))
		return NULL;
	ret[*ret_count] = '\0';
	return at;
}

static const char *read_kept_string(const char *at, struct transcript_record *record,
				    const char **ret)
{
	char *string = record->strings + record->strings_used;
	size_t count;

	at = read_string(at, string, sizeof(record->strings) - record->strings_used, &count);
	if (!at)
		return NULL;
	record->strings_used += count + 1;
	*ret = string;
	return at;
}

static const char *read_bool(const char *at, bool *ret)
{
	uint64_t number;

	at = read_limited(at, 1, &number);
	*ret = at && number;
	return at;
}

static const char *read_u8(const char *at, uint8_t *ret)
{
	uint64_t number;

	at = read_limited(at, UINT8_MAX, &number);
	*ret = at ? (uint8_t)number : 0;
	return at;
}

static const char *read_u32(const char *at, uint32_t *ret)
{
	uint64_t number;

	at = read_limited(at, UINT32_MAX, &number);
	*ret = at ? (uint32_t)number : 0;
	return at;
}

static const char *read_value(const char *at, struct transcript_record *record,
			      const struct transcript_field *field)
{
	void *value = (char *)record + field->offset;
	size_t count;

	switch (field->kind) {
	case FIELD_BOOL:
		return read_bool(at, value);
	case FIELD_U8:
		return read_u8(at, value);
	case FIELD_INT:
		return read_int(at, value);
	case FIELD_U32:
		return read_u32(at, value);
	case FIELD_U64:
		return read_u64(at, value);
	case FIELD_ID:
		return read_id(at, value);
	case FIELD_ENUM:
		return read_word(at, field, value);
	case FIELD_ORDER:
		return read_order(at, &record->event);
	case FIELD_STRING:
		return read_kept_string(at, record, value);
	case FIELD_ARRAY:
		return read_string(at, value, field->size, &count);
	case FIELD_TEXT:
		return read_slice(at, &record->text, &record->text_length);
	case FIELD_NONE:
		break;
	}
	return NULL;
}

static const char *read_fields(const char *at, struct transcript_record *record,
			       const struct transcript_row *row)
{
	for (const struct transcript_field *field = row->fields; field->key; field++) {
		at = text_after(at, " ");
		at = text_after(at, field->key);
		at = text_after(at, "=");
		if (at)
			at = read_value(at, record, field);
		if (!at)
			return NULL;
	}
	return at;
}

static const char *read_row(const char *at, const struct transcript_row **ret)
{
	for (size_t i = 0; i < transcript_row_count; i++) {
		const char *rest = text_after(at, transcript_rows[i].name);

		if (rest && (!*rest || *rest == ' ')) {
			*ret = &transcript_rows[i];
			return rest;
		}
	}
	return NULL;
}

/* Pointers as in a record that was made from an event. */
static void record_take_row(struct transcript_record *record, const struct transcript_row *row)
{
	record->type = row->type;
	if (row->type == TRANSCRIPT_ACTION)
		record->action.type = (enum dfota_action_type)row->sub;
	if (row->type != TRANSCRIPT_EVENT)
		return;
	record->event.type = (enum dfota_event_type)row->sub;
	if (record->event.type == DFOTA_EVENT_LINE)
		record->event.line.line = &record->line;
	if (record->event.type == DFOTA_EVENT_PLAN)
		record->event.plan = &record->plan;
}

int transcript_parse(const char *line, struct transcript_record *ret)
{
	const struct transcript_row *row;
	size_t length;

	memset(ret, 0, sizeof(*ret));
	line = text_after(read_u64(line, &ret->time_ms), " ");
	length = line ? strcspn(line, " ") : 0;
	if (!length || length >= sizeof(ret->position))
		return -EBADMSG;
	memcpy(ret->position, line, length);
	line = text_after(line + length, " ");
	line = line ? read_row(line, &row) : NULL;
	if (!line)
		return -EBADMSG;
	record_take_row(ret, row);
	line = read_fields(line, ret, row);
	return line && !*line ? 0 : -EBADMSG;
}

int transcript_parse_header(const char *line)
{
	const char *format = text_after(line, TRANSCRIPT_HEADER " ");

	if (!format)
		return -EBADMSG;
	return text_after(format, TRANSCRIPT_FORMAT " ") ? 0 : -EPROTONOSUPPORT;
}
