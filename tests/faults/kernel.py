# SPDX-License-Identifier: GPL-2.0-or-later
"""
The same hosts on a real kernel, with the real libusb, libudev and udevd: each has a
connector of vhci_hcd, and shares /run with the others. In tests/vm/vm.
"""
import glob
import os
import subprocess
import tempfile
import threading
import time

import hostless
from stage import LIMIT, SETTLE, VHCI_PORTS, Modem

CONFIG = hostless.CONFIG.partition("[timeouts]")[0] + """[timeouts]
accept = 15s
download = 30s
leave = 30s
flash-start = 6s
flash-silence = 6s
"""


class Stage(hostless.Stage):
    def __init__(self, build):
        super().__init__(build)
        self.preload = self.preload.partition(":")[0]
        self.standin = os.path.abspath(f"{build}/tests/modem/standin")
        self.free = list(range(VHCI_PORTS))
        self.lock = threading.Lock()
        os.makedirs("/run/qfota", exist_ok=True)
        for module in ("option", "qmi_wwan"):
            subprocess.run(["modprobe", module], check=True)

    def host(self, agent, hooks):
        return Host(self, agent)


class Host(hostless.Host):
    def __init__(self, stage, agent):
        self.stage = stage
        with stage.lock:
            self.slot = stage.free.pop(0)
        self.folder = tempfile.mkdtemp(prefix="", dir=stage.folder)
        self.memory = f"{self.folder}/memory"
        self.configure(CONFIG, agent)
        self.device = Modem(stage.standin, self.slot, self.folder, "modem",
                            ["--memory", self.memory, *hostless.PATIENCE, *hostless.QUICK])
        self.device.settled()
        self.modem, self.wire, self.position = self.device.process, self.device.wire_path, self.device.position
        self.meant = ["--port", self.position]
        self.wait_for("PB DONE", LIMIT)

    def marks(self):
        busy = [f"/run/qfota/busy/{place}" for place in self.device.places()]
        return [path for path in busy + self.open_jobs() if os.path.exists(path)]

    def undriven(self):
        """Once the drivers had time to be back."""
        deadline = time.monotonic() + SETTLE
        device = f"/sys/bus/usb/devices/{self.position}/{self.position}:*"
        while time.monotonic() < deadline:
            found = glob.glob(device)
            missing = [path for path in found if not os.path.exists(f"{path}/driver")]
            if found and not missing:
                return []
            time.sleep(0.05)
        return missing or ["all"]

    def end(self):
        wire = self.device.end()
        with self.stage.lock:
            self.stage.free.append(self.slot)
        return wire
