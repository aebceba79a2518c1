/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum setting_kind {
	SETTING_TEXT,
	SETTING_NUMBER,
	SETTING_TIME,
	SETTING_YESNO,
	SETTING_CHOICE,
};

struct setting {
	const char *key;
	enum setting_kind kind;
	size_t offset;
	const char *const *choices;
	const char *initial;
	const char *sentence;
};

static const char *const ports_choices[] = {"none", "at", "modem", "both", NULL};
static const char *const request_choices[] = {"ok",	"error",      "cme",
					      "silent", "unanswered", NULL};
static const char *const place_choices[] = {"normal", "recovery", NULL};
static const char *const firmware_choices[] = {"judged", "old", "new", NULL};
static const char *const format_choices[] = {"plain",	"tight",  "blank",
					     "percent", "quoted", NULL};
static const char *const spelling_choices[] = {"guide", "https", "misprint",
					       NULL};
static const char *const foreign_choices[] = {"none", "before-echo",
					      "before-answer", "both", NULL};
static const char *const qgmr_choices[] = {"full", "plain", "error", NULL};
static const char *const imei_choices[] = {"plain", "error", "empty", "zero", "long",
					   "label", "quoted", "blank-after", "blank-before", NULL};
static const char *const sum_choices[] = {"short", "upper", "padded", NULL};

static const char *const lie_choices[] = {
	"none", "total-more", "total-less", "total-zero", "length-zero", "length-long",
	"numbers", "interfaces", "endpoints-many", "endpoints-none", "endpoint-zero",
	"endpoint-same", "packet-zero", "packet-odd", "packet-huge", "configurations",
	"string-zero", "string-long", "string-stall", "string-noise", NULL};
static const char *const fault_choices[] = {
	"none", "silent", "epipe", "eproto", "eilseq", "etime", "eoverflow", "enodev", "eshutdown",
	NULL};
static const char *const flood_choices[] = {
	"none", "line", "zeros", "empty", "errors", "oks", "boots", "fota", "escapes", "digits", NULL};
static const char *const speed_choices[] = {"same", "low", "full", "wireless", NULL};

#define TEXT(k, f, d, s)                                                  \
	{                                                                 \
		k, SETTING_TEXT, offsetof(struct settings, f), NULL, d, s \
	}
#define NUMBER(k, f, d, s)                                                  \
	{                                                                   \
		k, SETTING_NUMBER, offsetof(struct settings, f), NULL, d, s \
	}
#define TIME(k, f, d, s)                                                  \
	{                                                                 \
		k, SETTING_TIME, offsetof(struct settings, f), NULL, d, s \
	}
#define YESNO(k, f, d, s)                                                  \
	{                                                                  \
		k, SETTING_YESNO, offsetof(struct settings, f), NULL, d, s \
	}
#define CHOICE(k, f, c, d, s)                                            \
	{                                                                \
		k, SETTING_CHOICE, offsetof(struct settings, f), c, d, s \
	}

static const struct setting table[] = {
	TEXT("model", model, "EP06", "Model line of ATI."),
	TEXT("firmware", firmware, "EP06ELAR03A08M4G",
	     "Firmware revision it starts with."),
	TEXT("sub-version", sub_version, "_01.001.01.001",
	     "What AT+QGMR adds to the revision."),
	TEXT("sub-version-after", sub_version_after, "",
	     "The same once a package was applied; empty: as before."),
	TEXT("sub-edition", sub_edition, "V05",
	     "Answer of AT+CSUB; empty: the command is not known."),
	TEXT("sub-edition-after", sub_edition_after, "",
	     "The same once a package was applied; empty: as before."),
	CHOICE("qgmr", qgmr, qgmr_choices, "full",
	       "Answer of AT+QGMR; plain: without the sub-version; error: the command is not known."),
	TEXT("cgmr", cgmr, "%", "Answer of AT+CGMR and AT+GMR; % stands for the revision."),
	TEXT("imei", imei, "861075030000017", "Answer of AT+CGSN and AT+GSN."),
	TEXT("imei-after", imei_after, "",
	     "IMEI after the flash, when another modem sits in the slot."),
	CHOICE("imei-answer", imei_answer, imei_choices, "plain",
	       "How the IMEI is answered; zero: fifteen zeros; long: two digits more."),
	TIME("imei-odd", imei_odd, "never", "Time after boot for which imei-answer holds."),

	TEXT("composition", composition,
	     "hs", "Composition: hs, ss, diag-off, adb, mbim, ecm, rndis, serial, mute, edl, qdl, "
	     "two, fastboot."),
	TEXT("recovery-composition", recovery_composition, "",
	     "Composition while flashing; empty: as in normal mode."),
	TEXT("final-composition", final_composition, "",
	     "Composition after the last boot; empty: as in normal mode."),
	TEXT("pid", pid, "", "Product id in hex; empty: that of the composition."),
	TEXT("recovery-vid", recovery_vid, "",
	     "Vendor id while flashing; empty: that of the composition."),
	TEXT("recovery-pid", recovery_pid, "",
	     "Product id while flashing; empty: as pid."),
	TEXT("product", product, "",
	     "Product string; empty: that of the composition."),
	TEXT("recovery-product", recovery_product, "",
	     "Product string while flashing; empty: as product."),
	TEXT("serial", serial, "0123456789ABCDEF",
	     "Serial number string; empty: none."),
	NUMBER("recovery-vhci-port", recovery_vhci_port, "-1",
	       "Another vhci port to appear on while flashing; -1: the same."),
	YESNO("dtr-needed", dtr_needed, "no",
	      "Output of a port is swallowed while its DTR is 0."),
	YESNO("zlp-needed", zlp_needed, "no",
	      "Bulk OUT of full packets only waits for a short packet or ZLP."),
	YESNO("hold-unconfigured", hold_unconfigured, "yes",
	      "Output made before SET_CONFIGURATION waits; no: it is lost."),
	YESNO("clock-from-config", clock_from_config, "no",
	      "Boot and flash clocks start at SET_CONFIGURATION, not before."),
	TIME("drop-after", drop_after, "never",
	     "Age at which output that nobody reads is dropped."),
	NUMBER("split", split, "0",
	       "At most this many bytes per IN transfer; 0: no limit."),
	NUMBER("merge", merge, "0",
	       "Hold URCs back until this many go out in one transfer."),
	TIME("merge-hold", merge_hold, "2000",
	     "How long a URC waits for others to be merged with."),
	NUMBER("empty-reads", empty_reads, "0",
	       "Zero-length transfers before each output."),
	TEXT("urc-at-config", urc_at_config, "",
	     "A URC at the instant of SET_CONFIGURATION, once per appearance."),

	YESNO("echo", echo, "yes", "Echo after boot (ATE1)."),
	NUMBER("cmee", cmee, "1", "AT+CMEE after boot."),
	CHOICE("answers-on", answers_on, ports_choices, "both",
	       "Ports that answer commands in normal mode."),
	TIME("answer-delay", answer_delay, "0",
	     "Time between a command line and its answer."),
	TEXT("late-answers", late_answers, "",
	     "COMMAND:MS[*TIMES] ...: answers of commands that begin so come that late, and "
	     "commands after them are carried out then."),
	TIME("at-ready", at_ready, "0",
	     "Time after boot before commands are heard."),
	TEXT("urcport", urcport,
	     "usbat", "URC port saved in the modem: usbat, usbmodem, uart1, uart2 or all."),
	TEXT("recovery-urcport", recovery_urcport, "",
	     "URC port while flashing; empty: the saved one."),
	YESNO("qind", qind,
	      "yes", "Saved AT+QINDCFG=\"all\": without it no +QIND comes in normal mode."),
	CHOICE("foreign", foreign, foreign_choices, "none",
	       "Where a foreign URC gets in between."),
	TEXT("foreign-urc", foreign_urc, "+QGPSURC: \"xtradataend\",0",
	     "That foreign URC."),
	TIME("nmea-every", nmea_every, "never",
	     "Interval of NMEA chatter on the NMEA port."),
	TEXT("sim", sim, "READY",
	     "Answer of AT+CPIN?; a number is the CME error instead."),
	TEXT("csq", csq, "28,99", "Answer of AT+CSQ."),
	NUMBER("registration", registration, "1",
	       "Registration state once registered."),
	TIME("register-after", register_after, "0",
	     "Time after boot until it is registered."),
	TEXT("operator", operator_name, "Stand-in", "Operator of AT+COPS?."),
	TEXT("apn", apn, "internet",
	     "APN of context 1; empty: context not defined."),
	NUMBER("cfun-after", cfun_after, "1",
	       "AT+CFUN after the flash; 5 is the factory test mode."),

	TEXT("boot-urcs",
	     boot_urcs, "RDY|+CPIN: READY|+QUSIM: 1|+CFUN: 1|+QIND: SMS DONE|+QIND: PB DONE",
	     "URCs of a normal boot, parted by |."),
	TIME("boot-delay", boot_delay, "100", "Time until the first of them."),
	TIME("boot-gap", boot_gap, "50", "Time between them."),
	TIME("qgmr-complete", qgmr_complete, "0",
	     "Time after boot until AT+QGMR is complete."),

	NUMBER("ufs-size", ufs_size, "67108864", "Bytes of the file store."),
	TEXT("files", files, "",
	     "Files that are in the store from the start: NAME:BYTES ..."),
	YESNO("list-one", list_one, "yes",
	      "AT+QFLST of one name tells of that file; no: only of all of them."),
	TEXT("ufs-directory", ufs_directory, "/cache/ufs/",
	     "Where AT+QFOTADL finds the store's files."),
	NUMBER("upload-wrong", upload_wrong, "0",
	       "This many uploads report a wrong checksum."),
	NUMBER("upload-lose", upload_lose, "-1",
	       "Offset of a byte lost in uploads without ACK."),
	NUMBER("upload-leave", upload_leave, "-1",
	       "Lose power after this many bytes of an upload, once."),
	TIME("upload-leave-away", upload_leave_away, "0",
	     "So much longer off the bus after that."),
	YESNO("upload-timeout-error", upload_timeout_error,
	      "no", "A silent upload ends with +CME ERROR: 421 instead of a short count."),
	NUMBER("lose-ack", lose_ack, "0",
	       "Number of the ACK letter that is not sent; 0: none."),
	CHOICE("sum-format", sum_format, sum_choices, "short",
	       "How a checksum is printed."),

	CHOICE("request", request, request_choices,
	       "ok", "Answer to AT+QFOTADL; silent: none, no job; unanswered: none, but a job."),
	NUMBER("request-cme", request_cme, "3",
	       "The error number when request is cme."),
	TIME("download-start", download_start, "50",
	     "Time from OK to the START URC of the download."),
	TIME("download-time", download_time, "300",
	     "Shortest time of the download."),
	NUMBER("download-code", download_code,
	       "-1", "Code of the download's END, without a fetch; -1: as the fetch goes."),
	YESNO("download-start-lost", download_start_lost, "no",
	      "The START URC of the download is missing."),
	YESNO("download-end-lost", download_end_lost, "no",
	      "The END URC of the download is missing."),
	YESNO("download-cut", download_cut, "no",
	      "Power is lost in the download; it boots with no job."),
	YESNO("own-supply", own_supply, "no",
	      "Without the host it goes on: with --memory, so does a download."),
	NUMBER("fetch-error-code", fetch_error_code, "-1",
	       "Code of a failed fetch; -1: 601 for FTP, 701 for HTTP."),
	NUMBER("check-code", check_code,
	       "0", "END code of the check before the restart; 0: judge the package."),
	NUMBER("damage-code", damage_code, "505",
	       "END code for a damaged package (504 or 505)."),
	CHOICE("damage-where", damage_where, place_choices, "normal",
	       "Where damage is found."),
	NUMBER("mismatch-code", mismatch_code, "510",
	       "END code for a package made for other firmware."),
	CHOICE("mismatch-where", mismatch_where, place_choices, "recovery",
	       "Where that is found; 510 speaks of the modem's own files, "
	       "which only the flashing system reads."),

	TEXT("glitches", glitches, "",
	     "STAGE:MS[*TIMES] ...: the bus alone is lost MS after normal, download, restart, "
	     "flash or boot began, or after the return from the loss before."),
	YESNO("glitch-sim", glitch_sim, "no",
	      "Its SIM is found only after such a loss: +CPIN: READY comes without a boot."),
	TIME("leave-delay", leave_delay, "200",
	     "Time before it leaves the bus by itself."),
	TIME("leave-patience", leave_patience, "0",
	     "Waits so much longer for a host that has begun to read and is "
	     "slow."),
	TIME("away", away, "1000", "Time off the bus before each return."),
	TEXT("flash", flash, "start,1-100,end",
	     "What the flashing system does: start, N, A-B, restore:A-B, "
	     "continue, end, end:N, wait:MS, "
	     "reboot, reboot*N, mute, lone, cut, hang, gone, edl, qdl, two, fastboot."),
	TIME("flash-start", flash_start, "200",
	     "Time from the return to the first step of the flash."),
	TIME("flash-time", flash_time, "3000",
	     "Time of the flash, spread evenly over its progress numbers."),
	CHOICE("firmware-after", firmware_after, firmware_choices,
	       "judged", "Firmware after the flash; judged: new on END 0 and a package that fits."),
	TIME("boot-again", boot_again, "never",
	     "Time after the flash that it runs its old firmware, until it boots once more."),
	CHOICE("recovery-answers", recovery_answers, ports_choices, "modem",
	       "Ports that answer a bare AT with OK while flashing."),
	CHOICE("format", format, format_choices,
	       "plain", "How +QIND numbers look: 1, no blank at all, blank, 1%, \" 1%\"."),
	CHOICE("spelling", spelling, spelling_choices,
	       "guide", "guide: HTTPSTART; https: HTTPSSTART for https; misprint: HTTPTART."),

	CHOICE("lie", lie, lie_choices, "none", "What its descriptors lie about."),
	CHOICE("in-fault", in_fault, fault_choices,
	       "none", "How bulk IN fails; silent: no answer; eoverflow: with a full buffer, as "
	       "a host controller tells of babble."),
	CHOICE("out-fault", out_fault, fault_choices, "none", "How bulk OUT fails."),
	CHOICE("control-fault", control_fault, fault_choices, "none",
	       "How class requests and the clearing of a halt fail."),
	CHOICE("configure-fault", configure_fault, fault_choices, "none",
	       "How SET_CONFIGURATION fails."),
	CHOICE("fault-where", fault_where, place_choices, "normal",
	       "The system in which they fail, and are counted."),
	NUMBER("fault-after", fault_after, "0", "This many requests of the kind go well before."),
	NUMBER("fault-count", fault_count, "-1", "This many of them fail then; -1: all."),
	CHOICE("flood", flood, flood_choices, "none",
	       "What it sends without end where there is nothing else to say; line has no end, "
	       "empty no byte."),
	CHOICE("flood-on", flood_on, ports_choices, "both", "Ports that do so."),
	CHOICE("flood-where", flood_where, place_choices, "normal", "The system that does so."),
	TIME("flood-every", flood_every, "0",
	     "Time between two transfers of it; 0: as fast as it is read."),
	TIME("restless", restless, "never",
	     "Leaves the bus so long after each return, and for ever."),
	CHOICE("return-speed", return_speed, speed_choices, "same",
	       "Speed of each return; low: the kernel does not enumerate it."),
};

#define TABLE_ROWS (sizeof(table) / sizeof(table[0]))

static int parse_number(const char *value, int64_t *ret)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 0);
	if (errno || end == value || *end)
		return -EINVAL;
	*ret = n;
	return 0;
}

static int parse_time(const char *value, uint64_t *ret)
{
	char *end;
	double ms;

	if (!strcmp(value, "never")) {
		*ret = SETTINGS_NEVER;
		return 0;
	}
	ms = strtod(value, &end);
	if (end == value || *end || !(ms >= 0 && ms < 1e12))
		return -EINVAL;
	*ret = (uint64_t)llround(ms * 1000);
	return 0;
}

static int parse_yesno(const char *value, bool *ret)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return -EINVAL;
	*ret = yes;
	return 0;
}

static int parse_choice(const char *value, const char *const *choices, int *ret)
{
	for (int i = 0; choices[i]; i++) {
		if (!strcmp(value, choices[i])) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_text(const char *value, char *ret)
{
	size_t length = strlen(value);

	if (length >= SETTINGS_TEXT)
		return -EINVAL;
	memcpy(ret, value, length + 1);
	return 0;
}

static int setting_store(struct settings *s, const struct setting *row,
			 const char *value)
{
	void *field = (char *)s + row->offset;

	switch (row->kind) {
	case SETTING_TEXT:
		return parse_text(value, field);
	case SETTING_NUMBER:
		return parse_number(value, field);
	case SETTING_TIME:
		return parse_time(value, field);
	case SETTING_YESNO:
		return parse_yesno(value, field);
	case SETTING_CHOICE:
		return parse_choice(value, row->choices, field);
	}
	return -EINVAL;
}

int settings_set(struct settings *s, const char *key, const char *value)
{
	for (size_t i = 0; i < TABLE_ROWS; i++) {
		if (!strcmp(table[i].key, key))
			return setting_store(s, &table[i], value);
	}
	return -ENOENT;
}

void settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < TABLE_ROWS; i++) {
		int r = setting_store(s, &table[i], table[i].initial);

		assert(!r);
		(void)r;
	}
}

static const char *kind_unit(const struct setting *row)
{
	return row->kind == SETTING_TIME && strcmp(row->initial, "never")
		       ? " ms"
		       : "";
}

static void help_choices(FILE *out, const struct setting *row)
{
	for (int i = 0; row->choices && row->choices[i]; i++)
		fprintf(out, "%s%s", i ? "|" : "      ", row->choices[i]);
	if (row->choices)
		fputc('\n', out);
}

void settings_help(FILE *out)
{
	for (size_t i = 0; i < TABLE_ROWS; i++) {
		fprintf(out, "  %s = %s%s\n", table[i].key, table[i].initial,
			kind_unit(&table[i]));
		help_choices(out, &table[i]);
		fprintf(out, "      %s\n", table[i].sentence);
	}
}
