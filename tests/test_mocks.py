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


IMPORT = "from pulumi_smtpconfig import SmtpConfig"


def outputs(
    given: str = "{}",
    names: Iterable[str] = SmtpConfig.__annotations__,
    *,
    preview: bool = False,
    declared: str = IMPORT,
) -> dict[str, Any]:
    """Return the outputs of a tenant that a program declares under mocks, but not those without."""
    program = PROGRAM.replace("GIVEN", given).replace("NAMES", repr(list(names)))
    program = program.replace(IMPORT, declared)
    run = subprocess.run(
        [sys.executable, "-c", program.replace("PREVIEW", str(preview))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.returncode, run.stderr
    values = json.loads(run.stdout.splitlines()[-1])
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize(
    "declared",
    [
        IMPORT,
        "from pulumi_smtpconfig.native import SmtpConfig",
        "import pulumi_smtpconfig\n\n\nclass SmtpConfig(pulumi_smtpconfig.SmtpConfig):\n    pass",
        "from pulumi_smtpconfig.fleet.program import Tenant as SmtpConfig",
    ],
    ids=["dynamic", "native", "subclass", "fleet"],
)
def test_what_is_left_out_has_its_default(declared: str) -> None:
    """Each with its type, so that a test can compare it."""
    found = outputs(declared=declared)
    assert found == DEFAULTS | REQUIRED
    kinds = {name: type(value) for name, value in DEFAULTS.items()}
    assert {name: type(found[name]) for name in DEFAULTS} == kinds


def test_defaults_are_known_in_a_preview() -> None:
    """So a diff shows their values."""
    assert outputs(names=DEFAULTS, preview=True) == DEFAULTS


@pytest.mark.parametrize(
    ("given", "ssl"),
    [("True", True), ("pulumi.Output.from_input(True)", True), ("'true'", "true")],
)
def test_the_defaults_of_a_connection_follow_ssl(given: str, ssl: object) -> None:
    """Whether it is known at once, an output, or text as the config has it."""
    found = outputs(f"{{'ssl': {given}}}")
    assert (found["port"], found["starttls"], found["ssl"]) == (465, False, ssl)


def test_an_ssl_that_is_known_to_be_none_has_the_default() -> None:
    """An output of nothing is as good as nothing."""
    found = outputs("{'ssl': pulumi.Output.from_input(None)}")
    assert (found["port"], found["starttls"]) == (587, True)


@pytest.mark.parametrize(
    "port",
    ["'10025'", "10025", "pulumi.Output.from_input('10025')", "pulumi.Output.from_input(10025)"],
)
def test_a_port_is_a_number(port: str) -> None:
    """Also one that comes from the config as text."""
    found = outputs(f"{{'port': {port}}}")["port"]
    assert (found, type(found)) == (10025, int)


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


OPTIONS = "'opts': pulumi.ResourceOptions(additional_secret_outputs=['{}'])"


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        ("{'reply_to': 'a@acme.example'}", None),
        ("{'reply_to': pulumi.Output.from_input('a@acme.example')}", []),
        ("{'reply_to': pulumi.Output.secret('a@acme.example')}", ["replyTo"]),
        ("{'from_display_name': later(pulumi.Output.secret('Acme'))}", ["fromDisplayName"]),
        ("{'triggers': ['a', pulumi.Output.secret('b')]}", ["triggers"]),
        ("{'reply_to': 'a@acme.example', " + OPTIONS.format("reply_to") + "}", ["replyTo"]),
        ("{'reply_to': 'a@acme.example', " + OPTIONS.format("replyTo") + "}", ["replyTo"]),
    ],
)
def test_the_provider_learns_which_inputs_are_secret(given: str, marked: list[str] | None) -> None:
    """By an output, in a list, awaited or by an option: a preview shows none of their values."""
    later = "async def later(value: Any) -> Any:\n    return value\n\n\n@pulumi.runtime.test"
    program = PROGRAM.replace("@pulumi.runtime.test", later).replace(
        'return f"{args.name}-id", args.inputs',
        'print(json.dumps(args.inputs.get("secretInputs")))\n        return "id", args.inputs',
    )
    program = (
        program.replace("PREVIEW", "False").replace("GIVEN", given).replace("NAMES", "['host']")
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert not run.returncode, run.stderr
    assert json.loads(run.stdout.splitlines()[0]) == marked


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("SmtpConfig('mail', 'abc')", "args: must be a dictionary of arguments"),
        ("SmtpConfig('mail', [('a', 1)])", "args: must be a dictionary of arguments"),
        ("SmtpConfig('mail', pulumi.ResourceOptions())", "args: must be a dictionary of"),
        ("SmtpConfig('mail', pulumi.Output.from_input(arguments))", "args: must be a dictionary"),
        ("SmtpConfig('mail', {**arguments, 1: 2})", "1: is no argument"),
        ("SmtpConfig('mail', **arguments, lint_ignore=[pulumi.Output.from_input('W102')])", "W102"),
        ("SmtpConfig('mail', **arguments, lint_ignore=[102])", "must be a list of codes"),
        ("SmtpConfig('mail', **arguments, triggers=[{1: 2}])", "triggers"),
    ],
)
def test_wrong_arguments_are_told_in_our_words(call: str, told: str) -> None:
    """Whatever type they have, the program fails with the list of its mistakes."""
    whole = 'SmtpConfig("mail", **arguments, host="a.example", from_="a@acme.example", **GIVEN)'
    program = PROGRAM.replace(whole, call).replace('"acme"}', '"acme", "host": "a.example"}')
    program = program.replace("PREVIEW", "False").replace("NAMES", "[]")
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode
    assert "The mail settings of 1 resource have mistakes" in run.stderr
    assert told in run.stderr
    assert run.stderr.splitlines()[-1].endswith("Nothing is sent because of these mistakes.")
