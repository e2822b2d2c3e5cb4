"""A machine that runs one group of the fleet, with its state in a database that others share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fleet.project import EXAMPLE, credentials, write
from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from pulumi_smtpconfig.emulator import Emulator
    from tools.postgres import Postgres
    from tools.stack import Run

UP = ("up", "--yes", "--skip-preview")
FAST = {"PULUMI_SKIP_CHECKPOINTS": "1"}
"""The engine writes the state once at the end, and not after each of many tenants."""


class Machine:
    """A checkout, an engine's home and an environment of its own; the stack is named as its group.

    Args:
        folder: An empty folder for it; `passwords` beside it holds the files of passwords.
        group: The group that it runs.
        postgres: The database of all states.
        emulator: The platform of all tenants.
    """

    def __init__(self, folder: Path, group: str, postgres: Postgres, emulator: Emulator) -> None:
        own = {"SMTPCONFIG_CREDENTIALS": credentials(emulator), **FAST}
        variables = emulator.environment | postgres.environment | own
        self.stack = Stack(EXAMPLE, folder, engine_folder(), variables)
        self.stack.environment["PULUMI_BACKEND_URL"] = postgres.url
        self.stack.must("stack", "select", "--create", group)
        passwords = str(folder.parent / "passwords")
        self.stack.configure(**{"fleet:group": group, "fleet:passwordFolder": passwords})

    def up(self, tenants: Mapping[str, Mapping[str, Any]]) -> Run:
        """Check these tenants out, and bring the group's own up."""
        write(self.stack.project, tenants)
        return self.stack.run(*UP)
