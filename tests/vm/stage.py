# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the players of tests/vm and tests/bench stand on: stand-in modems on vhci
ports, an HTTP server on loopback with packages, runs of the agent, the
kernel's uevents, and the stand-in's account of what it saw.
"""
import functools
import glob
import http.server
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time

VHCI_PORTS = 8  # of one controller that are used
LIMIT = 240  # s, a run of the agent
SETTLE = 5  # s for the kernel's drivers to be back
# No verdict may hang on how slow an emulated host happens to be.
PATIENCE = ["--set", "clock-from-config=yes", "--set", "leave-patience=60000"]


class Wrong(Exception):
    """What a scenario did otherwise than expected."""


def check(truth, sentence):
    if not truth:
        raise Wrong(sentence)


class Uevents(threading.Thread):
    """The kernel's own uevents, all of them, from before the first plug."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind((0, 1))
        self.heard = []
        self.start()

    def run(self):
        while True:
            fields = self.socket.recv(16384).decode(errors="replace").split("\0")
            event = dict(f.split("=", 1) for f in fields[1:] if "=" in f)
            self.heard.append((time.time(), event))

    def bound(self, position, start, end):
        """Drivers and ports that the kernel gave to a modem in a span of time."""
        found = []
        for when, event in list(self.heard):
            path = event.get("DEVPATH", "")
            if not start <= when <= end or f"/{position}/" not in path:
                continue
            driver = event.get("DRIVER", "usbfs")
            if event.get("ACTION") == "bind" and driver not in ("usbfs", "usb"):
                found.append(driver)
            elif event.get("ACTION") == "add" and event.get("SUBSYSTEM") in ("tty", "net", "usbmisc"):
                found.append(os.path.basename(path))
        return found


class Wire:
    """The stand-in's account, one line each: ms, word, rest."""

    def __init__(self, path):
        self.lines = []
        with open(path, errors="replace") as file:
            for line in file:
                ms, _, rest = line.rstrip("\n").partition(" ")
                self.lines.append((float(ms), rest))

    def count(self, start):
        return sum(rest.startswith(start) for _, rest in self.lines)

    def check_laws(self):
        """What must hold in every story, however it ends."""
        check(self.count("out if=") == 0, "bytes to a port that is no AT port")
        flashing = False
        for _, rest in self.lines:
            if rest.startswith("leave"):
                flashing = True
            elif flashing and re.match(r"urc if=\S+ (RDY|\+CPIN)", rest):
                flashing = False
            elif flashing and rest.startswith("at "):
                check(rest.endswith(" AT+CGMR"), f"\"{rest}\" sent to a modem that may be flashing")
                flashing = False  # the modem may answer, and is known to be up then


class Modem:
    """One stand-in process and where the kernel put it."""

    def __init__(self, standin, slot, folder, name, arguments):
        self.wire_path = os.path.join(folder, f"{name}.wire")
        self.slot = slot
        self.log = open(os.path.join(folder, f"{name}.log"), "w")
        self.process = subprocess.Popen(
            [standin, "--vhci-port", str(slot), "--wire", self.wire_path, *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("attached"), f"the stand-in did not attach: {line!r}")
        self.position = self.find()

    def find(self):
        """USB 2 port N of the controller is port N+1 of its high-speed root hub."""
        root = next(r for r in glob.glob("/sys/devices/platform/vhci_hcd.0/usb[0-9]*")
                    if open(f"{r}/speed").read().strip() == "480")
        position = f"{os.path.basename(root)[3:]}-{self.slot + 1}"
        deadline = time.monotonic() + 30
        while not os.path.exists(f"/sys/bus/usb/devices/{position}/{position}:1.0"):
            check(time.monotonic() < deadline, f"no device at {position}")
            time.sleep(0.02)
        return position

    def drivers(self):
        links = glob.glob(f"/sys/bus/usb/devices/{self.position}/{self.position}:*/driver")
        return {os.path.basename(os.readlink(link)) for link in links if os.path.exists(link)}

    def check_given_back(self):
        """A modem that is there at the end has its drivers again."""
        if not os.path.exists(f"/sys/bus/usb/devices/{self.position}"):
            return
        deadline = time.monotonic() + SETTLE
        while not {"option", "qmi_wwan"} <= self.drivers():
            check(time.monotonic() < deadline, f"drivers not given back: {self.drivers()}")
            time.sleep(0.05)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        return Wire(self.wire_path)


class Run:
    """One run of the agent: its output, status and peak memory."""

    def __init__(self, command, user, limit=LIMIT):
        prefix = ["setpriv", "--reuid", user, "--clear-groups"] if user else []
        self.peak = 0
        self.begun = time.time()
        process = subprocess.Popen(prefix + command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, errors="replace")
        threading.Thread(target=self.watch, args=(process,), daemon=True).start()
        self.late = False
        try:
            self.out, self.err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.late = True
            process.terminate()
            self.out, self.err = process.communicate()
        self.status = process.returncode
        self.events = [json.loads(line) for line in self.out.splitlines()]

    def watch(self, process):
        """The high-water mark; it only grows, so the last look counts."""
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    found = re.search(r"VmHWM:\s+(\d+)", status.read())
                self.peak = int(found.group(1)) if found else self.peak
            except OSError:
                return
            time.sleep(0.05)

    def results(self):
        return [event for event in self.events if event["event"] == "result"]


class Stage:
    """What all scenarios share."""

    def __init__(self, agent, standin):
        self.agent = agent
        self.standin = standin
        self.folder = tempfile.mkdtemp(prefix="play-")
        self.packages = os.path.join(self.folder, "packages")
        os.mkdir(self.packages)
        os.chmod(self.folder, 0o755)
        self.uevents = Uevents()
        self.peaks = []
        handler = functools.partial(QuietHandler, directory=self.packages)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.slots = list(range(VHCI_PORTS))
        self.lock = threading.Lock()

    def slot(self):
        with self.lock:
            return self.slots.pop(0)

    def slot_back(self, slot):
        with self.lock:
            self.slots.append(slot)

    def package(self, start, end):
        path = os.path.join(self.packages, f"{start}-{end}.zip")
        if not os.path.exists(path):
            content = subprocess.run([self.standin, "--package", "--from", start, "--to", end],
                                     check=True, stdout=subprocess.PIPE).stdout
            with open(f"{path}.new{threading.get_ident()}", "wb") as file:
                file.write(content)
            os.rename(file.name, path)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
