"""What previews show of arguments that a program leaves out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

STATES = sorted((CHECKOUT / "tests/engine/states").iterdir())
DEFAULTED = ("port", "starttls", "ssl", "on_delete", "verify")
EXPORTING = f"""\
import pulumi

import pulumi_smtpconfig


class Exporting(pulumi_smtpconfig.SmtpConfig):
    def __init__(self, name, **arguments):
        super().__init__(name, **arguments)
        for output in {DEFAULTED}:
            pulumi.export(f"{{name}} {{output}}", getattr(self, output))


pulumi_smtpconfig.SmtpConfig = Exporting
"""
SHOWN = re.compile(r"^ +\+? *(\w+ (?:on_delete|verify|port|ssl|starttls)) *: (.*)$", re.MULTILINE)
KEPT = re.compile(r"^ +[+~-] +(onDelete|verify|port|ssl|starttls) ", re.MULTILINE)


@pytest.fixture(params=STATES, ids=lambda folder: folder.name)
def recorded(
    request: pytest.FixtureRequest, open_stack: Callable[[Path], Stack], emulator: Emulator
) -> Stack:
    """A stack without a state, whose program is one that a state was recorded of.

    It exports what has a default.
    """
    live = request.param / "platform.json"
    emulator.tenants.update(json.loads(live.read_text("utf-8")) if live.exists() else {})
    stack = open_stack(request.param)
    program = stack.project / "__main__.py"
    program.write_text(EXPORTING + program.read_text("utf-8"), "utf-8")
    return stack


def assert_known(output: str) -> None:
    """Assert that a preview shows the value of each output that has a default."""
    shown = dict(SHOWN.findall(output))
    assert shown, output
    assert not len(shown) % len(DEFAULTED)
    assert "[unknown]" not in shown.values()
    deletes = {value for name, value in shown.items() if name.endswith("on_delete")}
    assert deletes <= {'"retain"', '"clear"'}


def test_defaults_are_known_in_the_preview_of_a_new_resource(recorded: Stack) -> None:
    """Whatever depends on one can be shown too."""
    assert_known(recorded.must("preview", "--diff"))


def test_defaults_are_known_in_the_preview_of_an_old_state(recorded: Stack) -> None:
    """Although its resources do not have them all, and do not change."""
    recorded.must("stack", "import", "--file", "state.json")
    output = recorded.must("preview", "--diff", "--expect-no-changes")
    assert_known(output)
    assert not KEPT.search(output)
