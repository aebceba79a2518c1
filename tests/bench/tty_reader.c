/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_reader POSITION TTY COMMAND: the rival of the agent in the race for the
 * first code after a re-enumeration. Sends COMMAND to TTY ("ttyUSB2"), the AT
 * port of the modem at POSITION as it is now; then opens that port anew
 * whenever the kernel announces it, as a good script would, makes it raw, and
 * reads until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define AT_INTERFACE 2

/* The tty of the AT interface, if this uevent announces it. */
static int announced(const char *event, size_t size, const char *position, char ret[static 64])
{
	char interface[80];
	const char *name = NULL;
	int wanted = 0, tty = 0;

	snprintf(interface, sizeof(interface), "/%s:1.%d/", position, AT_INTERFACE);
	for (const char *field = event; field < event + size; field += strlen(field) + 1) {
		wanted |= strncmp(field, "add@", 4) == 0 && strstr(field, interface);
		tty |= strcmp(field, "SUBSYSTEM=tty") == 0;
		if (strncmp(field, "DEVNAME=", 8) == 0)
			name = field + 8;
	}
	if (!wanted || !tty || !name)
		return 0;
	snprintf(ret, 64, "/dev/%s", name);
	return 1;
}

static int open_raw(const char *path)
{
	struct termios mode;
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || tcgetattr(fd, &mode) < 0)
		return fd;
	cfmakeraw(&mode);
	tcsetattr(fd, TCSANOW, &mode);
	return fd;
}

static int open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd;
}

static void hear_uevent(int uevents, const char *position, int *tty)
{
	char event[8192], path[64];
	ssize_t size = recv(uevents, event, sizeof(event) - 1, 0);

	if (size <= 0)
		return;
	event[size] = '\0';
	if (!announced(event, (size_t)size, position, path))
		return;
	if (*tty >= 0)
		close(*tty);
	*tty = open_raw(path);
}

static void read_tty(int *tty)
{
	char bytes[4096];
	ssize_t size = read(*tty, bytes, sizeof(bytes));

	if (size > 0 && write(STDOUT_FILENO, bytes, (size_t)size) == size)
		return;
	if (size < 0 && errno == EAGAIN)
		return;
	close(*tty);
	*tty = -1;
}

static int start_job(const char *name, const char *command, int *tty)
{
	char path[64], line[300];
	int length = snprintf(line, sizeof(line), "%s\r", command);

	snprintf(path, sizeof(path), "/dev/%s", name);
	*tty = open_raw(path);
	if (*tty < 0 || fcntl(*tty, F_SETFL, 0) < 0 || write(*tty, line, (size_t)length) != length)
		return -1;
	return fcntl(*tty, F_SETFL, O_NONBLOCK);
}

int main(int argc, char **argv)
{
	int uevents = open_uevents();
	int tty = -1;

	if (argc != 4 || uevents < 0 || start_job(argv[2], argv[3], &tty) < 0) {
		perror("tty_reader POSITION TTY COMMAND");
		return 1;
	}
	for (;;) {
		struct pollfd fds[] = { { uevents, POLLIN, 0 }, { tty, POLLIN, 0 } };

		if (poll(fds, 2, -1) < 0)
			return 1;
		if (fds[0].revents)
			hear_uevent(uevents, argv[1], &tty);
		if (fds[1].revents && tty >= 0)
			read_tty(&tty);
	}
}
