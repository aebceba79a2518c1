/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: what whoever gets a ticket about an upgrade will ask for, as one text
 * on stdout: versions, modems, open jobs, history, the codes and USB events of the last
 * jobs and, from a transcript, all that happened when. IMEI, ICCID and credentials are
 * replaced, throughout the same one by the same pseudonym.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "agent/command.h"
#include "agent/core/replay.h"
#include "agent/history.h"
#include "agent/inventory.h"
#include "agent/journal.h"
#include "agent/modem_line.h"
#include "agent/redaction.h"
#include "agent/store.h"
#include "agent/textfile.h"
#include "agent/util.h"
#include "udev/hotplug.h"
#include "usb/guard.h"
#include "usb/port.h"
#include "usb/sysfs.h"

/* For a ticket: neither colour nor anything but ASCII. */
static const struct modem_line_style plain_style = { .colour = false, .utf8 = false };

struct report {
	const struct command_options *options;
	struct redaction *redaction;
	unsigned int lines; /* of the section at hand */
	int error;	    /* the first thing that is missing in the report */
};

/* ---- lines ---- */

/* Not printed rather than printed with what must not leave this host. */
static void report_line(struct report *report, struct line *line)
{
	int r = redaction_apply(report->redaction, line->text, NULL, 0);

	if (r == 0)
		printf("  %s\n", line->text);
	else if (!report->error)
		report->error = r;
	report->lines++;
}

static void _printf_(2, 3) report_say(struct report *report, const char *format, ...)
{
	char text[LINE_SIZE];
	struct line line;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	line_begin(&line, LINE_UNLIMITED);
	line_add(&line, text);
	report_line(report, &line);
}

static void report_failed(struct report *report, const char *what, int error)
{
	report_say(report, "%s: %s", what, strerror(-error));
	if (!report->error)
		report->error = error;
}

static void section_begin(struct report *report, const char *title)
{
	printf("\n%s\n", title);
	report->lines = 0;
}

static void section_end(struct report *report, const char *nothing)
{
	if (!report->lines)
		report_say(report, "%s", nothing);
}

/* ---- this host ---- */

static void wall_clock_text(time_t time, char *ret, size_t size)
{
	struct tm utc;

	strftime(ret, size, "%Y-%m-%d %H:%M:%SZ", gmtime_r(&time, &utc));
}

/* Not its name: that is nobody's business. */
static void report_versions(struct report *report)
{
	struct utsname kernel;
	char text[64];

	section_begin(report, "Versions");
	wall_clock_text(time(NULL), text, sizeof(text));
	report_say(report, "report of    %s", text);
	report_say(report, "qfota-agent  %s", QFOTA_VERSION);
	if (uname(&kernel) == 0)
		report_say(report, "kernel       %s %s %s", kernel.sysname, kernel.release,
			   kernel.machine);
	port_library_version(text, sizeof(text));
	report_say(report, "libusb       %s", text);
	report_say(report, "helper       %s", guard_is_loaded() ? "loaded" : "not loaded");
}

static void report_device(void *data, enum hotplug_event event,
			  const struct hotplug_device *device)
{
	struct report *report = data;
	struct modem_facts facts;
	struct line line;
	char state[INVENTORY_STATE_SIZE];
	unsigned int speed;

	if (event != HOTPLUG_EVENT_ADD || !inventory_lists(&report->options->choice, device))
		return;
	inventory_facts(device, report->options->wish.interface, &facts);
	inventory_state(&report->options->choice, device, &facts, state);
	line_begin(&line, LINE_UNLIMITED);
	inventory_line_add(&line, &facts, state);
	report_line(report, &line);
	sysfs_number(device->position, "speed", &speed);
	report_say(report, "        %u Mbit/s, ID_PATH %s", speed,
		   device->id_path ? device->id_path : "unknown");
}

static void report_modems(struct report *report)
{
	int r;

	section_begin(report, "Modems");
	r = inventory_walk(report_device, report);
	if (r < 0)
		report_failed(report, "USB devices cannot be listed", r);
	section_end(report, "none is plugged in");
}

/* ---- its jobs ---- */

static const char *state_dir(const struct report *report)
{
	return report->options->state_dir ? report->options->state_dir : JOURNAL_DEFAULT_DIR;
}

static void report_job(struct report *report, const struct journal_job *job)
{
	char since[64], end[24] = "not seen";

	wall_clock_text((time_t)(job->started_ms / 1000), since, sizeof(since));
	if (job->end >= 0)
		snprintf(end, sizeof(end), "%d", job->end);
	report_say(report, "%s  since %s, IMEI %s, stage %s, END %s", job->position, since,
		   job->imei, job->stage, end);
	report_say(report, "        from %s, target %s, package %s", job->from,
		   job->target[0] ? job->target : "any other", job->package);
}

static void report_journal(struct report *report, const char *dir)
{
	const struct journal_job *job;
	struct journal *journal = NULL;
	const char *damage, *position;
	int r = journal_open(dir, &journal);

	if (r < 0)
		report_failed(report, dir, r);
	for (unsigned int i = 0; r == 0 && (job = journal_get(journal, i)); i++)
		if (choice_has_port(&report->options->choice, job->position))
			report_job(report, job);
	for (unsigned int i = 0; r == 0 && (damage = journal_damage(journal, i, &position)); i++)
		if (choice_has_port(&report->options->choice, position))
			report_say(report, "%s", damage);
	journal_free(journal);
}

static void report_jobs(struct report *report)
{
	section_begin(report, "Open jobs");
	report_journal(report, state_dir(report));
	section_end(report, "none");
}

static void report_entry(struct report *report, const struct history_entry *entry)
{
	struct line line, verdict;

	if (!choice_has_port(&report->options->choice, entry->facts.position))
		return;
	modem_line_verdict(&verdict, &entry->facts, &entry->result, plain_style);
	line_begin(&line, LINE_UNLIMITED);
	line_add(&line, entry->time);
	line_gap(&line);
	line_add(&line, verdict.text);
	report_line(report, &line);
	report_say(report, "        target %s, package %s",
		   entry->result.target[0] ? entry->result.target : "any other",
		   entry->result.package);
	if (modem_line_reason(&line, &entry->result))
		report_say(report, "      %s", line.text);
}

static int report_entries(struct report *report, struct textfile *file, const char *path)
{
	struct history_entry entry;
	int r;

	while ((r = textfile_next(file)) > 0) {
		if (!file->sound || history_parse(file->text, &entry) < 0) {
			report_say(report, "%s:%u: no result of a job", path, file->number);
			continue;
		}
		report_entry(report, &entry);
		history_clear(&entry);
	}
	return r;
}

static void report_history(struct report *report)
{
	_cleanup_free_ char *path = NULL;
	struct textfile *file = NULL;
	int r;

	section_begin(report, "History");
	r = history_open(report->options->state_dir, &path, &file);
	if (r == 0)
		r = report_entries(report, file, path);
	if (r < 0 && r != -ENOENT)
		report_failed(report, path ? path : "history", r);
	textfile_close(file);
	section_end(report, "no job");
}

/* ---- what happened in its last job ---- */

static int trail_print(struct report *report, int folder, const char *position)
{
	struct textfile *file = NULL;
	int r = textfile_open_in(folder, position, &file);

	while (r >= 0 && (r = textfile_next(file)) > 0)
		report_say(report, "%s  %s", position, file->text);
	textfile_close(file);
	return r;
}

static int is_trail(const struct dirent *entry)
{
	return command_is_position(entry->d_name);
}

static int trails_print(struct report *report, int folder)
{
	struct dirent **names;
	int count = store_list(folder, is_trail, &names);
	int r = 0;

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		if (r >= 0 && choice_has_port(&report->options->choice, names[i]->d_name))
			r = trail_print(report, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return r;
}

static void report_trails(struct report *report)
{
	_cleanup_close_ int state = store_open_path(state_dir(report));
	_cleanup_close_ int folder = state < 0 ? state : store_open_folder(state, JOURNAL_TRAILS);
	int r = folder < 0 ? folder : 0;

	section_begin(report, "Last job at each position, as it went");
	if (r == 0)
		r = trails_print(report, folder);
	if (r < 0 && r != -ENOENT)
		report_failed(report, JOURNAL_TRAILS, r);
	section_end(report, "nothing is known");
}

/* ---- a transcript ---- */

static void _printf_(3, 4) moment_say(struct report *report, const struct replay *replay,
				      const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;
	uint64_t ms = replay->record.time_ms;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	report_say(report, "%8llu.%03u s  %s  %s", (unsigned long long)(ms / 1000),
		   (unsigned int)(ms % 1000), replay->record.position, text);
}

static void moment_verdict(struct report *report, const struct replay *replay)
{
	const struct replay_modem *modem = replay->current;
	char from[DFOTA_FIRMWARE_SIZE], to[DFOTA_FIRMWARE_SIZE];
	struct modem_result result =
		result_make(&modem->machine, "", to, replay->record.time_ms - modem->started_ms);
	struct modem_facts facts;
	struct line line;

	dfota_show(&modem->machine, dfota_before(&modem->machine), from);
	modem_facts_past(&facts, modem->position, from);
	modem_line_verdict(&line, &facts, &result, plain_style);
	moment_say(report, replay, "verdict: %s", line.text);
	if (modem_line_reason(&line, &result))
		moment_say(report, replay, "%s", line.text);
	moment_say(report, replay, "before: %s, after: %s", modem->machine.firmware,
		   modem->machine.firmware_now[0] ? modem->machine.firmware_now : "not read");
}

static void moment_action(struct report *report, const struct replay *replay,
			  const struct dfota_action *action)
{
	switch (action->type) {
	case DFOTA_ACTION_PHASE:
		moment_say(report, replay, "phase %s", dfota_phase_name(action->phase));
		break;
	case DFOTA_ACTION_NOTE:
		moment_say(report, replay, "%s", action->note);
		break;
	case DFOTA_ACTION_FINISH:
		moment_verdict(report, replay);
		break;
	case DFOTA_ACTION_SEND:
	case DFOTA_ACTION_DATA:
	case DFOTA_ACTION_TIME:
	case DFOTA_ACTION_IDENTIFIED:
	case DFOTA_ACTION_HOLD:
	case DFOTA_ACTION_SAVE:
	case DFOTA_ACTION_PROGRESS:
	case DFOTA_ACTION_URC:
		break;
	}
}

static void report_moment(struct report *report, const struct replay *replay,
			  enum replay_result result)
{
	const struct transcript_record *record = &replay->record;
	bool is_told = false;

	if (!choice_has_port(&report->options->choice, record->position))
		return;
	if (record->type == TRANSCRIPT_USB)
		moment_say(report, replay, "usb %s %04x:%04x", record->what, record->vid,
			   record->pid);
	if (result != REPLAY_RESULT_EVENT)
		return;
	/* A code of the job, or one that it was booted. */
	for (uint8_t i = 0; i < replay->actions.count; i++)
		is_told |= replay->actions.action[i].type == DFOTA_ACTION_URC;
	if (record->event.type == DFOTA_EVENT_LINE &&
	    (is_told || at_is_boot_urc(record->line.text)))
		moment_say(report, replay, "%s", record->line.text);
	for (uint8_t i = 0; i < replay->actions.count; i++)
		moment_action(report, replay, &replay->actions.action[i]);
}

static bool is_taken(enum replay_result result)
{
	return result == REPLAY_RESULT_SAME || result == REPLAY_RESULT_EVENT;
}

static int report_moments(struct report *report, struct textfile *file, struct replay *replay)
{
	enum replay_result result = REPLAY_RESULT_SAME;
	int r = textfile_next(file);

	if (r > 0 && transcript_parse_header(file->text) < 0)
		return -EBADMSG;
	while (r > 0 && is_taken(result) && (r = textfile_next(file)) > 0) {
		if (file->text[0] == '#')
			continue;
		result = file->sound ? replay_take(replay, file->text) : REPLAY_RESULT_DAMAGED;
		if (is_taken(result))
			report_moment(report, replay, result);
		else
			report_say(report, "line %u: %s", file->number,
				   result == REPLAY_RESULT_DAMAGED ?
					   "damaged" :
					   "from here on this version decides otherwise");
	}
	return r;
}

static void report_transcript(struct report *report)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	struct textfile *file = NULL;
	int r = replay ? textfile_open(report->options->record, &file) : -ENOMEM;

	section_begin(report, "Transcript");
	if (r == 0)
		r = report_moments(report, file, replay);
	if (r < 0)
		report_failed(report, report->options->record, r);
	if (r == -EBADMSG)
		report_say(report, "it is no transcript as --record writes it");
	section_end(report, "nothing in it");
	textfile_close(file);
	free(replay);
}

/* ---- the command ---- */

static int take_position(struct command_options *options, int count, char *const *arguments)
{
	struct agent_choice *choice = &options->choice;

	if (count > 1) {
		command_error("report takes one position, but was given %d", count);
		return -EINVAL;
	}
	if (count == 0)
		return 0;
	if (!command_is_position(arguments[0]) || choice->port_count == COMMAND_LIST_MAX) {
		command_error("\"%s\" is no position, such as 1-1.4; see --help", arguments[0]);
		return -EINVAL;
	}
	options->ports[choice->port_count++] = arguments[0];
	return 0;
}

static int report_run(struct command_options *options, int count, char *const *arguments)
{
	struct report report = { .options = options };

	if (take_position(options, count, arguments) < 0)
		return COMMAND_STATUS_USAGE;
	if (redaction_create(&report.redaction) < 0) {
		command_error("out of memory");
		return COMMAND_STATUS_HOST;
	}
	printf("qfota-agent report; numbers such as 000000000000001 stand for IMEI and ICCID\n");
	report_versions(&report);
	report_modems(&report);
	report_jobs(&report);
	report_history(&report);
	report_trails(&report);
	if (options->record)
		report_transcript(&report);
	redaction_free(report.redaction);
	if (report.error)
		command_error("the report is not whole: %s", strerror(-report.error));
	if (command_flush() != COMMAND_STATUS_OK || report.error)
		return COMMAND_STATUS_HOST;
	return COMMAND_STATUS_OK;
}

const struct command command_report = {
	.name = "report",
	.arguments = "[POSITION]",
	.help = "print what a ticket needs, redacted (--record: of that transcript)",
	.unconfigured = true,
	.transcript = true,
	.run = report_run,
};
