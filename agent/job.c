/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/core/source.h"
#include "agent/core/text.h"
#include "agent/json.h"
#include "agent/result.h"
#include "agent/util.h"

static void job_note(struct job *job, const char *what, int error)
{
	char text[256];

	if (error >= 0)
		return;
	snprintf(text, sizeof(text), "%s: %s", what, strerror(-error));
	job->note(job->data, text);
}

void job_reset(struct job *job)
{
	job->entry = (struct journal_job){ 0 };
	job->package[0] = '\0';
	job->marked = job->counted = job->untold = false;
}

bool job_only_owes(const struct journal_job *entry)
{
	return strcmp(entry->stage, JOURNAL_STAGE_CHECK) == 0;
}

bool job_has_begun(const struct job *job, const char *package)
{
	return job->entry.started_ms && !job_only_owes(&job->entry) &&
	       strcmp(job->entry.package, package) == 0;
}

/* ---- while it goes on ---- */

static void entry_begin(struct journal_job *entry, const struct dfota *machine,
			const struct modem_facts *facts, unsigned int device)
{
	if (!entry->started_ms)
		*entry = (struct journal_job){ 0 };
	/* Of the request, and never of later: only before a loss of the bus do they tell one. */
	if (!entry->started_ms || !machine->requested) {
		text_set(entry->position, sizeof(entry->position), facts->position);
		text_set(entry->id_path, sizeof(entry->id_path), facts->id_path);
		entry->started_ms = util_wall_ms();
		entry->device = (int)device;
		entry->vid = facts->vid;
		journal_boot_id(entry->boot, sizeof(entry->boot));
	}
}

static void entry_fill(struct journal_job *entry, const struct dfota *d, const char *package)
{
	text_set(entry->imei, sizeof(entry->imei), d->imei);
	text_set(entry->from, sizeof(entry->from), d->firmware);
	text_set(entry->target, sizeof(entry->target), d->plan.target);
	text_set(entry->package, sizeof(entry->package), package);
	text_set(entry->stage, sizeof(entry->stage), dfota_phase_name(dfota_stage(d)));
	text_set(entry->urcport, sizeof(entry->urcport), d->urc_port);
	entry->end = d->evidence.end_seen ? d->evidence.end : -1;
	entry->transfer = d->evidence.transfer_seen ? d->evidence.transfer : -1;
}

/* An attempt counts from here on, whatever becomes of the agent. */
static int entry_save(struct job *job, bool begins)
{
	const char *imei = job->entry.imei;
	int r = begins ? attempt_look(job->journal, imei, job->package, &job->before) : 0;

	job->counted |= begins && r == 0;
	if (begins && r == 0)
		r = attempt_begin(job->journal, imei, job->package, &job->before);
	return r < 0 ? r : journal_save(job->journal, &job->entry);
}

/*
 * It never began, whatever of it came as far as the disk. That this fails there
 * too is no news.
 */
static void job_unsave(struct job *job)
{
	if (job->counted)
		attempt_cancel(job->journal, job->entry.imei, job->package, &job->before);
	journal_remove(job->journal, job->entry.position);
	job->counted = false;
	job->entry.started_ms = 0;
}

/* For others; the journal keeps the whole name. */
static void job_set_mark(struct job *job, const struct dfota *machine, struct journal_job entry)
{
	dfota_show(machine, dfota_before(machine), entry.from);
	job->marked = true;
	job_note(job, "the busy mark could not be set", claim_mark(&job->claim, &entry));
}

void job_mark(struct job *job, const struct dfota *machine, const struct modem_facts *facts,
	      unsigned int device)
{
	struct journal_job entry = job->entry;

	entry_begin(&entry, machine, facts, device);
	entry_fill(&entry, machine, job->package);
	if (!job->entry.started_ms)
		text_set(entry.stage, sizeof(entry.stage), JOURNAL_STAGE_CHECK);
	job_set_mark(job, machine, entry);
}

static void trail_note(struct job *job, int error)
{
	/* Before the note, which is a part of the trail. */
	job->untold |= error < 0;
	job_note(job, "what happens cannot be kept for a report", error);
}

bool job_save(struct job *job, const struct dfota *machine, const struct modem_facts *facts,
	      unsigned int device)
{
	bool begins = job->package[0] && !job_has_begun(job, job->package);
	bool new = !job->entry.started_ms;
	char before[sizeof(job->entry.position)];
	int r;

	text_set(before, sizeof(before), job->entry.position);
	entry_begin(&job->entry, machine, facts, device);
	entry_fill(&job->entry, machine, job->package);
	r = entry_save(job, begins);
	/* It was begun elsewhere, and is requested here. */
	if (r == 0 && before[0] && strcmp(before, job->entry.position) != 0)
		r = journal_remove(job->journal, before);
	job_note(job, "the journal could not be written", r);
	job_set_mark(job, machine, job->entry);
	if (r < 0 && new && !machine->requested)
		job_unsave(job);
	if (r == 0 && new)
		trail_note(job, journal_trail_begin(job->journal, job->entry.position));
	return r == 0;
}

void job_trail(struct job *job, const char *text)
{
	char line[512], day[32];
	uint64_t now_ms = util_wall_ms();
	time_t now = (time_t)(now_ms / 1000);
	struct tm utc;

	if (!job->entry.started_ms || job->untold)
		return;
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", gmtime_r(&now, &utc));
	snprintf(line, sizeof(line), "%s.%03uZ  ", day, (unsigned int)(now_ms % 1000));
	text_add_escaped(line, sizeof(line), text);
	trail_note(job, journal_trail_add(job->journal, job->entry.position, line));
}

/* ---- its end ---- */

/* What was called off before the request says nothing of the package. */
static int attempt_close(struct job *job, enum outcome outcome)
{
	const char *imei = job->entry.imei;

	if (!job->package[0])
		return 0;
	if (outcome == OUTCOME_NONE && job->counted)
		return attempt_cancel(job->journal, imei, job->package, &job->before);
	return attempt_end(job->journal, imei, job->package, outcome == OUTCOME_UPGRADED);
}

/* Nothing is requested any more, but the next run has to put something back. */
static int entry_owe(struct job *job)
{
	text_set(job->entry.stage, sizeof(job->entry.stage), JOURNAL_STAGE_CHECK);
	return journal_save(job->journal, &job->entry);
}

void job_close(struct job *job, const struct modem_result *result)
{
	int r = 0;

	if (!result->verdict.job_over)
		return;
	/* The mark first: whoever finds the job again removes both. */
	if (job->marked)
		r = claim_unmark(&job->claim, &job->entry);
	job_note(job, "the busy mark could not be removed", r);
	job->marked = false;
	if (!job->entry.started_ms)
		return;
	r = attempt_close(job, result->verdict.outcome);
	job_note(job, "the attempts could not be counted", r);
	if (result->verdict.owes)
		r = entry_owe(job);
	else
		r = journal_remove(job->journal, job->entry.position);
	job_note(job, "the finished job could not be removed from the journal", r);
	job->entry.started_ms = 0;
}

/* To look at a modem, and to find nothing to do, is no job. */
static bool is_remembered(const struct dfota *machine, const struct modem_result *result)
{
	if (machine->plan.dry_run)
		return machine->requested;
	return result->verdict.outcome != OUTCOME_NONE || result->verdict.exit != 0;
}

void job_append_history(struct job *job, const struct dfota *machine,
			const struct modem_facts *facts, const struct modem_result *result)
{
	_cleanup_free_ char *line = NULL;
	int r;

	if (!is_remembered(machine, result))
		return;
	line = json_result_string(facts, result);
	r = line ? journal_append_history(job->journal, line) : -ENOMEM;
	job_note(job, "the result could not be added to the history", r);
}

/* ---- a later run ---- */

const struct journal_job *job_find(const struct journal *journal, const struct modem_facts *facts,
				   const char *peer)
{
	const struct journal_job *entry =
		journal_find(journal, facts->position, facts->id_path, NULL);

	return entry ? entry : journal_find(journal, peer, NULL, NULL);
}

/* A file that cannot be read may be an open job all the same: then nothing may be requested. */
static const char *damage_at(const struct journal *journal, const char *place)
{
	const char *position, *damage;

	for (unsigned int i = 0; (damage = journal_damage(journal, i, &position)); i++)
		if (strcmp(position, place) == 0)
			return damage;
	return NULL;
}

/* The other half of the connector is the same modem's. */
static const char *damage_of(const struct job *job)
{
	const char *damage = NULL;

	for (size_t i = 0; i < job->claim.places && !damage; i++)
		damage = damage_at(job->journal, job->claim.place[i].position);
	return damage;
}

bool job_forbids(const struct job *job, const struct journal_job *entry, bool dry_run,
		 char *ret_reason, size_t size)
{
	const char *damage = damage_of(job);
	bool begun = entry && !job_only_owes(entry);

	if (damage)
		snprintf(ret_reason, size,
			 "%s; it may be an open job: delete it once the modem is known not to be "
			 "flashing",
			 damage);
	else if (begun && dry_run)
		text_set(ret_reason, size,
			 "an upgrade of this modem is under way; run without --dry-run to take it "
			 "up");
	return damage || (begun && dry_run);
}

/* No job of this journal, so the modem itself is what tells whether it is at work. */
void job_tell_stale(const struct job *job)
{
	const char *stale = claim_stale(&job->claim);
	char text[256];

	if (!stale)
		return;
	snprintf(text, sizeof(text),
		 JOURNAL_RUN_DIR "/busy/%s was left by an agent that is gone; if its job is not "
		 "over, run with its --state-dir",
		 stale);
	job->note(job->data, text);
}

/* The journal holds what was accepted once, with credentials masked. */
static enum source_kind source_kind_of(const char *package)
{
	struct source source = { .kind = SOURCE_KIND_URL };
	const char *error;

	source_parse(package, &source, &error);
	return source.kind;
}

static bool has_host_rebooted(const struct journal_job *entry)
{
	char boot[sizeof(entry->boot)];

	journal_boot_id(boot, sizeof(boot));
	return strcmp(boot, entry->boot) != 0;
}

void job_resume(struct job *job, const struct journal_job *entry, const char *place,
		unsigned int device, const char *running, struct dfota_memory *ret)
{
	enum source_kind kind = source_kind_of(entry->package);
	uint64_t now_ms = util_wall_ms();

	job->entry = *entry;
	entry = &job->entry;
	text_set(job->package, sizeof(job->package), entry->package);
	*ret = (struct dfota_memory){
		.phase = dfota_phase_find(entry->stage),
		.firmware = entry->from,
		.imei = entry->imei,
		.target = entry->target,
		.transfer = entry->transfer,
		.end = entry->end,
		.download = kind == SOURCE_KIND_URL,
		.stored = kind == SOURCE_KIND_FILE,
		.urc_port = entry->urcport,
		.host_rebooted = has_host_rebooted(entry),
		.age_ms = now_ms > entry->started_ms ? now_ms - entry->started_ms : 0,
		.running = running,
	};
	ret->left = ret->host_rebooted || device != (unsigned int)entry->device ||
		    strcmp(place, entry->position) != 0;
	/* A stage that this version does not know: as late as possible, so that nothing is repeated. */
	if (ret->phase == DFOTA_PHASE_COUNT)
		ret->phase = DFOTA_PHASE_FLASH;
}
