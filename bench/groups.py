"""A fleet in groups: as many at a time as there are cores, with their states in PostgreSQL."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.measure import Figures, measured
from bench.subjects import CHECKOUT, OPERATIONS, READING, SENDING
from bench.tenants import HOSTNAME, body, tenants
from tools.engine import engine_folder
from tools.postgres import running_postgres
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.__main__ import Case
    from bench.platform import Platform

CORES = os.cpu_count() or 1
PASSWORD = "SMTP_PASSWORD_BENCH"  # noqa: S105 - the name of a variable
DEFAULTS = {
    "platform": "shift",
    "hostname": HOSTNAME,
    "credentials": "idp",
    "password": {"env": PASSWORD},
}
HOSTNAMES = [HOSTNAME, f"*.{HOSTNAME}"]
HEADS = ("tenants", "groups", "operation", "seconds", "one group alone x groups / cores", "times")


@dataclass(frozen=True)
class Groups:
    """The program of examples/fleet, once for each group.

    Attributes:
        size: The number of tenants in a group.
    """

    size: int

    @property
    def name(self) -> str:
        """Its name in tables."""
        return f"fleet in groups of {self.size}"

    def requests(self, operation: str) -> dict[str, int]:
        """Return how many requests of each kind an operation must send for each tenant."""
        return {"mail": 1} if operation in SENDING else {}

    def groups(self, count: int) -> list[str]:
        """Return the names of the groups of so many tenants."""
        return [f"group-{first}" for first in range(0, count, self.size)]

    def life(
        self, count: int, _latency: float, platform: Platform
    ) -> Iterator[tuple[str, Figures]]:
        """Create the stacks, run their commands in order, and yield what all took together."""
        with (
            running_postgres() as postgres,
            TemporaryDirectory(prefix="smtpconfig-bench-") as folder,
            ThreadPoolExecutor(CORES) as pool,
        ):
            variables = platform.variables() | postgres.environment
            token = {"token": variables["SMTPCONFIG_TOKEN"], "hostnames": HOSTNAMES}
            variables |= {
                "PULUMI_BACKEND_URL": postgres.url,
                "PULUMI_SKIP_CHECKPOINTS": "1",
                "SMTPCONFIG_CREDENTIALS": json.dumps({"idp": token}),
                PASSWORD: "the password of all tenants",
            }
            stack = Stack(CHECKOUT / "examples/fleet", Path(folder), engine_folder(), variables)
            (stack.project / "tenants.yaml").write_text(json.dumps(self._file(count), indent=1))
            groups = self.groups(count)
            for group in groups:
                stack.must("stack", "init", group)
                stack.must("config", "set", "--stack", group, "fleet:group", group)
            for operation, command in OPERATIONS.items():
                stack.environment |= READING if operation == "refresh" else {}
                with measured() as figures:
                    [*pool.map(partial(stack.must, *command, "--stack"), groups)]
                yield operation, figures

    def _file(self, count: int) -> dict[str, Any]:
        """Return the file of so many tenants, with all settings."""
        groups, settings = self.groups(count), {}
        for number, tenant in enumerate(tenants(count)):
            own = {**body(tenant), "group": groups[number // self.size]}
            del own["password"]  # is a default
            settings[tenant] = own
        return {"groups": groups, "defaults": DEFAULTS, "tenants": settings}


def growth(results: Mapping[Case, Sequence[Figures]], size: int) -> Iterator[str]:
    """Yield the lines of a Markdown table: what groups take, against one group alone.

    The bound is what they would take if each kept one core busy as long as one group alone takes.
    """
    subject = Groups(size)
    seconds = {
        (case.tenants, case.operation): median(run.seconds for run in runs)
        for case, runs in results.items()
        if case.subject == subject.name
    }
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{' --- |' * len(HEADS)}"
    for (count, operation), took in sorted(seconds.items(), key=lambda item: item[0][0]):
        groups = len(subject.groups(count))
        bound = seconds[size, operation] * max(1, groups / CORES)
        cells = (f"{count:,}", str(groups), operation, f"{took:.1f}", f"{bound:.1f}")
        yield f"| {' | '.join((*cells, f'{took / bound:.2f}'))} |"
