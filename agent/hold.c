/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/hold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "usb/guard.h"

enum {
	/* How long the helper goes on when nobody asks again: a flash takes minutes. */
	GUARD_S = 600,
	RENEWAL_MS = GUARD_S * 1000 / 3,
};

static void hold_note(struct hold *hold, const char *format, int error)
{
	char sentence[200];

	snprintf(sentence, sizeof(sentence), format, strerror(error));
	hold->note(hold->data, sentence);
}

static int hold_guard(const struct hold *hold)
{
	int r = guard_hold(hold->position, GUARD_S);

	if (r == 0 && hold->peer[0])
		r = guard_hold(hold->peer, GUARD_S);
	return r;
}

static void hold_renew(void *data)
{
	struct hold *hold = data;
	int r = hold_guard(hold);

	loop_timer_arm(hold->loop, &hold->renewal, loop_now() + RENEWAL_MS);
	if (r < 0 && hold->guarded)
		hold_note(hold, "the kernel helper holds the modem no longer: %s", -r);
	hold->guarded = r == 0;
}

static void hold_take_guard(struct hold *hold)
{
	int r = hold_guard(hold);

	if (r == -ENOENT)
		return;
	if (r == 0)
		hold->note(hold->data, "the kernel helper keeps other drivers off the modem");
	else
		hold_note(hold, "the kernel helper is loaded, but does not hold the modem: %s", -r);
	hold->guarded = r == 0;
	loop_timer_arm(hold->loop, &hold->renewal, loop_now() + RENEWAL_MS);
}

static void hold_take_hubport(struct hold *hold)
{
	int r = hubport_claim(hold->position, &hold->hubport);

	/* With the helper no window is open that the hub port would close. */
	if (r == 0 || hold->guarded)
		return;
	if (r == -EACCES || r == -EPERM)
		hold->note(hold->data, "may not hold the hub port: other programs may get at the modem "
				       "whenever it returns");
	else
		hold_note(hold, "the hub port could not be held: %s", -r);
}

void hold_take(struct hold *hold)
{
	if (!hold->guarded)
		hold_take_guard(hold);
	if (!hold->hubport)
		hold_take_hubport(hold);
}

void hold_end(struct hold *hold, bool flashing)
{
	loop_timer_disarm(hold->loop, &hold->renewal);
	hubport_release(hold->hubport);
	hold->hubport = NULL;
	if (hold->guarded && !flashing) {
		/* One that has run out meanwhile has what is wanted. */
		guard_release(hold->position);
		if (hold->peer[0])
			guard_release(hold->peer);
	}
	hold->guarded = false;
}

void hold_init(struct hold *hold, struct loop *loop, const char *position, const char *peer,
	       void (*note)(void *data, const char *sentence), void *data)
{
	*hold = (struct hold){
		.loop = loop,
		.position = position,
		.peer = peer,
		.note = note,
		.data = data,
		.renewal = { .fn = hold_renew, .data = hold },
	};
}
