/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root works in directories of other users, as those of user qfota. Such a user
 * may lay a link or another file there at any instant, so root makes each call
 * on what is in the directory as its owner: the kernel then allows root no more
 * than it allows that user, and what root creates belongs to the user from its
 * first instant.
 */
#ifndef QFOTA_IDENTITY_H
#define QFOTA_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "agent/util.h"

struct identity {
	bool foreign; /* the directory belongs to another user than this root */
	bool taken;   /* calls of this thread on files are made as that user */
	uid_t uid;    /* the owner of the directory */
	uid_t uid_before;
	gid_t gid_before;
};

/*
 * Makes the calls of this thread on files those of the owner of @directory, a
 * descriptor, until identity_drop(). Nothing changes for anybody but root, and
 * in directories of root. -EPERM: this root may not act as that user. errno of
 * fstat(2)
 */
int identity_take(int directory, struct identity *ret);
void identity_drop(const struct identity *identity);

#define _cleanup_identity_ _cleanup_(identity_drop)

#endif
