# SPDX-License-Identifier: GPL-2.0-or-later
"""
A host without a kernel for one agent: a folder, the stand-in modem as its bus, and
what is preloaded to the agent in place of libusb, libudev and system calls. What it
waits for by itself takes an eighth of the time.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vm"))
from servers import Servers  # noqa: E402
from stage import PATIENCE, SANITIZER, Wire, Wrong, check  # noqa: E402

OLD, NEW = "EP06ELAR03A08M4G", "EP06ELAR04A01M4G"
POSITION = "1-1"
LIMIT = 120  # s, a run of the agent
SPEED = "8"
QUICK = ["--set", "flash=start,10,50,90,end", "--set", "flash-time=250", "--set", "away=60"]
# In the agent's time: long enough for a host that has other things to do.
CONFIG = """[agent]
{agent}
[target "EP06*"]
firmware = {new}
[delta "a"]
from = {old}
to = {new}
package = {package}
[timeouts]
accept = 4min
answer = 40s
download-start = 4min
download = 6min
leave = 4min
flash-start = 1min
flash-silence = 1min
flash = 8min
ready = 4min
"""
# Asks no hook, and lets everything be.
RUNNER = "#!/bin/sh\nread -r words\necho ok\n"


class Stage:
    """What all hosts share: the programs, and the package on a server and as a file."""

    def __init__(self, build):
        built = os.path.abspath(f"{build}/tests/faults")
        self.standin = f"{built}/standin-hostless"
        self.preload = f"{built}/libfaults.so:{built}/libhost.so"
        # Locks and journals are synced all the time, which only memory does at once.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="qfota-", dir=memory)
        # As it is installed: what runs hooks lies beside it.
        for name in ("sbin", "lib", "lib/qfota"):
            os.mkdir(f"{self.folder}/{name}")
        self.agent = shutil.copy(f"{build}/qfota-agent", f"{self.folder}/sbin")
        self.program(f"{self.folder}/lib/qfota/qfota-hooks", RUNNER)
        self.package = os.path.join(self.folder, "a.zip")
        with open(self.package, "wb") as file:
            subprocess.run([self.standin, "--package", "--from", OLD, "--to", NEW,
                            "--size", "600000"], check=True, stdout=file)
        # By a name that the modem alone knows (host_net.c): the agent refuses 127.0.0.1.
        port = Servers(self.folder, 0, "127.0.0.1").http.rpartition(":")[2]
        self.url = f"http://fw.example:{port}/a.zip"

    def host(self, agent, hooks):
        return Host(self, agent, hooks)

    @staticmethod
    def program(path, text):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def end(self):
        shutil.rmtree(self.folder)


class Run:
    """
    One run of the agent. Fault: what is to fail in it; told: what faults.c logged.
    At the line of its output that holds the words @at it gets that signal.
    """

    def __init__(self, host, words, fault="", at=None, signo=signal.SIGKILL):
        stage = host.stage
        log = os.path.join(host.folder, "fault.log")
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "QFOTA_HOST": host.folder,
                       "QFOTA_HOST_SPEED": SPEED, "QFOTA_FAULT": fault, "QFOTA_FAULT_LOG": log,
                       "LD_PRELOAD": stage.preload}
        self.process = subprocess.Popen(
            [stage.agent, "--state-dir", f"{host.folder}/state", *host.meant, *words], env=environment,
            cwd=host.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace")
        late = threading.Timer(LIMIT, self.process.kill)
        late.start()
        # Where it cannot tell what is waited for.
        silent = threading.Timer(LIMIT / 6, self.process.send_signal, [signo])
        if at:
            silent.start()
        self.out = "".join(iter(lambda: self.line(at, signo), ""))
        self.err = self.process.stderr.read()
        self.status = self.process.wait()
        self.late = late.finished.is_set()
        late.cancel()
        silent.cancel()
        self.told = open(log).read().splitlines() if os.path.exists(log) else []

    def line(self, words, signo):
        line = self.process.stdout.readline()
        if words and words in line:
            self.process.send_signal(signo)
        return line

    def places(self):
        found = (re.match(r"place (\S+) (\d+)$", line) for line in self.told)
        return {match.group(1): int(match.group(2)) for match in found if match}

    def reached(self):
        return any(line.startswith("fault ") for line in self.told)

    def untidy(self):
        """What was not given back, and what was used after that."""
        lines = self.told + self.err.splitlines()
        return sorted({line for line in lines if line.startswith(("leak", "misuse"))})


class Host:
    meant = ()  # options that name the modem, where there are others

    def __init__(self, stage, agent="", hooks=False):
        self.stage = stage
        self.folder = tempfile.mkdtemp(prefix="", dir=stage.folder)
        self.wire, self.memory = f"{self.folder}/wire", f"{self.folder}/memory"
        for name in ("run", "dev", "etc/qfota/hooks.d"):
            os.makedirs(f"{self.folder}/{name}")
        if hooks:
            stage.program(f"{self.folder}/etc/qfota/hooks.d/hook", RUNNER)
        self.configure(CONFIG, agent)
        self.modem = subprocess.Popen(
            [stage.standin, "--vhci-port", "0", "--wire", self.wire, "--memory", self.memory,
             *PATIENCE, *QUICK], env={**os.environ, "QFOTA_HOST": self.folder},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        check(self.modem.stdout.readline().startswith("attached"), "the stand-in did not start")
        self.wait_for("PB DONE")

    def configure(self, text, agent):
        with open(f"{self.folder}/conf", "w") as file:
            file.write(text.format(agent=agent, old=OLD, new=NEW, package=self.stage.url))

    def wait_for(self, words, limit=LIMIT):
        for _ in range(limit * 50):
            if words in open(self.wire, errors="replace").read():
                return
            threading.Event().wait(0.02)
        raise Wrong(f"the modem never told of \"{words}\"")

    def accepted(self):
        return Wire(self.wire).count("request accepted")

    def firmware(self):
        """What the modem runs; it remembers that it was changed."""
        if not os.path.exists(self.memory):
            return OLD
        with open(self.memory, errors="replace") as file:
            return file.read().splitlines()[1]

    def open_jobs(self):
        return glob.glob(f"{self.folder}/state/jobs/[0-9]*")

    def history(self):
        path = f"{self.folder}/state/history.jsonl"
        lines = open(path).read().splitlines() if os.path.exists(path) else []
        return [json.loads(line)["outcome"] for line in lines]

    def undriven(self):
        """Interfaces that no kernel driver has."""
        device = f"{self.folder}/sys/bus/usb/devices/{POSITION}"
        found = glob.glob(f"{device}/{POSITION}:*")
        return [path for path in found if not os.path.lexists(f"{path}/driver")] or \
            ([] if found else ["all"])

    def marks(self):
        """That the position is busy, and jobs that are open."""
        busy = glob.glob(f"{self.folder}/run/qfota/busy/*")
        return [os.path.basename(path) for path in busy + self.open_jobs()]

    def end(self):
        """The wire of a modem that ended well."""
        self.modem.terminate()
        said = self.modem.communicate(timeout=20)[1]
        found = SANITIZER.search(said)
        fault = found.group(0) if found else said.strip() if self.modem.returncode else None
        wire = Wire(self.wire, fault and f"the stand-in: {fault}")
        shutil.rmtree(self.folder)
        return wire
