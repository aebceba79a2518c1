/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/result.h"

#include "agent/core/quectel.h"

/* What is known of the code that decided. */
static struct quectel_text code_text(const struct dfota *machine)
{
	const struct evidence *evidence = &machine->evidence;

	if (evidence->end_seen && evidence->end)
		return quectel_end(machine->firmware, evidence->end);
	if (evidence->transfer_seen && evidence->transfer)
		return quectel_transfer(evidence->transfer);
	return (struct quectel_text){ 0 };
}

/* The verdict's sentence, else the machine's, else what the code means. */
static const char *result_reason(const struct dfota *machine, const struct verdict *verdict)
{
	if (verdict->reason)
		return verdict->reason;
	return machine->reason[0] ? machine->reason : code_text(machine).meaning;
}

struct modem_result result_make(const struct dfota *machine, const char *package,
				uint64_t elapsed_ms)
{
	const struct evidence *evidence = &machine->evidence;
	struct verdict verdict = verdict_decide(evidence);

	return (struct modem_result){
		.verdict = verdict,
		.reason = result_reason(machine, &verdict),
		.advice = code_text(machine).advice,
		.to = machine->requested ? machine->firmware_now : machine->firmware,
		.target = machine->plan.target,
		.package = package,
		.end = evidence->end_seen ? evidence->end : -1,
		.transfer = evidence->transfer_seen ? evidence->transfer : -1,
		.requested = machine->requested,
		.elapsed_ms = elapsed_ms,
	};
}
