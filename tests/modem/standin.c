/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One process is one modem on a port of vhci_hcd. */
#include "fetch.h"
#include "hostile.h"
#include "memory.h"
#include "modem.h"
#include "options.h"
#include "serial.h"
#include "vhci.h"

#include <errno.h>
#include <linux/usb/ch9.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define PENDING 256
#define RETRY_US 2000	    /* a vhci port needs some ms after a detach */
#define PATIENCE_US 5000000 /* or another modem sits in it */

struct standin {
	struct options options;
	struct modem modem;
	struct vhci vhci;
	struct hostile hostile;
	struct fetch fetch;
	/* IN requests, oldest first, and those that are never answered */
	struct vhci_request pending[PENDING];
	unsigned int n_pending;
	struct modem_action enter;
	uint64_t enter_at; /* next try, SETTINGS_NEVER: none wanted */
	uint64_t start_us;
	int timer, signals;
	uint32_t saved;
	FILE *wire;
	bool announced;
	uint8_t transfer[VHCI_TRANSFER];
};

static uint64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void wire_line(void *context, const char *line)
{
	struct standin *s = context;

	fprintf(s->wire, "%llu %s\n",
		(unsigned long long)((s->modem.now_us - s->start_us) / 1000),
		line);
}

static int fail(const char *what, int r)
{
	fprintf(stderr, "standin: %s: %s\n", what, strerror(-r));
	return r;
}

static int pending_add(struct standin *s, const struct vhci_request *r)
{
	if (s->n_pending == PENDING)
		return vhci_complete(&s->vhci, r, -ENOMEM, NULL, 0);
	s->pending[s->n_pending++] = *r;
	return 0;
}

static void pending_remove(struct standin *s, unsigned int i)
{
	s->n_pending--;
	memmove(&s->pending[i], &s->pending[i + 1],
		(s->n_pending - i) * sizeof(s->pending[0]));
}

/* Give the waiting IN requests what the modem has for them. */
static int pump(struct standin *s, uint64_t now)
{
	for (unsigned int i = 0; i < s->n_pending;) {
		struct vhci_request r = s->pending[i];
		size_t size = r.length < VHCI_TRANSFER ? r.length : VHCI_TRANSFER;
		ssize_t n = modem_bulk_in(&s->modem, now, r.endpoint,
					  s->transfer, size);
		int e;

		if (r.silent || n == -EAGAIN) {
			i++;
			continue;
		}
		pending_remove(s, i);
		e = vhci_complete(&s->vhci, &r, 0, s->transfer, (size_t)n);
		if (e)
			return e;
	}
	return 0;
}

/*
 * One thing after the other, so that output for which a request waits is
 * read at once and not found too old because this process was late.
 */
static int catch_up(struct standin *s, uint64_t now)
{
	uint64_t at;
	int r = 0;

	while (!r && (at = modem_deadline(&s->modem)) <= now) {
		modem_advance(&s->modem, at);
		r = pump(s, at);
	}
	modem_advance(&s->modem, now);
	return r ? r : pump(s, now);
}

static int submit_control(struct standin *s, const struct vhci_request *r)
{
	uint8_t data[65536];
	int n;

	if (r->data)
		memcpy(data, r->data,
		       r->length < sizeof(data) ? r->length : sizeof(data));
	n = modem_control(&s->modem, clock_us(), r->setup, data);
	if (n < 0)
		return vhci_complete(&s->vhci, r, n, NULL, 0);
	return vhci_complete(&s->vhci, r, 0, data,
			     r->endpoint & USB_DIR_IN ? (size_t)n : r->length);
}

static int submit_out(struct standin *s, const struct vhci_request *r)
{
	unsigned int packet = composition_packet(s->modem.identity.composition);
	int e = modem_bulk_out(&s->modem, clock_us(), r->endpoint, r->data,
			       r->length);

	if (!e && r->zero_packet && r->length && r->length % packet == 0)
		e = modem_bulk_out(&s->modem, clock_us(), r->endpoint, NULL, 0);
	return vhci_complete(&s->vhci, r, e, NULL, e ? 0 : r->length);
}

static int unlink_pending(struct standin *s, const struct vhci_request *r)
{
	for (unsigned int i = 0; i < s->n_pending; i++) {
		if (s->pending[i].seqnum == r->unlink_seqnum) {
			pending_remove(s, i);
			return vhci_unlinked(&s->vhci, r, true);
		}
	}
	return vhci_unlinked(&s->vhci, r, false);
}

/* A request that fails as the settings say. */
static int request_fail(struct standin *s, const struct vhci_request *r,
			enum settings_fault fault)
{
	bool in = r->endpoint & USB_DIR_IN;
	size_t size = r->length < VHCI_TRANSFER ? r->length : VHCI_TRANSFER;

	if (fault == SETTINGS_FAULT_SILENT) {
		struct vhci_request silent = *r;

		silent.silent = true;
		return pending_add(s, &silent);
	}
	/* Never more than was asked for: vhci_hcd believes it, and the kernel dies of it. */
	if (fault != SETTINGS_FAULT_EOVERFLOW)
		size = 0;
	memset(s->transfer, 'x', size);
	return vhci_complete(&s->vhci, r, hostile_status(fault), s->transfer,
			     in ? size : 0);
}

static int request_handle(struct standin *s, const struct vhci_request *r)
{
	enum settings_place where = s->modem.life == MODEM_LIFE_RECOVERY
					    ? SETTINGS_PLACE_RECOVERY
					    : SETTINGS_PLACE_NORMAL;
	enum settings_fault fault;

	if (r->kind == VHCI_KIND_UNLINK)
		return unlink_pending(s, r);
	fault = hostile_fault(&s->hostile, &s->options.settings, where,
			      r->endpoint, r->setup);
	if (fault != SETTINGS_FAULT_NONE)
		return request_fail(s, r, fault);
	if (!(r->endpoint & USB_ENDPOINT_NUMBER_MASK))
		return submit_control(s, r);
	if (r->endpoint & USB_DIR_IN)
		return pending_add(s, r);
	return submit_out(s, r);
}

/* What the host asked comes before what the clock says. */
static int serve(struct standin *s)
{
	struct vhci_request request;
	int r = 0;

	while (!r && s->vhci.socket >= 0) {
		r = vhci_read(&s->vhci, &request);
		if (r <= 0)
			break;
		r = request_handle(s, &request);
	}
	return r ? r : catch_up(s, clock_us());
}

static void announce(struct standin *s, unsigned int port)
{
	if (!s->announced)
		printf("attached vhci-port=%u\n", port);
	fflush(stdout);
	s->announced = true;
}

static int enter(struct standin *s)
{
	static const unsigned int speeds[] = {
		[DESCRIPTORS_SPEED_LOW] = USB_SPEED_LOW,
		[DESCRIPTORS_SPEED_FULL] = USB_SPEED_FULL,
		[DESCRIPTORS_SPEED_HIGH] = USB_SPEED_HIGH,
		[DESCRIPTORS_SPEED_WIRELESS] = USB_SPEED_WIRELESS,
		[DESCRIPTORS_SPEED_SUPER] = USB_SPEED_SUPER,
	};
	unsigned int port = s->options.vhci_port;
	int r;

	if (s->enter.vhci_port >= 0)
		port = (unsigned int)s->enter.vhci_port;
	r = vhci_attach(&s->vhci, port, speeds[s->enter.speed]);
	if (r == -EBUSY &&
	    (s->announced || clock_us() < s->start_us + PATIENCE_US)) {
		s->enter_at = clock_us() + RETRY_US;
		return 0;
	}
	if (r == -ENOENT)
		fprintf(stderr, "standin: no vhci_hcd in this kernel: modprobe "
				"vhci-hcd\n");
	if (r)
		return fail("cannot attach to that port of vhci_hcd", r);
	s->enter_at = SETTINGS_NEVER;
	modem_attached(&s->modem, clock_us());
	announce(s, port);
	return 0;
}

static int action_handle(struct standin *s, const struct modem_action *a)
{
	switch (a->kind) {
	case MODEM_ACTION_LEAVE:
		vhci_detach(&s->vhci);
		if (!s->modem.glitch.active)
			fetch_cancel(&s->fetch);
		s->n_pending = 0;
		return 0;
	case MODEM_ACTION_ENTER:
		s->enter = *a;
		return enter(s);
	case MODEM_ACTION_FETCH:
		return fetch_start(&s->fetch, a->url);
	}
	return -EINVAL;
}

static int actions_handle(struct standin *s)
{
	struct modem_action action;
	int r = 0;

	while (!r && modem_next_action(&s->modem, &action))
		r = action_handle(s, &action);
	if (!r && s->enter_at <= clock_us())
		r = enter(s);
	return r;
}

static void timer_arm(struct standin *s)
{
	uint64_t at = modem_deadline(&s->modem);
	struct itimerspec spec = {0};

	if (s->enter_at < at)
		at = s->enter_at;
	if (at != SETTINGS_NEVER) {
		spec.it_value.tv_sec = (time_t)(at / 1000000);
		spec.it_value.tv_nsec = (long)(at % 1000000 * 1000) + 1;
	}
	timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static int remember(struct standin *s)
{
	int r;

	if (!s->options.memory || s->saved == s->modem.saves)
		return 0;
	s->saved = s->modem.saves;
	r = memory_save(&s->modem, s->options.memory);
	if (!r)
		modem_note(&s->modem, "remembered");
	return r;
}

/* Returns 1 when told to end, 0 after one round, or a negative errno. */
static int round_once(struct standin *s)
{
	struct curl_waitfd fds[] = {
		{.fd = s->signals, .events = CURL_WAIT_POLLIN},
		{.fd = s->timer, .events = CURL_WAIT_POLLIN},
		{.fd = s->vhci.socket, .events = CURL_WAIT_POLLIN},
	};
	const char *error;
	int r;

	timer_arm(s);
	fetch_wait(&s->fetch, fds, s->vhci.socket >= 0 ? 3 : 2);
	if (fds[0].revents)
		return 1;
	r = serve(s);
	if (r)
		return fail("the kernel let go of the modem", r);
	if (fetch_perform(&s->fetch, &error))
		modem_fetch_done(&s->modem, clock_us(), error);
	r = remember(s);
	return r ? fail(s->options.memory, r) : actions_handle(s);
}

static int run(struct standin *s)
{
	int r;

	s->start_us = clock_us();
	s->enter_at = SETTINGS_NEVER;
	modem_power_on(&s->modem, s->start_us);
	r = actions_handle(s);
	while (!r)
		r = round_once(s);
	return r < 0 ? r : 0;
}

static int open_descriptors(struct standin *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->signals < 0 || s->timer < 0)
		return fail("descriptors", -errno);
	if (!s->options.wire)
		return 0;
	s->wire = fopen(s->options.wire, "we");
	if (!s->wire)
		return fail(s->options.wire, -errno);
	setvbuf(s->wire, NULL, _IOLBF, 0);
	s->modem.wire = wire_line;
	s->modem.wire_context = s;
	return 0;
}

static int modem_prepare(struct standin *s)
{
	int r = modem_init(&s->modem, &s->options.settings);

	if (r) {
		fprintf(stderr, "standin: unknown composition, or a flash "
				"script with a bad step\n");
		return r;
	}
	if (s->options.memory)
		r = memory_load(&s->modem, s->options.memory);
	if (r)
		return fail(s->options.memory, r);
	s->saved = s->modem.saves;
	return 0;
}

static int standin_run(struct standin *s)
{
	int r = modem_prepare(s);

	if (!r)
		r = open_descriptors(s);
	if (!r)
		r = vhci_init(&s->vhci);
	if (!r)
		r = fetch_init(&s->fetch, &s->modem);
	if (!r)
		r = run(s);
	fetch_clear(&s->fetch);
	vhci_clear(&s->vhci);
	modem_clear(&s->modem);
	if (s->wire)
		fclose(s->wire);
	return r;
}

int main(int argc, char **argv)
{
	static struct standin s = {.vhci = {.socket = -1}};
	int r = options_parse(&s.options, argc, argv);

	if (r)
		return r < 0 ? 2 : 0;
	if (s.options.package)
		return package_write(stdout, s.options.from, s.options.to,
				     s.options.size)
			       ? 1
			       : 0;
	return standin_run(&s) ? 1 : 0;
}
