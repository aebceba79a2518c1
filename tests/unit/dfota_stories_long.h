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
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "emergency download late in the limit is not there for all of it",
	  DOWNLOADED "off; wait 299000; emergency; wait 299000; off; wait "
		     "299000; boots new",
	  TOLD_DOWNLOADED "[flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "no serial interface", DOWNLOADED "off; mute; wait return", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "composition", .goes_on = true },
	{ "extra re-enumerations",
	  FLASHED "off; flashing; fota UPDATING 60; off; modem; off; flashing; "
		  "fota END 0; off; "
		  "modem; off; boots new",
	  TOLD_FLASHED "[restart]; save; [flash]; save; 60%; [restart]; save; [flash]; save; "
		       "[restart]; save; [flash]; save; [return]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "a re-enumeration whose loss was not heard",
	  DOWNLOADED "flashing; fota START; fota UPDATING 50; fota END 0; boots new",
	  TOLD_FLASHED "[return]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "power cut in the flash",
	  FLASHED "off; flashing; fota START; fota UPDATING 3; fota END 0; off; boots new",
	  TOLD_FLASHED "[restart]; save; [flash]; save; 3%; [return]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "power cut after END",
	  FLASHED "fota END 0; off; flashing; fota START; fota END 0; off; boots new",
	  TOLD_FLASHED "[return]; save; [flash]; save; [return]; save; " TOLD_VERIFY,
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
	  TOLD_DOWNLOADED "[flash]; save; [return]; save; " TOLD_VERIFY,
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
			  "0>AT+CGMR; [return]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_UPGRADED, .exit = 0 },
	{ "RDY of the last boot lost", FLASHED "fota END 0; off; sneaks new; wait flash-start",
	  TOLD_FLASHED "[return]; save; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY,
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
	{ "one SIGINT changes nothing", DOWNLOADED "off; stop; boots new",
	  TOLD_DOWNLOADED "note; [flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED,
	  .exit = 0 },
	{ "the host fails after the request", DOWNLOADED "host", TOLD_DOWNLOADED "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB", .goes_on = true },
};

static const struct story stories_resumed[] = {
	{ "request, nothing heard", "modem; wait accept; wait download", "[request]; hold; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "never have been sent",
	  .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, an ERROR is nobody's answer", "modem; ERROR; OK; wait accept",
	  "[request]; hold; ", .exit = STORY_GOES_ON, .resumed = true, .phase = DFOTA_PHASE_REQUEST,
	  .transfer = -1, .end = -1 },
	{ "request, it goes on", "modem; fota HTTPEND 0; off; boots new",
	  "[request]; hold; [restart]; save; [flash]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, the host fails before it listened long enough", "modem; host",
	  "[request]; hold; finish; ", .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "USB",
	  .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "request, it leaves and flashes without a word", "modem; off; recovery; wait flash",
	  "[request]; hold; [restart]; save; [flash]; save; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .goes_on = true, .resumed = true,
	  .phase = DFOTA_PHASE_REQUEST, .transfer = -1, .end = -1 },
	{ "download, silence", "modem; wait accept; wait download", "[download]; hold; finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "\"download\"", .goes_on = true,
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
	{ "download, from a lone recovery port",
	  "recovery; on 0 +QIND: \"FOTA\",\"END\",502; wait leave",
	  "[download]; hold; [flash]; save; [return]; save; finish; ", .outcome = OUTCOME_FAILED,
	  .exit = 6, .resumed = true, .phase = DFOTA_PHASE_DOWNLOAD, .transfer = -1, .end = -1 },
	{ "restart, new", "boots new", "[restart]; hold; [flash]; save; " TOLD_VERIFY,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .resumed = true, .phase = DFOTA_PHASE_RESTART,
	  .transfer = 0, .end = -1 },
	{ "flash, long over", "sneaks new; wait flash-start",
	  "[flash]; hold; 1>AT+CGMR; 0>AT+CGMR; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED,
	  .exit = 0, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "flash, still at it", "flashing; fota UPDATING 60; fota END 0; off; boots new",
	  "[flash]; hold; 60%; [return]; save; " TOLD_VERIFY, .outcome = OUTCOME_UPGRADED,
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
	{ "lines before anything is there", "fota UPDATING 60; wait return",
	  "[flash]; hold; finish; ", .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true,
	  .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0, .end = -1 },
	{ "SIGTERM", "modem; term", "[flash]; hold; finish; ", .outcome = OUTCOME_INTERRUPTED,
	  .exit = 8, .goes_on = true, .resumed = true, .phase = DFOTA_PHASE_FLASH, .transfer = 0,
	  .end = -1 },
};

#endif
