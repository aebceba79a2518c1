# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the players of tests/vm and tests/bench stand on: stand-in modems on vhci
ports, runs of the agent, the kernel's uevents, and the stand-in's account of
what it saw.
"""
import glob
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from servers import Servers

GUARD = "/dev/qfota-guard"
VHCI = "/sys/devices/platform/vhci_hcd"
VHCI_PORTS = 8  # of one controller that are used
LIMIT = 240  # s, a run of the agent
SETTLE = 5  # s for the kernel's drivers to be back
# No verdict may hang on how slow an emulated host happens to be.
PATIENCE = ["--set", "clock-from-config=yes", "--set", "leave-patience=60000"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JUDGE, SCHEMA = f"{SOURCE}/tests/events", f"{SOURCE}/agent/events.schema.json"
SANITIZER = re.compile(r"(AddressSanitizer|LeakSanitizer|runtime error):.*")
UDEVD = threading.Lock()


class Wrong(Exception):
    """What a scenario did otherwise than expected."""


def check(truth, sentence):
    if not truth:
        raise Wrong(sentence)


def udevadm(*arguments, must=True):
    """Not beside another: udevd lets one at a time wait at its control socket and refuses more."""
    with UDEVD:
        subprocess.run(["udevadm", *arguments], check=must)


def settle():
    """Or not within udevadm's two minutes: somebody else's modem comes and goes."""
    udevadm("settle", must=False)


def load_guard(modules):
    """The kernel helper of the kernel that runs, as make modules left it in @modules."""
    release = os.uname().release
    path = f"{modules}/{release}/usb/guard/qfota_guard.ko"
    if not os.path.exists(path):
        print(f"no helper for {release}: make modules KERNEL_SRC=/lib/modules/{release}/build")
        sys.exit(77)
    subprocess.run(["insmod", path], check=True)
    udevadm("settle")


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
            if event.get("ACTION") == "bind" and driver not in ("usbfs", "usb", "qfota_guard"):
                found.append(driver)
            elif event.get("ACTION") == "add" and event.get("SUBSYSTEM") in ("tty", "net", "usbmisc"):
                found.append(os.path.basename(path))
        return found


class Wire:
    """
    The stand-in's account, one line each: ms, word, rest. Fault: what went wrong in
    the stand-in itself; serials: interfaces that only who opens them talks to.
    """

    def __init__(self, path, fault=None, serials=()):
        self.lines = []
        self.fault = fault
        self.serials = serials
        with open(path, errors="replace") as file:
            for line in file:
                ms, _, rest = line.rstrip("\n").partition(" ")
                self.lines.append((float(ms), rest))

    def count(self, start):
        return sum(rest.startswith(start) for _, rest in self.lines)

    def requests(self):
        return sum(bool(re.match(r'at if=\d+ AT\+QFOTADL="', rest)) for _, rest in self.lines)

    def touched(self):
        """
        What only somebody who opened the modem can have done. The kernel's drivers read no
        serial interface and raise no line of it by themselves; qmi_wwan does of its own.
        """
        lines = "|".join(serial.rpartition(".")[2] for serial in self.serials) or "[0-9]+"
        pattern = rf"(at|data|out|request|in-urb) |line-state if=({lines}) "
        return [rest for _, rest in self.lines if re.match(pattern, rest)]

    def check_laws(self):
        """What must hold in every story, however it ends."""
        check(not self.fault, self.fault)
        check(self.count("out if=") == 0, "bytes to a port that is no AT port")
        deleted = {rest.partition("QFDEL=")[2] for _, rest in self.lines if "QFDEL=" in rest}
        check(deleted <= {'"qfota.zip"'}, f"files of others deleted: {deleted}")
        flashing = False
        for _, rest in self.lines:
            if rest.startswith("leave"):
                flashing = True
            elif flashing and re.match(r"urc if=\S+ (RDY|\+CPIN)", rest):
                flashing = False
            elif flashing and re.match(r'urc if=\S+ \+QIND: "FOTA","[A-Z]+END",[1-9]', rest):
                flashing = False  # only the bus was lost, and the download has failed
            elif flashing and rest.startswith("at "):
                check(rest.endswith(" AT+CGMR"), f"\"{rest}\" sent to a modem that may be flashing")
                flashing = False  # the modem may answer, and is known to be up then


class Modem:
    """One stand-in process and where the kernel put it."""

    def __init__(self, standin, slot, folder, name, arguments):
        self.wire_path = os.path.join(folder, f"{name}.wire")
        self.slot = slot
        self.before = {}
        self.log = open(os.path.join(folder, f"{name}.log"), "w")
        self.wait_vacant()
        self.process = subprocess.Popen(
            [standin, "--vhci-port", str(slot), "--wire", self.wire_path, *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("attached"), f"the stand-in did not attach: {line!r}")
        self.position = self.find()

    def places(self):
        return self.places_of(self.slot)

    @staticmethod
    def places_of(slot):
        """Port N of both root hubs of a controller: its USB 2 and its SuperSpeed half."""
        with open(f"{VHCI}.0/status") as status:
            connectors = int(re.search(r"^ss\s+(\d+)", status.read(), re.M).group(1))
        controller, port = divmod(slot, connectors)
        roots = glob.glob(f"{VHCI}.{controller}/usb[0-9]*")
        return [f"{os.path.basename(root)[3:]}-{port + 1}" for root in roots]

    def wait_vacant(self):
        """The hub is late to notice that the modem before has ended, at either half."""
        deadline = time.monotonic() + 30
        while any(os.path.exists(f"/sys/bus/usb/devices/{place}") for place in self.places()):
            check(time.monotonic() < deadline, f"a modem is still at {self.places()}")
            time.sleep(0.02)

    def find(self):
        deadline = time.monotonic() + 30
        while True:
            for place in self.places():
                if os.path.exists(f"/sys/bus/usb/devices/{place}/{place}:1.0"):
                    return place
            check(time.monotonic() < deadline, f"no device at {self.places()}")
            time.sleep(0.02)

    def interfaces(self):
        """Of what is there now: class and driver of each interface, None without one."""
        found = {}
        for place in self.places():
            for path in glob.glob(f"/sys/bus/usb/devices/{place}/{place}:*"):
                link = f"{path}/driver"
                driver = os.path.basename(os.readlink(link)) if os.path.exists(link) else None
                kind = "/".join(open(f"{path}/bInterface{part}").read().strip()
                                for part in ("Class", "SubClass", "Protocol"))
                found[path.rpartition(":")[2]] = (kind, driver)
        return found

    def settled(self):
        """Once udev has settled: how the kernel has it, to be compared later."""
        settle()
        self.before = self.interfaces()

    def given_back(self):
        """In another composition other drivers are right, but the serial interfaces have theirs."""
        now, before = self.interfaces(), self.before
        if {(n, now[n][0]) for n in now} == {(n, before[n][0]) for n in before}:
            return now == before
        return all(driver == "option" for kind, driver in now.values() if kind == "ff/00/00")

    def is_held(self):
        """By the kernel helper, as after a job that is not over it may be."""
        if not os.path.exists(GUARD):
            return False
        with open(GUARD) as held:
            return any(line.split()[0] in self.places() for line in held)

    def check_given_back(self):
        """A modem that is there at the end, and held by nobody, has its drivers again."""
        if self.is_held():
            return
        deadline = time.monotonic() + SETTLE
        while not self.given_back():
            check(time.monotonic() < deadline, f"drivers not given back: {self.interfaces()}")
            time.sleep(0.05)

    def wait_for(self, word):
        """Until the modem tells of that."""
        deadline = time.monotonic() + LIMIT
        while word not in open(self.wire_path, errors="replace").read():
            check(time.monotonic() < deadline, f"the modem never told of \"{word}\"")
            time.sleep(0.1)

    def fault(self):
        """Of a stand-in that has ended: what it must not end with."""
        with open(self.log.name, errors="replace") as file:
            said = file.read()
        found = SANITIZER.search(said)
        if found:
            return f"the stand-in: {found.group(0)}"
        if self.process.returncode:
            return f"the stand-in ended with {self.process.returncode}: {said.strip()}"
        return None

    def wire(self, fault=None):
        """Its account so far."""
        serials = [number for number, (kind, _) in self.before.items() if kind == "ff/00/00"]
        return Wire(self.wire_path, fault, serials)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        for place in self.places() if self.is_held() else ():
            subprocess.run(["sh", "-c", f"echo release {place} >{GUARD}"], check=False,
                           stderr=subprocess.DEVNULL)
        return self.wire(self.fault())


def judge_events(events):
    """
    Whether all that agents told is as the schema says. Asked once, in the end: a
    validator takes seconds to begin where the processor is emulated.
    """
    run = subprocess.run([JUDGE, SCHEMA], input="\n".join(map(json.dumps, events)), capture_output=True,
                         text=True, check=False)
    print((run.stdout + run.stderr).rstrip(), flush=True)
    return run.returncode in (0, 77)


class Run:
    """
    One run of the agent: its output, status and peak memory, and what others
    could read of it meanwhile. Phases: what is called with its process when a phase
    begins; then is called with it at once. What all of them told as JSON is kept.
    """

    told = []

    def __init__(self, command, user, limit=LIMIT, phases=None, then=None):
        # With root's group it would be somebody who may read what is root's.
        prefix = ["setpriv", "--reuid", user, "--regid", "nogroup", "--clear-groups"] if user else []
        self.peak = 0
        self.public, self.title = {}, ""
        self.begun = time.time()
        self.out, self.err, self.events = "", "", []
        process = subprocess.Popen(prefix + command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # Text, but each byte as it came: a carriage return, too, is something that was said.
        process.stdout, process.stderr = (io.TextIOWrapper(each, errors="replace", newline="\n")
                                          for each in (process.stdout, process.stderr))
        threading.Thread(target=self.watch, args=(process,), daemon=True).start()
        readers = [threading.Thread(target=self.read_out, args=(process, dict(phases or {})),
                                    daemon=True),
                   threading.Thread(target=self.read_err, args=(process,), daemon=True)]
        for reader in readers:
            reader.start()
        if then:
            then(process)
        self.late = False
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            self.late = True
            process.terminate()
            process.wait()
        for reader in readers:
            reader.join()
        Run.told.extend(self.events)
        self.status = process.returncode

    def read_out(self, process, phases):
        for line in process.stdout:
            self.out += line
            if line.startswith("{"):
                self.events.append(json.loads(line))
            reached = phases.pop(self.events[-1].get("phase"), None) if self.events else None
            if reached:
                reached(process)

    def read_err(self, process):
        self.err = process.stderr.read()

    def watch(self, process):
        """Memory: its mark only grows, so the last look counts. The title is wiped early on."""
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    found = re.search(r"VmHWM:\s+(\d+)", status.read())
                self.peak = int(found.group(1)) if found else self.peak
                with open(f"/proc/{process.pid}/cmdline") as title:
                    self.title = title.read() or self.title
                for path in glob.glob("/run/qfota/**", recursive=True):
                    if os.path.isfile(path):
                        self.public[path] = open(path, errors="replace").read()
            except OSError:
                pass
            time.sleep(0.5)

    def results(self):
        return [event for event in self.events if event["event"] == "result"]


class Rights:
    """
    What an administrator gives to a user: the folders below /run/qfota, his locks in
    them, and with node the modem itself, by a udev rule. Others run beside him.
    """

    def __init__(self, modem, user, node):
        self.rule = f"/run/udev/rules.d/71-{modem.position}.rules"
        self.locks = [f"/run/qfota/lock/{place}" for place in modem.places()]
        for folder in ("", "/lock", "/busy", "/slots"):
            os.makedirs(f"/run/qfota{folder}", exist_ok=True)
            os.chmod(f"/run/qfota{folder}", 0o1777)
        # Of a scenario that root ran at this place before.
        self.remove_locks()
        if node:
            self.give(modem, user)

    def give(self, modem, owner):
        os.makedirs(os.path.dirname(self.rule), exist_ok=True)
        with open(self.rule, "w") as file:
            file.write(f'ACTION!="remove", SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", '
                       f'KERNEL=="{modem.position}", OWNER="{owner}", MODE="0600"\n')
        udevadm("control", "--reload")
        udevadm("trigger", "--settle", "--action=change", f"/sys/bus/usb/devices/{modem.position}")

    def remove_locks(self):
        for path in self.locks:
            if os.path.exists(path):
                os.unlink(path)

    def end(self):
        self.remove_locks()
        if os.path.exists(self.rule):
            os.unlink(self.rule)
            udevadm("control", "--reload")


class Stage:
    """What all scenarios share."""

    def __init__(self, agent, standin, slots=VHCI_PORTS, port=0):
        self.standin = standin
        self.folder = tempfile.mkdtemp(prefix="play-")
        # Where every user may run it.
        self.agent = shutil.copy(agent, self.folder)
        self.packages = os.path.join(self.folder, "packages")
        os.mkdir(self.packages)
        os.chmod(self.folder, 0o755)
        self.uevents = Uevents()
        self.peaks = {}
        self.servers = Servers(self.packages, port)
        self.base = self.servers.http
        self.slots = list(range(slots))
        self.lock = threading.Lock()

    def slot(self):
        with self.lock:
            return self.slots.pop(0)

    def slot_back(self, slot):
        with self.lock:
            self.slots.append(slot)

    def package(self, start, end, size="65536"):
        folder = self.packages if size == "65536" else os.path.join(self.packages, size)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{start}-{end}.zip")
        if not os.path.exists(path):
            content = subprocess.run([self.standin, "--package", "--from", start, "--to", end,
                                      "--size", size], check=True, stdout=subprocess.PIPE).stdout
            with open(f"{path}.new{threading.get_ident()}", "wb") as file:
                file.write(content)
            os.rename(file.name, path)
        return path
