/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/transcript_rows.h"

_Static_assert(sizeof(enum dfota_phase) == sizeof(unsigned int) &&
		       sizeof(enum at_line_type) == sizeof(unsigned int),
	       "words are kept as numbers");

#define WORDS(function, ...)                                                                       \
	static const char *function(unsigned int value)                                            \
	{                                                                                          \
		static const char *const words[] = { __VA_ARGS__ };                                \
                                                                                                   \
		return value < sizeof(words) / sizeof(words[0]) ? words[value] : NULL;             \
	}

WORDS(presence_word,
      [DFOTA_PRESENCE_NONE] = "none",
      [DFOTA_PRESENCE_MODEM] = "modem",
      [DFOTA_PRESENCE_RECOVERY] = "recovery",
      [DFOTA_PRESENCE_MUTE] = "mute",
      [DFOTA_PRESENCE_EMERGENCY] = "emergency")
WORDS(plan_word,
      [DFOTA_PLAN_NOTHING] = "nothing",
      [DFOTA_PLAN_CURRENT] = "current",
      [DFOTA_PLAN_REFUSE] = "refuse",
      [DFOTA_PLAN_CONFIG] = "config",
      [DFOTA_PLAN_UPGRADE] = "upgrade")
WORDS(line_word,
      [AT_LINE_NONE] = "none",
      [AT_LINE_TEXT] = "text",
      [AT_LINE_OK] = "ok",
      [AT_LINE_ERROR] = "error",
      [AT_LINE_CONNECT] = "connect",
      [AT_LINE_ACK] = "ack")

static const char *phase_word(unsigned int value)
{
	return value < DFOTA_PHASE_COUNT ? dfota_phase_name((enum dfota_phase)value) : NULL;
}

static const char *state_word(unsigned int value)
{
	return value < DFOTA_STATE_COUNT ? dfota_state_name((enum dfota_state)value) : NULL;
}

static const char *outcome_word(unsigned int value)
{
	return value < OUTCOME_COUNT ? outcome_name((enum outcome)value) : NULL;
}

#define OFFSET(member) offsetof(struct transcript_record, member)
#define FIELD(key, kind, member) { key, FIELD_##kind, OFFSET(member), 0, NULL }
#define WORD(key, member, word) { key, FIELD_ENUM, OFFSET(member), 0, word }
#define ARRAY(key, member)                                                                         \
	{ key, FIELD_ARRAY, OFFSET(member), sizeof(((struct transcript_record *)0)->member), NULL }
/* Its own array, so that a row with few of them carries no room for many. */
#define FIELDS(...) (const struct transcript_field[]){ __VA_ARGS__, { 0 } }
#define NO_FIELDS (const struct transcript_field[]){ { 0 } }
#define LIMIT(name, key, default_ms, meaning) FIELD(key, U64, limits.ms[LIMIT_##name]),

const struct transcript_row transcript_rows[] = {
	{ "in", TRANSCRIPT_IN, 0,
	  FIELDS(FIELD("port", U8, port), FIELD("more", BOOL, more), FIELD("text", TEXT, text)) },
	{ "out", TRANSCRIPT_OUT, 0,
	  FIELDS(FIELD("port", U8, port), FIELD("more", BOOL, more), FIELD("text", TEXT, text)) },
	{ "usb", TRANSCRIPT_USB, 0,
	  FIELDS(FIELD("what", STRING, what), FIELD("vid", ID, vid), FIELD("pid", ID, pid)) },
	{ "limits", TRANSCRIPT_LIMITS, 0, (const struct transcript_field[]){ LIMIT_TABLE(LIMIT) { 0 } } },
	{ "memory", TRANSCRIPT_MEMORY, 0,
	  FIELDS(WORD("phase", memory.phase, phase_word), FIELD("firmware", STRING, memory.firmware),
	    FIELD("imei", STRING, memory.imei), FIELD("target", STRING, memory.target),
	    FIELD("transfer", INT, memory.transfer), FIELD("end", INT, memory.end),
	    FIELD("download", BOOL, memory.download), FIELD("stored", BOOL, memory.stored),
	    FIELD("urcport", STRING, memory.urc_port),
	    FIELD("left", BOOL, memory.left), FIELD("rebooted", BOOL, memory.host_rebooted),
	    FIELD("age", U64, memory.age_ms), FIELD("running", STRING, memory.running)) },
	{ "state", TRANSCRIPT_STATE, 0, FIELDS(WORD("name", state, state_word)) },

	{ "event start", TRANSCRIPT_EVENT, DFOTA_EVENT_START, NO_FIELDS },
	{ "event follow", TRANSCRIPT_EVENT, DFOTA_EVENT_FOLLOW, FIELDS(FIELD("ask", BOOL, event.ask)) },
	{ "event parts", TRANSCRIPT_EVENT, DFOTA_EVENT_PARTS, FIELDS(FIELD("parts", U8, event.parts)) },
	{ "event attached", TRANSCRIPT_EVENT, DFOTA_EVENT_ATTACHED,
	  FIELDS(WORD("presence", event.attached.presence, presence_word),
	    FIELD("ports", U8, event.attached.ports), FIELD("order", ORDER, event.attached)) },
	{ "event detached", TRANSCRIPT_EVENT, DFOTA_EVENT_DETACHED, NO_FIELDS },
	{ "event line", TRANSCRIPT_EVENT, DFOTA_EVENT_LINE,
	  FIELDS(FIELD("port", U8, event.line.port), WORD("type", line.type, line_word),
	    FIELD("code", INT, line.code), FIELD("cut", BOOL, line.cut),
	    FIELD("text", STRING, line.text)) },
	{ "event time", TRANSCRIPT_EVENT, DFOTA_EVENT_TIME, NO_FIELDS },
	{ "event plan", TRANSCRIPT_EVENT, DFOTA_EVENT_PLAN,
	  FIELDS(WORD("kind", plan.kind, plan_word), FIELD("download", BOOL, plan.download),
	    FIELD("upload", BOOL, plan.upload), FIELD("size", U32, plan.size),
	    FIELD("sum", ID, plan.sum),
	    FIELD("dry-run", BOOL, plan.dry_run), ARRAY("argument", plan.argument),
	    ARRAY("target", plan.target), ARRAY("reason", plan.reason)) },
	{ "event written", TRANSCRIPT_EVENT, DFOTA_EVENT_WRITTEN,
	  FIELDS(FIELD("size", U32, event.written)) },
	{ "event saved", TRANSCRIPT_EVENT, DFOTA_EVENT_SAVED,
	  FIELDS(FIELD("saved", BOOL, event.saved)) },
	{ "event stop", TRANSCRIPT_EVENT, DFOTA_EVENT_STOP,
	  FIELDS(FIELD("now", BOOL, event.stop_now)) },
	{ "event host", TRANSCRIPT_EVENT, DFOTA_EVENT_HOST,
	  FIELDS(FIELD("reason", STRING, event.reason)) },
	{ "event held", TRANSCRIPT_EVENT, DFOTA_EVENT_HELD,
	  FIELDS(FIELD("reason", STRING, event.reason)) },

	{ "action send", TRANSCRIPT_ACTION, DFOTA_ACTION_SEND,
	  FIELDS(FIELD("port", U8, action.port), FIELD("text", STRING, command)) },
	{ "action data", TRANSCRIPT_ACTION, DFOTA_ACTION_DATA,
	  FIELDS(FIELD("port", U8, action.data.port), FIELD("acks", BOOL, action.data.acks),
	    FIELD("from", U32, action.data.from), FIELD("size", U32, action.data.size)) },
	{ "action time", TRANSCRIPT_ACTION, DFOTA_ACTION_TIME,
	  FIELDS(FIELD("at", U64, action.time_ms)) },
	{ "action phase", TRANSCRIPT_ACTION, DFOTA_ACTION_PHASE,
	  FIELDS(WORD("phase", action.phase, phase_word)) },
	{ "action identified", TRANSCRIPT_ACTION, DFOTA_ACTION_IDENTIFIED,
	  FIELDS(FIELD("imei", STRING, imei), FIELD("firmware", STRING, firmware)) },
	{ "action hold", TRANSCRIPT_ACTION, DFOTA_ACTION_HOLD, NO_FIELDS },
	{ "action save", TRANSCRIPT_ACTION, DFOTA_ACTION_SAVE, NO_FIELDS },
	{ "action progress", TRANSCRIPT_ACTION, DFOTA_ACTION_PROGRESS,
	  FIELDS(FIELD("percent", INT, action.percent)) },
	{ "action urc", TRANSCRIPT_ACTION, DFOTA_ACTION_URC, NO_FIELDS },
	{ "action note", TRANSCRIPT_ACTION, DFOTA_ACTION_NOTE,
	  FIELDS(FIELD("text", STRING, action.note)) },
	{ "action finish", TRANSCRIPT_ACTION, DFOTA_ACTION_FINISH,
	  FIELDS(WORD("outcome", outcome, outcome_word), FIELD("exit", INT, exit)) },
};

const size_t transcript_row_count = sizeof(transcript_rows) / sizeof(transcript_rows[0]);
