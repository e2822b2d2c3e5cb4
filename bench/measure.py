"""What an operation takes: seconds, CPU seconds and memory, each kind of process apart.

It reads Linux's /proc, the one place that tells the peak of a process that somebody else ends.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typing_extensions import Self

ROLES = {
    "provider": "pulumi.dynamic",
    "program": "pulumi-language-python-exec",
    "client": "bench.client",
}
"""A word on the command line of each kind of process."""

ENGINE = "pulumi"
BETWEEN_LOOKS = 0.05
"""Seconds; what a process does after the last look at it is not seen."""

KIB_IN_MB = 1024 / 1e6


class Usage(NamedTuple):
    """What a process had used when it was seen last."""

    role: str
    cpu: float
    peak: float


class Figures(NamedTuple):
    """What an operation took.

    Attributes:
        seconds: From start to end.
        cpu: CPU seconds of all processes of each role: provider, program, engine or client.
        peak: The most memory that one process of the role ever held, in MB.
        requests: How many arrived, by their kind.
    """

    seconds: float
    cpu: dict[str, float]
    peak: dict[str, float]
    requests: dict[str, int]


class Watch:
    """Measures the processes that this one starts while the context lasts."""

    def __init__(self) -> None:
        self._seen: dict[int, Usage] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.perf_counter() - self._started
        self._over.set()
        self._thread.join()

    def figures(self, requests: Mapping[str, int]) -> Figures:
        """Return what was seen, and the requests that somebody else counted."""
        roles = {usage.role for usage in self._seen.values()}
        return Figures(
            self._seconds,
            {role: sum(each.cpu for each in self._of(role)) for role in roles},
            {role: max(each.peak for each in self._of(role)) for role in roles},
            dict(requests),
        )

    def _of(self, role: str) -> Iterator[Usage]:
        return (usage for usage in self._seen.values() if usage.role == role)

    def _look_on(self) -> None:
        this = psutil.Process()
        while not self._over.wait(BETWEEN_LOOKS):
            for process in this.children(recursive=True):
                with suppress(psutil.Error, OSError):
                    self._look_at(process)

    def _look_at(self, process: psutil.Process) -> None:
        role = role_of(process.cmdline())
        if role:
            times = process.cpu_times()
            self._seen[process.pid] = Usage(role, times.user + times.system, _peak(process.pid))


def role_of(command: list[str]) -> str:
    """Return which part of the benchmark a command line is, or nothing; a shell is none."""
    name = Path(command[0]).name if command else ""  # a process that has ended has none
    if name == ENGINE:
        return "engine"
    words = command if name.startswith("python") else []
    return next((role for role, word in ROLES.items() if any(map(_ends(word), words))), "")


def _ends(word: str) -> Callable[[str], bool]:
    return lambda part: part.endswith(word)


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) * KIB_IN_MB
