from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.conftest import PASSWORD
from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

MAIL = {
    "platform": "ssms",
    "hostname": "idp.example.com",
    "tenant_id": "acme",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
    "user": "acme",
}


def declare(stack: Stack, **arguments: object) -> None:
    """Let the program declare one resource with these arguments beside the usual ones."""
    (stack.project / "declared.json").write_text(json.dumps({"mail": MAIL | arguments}))


def everything_written(stack: Stack) -> str:
    """Return the state, its history, and whatever else the engine keeps in files."""
    files = [*stack.state.rglob("*"), *stack.project.glob("Pulumi.*")]
    return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())


def forms(secret: str) -> list[str]:
    """Return a secret as text, JSON and URLs hold it."""
    escaped = json.dumps(secret)[1:-1]
    return [secret, escaped, json.dumps(escaped)[1:-1], quote(secret), quote(secret, safe="")]


@pytest.mark.parametrize("given", ["plain", "as a secret"])
def test_password_and_token_are_nowhere_in_clear(
    open_stack: Callable[[Path], Stack], emulator: Emulator, given: str
) -> None:
    """No output, error, state, history or config shows them, whatever the platform echoes."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/declared")
    stack.configure_secret("smtpconfig:token", emulator.token)
    del stack.environment["SMTPCONFIG_TOKEN"]
    passwords = [PASSWORD, PASSWORD + "-rotated", "rejected-" + PASSWORD]
    echo = f"cannot log in with {passwords[-1]}, {json.dumps(passwords[-1])}, {emulator.token}"
    seen = []
    for password, fault in zip(passwords, [None, None, Fault(400, echo)], strict=True):
        secret = {"password": password}
        declare(stack, **(secret if given == "plain" else {"secret": secret}))
        emulator.order(*([fault] if fault else []))
        seen += [stack.run("preview", "--diff").output, stack.run(*UP, "--diff").output]
    seen += [stack.must(*command) for command in (("stack", "export"), ("stack", "history"))]
    seen += [stack.must("refresh", "--yes"), stack.must("destroy", "--yes", "--diff")]
    assert [request.json()["password"] for request in emulator.requests] == passwords
    assert "not shown" in "".join(seen)
    text = "\n".join([*seen, everything_written(stack)])
    assert [form for x in [*passwords, emulator.token] for form in forms(x) if form in text] == []


def test_a_problem_never_shows_the_value_of_a_secret(
    open_stack: Callable[[Path], Stack],
) -> None:
    """A user may mark any input a secret, and what is wrong with it does not reveal it."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/declared")
    canary = "canary\n" + PASSWORD
    keys = [*MAIL, "port", "ssl", "starttls", "reply_to", "envelope_from", "password"]
    declare(stack, **dict.fromkeys(MAIL), secret=dict.fromkeys(keys, canary))
    output, status = stack.run("preview", "--diff")
    assert status
    assert len(set(re.findall("has a problem: ([a-zA-Z]+):", output))) == len(keys)
    assert "canary" not in output
