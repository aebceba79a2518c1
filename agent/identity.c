/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setfsuid(2) concerns one thread and file systems alone: the thread of libusb
 * stays root, and no other process may send signals to the agent that it could
 * not send before. Supplementary groups stay; so whoever opens a file compares
 * its owner with the identity as well.
 */
#include "agent/identity.h"

#include <errno.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

/* Users that a user namespace does not know have this number in it (user_namespaces(7)). */
#define OVERFLOW_UID 65534

/* There are no errors of setfsuid(2): it returns what was set before. */
static bool identity_set(uid_t uid, gid_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
	return (uid_t)setfsuid((uid_t)-1) == uid && (gid_t)setfsgid((gid_t)-1) == gid;
}

int identity_take(int directory, struct identity *ret)
{
	struct stat status;

	*ret = (struct identity){ 0 };
	if (fstat(directory, &status) < 0)
		return -errno;
	ret->uid = status.st_uid;
	if (geteuid() != 0 || status.st_uid == 0)
		return 0;
	ret->foreign = true;
	ret->uid_before = (uid_t)setfsuid((uid_t)-1);
	ret->gid_before = (gid_t)setfsgid((gid_t)-1);
	ret->taken = identity_set(status.st_uid, status.st_gid);
	if (ret->taken)
		return 0;
	identity_set(ret->uid_before, ret->gid_before);
	/* The root of a namespace has no power over files of a user that is not in it. */
	return status.st_uid == OVERFLOW_UID ? 0 : -EPERM;
}

void identity_drop(const struct identity *identity)
{
	if (identity->taken)
		identity_set(identity->uid_before, identity->gid_before);
}
