/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes one call of a program fail. A place is a function that the program
 * calls, and the address that it returns to; what libraries call for themselves
 * is no place.
 */
#ifndef FAULTS_FAULTS_H
#define FAULTS_FAULTS_H

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define HERE ((uintptr_t)__builtin_return_address(0))

#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

/* Fails with @bad, and @error in errno. */
#define FAULT(type, name, parameters, arguments, bad, error) \
	type name parameters                                 \
	{                                                    \
		if (faults_strike(#name, HERE)) {            \
			errno = error;                       \
			return bad;                          \
		}                                            \
		return NEXT(name) arguments;                 \
	}

/* Likewise, of what is freed by free() in the end, by whomever. */
#define FAULT_MEMORY(type, name, parameters, arguments)                \
	type name parameters                                           \
	{                                                              \
		if (faults_strike(#name, HERE)) {                      \
			errno = ENOMEM;                                \
			return NULL;                                   \
		}                                                      \
		return faults_give(NEXT(name) arguments, #name, HERE); \
	}

/* 0: @at is none of the program's code. */
unsigned int faults_place(const char *function, uintptr_t at);
/* Counts the call; true if it is the one that is to fail. */
bool faults_strike(const char *function, uintptr_t at);
/* A line of the log, which names the place. */
void faults_tell(const char *what, unsigned int place);

/* That @memory, which may be NULL, is a place's until free(3). Returns it. */
void *faults_give(void *memory, const char *function, uintptr_t at);
/* Tells of what is not free, and of what was written to since. */
void faults_check_memory(void);

#endif
