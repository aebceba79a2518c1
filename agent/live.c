/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/live.h"

#include <errno.h>
#include <string.h>

#include "agent/core/text.h"
#include <sys/ioctl.h>

#include "agent/core/dfota.h"
#include "agent/output.h"
#include "agent/util.h"

#define QUIET_MS 10000 /* no sign of life for so long: the line says so */

/* Erasing to the end of the screen also clears what a wider terminal left. */
#define CODE_UP "\033[%uA"
#define CODE_ERASE "\r\033[J"

/* From the request on the modem writes by itself, whatever the agent does. */
bool live_needs_power(const struct live_modem *modem)
{
	return modem->phase >= DFOTA_PHASE_REQUEST;
}

/* Phase, percent, elapsed: what every line about progress has. */
void live_add_progress(struct line *line, const struct live_modem *modem, uint64_t now)
{
	line_add(line, dfota_phase_name(modem->phase));
	if (modem->percent >= 0) {
		line_gap(line);
		line_add_number(line, modem->percent);
		line_add(line, "%");
	}
	line_gap(line);
	line_add_duration(line, now - modem->begun_ms);
}

void live_add_heartbeat(struct line *line, const struct live_modem *modem, uint64_t now)
{
	line_add(line, "last sign of life ");
	line_add_duration(line, now - modem->life_ms);
	line_add(line, " ago");
	if (modem->due_ms) {
		line_add(line, ", limit in ");
		line_add_duration(line, modem->due_ms > now ? modem->due_ms - now : 0);
	}
}

static void line_add_bar(struct line *line, bool utf8, int percent)
{
	const int cells = 20;

	for (int i = 0; i < cells; i++) {
		if (i < percent * cells / 100)
			line_add_glyph(line, utf8 ? "\u2588" : "#");
		else
			line_add_glyph(line, utf8 ? "\u2591" : "-");
	}
}

static void live_size(const struct live *live, unsigned int *ret_columns, unsigned int *ret_rows)
{
	struct winsize size = { .ws_col = 0 };

	*ret_columns = live->columns;
	*ret_rows = live->rows;
	if (*ret_columns && *ret_rows)
		return;
	/* A serial console has no size of its own. */
	if (ioctl(fileno(live->file), TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
		size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	*ret_columns = size.ws_col;
	*ret_rows = size.ws_row;
}

/* Where the fields of the lines begin. */
struct columns {
	unsigned int name, phase, end;
};

/* Nothing in the last column: some terminals go on to the next line then. */
static struct columns columns_measure(const struct live_modem *modems, unsigned int width)
{
	struct columns columns = { .end = width - 1 };
	size_t position = 0, name = 0;

	for (; modems; modems = modems->next) {
		if (strlen(modems->position) > position)
			position = strlen(modems->position);
		if (strlen(modems->name) > name)
			name = strlen(modems->name);
	}
	columns.name = (unsigned int)position + 2;
	columns.phase = columns.name + (unsigned int)name + 2;
	if (columns.end > LINE_UNLIMITED)
		columns.end = LINE_UNLIMITED;
	return columns;
}

#define PHASE_COLUMNS 10
#define PERCENT_COLUMNS 6
#define ELAPSED_COLUMNS 8

static void line_add_fields(struct line *line, const struct live_modem *modem,
			    const struct columns *columns, uint64_t now)
{
	unsigned int percent = columns->phase + PHASE_COLUMNS;
	unsigned int elapsed = percent + PERCENT_COLUMNS;
	unsigned int power = elapsed + ELAPSED_COLUMNS;

	line_add(line, modem->position);
	line_pad(line, columns->name);
	line_add(line, modem->name);
	line_pad(line, columns->phase);
	line_add(line, dfota_phase_name(modem->phase));
	if (modem->percent >= 0) {
		line_pad(line, percent + (modem->percent < 10) + (modem->percent < 100));
		line_add_number(line, modem->percent);
		line_add(line, "%");
	}
	line_pad(line, elapsed);
	if (!live_needs_power(modem) || power + strlen(LIVE_POWER) <= columns->end) {
		line_add_duration(line, now - modem->begun_ms);
		line_pad(line, power);
	}
	if (live_needs_power(modem)) {
		line_add(line, LIVE_POWER);
		line_gap(line);
	}
}

/* Every code of the job begins alike: what differs is worth the columns. */
static const char *urc_core(const char *urc)
{
	const char *core = text_after(urc, "+QIND: \"FOTA\",");

	return core ? core : urc;
}

/* What matters most stands first: the right end is cut where columns are few. */
static void live_line(const struct live *live, const struct live_modem *modem,
		      const struct columns *columns, uint64_t now, struct line *ret)
{
	line_begin(ret, columns->end);
	line_add_fields(ret, modem, columns, now);
	if (modem->percent >= 0) {
		line_add_bar(ret, live->utf8, modem->percent);
		line_gap(ret);
	}
	if (now - modem->life_ms >= QUIET_MS) {
		live_add_heartbeat(ret, modem, now);
		line_gap(ret);
	}
	line_add(ret, urc_core(modem->urc));
}

/* "and 40 more: 3 download, 37 flash, do not unplug", counted from @modem on. */
static void live_rest(const struct live_modem *modem, const struct columns *columns,
		      struct line *ret)
{
	unsigned int count[DFOTA_PHASE_COUNT] = { 0 }, total = 0;
	const char *separator = " more: ";
	bool power = false;

	for (; modem; modem = modem->next) {
		power |= live_needs_power(modem);
		count[modem->phase]++;
		total++;
	}
	line_begin(ret, columns->end);
	line_add(ret, "and ");
	line_add_number(ret, total);
	for (size_t i = 0; i < DFOTA_PHASE_COUNT; i++) {
		if (!count[i])
			continue;
		line_add(ret, separator);
		line_add_number(ret, count[i]);
		line_add(ret, " ");
		line_add(ret, dfota_phase_name((enum dfota_phase)i));
		separator = ", ";
	}
	if (power)
		line_add(ret, ", " LIVE_POWER);
}

/* How many modems get a line of their own; the last row may be for the others. */
static unsigned int live_room(const struct live_modem *modems, unsigned int rows)
{
	unsigned int count = 0;

	for (; modems; modems = modems->next)
		count++;
	return count <= rows ? count : rows - 1;
}

/* Returns how many lines there are now. */
static unsigned int live_compose(const struct live *live, FILE *frame,
				 const struct live_modem *modem, uint64_t now)
{
	unsigned int width, rows, room, drawn = 0;
	struct columns columns;
	struct line line;

	live_size(live, &width, &rows);
	columns = columns_measure(modem, width);
	room = live_room(modem, rows);
	for (; drawn < room; drawn++, modem = modem->next) {
		live_line(live, modem, &columns, now, &line);
		fprintf(frame, "%s%s", drawn ? "\n" : "", line.text);
	}
	if (modem) {
		live_rest(modem, &columns, &line);
		fprintf(frame, "%s%s", drawn++ ? "\n" : "", line.text);
	}
	return drawn;
}

static unsigned int count_lines(const char *text, size_t size)
{
	unsigned int lines = 1;

	while (size--)
		lines += text[size] == '\n';
	return lines;
}

/* One write for a frame of usual size, else it flickers. */
int live_draw(struct live *live, const struct live_modem *modems, uint64_t now)
{
	_cleanup_free_ char *text = NULL;
	unsigned int drawn;
	size_t size, written;
	FILE *frame = open_memstream(&text, &size);

	if (!frame)
		return -ENOMEM;
	if (live->drawn > 1)
		fprintf(frame, CODE_UP, live->drawn - 1);
	if (live->drawn)
		fputs(CODE_ERASE, frame);
	drawn = live_compose(live, frame, modems, now);
	if (fclose(frame) == EOF)
		return -ENOMEM;
	/* A terminal that is gone cannot be told of it; one that is held up shows the rest next time. */
	written = output_lines(live->file, text);
	if (written)
		live->drawn = written == size ? drawn : count_lines(text, written);
	live->drawn_ms = now;
	return 0;
}
