"""What is measured: add a subject to one of the two lists at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.audit import Audit
from bench.measure import Figures, measured
from bench.tenants import yaml_resources
from tools.engine import engine_folder
from tools.languages import yaml_host
from tools.stack import BIN, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.platform import Platform

CHECKOUT = Path(__file__).parents[1]
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
"""The commands in the life of a stack, in order."""

SENDING = ("up", "refresh")
"""The operations that wait for the platform."""


PARALLEL = 64
"""How many operations the engine runs at once with a native provider."""

PLUGINS = {"native": BIN, "native, nothing": CHECKOUT / "bench/plugin"}
"""The folder of the plugin of each native provider."""


@dataclass(frozen=True)
class Provider:
    """A provider under the real engine.

    Attributes:
        name: Its name in tables.
        provider: "dynamic" or "native"; "dynamic, nothing" or "native, nothing".
        language: "python" or "yaml": the program's.
        platform: The platform of its tenants.
        oauth: Whether it fetches a token for each tenant.
        checkpoints: Whether the engine writes the state after every step.
        operations: What is measured if answers come at once.
    """

    name: str
    provider: str = "dynamic"
    language: str = "python"
    platform: str = "shift"
    oauth: bool = False
    checkpoints: bool = False
    operations: tuple[str, ...] = tuple(OPERATIONS)

    def requests(self, operation: str) -> dict[str, int]:
        """Return how many requests of each kind an operation must send for each tenant."""
        if self.provider.endswith("nothing") or operation not in SENDING:
            return {}
        return {"mail": 1, "token": 1} if self.oauth else {"mail": 1}

    def life(
        self, tenants: int, latency: float, platform: Platform
    ) -> Iterator[tuple[str, Figures]]:
        """Create a stack, run its commands in order, and yield what each one took."""
        skipped = {"PULUMI_SKIP_CHECKPOINTS": "1"}
        variables = {
            **platform.variables(oauth=self.oauth),
            **({} if self.checkpoints else skipped),
            "PYTHONPATH": str(CHECKOUT),
            "BENCH_PROVIDER": self.provider,
            "BENCH_PLATFORM": self.platform,
            "BENCH_TENANTS": str(tenants),
            "BENCH_LATENCY": str(latency),
        }
        with TemporaryDirectory(prefix="smtpconfig-bench-") as folder:
            stack = Stack(CHECKOUT / "bench/program", Path(folder), engine_folder(), variables)
            if self.provider in PLUGINS:
                self._go_native(stack, tenants)
            for operation in SENDING if latency else self.operations:
                stack.environment |= READING if operation == "refresh" else {}
                with measured() as figures:
                    stack.must(*OPERATIONS[operation])
                yield operation, figures

    def _go_native(self, stack: Stack, tenants: int) -> None:
        """Let the engine find the plugin and send as many requests at a time as it can."""
        stack.environment["PULUMI_PARALLEL"] = str(PARALLEL)
        plugin = {"name": "smtpconfig", "path": str(PLUGINS[self.provider])}
        project: dict[str, Any] = {"name": "bench", "runtime": self.language}
        project["plugins"] = {"providers": [plugin]}
        if self.language == "yaml":
            stack.environment["PATH"] += f"{os.pathsep}{yaml_host()}"
            project["resources"] = yaml_resources(tenants, self.platform)
        # JSON is YAML.
        (stack.project / "Pulumi.yaml").write_text(json.dumps(project), "utf-8")


@dataclass(frozen=True)
class Client:
    """The plain client with a number of connections."""

    connections: int

    @property
    def name(self) -> str:
        """Its name in tables."""
        return f"plain client, {self.connections} connections"

    def requests(self, _operation: str) -> dict[str, int]:
        """Return how many requests of each kind an operation must send for each tenant."""
        return {"mail": 1}

    def life(
        self, tenants: int, _latency: float, platform: Platform
    ) -> Iterator[tuple[str, Figures]]:
        """Send the settings of all tenants, then read them; yield what each took."""
        for operation in SENDING:
            arguments = [operation, str(tenants), str(self.connections)]
            with measured() as figures:
                subprocess.run(
                    [sys.executable, "-m", "bench.client", *arguments],
                    cwd=CHECKOUT,
                    env=os.environ | platform.variables(),
                    check=True,
                )
            yield operation, figures


Subject = Provider | Client | Audit

COMPARED: list[Subject] = [
    Provider("this provider"),
    Provider("do-nothing provider", "dynamic, nothing"),
    Provider("native, Python", "native"),
    Provider("native, YAML", "native", "yaml"),
    Provider("native, do-nothing", "native, nothing"),
    Client(4),
    Client(64),
    Audit(),
    Audit(verifies=True),
]
"""Measured in turn, for every number of tenants, and with latency for the largest."""

VARIANTS: list[Subject] = [
    Provider("this provider, SSMS", platform="ssms", operations=SENDING),
    Provider("this provider, OAuth2", oauth=True, operations=SENDING),
    Provider("this provider, checkpoints kept", checkpoints=True, operations=("up",)),
]
"""Measured once, for the two largest numbers of tenants."""
