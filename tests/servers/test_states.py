"""The state is a format: what earlier versions wrote is understood for ever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.conftest import CHECKOUT
from tests.fleet.project import credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

STATES = sorted((CHECKOUT / "tests/engine/states").iterdir())
CLEARING: dict[str, Any] = {"smtpServer": {}}


def cleared(recorded: Path) -> int:
    """Return how many resources of a recorded state clear their tenant at their end."""
    resources = json.loads((recorded / "state.json").read_text("utf-8"))["deployment"]["resources"]
    return sum(r.get("outputs", {}).get("onDelete") == "clear" for r in resources)


@pytest.mark.parametrize("recorded", STATES, ids=lambda folder: folder.name)
def test_a_state_of_every_earlier_version_is_understood(
    open_stack: Callable[[Path], Stack], emulator: Emulator, recorded: Path
) -> None:
    """A stack that an earlier version wrote previews no changes, and refresh and destroy pass."""
    live = recorded / "platform.json"
    emulator.tenants.update(json.loads(live.read_text("utf-8")) if live.exists() else {})
    stack = open_stack(recorded)
    if recorded.name == "fleet":
        stack.environment["SMTPCONFIG_CREDENTIALS"] = credentials(emulator)
    stack.must("stack", "import", "--file", "state.json")
    stack.must("preview", "--expect-no-changes")
    stack.must("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    stack.must("destroy", "--yes", "--skip-preview")
    changing = [request.json() for request in emulator.requests if request.method != "GET"]
    assert changing == [CLEARING] * cleared(recorded)


@pytest.mark.parametrize("recorded", STATES, ids=lambda folder: folder.name)
def test_a_recorded_state_holds_no_path_of_whoever_recorded_it(recorded: Path) -> None:
    """Where a program lay is nobody's business, and differs at the next record."""
    state = (recorded / "state.json").read_text("utf-8")
    assert not [key for key in ("sourcePosition", "stackTrace") if key in state]
