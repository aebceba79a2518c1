// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qfota_guard - keeps every other driver off a modem whose firmware is written
 *
 * Meanwhile a modem leaves the bus and comes back several times. Each time option,
 * qmi_wwan and their like bind to it, and whoever opens its ports first may reset
 * a modem that has no working firmware. While its position is held here, all
 * interfaces of a modem that shows up there belong to this driver, whatever was
 * loaded first, and whether or not the agent that asked for it lives. A program
 * that drives the modem through usbfs takes them over from it, in one step
 * (USBDEVFS_DISCONNECT_CLAIM). What any other driver gets is taken back at once.
 *
 * A write to /dev/qfota-guard is one command:
 *
 *	hold POSITION SECONDS	hold, or hold for so long from now on
 *	release POSITION	end the hold
 *
 * POSITION is the name of the device in sysfs, "1-1.4"; the other half of its
 * connector ("peer") is another. SECONDS are 1 to 86400. What begins or ends a hold
 * has taken effect when the write returns. EINVAL: not one whole command. ENOSPC:
 * too many holds. ENODEV: this host has no USB. ENOENT: released, although not
 * held. A read gives one line for each hold: its position, and the seconds left.
 *
 * A hold ends by itself, so that a dead agent locks nothing for ever. Then, or
 * when this module is unloaded, the interfaces go back to their drivers. Only
 * devices of the vendors in usb/ids.h are kept. System sleep is refused while
 * anything is held; a power-off is warned of, and waits if poweroff_wait says so.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/reboot.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/uaccess.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#define GUARD_POSITION_SIZE	32
#define GUARD_COMMAND_SIZE	64
#define GUARD_SECONDS_MAX	86400
#define GUARD_HOLDS_MAX		256

static unsigned int poweroff_wait;
module_param(poweroff_wait, uint, 0644);
MODULE_PARM_DESC(poweroff_wait, "seconds that a power-off waits for holds to end (0)");

struct guard_hold {
	struct list_head node;
	char position[GUARD_POSITION_SIZE];
	time64_t until; /* in seconds since boot, sleep included */
};

/*
 * A hold that has ended stays here until its interfaces are given back, so there
 * is one for each that is kept. Taken below the lock of a device, never above it.
 */
static DEFINE_SPINLOCK(guard_lock);
static LIST_HEAD(guard_holds);
static unsigned int guard_count;

static bool hold_lasts(const struct guard_hold *hold)
{
	return hold->until > ktime_get_boottime_seconds();
}

/* @position: NULL for any. */
static bool is_held(const char *position)
{
	struct guard_hold *hold;
	bool held = false;

	spin_lock(&guard_lock);
	list_for_each_entry(hold, &guard_holds, node)
		if (!position || !strcmp(hold->position, position))
			held = held || hold_lasts(hold);
	spin_unlock(&guard_lock);
	return held;
}

static const u16 guard_vendors[] = {
#define USB_ID_MODEM(vid, pid, promised, name) vid,
#define USB_ID_EMERGENCY(vid, pid) vid,
#include "../ids.h"
};

/* While it is written a modem may show any product id. */
static bool is_modem(const struct usb_device *udev)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(guard_vendors); i++)
		if (le16_to_cpu(udev->descriptor.idVendor) == guard_vendors[i])
			return true;
	return false;
}

/* The driver is matched with nothing, and does nothing with what it claims. */
static void guard_disconnect(struct usb_interface *intf)
{
}

/* Without these a reset would hand it to other drivers. */
static int guard_reset(struct usb_interface *intf)
{
	return 0;
}

static struct usb_driver guard_driver = {
	.name = KBUILD_MODNAME,
	.disconnect = guard_disconnect,
	.pre_reset = guard_reset,
	.post_reset = guard_reset,
	.no_dynamic_id = 1,
};

static void interface_take(struct usb_interface *intf)
{
	struct device_driver *bound = intf->dev.driver;
	struct usb_driver *driver = bound ? to_usb_driver(bound) : NULL;

	/* usbfs: who drives the modem is who the hold is for. */
	if (driver == &guard_driver || (driver && !strcmp(driver->name, "usbfs")))
		return;
	if (driver)
		usb_driver_release_interface(driver, intf);
	usb_driver_claim_interface(&guard_driver, intf, NULL);
}

/* With the lock of the device. All are free before any driver is asked: one may want two. */
static void device_settle(struct usb_device *udev, bool held)
{
	struct usb_host_config *config = udev->actconfig;
	unsigned int i;

	for (i = 0; i < config->desc.bNumInterfaces; i++) {
		if (held)
			interface_take(config->interface[i]);
		else
			usb_driver_release_interface(&guard_driver, config->interface[i]);
	}
	for (i = 0; !held && i < config->desc.bNumInterfaces; i++)
		if (!config->interface[i]->dev.driver &&
		    device_attach(&config->interface[i]->dev) < 0)
			dev_warn(&config->interface[i]->dev, "not given back\n");
}

/* Learnt from any device on it with the first hold, as the USB core does not export it. */
static typeof(((struct device *)NULL)->bus) guard_bus;

/* Returns false if it was free all the time. */
static bool position_settle(const char *position)
{
	bool now = is_held(position), held = now;
	struct usb_device *udev;
	struct device *dev;

	dev = bus_find_device_by_name(guard_bus, NULL, position);
	if (!dev)
		return held;
	udev = to_usb_device(dev);
	if (is_modem(udev)) {
		pm_runtime_get_sync(dev);
		usb_lock_device(udev);
		now = is_held(position);
		if (udev->state >= USB_STATE_CONFIGURED && udev->actconfig)
			device_settle(udev, now);
		usb_unlock_device(udev);
		pm_runtime_put(dev);
	}
	put_device(dev);
	return held || now;
}

/* The one after @hold; NULL: the first. Stays valid, as only the work drops any. */
static struct guard_hold *hold_next(struct guard_hold *hold)
{
	struct list_head *at = hold ? &hold->node : &guard_holds;

	spin_lock(&guard_lock);
	at = at->next;
	spin_unlock(&guard_lock);
	return at == &guard_holds ? NULL : list_entry(at, struct guard_hold, node);
}

/*
 * Once it has ended and was settled since (not @held). Returns how long it lasts
 * at least, 0 if it is gone.
 */
static time64_t hold_drop_ended(struct guard_hold *hold, bool held)
{
	time64_t left;

	spin_lock(&guard_lock);
	left = hold->until - ktime_get_boottime_seconds();
	if (left <= 0 && !held) {
		list_del(&hold->node);
		guard_count--;
	}
	spin_unlock(&guard_lock);
	if (left > 0 || held)
		return max_t(time64_t, left, 1);
	kfree(hold);
	return 0;
}

/* Makes true what the holds say; never twice at a time, as it is one work. */
static void guard_settle(struct work_struct *work)
{
	struct guard_hold *hold, *next;
	time64_t soonest = 0;

	for (hold = hold_next(NULL); hold; hold = next) {
		bool held = position_settle(hold->position);
		time64_t left;

		next = hold_next(hold);
		left = hold_drop_ended(hold, held);
		if (left && (!soonest || left < soonest))
			soonest = left;
	}
	if (soonest)
		queue_delayed_work(system_wq, to_delayed_work(work), soonest * HZ);
}

static DECLARE_DELAYED_WORK(guard_work, guard_settle);

static void guard_settle_soon(void)
{
	mod_delayed_work(system_wq, &guard_work, 0);
}

/* Not while the notifier goes: that would wait for the claim, which waits for it. */
static DEFINE_MUTEX(guard_claiming);

static void interface_claim(struct usb_interface *intf, const char *position)
{
	mutex_lock(&guard_claiming);
	if (is_held(position) &&
	    usb_driver_claim_interface(&guard_driver, intf, NULL))
		dev_warn(&intf->dev, "cannot be kept\n");
	mutex_unlock(&guard_claiming);
}

/*
 * At ADD_DEVICE no driver has been asked yet, so it is claimed before all of
 * them, with the lock of the device, which whoever adds interfaces has. One
 * that lost or got a driver later is left to the work: this very moment may be
 * in the middle of a change from one to another.
 */
static int guard_bus_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;
	struct usb_device *udev;

	if (!dev->type || strcmp(dev->type->name, "usb_interface"))
		return NOTIFY_DONE;
	udev = interface_to_usbdev(to_usb_interface(dev));
	if (!is_modem(udev) || !is_held(dev_name(&udev->dev)))
		return NOTIFY_DONE;
	if (action == BUS_NOTIFY_ADD_DEVICE)
		interface_claim(to_usb_interface(dev), dev_name(&udev->dev));
	if (action == BUS_NOTIFY_BOUND_DRIVER || action == BUS_NOTIFY_UNBOUND_DRIVER)
		guard_settle_soon();
	return NOTIFY_OK;
}

static struct notifier_block guard_bus_block = { .notifier_call = guard_bus_notify };

static int guard_bus_learn(struct usb_device *udev, void *data)
{
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	if (!guard_bus && !bus_register_notifier(udev->dev.bus, &guard_bus_block))
		guard_bus = udev->dev.bus;
	mutex_unlock(&lock);
	return 1;
}

static int guard_pm_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action != PM_SUSPEND_PREPARE && action != PM_HIBERNATION_PREPARE)
		return NOTIFY_DONE;
	if (!is_held(NULL))
		return NOTIFY_OK;
	pr_warn("no sleep while the firmware of a modem is written\n");
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block guard_pm_block = { .notifier_call = guard_pm_notify };

/* By now no process is left that could release anything. */
static int guard_reboot_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	unsigned int left = poweroff_wait;

	if (!is_held(NULL))
		return NOTIFY_DONE;
	pr_emerg("the firmware of a modem is being written: KEEP IT POWERED\n");
	for (; left && is_held(NULL); left--)
		ssleep(1);
	return NOTIFY_OK;
}

static struct notifier_block guard_reboot_block = { .notifier_call = guard_reboot_notify };

/* "1-1.4", of digits, so that it never is the name of an interface or a root hub. */
static bool position_is_valid(const char *position)
{
	return strlen(position) < GUARD_POSITION_SIZE && *position >= '0' &&
	       strchr(position, '-') && strspn(position, "0123456789-.") == strlen(position);
}

static struct guard_hold *hold_find(const char *position)
{
	struct guard_hold *hold;

	list_for_each_entry(hold, &guard_holds, node)
		if (!strcmp(hold->position, position))
			return hold;
	return NULL;
}

/* Both return 1 if this changes what is held, 0 if it only lasts longer, or an error. */
static int hold_set(const char *position, unsigned int seconds)
{
	struct guard_hold *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	struct guard_hold *hold;
	unsigned int flags;
	int r = -ENOSPC;

	if (!fresh)
		return -ENOMEM;
	/* One that is going on was allowed before this hold. */
	flags = lock_system_sleep();
	spin_lock(&guard_lock);
	hold = hold_find(position);
	if (!hold && guard_count < GUARD_HOLDS_MAX) {
		hold = fresh;
		fresh = NULL;
		strscpy(hold->position, position, sizeof(hold->position));
		list_add_tail(&hold->node, &guard_holds);
		guard_count++;
	}
	if (hold) {
		r = !hold_lasts(hold);
		hold->until = ktime_get_boottime_seconds() + seconds;
	}
	spin_unlock(&guard_lock);
	unlock_system_sleep(flags);
	kfree(fresh);
	return r;
}

static int hold_end(const char *position)
{
	struct guard_hold *hold;
	int r = -ENOENT;

	spin_lock(&guard_lock);
	hold = hold_find(position);
	if (hold && hold_lasts(hold)) {
		hold->until = 0;
		r = 1;
	}
	spin_unlock(&guard_lock);
	return r;
}

static int guard_command(char *rest)
{
	const char *verb = strsep(&rest, " ");
	const char *position = strsep(&rest, " ");
	unsigned int seconds;
	int r;

	if (!position || !position_is_valid(position))
		return -EINVAL;
	usb_for_each_dev(NULL, guard_bus_learn);
	if (!guard_bus)
		return -ENODEV;
	if (!strcmp(verb, "release") && !rest)
		r = hold_end(position);
	else if (!strcmp(verb, "hold") && rest && !kstrtouint(rest, 10, &seconds) &&
		 seconds && seconds <= GUARD_SECONDS_MAX)
		r = hold_set(position, seconds);
	else
		return -EINVAL;
	/* Here, as the work may wait for the lock of another device. */
	if (r > 0)
		position_settle(position);
	guard_settle_soon();
	return r;
}

static ssize_t guard_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	char command[GUARD_COMMAND_SIZE];
	int r;

	if (!size || size >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, from, size))
		return -EFAULT;
	command[size] = '\0';
	if (strlen(command) != size)
		return -EINVAL;
	if (command[size - 1] == '\n')
		command[size - 1] = '\0';
	r = guard_command(command);
	return r < 0 ? r : size;
}

static int guard_show(struct seq_file *table, void *data)
{
	time64_t now = ktime_get_boottime_seconds();
	struct guard_hold *hold;

	spin_lock(&guard_lock);
	list_for_each_entry(hold, &guard_holds, node)
		if (hold->until > now)
			seq_printf(table, "%s %lld\n", hold->position, hold->until - now);
	spin_unlock(&guard_lock);
	return 0;
}

static int guard_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL; /* misc_open() leaves the miscdevice there */
	return single_open(file, guard_show, NULL);
}

static const struct file_operations guard_fops = {
	.owner = THIS_MODULE,
	.open = guard_open,
	.read = seq_read,
	.write = guard_write,
	.release = single_release,
};

static struct miscdevice guard_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "qfota-guard",
	.fops = &guard_fops,
};

static int __init guard_init(void)
{
	int r = usb_register(&guard_driver);

	if (r)
		return r;
	r = misc_register(&guard_misc);
	if (r) {
		usb_deregister(&guard_driver);
		return r;
	}
	register_pm_notifier(&guard_pm_block);
	register_reboot_notifier(&guard_reboot_block);
	return 0;
}
module_init(guard_init);

static void __exit guard_exit(void)
{
	struct guard_hold *hold;

	misc_deregister(&guard_misc);
	unregister_reboot_notifier(&guard_reboot_block);
	unregister_pm_notifier(&guard_pm_block);
	spin_lock(&guard_lock);
	list_for_each_entry(hold, &guard_holds, node)
		hold->until = 0;
	spin_unlock(&guard_lock);
	if (guard_bus) {
		/* The last claim is done, and no other will be made. */
		mutex_lock(&guard_claiming);
		mutex_unlock(&guard_claiming);
		bus_unregister_notifier(guard_bus, &guard_bus_block);
	}
	guard_settle_soon();
	flush_delayed_work(&guard_work);
	usb_deregister(&guard_driver);
}
module_exit(guard_exit);

MODULE_DESCRIPTION("Keeps other drivers off a modem whose firmware is being written");
MODULE_ALIAS("usb:v2C7Cp*d*dc*dsc*dp*ic*isc*ip*in*");
MODULE_AUTHOR("The qfota developers");
MODULE_LICENSE("GPL");
