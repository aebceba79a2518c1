/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/agent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "agent/attempt.h"
#include "agent/choice.h"
#include "agent/config.h"
#include "agent/core/dfota.h"
#include "agent/core/text.h"
#include "agent/core/verdict.h"
#include "agent/inventory.h"
#include "agent/job.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/neighbours.h"
#include "agent/slots.h"
#include "agent/util.h"
#include "udev/hotplug.h"
#include "usb/hubport.h"
#include "usb/port.h"

#define STATUS_NO_MODEM 3
/* Watching: what may be over by itself (hooks, network, a limit) is looked at again. */
#define AGAIN_MS 300000

struct agent_modem {
	struct agent *agent;
	struct modem *modem;
	bool waiting; /* for a free slot */
	bool told;    /* that it waits */
	bool running; /* begun, not finished */
	bool settled; /* the configuration wants nothing of it, or attempts are used up */
	struct slot slot;
	struct loop_timer again; /* watching: after a failure */
	struct agent_modem *next;
};

struct agent {
	const struct agent_context *context;
	const struct agent_choice *choice;
	const struct wish *wish;
	struct modem_host host;
	struct hotplug *hotplug;
	struct slots *slots; /* NULL: as many at once as there are */
	struct agent_modem *modems;
	struct loop_timer begin_timer;
	bool choosing; /* what comes now is meant; without watching only what is there at first */
	bool stopping;
	unsigned int meant; /* modems that the choice still fits */
	int status;
	int error;
};

static void status_worsen(struct agent *agent, int status)
{
	agent->status = verdict_worst_exit(agent->status, status);
}

/* Every modem of the agent has one. */
static struct agent_modem *entry_of(const struct agent *agent, const struct modem *modem)
{
	struct agent_modem *entry = agent->modems;

	while (entry->modem != modem)
		entry = entry->next;
	return entry;
}

/* A person who names the package has waited long enough; the configuration has not. */
static void limit_attempts(const struct agent *agent, const struct modem *modem,
			   const char *package, struct dfota_plan *plan)
{
	const struct config *config = agent->context->config;
	struct attempt_rule rule = {
		.max = config->attempts,
		.back_off_ms = agent->wish->package ? 0 : config->back_off_ms,
	};

	if (plan->kind != DFOTA_PLAN_UPGRADE || agent->wish->force ||
	    modem_has_begun(modem, package))
		return;
	if (!attempt_is_allowed(agent->context->journal, &rule, modem_facts(modem)->imei, package,
				plan->reason, sizeof(plan->reason)))
		plan->kind = DFOTA_PLAN_REFUSE;
}

static void agent_plan(void *data, struct modem *modem, struct dfota_plan *ret,
		       struct package_file *ret_file, char *ret_package, size_t package_size)
{
	struct agent *agent = data;
	const struct modem_facts *facts = modem_facts(modem);
	const char *package;

	entry_of(agent, modem)->settled = true;
	if (!choice_has_imei(agent->choice, facts->imei)) {
		agent->meant--;
		ret->kind = DFOTA_PLAN_NOTHING;
		text_set(ret->reason, sizeof(ret->reason), "its IMEI was not asked for");
		return;
	}
	if (agent->wish->follow) {
		ret->kind = DFOTA_PLAN_NOTHING;
		text_set(ret->reason, sizeof(ret->reason), "no upgrade of it is under way");
		return;
	}
	plan_make(agent->wish, agent->context->config,
		  dfota_before(modem_machine(modem)), ret, ret_file, &package);
	source_mask(package ? package : "", ret_package, package_size);
	limit_attempts(agent, modem, ret_package, ret);
	entry_of(agent, modem)->settled = ret->kind != DFOTA_PLAN_UPGRADE;
}

/* ---- modems begin and end ---- */

static void entry_begin(struct agent_modem *entry)
{
	loop_timer_disarm(entry->agent->context->loop, &entry->again);
	entry->waiting = entry->told = entry->settled = false;
	entry->running = true;
	modem_begin(entry->modem);
}

/* A job under way does not wait for its turn to be heard. */
static bool entry_takes_slot(struct agent_modem *entry)
{
	struct agent *agent = entry->agent;
	int r;

	if (!agent->slots || agent->wish->follow || modem_open_job(entry->modem))
		return true;
	r = slots_take(agent->slots, &entry->slot);
	if (r == -EBUSY && !entry->told)
		modem_say(entry->modem, "waits until another modem is done (\"jobs\")");
	entry->told = true;
	if (r < 0 && r != -EBUSY)
		modem_say(entry->modem, "the job slots in " JOURNAL_RUN_DIR "/slots cannot be used; "
					"it does not wait for its turn");
	return r != -EBUSY;
}

static void agent_begin_some(void *data)
{
	struct agent *agent = data;
	bool busy = false;

	for (struct agent_modem *each = agent->modems; each; each = each->next) {
		if (each->waiting && entry_takes_slot(each))
			entry_begin(each);
		busy |= each->waiting || each->running;
	}
	if (!busy && (!agent->wish->watch || agent->stopping))
		loop_stop(agent->context->loop);
}

/* Not at once: a modem that is telling of its end must not begin anew in the middle of it. */
static void agent_begin_soon(struct agent *agent)
{
	loop_timer_arm(agent->context->loop, &agent->begin_timer, loop_now());
}

/* A failed attempt counts its back-off from its end; what was never begun is only looked at again. */
static void entry_again(struct agent_modem *entry, const struct verdict *verdict)
{
	const struct agent *agent = entry->agent;
	bool failed = verdict->outcome == OUTCOME_FAILED ||
		      verdict->outcome == OUTCOME_TRANSFER_FAILED;
	uint64_t pause_ms = failed ? agent->context->config->back_off_ms + 1000 : AGAIN_MS;

	if (!agent->wish->watch || agent->stopping || entry->settled || verdict->exit == 0 ||
	    !modem_is_present(entry->modem))
		return;
	loop_timer_arm(agent->context->loop, &entry->again, loop_now() + pause_ms);
}

static void entry_try_again(void *data)
{
	struct agent_modem *entry = data;

	entry->waiting = true;
	agent_begin_soon(entry->agent);
}

static void agent_finished(void *data, struct modem *modem, const struct modem_result *result)
{
	struct agent *agent = data;
	struct agent_modem *entry = entry_of(agent, modem);

	/* Who watches for years ends as the jobs did that the end met. */
	if (!agent->wish->watch || agent->stopping)
		status_worsen(agent, result->verdict.exit);
	entry->running = false;
	slots_give(&entry->slot);
	/* Job after job along a chain of deltas, each step verified. */
	entry->waiting = !agent->stopping && !agent->wish->follow &&
			 result->verdict.outcome == OUTCOME_UPGRADED &&
			 plan_goes_on(agent->wish, agent->context->config,
				      dfota_now(modem_machine(modem)));
	if (!entry->waiting)
		entry_again(entry, &result->verdict);
	agent_begin_soon(agent);
}

static int agent_add(struct agent *agent, const char *position, struct modem **ret)
{
	struct agent_modem *entry = calloc(1, sizeof(*entry));
	struct agent_modem **end = &agent->modems;
	int r;

	if (!entry)
		return -ENOMEM;
	r = modem_create(&agent->host, position, &entry->modem);
	if (r < 0) {
		free(entry);
		return r;
	}
	entry->agent = agent;
	entry->again = (struct loop_timer){ .fn = entry_try_again, .data = entry };
	entry->waiting = true;
	agent->meant++;
	while (*end)
		end = &(*end)->next;
	*end = entry;
	*ret = entry->modem;
	return 0;
}

static void entry_free(struct agent_modem *entry)
{
	loop_timer_disarm(entry->agent->context->loop, &entry->again);
	slots_give(&entry->slot);
	modem_free(entry->modem);
	free(entry);
}

static void agent_remove(struct agent *agent, struct agent_modem *entry)
{
	struct agent_modem **link = &agent->modems;

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	entry_free(entry);
}

static struct modem *agent_find(const struct agent *agent, const char *position)
{
	for (struct agent_modem *each = agent->modems; each; each = each->next)
		if (modem_is_at(each->modem, position))
			return each->modem;
	return NULL;
}

/* Its job goes on elsewhere: whoever waits for it at its old place has nothing left to do. */
static void agent_moved(void *data, const struct modem *modem, const char *position)
{
	struct agent *agent = data;

	for (struct agent_modem *each = agent->modems; each; each = each->next) {
		if (each->modem == modem || !modem_is_at(each->modem, position))
			continue;
		if (!each->waiting && !modem_cancel(each->modem))
			continue;
		agent->meant--;
		each->waiting = each->running = false;
		slots_give(&each->slot);
	}
	agent_begin_soon(agent);
}

/* ---- what hotplug tells ---- */

/*
 * In recovery a modem may show any id (facts 9). Of another vendor only what looks like
 * a recovery port is opened, and that is never written to; emergency download, by its ids
 * or strings, is only looked at.
 */
static bool may_be(const struct agent *agent, const struct modem *modem,
		   const struct hotplug_device *device)
{
	struct layout layout;

	if (!modem_is_upgrading(modem) && (agent->wish->dry_run || !modem_open_job(modem)))
		return choice_takes(agent->choice, device->vid, device->pid, device->position);
	return device->vid == agent->choice->vid ||
	       layout_is_emergency_id(device->vid, device->pid) ||
	       layout_is_emergency_product(device->product) ||
	       (layout_parse(device->descriptors, device->descriptors_size, &layout) == 0 &&
		layout.state == LAYOUT_STATE_RECOVERY);
}

/*
 * The open job of whatever stands there, and its position. Over a reboot of the host
 * the bus number changes and ID_PATH stays.
 */
static const struct journal_job *job_of(const struct agent *agent,
					const struct hotplug_device *device, const char **ret_position)
{
	const struct journal *journal = agent->context->journal;
	const struct journal_job *job =
		journal_find(journal, device->position, device->id_path, NULL);
	char peer[HUBPORT_POSITION_SIZE];
	bool moved = !job && hubport_find_peer(device->position, peer) == 0;

	if (moved)
		job = journal_find(journal, peer, NULL, NULL);
	*ret_position = moved && job ? job->position : device->position;
	return job;
}

static bool is_over(const struct agent *agent, const struct modem *modem)
{
	const struct agent_modem *entry = entry_of(agent, modem);

	return agent->wish->watch && !entry->running && !entry->waiting;
}

static void device_added(struct agent *agent, const struct hotplug_device *device)
{
	struct modem *modem = agent_find(agent, device->position);
	const char *position;
	const struct journal_job *job = job_of(agent, device, &position);
	/* To be taken up, whatever it looks like by now. */
	bool awaited = job && !agent->wish->dry_run &&
		       choice_awaits(agent->choice, job, device->position);
	bool chosen = choice_takes(agent->choice, device->vid, device->pid, device->position) &&
		      !choice_leaves(agent->choice, job, agent->wish->follow);
	int r;

	/* Watching: it left while its end was being told. */
	if (modem && is_over(agent, modem)) {
		agent_remove(agent, entry_of(agent, modem));
		modem = NULL;
	}
	if (!modem && agent->choosing && (awaited || chosen)) {
		/* Before anything is sent; not while it flashes: it may have other interfaces then. */
		if (!awaited && !inventory_has_interface(device, agent->wish->interface))
			agent->error = -EINVAL;
		r = agent_add(agent, awaited ? position : device->position, &modem);
		if (r < 0)
			agent->error = r;
	}
	if (modem && may_be(agent, modem, device))
		modem_added(modem, device);
	if (modem && agent->wish->watch)
		agent_begin_soon(agent);
}

/* Whoever is plugged in there next begins anew, with nothing known of it. */
static void device_removed(struct agent *agent, struct modem *modem)
{
	if (agent->wish->watch && !entry_of(agent, modem)->running)
		agent_remove(agent, entry_of(agent, modem));
}

static void agent_hotplug(void *data, enum hotplug_event event,
			  const struct hotplug_device *device)
{
	struct agent *agent = data;
	struct modem *modem = agent_find(agent, device->position);

	switch (event) {
	case HOTPLUG_EVENT_ADD:
		device_added(agent, device);
		break;
	case HOTPLUG_EVENT_READY:
		if (modem)
			modem_ready(modem, device);
		break;
	case HOTPLUG_EVENT_REMOVE:
		if (modem)
			modem_removed(modem, device);
		if (modem)
			device_removed(agent, modem);
		break;
	}
}

static void agent_signal(void *data, int signo)
{
	struct agent *agent = data;

	agent->stopping = true;
	for (struct agent_modem *each = agent->modems; each; each = each->next) {
		bool waited = each->waiting;

		/* Whoever still waits for its turn gets a verdict too. */
		if (waited)
			entry_begin(each);
		modem_stop(each->modem, waited || signo != SIGINT);
	}
	agent_begin_soon(agent);
}

/* ---- the run ---- */

/* The modem that takes @job up: at its position, or known by its ID_PATH. */
static struct modem *job_modem(const struct agent *agent, const struct journal_job *job)
{
	for (struct agent_modem *each = agent->modems; each; each = each->next)
		if (modem_open_job(each->modem) == job)
			return each->modem;
	return agent_find(agent, job->position);
}

/* Jobs whose modem is away just now are awaited too. */
static int agent_add_open_jobs(struct agent *agent)
{
	const struct journal_job *job;
	struct modem *modem;
	int r;

	if (agent->wish->dry_run)
		return 0;
	for (unsigned int i = 0; (job = journal_get(agent->context->journal, i)); i++) {
		if (job_only_owes(job) || job_modem(agent, job) ||
		    !choice_awaits(agent->choice, job, job->position))
			continue;
		r = agent_add(agent, job->position, &modem);
		if (r < 0)
			return r;
		agent->host.ask = true;
	}
	return 0;
}

/*
 * Without a loop nothing can be waited for: all end as if they were told to, and
 * whose request is out is interrupted. What that takes may still work.
 */
static int agent_loop(struct agent *agent)
{
	int r = loop_run(agent->context->loop);

	if (r < 0) {
		agent_signal(agent, SIGTERM);
		loop_run(agent->context->loop);
	}
	return r;
}

static int agent_run(struct agent *agent)
{
	int r;

	agent->choosing = true;
	r = hotplug_enumerate(agent->hotplug);
	agent->choosing = agent->wish->watch;
	if (r == 0)
		r = agent->error;
	if (r == 0)
		r = agent_add_open_jobs(agent);
	if (r < 0)
		return r;
	agent_begin_soon(agent);
	r = agent_loop(agent);
	if (!agent->meant && !agent->wish->watch)
		status_worsen(agent, STATUS_NO_MODEM);
	return r;
}

/*
 * A terminal that closes must not cost the modem its drivers either. Whoever
 * had SIGHUP ignored (nohup) wants the agent to go on.
 */
static int agent_hear_signals(struct agent *agent)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction before;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(signals) && r == 0; i++) {
		sigaction(signals[i], NULL, &before);
		if (before.sa_handler != SIG_IGN || signals[i] != SIGHUP)
			r = loop_add_signal(agent->context->loop, signals[i], agent_signal, agent);
	}
	return r;
}

static int agent_open(struct agent *agent)
{
	int jobs = agent->wish->jobs < 0 ? (int)agent->context->config->jobs : agent->wish->jobs;
	struct loop *loop = agent->context->loop;
	int r;

	agent->begin_timer = (struct loop_timer){ .fn = agent_begin_some, .data = agent };
	r = agent_hear_signals(agent);
	if (r == 0)
		r = neighbours_create(loop, &agent->host.neighbours);
	if (r == 0)
		r = port_context_create(loop, &agent->host.ports);
	if (r == 0)
		r = hotplug_create(loop, agent_hotplug, agent, &agent->hotplug);
	if (r == 0 && jobs)
		r = slots_create(loop, JOURNAL_RUN_DIR, (unsigned int)jobs, agent_begin_some, agent,
				 &agent->slots);
	return r;
}

static void agent_close(struct agent *agent)
{
	struct agent_modem *next;

	for (struct agent_modem *each = agent->modems; each; each = next) {
		next = each->next;
		entry_free(each);
	}
	slots_free(agent->slots);
	hotplug_free(agent->hotplug);
	port_context_free(agent->host.ports);
	neighbours_free(agent->host.neighbours);
}

int agent_work(const struct agent_context *context, const struct agent_choice *choice,
	       const struct wish *wish, int *ret_status)
{
	struct agent agent = {
		.context = context,
		.choice = choice,
		.wish = wish,
		.host = {
			.loop = context->loop,
			.journal = context->journal,
			.recorder = context->recorder,
			.limits = context->config->limits,
			.dry_run = wish->dry_run,
			.follow = wish->follow,
			.interface = wish->interface,
			.firmware_parts = (uint8_t)plan_firmware_parts(wish, context->config),
			.plan = agent_plan,
			.finished = agent_finished,
			.moved = agent_moved,
		},
	};
	int r;

	agent.host.data = &agent;
	memcpy(agent.host.views, context->views, sizeof(agent.host.views));
	r = agent_open(&agent);
	if (r == 0)
		r = agent_run(&agent);
	agent_close(&agent);
	*ret_status = agent.status;
	return r;
}
