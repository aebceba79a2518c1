/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/conversation.h"

#include <string.h>

#include "agent/core/revision.h"
#include "agent/core/text.h"
#include "agent/core/upload.h"

/* After a boot AT+QGMR may be incomplete, AT+CSUB not be there yet (facts 2.4, last row; section 5). */
#define SUB_VERSION_TRIES 16
#define EDITION_TRIES 10
/* A late ERROR to what came before must not be the last word on what is owed. */
#define URC_BACK_TRIES 3

/* True if @text was the answer that the query is about. */
typedef bool query_take_fn(struct dfota *d, const char *text);

/* True if the query concerns this job at all. */
typedef bool query_wanted_fn(const struct dfota *d);

struct query {
	const char *command;
	bool required;
	query_take_fn *take;
	query_wanted_fn *wanted; /* NULL: always */
	uint8_t tries; /* if it is not required but insisted on, 0: one */
	query_wanted_fn *insists; /* NULL: always */
	bool urc_port; /* the command ends with the URC port that is owed */
};

/*
 * The first line that looks like one is the answer: what follows it, before OK, is
 * foreign. It is the whole revision, underscores and all (facts 10.12).
 */
static bool revision_take(const struct dfota *d, const char *text, char *firmware, uint8_t *border)
{
	if (d->query_taken || !at_revision(text, firmware, DFOTA_FIRMWARE_SIZE))
		return false;
	*border = (uint8_t)strlen(firmware);
	return true;
}

static bool take_firmware(struct dfota *d, const char *text)
{
	return revision_take(d, text, d->firmware, &d->border);
}

static bool take_imei(struct dfota *d, const char *text)
{
	return at_imei(text, d->imei, sizeof(d->imei));
}

/* Known by now, and never another one's: those are fifteen digits of something else. */
static bool take_imei_again(struct dfota *d, const char *text)
{
	return strcmp(text, d->imei) == 0;
}

static bool take_firmware_now(struct dfota *d, const char *text)
{
	return revision_take(d, text, d->firmware_now, &d->border_now);
}

static bool take_imei_now(struct dfota *d, const char *text)
{
	return at_imei(text, d->imei_now, sizeof(d->imei_now));
}

static bool part_counts(const struct dfota *d, enum revision_part part)
{
	return (d->parts | revision_parts(d->plan.target) | revision_parts(d->firmware)) & part;
}

/* Also one whose sub-version has begun to appear: it is complete soon after the boot. */
static bool sub_version_counts(const struct dfota *d)
{
	bool now = d->state == DFOTA_STATE_CONFIRM;
	struct firmware_name name = now ? dfota_now(d) : dfota_before(d);

	return part_counts(d, REVISION_PART_SUB_VERSION) || name.text[name.border];
}

static bool edition_counts(const struct dfota *d)
{
	return part_counts(d, REVISION_PART_EDITION);
}

/* EP06ELAR04A01M4G_01.002.01.002, of the revision that AT+CGMR reported: true once it is complete. */
static bool sub_version_take(char *firmware, size_t border, const char *text)
{
	char name[DFOTA_FIRMWARE_SIZE];

	if (!at_revision(text, name, sizeof(name)) || strncmp(name, firmware, border) != 0 ||
	    (name[border] && name[border] != '_'))
		return false;
	text_set(firmware, DFOTA_FIRMWARE_SIZE, name);
	return revision_is_complete((struct firmware_name){ name, border });
}

/* SubEdition: V05 */
static bool edition_take(char *firmware, const char *text)
{
	const char *edition = text_after(text, "SubEdition:");
	char whole[DFOTA_FIRMWARE_SIZE];

	if (!edition || !text_set(whole, sizeof(whole), firmware) ||
	    !text_add(whole, sizeof(whole), "_") ||
	    !text_add(whole, sizeof(whole), text_skip_blanks(edition)) ||
	    !(revision_parts(whole) & REVISION_PART_EDITION))
		return false;
	text_set(firmware, DFOTA_FIRMWARE_SIZE, whole);
	return true;
}

static bool take_sub_version(struct dfota *d, const char *text)
{
	return sub_version_take(d->firmware, d->border, text);
}

static bool take_sub_version_now(struct dfota *d, const char *text)
{
	return sub_version_take(d->firmware_now, d->border_now, text);
}

static bool take_edition(struct dfota *d, const char *text)
{
	return edition_take(d->firmware, text);
}

static bool take_edition_now(struct dfota *d, const char *text)
{
	return edition_take(d->firmware_now, text);
}

/* Behind the name of an answer and its first word in quotes; NULL: it is another answer. */
static const char *value_of(const char *text, const char *name, const char *word)
{
	const char *rest = text_after(text, name);

	rest = rest ? text_after(text_skip_blanks(rest), word) : NULL;
	return rest ? text_skip_blanks(rest) : NULL;
}

/* +QURCCFG: "urcport","uart1" (AT manual V2.0, 2.25) */
static bool take_urc_port(struct dfota *d, const char *text)
{
	const char *port = text_after(value_of(text, "+QURCCFG:", "\"urcport\","), "\"");
	size_t length;

	if (!port)
		return false;
	length = strcspn(port, "\"");
	if (text_after(port, "uart") && length < sizeof(d->urc_port)) {
		memcpy(d->urc_port, port, length);
		d->urc_port[length] = '\0';
	}
	return true;
}

static bool take_urc_moved(struct dfota *d, const char *text)
{
	const char *port = value_of(text, "+QURCCFG:", "\"urcport\",");

	d->urc_here |= text_after(port, "\"usbat\"") != NULL;
	return d->urc_here;
}

/* +QINDCFG: "all",0: the master switch of URCs is off (AT manual V2.0, 4.3) */
static bool take_urc_switch(struct dfota *d, const char *text)
{
	const char *value = value_of(text, "+QINDCFG:", "\"all\",");

	if (value && value[0] == '0')
		d->urcs_off = true;
	return value != NULL;
}

static bool take_sim(struct dfota *d, const char *text)
{
	const char *state = text_after(text, "+CPIN:");

	if (state)
		d->sim_ready = strcmp(text_skip_blanks(state), "READY") == 0;
	return state != NULL;
}

/* On LTE CEREG counts, elsewhere CREG: either will do (facts, section 5). */
static bool take_registration(struct dfota *d, const char *text)
{
	int state = at_registration(text);

	d->registered |= state == 1 || state == 5;
	return state >= 0;
}

/*
 * The last query before the request is one whose answer cannot be mistaken:
 * once it is there, no late OK or ERROR to an earlier one is under way any
 * more, to be taken for the answer to the request.
 */
static const struct query identify_queries[] = {
	{ .command = "ATE0" },
	{ .command = "AT+CMEE=1" },
	{ .command = "AT+QURCCFG=\"urcport\"", .take = take_urc_port },
	{ .command = "AT+QINDCFG=\"all\"", .take = take_urc_switch },
	{ .command = "AT+CGMR", .required = true, .take = take_firmware },
	{ .command = "AT+QGMR", .take = take_sub_version, .tries = SUB_VERSION_TRIES,
	  .insists = sub_version_counts },
	{ .command = "AT+CSUB", .take = take_edition, .tries = EDITION_TRIES,
	  .insists = edition_counts },
	{ .command = "AT+CGSN", .required = true, .take = take_imei },
	{ 0 },
};

/* +CFUN: 1 */
static bool take_cfun(struct dfota *d, const char *text)
{
	const char *number = text_after(text, "+CFUN:");

	return number && text_number(text_skip_blanks(number), &d->cfun);
}

/* +QFLDS: 12987840,14483456: free and all bytes */
static bool take_store_free(struct dfota *d, const char *text)
{
	const char *number = text_after(text, "+QFLDS:");

	return number && text_number(text_skip_blanks(number), &d->store_free);
}

/* +CGDCONT: 1,"IP","internet",…: a line for each that is defined, then OK */
static bool take_context(struct dfota *d, const char *text)
{
	const char *number = text_after(text, "+CGDCONT:");
	int context;

	if (number && text_number(text_skip_blanks(number), &context) &&
	    (d->context <= 0 || context < d->context))
		d->context = context;
	else if (d->context < 0 && strcmp(text, "OK") == 0)
		d->context = 0;
	return d->context >= 0;
}

/* +CSQ: 28,99: the first counts (3GPP 27.007, 8.5) */
static bool take_rssi(struct dfota *d, const char *text)
{
	const char *number = text_after(text, "+CSQ:");

	return number && text_number(text_skip_blanks(number), &d->rssi);
}

static bool downloads(const struct dfota *d)
{
	return d->state == DFOTA_STATE_CHECK && d->plan.download;
}

/* How much a download needs is not known: it is for people. An upload asks in time. */
static bool shows_room(const struct dfota *d)
{
	return downloads(d) && d->plan.dry_run;
}

static const struct query network_queries[] = {
	{ .command = "AT+CFUN?", .take = take_cfun },
	{ .command = "AT+CPIN?", .take = take_sim },
	{ .command = "AT+CEREG?", .take = take_registration },
	{ .command = "AT+CREG?", .take = take_registration },
	{ .command = "AT+CGDCONT?", .take = take_context, .wanted = downloads },
	{ .command = "AT+CSQ", .take = take_rssi, .wanted = downloads },
	{ .command = "AT+QFLDS=\"UFS\"", .take = take_store_free, .wanted = shows_room },
	{ .command = "AT+CGSN", .required = true, .take = take_imei_again },
	{ 0 },
};

static const struct query function_queries[] = {
	{ .command = "AT+CFUN?", .take = take_cfun },
	{ 0 },
};

/* Effective at once (facts 2.5); read again, since nothing else tells. */
static const struct query urc_move_queries[] = {
	{ .command = "AT+QURCCFG=\"urcport\",\"usbat\"" },
	{ .command = "AT+QURCCFG=\"urcport\"", .take = take_urc_moved },
	{ .command = "AT+CGSN", .required = true, .take = take_imei_again },
	{ 0 },
};

/* +QFLST: "UFS:qfota.zip",3000, or without UFS: (facts 3.1) */
static bool take_leftover(struct dfota *d, const char *text)
{
	const char *name = value_of(text, "+QFLST:", "\"");
	const char *bare = text_after(name, "UFS:");
	const char *size = text_after(bare ? bare : name, UPLOAD_NAME "\",");

	return size && text_number(text_skip_blanks(size), &d->leftover_size);
}

static const struct query store_queries[] = {
	{ .command = "AT+QFLDS=\"UFS\"", .take = take_store_free },
	{ .command = "AT+QFLST=\"" UPLOAD_NAME "\"", .take = take_leftover },
	{ .command = "AT+CGSN", .required = true, .take = take_imei_again },
	{ 0 },
};

static const struct query sweep_queries[] = {
	{ .command = "AT+QFDEL=\"" UPLOAD_NAME "\"" },
	{ .command = "AT+CGSN", .required = true, .take = take_imei_again },
	{ 0 },
};

static bool take_urc_back(struct dfota *d, const char *text)
{
	const char *port = text_after(value_of(text, "+QURCCFG:", "\"urcport\","), "\"");
	const char *rest = text_after(port, d->urc_port);

	if (rest && *rest == '"')
		d->urc_moved = false;
	return port != NULL;
}

/* It is saved in the modem, so it must not stay changed (facts 2.5); its own word shows that. */
static const struct query urc_back_queries[] = {
	{ .command = "AT+QURCCFG=\"urcport\",\"", .urc_port = true },
	{ .command = "AT+QURCCFG=\"urcport\"", .take = take_urc_back, .tries = URC_BACK_TRIES },
	{ 0 },
};

static const struct query confirm_queries[] = {
	{ .command = "ATE0" },
	{ .command = "AT+CGMR", .required = true, .take = take_firmware_now },
	{ .command = "AT+QGMR", .take = take_sub_version_now, .tries = SUB_VERSION_TRIES,
	  .insists = sub_version_counts },
	{ .command = "AT+CSUB", .take = take_edition_now, .tries = EDITION_TRIES,
	  .insists = edition_counts },
	{ .command = "AT+CGSN", .required = true, .take = take_imei_now },
	{ 0 },
};

static const struct query *const scripts[] = {
	[CONVERSATION_SCRIPT_IDENTIFY] = identify_queries,
	[CONVERSATION_SCRIPT_NETWORK] = network_queries,
	[CONVERSATION_SCRIPT_FUNCTION] = function_queries,
	[CONVERSATION_SCRIPT_URC_MOVE] = urc_move_queries,
	[CONVERSATION_SCRIPT_URC_BACK] = urc_back_queries,
	[CONVERSATION_SCRIPT_STORE] = store_queries,
	[CONVERSATION_SCRIPT_SWEEP] = sweep_queries,
	[CONVERSATION_SCRIPT_CONFIRM] = confirm_queries,
};

static uint8_t chosen_port(const struct dfota *d)
{
	return d->order[d->candidate];
}

static void probe_send(struct step *s)
{
	text_set(s->d->command, sizeof(s->d->command), "AT");
	step_send(s, chosen_port(s->d));
	step_timer(s, DFOTA_TIMER_ANSWER, PROBE_ANSWER_MS);
}

void conversation_probe(struct step *s)
{
	s->d->candidate = 0;
	s->d->tries = s->d->unanswered = 0;
	probe_send(s);
}

enum conversation_result conversation_probe_take(struct step *s, const struct signal *signal)
{
	struct dfota *d = s->d;

	if (signal->type == SIGNAL_ANSWER_LIMIT) {
		if (++d->tries == PROBE_TRIES) {
			d->tries = d->unanswered = 0;
			d->candidate = (uint8_t)((d->candidate + 1) % d->candidates);
		}
		probe_send(s);
		return CONVERSATION_GOES_ON;
	}
	/* ERROR proves an interpreter too: half a command from before may have been in its buffer. */
	if ((signal->type == SIGNAL_OK || signal->type == SIGNAL_ERROR) &&
	    signal->port == chosen_port(d)) {
		d->unanswered = 0;
		step_timer_off(s, DFOTA_TIMER_ANSWER);
		return CONVERSATION_DONE;
	}
	return CONVERSATION_GOES_ON;
}

static void query_send(struct step *s, const struct query *query)
{
	s->d->query_taken = false;
	s->d->query_pausing = false;
	text_set(s->d->command, sizeof(s->d->command), query->command);
	if (query->urc_port) {
		text_add(s->d->command, sizeof(s->d->command), s->d->urc_port);
		text_add(s->d->command, sizeof(s->d->command), "\"");
	}
	step_send(s, chosen_port(s->d));
	step_timer(s, DFOTA_TIMER_ANSWER, s->d->limits.ms[LIMIT_ANSWER]);
}

void conversation_ask(struct step *s, enum conversation_script script)
{
	s->d->query = 0;
	s->d->tries = 0;
	s->d->resting = s->d->draining = false;
	query_send(s, scripts[script]);
}

static bool is_wanted(const struct dfota *d, const struct query *query)
{
	return !query->command || !query->wanted || query->wanted(d);
}

static enum conversation_result query_next(struct step *s, const struct query *script)
{
	struct dfota *d = s->d;

	step_timer_off(s, DFOTA_TIMER_ANSWER);
	d->tries = 0;
	do
		d->query++;
	while (!is_wanted(d, &script[d->query]));
	if (script[d->query].command) {
		query_send(s, &script[d->query]);
		return CONVERSATION_GOES_ON;
	}
	if (!d->unanswered)
		return CONVERSATION_DONE;
	d->draining = true;
	step_timer(s, DFOTA_TIMER_ANSWER, d->limits.ms[LIMIT_ANSWER]);
	return CONVERSATION_GOES_ON;
}

/* An answer that is still to come must not be taken for that to the next command. */
static enum conversation_result drain(struct step *s, const struct signal *signal)
{
	if (signal->type != SIGNAL_ANSWER_LIMIT && s->d->unanswered)
		return CONVERSATION_GOES_ON;
	s->d->draining = false;
	s->d->unanswered = 0;
	step_timer_off(s, DFOTA_TIMER_ANSWER);
	return CONVERSATION_DONE;
}

static uint8_t tries_of(const struct dfota *d, const struct query *query)
{
	return !query->insists || query->insists(d) ? query->tries : 0;
}

/* The query got no useful answer, or none at all: then it gets none another time either. */
static enum conversation_result query_unanswered(struct step *s, const struct query *script,
						 bool silence)
{
	const struct query *query = &script[s->d->query];

	if (!query->required && (silence || ++s->d->tries >= tries_of(s->d, query)))
		return query_next(s, script);
	s->d->query_pausing = true;
	step_timer(s, DFOTA_TIMER_ANSWER, QUERY_PAUSE_MS);
	return CONVERSATION_GOES_ON;
}

/* An answer to "AT+CFUN?" begins with "+CFUN:". */
bool conversation_is_answer(const struct dfota *d, uint8_t port, const char *text)
{
	const char *name = text_after(d->command, "AT");
	size_t length = name ? strcspn(name, "?=") : 0;

	return length && port == chosen_port(d) && !d->query_taken &&
	       strncmp(text, name, length) == 0 && text[length] == ':';
}

enum conversation_result conversation_take(struct step *s, enum conversation_script script,
					   const struct signal *signal)
{
	const struct query *queries = scripts[script];
	const struct query *query = &queries[s->d->query];

	if (s->d->draining)
		return drain(s, signal);
	if (signal->type == SIGNAL_ANSWER_LIMIT) {
		if (!s->d->query_pausing)
			return query_unanswered(s, queries, true);
		query_send(s, query);
		return CONVERSATION_GOES_ON;
	}
	if (!signal->text || signal->port != chosen_port(s->d))
		return CONVERSATION_GOES_ON;
	/* In the pause an answer counts that comes late; a failure has been counted. */
	if (signal->type == SIGNAL_ERROR)
		return s->d->query_pausing ? CONVERSATION_GOES_ON :
					     query_unanswered(s, queries, false);
	/* OK alone may be the answer, too: there is nothing of what was asked for. */
	if (query->take && !at_is_echo(signal->text) && query->take(s->d, signal->text))
		s->d->query_taken = true;
	if (signal->type != SIGNAL_OK)
		return CONVERSATION_GOES_ON;
	if (s->d->query_taken)
		return query_next(s, queries);
	return s->d->query_pausing ? CONVERSATION_GOES_ON : query_unanswered(s, queries, false);
}
