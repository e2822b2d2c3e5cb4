"""What a preview shows of mistakes in several resources, with the real engine."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from pulumi import automation

from pulumi_smtpconfig import SmtpConfig
from tests.engine.conftest import MAIL, PROGRAMS, UP, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

CANARY = "n0t-to-be-sh0wn"
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "one": ({"host": "https://smtp.acme.example"}, "host: "),
    "two": ({"platform": "shfit"}, "platform: "),
    "three": ({"port": 587587}, "port: "),
    "four": ({"user": "acme", "secret": {"password": "**********"}}, "password: "),
    "five": ({"hots": "smtp.acme.example"}, 'hots: is no argument; did you mean "host"?'),
    "six": ({"lint_ignore": ["E101"]}, "lint_ignore: "),
    "seven": ({"platform": "shift", "on_delete": "clear"}, "on_delete: "),
    "eight": ({"from_": f"{CANARY} at acme"}, "from_: "),
}
WELL = {"good": MAIL | {"tenant_id": "good"}}


def tenants() -> dict[str, dict[str, Any]]:
    """Return a resource for each mistake."""
    return {name: MAIL | {"tenant_id": name} | wrong for name, (wrong, _) in MISTAKES.items()}


def told(output: str) -> dict[str, list[str]]:
    """Return the lines that are told of each resource."""
    blocks = re.findall(r'^ +"(\w+)"\n((?: {8,}\S.*\n)+)', output, re.MULTILINE)
    return {name: re.findall(r"\S.*", block) for name, block in blocks}


@pytest.mark.parametrize("command", ["preview", "up"])
def test_one_run_tells_every_resources_mistakes_once(
    declared: Stack, emulator: Emulator, command: str
) -> None:
    """Each once, grouped by resource; no value is shown, and nothing is sent."""
    declare(declared, tenants() | WELL)
    run = declared.run(*{"preview": ("preview",), "up": UP}[command])
    assert run.status
    found = told(run.output)
    assert found.keys() == MISTAKES.keys()
    for name, (_, start) in MISTAKES.items():
        (line,) = found[name]
        assert line.startswith(start)
        assert run.output.count(f"{line}\n") == list(found.values()).count([line])
    assert "has a problem" not in run.output
    assert "Traceback" not in run.output
    assert CANARY not in run.output
    assert not emulator.requests


def test_a_resource_with_several_mistakes_tells_them_together(declared: Stack) -> None:
    """What is missing is a mistake too, and no TypeError of Python."""
    declare(declared, {"mail": {"platform": "ssms", "port": 0}, "other": {"verify": "maybe"}})
    run = declared.run("preview")
    found = told(run.output)
    keys = {name: {line.partition(":")[0] for line in lines} for name, lines in found.items()}
    required = {"hostname", "tenant_id", "host", "from_"}
    assert keys == {"mail": required | {"port"}, "other": required | {"platform", "verify"}}


def test_destroy_needs_no_program_without_mistakes(declared: Stack) -> None:
    """A stack whose program has mistakes can be refreshed and destroyed."""
    declare(declared, WELL)
    declared.must(*UP)
    declare(declared, tenants())
    declared.must("refresh", "--yes")
    declared.must("destroy", "--yes")


def test_a_value_of_another_resource_is_left_to_the_provider(
    open_stack: Callable[[Path], Stack],
) -> None:
    """A resource that waits for another's output is checked once that is known."""
    stack = open_stack(PROGRAMS / "waiting")
    stack.must("preview")
    run = stack.run(*UP)
    assert run.status
    diagnostics = run.output.split("Diagnostics:")[1]
    assert diagnostics.count("resource 'second' has a problem: port: ") == 1


def declare_inline() -> None:
    """Declare two tenants with mistakes before, and one after, a wait of the program."""
    arguments: Any = MAIL | {"port": 0}
    SmtpConfig("first", arguments)
    SmtpConfig("second", arguments | {"tenant_id": "second"})


async def declare_and_wait() -> None:
    """Declare tenants before and after the event loop turned."""
    declare_inline()
    await asyncio.sleep(0.1)
    wrong: Any = MAIL | {"tenant_id": "third", "host": "a b"}
    SmtpConfig("third", wrong)


@pytest.mark.parametrize(
    ("program", "names"),
    [(declare_inline, {"first", "second"}), (declare_and_wait, {"first", "second", "third"})],
)
def test_an_inline_program_tells_all_too(
    inline: automation.LocalWorkspaceOptions,
    program: Callable[[], None],
    names: set[str],
) -> None:
    """Also what is declared after the program waited, and nothing of an earlier run."""
    for name in ("one", "two"):
        stack = automation.create_stack(name, "inline", program=program, opts=inline)
        with pytest.raises(automation.CommandError) as caught:
            stack.preview()
        output = str(caught.value)
        assert told(output).keys() == names
        diagnostics = output.split("Diagnostics:")[1]
        assert [diagnostics.count(f'"{each}"\n') for each in names] == [1] * len(names)
        assert "Traceback" not in output
