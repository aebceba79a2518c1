/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bulk_loop POSITION FILE CHUNK: the rival of the agent's upload, and what the
 * bus can do at best. Takes the AT port of the modem at POSITION, announces
 * FILE, writes it in one plain loop of synchronous bulk transfers of CHUNK
 * bytes and waits for the modem's count of it; then deletes it there. Prints
 * bytes and seconds from announcement to OK.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libusb.h>

#define AT_INTERFACE 2
#define AT_IN 0x84
#define AT_OUT 0x03
#define ANSWER_MS 60000
#define NAME "bench.bin"

static int is_at(libusb_device *device, const char *position)
{
	uint8_t ports[7];
	int depth = libusb_get_port_numbers(device, ports, sizeof(ports));
	char here[64];
	int length = snprintf(here, sizeof(here), "%d", libusb_get_bus_number(device));

	for (int i = 0; i < depth; i++)
		length += snprintf(here + length, sizeof(here) - (size_t)length, "%c%d",
				   i ? '.' : '-', ports[i]);
	return strcmp(here, position) == 0;
}

static libusb_device_handle *open_modem(const char *position)
{
	libusb_device_handle *modem = NULL;
	libusb_device **list = NULL;
	ssize_t count = libusb_get_device_list(NULL, &list);

	for (ssize_t i = 0; i < count && !modem; i++)
		if (is_at(list[i], position))
			libusb_open(list[i], &modem);
	libusb_free_device_list(list, 1);
	if (!modem)
		return NULL;
	libusb_set_auto_detach_kernel_driver(modem, 1);
	if (libusb_claim_interface(modem, AT_INTERFACE) == 0)
		return modem;
	libusb_close(modem);
	return NULL;
}

static int write_all(libusb_device_handle *modem, unsigned char *bytes, size_t size, size_t chunk)
{
	int written;

	for (; size; bytes += written, size -= (size_t)written) {
		int length = (int)(size < chunk ? size : chunk);

		if (libusb_bulk_transfer(modem, AT_OUT, bytes, length, &written, ANSWER_MS) < 0)
			return -EIO;
	}
	return 0;
}

/* Reads until the modem has said @word at the end of a line. */
static int await(libusb_device_handle *modem, const char *word)
{
	char line[128], said[4096] = "";
	size_t used = 0;
	int got;

	snprintf(line, sizeof(line), "%s\r\n", word);
	while (!strstr(said, line)) {
		if (used + 512 >= sizeof(said) ||
		    libusb_bulk_transfer(modem, AT_IN, (unsigned char *)said + used, 512, &got,
					 ANSWER_MS) < 0)
			return -EIO;
		used += (size_t)got;
		said[used] = '\0';
	}
	return 0;
}

static int command(libusb_device_handle *modem, char *text, const char *answer)
{
	int r = write_all(modem, (unsigned char *)text, strlen(text), strlen(text));

	return r ? r : await(modem, answer);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int upload(libusb_device_handle *modem, unsigned char *bytes, size_t size, size_t chunk)
{
	char announce[80], erase[] = "AT+QFDEL=\"" NAME "\"\r";
	double start = now();
	int r;

	snprintf(announce, sizeof(announce), "AT+QFUPL=\"" NAME "\",%zu,10\r", size);
	r = command(modem, announce, "CONNECT");
	if (r == 0)
		r = write_all(modem, bytes, size, chunk);
	if (r == 0)
		r = await(modem, "OK");
	if (r == 0)
		printf("%zu %.3f\n", size, now() - start);
	return r ? r : command(modem, erase, "OK");
}

static unsigned char *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	unsigned char *bytes = NULL;
	long size = -1;

	if (file && fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size > 0 && fseek(file, 0, SEEK_SET) == 0)
		bytes = malloc((size_t)size);
	if (bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size)
		*ret_size = (size_t)size;
	if (file)
		fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	size_t size = 0, chunk = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned char *bytes = chunk ? read_file(argv[2], &size) : NULL;
	libusb_device_handle *modem;
	int r;

	if (!size || libusb_init(NULL) < 0)
		goto usage;
	modem = open_modem(argv[1]);
	if (!modem)
		goto usage;
	r = upload(modem, bytes, size, chunk);
	if (r)
		fprintf(stderr, "bulk_loop: the upload failed\n");
	libusb_release_interface(modem, AT_INTERFACE);
	libusb_close(modem);
	free(bytes);
	return r ? 1 : 0;
usage:
	perror("bulk_loop POSITION FILE CHUNK");
	return 1;
}
