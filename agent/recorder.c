/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/text.h"
#include "agent/core/transcript.h"
#include "agent/loop.h"
#include "agent/redaction.h"
#include "agent/store.h"
#include "agent/util.h"

/* An escape takes four bytes. */
#define TEXT_SIZE (4 * RECORDER_LINE_MAX + 1)
/* With the longest plan, all of it escaped. */
#define LINE_SIZE (TEXT_SIZE + 1024)

/*
 * Bytes of one port in one direction that wait for the end of their line. A
 * chunk is one transfer, or what of it is still here.
 */
struct stream {
	struct stream *next;
	unsigned int port;
	enum recorder_direction direction;
	bool overlong;	      /* the line at hand has been too long already */
	size_t held;	      /* bytes */
	char text[TEXT_SIZE]; /* the same, escaped */
	size_t chunks;
	size_t end[RECORDER_LINE_MAX]; /* of each chunk, in text */
	uint64_t time_ms[RECORDER_LINE_MAX];
};

struct recorded {
	struct recorded *next;
	char position[64];
	bool begun;    /* a job that is not over */
	bool starting; /* its first event came, the actions of that did not */
	struct dfota_event first;
	enum dfota_state state;
	struct stream *streams;
};

struct recorder {
	FILE *file;
	struct redaction *redaction;
	struct recorded *modems;
	uint64_t begun_ms;
	int error;
};

/* The first error is kept. */
static void recorder_fail(struct recorder *recorder, int error)
{
	if (!recorder->error)
		recorder->error = error;
}

static uint64_t recorder_time(const struct recorder *recorder, uint64_t ms)
{
	return ms > recorder->begun_ms ? ms - recorder->begun_ms : 0;
}

/* ---- one record, one line ---- */

static void record_begin(struct transcript_record *record, enum transcript_type type,
			 const char *position, uint64_t time_ms)
{
	memset(record, 0, sizeof(*record));
	record->type = type;
	record->time_ms = time_ms;
	text_set(record->position, sizeof(record->position), position);
}

static void line_write(struct recorder *recorder, const char *line)
{
	errno = 0;
	if (fprintf(recorder->file, "%s\n", line) < 0)
		recorder_fail(recorder, errno ? -errno : -EIO);
}

static void record_write(struct recorder *recorder, const struct transcript_record *record)
{
	char line[LINE_SIZE];
	int r = transcript_format(record, line, sizeof(line));

	/* The text of bytes has been redacted, over all parts of its line. */
	if (r == 0 && record->type != TRANSCRIPT_IN && record->type != TRANSCRIPT_OUT)
		r = redaction_apply(recorder->redaction, line, NULL, 0);
	if (r < 0)
		recorder_fail(recorder, r);
	else
		line_write(recorder, line);
}

/* ---- bytes ---- */

/* What is known of the bytes that are held. */
enum flush {
	FLUSH_COMPLETE, /* whole lines */
	FLUSH_HALF,	/* the end of the line will never come */
	FLUSH_OVERLONG,
};

static void chunk_write(struct recorder *recorder, const struct recorded *modem,
			const struct stream *stream, size_t index, bool more)
{
	size_t begin = index ? stream->end[index - 1] : 0;
	struct transcript_record record;

	record_begin(&record, stream->direction == RECORDER_IN ? TRANSCRIPT_IN : TRANSCRIPT_OUT,
		     modem->position, recorder_time(recorder, stream->time_ms[index]));
	record.port = (uint8_t)stream->port;
	record.more = more;
	record.text = stream->text + begin;
	record.text_length = stream->end[index] - begin;
	record_write(recorder, &record);
}

/* @more: the last chunk is not all of its transfer. */
static void stream_flush(struct recorder *recorder, const struct recorded *modem,
			 struct stream *stream, enum flush flush, bool more)
{
	int r = 0;

	if (flush == FLUSH_OVERLONG)
		redaction_blur(stream->text);
	else
		r = redaction_apply(recorder->redaction, stream->text, stream->end,
				    stream->chunks);
	if (r < 0)
		recorder_fail(recorder, r);
	if (flush == FLUSH_HALF)
		redaction_blur_digits(stream->text);
	for (size_t i = 0; i < stream->chunks && r == 0; i++)
		chunk_write(recorder, modem, stream, i, more && i + 1 == stream->chunks);
	stream->held = stream->chunks = 0;
	stream->text[0] = '\0';
}

static void stream_append(struct stream *stream, const uint8_t *bytes, size_t size,
			  uint64_t now_ms)
{
	/* There is room: as many as RECORDER_LINE_MAX are held, in as many chunks. */
	transcript_escape(bytes, size, stream->text, sizeof(stream->text));
	stream->held += size;
	stream->end[stream->chunks] = strlen(stream->text);
	stream->time_ms[stream->chunks] = now_ms;
	stream->chunks++;
}

static bool ends_line(uint8_t byte)
{
	return byte == '\r' || byte == '\n';
}

/* Up to the last end of a line, or of an overlong one up to the first; 0: there is none. */
static size_t complete_size(const struct stream *stream, const uint8_t *bytes, size_t size)
{
	size_t complete = 0;

	for (size_t i = 0; i < size && !(stream->overlong && complete); i++)
		if (ends_line(bytes[i]))
			complete = i + 1;
	return complete;
}

static void stream_take(struct recorder *recorder, const struct recorded *modem,
			struct stream *stream, const uint8_t *bytes, size_t size, uint64_t now_ms)
{
	while (size) {
		size_t room = RECORDER_LINE_MAX - stream->held;
		size_t taken = size < room ? size : room;
		size_t complete = complete_size(stream, bytes, taken);
		enum flush flush = stream->overlong ? FLUSH_OVERLONG : FLUSH_COMPLETE;

		if (complete)
			taken = complete;
		stream_append(stream, bytes, taken, now_ms);
		bytes += taken;
		size -= taken;
		if (complete) {
			stream_flush(recorder, modem, stream, flush, size > 0);
			stream->overlong = false;
		} else if (stream->held == RECORDER_LINE_MAX) {
			stream_flush(recorder, modem, stream, FLUSH_OVERLONG, size > 0);
			stream->overlong = true;
		}
	}
}

static void recorded_detach(struct recorder *recorder, struct recorded *modem)
{
	for (struct stream *stream = modem->streams; stream; stream = stream->next) {
		stream_flush(recorder, modem, stream,
			     stream->overlong ? FLUSH_OVERLONG : FLUSH_HALF, false);
		stream->overlong = false;
	}
}

/* ---- modems and their streams, made where there are none yet; NULL: out of memory ---- */

static struct recorded *recorded_get(struct recorder *recorder, const char *position)
{
	struct recorded **link = &recorder->modems;

	while (*link && strcmp((*link)->position, position) != 0)
		link = &(*link)->next;
	if (*link)
		return *link;
	*link = calloc(1, sizeof(**link));
	if (*link)
		text_set((*link)->position, sizeof((*link)->position), position);
	else
		recorder_fail(recorder, -ENOMEM);
	return *link;
}

static struct stream *stream_get(struct recorder *recorder, struct recorded *modem,
				 unsigned int port, enum recorder_direction direction)
{
	struct stream **link = &modem->streams;

	while (*link && ((*link)->port != port || (*link)->direction != direction))
		link = &(*link)->next;
	if (*link)
		return *link;
	*link = calloc(1, sizeof(**link));
	if (!*link) {
		recorder_fail(recorder, -ENOMEM);
		return NULL;
	}
	(*link)->port = port;
	(*link)->direction = direction;
	return *link;
}

void recorder_bytes(struct recorder *recorder, const char *position, unsigned int port,
		    enum recorder_direction direction, const uint8_t *bytes, size_t size,
		    uint64_t now_ms)
{
	struct recorded *modem = recorded_get(recorder, position);
	struct stream *stream = modem ? stream_get(recorder, modem, port, direction) : NULL;

	if (stream)
		stream_take(recorder, modem, stream, bytes, size, now_ms);
}

/* ---- the bus and the machine ---- */

void recorder_usb(struct recorder *recorder, const char *position, const char *what,
		  uint16_t vid, uint16_t pid, uint64_t now_ms)
{
	struct recorded *modem = recorded_get(recorder, position);
	struct transcript_record record;

	if (!modem)
		return;
	if (strcmp(what, "remove") == 0)
		recorded_detach(recorder, modem);
	record_begin(&record, TRANSCRIPT_USB, position, recorder_time(recorder, now_ms));
	record.what = what;
	record.vid = vid;
	record.pid = pid;
	record_write(recorder, &record);
}

/* Where a line was cut, digits may be the beginning of a longer run. */
static void cut_line_blur(struct transcript_record *record, char text[static AT_LINE_MAX + 1])
{
	if (record->event.type != DFOTA_EVENT_LINE || !record->line.cut)
		return;
	text_set(text, AT_LINE_MAX + 1, record->line.text);
	redaction_blur_digits(text);
	record->line.text = text;
}

/* Another agent that has the modem, or this host, may end a job before its start. */
static bool is_first(const struct recorded *modem, const struct dfota_event *event)
{
	bool ends = event->type == DFOTA_EVENT_HELD || event->type == DFOTA_EVENT_HOST;

	return event->type == DFOTA_EVENT_START || event->type == DFOTA_EVENT_FOLLOW ||
	       (ends && !modem->begun);
}

void recorder_event(struct recorder *recorder, const char *position,
		    const struct dfota_event *event, uint64_t now_ms)
{
	struct recorded *modem = recorded_get(recorder, position);
	struct transcript_record record;
	char text[AT_LINE_MAX + 1];

	if (!modem)
		return;
	/* What it begins with is known only with the actions. */
	if (is_first(modem, event)) {
		modem->begun = modem->starting = true;
		modem->first = *event;
		return;
	}
	if (event->type == DFOTA_EVENT_DETACHED)
		recorded_detach(recorder, modem);
	record_begin(&record, TRANSCRIPT_EVENT, position, recorder_time(recorder, now_ms));
	transcript_set_event(&record, event);
	cut_line_blur(&record, text);
	record_write(recorder, &record);
}

/* START itself changes nothing of what the machine knows. */
static void memory_write(struct recorder *recorder, const char *position, const struct dfota *d,
			 uint64_t time_ms)
{
	struct transcript_record record;

	record_begin(&record, TRANSCRIPT_MEMORY, position, time_ms);
	record.memory = (struct dfota_memory){
		.phase = d->settling ? DFOTA_PHASE_UPLOAD : d->phase,
		.firmware = d->firmware,
		.imei = d->settling ? d->imei_now : d->imei,
		.target = d->plan.target,
		.transfer = d->evidence.transfer_seen ? d->evidence.transfer : -1,
		.end = d->evidence.end_seen ? d->evidence.end : -1,
		.download = d->plan.download,
		.stored = d->stored,
		.urc_port = d->urc_port,
		.left = d->left,
		.host_rebooted = d->host_rebooted,
		.age_ms = d->age_ms,
		.running = d->firmware_now,
	};
	record_write(recorder, &record);
}

static void start_write(struct recorder *recorder, const struct recorded *modem,
			const struct dfota *d, uint64_t time_ms)
{
	struct transcript_record record;

	record_begin(&record, TRANSCRIPT_LIMITS, modem->position, time_ms);
	record.limits = d->limits;
	record_write(recorder, &record);
	if (d->resumed || d->settling)
		memory_write(recorder, modem->position, d, time_ms);
	record_begin(&record, TRANSCRIPT_EVENT, modem->position, time_ms);
	transcript_set_event(&record, &modem->first);
	record_write(recorder, &record);
}

static void action_write(struct recorder *recorder, const char *position,
			 const struct dfota_action *action, const struct dfota *d,
			 uint64_t time_ms)
{
	struct transcript_record record;

	record_begin(&record, TRANSCRIPT_ACTION, position, time_ms);
	transcript_set_action(&record, action, d);
	if (action->type == DFOTA_ACTION_TIME && action->time_ms)
		record.action.time_ms = recorder_time(recorder, action->time_ms);
	record_write(recorder, &record);
}

void recorder_actions(struct recorder *recorder, const char *position,
		      const struct dfota_actions *actions, const struct dfota *d,
		      uint64_t now_ms)
{
	struct recorded *modem = recorded_get(recorder, position);
	uint64_t time_ms = recorder_time(recorder, now_ms);
	struct transcript_record record;

	if (!modem)
		return;
	if (modem->starting)
		start_write(recorder, modem, d, time_ms);
	for (uint8_t i = 0; i < actions->count; i++) {
		action_write(recorder, position, &actions->action[i], d, time_ms);
		modem->begun &= actions->action[i].type != DFOTA_ACTION_FINISH;
	}
	if (modem->starting || modem->state != d->state) {
		record_begin(&record, TRANSCRIPT_STATE, position, time_ms);
		record.state = d->state;
		record_write(recorder, &record);
	}
	modem->starting = false;
	modem->state = d->state;
}

/* ---- beginning and end ---- */

/* An old file may have been readable for others. */
static int file_open(const char *path, FILE **ret)
{
	_cleanup_close_ int fd = store_open_output(path, 0600);
	struct stat stat;
	FILE *file;

	if (fd < 0)
		return fd;
	if (fstat(fd, &stat) < 0)
		return -errno;
	if (S_ISREG(stat.st_mode) && (fchmod(fd, 0600) < 0 || ftruncate(fd, 0) < 0))
		return -errno;
	file = fdopen(fd, "w");
	if (!file)
		return -errno;
	(void)util_take_fd(&fd);
	/* Each line is there even if the agent is killed after it. */
	setvbuf(file, NULL, _IOLBF, LINE_SIZE);
	*ret = file;
	return 0;
}

int recorder_open(const char *path, struct recorder **ret)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	char header[64];
	int r;

	if (!recorder)
		return -ENOMEM;
	recorder->begun_ms = loop_now();
	r = redaction_create(&recorder->redaction);
	if (r == 0)
		r = transcript_format_header(QFOTA_VERSION, header, sizeof(header));
	if (r == 0)
		r = file_open(path, &recorder->file);
	if (r < 0) {
		recorder_close(recorder);
		return r;
	}
	line_write(recorder, header);
	*ret = recorder;
	return 0;
}

static void recorded_free(struct recorder *recorder, struct recorded *modem)
{
	recorded_detach(recorder, modem);
	while (modem->streams) {
		struct stream *stream = modem->streams;

		modem->streams = stream->next;
		free(stream);
	}
	free(modem);
}

int recorder_close(struct recorder *recorder)
{
	int error;

	if (!recorder)
		return 0;
	while (recorder->modems) {
		struct recorded *modem = recorder->modems;

		recorder->modems = modem->next;
		recorded_free(recorder, modem);
	}
	if (recorder->file && fclose(recorder->file) != 0)
		recorder_fail(recorder, -errno);
	error = recorder->error;
	redaction_free(recorder->redaction);
	free(recorder);
	return error;
}
