/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * USB identities, one row each: the agent's model table, the udev rule and the
 * kernel helper agree on this file.
 *
 * USB_ID_MODEM(vid, pid, promised, name): modems that speak AT+QFOTADL. Only
 * rows with promised = 1 are upgraded without an explicit --pid; the others
 * have the command by their guides but were not tried on hardware.
 *
 * USB_ID_EMERGENCY(vid, pid): what a Qualcomm modem shows in emergency
 * download; none of these is ever written to.
 */

#ifndef USB_ID_MODEM
#define USB_ID_MODEM(vid, pid, promised, name)
#endif
#ifndef USB_ID_EMERGENCY
#define USB_ID_EMERGENCY(vid, pid)
#endif

USB_ID_MODEM(0x2c7c, 0x0306, 1, "EP06")
USB_ID_MODEM(0x2c7c, 0x0121, 0, "EC21")
USB_ID_MODEM(0x2c7c, 0x0125, 0, "EC25")
USB_ID_MODEM(0x2c7c, 0x0191, 0, "EG91")
USB_ID_MODEM(0x2c7c, 0x0195, 0, "EG95")
USB_ID_MODEM(0x2c7c, 0x0512, 0, "EG18")

USB_ID_EMERGENCY(0x05c6, 0x9008)
USB_ID_EMERGENCY(0x05c6, 0x901f)
USB_ID_EMERGENCY(0x05c6, 0x9091)
USB_ID_EMERGENCY(0x3c93, 0xffff)
USB_ID_EMERGENCY(0x3763, 0x3c93)

#undef USB_ID_MODEM
#undef USB_ID_EMERGENCY
