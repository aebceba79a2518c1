/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/explore/mutations.h"

#include <string.h>

#include "agent/core/text.h"
#include "agent/util.h"

/* ---- actions that are not what the machine meant ---- */

static bool ends(const struct dfota_actions *actions)
{
	return actions->count && actions->action[actions->count - 1].type == DFOTA_ACTION_FINISH;
}

/* Where one begins, actions->count if there is none. */
static uint8_t find(const struct dfota_actions *actions, enum dfota_action_type type)
{
	uint8_t i = 0;

	while (i < actions->count && actions->action[i].type != type)
		i++;
	return i;
}

static void drop(struct dfota_actions *actions, uint8_t at)
{
	if (at == actions->count)
		return;
	actions->count--;
	for (uint8_t i = at; i < actions->count; i++)
		actions->action[i] = actions->action[i + 1];
}

/* First of all. */
static void insert(struct dfota_actions *actions, struct dfota_action action)
{
	for (uint8_t i = actions->count++; i; i--)
		actions->action[i] = actions->action[i - 1];
	actions->action[0] = action;
}

static void insert_command(struct world *w, struct dfota_actions *actions, const char *command)
{
	if (ends(actions))
		return;
	text_set(w->d.command, sizeof(w->d.command), command);
	insert(actions, (struct dfota_action){ .type = DFOTA_ACTION_SEND, .port = MODEL_PORT_AT });
}

static void time_dropped(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_AWAY)
		drop(actions, find(actions, DFOTA_ACTION_TIME));
}

static void turned_round(struct world *w, struct dfota_actions *actions)
{
	struct dfota_actions as_meant = *actions;

	(void)w;
	for (uint8_t i = 0; i < actions->count; i++)
		actions->action[i] = as_meant.action[actions->count - 1 - i];
}

static void sent_while_away(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_REBOOT)
		insert_command(w, actions, "AT");
}

static void sent_in_flash(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_FLASH && w->host.shown)
		insert_command(w, actions, "AT");
}

static void asked_at_once(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_QUIET && w->modem.presence == DFOTA_PRESENCE_MODEM)
		insert_command(w, actions, "AT+CGMR");
}

static void sent_twice(struct world *w, struct dfota_actions *actions, const char *command)
{
	uint8_t at = find(actions, DFOTA_ACTION_SEND);

	if (at < actions->count && strncmp(w->d.command, command, strlen(command)) == 0)
		insert(actions, actions->action[at]);
}

static void asked_twice(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_QUIET)
		sent_twice(w, actions, "AT+CGMR");
}

static void requested_twice(struct world *w, struct dfota_actions *actions)
{
	sent_twice(w, actions, "AT+QFOTADL");
}

static void save_dropped(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state != DFOTA_STATE_SAVE)
		return;
	drop(actions, find(actions, DFOTA_ACTION_SAVE));
	w->host.reply = MODEL_REPLY_SAVED;
}

static void end_not_saved(struct world *w, struct dfota_actions *actions)
{
	if (w->d.evidence.end_seen)
		drop(actions, find(actions, DFOTA_ACTION_SAVE));
}

static void finish_dropped(struct world *w, struct dfota_actions *actions)
{
	(void)w;
	drop(actions, find(actions, DFOTA_ACTION_FINISH));
}

static void finish_doubled(struct world *w, struct dfota_actions *actions)
{
	(void)w;
	if (ends(actions))
		insert(actions, (struct dfota_action){ .type = DFOTA_ACTION_FINISH });
}

static void said_after_finish(struct world *w, struct dfota_actions *actions)
{
	(void)w;
	if (ends(actions))
		actions->action[actions->count++] =
			(struct dfota_action){ .type = DFOTA_ACTION_PHASE };
}

static void swept_elsewhere(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_CONFIRM && w->d.imei_now[0])
		insert_command(w, actions, "AT+QFDEL=\"qfota.zip\"");
}

static void sent_among_bytes(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state == DFOTA_STATE_UPLOAD)
		insert_command(w, actions, "AT");
}

static void one_byte_more(struct world *w, struct dfota_actions *actions)
{
	uint8_t at = find(actions, DFOTA_ACTION_DATA);

	(void)w;
	if (at < actions->count)
		actions->action[at].data.size++;
}

/* ---- a machine that forgets what it should know ---- */

static void does_not_settle(struct world *w, struct dfota_actions *actions)
{
	if (w->d.state != DFOTA_STATE_SETTLE)
		return;
	w->d.timer[DFOTA_TIMER_STATE] = w->now_ms;
	actions->action[actions->count - 1].time_ms = w->now_ms;
}

static void download_closed(struct world *w, struct dfota_actions *actions)
{
	(void)actions;
	w->d.open_until_ms = 0;
}

static void loss_taken_for_boot(struct world *w, struct dfota_actions *actions)
{
	(void)actions;
	w->d.rebooted = w->d.left;
}

static bool dead_upload_forgotten(struct world *w, struct dfota_event *event)
{
	(void)event;
	w->d.settling = false;
	return true;
}

static bool lost_upload_forgotten(struct world *w, struct dfota_event *event)
{
	(void)event;
	w->d.upload_lost = false;
	return true;
}

static bool urc_port_forgotten(struct world *w, struct dfota_event *event)
{
	(void)event;
	w->d.urc_moved = false;
	return true;
}

static void failure_closed_by_limit(struct world *w, struct dfota_actions *actions)
{
	struct evidence *evidence = &w->d.evidence;

	if (ends(actions) && evidence->stop == VERDICT_STOP_LIMIT && evidence->end_seen &&
	    evidence->end) {
		evidence->stop = VERDICT_STOP_BOOTED;
		evidence->normal = true;
	}
}

static bool second_loss_ends_download(struct world *w, struct dfota_event *event)
{
	if (event->type == DFOTA_EVENT_DETACHED && w->d.left)
		w->d.open_until_ms = 0;
	return true;
}

/* ---- events that are not what happened ---- */

static bool loss_swallowed(struct world *w, struct dfota_event *event)
{
	(void)w;
	return event->type != DFOTA_EVENT_DETACHED;
}

static bool is_line(const struct dfota_event *event, const char *text)
{
	return event->type == DFOTA_EVENT_LINE && event->line.line->type == AT_LINE_TEXT &&
	       strcmp(event->line.line->text, text) == 0;
}

static bool bad_end_swallowed(struct world *w, struct dfota_event *event)
{
	(void)w;
	return !is_line(event, "+QIND: \"FOTA\",\"END\",502");
}

static bool line_replaced(struct dfota_event *event, const char *text, const char *by)
{
	static struct at_line line;

	if (!is_line(event, text))
		return true;
	line = *event->line.line;
	line.text = by;
	event->line.line = &line;
	return true;
}

static bool bad_end_read_as_good(struct world *w, struct dfota_event *event)
{
	(void)w;
	return line_replaced(event, "+QIND: \"FOTA\",\"END\",502", "+QIND: \"FOTA\",\"END\",0");
}

/* No try after it counts. */
static bool first_end_sticks(struct world *w, struct dfota_event *event)
{
	bool again = is_line(event, "+QIND: \"FOTA\",\"START\"") ||
		     is_line(event, "+QIND: \"FOTA\",\"UPDATING\",42");

	return !again || !w->d.evidence.end_seen;
}

static bool failure_talked_away(struct world *w, struct dfota_event *event)
{
	if (is_line(event, "+QIND: \"FOTA\",\"END\",0"))
		w->d.evidence.end_seen = false;
	return true;
}

static bool stranger_taken_for_ours(struct world *w, struct dfota_event *event)
{
	(void)w;
	return line_replaced(event, MODEL_STRANGER, MODEL_IMEI);
}

static bool old_read_as_new(struct world *w, struct dfota_event *event)
{
	return !w->d.requested || line_replaced(event, MODEL_OLD, MODEL_NEW);
}

static bool new_read_as_old(struct world *w, struct dfota_event *event)
{
	(void)w;
	return line_replaced(event, MODEL_NEW, MODEL_OLD);
}

static bool any_code_taken_for_boot(struct world *w, struct dfota_event *event)
{
	(void)w;
	return line_replaced(event, "+QIND: \"FOTA\",\"UPDATING\",42", "RDY");
}

static bool failed_save_taken_for_done(struct world *w, struct dfota_event *event)
{
	(void)w;
	if (event->type == DFOTA_EVENT_SAVED)
		event->saved = true;
	return true;
}

/* ---- what outlives the agent ---- */

static void journal_without_end(struct journal_memory *journal)
{
	journal->end = -1;
}

static void journal_without_urc_port(struct journal_memory *journal)
{
	journal->urc_port[0] = '\0';
}

static void journal_stale(struct journal_memory *journal)
{
	journal->stage = DFOTA_PHASE_UPLOAD;
}

static void memory_before_request(struct dfota_memory *memory)
{
	memory->phase = DFOTA_PHASE_IDENTIFY;
}

static void memory_of_long_ago(struct dfota_memory *memory)
{
	memory->age_ms += model_limits.ms[LIMIT_DOWNLOAD] + model_limits.ms[LIMIT_ACCEPT];
}

/* ---- verdicts ---- */

static void told_as(struct verdict *verdict, enum outcome outcome, enum outcome as, int exit)
{
	if (verdict->outcome != outcome)
		return;
	verdict->outcome = as;
	verdict->exit = exit;
}

static void unconfirmed_as_upgraded(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_UNCONFIRMED, OUTCOME_UPGRADED, 0);
}

static void failed_as_upgraded(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_FAILED, OUTCOME_UPGRADED, 0);
}

static void upgraded_as_failed(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_UPGRADED, OUTCOME_FAILED, 6);
}

static void lost_as_failed(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_LOST, OUTCOME_FAILED, 6);
}

static void failed_as_transfer(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_FAILED, OUTCOME_TRANSFER_FAILED, 5);
}

static void unconfirmed_as_refused(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_UNCONFIRMED, OUTCOME_REFUSED, 4);
}

static void interrupted_as_none(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_INTERRUPTED, OUTCOME_NONE, 1);
}

static void unconfirmed_as_lost(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_UNCONFIRMED, OUTCOME_LOST, 9);
}

static void none_as_unconfirmed(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_NONE, OUTCOME_UNCONFIRMED, 7);
}

static void exit_of_another(struct verdict *verdict)
{
	told_as(verdict, OUTCOME_FAILED, OUTCOME_FAILED, 5);
}

static void always_over(struct verdict *verdict)
{
	verdict->job_over = true;
}

#define URL MODEL_JOB_URL
#define STORE MODEL_JOB_STORE
#define UPLOAD MODEL_JOB_FILE

const struct mutation mutations[] = {
	{ "the time is not armed", LAW_DEADLINE, STORE, 0, { .actions = time_dropped } },
	{ "actions are turned round", LAW_DEADLINE, STORE, 0, { .actions = turned_round } },
	{ "AT is sent to nobody", LAW_DETACHED, STORE, 0, { .actions = sent_while_away } },
	{ "the loss is not heard of", LAW_DETACHED, STORE, 1, { .event = loss_swallowed } },
	{ "AT is sent in flash", LAW_FLASHING, STORE, 0, { .actions = sent_in_flash } },
	{ "the version is asked for at once", LAW_FLASHING, STORE, 0,
	  { .actions = asked_at_once } },
	{ "the version is asked for twice", LAW_FLASHING, STORE, 0, { .actions = asked_twice } },
	{ "a code of flash counts as boot", LAW_FLASHING, STORE, 0,
	  { .event = any_code_taken_for_boot } },
	{ "the journal is not written", LAW_JOURNAL, STORE, 0, { .actions = save_dropped } },
	{ "the journal says upload", LAW_JOURNAL, STORE, 0, { .journal = journal_stale } },
	{ "a full disk is not noticed", LAW_JOURNAL, STORE, 1,
	  { .event = failed_save_taken_for_done } },
	{ "the request goes out twice", LAW_REQUEST, STORE, 0, { .actions = requested_twice } },
	{ "a restart knows of no request", LAW_REFUSED, STORE, 1,
	  { .memory = memory_before_request } },
	{ "the end is not told", LAW_FINISH, STORE, 0, { .actions = finish_dropped } },
	{ "the end is told twice", LAW_FINISH, STORE, 0, { .actions = finish_doubled } },
	{ "the end is not the last", LAW_FINISH, STORE, 0, { .actions = said_after_finish } },
	{ "END n is not heard", LAW_UPGRADED, STORE, 1, { .event = bad_end_swallowed } },
	{ "END n is read as END 0", LAW_UPGRADED, STORE, 1, { .event = bad_end_read_as_good } },
	{ "END n is not saved", LAW_UPGRADED, STORE, 1, { .actions = end_not_saved } },
	{ "the journal holds no END", LAW_UPGRADED, STORE, 1, { .journal = journal_without_end } },
	{ "any modem is ours", LAW_FAILED, STORE, 1, { .event = stranger_taken_for_ours } },
	{ "old firmware is read as new", LAW_UPGRADED, STORE, 1, { .event = old_read_as_new } },
	{ "unconfirmed is upgraded", LAW_UPGRADED, STORE, 0,
	  { .verdict = unconfirmed_as_upgraded } },
	{ "failed is upgraded", LAW_UPGRADED, STORE, 0, { .verdict = failed_as_upgraded } },
	{ "new firmware is read as old", LAW_FAILED, STORE, 0, { .event = new_read_as_old } },
	{ "upgraded is failed", LAW_FAILED, STORE, 0, { .verdict = upgraded_as_failed } },
	{ "lost is failed", LAW_FAILED, STORE, 0, { .verdict = lost_as_failed } },
	{ "a modem need not settle", LAW_FAILED, STORE, 2, { .actions = does_not_settle } },
	{ "a glitch ends the download", LAW_FAILED, URL, 1, { .actions = download_closed } },
	{ "a second loss ends the download", LAW_FAILED, URL, 1,
	  { .event = second_loss_ends_download } },
	{ "a loss is taken for a boot", LAW_FAILED, STORE, 2, { .actions = loss_taken_for_boot } },
	{ "a limit after END n closes the job", LAW_FAILED, STORE, 0,
	  { .actions = failure_closed_by_limit } },
	{ "the first END sticks", LAW_FAILED, STORE, 0, { .event = first_end_sticks } },
	{ "a later END 0 alone undoes a failure", LAW_UPGRADED, STORE, 1,
	  { .event = failure_talked_away } },
	{ "a moved URC port is forgotten", LAW_OWED, STORE, 1, { .event = urc_port_forgotten } },
	{ "the journal holds no URC port", LAW_OWED, STORE, 2,
	  { .journal = journal_without_urc_port } },
	{ "a job taken up is old", LAW_FAILED, URL, 1, { .memory = memory_of_long_ago } },
	{ "failed is a transfer", LAW_TRANSFER, STORE, 0, { .verdict = failed_as_transfer } },
	{ "unconfirmed is refused", LAW_REFUSED, STORE, 0,
	  { .verdict = unconfirmed_as_refused } },
	{ "interrupted is nothing", LAW_NOTHING, STORE, 1, { .verdict = interrupted_as_none } },
	{ "unconfirmed is lost", LAW_GONE, STORE, 0, { .verdict = unconfirmed_as_lost } },
	{ "nothing is unconfirmed", LAW_LEFT, STORE, 1, { .verdict = none_as_unconfirmed } },
	{ "the exit status of another", LAW_EXIT, STORE, 0, { .verdict = exit_of_another } },
	{ "all jobs are over", LAW_OVER, STORE, 0, { .verdict = always_over } },
	{ "files of another are deleted", LAW_STRANGER, STORE, 1, { .actions = swept_elsewhere } },
	{ "AT is sent among bytes", LAW_UPLOAD, UPLOAD, 0, { .actions = sent_among_bytes } },
	{ "a byte more than there is", LAW_UPLOAD, UPLOAD, 0, { .actions = one_byte_more } },
	{ "a dead upload is forgotten", LAW_UPLOAD, UPLOAD, 1, { .event = dead_upload_forgotten } },
	{ "a lost upload is forgotten", LAW_UPLOAD, UPLOAD, 1, { .event = lost_upload_forgotten } },
};
const unsigned int mutations_count = ARRAY_SIZE(mutations);
