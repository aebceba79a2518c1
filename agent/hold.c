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
	/* Its node is root's until udev has been there. */
	RETRY_MS = 5000,
};

static void hold_note(struct hold *hold, const char *format, int error)
{
	char sentence[200];

	snprintf(sentence, sizeof(sentence), format, strerror(error));
	hold->note(hold->data, sentence);
}

static int hold_both(const struct hold *hold)
{
	int r = guard_hold(hold->position, GUARD_S);

	if (r == 0 && hold->peer[0])
		r = guard_hold(hold->peer, GUARD_S);
	return r;
}

/* Said once, and again when it changes. */
static void hold_guard(void *data)
{
	struct hold *hold = data;
	int r = hold_both(hold);

	if (r == -ENOENT && !hold->asked)
		return;
	if (r == 0 && !hold->guarded)
		hold->note(hold->data, "the kernel helper keeps other drivers off the modem");
	else if (r < 0 && (hold->guarded || !hold->asked))
		hold_note(hold, "the kernel helper does not hold the modem: %s", -r);
	hold->asked = true;
	hold->guarded = r == 0;
	loop_timer_arm(hold->loop, &hold->renewal, loop_now() + (r == 0 ? RENEWAL_MS : RETRY_MS));
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
	if (!hold->asked)
		hold_guard(hold);
	if (!hold->hubport)
		hold_take_hubport(hold);
}

bool hold_end(struct hold *hold, bool flashing)
{
	bool kept = hold->guarded && flashing;

	loop_timer_disarm(hold->loop, &hold->renewal);
	hubport_release(hold->hubport);
	hold->hubport = NULL;
	/* Whatever came of the last time it was asked: what is not held is as it is wanted. */
	if (hold->asked && !kept) {
		guard_release(hold->position);
		if (hold->peer[0])
			guard_release(hold->peer);
	}
	hold->asked = hold->guarded = false;
	return kept;
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
		.renewal = { .fn = hold_guard, .data = hold },
	};
}
