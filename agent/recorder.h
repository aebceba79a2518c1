/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a transcript (agent/core/transcript.h) of all modems into one file:
 * every byte, event and action, credentials masked and IMEIs replaced by
 * pseudonyms.
 *
 * So that neither can hide in bytes that come in parts, these are held back
 * until their line is complete. Of a line that never is, because the modem
 * left, digits become 0; one of more than RECORDER_LINE_MAX bytes keeps only
 * its length.
 */
#ifndef QFOTA_RECORDER_H
#define QFOTA_RECORDER_H

#include <stddef.h>
#include <stdint.h>

#include "agent/core/dfota.h"

#define RECORDER_LINE_MAX 1024

struct recorder;

enum recorder_direction {
	RECORDER_IN,  /* from the modem */
	RECORDER_OUT, /* to the modem */
};

/*
 * A new file of mode 0600, or an old one emptied. Times in it count from now.
 * errno of open(2) or fchmod(2), -ENOMEM.
 */
int recorder_open(const char *path, struct recorder **ret);
/*
 * What is held back is written. 0, or the first reason why the transcript is not whole:
 * -ENOMEM, -ENOBUFS, errno of write(2), close(2). NULL is fine.
 */
int recorder_close(struct recorder *recorder);

/* All times are those of loop_now(). */
void recorder_bytes(struct recorder *recorder, const char *position, unsigned int port,
		    enum recorder_direction direction, const uint8_t *bytes, size_t size,
		    uint64_t now_ms);
/* @what: "add", "remove" */
void recorder_usb(struct recorder *recorder, const char *position, const char *what,
		  uint16_t vid, uint16_t pid, uint64_t now_ms);
/*
 * An event and, after it, the actions and the state that it led to. What the
 * machine began with is written before START.
 */
void recorder_event(struct recorder *recorder, const char *position,
		    const struct dfota_event *event, uint64_t now_ms);
void recorder_actions(struct recorder *recorder, const char *position,
		      const struct dfota_actions *actions, const struct dfota *d,
		      uint64_t now_ms);

#endif
