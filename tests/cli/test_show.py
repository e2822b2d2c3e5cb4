"""`smtpconfig show` against the emulator of the platform."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.cli.command import document, smtpconfig

if TYPE_CHECKING:
    from typer.testing import Result

    from pulumi_smtpconfig.emulator import Emulator

MAX_SECONDS = 5.0
"""Of CPU time, for what takes a fraction of one."""

LIVE = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": "587",
    "starttls": "true",
    "ssl": "false",
    "user": "acme",
    "password": "c4n4ry",
}


@pytest.fixture
def shift(emulator: Emulator) -> Emulator:
    """A platform with a tenant that has mail settings."""
    emulator.tenants["acme"] = dict(LIVE)
    return emulator


def show(emulator: Emulator, *more: str, **variables: str) -> Result:
    """Show the tenant on SHIFT, with reading enabled."""
    tenant = ("--platform", "shift", "--hostname", "idp.example.com", "--tenant-id", "acme")
    environment = {
        **emulator.environment,
        "SMTPCONFIG_READ_BACK": "admin",
        "SMTPCONFIG_RETRIES": "0",
    }
    return smtpconfig("show", *tenant, *more, **{**environment, **variables})


def cells(result: Result) -> dict[str, str]:
    """Return the table by its first column."""
    rows = (line.split(maxsplit=1) for line in result.stdout.splitlines()[1:])
    return {row[0]: row[1].strip() for row in rows if len(row) > 1}


def test_the_settings_are_a_table_without_the_password(shift: Emulator) -> None:
    """Each setting is a row; the password only shows as set."""
    result = show(shift)
    assert result.exit_code == 0
    assert result.stdout.startswith('Tenant "acme" on idp.example.com has these mail settings:\n')
    assert cells(result) == {
        "setting": "value",
        **{key: value for key, value in LIVE.items() if key != "password"},
        "password": "(set, not shown)",
    }


def test_a_missing_password_is_shown_as_missing(shift: Emulator) -> None:
    """JSON has it too."""
    del shift.tenants["acme"]["password"]
    assert cells(show(shift))["password"] == "(not set)"
    assert document(show(shift, "--json"))["hasPassword"] is False


def test_json_has_typed_settings(shift: Emulator) -> None:
    """The types are those of a Pulumi program."""
    shown = document(show(shift, "--json"))
    assert shown["settings"] == {
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "port": 587,
        "starttls": True,
        "ssl": False,
        "user": "acme",
    }
    assert (shown["hasPassword"], shown["otherKeys"], shown["happened"]) == (True, [], None)


def test_an_unmasked_password_is_not_shown(shift: Emulator) -> None:
    """Neither are a setting that contains it and the values of other keys."""
    clear = {"password": "${vault.c4n4ry}", "user": "x${vault.c4n4ry}", "apiToken": "c4n4ry"}
    shift.tenants["acme"] |= clear
    shown = cells(show(shift))
    assert shown["password"] == "(set, not shown)"
    assert shown["user"] == NOT_SHOWN
    assert shown["apiToken"] == "(other key, not shown)"
    assert document(show(shift, "--json"))["otherKeys"] == ["apiToken"]


def test_a_secret_in_a_setting_is_told(shift: Emulator) -> None:
    """On standard error, so that JSON stays JSON; the access token is one too."""
    shift.tenants["acme"]["fromDisplayName"] = f"x {shift.token}"
    result = show(shift, "--json")
    assert document(result)["settings"]["fromDisplayName"] == NOT_SHOWN
    (warning,) = [line for line in result.stderr.splitlines() if "may contain" in line]
    assert warning.startswith('Warning: Tenant "acme" on idp.example.com: ')
    assert "in fromDisplayName may contain a password or a token" in warning
    assert shift.token not in result.output


def test_other_keys_are_left_out_together(shift: Emulator) -> None:
    """One that contains a secret hides all, and so do more than any mail server has."""
    for keys in ([shift.token], [f"key{number}" for number in range(50_000)]):
        shift.tenants["acme"] = LIVE | dict.fromkeys(["debug", *keys], "x")
        began = process_time()
        assert document(show(shift, "--json"))["otherKeys"] == [NOT_SHOWN]
        assert process_time() - began < MAX_SECONDS


def test_values_are_plain_text(shift: Emulator) -> None:
    """A value neither controls the terminal nor is markup, and is not truncated."""
    shift.tenants["acme"] |= {"host": f"\x1b[2J[red]\u202e{'x' * 300}", "user": ":smile:"}
    shown = cells(show(shift))
    assert shown["host"] == f"\N{REPLACEMENT CHARACTER}[2J[red]\N{REPLACEMENT CHARACTER}{'x' * 300}"
    assert shown["user"] == ":smile:"


def test_a_tenant_without_settings_is_not_an_error(emulator: Emulator) -> None:
    """No defaults are shown instead."""
    result = show(emulator)
    assert result.exit_code == 0
    assert result.stdout == 'Tenant "acme" on idp.example.com has no mail settings.\n'
    assert document(show(emulator, "--json"))["settings"] == {}
