"""`smtpconfig show` against the emulator of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.command import document, smtpconfig

if TYPE_CHECKING:
    from typer.testing import Result

    from pulumi_smtpconfig.emulator import Emulator

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
    """A platform with one tenant that has settings."""
    emulator.tenants["acme"] = dict(LIVE)
    return emulator


def show(emulator: Emulator, *more: str, **variables: str) -> Result:
    """Show the tenant on SHIFT, where reading is on."""
    tenant = ("--platform", "shift", "--hostname", "idp.example.com", "--tenant-id", "acme")
    there = {**emulator.environment, "SMTPCONFIG_READ_BACK": "admin", "SMTPCONFIG_RETRIES": "0"}
    return smtpconfig("show", *tenant, *more, **{**there, **variables})


def cells(result: Result) -> dict[str, str]:
    """Return the table as it is read by people."""
    rows = (line.split(maxsplit=1) for line in result.stdout.splitlines()[1:])
    return {row[0]: row[1].strip() for row in rows if len(row) > 1}


def test_what_a_tenant_has_is_a_table_without_the_password(shift: Emulator) -> None:
    """Each setting is a row, and of the password it is said only that it is set."""
    result = show(shift)
    assert result.exit_code == 0
    assert result.stdout.startswith('Tenant "acme" on idp.example.com has these mail settings.\n')
    assert cells(result) == {
        "setting": "value",
        **{key: value for key, value in LIVE.items() if key != "password"},
        "password": "(not shown)",
    }


def test_a_password_that_is_not_set_is_told_from_one_that_is(shift: Emulator) -> None:
    """It is so also for machines."""
    del shift.tenants["acme"]["password"]
    assert cells(show(shift))["password"] == "(not set)"
    assert document(show(shift, "--json"))["hasPassword"] is False


def test_machines_get_one_object(shift: Emulator) -> None:
    """The settings are typed as a program gives them."""
    told = document(show(shift, "--json"))
    assert told["settings"] == {
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "port": 587,
        "starttls": True,
        "ssl": False,
        "user": "acme",
    }
    assert (told["hasPassword"], told["otherKeys"], told["happened"]) == (True, [], None)


def test_a_password_that_a_platform_answers_in_clear_is_not_shown(shift: Emulator) -> None:
    """Nor is a setting that holds it, nor what a key holds that may be another secret."""
    clear = {"password": "${vault.c4n4ry}", "user": "x${vault.c4n4ry}", "apiToken": "c4n4ry"}
    shift.tenants["acme"] |= clear
    shown = cells(show(shift))
    assert shown["password"] == "(not shown)"
    assert shown["user"] == "(not shown: it holds the password)"
    assert shown["apiToken"] == "(another setting, not shown)"
    assert document(show(shift, "--json"))["otherKeys"] == ["apiToken"]


def test_what_a_platform_answers_is_text_and_nothing_else(shift: Emulator) -> None:
    """No value commands the terminal or is markup, and none is cut."""
    shift.tenants["acme"] |= {"host": f"\x1b[2J[red]\u202e{'x' * 300}", "user": ":smile:"}
    shown = cells(show(shift))
    assert shown["host"] == f"\N{REPLACEMENT CHARACTER}[2J[red]\N{REPLACEMENT CHARACTER}{'x' * 300}"
    assert shown["user"] == ":smile:"


def test_a_tenant_without_settings_is_no_error(emulator: Emulator) -> None:
    """It says so, and shows no defaults in their place."""
    result = show(emulator)
    assert result.exit_code == 0
    assert result.stdout == 'Tenant "acme" on idp.example.com has no mail settings.\n'
    assert document(show(emulator, "--json"))["settings"] == {}
