/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay: what the machine of this version decides on what was recorded, and
 * whether that is what was decided then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/console.h"
#include "agent/core/replay.h"
#include "agent/modem_line.h"
#include "agent/textfile.h"

struct player {
	const struct command_options *options;
	const char *path;
	struct textfile *file;
	struct replay *replay;
	int status; /* the worst of all verdicts */
};

/* ---- what is printed ---- */

static void verdict_print(struct player *player)
{
	const struct replay_modem *modem = player->replay->current;
	struct console_options how = {.out = stdout, .err = stderr};
	char from[DFOTA_FIRMWARE_SIZE], to[DFOTA_FIRMWARE_SIZE];
	struct modem_result result =
		result_make(&modem->machine, "", to, player->replay->event.time_ms - modem->started_ms);
	struct modem_facts facts;
	struct line line;

	console_detect(&how, false);
	dfota_show(&modem->machine, dfota_before(&modem->machine), from);
	modem_facts_past(&facts, modem->position, from);
	modem_line_verdict(&line, &facts, &result,
			   (struct modem_line_style){how.colour, how.utf8});
	puts(line.text);
	if (modem_line_reason(&line, &result))
		puts(line.text);
	player->status = verdict_worst_exit(player->status, result.verdict.exit);
}

static void event_print(struct player *player)
{
	struct replay *replay = player->replay;

	if (!player->options->quiet) {
		puts(player->file->text);
		for (uint8_t i = 0; i < replay->actions.count; i++)
			puts(replay_action(replay, i));
		if (replay->moved)
			puts(replay_state(replay));
	}
	for (uint8_t i = 0; i < replay->actions.count; i++)
		if (replay->actions.action[i].type == DFOTA_ACTION_FINISH)
			verdict_print(player);
}

/* ---- what is read ---- */

static int damaged(const struct player *player, const char *how)
{
	command_error("%s:%u: %s", player->path, player->file->number, how);
	return COMMAND_STATUS_USAGE;
}

/* An exit status; COMMAND_STATUS_OK: go on. */
static int result_tell(struct player *player, enum replay_result result)
{
	switch (result) {
	case REPLAY_RESULT_SAME:
		break;
	case REPLAY_RESULT_EVENT:
		event_print(player);
		break;
	case REPLAY_RESULT_OTHER:
		command_error("%s:%u: recorded is \"%s\", but decided was: %s",
			      player->path, player->file->number,
			      player->file->text, player->replay->expected);
		return COMMAND_STATUS_HOST;
	case REPLAY_RESULT_MISSING:
		command_error("%s:%u: decided was, but before this line is not "
			      "recorded: %s",
			      player->path, player->file->number,
			      player->replay->expected);
		return COMMAND_STATUS_HOST;
	case REPLAY_RESULT_DAMAGED:
		return damaged(player, "damaged: no line of a transcript, or "
				       "in no place for it");
	}
	return COMMAND_STATUS_OK;
}

static int read_failed(const struct player *player, int r)
{
	command_error("cannot read the transcript %s: %s", player->path,
		      strerror(-r));
	return COMMAND_STATUS_USAGE;
}

static int play_header(struct player *player)
{
	int r = textfile_next(player->file);

	if (r < 0)
		return read_failed(player, r);
	if (r == 0) {
		command_error("%s is empty", player->path);
		return COMMAND_STATUS_USAGE;
	}
	r = player->file->sound ? transcript_parse_header(player->file->text)
				: -EBADMSG;
	if (r == -EPROTONOSUPPORT)
		return damaged(player,
			       "a transcript in a format of another version");
	return r < 0 ? damaged(player, "no transcript as --record writes it")
		     : COMMAND_STATUS_OK;
}

static int play_line(struct player *player)
{
	if (!player->file->sound)
		return result_tell(player, REPLAY_RESULT_DAMAGED);
	if (player->file->text[0] == '#')
		return COMMAND_STATUS_OK;
	return result_tell(player,
			   replay_take(player->replay, player->file->text));
}

/* An agent that was killed leaves such a transcript. */
static int play_end(struct player *player)
{
	const struct replay *replay = player->replay;
	int status = result_tell(player, replay_end(player->replay));

	for (size_t i = 0; i < replay->modems && status == COMMAND_STATUS_OK;
	     i++) {
		const struct replay_modem *modem = &replay->modem[i];

		if (modem->machine.state == DFOTA_STATE_FINISHED)
			continue;
		command_error("%s ends before a verdict on %s, in state %s",
			      player->path, modem->position,
			      dfota_state_name(modem->machine.state));
		status = COMMAND_STATUS_HOST;
	}
	if (status == COMMAND_STATUS_OK && !replay->modems) {
		command_error("%s holds no job", player->path);
		status = COMMAND_STATUS_USAGE;
	}
	return status;
}

static int play(struct player *player)
{
	int status = play_header(player);
	int r = 0;

	while (status == COMMAND_STATUS_OK &&
	       (r = textfile_next(player->file)) > 0)
		status = play_line(player);
	if (r < 0)
		return read_failed(player, r);
	if (status == COMMAND_STATUS_OK)
		status = play_end(player);
	r = command_flush();
	if (status == COMMAND_STATUS_OK)
		status = r;
	return status == COMMAND_STATUS_OK ? player->status : status;
}

static int replay_run(struct command_options *options, int count,
		      char *const *arguments)
{
	struct player player = {.options = options};
	int status, r;

	if (count != 1) {
		command_error(
			"replay takes one transcript, as --record writes it");
		return COMMAND_STATUS_USAGE;
	}
	player.path = arguments[0];
	player.replay = calloc(1, sizeof(*player.replay));
	r = player.replay ? textfile_open(player.path, &player.file) : -ENOMEM;
	status = r < 0 ? read_failed(&player, r) : play(&player);
	textfile_close(player.file);
	free(player.replay);
	return status;
}

const struct command command_replay = {
	.name = "replay",
	.arguments = "TRANSCRIPT",
	.help = "run a recorded transcript through the same machine",
	.unconfigured = true,
	.run = replay_run,
};
