/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/quectel.h"

#define FAMILY(name) (1u << QUECTEL_FAMILY_##name)

#define ADVICE_PACKAGE                                                                             \
	"use the package made for exactly this firmware, and check that it is undamaged"
#define ADVICE_DAMAGED "compare the package with the vendor's checksum, then transfer it again"
#define ADVICE_POWER "try again; if it repeats, check the modem's power supply"
#define ADVICE_VENDOR "try again; then ask the vendor with this code"
#define ADVICE_SPACE "delete files from the modem's store, then try again"
#define ADVICE_NETWORK "check SIM, antenna, APN and signal, then try again"
#define ADVICE_SERVER                                                                              \
	"check that the server runs and can be reached from the modem's network, then try again"
#define ADVICE_ADDRESS "check scheme, server, port and path of the package"
#define ADVICE_NAME                                                                                \
	"check the server's name; one that only this host can resolve is of no use to the modem"
#define ADVICE_LOGIN "check user name and password"
#define ADVICE_FILE "check that the path names the package and that the account may read it"
#define ADVICE_BUSY "end other transfers and calls of this modem, then try again"
#define ADVICE_AGAIN "try again; if it repeats, restart the modem first"
#define ADVICE_SPOKEN                                                                              \
	"check that a plain FTP server answers at this address, without TLS, then try again"

struct quectel_range {
	unsigned int families;
	int first;
	int last;
	struct quectel_text text;
};

static const struct quectel_range end_codes[] = {
	{ FAMILY(EC2X), 1, 1,
	  { "the backup area could not be upgraded: not enough flash",
	    "try again with fewer files in the modem's store; then ask the vendor" } },
	{ FAMILY(STANDARD_A), 500, 500, { "file error", ADVICE_SPACE } },
	{ FAMILY(EC2X), 501, 501,
	  { "the package cannot be unpacked, or there is no room for that",
	    "delete files from the modem's store and check that the package is undamaged" } },
	{ FAMILY(06), 502, 502,
	  { "the upgrade process left because of an unpredictable error", ADVICE_POWER } },
	{ FAMILY(EC2X), 502, 502, { "the upgrade program ended abnormally", ADVICE_POWER } },
	{ FAMILY(06), 504, 505, { "the package file is wrong", ADVICE_PACKAGE } },
	{ FAMILY(BG) | FAMILY(STANDARD_A), 504, 504,
	  { "the firmware upgrade failed", ADVICE_VENDOR } },
	{ FAMILY(BG), 505, 505, { "the package does not exist", ADVICE_ADDRESS } },
	{ FAMILY(STANDARD_A), 505, 505, { "the package check failed", ADVICE_PACKAGE } },
	{ FAMILY(BG), 506, 506, { "the package check failed", ADVICE_PACKAGE } },
	{ FAMILY(STANDARD_A), 506, 506, { "the package's MD5 sum is wrong", ADVICE_DAMAGED } },
	{ FAMILY(STANDARD_A), 507, 507,
	  { "the package is for another firmware version", ADVICE_PACKAGE } },
	{ FAMILY(06), 510, 510, { "the patch does not fit the files in the modem", ADVICE_PACKAGE } },
	{ FAMILY(EC2X), 510, 510, { "the files could not be verified", ADVICE_PACKAGE } },
	{ FAMILY(06) | FAMILY(EC2X), 511, 511,
	  { "not enough space in the modem's file system", ADVICE_SPACE } },
	{ FAMILY(06), 520, 530, { "the firmware upgrade failed", ADVICE_VENDOR } },
	{ FAMILY(06), 540, 546, { "the firmware upgrade failed", ADVICE_VENDOR } },
	{ FAMILY(STANDARD_A), 552, 552,
	  { "the package is for another project name", ADVICE_PACKAGE } },
	{ FAMILY(STANDARD_A), 553, 553,
	  { "the package is for another baseline", ADVICE_PACKAGE } },
};

/* In brackets: the replies of FTP servers (RFC 959, 4.2) that these numbers stand for. */
static const struct quectel_code {
	int code;
	struct quectel_text text;
} transfer_codes[] = {
	{ 601, { "unknown FTP error", "check address, account and path, and that the modem has data" } },
	{ 602, { "FTP service blocked", ADVICE_NETWORK } },
	{ 603, { "FTP client busy", ADVICE_BUSY } },
	{ 604, { "the FTP server's name could not be resolved", ADVICE_NAME } },
	{ 605, { "network error", ADVICE_NETWORK } },
	{ 606, { "FTP control connection closed", ADVICE_SERVER } },
	{ 607, { "FTP data connection closed", ADVICE_SERVER } },
	{ 608, { "connection closed by the FTP server", ADVICE_SERVER } },
	{ 609, { "FTP timeout", ADVICE_NETWORK } },
	{ 610, { "invalid parameter for FTP", ADVICE_ADDRESS } },
	{ 611, { "the file could not be opened", ADVICE_SPACE } },
	{ 612, { "wrong position or path of the file", ADVICE_FILE } },
	{ 613, { "file error", ADVICE_SPACE } },
	{ 614, { "FTP service not available (421)", ADVICE_SERVER } },
	{ 615, { "FTP data connection could not be opened (425)", ADVICE_SERVER } },
	{ 616, { "FTP transfer aborted (426)", ADVICE_SERVER } },
	{ 617, { "file not available on the FTP server (450)", ADVICE_FILE } },
	{ 618, { "local error of the FTP server (451)", ADVICE_SERVER } },
	{ 619, { "insufficient storage on the FTP server (452)", ADVICE_SERVER } },
	{ 620, { "FTP command unrecognised (500)", ADVICE_SPOKEN } },
	{ 621, { "syntax error in an FTP parameter (501)", ADVICE_ADDRESS } },
	{ 622, { "FTP command not implemented (502)", ADVICE_SPOKEN } },
	{ 623, { "bad sequence of FTP commands (503)", ADVICE_SPOKEN } },
	{ 624, { "FTP parameter not implemented (504)", ADVICE_SPOKEN } },
	{ 625, { "not logged in to the FTP server (530)", ADVICE_LOGIN } },
	{ 626, { "the FTP server wants an account (532)", ADVICE_LOGIN } },
	{ 627, { "no such file on the FTP server (550)", ADVICE_FILE } },
	{ 628, { "FTP page type unknown (551)", ADVICE_SPOKEN } },
	{ 629, { "FTP file action aborted (552)", ADVICE_SERVER } },

	{ 701, { "unknown HTTP(S) error",
	    "check that the address answers without redirect and that the modem has data; if "
	    "https fails, try http" } },
	{ 702, { "HTTP(S) timeout",
	    "check signal and APN, and that the address serves a plain file without redirect" } },
	{ 703, { "HTTP(S) client busy", ADVICE_BUSY } },
	{ 704, { "UART busy", ADVICE_BUSY } },
	{ 705, { "no GET or POST request", ADVICE_AGAIN } },
	{ 706, { "network busy", ADVICE_BUSY } },
	{ 707, { "the network could not be opened", ADVICE_NETWORK } },
	{ 708, { "the network is not configured", ADVICE_NETWORK } },
	{ 709, { "the network was deactivated", ADVICE_NETWORK } },
	{ 710, { "network error", ADVICE_NETWORK } },
	{ 711, { "wrong address", ADVICE_ADDRESS } },
	{ 712, { "empty address", ADVICE_ADDRESS } },
	{ 713, { "wrong IP address", ADVICE_ADDRESS } },
	{ 714, { "the HTTP server's name could not be resolved", ADVICE_NAME } },
	{ 715, { "the socket could not be created", ADVICE_AGAIN } },
	{ 716, { "the server could not be connected", ADVICE_SERVER } },
	{ 717, { "reading from the server failed", ADVICE_SERVER } },
	{ 718, { "writing to the server failed", ADVICE_SERVER } },
	{ 719, { "connection closed", ADVICE_SERVER } },
	{ 720, { "the request could not be encoded", ADVICE_ADDRESS } },
	{ 721, { "the response could not be decoded",
	    "serve a plain static file, with its length and without redirect" } },
	{ 722, { "timeout while reading", ADVICE_NETWORK } },
	{ 723, { "the server's response was a failure",
	    "fetch the address with another client and see what the server says" } },
	{ 724, { "interrupted by an incoming call", ADVICE_BUSY } },
	{ 725, { "interrupted by a voice call", ADVICE_BUSY } },
	{ 726, { "timeout of the input", ADVICE_AGAIN } },
	{ 727, { "timeout while waiting for data", ADVICE_NETWORK } },
	{ 728, { "timeout while waiting for the response", ADVICE_SERVER } },
	{ 729, { "the modem is out of memory", ADVICE_AGAIN } },
	{ 730, { "invalid parameter for HTTP(S)", ADVICE_ADDRESS } },
};

static const struct quectel_cme {
	int code;
	const char *meaning;
} cme_codes[] = {
	{ 3, "operation not allowed" },
	{ 4, "operation not supported" },
	{ 10, "SIM not inserted" },
	{ 11, "SIM PIN required" },
	{ 12, "SIM PUK required" },
	{ 13, "SIM failure" },
	{ 14, "SIM busy" },
	{ 20, "memory full" },
	{ 23, "memory failure" },
	{ 30, "no network service" },
	{ 31, "network timeout" },
	{ 400, "invalid input" },
	{ 401, "larger than the file" },
	{ 402, "nothing was read" },
	{ 403, "file store full" },
	{ 405, "file not found" },
	{ 406, "invalid file name" },
	{ 407, "file exists" },
	{ 409, "file could not be written" },
	{ 410, "file could not be opened" },
	{ 411, "file could not be read" },
	{ 413, "too many open files" },
	{ 414, "file is read-only" },
	{ 416, "invalid file descriptor" },
	{ 417, "files could not be listed" },
	{ 418, "file could not be deleted" },
	{ 419, "file store could not be examined" },
	{ 420, "no space for the file" },
	{ 421, "timeout of a file operation" },
	{ 423, "file too large" },
	{ 425, "invalid parameter of a file operation" },
	{ 426, "file is open already" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct quectel_text no_text;

struct quectel_text quectel_end(const char *firmware, int code)
{
	unsigned int family = 1u << quectel_family(firmware);

	for (size_t i = 0; i < COUNT(end_codes); i++)
		if ((end_codes[i].families & family) && code >= end_codes[i].first &&
		    code <= end_codes[i].last)
			return end_codes[i].text;
	return no_text;
}

struct quectel_text quectel_transfer(const char *firmware, int code)
{
	enum quectel_family family = quectel_family(firmware);

	/* The one code of FILEEND is one of END's. */
	if (code == 500 && family == QUECTEL_FAMILY_STANDARD_A)
		return quectel_end(firmware, code);
	for (size_t i = 0; i < COUNT(transfer_codes) && family != QUECTEL_FAMILY_UNKNOWN; i++)
		if (transfer_codes[i].code == code)
			return transfer_codes[i].text;
	return no_text;
}

const char *quectel_cme(int code)
{
	for (size_t i = 0; i < COUNT(cme_codes); i++)
		if (cme_codes[i].code == code)
			return cme_codes[i].meaning;
	return NULL;
}
