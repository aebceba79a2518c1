/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local packages: into the modem's store, named to it, and out again.
 */
#ifndef QFOTA_DFOTA_STORIES_UPLOAD_H
#define QFOTA_DFOTA_STORIES_UPLOAD_H

#include "dfota_stories.h"

static void arrange_file(struct player *p)
{
	p->plan.download = false;
	p->plan.upload = true;
	p->plan.argument[0] = '\0';
	p->plan.size = 3000;
	p->plan.sum = 0xb34a;
	p->store = "+QFLDS: 12987840,14483456";
}

static void arrange_leftover(struct player *p)
{
	arrange_file(p);
	p->leftover = "+QFLST: \"UFS:qfota.zip\",2000";
}

static void arrange_full_store(struct player *p)
{
	arrange_leftover(p);
	p->store = "+QFLDS: 999,14483456";
}

/* What the leftover takes now is room enough. */
static void arrange_store_of_leftover(struct player *p)
{
	arrange_leftover(p);
	p->store = "+QFLDS: 1000,14483456";
}

static void arrange_miscount(struct player *p)
{
	arrange_file(p);
	p->miscounts = 1;
}

static void arrange_miscounts(struct player *p)
{
	arrange_file(p);
	p->miscounts = 2;
}

static void arrange_no_taker(struct player *p)
{
	arrange_file(p);
	p->takes_nothing = true;
}

static void arrange_other_directory(struct player *p)
{
	arrange_file(p);
	p->refuses = 1;
}

static void arrange_no_directory(struct player *p)
{
	arrange_file(p);
	p->refuses = 3;
}

static void arrange_file_dry_run(struct player *p)
{
	arrange_leftover(p);
	p->plan.dry_run = true;
}

static void arrange_file_full_disk(struct player *p)
{
	arrange_file(p);
	p->disk_full = true;
}

/* The upload stands still: the modem takes no bytes. */
static void arrange_stuck(struct player *p)
{
	arrange_file(p);
	p->takes_no_bytes = true;
}

/* QFLST did not tell of it. */
static void arrange_exists(struct player *p)
{
	arrange_file(p);
	p->exists = true;
}

static void arrange_exists_always(struct player *p)
{
	arrange_exists(p);
	p->exists_always = true;
}

static void arrange_slow_list(struct player *p)
{
	arrange_file(p);
	p->slow_to = "AT+QFLST=\"qfota.zip\"";
}

static void arrange_slow_delete(struct player *p)
{
	arrange_leftover(p);
	p->slow_to = "AT+QFDEL=\"qfota.zip\"";
}

#define SWEEP "1>AT+QFDEL=\"qfota.zip\"; 1>AT+CGSN; "
#define TOLD_STORE TOLD_IDENTIFIED "[check]; " TOLD_NETWORK "1>AT+QFLDS=\"UFS\"; 1>AT+QFLST=\"qfota.zip\"; 1>AT+CGSN; "
#define ASKED_TWICE "1>AT+CGMR; 0>AT+CGMR; 1>AT+CGMR; 0>AT+CGMR; "
#define ASKED_LONG ASKED_TWICE ASKED_TWICE ASKED_TWICE ASKED_TWICE ASKED_TWICE "1>AT+CGMR; 0>AT+CGMR; "
#define TOLD_SWEPT                                                            \
	"[identify]; 1>AT; 1>ATE0; 1>AT+CMEE=1; 1>AT+QURCCFG=\"urcport\"; "   \
	"1>AT+QINDCFG=\"all\"; 1>AT+CGMR; " TOLD_PARTS "1>AT+CGSN; " SWEEP                  \
	"identified; [check]; " TOLD_NETWORK                                  \
	"1>AT+QFLDS=\"UFS\"; 1>AT+QFLST=\"qfota.zip\"; 1>AT+CGSN; "
#define TOLD_UPLOAD "[upload]; hold; save; 1>AT+QFUPL=\"qfota.zip\",3000,10; 0+3000; 100%; "
#define TOLD_BLOCKS                                                                      \
	"1>AT+QFUPL=\"qfota.zip\",3000,10,1; 0+1024; 34%; 1024+1024; 68%; 2048+952; " \
	"100%; "
#define TOLD_ASKED "[request]; hold; save; 1>AT+QFOTADL=\"/cache/ufs/qfota.zip\"; "

static const struct story stories_uploads[] = {
	{ "a local file", "modem; wait 1000", TOLD_STORE TOLD_UPLOAD TOLD_ASKED,
	  .exit = STORY_GOES_ON, .arrange = arrange_file },
	{ "a local file, to its end",
	  "modem; wait 1000; OK; off; flashing; fota START; fota END 0; off; boots new", NULL,
	  .outcome = OUTCOME_UPGRADED, .exit = 0, .arrange = arrange_file },
	{ "a local file, and another modem comes back",
	  "modem; wait 1000; OK; off; flashing; fota START; fota END 502; off; boots stranger",
	  TOLD_STORE TOLD_UPLOAD TOLD_ASKED "[restart]; save; [flash]; save; [return]; save; "
	  TOLD_READ "finish; ",
	  .outcome = OUTCOME_UNCONFIRMED, .exit = 7, .reason = "another modem", .goes_on = true,
	  .arrange = arrange_file },
	{ "END 502, and the limit of the whole flash runs out while its firmware is read",
	  "modem; wait 1000; OK; off; flashing; fota START; wait 7197000; fota END 502; off; "
	  "boots deaf; OK; OK; " PLAYER_OLD "; OK; ERROR; ERROR; " PLAYER_IMEI "; wait 3000; wait answer; "
	  "hears; wait 1024; wait answer; wait answer",
	  TOLD_STORE TOLD_UPLOAD TOLD_ASKED "[restart]; save; [flash]; save; " ASKED_LONG
	  "[return]; save; " TOLD_READ "1>AT+CFUN?; " SWEEP "finish; ",
	  .outcome = OUTCOME_FAILED, .exit = 6, .arrange = arrange_file },
	{ "our leftover is deleted first", "modem; wait 1000",
	  TOLD_STORE SWEEP TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON,
	  .arrange = arrange_leftover },
	{ "our leftover is deleted when the upload is told of it", "modem; wait 1000",
	  TOLD_STORE "[upload]; hold; save; 1>AT+QFUPL=\"qfota.zip\",3000,10; " SWEEP
		     "1>AT+QFUPL=\"qfota.zip\",3000,10; 0+3000; 100%; " TOLD_ASKED,
	  .exit = STORY_GOES_ON, .arrange = arrange_exists },
	{ "our leftover is there for ever", "modem; wait 1000",
	  TOLD_STORE "[upload]; hold; save; 1>AT+QFUPL=\"qfota.zip\",3000,10; " SWEEP
		     "1>AT+QFUPL=\"qfota.zip\",3000,10; finish; ",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .reason = "407",
	  .arrange = arrange_exists_always },
	{ "an agent died in the upload", "sneaks old; wait 10999; wait 1",
	  TOLD_SWEPT TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON, .arrange = arrange_file,
	  .resumed = true, .phase = DFOTA_PHASE_UPLOAD, .transfer = -1, .end = -1 },
	{ "an agent died in the upload, and another modem is there: its file is its own",
	  "sneaks stranger; wait 11000", TOLD_STORE TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON,
	  .arrange = arrange_file, .resumed = true, .phase = DFOTA_PHASE_UPLOAD, .transfer = -1,
	  .end = -1 },
	{ "no room", "modem; wait 1000", TOLD_STORE "finish; ", .outcome = OUTCOME_REFUSED,
	  .exit = 4, .reason = "no room", .arrange = arrange_full_store },
	{ "room where the leftover was", "modem; wait 1000",
	  TOLD_STORE SWEEP TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON,
	  .arrange = arrange_store_of_leftover },
	{ "a dry run uploads and deletes nothing", "modem; wait 1000", TOLD_STORE "finish; ",
	  .outcome = OUTCOME_NONE, .exit = 0, .arrange = arrange_file_dry_run },
	{ "without a journal nothing is uploaded", "modem; wait 1000",
	  TOLD_STORE "[upload]; hold; save; finish; ", .outcome = OUTCOME_NONE, .exit = 1,
	  .reason = "journal", .arrange = arrange_file_full_disk },
	{ "a wrong count: once more in blocks", "modem; wait 1000",
	  TOLD_STORE TOLD_UPLOAD "note; " SWEEP TOLD_BLOCKS TOLD_ASKED, .exit = STORY_GOES_ON,
	  .arrange = arrange_miscount },
	{ "a wrong count twice", "modem; wait 1000",
	  TOLD_STORE TOLD_UPLOAD "note; " SWEEP TOLD_BLOCKS SWEEP "finish; ",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .reason = "twice",
	  .arrange = arrange_miscounts },
	/* Its late ERROR is not taken for that to the upload, which would go on unnoticed. */
	{ "the list of files is answered late", "modem; wait 1000; wait answer; wait 1000",
	  TOLD_STORE TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON, .arrange = arrange_slow_list },
	{ "a deletion is answered late", "modem; wait 1000; wait answer; wait 1000",
	  TOLD_STORE SWEEP TOLD_UPLOAD TOLD_ASKED, .exit = STORY_GOES_ON,
	  .arrange = arrange_slow_delete },
	{ "the modem takes nothing", "modem; wait 1000",
	  TOLD_STORE "[upload]; hold; save; 1>AT+QFUPL=\"qfota.zip\",3000,10; finish; ",
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .reason = "420",
	  .arrange = arrange_no_taker },
	{ "the file lies in the other directory", "modem; wait 1000",
	  TOLD_STORE TOLD_UPLOAD TOLD_ASKED "1>AT+QFOTADL=\"/data/ufs/qfota.zip\"; ",
	  .exit = STORY_GOES_ON, .arrange = arrange_other_directory },
	{ "no directory holds it", "modem; wait 1000",
	  TOLD_STORE TOLD_UPLOAD TOLD_ASKED "1>AT+QFOTADL=\"/data/ufs/qfota.zip\"; " SWEEP
		  "finish; ",
	  .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "refused",
	  .arrange = arrange_no_directory },
	{ "the modem leaves in the upload, and may take commands for bytes when it is back",
	  "modem; wait 1000; off; wait 5000; modem; wait 10999",
	  TOLD_STORE "[upload]; hold; save; 1>AT+QFUPL=\"qfota.zip\",3000,10; 0+3000; "
	  "[identify]; ", .exit = STORY_GOES_ON, .arrange = arrange_stuck },
	{ "the modem leaves in the upload", "modem; wait 1000; off; wait 5000; modem; wait 11000",
	  NULL, .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .reason = "left the bus",
	  .arrange = arrange_stuck },
	{ "power is cut in the upload, and it is back after a minute",
	  "modem; wait 1000; off; wait ready; wait 1000; modem; wait 11000", NULL,
	  .outcome = OUTCOME_TRANSFER_FAILED, .exit = 5, .reason = "left the bus",
	  .arrange = arrange_stuck },
	{ "another modem comes back in the upload: its files are its own",
	  "modem; wait 1000; off; sneaks stranger; wait 11000", NULL, .exit = STORY_GOES_ON,
	  .arrange = arrange_stuck },
	/* Who is there now may be another one, whose file that is. */
	{ "it leaves in the upload, and what is back tells no IMEI",
	  "modem; wait 1000; off; boots deaf; wait 13000; OK; OK; wait ready; wait verify",
	  NULL, .outcome = OUTCOME_REFUSED, .exit = 4, .reason = "no IMEI", .goes_on = true,
	  .arrange = arrange_stuck },
	{ "the modem leaves in the upload for ever", "modem; wait 1000; off; wait return", NULL,
	  .outcome = OUTCOME_LOST, .exit = 9, .goes_on = true, .arrange = arrange_stuck },
	{ "the file cannot be read on in the upload", "modem; wait 1000; host; wait 15000; wait 1024; wait answer",
	  NULL, .outcome = OUTCOME_NONE, .exit = 1, .reason = "USB", .arrange = arrange_stuck },
	{ "stopped in the upload", "modem; wait 1000; stop; wait 15000; wait 1024; wait answer", NULL,
	  .outcome = OUTCOME_NONE, .exit = 1, .reason = "stopped", .arrange = arrange_stuck },
};

#endif
