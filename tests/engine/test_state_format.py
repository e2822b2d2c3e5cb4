from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

STATES = sorted((CHECKOUT / "tests/engine/states").iterdir())


@pytest.mark.parametrize("recorded", STATES, ids=lambda folder: folder.name)
def test_a_state_of_every_released_version_is_understood(
    open_stack: Callable[[Path], Stack], emulator: Emulator, recorded: Path
) -> None:
    """A stack that an earlier version wrote previews no changes, and refresh and destroy pass."""
    stack = open_stack(recorded)
    stack.must("stack", "import", "--file", "state.json")
    stack.must("preview", "--expect-no-changes")
    stack.must("refresh", "--yes", "--expect-no-changes")
    stack.must("destroy", "--yes")
    assert not emulator.requests
