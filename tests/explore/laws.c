/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/explore/laws.h"

#include <string.h>

#include "agent/util.h"
#include "tests/explore/model.h"

/* The modem ends an upload itself after so long without a byte. */
#define LOADING_MS 10000

static const char *const texts[] = {
	[LAW_NONE] = "none is broken",
	[LAW_DEADLINE] = "a deadline is armed in every waiting state",
	[LAW_DETACHED] = "nothing is sent while detached, nor to a port that is only listened to",
	[LAW_FLASHING] = "nothing is sent in flash but the version query, after silence",
	[LAW_JOURNAL] = "the journal is saved before the request",
	[LAW_REQUEST] = "a request follows none but one that was refused, over all runs",
	[LAW_FINISH] = "exactly one finish, and nothing after it",
	[LAW_UPGRADED] = "success only with the wanted firmware, and without END n of the last try",
	[LAW_FAILED] = "failure only of a modem that has booted, and was not upgraded",
	[LAW_TRANSFER] = "a failed transfer only of a modem that told so, and was not upgraded",
	[LAW_REFUSED] = "refused only if no request was accepted",
	[LAW_NOTHING] = "nothing was done only if nothing was requested",
	[LAW_GONE] = "lost only of a modem away for long, emergency only of one in that state",
	[LAW_LEFT] = "unconfirmed and interrupted only after the request",
	[LAW_EXIT] = "outcome and exit status are those of the contract",
	[LAW_OVER] = "a job is over only if its modem is not at work, and will not begin to be",
	[LAW_STRANGER] = "the settings and files of another modem are left alone",
	[LAW_UPLOAD] = "no command among the bytes of an upload",
	[LAW_OWED] = "a job is over only if the URC port is what it was, or is on disk as owed",
};
_Static_assert(ARRAY_SIZE(texts) == LAW_COUNT, "a sentence for each");

const char *law_text(enum law law)
{
	return texts[law];
}

void law_require(struct world *w, enum law law, bool holds)
{
	if (!holds && !w->law)
		w->law = (uint8_t)law;
}

/* ---- what is sent ---- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool changes_something(const char *command)
{
	return begins(command, "AT+QFDEL=") || begins(command, "AT+QFUPL=") ||
	       begins(command, "AT+QFOTADL=") || begins(command, "AT+QURCCFG=\"urcport\",");
}

/* One a port, and not before the limits of silence. */
static void law_of_query(struct world *w, uint8_t port)
{
	const uint64_t *ms = model_limits.ms;
	uint64_t start = ms[LIMIT_FLASH_START], silence = ms[LIMIT_FLASH_SILENCE];
	uint8_t bit = (uint8_t)(1u << port);

	law_require(w, LAW_FLASHING,
		    strcmp(w->d.command, "AT+CGMR") == 0 && !(w->host.asked & bit) &&
			    w->now_ms - w->host.sign_ms >= (start < silence ? start : silence));
	w->host.asked |= bit;
}

static void law_of_request(struct world *w)
{
	const struct journal_memory *journal = &w->host.journal;

	law_require(w, LAW_JOURNAL,
		    journal->there && journal->stage >= DFOTA_PHASE_REQUEST && !w->host.reply &&
			    strcmp(journal->imei, MODEL_IMEI) == 0);
	law_require(w, LAW_REQUEST, !w->modem.accepted && !w->modem.requests);
	w->modem.requests++;
}

void laws_of_send(struct world *w, uint8_t port)
{
	const struct modem *m = &w->modem;

	law_require(w, LAW_DETACHED,
		    w->host.shown && m->presence == DFOTA_PRESENCE_MODEM && port < MODEL_PORTS);
	law_require(w, LAW_UPLOAD,
		    m->work != MODEL_WORK_LOADING || w->now_ms - w->host.byte_ms > LOADING_MS);
	law_require(w, LAW_UPLOAD, !answers_load_is_pending(w));
	if (m->place == MODEL_PLACE_TAKEN)
		law_require(w, LAW_STRANGER, !changes_something(w->d.command));
	else if (modem_is_flashing(m))
		law_of_query(w, port);
	if (begins(w->d.command, "AT+QFOTADL"))
		law_of_request(w);
}

void laws_of_data(struct world *w, const struct dfota_action *action)
{
	law_require(w, LAW_UPLOAD,
		    w->modem.work == MODEL_WORK_LOADING && action->data.size &&
			    action->data.from + action->data.size <= w->d.plan.size);
}

/* ---- the verdict ---- */

/* product.md, "Exit status": one bit for each status that an outcome may have. */
static const uint16_t exits[] = {
	[OUTCOME_UPGRADED] = 1 << 0,
	[OUTCOME_CURRENT] = 1 << 0,
	[OUTCOME_NONE] = 1 << 0 | 1 << 1 | 1 << 2,
	[OUTCOME_REFUSED] = 1 << 4,
	[OUTCOME_TRANSFER_FAILED] = 1 << 5,
	[OUTCOME_FAILED] = 1 << 6,
	[OUTCOME_UNCONFIRMED] = 1 << 7,
	[OUTCOME_INTERRUPTED] = 1 << 8,
	[OUTCOME_LOST] = 1 << 9,
	[OUTCOME_EMERGENCY] = 1 << 9,
};
_Static_assert(ARRAY_SIZE(exits) == OUTCOME_COUNT, "exits of each");

static void law_of_outcome(struct world *w, enum outcome outcome)
{
	const struct modem *m = &w->modem;
	const struct host *host = &w->host;

	switch (outcome) {
	case OUTCOME_UPGRADED:
		law_require(w, LAW_UPGRADED,
			    m->updated && m->work == MODEL_WORK_IDLE && !host->heard_bad);
		break;
	case OUTCOME_FAILED:
		law_require(w, LAW_FAILED,
			    !modem_is_at_work(m) && !m->boots && (host->heard_bad || !m->updated));
		break;
	case OUTCOME_TRANSFER_FAILED:
		law_require(w, LAW_TRANSFER, !modem_is_at_work(m) && !m->updated &&
						     (host->heard_transfer_bad || !m->accepted));
		break;
	case OUTCOME_REFUSED:
		law_require(w, LAW_REFUSED, !m->accepted);
		break;
	case OUTCOME_CURRENT:
	case OUTCOME_NONE:
		law_require(w, LAW_NOTHING, !w->d.requested && !m->accepted);
		break;
	case OUTCOME_LOST:
		law_require(w, LAW_GONE,
			    m->place == MODEL_PLACE_AWAY &&
				    w->now_ms - m->gone_ms >= model_limits.ms[LIMIT_RETURN]);
		break;
	case OUTCOME_EMERGENCY:
		law_require(w, LAW_GONE, m->presence == DFOTA_PRESENCE_EMERGENCY);
		break;
	case OUTCOME_UNCONFIRMED:
	case OUTCOME_INTERRUPTED:
		law_require(w, LAW_LEFT, w->d.requested);
		break;
	case OUTCOME_COUNT:
		break;
	}
}

/* One that takes commands for bytes, or will, with nobody left who knows. */
static bool is_loading(const struct world *w)
{
	return w->modem.work == MODEL_WORK_LOADING || answers_load_is_pending(w);
}

static bool may_be_over(const struct world *w, enum outcome outcome)
{
	return !modem_is_at_work(&w->modem) && !answers_request_is_pending(w) && !is_loading(w) &&
	       outcome != OUTCOME_INTERRUPTED && outcome != OUTCOME_LOST &&
	       outcome != OUTCOME_EMERGENCY;
}

static bool is_remembered(const struct world *w, const struct verdict *verdict)
{
	return verdict->owes && w->host.journal.there && w->host.journal.urc_port[0];
}

void laws_of_verdict(struct world *w, const struct verdict *verdict)
{
	law_require(w, LAW_FINISH, w->host.finishes == 1);
	law_of_outcome(w, verdict->outcome);
	law_require(w, LAW_EXIT,
		    verdict->outcome < OUTCOME_COUNT &&
			    exits[verdict->outcome] & 1u << verdict->exit);
	law_require(w, LAW_OVER, !verdict->job_over || may_be_over(w, verdict->outcome));
	law_require(w, LAW_OWED,
		    !verdict->job_over || !w->modem.moved || is_remembered(w, verdict));
}

/* ---- each step ---- */

static void law_of_wait(struct world *w, const struct dfota_action *last)
{
	law_require(w, LAW_DEADLINE, last->type == DFOTA_ACTION_TIME && last->time_ms &&
					     last->time_ms == dfota_deadline(&w->d));
}

static void law_of_end(struct world *w, const struct dfota_action *last)
{
	struct dfota_event event = { .type = DFOTA_EVENT_TIME };
	struct dfota_actions none;
	struct dfota d = w->d;

	law_require(w, LAW_FINISH, last->type == DFOTA_ACTION_FINISH);
	dfota_step(&d, &event, w->now_ms, &none);
	law_require(w, LAW_FINISH, none.count == 0);
}

void laws_of_step(struct world *w, const struct dfota_actions *actions)
{
	bool finished = w->d.state == DFOTA_STATE_FINISHED;

	law_require(w, LAW_FINISH, finished == (w->host.finishes > 0));
	law_require(w, LAW_DEADLINE, actions->count > 0);
	if (w->law)
		return;
	if (finished)
		law_of_end(w, &actions->action[actions->count - 1]);
	else
		law_of_wait(w, &actions->action[actions->count - 1]);
}
