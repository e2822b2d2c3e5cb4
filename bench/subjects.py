"""What is measured: this provider, one that does nothing, and a client without an engine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from bench.measure import Watch
from bench.nothing import WAIT
from bench.tenants import COUNT, PLATFORM
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.measure import Figures
    from bench.service import Service

CHECKOUT = Path(__file__).parents[1]
PROGRAMS = CHECKOUT / "bench/programs"
SKIPPED = {"PULUMI_EXPERIMENTAL": "1", "PULUMI_SKIP_CHECKPOINTS": "1"}
READING = {
    "SMTPCONFIG_READ_BACK": "admin",
    "SMTPCONFIG_READ_URL": "https://{tenantId}.{hostname}/auth/admin/realms/{tenantId}",
}
UP = ("up", "--yes", "--skip-preview", "--suppress-outputs")
OPERATIONS = {
    "up": UP,
    "preview, no changes": ("preview", "--suppress-outputs", "--expect-no-changes"),
    "up, no changes": (*UP, "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--suppress-outputs", "--expect-no-changes"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--suppress-outputs"),
}
"""The commands of a stack's life, in their order."""


class Subject(Protocol):
    """Something that carries out operations on a number of tenants."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    def life(self, size: int, latency: float, service: Service) -> Iterator[tuple[str, Figures]]:
        """Carry out the operations in order, on a new stack; yield what each one took."""


@dataclass(frozen=True)
class Provider:
    """A provider under the real engine.

    Attributes:
        name: What the tables call it.
        program: The folder of its program.
        platform: Where the tenants are.
        granted: Whether it fetches a token for each tenant.
        checkpoints: Whether the engine writes the state after every step.
        operations: What of a stack's life is measured.
    """

    name: str
    engine: Path
    program: str = "ours"
    platform: str = "shift"
    granted: bool = False
    checkpoints: bool = False
    operations: tuple[str, ...] = field(default=tuple(OPERATIONS))

    def life(self, size: int, latency: float, service: Service) -> Iterator[tuple[str, Figures]]:
        """Open a stack, and carry out its operations."""
        with TemporaryDirectory(prefix="smtpconfig-bench-") as folder:
            variables = self._variables(size, latency, service)
            stack = Stack(PROGRAMS / self.program, Path(folder), self.engine, variables)
            for operation in self.operations:
                stack.environment |= READING if operation == "refresh" else {}
                service.requests()
                with Watch() as watch:
                    stack.must(*OPERATIONS[operation])
                yield operation, watch.figures(service.requests())

    def _variables(self, size: int, latency: float, service: Service) -> Mapping[str, str]:
        return {
            **(service.granted if self.granted else service.given),
            **({} if self.checkpoints else SKIPPED),
            "PYTHONPATH": str(CHECKOUT),
            COUNT: str(size),
            PLATFORM: self.platform,
            WAIT: str(latency),
        }


@dataclass(frozen=True)
class Client:
    """The plain client with a number of connections."""

    connections: int

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"plain client, {self.connections} connections"

    def life(self, size: int, _latency: float, service: Service) -> Iterator[tuple[str, Figures]]:
        """Send and read the settings of all tenants."""
        for operation in ("up", "refresh"):
            words = [operation, str(size), str(self.connections)]
            with Watch() as watch:
                subprocess.run(
                    [sys.executable, "-m", "bench.client", *words],
                    cwd=CHECKOUT,
                    env=os.environ | service.given,
                    check=True,
                )
            yield operation, watch.figures(service.requests())
