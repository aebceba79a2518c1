/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modems that come and go or stay silent, jobs that are left and taken up again. */
#ifndef QFOTA_DFOTA_STORIES_LONG_H
#define QFOTA_DFOTA_STORIES_LONG_H

#include "dfota_stories.h"

static const struct story stories_coming_and_going[] = {
	{ "never returns", DOWNLOADED "off; wait return", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_LOST, .exit = 9, .reason = "did not come back", .goes_on = true },
	{ "never returns from END 0", FLASHED "fota END 0; off; wait reboot",
	  TOLD_FLASHED "[return]; save; finish; ", .outcome = OUTCOME_LOST, .exit = 9,
	  .goes_on = true },
	{ "emergency download for the whole limit", DOWNLOADED "off; emergency; wait return",
	  TOLD_DOWNLOADED "finish; ", .outcome = OUTCOME_EMERGENCY, .exit = 9, .goes_on = true },
	{ "emergency download after END", FLASHED "fota END 0; off; emergency; wait reboot",
	  TOLD_FLASHED "[return]; save; finish; ", .outcome = OUTCOME_EMERGENCY, .exit = 9,
	  .goes_on = true },
	{ "emergency download in passing",
	  DOWNLOADED "off; emergency; wait 5000; off; flashing; fota START; "
		     "fota UPDATING 50; "
		     "fota END 0; off; emergency; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "emergency download late in the limit is not there for all of it",
	  DOWNLOADED "off; wait 299000; emergency; wait 299000; off; wait "
		     "299000; boots new; lasts",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "no serial interface", DOWNLOADED "off; mute; wait return", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "composition", .goes_on = true },
	{ "extra re-enumerations",
	  FLASHED "off; flashing; fota UPDATING 60; off; modem; off; flashing; "
		  "fota END 0; off; "
		  "modem; off; boots new",
	  TOLD_FLASHED "[restart]; save; [flash]; save; 60%; [restart]; save; [flash]; save; "
		       "[restart]; save; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a re-enumeration whose loss was not heard",
	  DOWNLOADED "flashing; fota START; fota UPDATING 50; fota END 0; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "power cut in the flash",
	  FLASHED "off; flashing; fota START; fota UPDATING 3; fota END 0; off; boots new",
	  TOLD_FLASHED "[restart]; save; [flash]; save; 3%; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "power cut after END",
	  FLASHED "fota END 0; off; flashing; fota START; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; note; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a lone recovery port is never written to",
	  DOWNLOADED "off; recovery; on 0 RDY; wait flash-start; on 0 +QIND: "
		     "\"FOTA\",\"START\"; "
		     "wait flash-silence; wait flash-silence; on 0 +CPIN: "
		     "READY; wait flash",
	  TOLD_DOWNLOADED "[flash]; save; finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "flash", .goes_on = true },
	{ "END from a lone recovery port",
	  DOWNLOADED "off; recovery; on 0 +QIND: \"FOTA\",\"END\",0; on 0 RDY; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "it leaves while it is asked",
	  FLASHED "fota END 0; off; boots deaf; wait 3000; off; boots new",
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a firmware read before another reboot does not count",
	  FLASHED "fota END 0; off; boots deaf; OK; OK; " PLAYER_NEW "; OK; " PLAYER_IMEI
		  "; off; boots deaf; wait verify",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "firmware", .goes_on = true },
	{ "an IMEI read before another reboot does not count",
	  FLASHED "fota END 0; off; boots deaf; OK; OK; " PLAYER_NEW "; OK; " PLAYER_IMEI
		  "; off; boots deaf; OK; OK; " PLAYER_NEW "; OK; wait verify",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "IMEI", .goes_on = true },
};

/* To all that it is asked after a loss, up to its health. */
#define ANSWERED_OLD                                                                \
	PLAYER_OLD "; OK; OK; OK; " PLAYER_OLD "; OK; ERROR; ERROR; " PLAYER_IMEI "; OK; "

/* Off the bus and there again, while the modem itself notices nothing. */
static const struct story stories_glitches[] = {
	{ "in the download, a SIM that comes late is no boot",
	  ACCEPTED "off; sneaks old; +CPIN: READY; +QIND: SMS DONE; wait flash-start",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; ",
	  .exit = STORY_GOES_ON },
	{ "in the download, which goes on",
	  ACCEPTED "off; sneaks old; wait flash-start; fota HTTPEND 0; off; flashing; fota START; "
		   "fota UPDATING 50; fota END 0; off; boots new",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; [restart]; save; "
			"[flash]; save; 50%; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "in the download, which then fails", ACCEPTED "off; sneaks old; fota HTTPEND 701",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "in the download, which then fails while the modem is asked whether it answers",
	  ACCEPTED "off; sneaks old; deaf; wait flash-start; " PLAYER_NEW "; fota FTPEND 601; hears; wait verify",
	  NULL, .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "in the download, which then fails while the modem is asked for its firmware",
	  ACCEPTED "off; sneaks old; deaf; wait flash-start; " PLAYER_NEW "; OK; fota FTPEND 601; hears; wait verify",
	  NULL, .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "in the download, which fails after all that was waited for",
	  ACCEPTED "off; sneaks old; RDY; wait 29000; deaf; wait 1000; fota HTTPEND 701; hears; wait leave",
	  NULL, .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5 },
	{ "in the download, which is done after all that was waited for",
	  ACCEPTED "off; sneaks old; deaf; wait download; wait flash-silence; " ANSWERED_OLD
		   "fota HTTPEND 0; hears; wait leave/2; off; flashing; fota START; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "before the download has begun",
	  REQUESTED "OK; off; sneaks old; fota HTTPSTART; wait download/2; fota HTTPEND 0; off; boots new; lasts",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; [download]; save; [restart]; save; [flash]; save; "
	  TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "before the request was answered", REQUESTED "off; sneaks old; wait flash-start", NULL,
	  .exit = STORY_GOES_ON },
	{ "twice, and then a boot",
	  ACCEPTED "off; sneaks old; off; sneaks old; fota HTTPSTART; RDY; wait leave",
	  TOLD_ACCEPTED "[restart]; save; [flash]; save; [restart]; save; [flash]; save; "
			"[download]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "interrupted in the download" },
	{ "after HTTPEND 0, and a SIM that comes late",
	  DOWNLOADED "off; sneaks old; +CPIN: READY; wait leave/2; off; flashing; fota START; "
		     "fota UPDATING 50; fota END 0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_READ "[restart]; save; [flash]; save; 50%; "
			  "[return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "before a package in the modem is flashed, and a SIM that comes late",
	  REQUESTED "OK; off; sneaks old; +CPIN: READY; wait leave/2; off; flashing; fota START; "
		    "fota END 0; off; boots new", NULL,
	  .arrange = arrange_local, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "after HTTPEND 0, and it stays", DOWNLOADED "off; sneaks old; +CPIN: READY; wait leave", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "came back with its old firmware" },
	/* A loss proves nothing about the modem, however often it comes. */
	{ "twice, and then nothing for a while",
	  ACCEPTED "wait 60000; off; sneaks old; wait 60000; off; sneaks old; wait 660000",
	  NULL, .exit = STORY_GOES_ON },
	{ "five times, and it ends well",
	  ACCEPTED "off; sneaks old; wait 60000; off; sneaks old; wait 60000; off; sneaks old; "
		   "wait 60000; off; sneaks old; wait 660000; off; sneaks old; fota HTTPEND 0; off; "
		   "flashing; fota START; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "nothing more for as long as the download may take",
	  ACCEPTED "off; sneaks old; wait download; wait flash-silence", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "interrupted in the download" },
	{ "another firmware is not waited for", REQUESTED "OK; off; sneaks new; wait flash-start",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "the limit of the download goes on",
	  ACCEPTED "wait download/2; off; sneaks old; fota HTTPSTART; wait download/2", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"download\"", .goes_on = true },
};

static const struct story stories_silence[] = {
	{ "to the request", REQUESTED "wait accept", "finish; ", .outcome = OUTCOME_UNCONFIRMED,
	  .exit = 7, .reason = "accept", .goes_on = true },
	{ "before the download", REQUESTED "OK; wait download-start", TOLD_ACCEPTED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "download-start", .goes_on = true },
	{ "in the download", ACCEPTED "wait download", TOLD_ACCEPTED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"download\"", .goes_on = true },
	{ "instead of a loss", DOWNLOADED "wait leave", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "leave", .goes_on = true },
	{ "instead of a loss after END 0", FLASHED "fota END 0; wait leave",
	  TOLD_FLASHED "[return]; save; finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "leave", .goes_on = true },
	{ "NMEA chatter does not put the question off",
	  DOWNLOADED "off; flashing; wait flash-start/2; on 2 $GPRMC,,V,,,,,,,,,,N*53; "
		     "wait flash-start/2; on 2 $GPRMC,,V,,,,,,,,,,N*53",
	  TOLD_DOWNLOADED "[flash]; save; 1>AT+CGMR; 0>AT+CGMR; ", .exit = STORY_GOES_ON },
	{ "a sign of life does",
	  DOWNLOADED "off; flashing; wait flash-start/2; fota RESTORE 5; wait "
		     "flash-start/2; "
		     "fota UPDATING 9; wait flash-silence/2; fota UPDATING 10; "
		     "wait flash-silence/2",
	  TOLD_DOWNLOADED "[flash]; save; 9%; 10%; ", .exit = STORY_GOES_ON },
	{ "the flashing system answers ERROR, and is asked again",
	  DOWNLOADED "off; flashing; wait flash-start; wait 599999; fota UPDATING 1; "
		     "wait flash-silence; wait flash-silence; fota END 0; off; boots new",
	  TOLD_DOWNLOADED "[flash]; save; 1>AT+CGMR; 0>AT+CGMR; 1%; 1>AT+CGMR; "
			  "0>AT+CGMR; 1>AT+CGMR; "
			  "0>AT+CGMR; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "END 502 while its health is asked for",
	  FLASHED "fota END 0; off; boots deaf; OK; OK; " PLAYER_NEW "; OK; ERROR; ERROR; " PLAYER_IMEI "; OK; "
	  "+CFUN: 1; OK; ERROR; ERROR; fota END 502; ERROR; wait 20000",
	  NULL, .outcome = OUTCOME_FAILED, .exit = 6, .reason = "yet runs the wanted firmware" },
	{ "RDY of the last boot lost", FLASHED "fota END 0; off; sneaks new; wait flash-start",
	  TOLD_FLASHED "[return]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a version that nobody asked for proves nothing", FLASHED "off; flashing; " PLAYER_NEW,
	  TOLD_FLASHED "[restart]; save; [flash]; save; ", .exit = STORY_GOES_ON },
	{ "for the whole flash", FLASHED "wait flash", .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "\"flash\"", .goes_on = true },
	{ "flapping for the whole flash",
	  DOWNLOADED "off; modem; wait 500000; off; modem; wait 500000; off; modem; wait "
		     "500000; off; "
		     "modem; wait 500000; off; modem; wait 500000; off; modem; wait "
		     "500000; off; modem; "
		     "wait 500000; off; modem; wait 500000; off; modem; wait 500000; off; "
		     "modem; "
		     "wait 500000; off; modem; wait 500000; off; modem; wait 500000; off; "
		     "modem; "
		     "wait 500000; off; modem; wait 500000; off; modem; wait 500000",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"", .goes_on = true },
};

static const struct story stories_the_host_stops[] = {
	{ "first SIGINT explains, second leaves", FLASHED "stop; fota UPDATING 60; stop",
	  TOLD_FLASHED "note; 60%; finish; ", .outcome = OUTCOME_INTERRUPTED, .exit = 8,
	  .goes_on = true },
	{ "SIGTERM leaves", FLASHED "term", TOLD_FLASHED "finish; ", .outcome = OUTCOME_INTERRUPTED,
	  .exit = 8, .goes_on = true },
	{ "SIGTERM right after the request", REQUESTED "term", "finish; ",
	  .outcome = OUTCOME_INTERRUPTED, .exit = 8, .goes_on = true },
	{ "SIGTERM while it is away", DOWNLOADED "off; term", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_INTERRUPTED, .exit = 8, .goes_on = true },
	{ "one SIGINT changes nothing", DOWNLOADED "off; stop; boots new; lasts",
	  TOLD_DOWNLOADED "note; [flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0 },
	{ "the host cannot open what came back", DOWNLOADED "off; host; wait return", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB", .goes_on = true },
	{ "the host can open it in time",
	  DOWNLOADED "off; host; flashing; fota START; fota END 0; off; boots new", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "what could not be opened left again, for ever", DOWNLOADED "off; host; off; wait return",
	  NULL, .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true },
};

/* As long as a download may take, with a question now and then. */
#define LONG_SILENCE "; wait flash-silence; wait flash-silence; wait flash-silence"
#define TOLD_QUESTION "1>AT+CGMR; 0>AT+CGMR; "
#define TOLD_QUESTION_LONG TOLD_QUESTION TOLD_QUESTION TOLD_QUESTION TOLD_QUESTION

/* A delta between two sub-versions of one revision, which the modem does not tell. */
static void arrange_sub_versions_alike(struct player *p)
{
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_PARTS, .parts = 1 });
	strcpy(p->d.firmware, PLAYER_OLD "_01.001.01.001");
	strcpy(p->d.plan.target, PLAYER_OLD "_01.002.01.002");
}

/* Without a target, and with a sub-version that was not read before. */
static void arrange_sub_version_new_to_us(struct player *p)
{
	p->d.plan.target[0] = '\0';
	p->sub_version = PLAYER_OLD "_01.001.01.001";
}

static const struct story stories_resumed[] = {
	{ "request, nothing heard", "modem; wait accept; wait download", "[request]; hold; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "never have been sent",
	  .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, an ERROR is nobody's answer", "modem; ERROR; OK; wait accept",
	  "[request]; hold; ", .exit = STORY_GOES_ON, .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1 },
	{ "request, it goes on", "modem; fota HTTPEND 0; off; boots new; lasts",
	  "[request]; hold; [restart]; save; [flash]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, the host cannot open it", "host; wait return",
	  "[request]; hold; note; finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB",
	  .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, it leaves and flashes without a word", "modem; off; recovery; wait flash",
	  "[request]; hold; [restart]; save; [flash]; save; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "download, silence", "modem; wait accept; wait download; wait flash", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, slow or its end was missed",
	  "sneaks old; wait accept; wait download; wait flash-start",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"download\"", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, of which most is over",
	  "sneaks old; wait 60000; wait flash-start",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1, .age_ms = 1800000 },
	{ "download, long ago, or so says a clock", "sneaks old; wait flash-start",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1, .age_ms = 1860000 },
	{ "download, overdue, and it ends after all",
	  "sneaks old; wait flash-start/2; fota HTTPEND 0; off; flashing; fota START; fota END 0; "
	  "off; boots new",
	  "[download]; hold; [flash]; save; [restart]; save; save; [flash]; save; [return]; save; "
	  TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .age_ms = 1860000 },
	{ "download, of which HTTPEND 0 came late, and nothing after it",
	  "off; sneaks new; fota HTTPEND 0; wait leave; wait flash-start", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, a glitch, HTTPEND 0, and it stays",
	  "off; sneaks old; fota HTTPEND 0; wait leave; wait flash-start", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"leave\"", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, overdue, and its sub-version is not told", "sneaks old; wait flash-start; wait 16000",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .arrange = arrange_sub_versions_alike, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1,
	  .end = -1, .age_ms = 1860000 },
	{ "download, overdue, and it leaves for its old firmware",
	  "sneaks old; wait flash-start/2; off; boots old; wait leave",
	  "[download]; hold; [flash]; save; [restart]; save; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .age_ms = 1860000 },
	{ "download, all of it was missed long ago", "sneaks new; wait flash-start",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .age_ms = 86400000 },
	{ "download, late, and it fails only now", "sneaks old; fota HTTPEND 701",
	  "[download]; hold; [flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_TRANSFER_FAILED,
	  .exit = 5, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1,
	  .age_ms = 86400000 },
	{ "request, long ago, or so says a clock", "sneaks old; wait accept; wait download",
	  "[request]; hold; finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7,
	  .reason = "never have been sent", .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1, .age_ms = 86400000 },
	{ "request, of which most is over, or so says a clock", "sneaks old; wait 60000",
	  "[request]; hold; ", .exit = STORY_GOES_ON, .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1, .age_ms = 1800000 },
	{ "request, its old firmware, and it goes on after all",
	  "boots deaf; OK; OK; " PLAYER_OLD "; OK; " PLAYER_IMEI "; OK; wait 30000; off; host; wait return",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1, .left = true,
	  .local = true },
	{ "request, and the URC port was set for it",
	  "sneaks old; wait accept; wait download; wait flash-start",
	  "[request]; hold; [flash]; save; " TOLD_QUESTION TOLD_READ "1>AT+CFUN?; "
	  TOLD_BACK "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "never have been sent", .resumed = true,
	  .urc_moved = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "restart, END 505 in its normal system was missed long ago", "sneaks old; wait flash-start",
	  "[restart]; hold; [flash]; save; " TOLD_QUESTION TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"leave\"", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_RESTART, .transfer = 0, .end = -1,
	  .age_ms = 86400000 },
	{ "download, silence of a modem that flashes", "flashing; wait accept; wait download; wait flash-start",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION, .exit = STORY_GOES_ON,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, HTTPEND 701", "sneaks old; fota HTTPEND 701", "[download]; hold; " TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, but it is flashing by now",
	  "flashing; fota UPDATING 60; fota END 502; off; boots old",
	  "[download]; hold; [flash]; 60%; save; [return]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1 },
	{ "download, the first thing heard is END 502 in recovery",
	  "flashing; fota END 502; off; boots old",
	  "[download]; hold; [return]; save; " TOLD_VERIFY, .outcome = OUTCOME_FAILED, .exit = 6,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, its new firmware was told just now, and then it is the old one",
	  "sneaks old; wait leave", NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1,
	  .age_ms = 1860000, .running = PLAYER_NEW },
	{ "download, END 505, and its URC port was moved",
	  "sneaks old; fota END 505; wait leave; wait flash-start",
	  "[download]; hold; [return]; save; " TOLD_QUESTION TOLD_READ "1>AT+CFUN?; " TOLD_BACK
	  "finish; ",
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .urc_moved = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "flash, END 502 of the try before is of the past", "flashing; fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_FLASH,
	  .transfer = 0, .end = 502 },
	{ "download, from a lone recovery port",
	  "recovery; on 0 +QIND: \"FOTA\",\"END\",502; wait leave; wait flash",
	  "[download]; hold; [flash]; save; [return]; save; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"flash\"", .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "restart, new, and no network; nobody knows whether one was there before", "boots new; lasts",
	  "[restart]; hold; [flash]; save; " TOLD_READ TOLD_NETWORK "note; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1, .left = true, .local = true, .arrange = arrange_searching },
	{ "restart, new, and its radio is off", "boots new; lasts",
	  "[restart]; hold; [flash]; save; " TOLD_READ TOLD_NETWORK "note; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1, .left = true, .arrange = arrange_radio_off },
	{ "restart, new", "boots new; lasts", "[restart]; hold; [flash]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1, .left = true },
	{ "restart, it has not left yet and is not asked",
	  "sneaks old; wait 15000; off; flashing; fota END 0; off; boots new",
	  "[restart]; hold; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1 },
	{ "restart, it never leaves", "sneaks old; wait leave", "[restart]; hold; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "leave", .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_RESTART, .transfer = 0, .end = -1 },
	{ "restart, RDY without a loss", "boots old; wait leave", "[restart]; hold; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1 },
	{ "flash, long over", "sneaks new; wait flash-start",
	  "[flash]; hold; 1>AT+CGMR; 0>AT+CGMR; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "flash, its old revision with a sub-version is there for a moment only",
	  "boots old; wait 15000; off; boots new; lasts", NULL, .outcome = OUTCOME_UPGRADED, .exit = 0,
	  .arrange = arrange_sub_version_new_to_us, .resumed = true, .phase = DFOTA_PHASE_FLASH,
	  .transfer = 0, .end = -1 },
	{ "flash, its old revision with a sub-version stays", "boots old; wait leave", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .arrange = arrange_sub_version_new_to_us,
	  .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "flash, still at it", "flashing; fota UPDATING 60; fota END 0; off; boots new",
	  "[flash]; hold; 60%; [return]; save; " TOLD_WELL, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "flash, nothing there", "wait return", "[flash]; hold; finish; ", .outcome = OUTCOME_LOST,
	  .exit = 9, .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0,
	  .end = -1 },
	{ "flash, emergency download", "emergency; wait return", "[flash]; hold; finish; ",
	  .outcome = OUTCOME_EMERGENCY, .exit = 9, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "return, END 502 is remembered", "boots new", "[return]; hold; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_RETURN,
	  .transfer = 0, .end = 502 },
	{ "verify, HTTPEND 701 is remembered", "sneaks old; wait flash-start",
	  "[verify]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .resumed = true,
	  .phase = DFOTA_PHASE_VERIFY, .transfer = 701, .end = -1 },
	{ "flash, HTTPEND 701 is remembered, and a limit runs out", "flashing; wait flash",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_FLASH, .transfer = 701, .end = -1 },
	/* What happened while no agent ran. */
	{ "request, it rebooted meanwhile, old", "sneaks old; wait flash-start" LONG_SILENCE,
	  "[request]; hold; [flash]; save; " TOLD_QUESTION_LONG TOLD_VERIFY,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "never have been sent",
	  .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1, .left = true },
	{ "request, it rebooted meanwhile, new", "sneaks new; wait flash-start",
	  "[request]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1, .left = true },
	{ "request, a code shows that it was sent", "flashing; fota START; off; boots old; wait leave",
	  "[request]; hold; [flash]; save; [restart]; save; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1, .left = true },
	{ "request, RDY without a loss, old", "sneaks old; RDY; wait leave", "[request]; hold; " TOLD_VERIFY,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "never have been sent",
	  .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "download, RDY without a loss, old", "sneaks old; RDY; wait leave", "[download]; hold; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "old firmware", .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, a SIM that comes late is no boot", "sneaks old; +CPIN: READY; +QIND: SMS DONE",
	  "[download]; hold; ", .exit = STORY_GOES_ON, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, RDY from a lone port is no boot", "recovery; on 0 RDY",
	  "[download]; hold; [flash]; save; ", .exit = STORY_GOES_ON, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "download, and its bus is lost for the first time now",
	  "sneaks old; off; sneaks old; wait flash-start; fota HTTPEND 0; off; flashing; fota END 0; "
	  "off; boots new",
	  NULL, .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1, .age_ms = 120000 },
	{ "download, it rebooted meanwhile, new", "sneaks new; wait flash-start",
	  "[download]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true },
	{ "download, it rebooted meanwhile, old", "sneaks old; wait flash-start" LONG_SILENCE,
	  "[download]; hold; [flash]; save; " TOLD_QUESTION_LONG TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "interrupted in the download", .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true },
	{ "download, it rebooted meanwhile and is flashing", "flashing; wait flash-start; fota END 0; off; boots new",
	  "[download]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true },
	{ "the host rebooted in the download, the modem goes on with it",
	  "sneaks old; wait flash-start; wait flash-silence; fota HTTPEND 0; off; boots new; lasts",
	  "[download]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; 1>AT+CGMR; 0>AT+CGMR; "
	  "[restart]; save; [flash]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true, .rebooted = true, .age_ms = 60000 },
	{ "the host rebooted in the download, which then fails",
	  "sneaks old; fota HTTPEND 701",
	  "[download]; hold; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1, .left = true,
	  .rebooted = true, .age_ms = 60000 },
	{ "host and modem rebooted in the download, old at the end of its limit",
	  "sneaks old; wait flash-start" LONG_SILENCE,
	  "[download]; hold; [flash]; save; " TOLD_QUESTION_LONG TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true, .rebooted = true, .age_ms = 30000 },
	{ "host and modem rebooted, and RDY is heard", "boots old; wait leave",
	  "[download]; hold; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true, .rebooted = true, .age_ms = 60000 },
	{ "host and modem rebooted, long ago", "sneaks old; wait flash-start",
	  "[download]; hold; [flash]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true, .rebooted = true, .age_ms = 86400000 },
	{ "download, its device number changed, and it goes on",
	  "sneaks old; +CPIN: READY; wait flash-start; fota HTTPEND 0; off; flashing; fota END 0; off; boots new",
	  "[download]; hold; [flash]; save; " TOLD_QUESTION
	  "[restart]; save; [flash]; save; [return]; save; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD,
	  .transfer = -1, .end = -1, .left = true, .age_ms = 60000 },
	{ "known by its IMEI, new", "sneaks new; lasts", "[flash]; hold; " TOLD_WELL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_FLASH,
	  .transfer = 0, .end = -1, .left = true, .running = PLAYER_NEW },
	{ "known by its IMEI, old", "sneaks old; wait flash-start",
	  "[flash]; hold; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY,
	  .outcome = OUTCOME_FAILED, .exit = 6, .resumed = true, .phase = DFOTA_PHASE_FLASH,
	  .transfer = 0, .end = -1, .left = true, .running = PLAYER_OLD },
	{ "lines before anything is there", "fota UPDATING 60; wait return",
	  "[flash]; hold; finish; ", .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "SIGTERM", "modem; term", "[flash]; hold; finish; ", .outcome = OUTCOME_INTERRUPTED,
	  .exit = 8, .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0,
	  .end = -1 },
};

static void arrange_taken_up_local(struct player *p)
{
	p->d.plan.download = p->d.before_known = p->d.sim_before = p->d.registered_before = false;
}

#define ROUND TOLD_NETWORK
static const struct story stories_health[] = {
	{ "lost in the upgrade: waited for, then told",
	  FLASHED "fota END 0; off; unwell; boots new; wait 20000",
	  TOLD_FLASHED "[return]; save; " TOLD_READ ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND
		  ROUND ROUND "note; note; note; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "not upgraded: one question, no wait", FLASHED "fota END 502; off; unwell; boots old",
	  TOLD_FLASHED "[return]; save; " TOLD_READ "1>AT+CFUN?; note; finish; ",
	  .outcome = OUTCOME_FAILED, .exit = 6 },
	{ "unexpected firmware", FLASHED "fota END 0; off; unwell; boots other",
	  TOLD_FLASHED "[return]; save; " TOLD_READ "1>AT+CFUN?; note; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7 },
	{ "taken up, a download: it had SIM and network", "boots new",
	  "[return]; hold; " TOLD_READ ROUND "finish; ", .outcome = OUTCOME_UPGRADED, .exit = 0,
	  .resumed = true, .phase = DFOTA_PHASE_RETURN, .transfer = 0, .end = 0, .left = true },
	{ "taken up, a download: they are waited for", "unwell; boots new; wait 20000",
	  "[return]; hold; " TOLD_READ ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND
	  "note; note; note; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RETURN,
	  .transfer = 0, .end = 0, .left = true },
	{ "taken up, a local package: what is now is told", "unwell; boots new",
	  "[return]; hold; " TOLD_READ ROUND "note; note; finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_taken_up_local,
	  .resumed = true, .phase = DFOTA_PHASE_RETURN, .transfer = -1, .end = 0, .left = true },
};

static void arrange_parts(struct player *p, uint8_t parts)
{
	player_event(p, &(struct dfota_event){ .type = DFOTA_EVENT_PARTS, .parts = parts });
	p->sub_version = PLAYER_OLD "_01.001.01.001";
	p->edition = "SubEdition: V05";
}

/* The modem of a host whose target names one. */
static void arrange_sub_version(struct player *p)
{
	arrange_parts(p, 1);
	strcpy(p->plan.target, PLAYER_NEW "_01.002.01.002");
}

static void arrange_incomplete(struct player *p)
{
	arrange_sub_version(p);
	p->incomplete = 2;
}

static void arrange_never_complete(struct player *p)
{
	arrange_sub_version(p);
	p->incomplete = 100;
}

static void arrange_no_sub_version(struct player *p)
{
	arrange_sub_version(p);
	p->sub_version = NULL;
}

static void arrange_edition(struct player *p)
{
	arrange_parts(p, 2);
	strcpy(p->plan.target, PLAYER_NEW "_V05");
}

static void arrange_both(struct player *p)
{
	arrange_sub_version(p);
	arrange_parts(p, 3);
	strcpy(p->plan.target, PLAYER_NEW "_01.002.01.002_V05");
}

/* One that was begun to change nothing but the sub-version. */
static void arrange_only_sub_version(struct player *p)
{
	arrange_sub_version(p);
	strcpy(p->d.firmware, PLAYER_OLD "_01.001.01.001");
	strcpy(p->d.plan.target, PLAYER_OLD "_01.002.01.002");
}

#define QGMR4 "1>AT+QGMR; 1>AT+QGMR; 1>AT+QGMR; 1>AT+QGMR; "
#define TOLD_ASKED_WITH(parts)                                              \
	"[identify]; 1>AT; 1>ATE0; 1>AT+CMEE=1; 1>AT+QURCCFG=\"urcport\"; " \
	"1>AT+QINDCFG=\"all\"; 1>AT+CGMR; " parts "1>AT+CGSN; identified; [check]; " TOLD_CHECK \
	"1>AT+CGSN; [request]; hold; save; 1>AT+QFOTADL=\"http://fw.example:80/a.zip\"; "
#define TOLD_VERIFY_WITH(parts) \
	"[verify]; 1>AT; save; 1>ATE0; 1>AT+CGMR; " parts "1>AT+CGSN; "

static const struct story stories_sub_versions[] = {
	{ "asked before", "modem; wait 1000", TOLD_ASKED_WITH("1>AT+QGMR; 1>AT+CSUB; "),
	  .exit = STORY_GOES_ON, .arrange = arrange_sub_version },
	{ "incomplete at first", "modem; wait 1000; wait 2000",
	  TOLD_ASKED_WITH("1>AT+QGMR; 1>AT+QGMR; 1>AT+QGMR; 1>AT+CSUB; "), .exit = STORY_GOES_ON,
	  .arrange = arrange_incomplete },
	{ "never complete", "modem; wait 1000; wait 15000",
	  TOLD_ASKED_WITH(QGMR4 QGMR4 QGMR4 QGMR4 "1>AT+CSUB; "), .exit = STORY_GOES_ON,
	  .arrange = arrange_never_complete },
	{ "both asked before", "modem; wait 1000", TOLD_ASKED_WITH("1>AT+QGMR; 1>AT+CSUB; "),
	  .exit = STORY_GOES_ON, .arrange = arrange_both },
	{ "the wanted one", FLASHED "fota END 0; off; boots new sub",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY_WITH(TOLD_PARTS) TOLD_NETWORK "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_sub_version },
	{ "another one", FLASHED "fota END 0; off; boots new",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "unexpected",
	  .arrange = arrange_sub_version },
	{ "none is told", "modem; wait 1000; wait 15000; OK; fota HTTPEND 0; off; boots new; wait 15000",
	  NULL, .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "unexpected",
	  .arrange = arrange_no_sub_version },
	{ "the old revision all the same", FLASHED "fota END 0; off; boots old; wait leave", NULL,
	  .outcome = OUTCOME_FAILED, .exit = 6, .reason = "old firmware",
	  .arrange = arrange_sub_version },
	{ "a sub-edition", FLASHED "fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY_WITH(TOLD_PARTS) TOLD_NETWORK "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_edition },
	{ "both", FLASHED "fota END 0; off; boots new sub",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY_WITH("1>AT+QGMR; 1>AT+CSUB; ") TOLD_NETWORK
		       "finish; ",
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_both },
	{ "the host rebooted in the download, and the revision stays the same",
	  "sneaks old; wait flash-start; wait flash-silence", "[download]; hold; [flash]; save; "
	  "1>AT+CGMR; 0>AT+CGMR; 1>AT+CGMR; 0>AT+CGMR; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_only_sub_version, .resumed = true,
	  .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1, .left = true, .rebooted = true,
	  .age_ms = 60000 },
};

static const struct story stories_followed[] = {
	{ "nothing is under way", "modem; wait 999; wait 1", "[identify]; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .reason = "no upgrade of it", .follow = STORY_FOLLOW },
	{ "a lone port, silent", "recovery; wait 1000", "[identify]; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .follow = STORY_FOLLOW },
	{ "a boot is no upgrade", "modem; RDY; +CPIN: READY; wait 1000", "[identify]; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .follow = STORY_FOLLOW },
	{ "from the download on",
	  "modem; wait 500; fota HTTPSTART; fota HTTPEND 0; off; flashing; fota START; "
	  "fota UPDATING 50; fota END 0; off; boots new",
	  "[identify]; hold; [download]; save; [restart]; save; [flash]; save; 50%; [return]; save; "
	  TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "reports success",
	  .follow = STORY_FOLLOW },
	{ "from the end of the download on", "modem; fota HTTPEND 0; off; flashing; fota END 0; off; boots new",
	  "[identify]; hold; [download]; [restart]; save; [flash]; save; [return]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "reports success",
	  .follow = STORY_FOLLOW },
	{ "a download that fails", "modem; fota HTTPSTART; fota HTTPEND 701",
	  "[identify]; hold; [download]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .follow = STORY_FOLLOW },
	{ "from the flash on", "flashing; fota UPDATING 42; fota END 502; off; boots old",
	  "[identify]; hold; [download]; [flash]; 42%; save; [return]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_FAILED, .exit = 6, .follow = STORY_FOLLOW },
	{ "from a lone port on", "recovery; on 0 +QIND: \"FOTA\",\"UPDATING\",42; off; boots new",
	  "[identify]; hold; [flash]; 42%; save; [restart]; save; [flash]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "END was not seen",
	  .follow = STORY_FOLLOW },
	{ "only its END", "flashing; fota END 0; off; boots new",
	  "[identify]; hold; [download]; [return]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "reports success",
	  .follow = STORY_FOLLOW },
	{ "a note, then the boot", "modem; fota RESTORE 3; RDY",
	  "[identify]; hold; [download]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "END was not seen",
	  .follow = STORY_FOLLOW },
	{ "it falls silent in the download", "modem; fota HTTPSTART; wait download", NULL,
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"download\"", .goes_on = true,
	  .follow = STORY_FOLLOW },
	{ "stop before anything is heard", "modem; stop", "[identify]; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 1, .follow = STORY_FOLLOW },
	{ "stop after something is heard", "modem; fota HTTPSTART; term",
	  "[identify]; hold; [download]; save; finish; ", .outcome = OUTCOME_INTERRUPTED, .exit = 8,
	  .goes_on = true, .follow = STORY_FOLLOW },
	{ "asked who it is", "modem; wait 1000", TOLD_IDENTIFIED "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .follow = STORY_ASK },
	{ "a lone port is not asked", "recovery; wait 1000", "[identify]; finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .follow = STORY_ASK },
	{ "heard while it is asked", "deaf; modem; wait 1000; fota START; off; boots new",
	  "[identify]; 1>AT; hold; [download]; [flash]; save; [restart]; save; [flash]; save; " TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .follow = STORY_ASK },
};

#endif
