/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flash.h"
#include "fota_urc.h"
#include "life.h"

#include <string.h>

/* What END says when the script does not force a code. */
static int32_t judged_code(const struct modem *m)
{
	if (m->job.verdict == PACKAGE_DAMAGED)
		return (int32_t)m->settings->damage_code;
	if (m->job.verdict == PACKAGE_MISMATCH)
		return (int32_t)m->settings->mismatch_code;
	return 0;
}

static bool firmware_taken(const struct modem *m)
{
	switch ((enum settings_firmware)m->settings->firmware_after) {
	case SETTINGS_FIRMWARE_OLD:
		return false;
	case SETTINGS_FIRMWARE_NEW:
		return *m->job.to;
	case SETTINGS_FIRMWARE_JUDGED:
		break;
	}
	return m->job.verdict == PACKAGE_FITS && !m->flash.code;
}

/* Perhaps of the sub-version alone (fact 10.13). */
static void firmware_change(struct modem *m)
{
	if (!firmware_taken(m))
		return;
	strcpy(m->firmware, m->job.to);
	m->updated = true;
}

static void flash_finish(struct modem *m)
{
	m->flash.again = m->settings->boot_again != SETTINGS_NEVER;
	if (!m->flash.again)
		firmware_change(m);
	if (*m->settings->imei_after)
		strcpy(m->imei, m->settings->imei_after);
	m->flashed = true;
	life_leave(m, MODEM_LIFE_NORMAL, m->settings->leave_delay);
}

void flash_boot_again(struct modem *m)
{
	m->flash.again = false;
	firmware_change(m);
	life_leave(m, MODEM_LIFE_NORMAL, m->settings->leave_delay);
}

static void step_next(struct modem *m)
{
	m->flash.step++;
	m->flash.number = 0;
}

/* Progress is only made with a package that can be applied. */
static void step_progress(struct modem *m, const struct script_step *s,
			  const char *stage)
{
	if (!judged_code(m))
		fota_urc_progress(m, stage, s->first + m->flash.number);
	if (judged_code(m) || s->first + m->flash.number++ == s->last)
		step_next(m);
}

static void step_end(struct modem *m, const struct script_step *s)
{
	m->flash.code = s->first == SCRIPT_JUDGED ? judged_code(m) : s->first;
	fota_urc_number(m, "END", m->flash.code);
	step_next(m);
}

static void step_reboot(struct modem *m, const struct script_step *s, const char *as)
{
	m->recovery_as = as;
	if (++m->flash.number == s->last)
		step_next(m);
	life_leave(m, MODEM_LIFE_RECOVERY, m->settings->leave_delay);
}

static void step_die(struct modem *m, const char *composition)
{
	step_next(m);
	m->dead = composition;
	life_leave(m, composition ? MODEM_LIFE_DEAD : MODEM_LIFE_GONE,
		   m->settings->leave_delay);
}

static bool kind_timed(enum script_kind kind)
{
	return kind == SCRIPT_UPDATING || kind == SCRIPT_RESTORE ||
	       kind == SCRIPT_END || kind == SCRIPT_CUT;
}

/* Silence between steps; progress and END share the time of the flash evenly. */
static uint64_t step_delay(const struct modem *m)
{
	const struct script_step *s = &m->script.steps[m->flash.step];
	bool last = m->flash.step == m->script.n_steps;
	uint64_t gap =
		m->settings->flash_time / (script_progress(&m->script) + 1);

	if (last)
		return m->flash.ended ? 0 : gap;
	if (judged_code(m) && s->kind != SCRIPT_END)
		return 0;
	return kind_timed(s->kind) ? gap : 0;
}

static void step_run(struct modem *m, const struct script_step *s)
{
	switch (s->kind) {
	case SCRIPT_START:
		fota_urc(m, "START");
		step_next(m);
		break;
	case SCRIPT_UPDATING:
		step_progress(m, s, "UPDATING");
		break;
	case SCRIPT_RESTORE:
		step_progress(m, s, "RESTORE");
		break;
	case SCRIPT_CONTINUE:
		fota_urc(m, "Last upgrade was not finished,continue upgrade");
		step_next(m);
		break;
	case SCRIPT_END:
		m->flash.ended = true;
		step_end(m, s);
		break;
	case SCRIPT_WAIT:
		step_next(m);
		break;
	case SCRIPT_REBOOT:
		step_reboot(m, s, NULL);
		break;
	case SCRIPT_MUTE:
		step_reboot(m, s, "mute");
		break;
	case SCRIPT_LONE:
		step_reboot(m, s, "serial");
		break;
	case SCRIPT_CUT:
		m->recovery_as = NULL;
		step_next(m);
		life_leave(m, MODEM_LIFE_RECOVERY, 0);
		break;
	case SCRIPT_HANG:
		m->phase = MODEM_PHASE_STUCK;
		break;
	case SCRIPT_GONE:
		step_die(m, NULL);
		break;
	case SCRIPT_EDL:
		step_die(m, "edl");
		break;
	case SCRIPT_QDL:
		step_die(m, "qdl");
		break;
	case SCRIPT_TWO:
		step_die(m, "two");
		break;
	case SCRIPT_FASTBOOT:
		step_die(m, "fastboot");
		break;
	}
}

/* Nothing to say at all: silence for the time of the flash. */
static bool silent_flash(struct modem *m)
{
	if (m->script.n_steps || m->flash.number++)
		return false;
	m->step_at = settings_after(m->now_us, m->settings->flash_time);
	return true;
}

void flash_step(struct modem *m)
{
	const struct script_step *s = &m->script.steps[m->flash.step];
	uint64_t wait = 0;

	m->saves++;
	m->step_at = SETTINGS_NEVER;
	if (silent_flash(m))
		return;
	if (m->flash.step >= m->script.n_steps) {
		if (!m->flash.ended)
			m->flash.code = judged_code(m);
		flash_finish(m);
		return;
	}
	if (s->kind == SCRIPT_WAIT)
		wait = (uint64_t)s->first * 1000;
	step_run(m, s);
	if (m->phase == MODEM_PHASE_FLASHING)
		m->step_at = m->now_us + wait + step_delay(m);
}
