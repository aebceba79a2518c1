/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transcript that is run through the machine once more: whatever it claims, the
 * machine makes of it what can stand in a transcript again.
 */
#include <string.h>

#include "agent/core/replay.h"
#include "agent/result.h"
#include "agent/textfile.h"
#include "fuzz.h"

/* What the program prints of an event. */
static void check_event(struct replay *replay)
{
	static struct transcript_record record;

	LAW(replay->current && replay->actions.count < DFOTA_ACTIONS_MAX);
	for (uint8_t i = 0; i < replay->actions.count; i++) {
		const char *line = replay_action(replay, i);

		LAW(fuzz_is_plain(line) && transcript_parse(line, &record) == 0);
		LAW(record.type == TRANSCRIPT_ACTION);
		LAW(record.action.type == replay->actions.action[i].type);
	}
	LAW(transcript_parse(replay_state(replay), &record) == 0);
	LAW(record.type == TRANSCRIPT_STATE && record.state == replay->current->machine.state);
}

static void check_verdict(const struct replay_modem *modem)
{
	char to[DFOTA_FIRMWARE_SIZE];
	struct modem_result result;

	if (modem->machine.state != DFOTA_STATE_FINISHED)
		return;
	result = result_make(&modem->machine, "", to, 0);
	LAW(result.verdict.exit >= 0 && result.verdict.exit <= 9);
	LAW(!result.verdict.exit || result.reason || result.end > 0 || result.transfer > 0);
}

static void check_result(struct replay *replay, enum replay_result result)
{
	switch (result) {
	case REPLAY_RESULT_EVENT:
		check_event(replay);
		check_verdict(replay->current);
		break;
	case REPLAY_RESULT_OTHER:
	case REPLAY_RESULT_MISSING:
		LAW(replay->expected && *replay->expected && fuzz_is_plain(replay->expected));
		break;
	case REPLAY_RESULT_SAME:
	case REPLAY_RESULT_DAMAGED:
		break;
	}
}

/* Goes on behind a line at which the program stops: more of the machine is seen so. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct replay replay;
	struct textfile *file;

	memset(&replay, 0, sizeof(replay));
	LAW(textfile_open(fuzz_file(bytes, size), &file) == 0);
	while (textfile_next(file) > 0)
		if (file->sound)
			check_result(&replay, replay_take(&replay, file->text));
	check_result(&replay, replay_end(&replay));
	LAW(replay.modems <= REPLAY_MODEMS);
	textfile_close(file);
	return 0;
}
