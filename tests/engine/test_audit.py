"""`smtpconfig audit --stack` of real stacks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.command import process
from tests.engine.conftest import MAIL, PROGRAMS, UP, declare
from tests.engine.test_native import find_plugin

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

COMMAND = [sys.executable, "-m", "pulumi_smtpconfig", "audit"]
PASSWORD = "correct horse battery staple"
SECRET_NAME = "Name-that-is-a-secret"
KEYCLOAK = MAIL | {
    "platform": "keycloak",
    "user": "acme",
    "secret": {"password": PASSWORD, "from_display_name": SECRET_NAME},
}


def audit(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Audit in the folder of the project, as its user does; no secret is shown."""
    ended = process(*arguments, command=COMMAND, variables=stack.environment, folder=stack.project)
    assert PASSWORD not in ended.stdout + ended.stderr
    assert SECRET_NAME not in ended.stdout + ended.stderr
    return ended


def found(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return what was found in each resource's tenant."""
    return {each["resource"]: each for each in json.loads(ended.stdout)["tenants"]}


@pytest.fixture(params=["declared", "native"])
def stack(
    open_stack: Callable[[Path], Stack], emulator: Emulator, request: pytest.FixtureRequest
) -> Stack:
    """A stack with two tenants, by resources of either type, one of which was changed since."""
    stack = open_stack(PROGRAMS / request.param)
    if request.param == "native":
        find_plugin(stack)
    declare(stack, {name: KEYCLOAK | {"tenant_id": f"{name}-id"} for name in ("acme", "beta")})
    stack.must(*UP)
    emulator.tenants["beta-id"]["host"] = "smtp.other.example"
    return stack


def test_the_tenants_of_a_stack_are_compared(stack: Stack, tmp_path: Path) -> None:
    """Drift is named; a value that is secret in the state is neither shown nor compared."""
    page = tmp_path / "page.html"
    ended = audit(stack, "--stack", "dev", "--json", "--html", str(page))
    assert ended.returncode == 0, ended.stderr
    assert {name: each["state"] for name, each in found(ended).items()} == {
        "acme": "ok",
        "beta": "warning",
    }
    beta = found(ended)["beta"]
    assert beta["drift"] == [
        {"name": "host", "declared": "smtp.acme.example", "live": "smtp.other.example"}
    ]
    assert beta["tenantId"] == "beta-id"
    assert SECRET_NAME not in page.read_text()


def test_an_exported_stack_says_the_same(stack: Stack) -> None:
    """With its secrets in plain text too, which are not shown, and by a set that is bound."""
    sets = {"idp": {"token": stack.environment["SMTPCONFIG_TOKEN"], "hostnames": ["*.example.com"]}}
    stack.environment["SMTPCONFIG_CREDENTIALS"] = json.dumps(sets)
    expected = found(audit(stack, "--stack", "dev", "--json"))
    for more in ((), ("--show-secrets",)):
        path = stack.project / "exported.json"
        path.write_text(stack.must("stack", "export", *more))
        assert (PASSWORD in path.read_text()) == bool(more)
        assert found(audit(stack, str(path), "--credentials", "idp", "--json")) == expected


def test_a_stack_that_does_not_exist_is_told_in_the_engines_words(
    open_stack: Callable[[Path], Stack],
) -> None:
    """And what to do."""
    ended = audit(open_stack(PROGRAMS / "declared"), "--stack", "none")
    assert ended.returncode == 3
    assert "no stack named 'none' found" in ended.stderr
    assert "the project's folder" in ended.stderr
    assert "\x1b" not in ended.stderr


def test_without_the_engine_an_export_is_asked_for(open_stack: Callable[[Path], Stack]) -> None:
    """Nothing else needs it."""
    stack = open_stack(PROGRAMS / "declared")
    folders = stack.environment["PATH"].split(os.pathsep)
    others = [each for each in folders if not Path(each, "pulumi").exists()]
    stack.environment["PATH"] = os.pathsep.join(others)
    ended = audit(stack, "--stack", "dev")
    assert ended.returncode == 3
    assert "No program named pulumi is on PATH" in ended.stderr
    assert "`pulumi stack export`" in ended.stderr
