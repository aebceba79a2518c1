/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stand-in modem is like and what goes wrong with it, as data.
 *
 * Every setting is one row of the table in settings.c: key, kind, default and
 * one sentence. `standin --help` prints that table; there is no other list.
 * Where the facts leave a behaviour open (not documented, differs between
 * families), each known behaviour is one value of a setting.
 */
#ifndef STANDIN_SETTINGS_H
#define STANDIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SETTINGS_TEXT 256
#define SETTINGS_NEVER UINT64_MAX

enum settings_ports {
	SETTINGS_PORTS_NONE,
	SETTINGS_PORTS_AT,
	SETTINGS_PORTS_MODEM,
	SETTINGS_PORTS_BOTH,
};

enum settings_request {
	SETTINGS_REQUEST_OK,
	SETTINGS_REQUEST_ERROR,
	SETTINGS_REQUEST_CME,
	SETTINGS_REQUEST_SILENT,
	SETTINGS_REQUEST_UNANSWERED,
};

enum settings_place {
	SETTINGS_PLACE_NORMAL,
	SETTINGS_PLACE_RECOVERY,
};

enum settings_firmware {
	SETTINGS_FIRMWARE_JUDGED,
	SETTINGS_FIRMWARE_OLD,
	SETTINGS_FIRMWARE_NEW,
};

enum settings_format {
	SETTINGS_FORMAT_PLAIN,
	SETTINGS_FORMAT_TIGHT,
	SETTINGS_FORMAT_BLANK,
	SETTINGS_FORMAT_PERCENT,
	SETTINGS_FORMAT_QUOTED,
};

enum settings_spelling {
	SETTINGS_SPELLING_GUIDE,
	SETTINGS_SPELLING_HTTPS,
	SETTINGS_SPELLING_MISPRINT,
};

enum settings_foreign {
	SETTINGS_FOREIGN_NONE,
	SETTINGS_FOREIGN_BEFORE_ECHO,
	SETTINGS_FOREIGN_BEFORE_ANSWER,
	SETTINGS_FOREIGN_BOTH,
};

enum settings_qgmr {
	SETTINGS_QGMR_FULL,
	SETTINGS_QGMR_PLAIN,
	SETTINGS_QGMR_ERROR,
};

enum settings_imei {
	SETTINGS_IMEI_PLAIN,
	SETTINGS_IMEI_ERROR,
	SETTINGS_IMEI_EMPTY,
	SETTINGS_IMEI_ZERO,
	SETTINGS_IMEI_LONG,
	SETTINGS_IMEI_LABEL,
	SETTINGS_IMEI_QUOTED,
	SETTINGS_IMEI_BLANK_AFTER,
	SETTINGS_IMEI_BLANK_BEFORE,
};

enum settings_sum {
	SETTINGS_SUM_SHORT,
	SETTINGS_SUM_UPPER,
	SETTINGS_SUM_PADDED,
};

/* Of descriptors: hostile.c says which field each is about. */
enum settings_lie {
	SETTINGS_LIE_NONE,
	SETTINGS_LIE_TOTAL_MORE,
	SETTINGS_LIE_TOTAL_LESS,
	SETTINGS_LIE_TOTAL_ZERO,
	SETTINGS_LIE_LENGTH_ZERO,
	SETTINGS_LIE_LENGTH_LONG,
	SETTINGS_LIE_NUMBERS,
	SETTINGS_LIE_INTERFACES,
	SETTINGS_LIE_ENDPOINTS_MANY,
	SETTINGS_LIE_ENDPOINTS_NONE,
	SETTINGS_LIE_ENDPOINT_ZERO,
	SETTINGS_LIE_ENDPOINT_SAME,
	SETTINGS_LIE_PACKET_ZERO,
	SETTINGS_LIE_PACKET_ODD,
	SETTINGS_LIE_PACKET_HUGE,
	SETTINGS_LIE_CONFIGURATIONS,
	SETTINGS_LIE_STRING_ZERO,
	SETTINGS_LIE_STRING_LONG,
	SETTINGS_LIE_STRING_STALL,
	SETTINGS_LIE_STRING_NOISE,
};

enum settings_fault {
	SETTINGS_FAULT_NONE,
	SETTINGS_FAULT_SILENT,
	SETTINGS_FAULT_EPIPE,
	SETTINGS_FAULT_EPROTO,
	SETTINGS_FAULT_EILSEQ,
	SETTINGS_FAULT_ETIME,
	SETTINGS_FAULT_EOVERFLOW,
	SETTINGS_FAULT_ENODEV,
	SETTINGS_FAULT_ESHUTDOWN,
};

enum settings_flood {
	SETTINGS_FLOOD_NONE,
	SETTINGS_FLOOD_LINE,
	SETTINGS_FLOOD_ZEROS,
	SETTINGS_FLOOD_EMPTY,
	SETTINGS_FLOOD_ERRORS,
	SETTINGS_FLOOD_OKS,
	SETTINGS_FLOOD_BOOTS,
	SETTINGS_FLOOD_FOTA,
	SETTINGS_FLOOD_ESCAPES,
	SETTINGS_FLOOD_DIGITS,
};

enum settings_speed {
	SETTINGS_SPEED_SAME,
	SETTINGS_SPEED_LOW,
	SETTINGS_SPEED_FULL,
	SETTINGS_SPEED_WIRELESS,
};

/* Times are in microseconds here, in milliseconds in files and options. */
struct settings {
	/* who it is */
	char model[SETTINGS_TEXT];
	char firmware[SETTINGS_TEXT];
	char sub_version[SETTINGS_TEXT];
	char sub_version_after[SETTINGS_TEXT];
	char sub_edition[SETTINGS_TEXT];
	char sub_edition_after[SETTINGS_TEXT];
	int qgmr;
	char cgmr[SETTINGS_TEXT];
	int imei_answer;
	uint64_t imei_odd;
	char imei[SETTINGS_TEXT];
	char imei_after[SETTINGS_TEXT];

	/* USB */
	char composition[SETTINGS_TEXT];
	char recovery_composition[SETTINGS_TEXT];
	char final_composition[SETTINGS_TEXT];
	char pid[SETTINGS_TEXT];
	char recovery_vid[SETTINGS_TEXT];
	char recovery_pid[SETTINGS_TEXT];
	char product[SETTINGS_TEXT];
	char recovery_product[SETTINGS_TEXT];
	char serial[SETTINGS_TEXT];
	int64_t recovery_vhci_port;
	bool dtr_needed;
	bool zlp_needed;
	bool hold_unconfigured;
	bool clock_from_config;
	uint64_t drop_after;
	int64_t split;
	int64_t merge;
	uint64_t merge_hold;
	int64_t empty_reads;
	char urc_at_config[SETTINGS_TEXT];

	/* AT */
	bool echo;
	int64_t cmee;
	int answers_on;
	uint64_t answer_delay;
	char late_answers[SETTINGS_TEXT];
	uint64_t at_ready;
	char urcport[SETTINGS_TEXT];
	char recovery_urcport[SETTINGS_TEXT];
	bool qind;
	int foreign;
	char foreign_urc[SETTINGS_TEXT];
	uint64_t nmea_every;
	char sim[SETTINGS_TEXT];
	char csq[SETTINGS_TEXT];
	int64_t registration;
	uint64_t register_after;
	char operator_name[SETTINGS_TEXT];
	char apn[SETTINGS_TEXT];
	int64_t cfun_after;

	/* boot */
	char boot_urcs[SETTINGS_TEXT];
	uint64_t boot_delay;
	uint64_t boot_gap;
	uint64_t qgmr_complete;

	/* file store */
	int64_t ufs_size;
	char files[SETTINGS_TEXT];
	char ufs_directory[SETTINGS_TEXT];
	int64_t upload_wrong;
	int64_t upload_lose;
	int64_t upload_leave;
	uint64_t upload_leave_away;
	bool upload_timeout_error;
	int64_t lose_ack;
	int sum_format;
	bool list_one;

	/* the request and the download */
	int request;
	int64_t request_cme;
	uint64_t download_start;
	uint64_t download_time;
	int64_t download_code;
	bool download_start_lost;
	bool download_end_lost;
	bool download_cut;
	bool own_supply;
	int64_t fetch_error_code;
	int64_t check_code;
	int64_t damage_code;
	int damage_where;
	int64_t mismatch_code;
	int mismatch_where;

	/* restart and flash */
	char glitches[SETTINGS_TEXT];
	bool glitch_sim;
	uint64_t leave_delay;
	uint64_t leave_patience;
	uint64_t away;
	char flash[SETTINGS_TEXT];
	uint64_t flash_start;
	uint64_t flash_time;
	int firmware_after;
	uint64_t boot_again;
	int recovery_answers;
	int format;
	int spelling;

	/* hostile */
	int lie;
	int in_fault, out_fault, control_fault, configure_fault;
	int fault_where;
	int64_t fault_after;
	int64_t fault_count;
	int flood;
	int flood_on;
	int flood_where;
	uint64_t flood_every;
	uint64_t restless;
	int return_speed;
};

/* A delay from now on; never stays never. */
static inline uint64_t settings_after(uint64_t now_us, uint64_t delay_us)
{
	return delay_us == SETTINGS_NEVER ? SETTINGS_NEVER : now_us + delay_us;
}

/* All defaults; never fails. */
void settings_init(struct settings *s);

/* Returns 0, -ENOENT for an unknown key, -EINVAL for a bad value. */
int settings_set(struct settings *s, const char *key, const char *value);

/* The table: key, default, sentence; one row a line. */
void settings_help(FILE *out);

#endif
