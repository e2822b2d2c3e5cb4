"""What a program's unit tests see of a tenant, with Pulumi's mocks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig import SmtpConfig

if TYPE_CHECKING:
    from collections.abc import Iterable

PROGRAM = """
import json
from typing import Any

import pulumi

from pulumi_smtpconfig import SmtpConfig


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        return {}


pulumi.runtime.set_mocks(Mocks(), preview=PREVIEW)


@pulumi.runtime.test
def show() -> pulumi.Output[None]:
    arguments = {"platform": "keycloak", "hostname": "idp.example.com", "tenant_id": "acme"}
    mail = SmtpConfig("mail", **arguments, host="a.example", from_="a@acme.example", **GIVEN)
    outputs = {name: getattr(mail, name) for name in NAMES}
    return pulumi.Output.all(**outputs).apply(lambda values: print(json.dumps(values)))


show()
"""
DEFAULTS = {"port": 587, "starttls": True, "ssl": False, "on_delete": "retain", "verify": "off"}
REQUIRED = {
    "platform": "keycloak",
    "hostname": "idp.example.com",
    "tenant_id": "acme",
    "host": "a.example",
    "from_": "a@acme.example",
}


def outputs(
    given: str = "{}", names: Iterable[str] = SmtpConfig.__annotations__, *, preview: bool = False
) -> dict[str, Any]:
    """Return the outputs of a tenant that a program declares under mocks, but not those without."""
    program = PROGRAM.replace("GIVEN", given).replace("NAMES", repr(list(names)))
    run = subprocess.run(
        [sys.executable, "-c", program.replace("PREVIEW", str(preview))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.returncode, run.stderr
    values = json.loads(run.stdout.splitlines()[-1])
    return {name: value for name, value in values.items() if value is not None}


def test_what_is_left_out_has_its_default() -> None:
    """Each with its type, so that a test can compare it."""
    found = outputs()
    assert found == DEFAULTS | REQUIRED
    kinds = {name: type(value) for name, value in DEFAULTS.items()}
    assert {name: type(found[name]) for name in DEFAULTS} == kinds


def test_defaults_are_known_in_a_preview() -> None:
    """So a diff shows their values."""
    assert outputs(names=DEFAULTS, preview=True) == DEFAULTS


@pytest.mark.parametrize("true", ["True", "pulumi.Output.from_input(True)"])
def test_the_defaults_of_a_connection_follow_ssl(true: str) -> None:
    """Whether it is known at once or an output."""
    found = outputs(f"{{'ssl': {true}}}")
    assert (found["port"], found["starttls"], found["ssl"]) == (465, False, True)


@pytest.mark.parametrize(
    "port", ["'2525'", "2525", "pulumi.Output.from_input('2525')", "pulumi.Output.from_input(2525)"]
)
def test_a_port_is_a_number(port: str) -> None:
    """Also one that comes from the config as text."""
    found = outputs(f"{{'port': {port}}}")["port"]
    assert (found, type(found)) == (2525, int)


def test_what_is_given_is_an_output() -> None:
    """Choices, numbers, lists and secrets come back as they were given."""
    given = {
        "on_delete": "clear",
        "verify": "require",
        "user": "acme",
        "password": "correct horse",
        "timeout": 2.5,
        "debug": True,
        "triggers": ["a", {"b": 1}],
    }
    assert given.items() <= outputs(repr(given)).items()
