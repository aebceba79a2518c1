/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded to the agent. $QFOTA_FAULT is FUNCTION@OFFSET:N, the Nth call at a place,
 * which is to fail; with a + behind it all later calls there fail, too. Lines of the
 * file $QFOTA_FAULT_LOG tell what has come of it:
 *
 * place FUNCTION@OFFSET CALLS: it was reached so often
 * fault FUNCTION@OFFSET:N: so was the call that was to fail
 * leak: memory that a place was given and did not free, or a descriptor
 * misuse: memory that was freed, and then written to or freed again
 */
#include "faults.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES 2048
#define LOG_FD 900 /* none that the program gets */

struct place {
	const char *function;
	uintptr_t offset;
	unsigned long calls;
};

static struct {
	uintptr_t base, start, end; /* of the program's code */
	char function[64];
	uintptr_t offset;
	unsigned long n;
	bool lasting;
	bool struck;
	int log;
	struct place place[PLACES];
	unsigned int places;
} faults = {.log = -1};

/* ---- places ---- */

static int program_find(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size, (void)data;
	faults.base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		faults.start = info->dlpi_addr + part->p_vaddr;
		faults.end = faults.start + part->p_memsz;
	}
	return 1; /* the first one is the program */
}

unsigned int faults_place(const char *function, uintptr_t at)
{
	if (at < faults.start || at >= faults.end)
		return 0;
	for (unsigned int i = 1; i <= faults.places; i++)
		if (faults.place[i].offset == at - faults.base &&
		    strcmp(faults.place[i].function, function) == 0)
			return i;
	if (faults.places + 1 == PLACES)
		abort();
	faults.place[++faults.places] =
		(struct place){.function = function, .offset = at - faults.base};
	return faults.places;
}

bool faults_strike(const char *function, uintptr_t at)
{
	struct place *place = &faults.place[faults_place(function, at)];

	if (!place->function)
		return false;
	place->calls++;
	if (place->offset != faults.offset || strcmp(place->function, faults.function) ||
	    (faults.lasting ? place->calls < faults.n : place->calls != faults.n))
		return false;
	faults.struck = true;
	return true;
}

void faults_tell(const char *what, unsigned int place)
{
	dprintf(faults.log, "%s %s@%lx\n", what, faults.place[place].function,
		(unsigned long)faults.place[place].offset);
}

/* ---- beginning and end ---- */

static void fault_parse(const char *text)
{
	unsigned long offset;
	char on = 0;

	if (!text || !*text)
		return;
	if (sscanf(text, "%63[^@]@%lx:%lu%c", faults.function, &offset, &faults.n, &on) < 3)
		abort();
	faults.offset = offset;
	faults.lasting = on == '+';
}

__attribute__((constructor)) static void faults_begin(void)
{
	const char *log = getenv("QFOTA_FAULT_LOG");

	/* Hooks and whatever else the agent starts are left alone. */
	unsetenv("LD_PRELOAD");
	dl_iterate_phdr(program_find, NULL);
	fault_parse(getenv("QFOTA_FAULT"));
	if (!log)
		return;
	faults.log = openat(AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (dup3(faults.log, LOG_FD, O_CLOEXEC) < 0)
		abort();
	close(faults.log);
	faults.log = LOG_FD;
}

static void descriptors_check(void)
{
	for (int fd = 3; fd < LOG_FD; fd++) {
		char path[32], target[128];
		ssize_t length;

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		dprintf(faults.log, "leak descriptor %s\n", target);
	}
}

__attribute__((destructor)) static void faults_end(void)
{
	if (faults.log < 0)
		return;
	for (unsigned int i = 1; i <= faults.places; i++)
		dprintf(faults.log, "place %s@%lx %lu\n", faults.place[i].function,
			(unsigned long)faults.place[i].offset, faults.place[i].calls);
	if (faults.struck)
		dprintf(faults.log, "fault %s@%lx:%lu\n", faults.function,
			(unsigned long)faults.offset, faults.n);
	faults_check_memory();
	descriptors_check();
}
