/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dfota_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/util.h"

#define MODEM_PORTS 3

/* ---- the laws ---- */

static bool law_is_boot(const char *text)
{
	static const char *const codes[] = { "RDY",	"+CPIN: ",	   "+QUSIM: ",
					     "+CFUN: ", "+QIND: SMS DONE", "+QIND: PB DONE" };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strncmp(text, codes[i], strlen(codes[i])) == 0)
			return true;
	return false;
}

/* Taken up so late that whatever happened to the download has been missed. */
static bool law_is_overdue(const struct player *p)
{
	const uint64_t *ms = p->d.limits.ms;

	/* A code of the job shows that the request was accepted. */
	uint64_t accept = p->laws.life_ms ? 0 : ms[LIMIT_ACCEPT];

	return p->laws.resumed && p->now_ms - p->laws.requested_ms >= accept + ms[LIMIT_DOWNLOAD];
}

/* It has told another firmware than before: a code of the download is late. */
static bool law_is_other(const struct player *p)
{
	const char *firmware = p->laws.firmware;

	return strncmp(p->d.firmware, firmware, strlen(firmware)) != 0;
}

/* Half a code accepts nothing: an ERROR to the request may still follow. */
static bool law_is_whole(const char *token, bool numbered)
{
	size_t length = strlen(token);
	bool wants_number = strcmp(token, "UPDATING") == 0 || strcmp(token, "DOWNLOADING") == 0 ||
			    (length >= 3 && strcmp(token + length - 3, "END") == 0);

	return numbered || !wants_number;
}

static void laws_hear_fota(struct player *p, const char *token, bool numbered, int number)
{
	struct laws *laws = &p->laws;
	bool transfer = strlen(token) > 5 && strstr(token, "END");
	bool before_leaving = !laws->left && !laws->flashing;

	laws->life_ms = p->now_ms;
	if (law_is_whole(token, numbered))
		laws->asked = false; /* it works on the job: so it was accepted */
	laws->requested |= laws->follows;
	laws->resumed |= laws->follows;
	if (strcmp(token, "START") == 0 || strcmp(token, "UPDATING") == 0) {
		laws->end_bad = false; /* the modem tries again: that END was of the try before */
		laws->flashing = laws->requested;
		laws->normal = false;
	} else if (numbered && number && transfer &&
		   (before_leaving || (laws->presence == DFOTA_PRESENCE_MODEM && !laws->flashing))) {
		laws->normal = true; /* the download failed: never left its normal system */
	} else if (numbered && strcmp(token, "END") == 0 && laws->requested) {
		if (number && before_leaving && !laws->resumed)
			laws->normal = true; /* the package check failed, likewise */
		else if (before_leaving)
			laws->flashing = true;
	}
}

/* What it was asked for, and answers on that port: any other word may look like it. */
static void laws_hear_firmware(struct laws *laws, uint8_t port, const char *text)
{
	if (!(laws->reading & 1u << port))
		return;
	if (strncmp(text, "EP06E", 5) == 0) {
		if (!laws->revision[0])
			snprintf(laws->revision, sizeof(laws->revision), "%s", text);
		if (strncmp(text, laws->revision, strlen(laws->revision)) == 0)
			snprintf(laws->firmware, sizeof(laws->firmware), "%s", text);
		laws->normal |= laws->asked_ms != 0;
	}
	if (strncmp(text, "SubEdition: ", 12) == 0 && laws->firmware[0] && !strstr(laws->firmware, "_V"))
		snprintf(laws->firmware + strlen(laws->firmware),
			 sizeof(laws->firmware) - strlen(laws->firmware), "_%s", text + 12);
}

static void laws_hear_imei(struct laws *laws, uint8_t port, const char *text)
{
	if (!(laws->reading_imei & 1u << port))
		return;
	laws->is_mine |= strcmp(text, PLAYER_IMEI) == 0;
	laws->is_stranger |= strcmp(text, PLAYER_STRANGER) == 0;
	laws->imei_told |= strncmp(text, "86", 2) == 0;
}

static void laws_hear(struct player *p, uint8_t port, const char *text)
{
	struct laws *laws = &p->laws;
	char token[32];
	int number = 0;
	bool boot;
	int fields = sscanf(text, "+QIND: \"FOTA\",\"%31[^\"]\",%d", token, &number);

	/* What is read after the loss is of the past; a failure remains one. */
	if (fields == 2 && strcmp(token, "END") == 0) {
		laws->end_bad |= laws->requested && number;
		laws->code |= laws->requested;
	}
	/* Without ports there is nothing to be heard. */
	if (laws->presence != DFOTA_PRESENCE_MODEM && laws->presence != DFOTA_PRESENCE_RECOVERY)
		return;
	if (laws->requested && p->d.plan.download && fields == 2 && strlen(token) > 5 &&
	    strstr(token, "END") && !law_is_other(p)) {
		/* Said once more, it announces nothing. */
		laws->booted &= laws->code;
		laws->lost_since &= laws->code;
		laws->code = true;
	}
	if (fields >= 1 && text[sizeof("+QIND: \"FOTA\",\"") - 1 + strlen(token)] == '"')
		laws_hear_fota(p, token, fields == 2, number);
	else
		laws->part |= fields >= 1;
	if (laws->presence != DFOTA_PRESENCE_MODEM)
		return;
	/* Where the loss may have been missed only RDY will do, for as long as it may be downloading. */
	if (law_is_boot(text) && (laws->left || laws->flashing || law_is_overdue(p) ||
				  (laws->resumed && text[0] == 'R')))
		laws->normal = true;
	boot = strncmp(text, "RDY", 3) == 0 || strncmp(text, "+CFUN:", 6) == 0;
	laws->rdy |= boot;
	laws->booted |= boot && laws->requested && (laws->left || laws->resumed);
	if (strncmp(text, "RDY", 3) == 0 && !laws->firmware[0])
		laws->booted_ms = p->now_ms;
	laws_hear_firmware(laws, port, text);
	if (strcmp(text, "+QURCCFG: \"urcport\",\"uart1\"") == 0)
		laws->moved = false;
	laws_hear_imei(laws, port, text);
}

/* What it was asked for has been told: what looks like it later is something else. */
static void laws_read(struct laws *laws, uint8_t port, const struct at_line *line)
{
	if (line->type != AT_LINE_OK)
		return;
	if (laws->revision[0])
		laws->reading &= (uint8_t)~(1u << port);
	if (laws->imei_told)
		laws->reading_imei &= (uint8_t)~(1u << port);
}

/* Of a local file only: an ERROR to one directory allows the next. */
static void laws_answer(struct player *p, uint8_t port, const struct at_line *line)
{
	struct laws *laws = &p->laws;

	if (port != laws->asked_port || laws->presence == DFOTA_PRESENCE_NONE)
		return;
	if (line->type == AT_LINE_ERROR && laws->asked && p->plan.upload)
		laws->requested = false;
	if (line->type == AT_LINE_OK || line->type == AT_LINE_ERROR)
		laws->asked = laws->data = false;
	if (line->type == AT_LINE_CONNECT && laws->uploads) {
		laws->data = true;
		laws->uploads = false;
		laws->data_ms = p->now_ms;
		laws->sent = 0;
	}
}

static void laws_gone(struct laws *laws)
{
	laws->asked = laws->uploads = laws->data = false;
	laws->presence = DFOTA_PRESENCE_NONE;
	laws->told = false;
	laws->left |= laws->requested;
	laws->lost_since = true;
	laws->losses += laws->requested;
	laws->normal = laws->rdy = laws->is_mine = laws->is_stranger = false;
	laws->asked_ms = 0;
	laws->firmware[0] = '\0';
	laws->reading = laws->reading_imei = 0;
}

static void laws_event(struct player *p, const struct dfota_event *event)
{
	struct laws *laws = &p->laws;

	switch (event->type) {
	case DFOTA_EVENT_ATTACHED:
		if (laws->presence != DFOTA_PRESENCE_NONE)
			laws_gone(laws);
		laws->presence = event->attached.presence;
		laws->candidates = event->attached.candidates;
		memcpy(laws->order, event->attached.order, sizeof(laws->order));
		laws->attached_ms = laws->booted_ms = p->now_ms;
		laws->normal = laws->told && laws->presence == DFOTA_PRESENCE_MODEM;
		/* A lone port is none of its normal system: a loss that nobody saw. */
		if (laws->requested && laws->presence == DFOTA_PRESENCE_RECOVERY && !laws->losses) {
			laws->left = true;
			laws->losses = 1;
		}
		break;
	case DFOTA_EVENT_DETACHED:
		laws_gone(laws);
		break;
	case DFOTA_EVENT_LINE:
		laws_answer(p, event->line.port, event->line.line);
		laws_read(laws, event->line.port, event->line.line);
		laws_hear(p, event->line.port, event->line.line->text);
		break;
	case DFOTA_EVENT_SAVED:
		/* The host answers each once, in order. */
		if (!laws->saving)
			break;
		laws->saved = event->saved;
		laws->saving--;
		break;
	case DFOTA_EVENT_START:
	case DFOTA_EVENT_FOLLOW:
	case DFOTA_EVENT_PARTS:
	case DFOTA_EVENT_TIME:
	case DFOTA_EVENT_WRITTEN:
	case DFOTA_EVENT_PLAN:
	case DFOTA_EVENT_STOP:
	case DFOTA_EVENT_HOST:
	case DFOTA_EVENT_HELD:
		break;
	}
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* While the modem may be flashing: a version query after each silence, once a port. */
static void law_version_query(struct player *p, unsigned int *ports, uint8_t port)
{
	const struct laws *laws = &p->laws;
	const uint64_t *ms = p->d.limits.ms;
	uint64_t start = ms[LIMIT_FLASH_START], silence = ms[LIMIT_FLASH_SILENCE];
	uint64_t last = later(laws->attached_ms, laws->life_ms);

	assert_string_equal(p->d.command, "AT+CGMR");
	assert_true(laws->left || laws->flashing || law_is_overdue(p));
	assert_true(p->now_ms - last >= (start < silence ? start : silence));
	assert_true(!laws->asked_ms || p->now_ms - laws->asked_ms >= silence);
	assert_false(*ports & 1u << port);
	*ports |= 1u << port;
}

static void law_request(struct player *p, uint8_t port)
{
	p->laws.asked_port = port;
	assert_false(p->laws.requested);
	assert_false(p->laws.follows);
	assert_true(p->laws.saved);
	p->laws.requested = p->laws.asked = true;
	p->laws.requested_ms = p->now_ms;
	p->laws.normal = p->laws.booted = false;
}

/* Never one of the modem's own files, and never a command among the bytes of an upload. */
static void law_store(struct player *p, uint8_t port)
{
	const char *command = p->d.command;

	/* The modem itself ends it after the 10 s that AT+QFUPL was given. */
	assert_true(!p->laws.data || p->now_ms - p->laws.data_ms > 10000);
	if (strncmp(command, "AT+QFDEL", 8) == 0)
		assert_string_equal(command, "AT+QFDEL=\"qfota.zip\"");
	p->laws.uploads = strncmp(command, "AT+QFUPL", 8) == 0;
	if (!p->laws.uploads)
		return;
	p->laws.asked_port = port;
	assert_int_equal(strncmp(command, "AT+QFUPL=\"qfota.zip\",", 21), 0);
}

/* Exactly the file's bytes, in their order, and only while the modem takes them. */
static void law_data(struct player *p, const struct dfota_action *action)
{
	assert_true(p->laws.data);
	assert_true(action->data.size > 0);
	assert_int_equal(action->data.from, p->laws.sent);
	p->laws.sent += action->data.size;
	p->laws.data_ms = p->now_ms;
	assert_true(p->laws.sent <= p->plan.size);
}

/* Settings and files are those of a modem that has told its IMEI since it attached. */
static void law_stranger(struct player *p)
{
	const char *command = p->d.command;

	if (strncmp(command, "AT+QURCCFG=\"urcport\",", 21) == 0 ||
	    strncmp(command, "AT+QFDEL", 8) == 0)
		assert_true(strcmp(p->d.imei, PLAYER_IMEI) == 0 ? p->laws.is_mine :
								   p->laws.is_stranger);
}

static void laws_ask(struct laws *laws, uint8_t port, const char *command)
{
	bool part = strcmp(command, "AT+QGMR") == 0 || strcmp(command, "AT+CSUB") == 0;
	uint8_t bit = (uint8_t)(1u << port);

	if (strcmp(command, "AT+CGMR") == 0) {
		laws->revision[0] = '\0';
		laws->reading |= bit;
	} else {
		laws->reading = part ? bit : 0;
	}
	laws->reading_imei = strcmp(command, "AT+CGSN") == 0 ? bit : 0;
	laws->imei_told = false;
}

static void law_send(struct player *p, unsigned int *ports, uint8_t port)
{
	struct laws *laws = &p->laws;
	const char *command = p->d.command;

	/* Never while detached, never to a port that may not be written to. */
	assert_int_equal(laws->presence, DFOTA_PRESENCE_MODEM);
	assert_non_null(memchr(laws->order, port, laws->candidates));
	if (!laws->requested)
		assert_true(p->now_ms - laws->attached_ms >= 1000);
	law_store(p, port);
	law_stranger(p);
	laws_ask(laws, port, command);
	laws->moved |= strcmp(command, "AT+QURCCFG=\"urcport\",\"usbat\"") == 0;
	assert_true(laws->requested || !laws->follows || laws->asks);
	if (strncmp(command, "AT+QFOTADL=", 11) == 0)
		law_request(p, port);
	else if (laws->requested && !laws->normal)
		law_version_query(p, ports, port);
}

/*
 * An old firmware alone ends no job: a boot does, a code that says so, or that the modem
 * is back and stays. That must come after HTTPEND 0, as a loss of the bus before it was
 * a glitch, and after the time of a download that nobody saw the end of.
 */
static void law_close(struct player *p, const struct verdict *verdict)
{
	const struct laws *laws = &p->laws;
	const struct evidence *evidence = &p->d.evidence;
	const uint64_t *ms = p->d.limits.ms;

	if (!verdict->job_over || !laws->requested || laws->flashing || evidence->flashing ||
	    evidence->firmware != VERDICT_FIRMWARE_BEFORE)
		return;
	/* A code in parts is one that laws do not put together. */
	if (laws->rdy || laws->booted || evidence->end_seen ||
	    (evidence->transfer_seen && evidence->transfer))
		return;
	assert_true(laws->code ? laws->lost_since : laws->left || evidence->unsent);
	assert_true(p->now_ms - laws->attached_ms >= ms[LIMIT_LEAVE]);
	if (p->d.plan.download && !laws->code)
		assert_true(p->now_ms - laws->requested_ms >= ms[LIMIT_DOWNLOAD]);
}

/* Without a code that says so, only a modem that stays has its firmware for good, be it the old or the new. */
static void law_for_good(struct player *p, const struct verdict *verdict)
{
	const struct evidence *evidence = &p->d.evidence;
	bool old = evidence->firmware == VERDICT_FIRMWARE_BEFORE;
	uint64_t since_ms = p->now_ms - p->laws.booted_ms;

	if (old ? verdict->outcome != OUTCOME_FAILED || (evidence->end_seen && evidence->end) :
		  verdict->outcome != OUTCOME_UPGRADED || evidence->end_seen)
		return;
	assert_true(since_ms >= (old ? 30000 : 10000) || since_ms >= p->d.limits.ms[LIMIT_LEAVE]);
}

/* Who takes the job up must not think that it left where nobody saw or heard that. */
static void law_save(const struct player *p)
{
	const struct laws *laws = &p->laws;
	const struct evidence *evidence = &p->d.evidence;

	assert_true(!laws->resumed || laws->left || laws->flashing || laws->normal || laws->rdy ||
		    laws->code || evidence->transfer_seen || evidence->end_seen || evidence->flashing ||
		    laws->presence == DFOTA_PRESENCE_RECOVERY ||
		    dfota_stage(&p->d) <= DFOTA_PHASE_RESTART);
}

/* After END n a modem may try again, or restore, without a word: until its normal system was seen. */
static void law_failed(const struct player *p, const struct verdict *verdict)
{
	const struct evidence *evidence = &p->d.evidence;

	if (p->laws.requested && verdict->job_over && evidence->end_seen && evidence->end)
		assert_true(p->laws.normal || p->laws.rdy || p->laws.firmware[0]);
}

/* A URC port that was moved is put back, or remembered. */
static void law_owed(const struct player *p, const struct verdict *verdict)
{
	assert_true(!p->laws.moved || verdict->owes || !verdict->job_over);
}

/* The whole answer to AT+CGMR, and of what follows it as much as the target names. */
static void law_target(const struct laws *laws, const char *target)
{
	size_t border = strlen(laws->revision);

	assert_int_equal(strncmp(target, laws->revision, border), 0);
	assert_true(!target[border] || strstr(laws->firmware + border, target + border));
}

static void law_finish(struct player *p)
{
	struct verdict verdict = verdict_decide(&p->d.evidence);
	const struct laws *laws = &p->laws;
	const char *target = p->d.plan.target;

	p->laws.finished = true;
	if (verdict.outcome == OUTCOME_UPGRADED) {
		assert_true(laws->requested);
		assert_false(laws->end_bad);
		assert_true(strcmp(p->d.imei, PLAYER_IMEI) == 0 ? laws->is_mine : laws->is_stranger);
		if (*target)
			law_target(laws, target);
		else
			assert_string_not_equal(laws->firmware, p->d.firmware);
	}
	law_for_good(p, &verdict);
	law_failed(p, &verdict);
	law_owed(p, &verdict);
	if (verdict.outcome != OUTCOME_REFUSED)
		law_close(p, &verdict);
	if (laws->requested && verdict.outcome != OUTCOME_REFUSED)
		assert_true(verdict.exit == 0 || verdict.exit >= 5);
	/* Somebody says why: the verdict, the machine, a code, or the stranger that asked to stop. */
	if (verdict.exit)
		assert_true(verdict.reason || p->d.reason[0] || p->d.evidence.end ||
			    p->d.evidence.transfer);
}

/* ---- what the machine did ---- */

static void tell(struct player *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct player *p, const char *format, ...)
{
	size_t used = strlen(p->told);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(p->told + used, sizeof(p->told) - used, format, arguments);
	va_end(arguments);
}

static void action_check(struct player *p, const struct dfota_action *action, unsigned int *ports)
{
	assert_false(p->laws.finished);
	switch (action->type) {
	case DFOTA_ACTION_SEND:
		tell(p, "%u>%s; ", action->port, p->d.command);
		law_send(p, ports, action->port);
		break;
	case DFOTA_ACTION_DATA:
		tell(p, "%u+%u; ", action->data.from, action->data.size);
		law_data(p, action);
		break;
	case DFOTA_ACTION_PHASE:
		tell(p, "[%s]; ", dfota_phase_name(action->phase));
		break;
	case DFOTA_ACTION_IDENTIFIED:
		tell(p, "identified; ");
		break;
	case DFOTA_ACTION_HOLD:
		tell(p, "hold; ");
		break;
	case DFOTA_ACTION_SAVE:
		tell(p, "save; ");
		law_save(p);
		p->laws.saving++;
		break;
	case DFOTA_ACTION_PROGRESS:
		tell(p, "%d%%; ", action->percent);
		assert_in_range(action->percent, 0, 100);
		break;
	case DFOTA_ACTION_NOTE:
		tell(p, "note; ");
		break;
	case DFOTA_ACTION_FINISH:
		tell(p, "finish; ");
		law_finish(p);
		break;
	case DFOTA_ACTION_URC:
		p->urcs++;
		break;
	case DFOTA_ACTION_TIME:
		break;
	}
}

static void actions_check(struct player *p, const struct dfota_actions *actions)
{
	unsigned int ports = 0;
	const struct dfota_action *last = &actions->action[actions->count - 1];

	/* At the maximum one might have been overwritten. */
	assert_true(actions->count < DFOTA_ACTIONS_MAX);
	for (uint8_t i = 0; i < actions->count; i++)
		action_check(p, &actions->action[i], &ports);
	if (ports)
		p->laws.asked_ms = p->now_ms;
	assert_int_equal(p->laws.finished, p->d.state == DFOTA_STATE_FINISHED);
	if (p->laws.finished)
		return;
	/* Every wait ends. */
	assert_int_equal(last->type, DFOTA_ACTION_TIME);
	assert_int_not_equal(last->time_ms, 0);
	assert_int_equal(last->time_ms, dfota_deadline(&p->d));
}

/* ---- the modem at the other end, and the host ---- */

static const char *sub_version_line(struct player *p)
{
	if (p->incomplete) {
		p->incomplete--;
		return PLAYER_OLD "_01.001.00.000";
	}
	return p->sub_version ? p->sub_version : "ERROR";
}

static const char *answer_line(struct player *p, const char *command)
{
	if (strcmp(command, "AT+CGMR") == 0)
		return p->firmware;
	if (strcmp(command, "AT+CGSN") == 0)
		return p->imei;
	if (strcmp(command, "AT+QGMR") == 0)
		return sub_version_line(p);
	if (strcmp(command, "AT+CSUB") == 0)
		return p->edition ? p->edition : "ERROR";
	if (strcmp(command, "AT+CPIN?") == 0)
		return p->sim;
	if (strcmp(command, "AT+CEREG?") == 0 || strcmp(command, "AT+CREG?") == 0)
		return p->registration;
	if (strcmp(command, "AT+CGDCONT?") == 0)
		return p->context;
	if (strcmp(command, "AT+CSQ") == 0)
		return p->rssi;
	if (strcmp(command, "AT+QURCCFG=\"urcport\"") == 0)
		return p->urcs_to;
	if (strcmp(command, "AT+CFUN?") == 0)
		return p->cfun;
	if (strcmp(command, "AT+QFLDS=\"UFS\"") == 0)
		return p->store;
	if (strcmp(command, "AT+QFLST=\"qfota.zip\"") == 0)
		return p->leftover;
	return NULL;
}

static void upload_answer(struct player *p, uint8_t port)
{
	if (p->takes_nothing) {
		player_say(p, port, "+CME ERROR: 420");
		return;
	}
	if (p->exists) {
		player_say(p, port, "+CME ERROR: 407");
		return;
	}
	p->taken = 0;
	player_say(p, port, "CONNECT");
}

static void ack_say(struct player *p, uint8_t port)
{
	struct at_line line = { .type = AT_LINE_ACK, .text = "", .code = -1 };

	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { port, &line } });
}

/* A letter for each full block, then the count of them all. */
static void data_take(struct player *p, const struct dfota_action *action)
{
	char line[64];

	if (p->voice != PLAYER_VOICE_NORMAL || p->takes_no_bytes)
		return;
	p->taken += action->data.size;
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_WRITTEN,
					       .written = action->data.size });
	if (action->data.acks && action->data.size == 1024)
		ack_say(p, action->data.port);
	if (p->taken != p->plan.size || p->laws.finished)
		return;
	snprintf(line, sizeof(line), "+QFUPL: %u,%x", p->taken,
		 p->miscounts ? p->plan.sum + 1u : p->plan.sum);
	p->miscounts -= p->miscounts != 0;
	p->taken = 0;
	player_say(p, action->data.port, line);
	player_say(p, action->data.port, "OK");
}

/* A late answer comes first: the modem works its commands off in their order. */
static bool modem_late(struct player *p, uint8_t port, const char *command)
{
	if (p->slow_to && strcmp(command, p->slow_to) == 0)
		return p->late = true;
	if (p->late) {
		p->late = false;
		player_say(p, port, "ERROR");
	}
	return false;
}

static void modem_answer(struct player *p, uint8_t port, const char *command)
{
	bool plain = strcmp(command, "AT") == 0;
	const char *line = answer_line(p, command);

	if (p->voice == PLAYER_VOICE_MUTE || !(p->speaks & 1u << port))
		return;
	if (p->refuses && strncmp(command, "AT+QFOTADL", 10) == 0) {
		p->refuses--;
		player_say(p, port, "ERROR");
		return;
	}
	if (modem_late(p, port, command) || strncmp(command, "AT+QFOTADL", 10) == 0)
		return;
	if (p->voice == PLAYER_VOICE_FLASHING) {
		player_say(p, port, plain ? "OK" : "ERROR");
		return;
	}
	if (strncmp(command, "AT+QFUPL", 8) == 0) {
		upload_answer(p, port);
		return;
	}
	if (!p->urcs_stuck && strcmp(command, "AT+QURCCFG=\"urcport\",\"usbat\"") == 0)
		p->urcs_to = "+QURCCFG: \"urcport\",\"usbat\"";
	if (!p->urcs_stuck && !p->urcs_stay &&
	    strcmp(command, "AT+QURCCFG=\"urcport\",\"uart1\"") == 0)
		p->urcs_to = "+QURCCFG: \"urcport\",\"uart1\"";
	if (strncmp(command, "AT+QFDEL", 8) == 0)
		p->exists = p->exists_always;
	if (line)
		player_say(p, port, line);
	if (!line || strcmp(line, "ERROR") != 0)
		player_say(p, port, "OK");
}

/* Answers come after the step, one step for each, as from the loop of the agent. */
static void world_answer(struct player *p, const struct dfota_actions *actions, const char *command)
{
	for (uint8_t i = 0; i < actions->count; i++) {
		const struct dfota_action *action = &actions->action[i];
		struct dfota_event event = { .type = DFOTA_EVENT_SAVED, .saved = !p->disk_full };

		if (action->type == DFOTA_ACTION_SAVE)
			player_event(p, &event);
		event = (struct dfota_event){ .type = DFOTA_EVENT_PLAN, .plan = &p->plan };
		if (action->type == DFOTA_ACTION_IDENTIFIED)
			player_event(p, &event);
		if (action->type == DFOTA_ACTION_SEND)
			modem_answer(p, action->port, command);
		if (action->type == DFOTA_ACTION_DATA)
			data_take(p, action);
	}
}

void player_event(struct player *p, const struct dfota_event *event)
{
	struct dfota_actions actions;
	char command[DFOTA_COMMAND_SIZE];
	bool finished = p->laws.finished;

	laws_event(p, event);
	dfota_step(&p->d, event, p->now_ms, &actions);
	/* Whether half a code will do, and which line is its end, is the business of the scanner's tests. */
	if (p->laws.follows && !p->d.requested)
		p->laws.requested = p->laws.flashing = false;
	if (p->laws.follows && p->d.requested && p->laws.part)
		p->laws.requested = p->laws.resumed = true;
	if (finished) {
		assert_int_equal(actions.count, 0);
		return;
	}
	actions_check(p, &actions);
	memcpy(command, p->d.command, sizeof(command));
	world_answer(p, &actions, command);
}

/* ---- what happens ---- */

static void player_reset(struct player *p)
{
	struct limits limits = limits_default();

	memset(p, 0, sizeof(*p));
	dfota_init(&p->d, &limits);
	p->now_ms = 1000000000;
	p->voice = PLAYER_VOICE_NORMAL;
	p->speaks = 3;
	p->firmware = PLAYER_OLD;
	p->imei = PLAYER_IMEI;
	p->sim = "+CPIN: READY";
	p->registration = "+CEREG: 0,1";
	p->context = "+CGDCONT: 1,\"IP\",\"internet\",\"0.0.0.0\",0,0";
	p->rssi = "+CSQ: 28,99";
	p->cfun = "+CFUN: 1";
	p->urcs_to = "+QURCCFG: \"urcport\",\"usbat\"";
	p->plan = (struct dfota_plan){
		.kind = DFOTA_PLAN_UPGRADE,
		.download = true,
		.argument = "http://fw.example:80/a.zip",
		.target = PLAYER_NEW,
	};
}

void player_begin(struct player *p)
{
	player_reset(p);
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_START });
}

void player_resume(struct player *p, const struct dfota_memory *memory)
{
	player_reset(p);
	p->voice = PLAYER_VOICE_MUTE;
	dfota_resume(&p->d, memory);
	p->laws.resumed = p->laws.requested = memory->phase > DFOTA_PHASE_UPLOAD;
	p->laws.left = p->laws.requested &&
		       (memory->left || memory->phase > DFOTA_PHASE_RESTART);
	p->laws.told = p->laws.requested && memory->running &&
		       (*memory->target ? strcmp(memory->running, memory->target) == 0 :
					  strcmp(memory->running, memory->firmware) != 0);
	p->laws.end_bad = p->laws.requested && memory->end > 0 &&
			  memory->phase != DFOTA_PHASE_FLASH;
	p->laws.moved = memory->urc_port && *memory->urc_port;
	p->laws.code = p->laws.requested && (memory->end >= 0 || memory->transfer >= 0);
	p->laws.lost_since = p->laws.left;
	p->laws.requested_ms = p->now_ms - memory->age_ms;
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_START });
}

void player_follow(struct player *p, bool ask)
{
	player_reset(p);
	p->plan = (struct dfota_plan){ .kind = DFOTA_PLAN_NOTHING, .reason = "nothing" };
	p->laws.follows = true;
	p->laws.asks = ask;
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_FOLLOW, .ask = ask });
}

/* AT port first, then the modem port; the NMEA port is no candidate. A lone port is one. */
void player_attach(struct player *p, enum dfota_presence presence)
{
	struct dfota_event event = {
		.type = DFOTA_EVENT_ATTACHED,
		.attached = { .presence = presence, .order = { 1, 0 } },
	};

	if (presence == DFOTA_PRESENCE_MODEM) {
		event.attached.ports = MODEM_PORTS;
		event.attached.candidates = 2;
	} else if (presence == DFOTA_PRESENCE_RECOVERY) {
		event.attached.ports = 1;
		event.attached.candidates = 1;
		event.attached.order[0] = 0;
	}
	player_event(p, &event);
}

void player_detach(struct player *p)
{
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_DETACHED });
}

void player_say(struct player *p, uint8_t port, const char *text)
{
	struct at_parser parser = { 0 };
	struct at_line line;

	at_parser_feed(&parser, (const uint8_t *)text, strlen(text), &line);
	at_parser_feed(&parser, (const uint8_t *)"\r", 1, &line);
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_LINE, .line = { port, &line } });
}

void player_stop(struct player *p, bool now)
{
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_STOP, .stop_now = now });
}

void player_wait(struct player *p, uint64_t ms)
{
	uint64_t until = p->now_ms + ms;
	uint64_t due;

	while ((due = dfota_deadline(&p->d)) && due <= until) {
		p->now_ms = later(p->now_ms, due);
		player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_TIME });
	}
	p->now_ms = until;
}

void player_run_out(struct player *p)
{
	for (int i = 0; i < 20000 && !p->laws.finished; i++)
		player_wait(p, dfota_deadline(&p->d) > p->now_ms ? dfota_deadline(&p->d) - p->now_ms
								 : 0);
	assert_true(p->laws.finished);
}
