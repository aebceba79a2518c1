/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_jobs_0_1_0 DIR: open jobs as version 0.1.0 wrote them, one for each
 * phase, are read and resumed. The files are literal: whatever a later version
 * adds to the format, these stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/core/verdict.h"
#include "agent/job.h"
#include "agent/util.h"
#include "tests/unit/dfota_player.h"
#include "tests/unit/journal_bed.h"

static const char *jobs_dir;

static const struct {
	const char *position;
	enum dfota_phase phase;
	const char *urc_port;
	int end, transfer;
} rows[] = {
	{ "1-1", DFOTA_PHASE_UPLOAD, "", -1, -1 },
	{ "1-2", DFOTA_PHASE_REQUEST, "uart1", -1, -1 },
	{ "1-3", DFOTA_PHASE_DOWNLOAD, "", -1, -1 },
	{ "1-4", DFOTA_PHASE_RESTART, "", -1, 0 },
	{ "1-5", DFOTA_PHASE_FLASH, "", -1, 0 },
	{ "1-6", DFOTA_PHASE_RETURN, "", 0, 0 },
	{ "1-7", DFOTA_PHASE_VERIFY, "", 0, 0 },
};

static void copy_job(const char *position)
{
	char path[512], text[2048], name[32];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", jobs_dir, position);
	file = fopen(path, "re");
	assert_non_null(file);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	snprintf(name, sizeof(name), "jobs/%s", position);
	write_file(name, text, size);
}

/* All of them, as an agent of today finds them. */
static struct journal *open_jobs(void)
{
	struct journal *journal = make_journal();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		copy_job(rows[i].position);
	journal = reopen_journal(journal);
	if (journal_damage(journal, 0, NULL))
		fail_msg("%s", journal_damage(journal, 0, NULL));
	return journal;
}

static void test_they_are_read(void **state)
{
	struct journal *journal = open_jobs();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct journal_job *job = journal_find(journal, rows[i].position, NULL, NULL);
		struct journal_job again;

		assert_non_null(job);
		again = *job;
		assert_string_equal(job->stage, dfota_phase_name(rows[i].phase));
		assert_string_equal(job->imei, PLAYER_IMEI);
		assert_string_equal(job->from, PLAYER_OLD);
		assert_string_equal(job->target, PLAYER_NEW);
		assert_string_equal(job->urcport, rows[i].urc_port);
		assert_int_equal(job->end, rows[i].end);
		assert_int_equal(job->transfer, rows[i].transfer);
		assert_int_equal(job->device, 7);
		assert_true(job->started_ms == 1700000000123);
		/* It can be saved again, whatever else there is to be saved by now. */
		assert_int_equal(journal_save(journal, &again), 0);
	}
	journal_free(journal);
}

static void resume(struct journal *journal, const char *position, struct job *job,
		   struct player *player)
{
	const struct journal_job *entry = journal_find(journal, position, NULL, NULL);
	struct dfota_memory memory;

	assert_non_null(entry);
	job->journal = journal;
	job_resume(job, entry, position, 7, NULL, &memory);
	/* This player's modem was asked moments ago. */
	memory.age_ms = 60000;
	player_resume(player, &memory);
}

/* Nothing was requested yet: what is there of the upload is deleted, and the job begins again. */
static void test_an_upload_is_settled(void **state)
{
	struct journal *journal = open_jobs();
	static struct player player;
	struct job job = { 0 };

	(void)state;
	resume(journal, "1-1", &job, &player);
	assert_false(player.d.resumed);
	player.voice = PLAYER_VOICE_NORMAL;
	player.plan.kind = DFOTA_PLAN_CURRENT;
	player_attach(&player, DFOTA_PRESENCE_MODEM);
	player_run_out(&player);
	assert_non_null(strstr(player.told, "AT+QFDEL=\"qfota.zip\""));
	journal_free(journal);
}

/* None is requested once more, and each ends with the firmware that is there. */
static void test_they_are_resumed(void **state)
{
	struct journal *journal = open_jobs();

	(void)state;
	for (size_t i = 1; i < ARRAY_SIZE(rows); i++) {
		static struct player player;
		struct job job = { 0 };
		struct verdict verdict;

		resume(journal, rows[i].position, &job, &player);
		assert_true(player.d.resumed);
		player.voice = PLAYER_VOICE_NORMAL;
		player.firmware = PLAYER_NEW;
		player_attach(&player, DFOTA_PRESENCE_MODEM);
		player_run_out(&player);
		verdict = verdict_decide(&player.d.evidence);
		assert_true(player.laws.finished);
		assert_null(strstr(player.told, "AT+QFOTADL="));
		assert_int_equal(verdict.outcome, OUTCOME_UPGRADED);
		assert_int_equal(verdict.exit, 0);
		assert_true(verdict.job_over);
		if (*rows[i].urc_port)
			assert_non_null(strstr(player.told, rows[i].urc_port));
	}
	journal_free(journal);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		FOLDER(test_they_are_read),
		FOLDER(test_an_upload_is_settled),
		FOLDER(test_they_are_resumed),
	};

	if (argc != 2)
		return 2;
	jobs_dir = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
