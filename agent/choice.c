/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/choice.h"

#include <string.h>

#include "agent/core/dfota.h"
#include "agent/journal.h"
#include "usb/layout.h"

static bool is_listed(const char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return count == 0;
}

bool choice_has_port(const struct agent_choice *choice, const char *position)
{
	return is_listed(choice->ports, choice->port_count, position);
}

bool choice_takes(const struct agent_choice *choice, uint16_t vid, uint16_t pid,
		  const char *position)
{
	bool promised = false;
	const char *model = layout_model(vid, pid, &promised);

	/* Who names its position means the modem there, though nothing but its boot ROM runs. */
	if (choice->port_count && layout_is_emergency_id(vid, pid))
		return choice_has_port(choice, position);
	if (!model || vid != choice->vid || !choice_has_port(choice, position))
		return false;
	return choice->pid ? pid == choice->pid : promised;
}

bool choice_has_imei(const struct agent_choice *choice, const char *imei)
{
	return is_listed(choice->imeis, choice->imei_count, imei);
}

bool choice_awaits(const struct agent_choice *choice, const struct journal_job *job,
		   const char *position)
{
	/* Another vendor's is none of the modems that this run can see at all. */
	if (job->vid && job->vid != choice->vid)
		return false;
	return choice_has_port(choice, position) && choice_has_imei(choice, job->imei);
}

bool choice_leaves(const struct agent_choice *choice, const struct journal_job *job, bool follow)
{
	if (follow && choice->imei_count)
		return true;
	return job && job->imei[0] && dfota_phase_find(job->stage) > DFOTA_PHASE_UPLOAD &&
	       !choice_has_imei(choice, job->imei);
}
