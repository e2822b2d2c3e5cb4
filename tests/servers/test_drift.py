from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

MAIL = {
    "platform": "shift",
    "hostname": "idp.example.com",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
}


@pytest.fixture
def stack(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of two tenants on SHIFT that are up, with reading switched on."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/declared")
    declared = {name: MAIL | {"tenant_id": name} for name in ("acme", "other")}
    (stack.project / "declared.json").write_text(json.dumps(declared))
    stack.configure(**{"smtpconfig:readBack": "admin"})
    stack.must(*UP)
    return stack


def posts(emulator: Emulator) -> int:
    """Return how many settings were sent so far."""
    return sum(request.target.endswith("/mail/setup") for request in emulator.requests)


def test_drift_is_shown_by_name_and_put_right_with_one_request(
    stack: Stack, emulator: Emulator
) -> None:
    """A preview shows live and declared value of what others changed, and an up restores it."""
    stack.must("preview", "--refresh", "--expect-no-changes")
    emulator.tenants["acme"]["host"] = "somewhere.else.example"
    output, status = stack.run("preview", "--refresh", "--diff", "--expect-no-changes")
    assert status
    assert '~ host    : "somewhere.else.example" => "smtp.acme.example"' in output
    assert "no-reply" not in [line for line in output.splitlines() if "~" in line]
    before = posts(emulator)
    stack.must(*UP, "--refresh")
    assert posts(emulator) == before + 1
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"
    stack.must("preview", "--refresh", "--expect-no-changes")


def test_a_rotated_token_is_seen_by_variable_or_with_run_program(
    stack: Stack, emulator: Emulator
) -> None:
    """Refresh and destroy use the config of the last up, unless told to run the program."""
    stack.configure_secret("smtpconfig:token", emulator.token)
    del stack.environment["SMTPCONFIG_TOKEN"]
    stack.must(*UP)
    emulator.token = "rotated-token-value"
    output, status = stack.run("refresh", "--yes")
    assert status
    assert "401 Unauthorized" in output
    assert "--run-program" in output
    assert "SMTPCONFIG_TOKEN" in output
    stack.configure_secret("smtpconfig:token", emulator.token)
    assert stack.run("refresh", "--yes").status
    stack.must("refresh", "--yes", "--run-program")
    stack.must("preview", "--refresh", "--run-program", "--expect-no-changes")
    emulator.token = "rotated-once-more"
    stack.environment["SMTPCONFIG_TOKEN"] = emulator.token
    stack.must("refresh", "--yes")
    stack.must("preview", "--refresh", "--expect-no-changes")
    stack.must("destroy", "--preview-only", "--refresh")
    del stack.environment["SMTPCONFIG_TOKEN"]
    stack.configure_secret("smtpconfig:token", emulator.token)
    assert stack.run("destroy", "--preview-only", "--refresh").status
    stack.must("refresh", "--yes", "--run-program")
    stack.must("destroy", "--yes", "--run-program")


def test_where_reading_is_off_a_refresh_says_so_once(stack: Stack, emulator: Emulator) -> None:
    """The user learns what is not seen, and what would enable it, not for every resource."""
    stack.must("config", "rm", "smtpconfig:readBack")
    stack.must(*UP)
    emulator.tenants["acme"]["host"] = "somewhere.else.example"
    output = stack.must("refresh", "--yes", "--skip-preview", "--run-program")
    diagnostics = output.partition("Diagnostics:")[2]
    assert diagnostics.count("are not read") == 1
    assert "smtpconfig:readBack" in diagnostics
