/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"
#include "at_file.h"
#include "hostile.h"
#include "life.h"

#include <endian.h>
#include <errno.h>
#include <linux/usb/cdc.h>
#include <linux/usb/ch9.h>
#include <string.h>

#define SET_CONTROL_LINE_STATE 0x22 /* USB_CDC_REQ_SET_CONTROL_LINE_STATE */

struct setup {
	uint8_t type, request;
	uint16_t value, index, length;
};

static struct setup setup_parse(const uint8_t *b)
{
	return (struct setup){
		.type = b[0],
		.request = b[1],
		.value = (uint16_t)(b[2] | b[3] << 8),
		.index = (uint16_t)(b[4] | b[5] << 8),
		.length = (uint16_t)(b[6] | b[7] << 8),
	};
}

static int answer(uint8_t *data, const struct setup *s, const void *bytes,
		  int length)
{
	if (length > s->length)
		length = s->length;
	memmove(data, bytes, (size_t)length);
	return length;
}

static int get_descriptor(struct modem *m, const struct setup *s, uint8_t *data)
{
	uint8_t descriptor[DESCRIPTORS_MAX], type = (uint8_t)(s->value >> 8);
	int length = descriptors_get(&m->identity, type, s->value & 0xff,
				     descriptor);

	if (length > 0)
		length = hostile_descriptor((enum settings_lie)m->settings->lie,
					    type, descriptor, length);
	return length < 0 ? length : answer(data, s, descriptor, length);
}

static int set_configuration(struct modem *m, const struct setup *s)
{
	if (s->value > 1)
		return -EPIPE;
	life_configured(m, (uint8_t)s->value);
	return 0;
}

static int standard_request(struct modem *m, const struct setup *s, uint8_t *data)
{
	static const uint8_t zeros[2];
	uint8_t configuration = m->configured;

	switch (s->request) {
	case USB_REQ_GET_DESCRIPTOR:
		return get_descriptor(m, s, data);
	case USB_REQ_SET_CONFIGURATION:
		return set_configuration(m, s);
	case USB_REQ_GET_CONFIGURATION:
		return answer(data, s, &configuration, 1);
	case USB_REQ_GET_STATUS:
		return answer(data, s, zeros, 2);
	case USB_REQ_GET_INTERFACE:
		return answer(data, s, zeros, 1);
	case USB_REQ_SET_ADDRESS:
	case USB_REQ_SET_INTERFACE:
	case USB_REQ_SET_FEATURE:
	case USB_REQ_CLEAR_FEATURE:
	case USB_REQ_SET_SEL:
	case USB_REQ_SET_ISOCH_DELAY:
		return 0;
	default:
		return -EPIPE;
	}
}

/* Every interface takes it: qmi_wwan sends one for QMI too (fact 4.4). */
static int line_state(struct modem *m, const struct setup *s)
{
	bool dtr = s->value & 1, rts = s->value & 2;

	modem_note(m, "line-state if=%u dtr=%d rts=%d", s->index, dtr, rts);
	for (int i = 0; i < MODEM_SERIALS; i++) {
		struct modem_port *p = &m->ports[i];

		if (!p->present || p->interface != s->index)
			continue;
		if (p->dtr && !dtr && p->upload.active)
			upload_end(m, p);
		p->dtr = dtr;
	}
	return 0;
}

/* What cdc_mbim wants before it binds: 16-bit NTBs of 4 KiB, aligned to 4. */
static int ntb_parameters(const struct setup *s, uint8_t *data)
{
	const struct usb_cdc_ncm_ntb_parameters parameters = {
		.wLength = htole16(sizeof(parameters)),
		.bmNtbFormatsSupported = htole16(1),
		.dwNtbInMaxSize = htole32(4096),
		.wNdpInDivisor = htole16(4),
		.wNdpInAlignment = htole16(4),
		.dwNtbOutMaxSize = htole32(4096),
		.wNdpOutDivisor = htole16(4),
		.wNdpOutAlignment = htole16(4),
	};

	return answer(data, s, &parameters, sizeof(parameters));
}

/* QMI and MBIM messages go nowhere: this modem carries no data. */
static int class_request(struct modem *m, const struct setup *s, uint8_t *data)
{
	switch (s->request) {
	case USB_CDC_GET_NTB_PARAMETERS:
		return ntb_parameters(s, data);
	case SET_CONTROL_LINE_STATE:
		return line_state(m, s);
	case USB_CDC_SEND_ENCAPSULATED_COMMAND:
	case USB_CDC_GET_ENCAPSULATED_RESPONSE:
	case USB_CDC_REQ_SET_LINE_CODING:
	case USB_CDC_SET_ETHERNET_PACKET_FILTER:
	case USB_CDC_SET_NTB_INPUT_SIZE:
	case USB_CDC_SET_NTB_FORMAT:
	case USB_CDC_SET_CRC_MODE:
		return 0;
	default:
		return -EPIPE;
	}
}

int control_request(struct modem *m, const uint8_t *setup, uint8_t *data)
{
	struct setup s = setup_parse(setup);

	switch (s.type & USB_TYPE_MASK) {
	case USB_TYPE_STANDARD:
		return standard_request(m, &s, data);
	case USB_TYPE_CLASS:
		return class_request(m, &s, data);
	default:
		return -EPIPE;
	}
}
