from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import UP
from tests.fleet.project import EXAMPLE, credentials, sent, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

EU, US = {"group": "eu"}, {"group": "us"}


@pytest.fixture
def stack(open_stack: Callable[[Path], Stack], emulator: Emulator) -> Stack:
    """The stack of the group `eu`, whose credentials are bound to one host."""
    stack = open_stack(EXAMPLE)
    stack.environment["SMTPCONFIG_CREDENTIALS"] = credentials(emulator)
    stack.configure(**{"fleet:group": "eu"})
    return stack


def refused(stack: Stack) -> str:
    """Preview in vain, and return what the user reads."""
    output, status = stack.run("preview")
    assert status
    assert "Traceback" not in output
    return output


def test_the_example_needs_its_passwords_and_nothing_else(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    """A variable, a file and a secret of the stack each reach their tenant, in two groups."""
    (tmp_path / "passwords").mkdir()
    (tmp_path / "passwords/globex").write_text("pw-of-globex\n")
    stack.environment["SMTP_PASSWORD_ACME"] = "pw-of-acme"
    stack.must(*UP)
    assert sent(emulator) == ["acme"]
    stack.configure(**{"fleet:group": "us", "fleet:passwordFolder": str(tmp_path / "passwords")})
    stack.configure_secret("fleet:passwords", json.dumps({"initech": "pw-of-initech"}))
    stack.must(*UP)
    passwords = {name: settings["password"] for name, settings in emulator.tenants.items()}
    assert passwords == {
        "acme": "pw-of-acme",
        "globex": "pw-of-globex",
        "Initech": "pw-of-initech",
    }
    state = stack.must("stack", "export")
    assert not [password for password in passwords.values() if password in state]
    stack.must("preview", "--expect-no-changes")


def test_a_tenant_added_changed_or_removed_touches_that_tenant_alone(
    stack: Stack, emulator: Emulator
) -> None:
    """One request for the new one, one for the changed one, and none for the one that goes."""
    tenants = {"acme": EU, "globex": EU, "initech": EU}
    write(stack.project, tenants)
    stack.must(*UP)
    assert sorted(sent(emulator)) == [*tenants]
    write(stack.project, {"umbrella": EU, **tenants})
    assert "+ 1 created" in stack.must(*UP)
    write(stack.project, {"umbrella": EU, **tenants, "globex": {**EU, "replyTo": "a@b.example"}})
    assert "~ 1 updated" in stack.must(*UP)
    write(
        stack.project, {"umbrella": EU, "globex": {**EU, "replyTo": "a@b.example"}, "initech": EU}
    )
    output = stack.must(*UP)
    assert "- 1 deleted" in output
    assert "    4 unchanged" in output
    assert sent(emulator)[3:] == ["umbrella", "globex"]
    assert emulator.tenants["acme"]["host"] == "smtp.example.com"


def test_moving_a_tenant_to_another_group_is_harmless_in_either_order(
    stack: Stack, emulator: Emulator
) -> None:
    """The old stack's delete sends nothing, and the new one's create sends what is there."""
    stack.must("stack", "init", "us")
    stack.configure(**{"fleet:group": "us"})
    write(stack.project, {"acme": EU, "globex": US})
    for group in ("dev", "us"):
        stack.must(*UP, "--stack", group)
    before = {name: dict(settings) for name, settings in emulator.tenants.items()}
    write(stack.project, {"acme": US, "globex": EU})
    for group in ("dev", "us"):
        output = stack.must(*UP, "--stack", group)
        assert "+ 1 created" in output
        assert "- 1 deleted" in output
    assert sent(emulator) == ["acme", "globex", "globex", "acme"]
    assert emulator.tenants == before
    for group in ("dev", "us"):
        stack.must("preview", "--stack", group, "--expect-no-changes")


def test_whoever_edits_the_file_cannot_send_a_token_elsewhere(
    stack: Stack, emulator: Emulator
) -> None:
    """Credentials that are bound to hosts are refused for others, and unbound ones for all."""
    write(stack.project, {"acme": {**EU, "hostname": "idp.attacker.example"}})
    assert "may not be used for idp.attacker.example" in refused(stack)
    write(stack.project, {"acme": EU})
    stack.configure_secret("smtpconfig:credentials", credentials(emulator, hostnames=None))
    output = refused(stack)
    assert 'smtpconfig:credentials: the credentials "idp" have no hostnames' in output
    assert emulator.token not in output
    assert not emulator.requests


def test_what_is_wrong_with_the_file_stops_the_preview_with_its_lines(stack: Stack) -> None:
    """The user reads file, line and tenant, and no traceback; so it is with an unknown group."""
    write(stack.project, {"acme": {**EU, "port": 0}})
    assert 'tenants.yaml:15: tenant "acme": port: must be from 1 to 65535' in refused(stack)
    write(stack.project, {"acme": EU})
    stack.configure(**{"fleet:group": "asia"})
    assert 'fleet:group is "asia", but the groups of tenants.yaml are eu' in refused(stack)
