/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bulk_loop POSITION FILE CHUNK [memory]: the rival of the agent's upload, and what the
 * bus can do at best. Takes the AT port of the modem at POSITION, announces FILE, reads
 * and writes it in one plain loop of synchronous bulk transfers of CHUNK bytes (memory:
 * has read all of it before) and waits for the modem's count of it; then deletes it there.
 * Prints bytes and seconds from announcement to OK.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* Of a file: what is read at once is sent at once. */
static int write_file(libusb_device_handle *modem, int file, unsigned char *buffer, size_t chunk)
{
	ssize_t got;
	int r = 0;

	while (r == 0 && (got = read(file, buffer, chunk)) > 0)
		r = write_all(modem, buffer, (size_t)got, chunk);
	return r == 0 && got < 0 ? -errno : r;
}

static int upload(libusb_device_handle *modem, int file, unsigned char *buffer, size_t size, size_t chunk,
		  bool in_memory)
{
	char announce[80], erase[] = "AT+QFDEL=\"" NAME "\"\r";
	double start;
	int r;

	snprintf(announce, sizeof(announce), "AT+QFUPL=\"" NAME "\",%zu,10\r", size);
	if (in_memory && read(file, buffer, size) != (ssize_t)size)
		return -EIO;
	start = now();
	r = command(modem, announce, "CONNECT");
	if (r == 0)
		r = in_memory ? write_all(modem, buffer, size, chunk) : write_file(modem, file, buffer, chunk);
	if (r == 0)
		r = await(modem, "OK");
	if (r == 0)
		printf("%zu %.3f\n", size, now() - start);
	return r ? r : command(modem, erase, "OK");
}

int main(int argc, char **argv)
{
	bool in_memory = argc == 5 && strcmp(argv[4], "memory") == 0;
	size_t chunk = argc == 4 || in_memory ? strtoul(argv[3], NULL, 10) : 0;
	int file = chunk ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	libusb_device_handle *modem;
	unsigned char *buffer;
	struct stat status;
	int r;

	if (file < 0 || fstat(file, &status) < 0 || libusb_init(NULL) < 0)
		goto usage;
	buffer = malloc(in_memory ? (size_t)status.st_size : chunk);
	modem = buffer ? open_modem(argv[1]) : NULL;
	if (!modem)
		goto usage;
	r = upload(modem, file, buffer, (size_t)status.st_size, chunk, in_memory);
	if (r)
		fprintf(stderr, "bulk_loop: the upload failed\n");
	libusb_release_interface(modem, AT_INTERFACE);
	libusb_close(modem);
	free(buffer);
	close(file);
	return r ? 1 : 0;
usage:
	perror("bulk_loop POSITION FILE CHUNK [memory]");
	return 1;
}
