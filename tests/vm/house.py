# SPDX-License-Identifier: GPL-2.0-or-later
"""
A gateway: what was built, installed to the root of the guest, and modems that are plugged
in. tests/check puts it into build/root, as a package would hold it.
"""
import grp
import json
import os
import pwd
import subprocess
import sys
import tempfile
import time

from stage import PATIENCE, Modem, check

LIMIT = 400  # s: nothing here is about speed
STATE = "/var/lib/qfota"
UNIT_STARTED = "39f53479d3a045ac8e11786248231fbf"
# Who may open a modem, by the rule.
MODEM_NODE = ("qfota", "plugdev", "0o660")
OLD, NEW = "EP06ELAR03A08M4G", "EP06ELAR04A01M4G"
CONFIG = """[target "EP06*"]
firmware = {new}
[delta "a"]
from = {old}
to = {new}
package = {package}
[timeouts]
accept = 60s
flash-start = 60s
flash-silence = 60s
"""


def run(*words):
    """Its output; what fails here is the test's own fault."""
    done = subprocess.run(words, capture_output=True, text=True)
    check(done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def wait_until(truth, sentence):
    deadline = time.monotonic() + LIMIT
    while not (found := truth()):
        check(time.monotonic() < deadline, f"not within {LIMIT} s: {sentence}")
        time.sleep(0.2)
    return found


def show(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit)


def install(build, package):
    """Copies root from @build, and does what a package's scripts do; targets get @package."""
    root = os.path.join(build, "root")
    if not os.path.isdir(root):
        print(f"there is no {root}: make check makes it, by make install with PREFIX and DESTDIR")
        sys.exit(77)
    run("cp", "-a", "--no-preserve=ownership", f"{root}/.", "/")
    run("systemd-sysusers", "qfota.conf")
    run("systemd-tmpfiles", "--create", "qfota.conf")
    run("udevadm", "control", "--reload")
    run("systemctl", "daemon-reload")
    run("busctl", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "ReloadConfig")
    with open("/etc/qfota/qfota.conf", "w") as file:
        file.write(CONFIG.format(old=OLD, new=NEW, package=package))


class Plugged:
    """A modem in the guest, and the unit that its position belongs to."""

    def __init__(self, stage, settings, slot=None):
        self.slot = stage.slot() if slot is None else slot
        self.folder = tempfile.mkdtemp(prefix="modem-", dir=stage.folder)
        self.modem = Modem(stage.standin, self.slot, self.folder, "modem", PATIENCE + settings)
        self.position = self.modem.position
        self.unit = f"qfota-agent@{self.position}.service"
        self.mark = f"/run/qfota/busy/{self.position}"
        self.timer = f"qfota-deferred@{self.position}.timer"
        self.before = len(self.results())
        self.started_before = self.started()

    def results(self):
        try:
            with open(f"{STATE}/history.jsonl") as file:
                rows = [json.loads(line) for line in file]
        except FileNotFoundError:
            return []
        return [row for row in rows if row["modem"] == self.position]

    def started(self):
        text = run("journalctl", "-q", "-o", "json", f"UNIT={self.unit}", f"MESSAGE_ID={UNIT_STARTED}")
        return len(text.splitlines())

    def pid(self):
        return int(show(self.unit, "MainPID"))

    def wire(self):
        with open(self.modem.wire_path, errors="replace") as file:
            return file.read()

    def heard(self, word):
        return word in self.wire()

    def story(self):
        return run("journalctl", "-q", "-o", "cat", "-u", self.unit)

    def ended(self):
        return show(self.unit, "ActiveState") in ("inactive", "failed")

    def verdict(self):
        """Of the run that plugging in began, once its unit has ended."""
        wait_until(lambda: len(self.results()) > self.before, f"a result of {self.position}: {self.story()}")
        wait_until(self.ended, f"the end of {self.unit}")
        rows = self.results()[self.before:]
        check(len(rows) == 1, f"{len(rows)} results: {rows}")
        return rows[0]

    def check_upgraded(self, starts=1):
        row = self.verdict()
        got = (row["outcome"], row["exit"], row["from"], row["to"])
        check(got == ("upgraded", 0, OLD, NEW), f"{row}: {self.story()}")
        # Who is no root waits for udev at each return, here at times longer than a flash takes.
        check(row["end"] in (0, None), f"{row}")
        count = self.started() - self.started_before
        check(count == starts, f"the unit was started {count} times, not {starts}: {self.story()}")
        accepted = self.wire().count(" request accepted")
        check(accepted == 1, f"{accepted} accepted requests")
        check(not os.path.exists(self.mark), f"{self.mark} is still there")
        check(show(self.unit, "Result") == "success", f"{self.unit}: {show(self.unit, 'Result')}")

    def check_drivers(self):
        """An agent that is no root gives them back too."""
        def drivers():
            found = self.modem.interfaces().values()
            return found and all(driver in ("option", "qmi_wwan") for _, driver in found)
        wait_until(drivers, f"drivers given back: {self.modem.interfaces()}")

    def node(self):
        """Owner and group of the modem's node, and its mode."""
        run("udevadm", "settle")
        device = f"/sys/bus/usb/devices/{self.position}"
        numbers = [int(open(f"{device}/{name}").read()) for name in ("busnum", "devnum")]
        status = os.stat("/dev/bus/usb/{:03}/{:03}".format(*numbers))
        owner, group = pwd.getpwuid(status.st_uid).pw_name, grp.getgrgid(status.st_gid).gr_name
        return owner, group, oct(status.st_mode & 0o777)

    def unplug(self):
        wire = self.modem.end()
        wait_until(lambda: not os.path.exists(f"/sys/bus/usb/devices/{self.position}"), "the modem is gone")
        run("udevadm", "settle")
        return wire
