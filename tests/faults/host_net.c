/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network of a host that is a folder: whatever name the modem looks up is that
 * of a server on this machine. Stands in the place of the C library's function.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret)
{
	__typeof__(&getaddrinfo) next =
		__extension__(__typeof__(&getaddrinfo)) dlsym(RTLD_NEXT, "getaddrinfo");

	return next ? next(node ? "127.0.0.1" : NULL, service, hints, ret) : EAI_SYSTEM;
}
