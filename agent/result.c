/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/result.h"

#include "agent/core/quectel.h"

/* The same number means something else elsewhere: it is the modem's own firmware that counts. */
static const char *result_firmware(const struct dfota *machine)
{
	return machine->firmware[0] ? machine->firmware : machine->firmware_now;
}

/* What is known of the code that decided: a transfer that led to an END was none. */
static struct quectel_text code_text(const struct dfota *machine)
{
	const struct evidence *evidence = &machine->evidence;

	if (evidence->end_seen && evidence->end)
		return quectel_end(result_firmware(machine), evidence->end);
	if (evidence->transfer_seen && evidence->transfer && !evidence->end_seen)
		return quectel_transfer(result_firmware(machine), evidence->transfer);
	return (struct quectel_text){ 0 };
}

/* By what the modem itself has reported, whatever made the machine stop waiting after that. */
static bool is_by_code(const struct dfota *machine, const struct verdict *verdict)
{
	return verdict->outcome == OUTCOME_FAILED ||
	       (verdict->outcome == OUTCOME_TRANSFER_FAILED &&
		machine->evidence.stop != VERDICT_STOP_UPLOAD);
}

/* The verdict's sentence; of a code its meaning, if it is known; else the machine's sentence. */
static const char *result_reason(const struct dfota *machine, const struct verdict *verdict)
{
	if (verdict->reason)
		return verdict->reason;
	if (is_by_code(machine, verdict))
		return code_text(machine).meaning;
	return machine->reason[0] ? machine->reason : code_text(machine).meaning;
}

/* Where the modem is now comes before what it said: a code's "try again" would be no help. */
static const char *result_advice(const struct dfota *machine, const struct verdict *verdict)
{
	const char *firmware = result_firmware(machine);

	if (verdict->outcome == OUTCOME_EMERGENCY)
		return quectel_advice(firmware, QUECTEL_TROUBLE_EMERGENCY);
	if (verdict->outcome == OUTCOME_LOST)
		return quectel_advice(firmware, QUECTEL_TROUBLE_VANISHED);
	if (machine->presence == DFOTA_PRESENCE_MUTE &&
	    (verdict->outcome == OUTCOME_REFUSED || verdict->outcome == OUTCOME_UNCONFIRMED))
		return quectel_advice(firmware, QUECTEL_TROUBLE_NO_PORT);
	if (machine->health_told && machine->cfun == QUECTEL_CFUN_FTM)
		return quectel_advice(firmware, QUECTEL_TROUBLE_FTM);
	if (verdict->outcome == OUTCOME_UNCONFIRMED && !verdict->job_over)
		return "leave the modem's power on and run again: the job is taken up, never "
		       "started anew";
	return code_text(machine).advice;
}

struct modem_result result_make(const struct dfota *machine, const char *package,
				char to[static DFOTA_FIRMWARE_SIZE], uint64_t elapsed_ms)
{
	const struct evidence *evidence = &machine->evidence;
	struct verdict verdict = verdict_decide(evidence);

	dfota_show(machine, machine->requested ? dfota_now(machine) : dfota_before(machine), to);
	return (struct modem_result){
		.verdict = verdict,
		.reason = result_reason(machine, &verdict),
		.advice = result_advice(machine, &verdict),
		.to = to,
		.target = machine->plan.target,
		.package = package,
		.end = evidence->end_seen ? evidence->end : -1,
		.transfer = evidence->transfer_seen ? evidence->transfer : -1,
		.requested = machine->requested,
		.elapsed_ms = elapsed_ms,
	};
}
