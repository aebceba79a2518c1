/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to an upgrade, and what the machine has to do about it. The
 * words of the scripts are explained in test_dfota.c; what the machine did is
 * PORT>COMMAND, [PHASE], N%, save, hold, identified, note, finish.
 */
#ifndef QFOTA_DFOTA_STORIES_H
#define QFOTA_DFOTA_STORIES_H

#include "dfota_player.h"

#define STORY_GOES_ON (-1) /* not finished; it is then run out, with the laws watching */

struct story {
	const char *name;
	const char *script;
	const char *told; /* NULL: only the laws watch */
	enum outcome outcome;
	int exit;
	const char *reason; /* part of it; NULL: any */
	bool goes_on;	    /* the journal stays: the next run resumes */
	bool owes;	    /* the journal stays for what is owed */
	void (*arrange)(struct player *p);

	bool resumed;
	enum dfota_phase phase;
	int transfer, end;
	bool left, rebooted;
	bool local; /* the package was in the modem */
	bool urc_moved; /* from uart1 */
	uint64_t age_ms;
	const char *running;

	enum { STORY_FOLLOW = 1, STORY_ASK } follow;
};

#define REQUESTED "request; "
#define ACCEPTED REQUESTED "OK; fota HTTPSTART; "
#define DOWNLOADED ACCEPTED "fota HTTPEND 0; "
#define FLASHED DOWNLOADED "off; flashing; fota START; fota UPDATING 50; "

#define TOLD_ACCEPTED "[download]; save; "
#define TOLD_DOWNLOADED TOLD_ACCEPTED "[restart]; save; "
#define TOLD_FLASHED TOLD_DOWNLOADED "[flash]; save; 50%; "
#define TOLD_PARTS "1>AT+QGMR; 1>AT+CSUB; "
#define TOLD_READ "[verify]; 1>AT; save; 1>ATE0; 1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; "
#define TOLD_VERIFY TOLD_READ "1>AT+CFUN?; finish; "
#define TOLD_WELL TOLD_READ TOLD_NETWORK "finish; "

static void arrange_local(struct player *p)
{
	p->plan.download = false;
	strcpy(p->plan.argument, "/cache/ufs/a.zip");
}

static void arrange_no_sim(struct player *p)
{
	p->sim = "+CPIN: NOT INSERTED";
}

static void arrange_searching(struct player *p)
{
	p->registration = "+CEREG: 0,2";
}

static void arrange_radio_off(struct player *p)
{
	p->cfun = "+CFUN: 4";
}

static void arrange_no_context(struct player *p)
{
	p->context = NULL;
}

static void arrange_context_untold(struct player *p)
{
	p->context = "ERROR";
}

static void arrange_other_context(struct player *p)
{
	p->context = "+CGDCONT: 2,\"IPV4V6\",\"\",\"0.0.0.0\",0,0";
}

static void arrange_weak(struct player *p)
{
	p->rssi = "+CSQ: 4,99";
}

static void arrange_signal_unknown(struct player *p)
{
	p->rssi = "+CSQ: 99,99";
}

static void arrange_dry_run(struct player *p)
{
	p->plan.dry_run = true;
}

static void arrange_full_disk(struct player *p)
{
	p->disk_full = true;
}

static void arrange_modem_port_only(struct player *p)
{
	p->speaks = 1;
}

static void arrange_deaf(struct player *p)
{
	p->voice = PLAYER_VOICE_MUTE;
}

static void arrange_no_firmware(struct player *p)
{
	p->firmware = "ERROR";
}

static void arrange_codes_to_uart(struct player *p)
{
	p->urcs_to = "+QURCCFG: \"urcport\",\"uart1\"";
}

static void arrange_codes_stuck(struct player *p)
{
	arrange_codes_to_uart(p);
	p->urcs_stuck = true;
}

/* They can be moved, but not back. */
static void arrange_codes_stay(struct player *p)
{
	arrange_codes_to_uart(p);
	p->urcs_stay = true;
}

static void arrange_codes_slow(struct player *p)
{
	arrange_codes_to_uart(p);
	p->slow_to = "AT+QURCCFG=\"urcport\",\"usbat\"";
}

static void arrange_no_target(struct player *p)
{
	p->plan.target[0] = '\0';
}

static void arrange_bad_argument(struct player *p)
{
	strcpy(p->plan.argument, "a\"b");
}

static void arrange_current(struct player *p)
{
	p->plan.kind = DFOTA_PLAN_CURRENT;
}

static void arrange_config(struct player *p)
{
	p->plan.kind = DFOTA_PLAN_CONFIG;
	strcpy(p->plan.reason, "two targets");
}

static void arrange_refuse(struct player *p)
{
	p->plan.kind = DFOTA_PLAN_REFUSE;
	strcpy(p->plan.reason, "wrong firmware");
}

/* A query before the request is answered late. */
static void arrange_slow_registration(struct player *p)
{
	p->slow_to = "AT+CREG?";
}

#define TOLD_IDENTIFIED                                                     \
	"[identify]; 1>AT; 1>ATE0; 1>AT+CMEE=1; 1>AT+QURCCFG=\"urcport\"; " \
	"1>AT+QINDCFG=\"all\"; 1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; identified; "
#define TOLD_NETWORK "1>AT+CFUN?; 1>AT+CPIN?; 1>AT+CEREG?; 1>AT+CREG?; 1>AT+CGSN; "
#define TOLD_CHECK "1>AT+CFUN?; 1>AT+CPIN?; 1>AT+CEREG?; 1>AT+CREG?; 1>AT+CGDCONT?; 1>AT+CSQ; "
#define TOLD_CHECKED                                                     \
	TOLD_IDENTIFIED "[check]; " TOLD_CHECK "1>AT+CGSN; [request]; hold; save; "
#define TOLD_REQUESTED TOLD_CHECKED "1>AT+QFOTADL=\"http://fw.example:80/a.zip\"; "

#define TOLD_BACK "1>AT+QURCCFG=\"urcport\",\"uart1\"; 1>AT+QURCCFG=\"urcport\"; "
/* Until the URC port is being moved, which is answered late. */
#define MOVING "modem; wait 1000; "
#define TOLD_MOVING TOLD_CHECKED "1>AT+QURCCFG=\"urcport\",\"usbat\"; "

static const struct story stories_before_the_request[] = {
	{ "all is well", "wait 5000; modem; wait 999; wait 1", TOLD_REQUESTED, .exit = STORY_GOES_ON },
	{ "nothing comes", "wait ready", "[identify]; finish; ", .outcome = OUTCOME_NONE, .exit = 1,
	  .reason = "ready" },
	{ "nothing is sent in the second of listening", "modem; wait 999", "[identify]; ",
	  .exit = STORY_GOES_ON },
	{ "ready counts from the attach", "wait 50000; modem; wait 50000; fota START",
	  "[identify]; 1>AT; 1>AT; 1>AT; 0>AT; 0>AT; 0>AT; 1>AT; 1>AT; 1>AT; "
	  "0>AT; 0>AT; 0>AT; "
	  "1>AT; 1>AT; 1>AT; 0>AT; 0>AT; 0>AT; 1>AT; 1>AT; 1>AT; 0>AT; 0>AT; "
	  "0>AT; 1>AT; finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "already running",
	  .arrange = arrange_deaf },
	{ "no port answers", "modem; wait 1000; on 0 RDY; wait ready; off",
	  "[identify]; 1>AT; 1>AT; 1>AT; 0>AT; 0>AT; 0>AT; 1>AT; 1>AT; 1>AT; "
	  "0>AT; 0>AT; 0>AT; "
	  "1>AT; 1>AT; 1>AT; 0>AT; 0>AT; 0>AT; 1>AT; 1>AT; 1>AT; 0>AT; 0>AT; "
	  "0>AT; 1>AT; 1>AT; "
	  "1>AT; 0>AT; 0>AT; 0>AT; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 1, .reason = "ready", .arrange = arrange_deaf },
	{ "OK from elsewhere is no answer", "modem; wait 1000; on 0 OK; on 2 OK",
	  "[identify]; 1>AT; ", .exit = STORY_GOES_ON, .arrange = arrange_deaf },
	{ "only the modem port answers", "modem; wait 7000",
	  "[identify]; 1>AT; 1>AT; 1>AT; 0>AT; 0>ATE0; 0>AT+CMEE=1; "
	  "0>AT+QURCCFG=\"urcport\"; "
	  "0>AT+QINDCFG=\"all\"; 0>AT+CGMR; 0>AT+QGMR; 0>AT+CSUB; 0>AT+CGSN; identified; [check]; "
	  "0>AT+CFUN?; 0>AT+CPIN?; 0>AT+CEREG?; "
	  "0>AT+CREG?; 0>AT+CGDCONT?; 0>AT+CSQ; 0>AT+CGSN; [request]; hold; save; "
	  "0>AT+QFOTADL=\"http://fw.example:80/a.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_modem_port_only },
	{ "no firmware is told", "modem; wait 1000; wait 1000; wait 58000; wait 1000",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "no firmware",
	  .arrange = arrange_no_firmware },
	{ "an upgrade is under way", "modem; wait 500; fota UPDATING 42", "[identify]; finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "already running" },
	{ "a transfer is under way", "modem; wait 500; fota HTTPSTART", "[identify]; finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "already running" },
	{ "an END of a job before", "modem; wait 500; fota END 0", "[identify]; finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "already running" },
	{ "a boot is no upgrade", "modem; RDY; +CPIN: READY; wait 1000", TOLD_REQUESTED,
	  .exit = STORY_GOES_ON },
	{ "a lone port", "recovery; wait ready", "[identify]; finish; ", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "no AT port" },
	{ "emergency download", "emergency; wait ready", "[identify]; finish; ",
	  .outcome = OUTCOME_EMERGENCY, .exit = 9, .goes_on = true },
	{ "it leaves and returns", "modem; wait 500; off; wait 1000; modem; wait 1000",
	  TOLD_REQUESTED, .exit = STORY_GOES_ON },
	{ "it leaves and returns unseen", "modem; wait 500; recovery; wait 500; modem; wait 1000",
	  TOLD_REQUESTED, .exit = STORY_GOES_ON },
	{ "it keeps leaving", "modem; off; modem; off; modem; off; modem; off; modem; off; modem",
	  "[identify]; finish; ", .outcome = OUTCOME_NONE, .exit = 1, .reason = "power supply" },
	{ "stop while listening", "modem; stop", "[identify]; finish; ", .outcome = OUTCOME_NONE,
	  .exit = 1, .reason = "stopped" },
	{ "terminate while away", "term; modem", "[identify]; finish; ", .outcome = OUTCOME_NONE,
	  .exit = 1, .reason = "stopped" },
	{ "the host fails", "modem; host", "[identify]; finish; ", .outcome = OUTCOME_NONE,
	  .exit = 1, .reason = "USB" },
	{ "another agent has it", "held", "[identify]; finish; ", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "held" },
	{ "current", "modem; wait 1000", TOLD_IDENTIFIED "finish; ", .outcome = OUTCOME_CURRENT,
	  .exit = 0, .arrange = arrange_current },
	{ "wrong configuration", "modem; wait 1000", TOLD_IDENTIFIED "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 2, .reason = "two targets", .arrange = arrange_config },
	{ "wrong firmware", "modem; wait 1000", TOLD_IDENTIFIED "finish; ", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "wrong firmware", .arrange = arrange_refuse },
	{ "dry run", "modem; wait 1000",
	  TOLD_IDENTIFIED "[check]; " TOLD_CHECK "1>AT+QFLDS=\"UFS\"; 1>AT+CGSN; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .reason = "dry run: all checks passed, nothing was requested",
	  .arrange = arrange_dry_run },
	{ "no PDP context", "modem; wait 1000; wait network", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "PDP context", .arrange = arrange_no_context },
	{ "a PDP context that comes in time", "modem; wait 1000; context; wait 2000; wait 1000",
	  .exit = STORY_GOES_ON, .arrange = arrange_no_context },
	{ "PDP contexts are not told", "modem; wait 1000", TOLD_REQUESTED, .exit = STORY_GOES_ON,
	  .arrange = arrange_context_untold },
	{ "another PDP context", "modem; wait 1000",
	  TOLD_IDENTIFIED "[check]; " TOLD_CHECK "1>AT+CGSN; note; [request]; hold; save; "
	  "1>AT+QFOTADL=\"http://fw.example:80/a.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_other_context },
	{ "a weak signal", "modem; wait 1000",
	  TOLD_IDENTIFIED "[check]; " TOLD_CHECK "1>AT+CGSN; note; [request]; hold; save; "
	  "1>AT+QFOTADL=\"http://fw.example:80/a.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_weak },
	{ "a signal that is not known", "modem; wait 1000",
	  TOLD_IDENTIFIED "[check]; " TOLD_CHECK "1>AT+CGSN; note; [request]; hold; save; "
	  "1>AT+QFOTADL=\"http://fw.example:80/a.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_signal_unknown },
	{ "no SIM", "modem; wait 1000; wait network", .outcome = OUTCOME_REFUSED, .exit = 4,
	  .reason = "SIM", .arrange = arrange_no_sim },
	{ "never registered", "modem; wait 1000; wait network", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "registered", .arrange = arrange_searching },
	{ "a local file needs no network", "modem; wait 1000",
	  TOLD_IDENTIFIED "[check]; " TOLD_NETWORK "[request]; hold; save; 1>AT+QFOTADL=\"/cache/ufs/a.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_local },
	{ "the disk is full", "modem; wait 1000", TOLD_CHECKED "finish; ", .outcome = OUTCOME_NONE,
	  .exit = 1, .reason = "nothing was requested", .arrange = arrange_full_disk },
	{ "an argument that may not be sent", "modem; wait 1000", TOLD_CHECKED "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .arrange = arrange_bad_argument },
	{ "refused", REQUESTED "ERROR", "finish; ", .outcome = OUTCOME_REFUSED, .exit = 4,
	  .reason = "ERROR" },
	{ "refused with a number", REQUESTED "+CME ERROR: 30", "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "+CME ERROR: 30 (no network service)" },
	{ "refused with words", REQUESTED "+CME ERROR: busy", "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "refused" },
	{ "refused after half a code of something else", REQUESTED "+QIND:; ERROR", "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "ERROR" },
	{ "refused after half a code", REQUESTED "+QIND: \"FOTA\",\"HTTPEND\",; ERROR", "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "ERROR" },
	{ "an error elsewhere is no answer", REQUESTED "on 0 ERROR; on 0 OK; OK", TOLD_ACCEPTED,
	  .exit = STORY_GOES_ON },
	{ "an error after OK is no answer", REQUESTED "OK; ERROR", TOLD_ACCEPTED,
	  .exit = STORY_GOES_ON },
	{ "a late ERROR to a query is no answer to the request", "modem; wait 1000; wait 7000; OK",
	  NULL, .exit = STORY_GOES_ON, .arrange = arrange_slow_registration },
};

static const struct story stories_clean[] = {
	{ "http", FLASHED "fota UPDATING 100; fota END 0; off; boots new; off; ERROR",
	  TOLD_FLASHED "100%; [return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "https with an S",
	  REQUESTED "OK; fota HTTPSSTART; fota HTTPSEND 0; off; flashing; fota START; "
		    "fota UPDATING 50; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "ftp",
	  REQUESTED "OK; fota FTPSTART; fota FTPEND 0; off; flashing; fota START; "
		    "fota UPDATING 50; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "local file",
	  REQUESTED "OK; off; flashing; fota START; fota UPDATING 50; fota END 0; off; boots new",
	  "[restart]; save; [flash]; save; 50%; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_local },
	{ "local file, OK lost", REQUESTED "off; flashing; fota START; fota END 0; off; boots new",
	  "[restart]; save; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_local },
	{ "without a target any other firmware will do", FLASHED "fota END 0; off; boots other",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0,
	  .arrange = arrange_no_target },
	{ "a slow download", ACCEPTED "wait download/2; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a long flash after a long download",
	  ACCEPTED "wait 1700000; fota HTTPEND 0; off; flashing; fota START; "
		   "wait 500000; "
		   "fota UPDATING 50; wait 500000; fota UPDATING 97; fota END "
		   "0; off; boots new",
	  TOLD_FLASHED "97%; [return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
};

static const struct story stories_codes_lost_or_odd[] = {
	{ "START lost", DOWNLOADED "off; flashing; fota UPDATING 8; fota END 0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; 8%; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "START and UPDATING lost", DOWNLOADED "off; flashing; fota END 0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "xxxSTART lost", REQUESTED "OK; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "OK lost", REQUESTED "fota HTTPSTART; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "all codes lost, new", REQUESTED "OK; off; boots new; lasts",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .reason = "END was not seen" },
	{ "all codes lost, old", REQUESTED "OK; off; boots old; wait leave",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED,
	  .exit = 6, .reason = "old firmware" },
	{ "all codes and RDY lost, new", REQUESTED "OK; off; sneaks new; wait flash-start",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END lost only", FLASHED "off; boots new; lasts",
	  TOLD_FLASHED "[restart]; save; [flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .reason = "END was not seen" },
	{ "END twice", FLASHED "fota END 0; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END twice, the second after the reboot",
	  FLASHED "fota END 0; off; modem; fota END 0; off; boots new", .outcome = OUTCOME_UPGRADED,
	  .exit = 0 },
	{ "END 0, then 502", FLASHED "fota END 0; fota END 502; off; boots new",
	  TOLD_FLASHED "[return]; save; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6,
	  .reason = "reports failure" },
	{ "END 502, then 0", FLASHED "fota END 502; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END without a number, then END 0", FLASHED "fota END; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END without a number, then RDY", FLASHED "off; modem; fota END; off; sneaks old; RDY; wait leave",
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "half a code, then RDY", FLASHED "off; sneaks new; +QIND: \"FOTA\",\"UPDA; RDY; lasts",
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "half a code, then silence", FLASHED "off; sneaks new; +QIND: \"FOTA\",\"UPDA; on 0 +QIND: \"FOTA\",\"UPDA; wait flash-silence",
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END broken by line ends", FLASHED "+QIND: \"FOTA\",\"END\",; 502; off; boots old",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END broken by a re-enumeration is none",
	  FLASHED "+QIND: \"FOTA\",\"END\",; off; flashing; 502; off; boots new; lasts", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "UPDATING goes back and never to 100",
	  FLASHED "fota UPDATING 91; fota UPDATING 7; fota UPDATING 999; fota "
		  "END 0; off; boots new",
	  TOLD_FLASHED "91%; 7%; [return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0 },
	{ "RESTORE", FLASHED "fota RESTORE 1; fota RESTORE 99; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "xxxSTART lost, its progress is there",
	  REQUESTED "OK; fota DOWNLOADING 1; wait download-start; wait download-start; fota HTTPEND 0; "
		    "off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "OK and xxxSTART lost, its progress is there",
	  REQUESTED "fota DOWNLOADING 1; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a local file with codes of a transfer",
	  REQUESTED "OK; fota FILESTART; fota FILEEND 0; off; flashing; fota END 0; off; boots new",
	  "[restart]; save; [download]; save; [restart]; save; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_local },
	{ "HTTPEND twice", ACCEPTED "fota HTTPEND 0; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "codes come from the modem port",
	  REQUESTED "OK; on 0 +QIND: \"FOTA\",\"HTTPSTART\"; on 0 +QIND: "
		    "\"FOTA\",\"HTTPEND\",0; off; "
		    "flashing; on 0 +QIND: \"FOTA\",\"END\",0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "codes go to a UART: here for the job, then there again",
	  DOWNLOADED "off; flashing; fota START; fota END 0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; [verify]; 1>AT; save; 1>ATE0; "
			  "1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; " TOLD_NETWORK
			  TOLD_BACK "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_codes_to_uart },
	{ "codes go to a UART, and another modem comes back: its codes are its own",
	  DOWNLOADED "off; flashing; fota START; fota END 0; off; boots stranger",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "another modem", .goes_on = true,
	  .arrange = arrange_codes_to_uart },
	{ "codes stay at a UART",
	  REQUESTED "OK; wait download-start; wait download-start; off; boots new; lasts",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; [verify]; 1>AT; save; 1>ATE0; 1>AT+CGMR; "
			TOLD_PARTS "1>AT+CGSN; " TOLD_NETWORK TOLD_BACK "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_codes_stuck },
	{ "codes go to a UART, and it is stopped before it is known whether they were moved",
	  "modem; wait 1000; stop",
	  TOLD_CHECKED "1>AT+QURCCFG=\"urcport\",\"usbat\"; "
			    TOLD_BACK "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 1, .reason = "stopped", .arrange = arrange_codes_slow },
	{ "codes go to a UART, and it falls silent as they are moved",
	  "modem; wait 1000; deaf; wait ready; hears; OK; wait answer; wait answer",
	  TOLD_CHECKED "1>AT+QURCCFG=\"urcport\",\"usbat\"; 1>AT+QURCCFG=\"urcport\"; "
			    "1>AT+CGSN; 1>AT+CGSN; 1>AT+CGSN; 1>AT+CGSN; 1>AT+CGSN; 1>AT+CGSN; "
			    "1>AT+CGSN; 1>AT+CGSN; 1>AT+CGSN; "
			    TOLD_BACK "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 1, .reason = "stopped answering",
	  .arrange = arrange_codes_slow },
	/* A URC port that was moved is owed until it is put back, whatever ends the job. */
	{ "codes go to a UART, and they cannot be put back",
	  DOWNLOADED "off; flashing; fota START; fota END 0; off; boots new", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .owes = true, .arrange = arrange_codes_stay },
	{ "a code, and then ERROR: that code was of another upgrade",
	  REQUESTED "fota RESTORE 1; ERROR", NULL, .outcome = OUTCOME_REFUSED, .exit = 4,
	  .reason = "somebody else" },
	{ "a download, and then ERROR", REQUESTED "fota HTTPSTART; wait 1000; ERROR", NULL,
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "somebody else" },
	{ "ERROR to something else, after OK", ACCEPTED "ERROR", NULL, .exit = STORY_GOES_ON },
	{ "codes were moved, and another upgrade runs in the modem", MOVING "fota START",
	  TOLD_MOVING "finish; ", .outcome = OUTCOME_REFUSED, .exit = 4, .owes = true,
	  .arrange = arrange_codes_slow },
	{ "codes were moved, and another modem comes back: they are its own",
	  MOVING "off; hears; boots stranger; wait 1000", NULL, .exit = STORY_GOES_ON,
	  .arrange = arrange_codes_slow },
	{ "codes were moved, and it leaves for ever", MOVING "off; wait ready", NULL,
	  .outcome = OUTCOME_NONE, .exit = 1, .owes = true, .arrange = arrange_codes_slow },
	{ "codes were moved, and the host fails", MOVING "host", TOLD_MOVING TOLD_BACK "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 1, .reason = "USB", .arrange = arrange_codes_slow },
	{ "codes were moved, and somebody else has the modem", MOVING "held", TOLD_MOVING "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .owes = true, .arrange = arrange_codes_slow },
	/* What USB delivered before the loss may be read after it was heard of. */
	{ "END read after the loss", FLASHED "off; fota END 502; boots old",
	  TOLD_FLASHED "[restart]; save; [return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED,
	  .exit = 6 },
	{ "UPDATING read after the loss", FLASHED "off; fota UPDATING 51; wait return",
	  TOLD_FLASHED "[restart]; save; finish; ", .outcome = OUTCOME_LOST, .exit = 9,
	  .goes_on = true },
	{ "RDY read after the loss", FLASHED "fota END 0; off; RDY; wait reboot",
	  TOLD_FLASHED "[return]; save; finish; ", .outcome = OUTCOME_LOST, .exit = 9,
	  .goes_on = true },
};

static const struct story stories_failures[] = {
	{ "HTTPEND 701, late", ACCEPTED "wait download/2; fota HTTPEND 701",
	  TOLD_ACCEPTED TOLD_VERIFY, .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "HTTPEND 701 in the last second, modem slow to answer",
	  ACCEPTED "wait 1799000; deaf; fota HTTPEND 701; wait 1500; hears; wait 500",
	  TOLD_ACCEPTED "[verify]; 1>AT; save; 1>AT; 1>ATE0; 1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; "
			"1>AT+CFUN?; finish; ",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "HTTPEND 701, and yet it flashes",
	  ACCEPTED "deaf; fota HTTPEND 701; fota START; fota UPDATING 5; wait flash",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"", .goes_on = true },
	{ "HTTPEND 701, yet it flashes, and comes back with its old firmware",
	  ACCEPTED "deaf; fota HTTPEND 701; fota START; off; boots old",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "FILEEND 500 of a local file", REQUESTED "OK; fota FILESTART; fota DOWNLOADING 9; fota FILEEND 500",
	  "[restart]; save; [download]; save; " TOLD_VERIFY, .outcome = OUTCOME_TRANSFER_FAILED,
	  .exit = 5, .arrange = arrange_local },
	{ "FILEEND 500 alone", REQUESTED "OK; fota FILEEND 500", "[restart]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .arrange = arrange_local },
	{ "HTTPEND 0, then a late 701", DOWNLOADED "fota HTTPEND 701; off; boots new; lasts", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "FTPEND 601", REQUESTED "OK; fota FTPSTART; fota FTPEND 601", TOLD_ACCEPTED TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "END 505 before the reboot", DOWNLOADED "fota END 505", TOLD_DOWNLOADED TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 505 at once, local", REQUESTED "OK; fota END 505", "[restart]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .arrange = arrange_local },
	{ "END 502 in recovery", FLASHED "fota END 502; off; boots old",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 510 in recovery", FLASHED "fota END 510; off; boots old",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 502 although flashing began without a loss",
	  DOWNLOADED "fota START; fota END 502; wait leave; wait flash-start",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 502, and it tries again in place for longer than it may take to leave",
	  FLASHED "fota END 502; fota START; wait leave; fota UPDATING 9; wait leave; fota END 502; "
		  "off; boots old",
	  TOLD_FLASHED "[return]; save; note; [flash]; save; 9%; [return]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 502, and the next try ends well",
	  FLASHED "fota END 502; fota UPDATING 9; wait leave; wait leave/2; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; note; [flash]; 9%; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	/* With URCs on all ports one of them may be read later than the other. */
	{ "END 502, and another port is read late",
	  FLASHED "fota END 502; on 0 +QIND: \"FOTA\",\"UPDATING\",50; off; boots old", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = NULL },
	{ "END 0, and the next try fails",
	  FLASHED "fota END 0; fota START; fota END 502; off; boots new", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "yet runs the wanted firmware" },
	{ "END 502, silence, and then the next try ends well",
	  FLASHED "fota END 502; wait leave; wait flash-start; off; flashing; fota START; "
		  "fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END 502, silence, and it has restored its old firmware",
	  FLASHED "fota END 502; wait leave; wait flash-start; wait flash-silence; off; boots old",
	  NULL, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "END 502, and it comes back without ports", FLASHED "fota END 502; off; mute; wait reboot; wait flash",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "AT port", .goes_on = true },
	{ "END 502, and it cannot be opened", FLASHED "fota END 502; off; host; wait reboot; wait flash",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB", .goes_on = true },
	{ "END 502, and it comes back as a lone recovery port",
	  FLASHED "fota END 502; off; recovery; wait flash", NULL, .outcome = OUTCOME_UNCONFIRMED,
	  .exit = 7, .reason = "\"flash\"", .goes_on = true },
	{ "END 505 in its normal system, which then falls silent",
	  DOWNLOADED "deaf; fota END 505; wait verify", NULL, .outcome = OUTCOME_UNCONFIRMED,
	  .exit = 7, .reason = "did not show", .goes_on = true },
	{ "END 502, and the next try never ends", FLASHED "fota END 502; fota START; wait flash",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"", .goes_on = true },
	{ "END 502 and it stays in recovery", FLASHED "fota END 502; wait leave; wait flash",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"",
	  .goes_on = true },
	{ "END 0, old firmware", FLASHED "fota END 0; off; boots old; wait leave",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6,
	  .reason = "reports success" },
	{ "END 0, and its old firmware is only there for a moment",
	  FLASHED "fota END 0; off; boots old; wait 15000; off; boots new",
	  TOLD_FLASHED "[return]; save; [verify]; 1>AT; save; 1>ATE0; 1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; "
		       "[return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END 0, and its old firmware is there for a minute, after a slow boot",
	  FLASHED "fota END 0; off; sneaks old; wait 45000; RDY; wait 55000; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "no code, and its old firmware is there for a moment, after a slow boot",
	  FLASHED "off; sneaks old; wait 45000; RDY; wait 25000; off; boots new; lasts",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its new firmware is there for a moment, and the old one for good",
	  FLASHED "fota END 0; off; unwell; boots new; wait 5000; off; boots old; wait leave",
	  NULL, .outcome = OUTCOME_FAILED, .exit = 6, .reason = "reports success" },
	{ "its new firmware is there for a moment, and then it is lost",
	  FLASHED "fota END 0; off; unwell; boots new; wait 5000; off; wait reboot",
	  NULL, .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true },
	{ "its new firmware, and it flashes again",
	  FLASHED "fota END 0; off; unwell; boots new; wait 5000; fota START; fota END 502; off; boots old",
	  NULL, .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "its new firmware, then END 502", FLASHED "off; boots new; wait 8000; fota END 502", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "yet runs the wanted firmware" },
	{ "its new firmware, then END 0", FLASHED "off; boots new; wait 8000; fota END 0",
	  TOLD_FLASHED "[restart]; save; [flash]; save; " TOLD_READ
	  "1>AT+CFUN?; save; 1>AT+CPIN?; 1>AT+CEREG?; 1>AT+CREG?; 1>AT+CGSN; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its old firmware, and END 0 that comes late",
	  FLASHED "off; boots old; wait 25000; fota END 0; wait 30000; off; boots new", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its new firmware, then START and END 0, and it stays",
	  FLASHED "off; boots new; wait 5000; fota START; fota END 0; wait leave; wait flash-start", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its new firmware, and whoever stops then does not stop what is owed to it",
	  REQUESTED "OK; fota HTTPSTART; fota HTTPEND 0; off; flashing; fota START; fota END 0; off; "
		    "unwell; boots new; wait 5000; stop",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_READ TOLD_NETWORK TOLD_NETWORK TOLD_NETWORK
	  "note; note; note; " TOLD_BACK "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_codes_to_uart },
	{ "its new firmware, then HTTPEND 0 that comes late",
	  ACCEPTED "off; boots new; fota HTTPEND 0; lasts", NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a sign of life read after the loss puts nothing off",
	  FLASHED "off; fota RESTORE 5; boots new; lasts", NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END said once more after the reboot",
	  FLASHED "fota END 0; off; sneaks new; fota END 0; wait flash-silence", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "cut in the flash, and it says that it goes on",
	  FLASHED "off; boots old; +QIND: \"FOTA\",\"Last upgrade was not finished,continue upgrade\"; "
		  "wait 60000; fota START; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "cut in the flash, and it has said that it goes on",
	  FLASHED "off; sneaks old; +QIND: \"FOTA\",\"Last upgrade was not finished,continue upgrade\"; "
		  "RDY; wait 60000; off; flashing; fota START; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "HTTPEND 0, then its old firmware for a moment, and then the flash",
	  DOWNLOADED "off; boots old; wait 15000; off; flashing; fota START; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its old firmware, then the flash in place",
	  DOWNLOADED "off; boots old; fota START; wait leave; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "its old firmware, then END 502", FLASHED "off; boots old; fota END 502",
	  TOLD_FLASHED "[restart]; save; [flash]; save; [verify]; 1>AT; save; 1>ATE0; 1>AT+CGMR; " TOLD_PARTS
		       "1>AT+CGSN; 1>AT+CFUN?; save; finish; ",
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "its old firmware, then it is lost",
	  FLASHED "fota END 0; off; boots old; off; wait reboot", NULL,
	  .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true },
	{ "its old firmware, and it is left to itself", FLASHED "fota END 0; off; boots old; term", NULL,
	  .outcome = OUTCOME_INTERRUPTED, .exit = 8, .goes_on = true },
	{ "an unexpected firmware", FLASHED "fota END 0; off; boots other",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "unexpected" },
	{ "a foreign word behind its old firmware is no other firmware",
	  FLASHED "fota END 0; off; boots deaf; OK; OK; " PLAYER_OLD "; LAR03A08M4G; OK; ERROR; ERROR; "
		  PLAYER_IMEI "; OK; wait leave; OK",
	  NULL, .outcome = OUTCOME_FAILED, .exit = 6, .arrange = arrange_no_target },
	{ "a foreign word instead of a firmware",
	  FLASHED "fota END 0; off; boots deaf; OK; OK; LAR03A08M4G; OK; ERROR; ERROR; " PLAYER_IMEI "; OK; OK",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "unexpected",
	  .arrange = arrange_no_target },
	{ "another modem is not asked how it is", FLASHED "fota END 0; off; boots stranger",
	  TOLD_FLASHED "[return]; save; " TOLD_READ "finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "another modem", .goes_on = true },
	{ "power cut in the download", ACCEPTED "off; boots old; wait leave",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED,
	  .exit = 6, .reason = "interrupted in the download" },
	{ "it reboots into the old firmware, deaf",
	  FLASHED "fota END 0; off; boots deaf; wait verify", .outcome = OUTCOME_UNCONFIRMED,
	  .exit = 7, .reason = "could not be read", .goes_on = true },
};

#endif
