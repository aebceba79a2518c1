# SPDX-License-Identifier: GPL-2.0-or-later
"""
A gateway: what was built, installed to the root of the guest. tests/check puts
it into build/root, as a package would hold it.
"""
import os
import subprocess
import sys
import time

from stage import check

LIMIT = 400  # s: nothing here is about speed
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
