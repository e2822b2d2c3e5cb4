"""What an operation takes: seconds, and CPU seconds and memory of each kind of process.

It reads Linux's /proc, because the engine kills the provider before it could report anything.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = {
    "pulumi.dynamic": "provider",
    "pulumi-resource-smtpconfig": "provider",
    "bench.nothing_plugin": "provider",
    "pulumi-language-python-exec": "program",
    "bench.client": "client",
    "pulumi_smtpconfig": "client",
}
"""The end of a word on the command line of each kind of Python process."""

PROGRAMS = {"pulumi": "engine", "pulumi-language-yaml": "program"}
"""The other programs; the host for YAML runs the project itself."""

INTERVAL_SECONDS = 0.05
IMPORT = """
import time, pulumi, pulumi.dynamic
started = time.perf_counter()
from pulumi_smtpconfig import SmtpConfig
print(time.perf_counter() - started)
"""


@dataclass
class Figures:
    """What an operation took.

    Attributes:
        seconds: From start to end.
        cpu: CPU seconds of all processes of a role: provider, program, engine or client.
        megabytes: The most memory that one process of a role ever held.
        requests: The number of requests by kind.
    """

    seconds: float = 0
    cpu: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)


@contextmanager
def measured() -> Iterator[Figures]:
    """Measure the processes that this one starts; the figures are complete after the context."""
    figures, seen, over = Figures(), dict[int, tuple[str, float, float]](), threading.Event()
    watch = threading.Thread(target=_watch, args=(seen, over), daemon=True)
    watch.start()
    started = time.perf_counter()
    try:
        yield figures
    finally:
        figures.seconds = time.perf_counter() - started
        over.set()
        watch.join()
    for role, cpu, megabytes in seen.values():
        figures.cpu[role] = figures.cpu.get(role, 0) + cpu
        figures.megabytes[role] = max(figures.megabytes.get(role, 0), megabytes)


def import_seconds() -> float:
    """Return how long a new process takes to import this package after pulumi."""
    return float(subprocess.check_output([sys.executable, "-c", IMPORT]))


def _watch(seen: dict[int, tuple[str, float, float]], over: threading.Event) -> None:
    this = psutil.Process()
    while not over.wait(INTERVAL_SECONDS):
        for process in this.children(recursive=True):
            with suppress(psutil.Error, OSError, StopIteration):  # it has ended
                if role := _role(process.cmdline()):
                    cpu = process.cpu_times()
                    seen[process.pid] = role, cpu.user + cpu.system, _peak(process.pid)


def _role(command: list[str]) -> str | None:
    name = Path(command[0]).name if command else ""
    if name in PROGRAMS:
        return PROGRAMS[name]
    words = command if name.startswith("python") else []
    return next((ROLES[end] for end in ROLES for word in words if word.endswith(end)), None)


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))
