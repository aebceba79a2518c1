/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text file that may be anything, read line by line in bounded memory.
 */
#ifndef QFOTA_TEXTFILE_H
#define QFOTA_TEXTFILE_H

#include <stdbool.h>
#include <stdio.h>

#define TEXTFILE_LINE_MAX 16384 /* bytes */

struct textfile {
	FILE *file;
	unsigned int number; /* of the line at hand, from 1 */
	bool sound;	     /* false: with a control character, or cut at TEXTFILE_LINE_MAX */
	bool ended;	     /* its newline was there: the last line may have been torn */
	char text[TEXTFILE_LINE_MAX + 1]; /* without its newline */
};

/* -ENOMEM, errno of fopen(3) */
int textfile_open(const char *path, struct textfile **ret);
/* A file below a folder as agent/store.h has it. -ENOMEM, errno of store_open() */
int textfile_open_in(int folder, const char *name, struct textfile **ret);
/* NULL is fine. */
void textfile_close(struct textfile *file);
/* 1: the next line; 0: the end; errno of read(2) */
int textfile_next(struct textfile *file);

#endif
