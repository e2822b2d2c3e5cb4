"""Run `smtpconfig audit` against the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cli.command import document, smtpconfig, smtpconfig_for_program

if TYPE_CHECKING:
    from typer.testing import Result

    from pulumi_smtpconfig.emulator import Emulator

KEYCLOAK = ("--hostname", "idp.example.com", "--base-path", "/auth")
LIVE = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": "587",
    "starttls": "true",
    "ssl": "false",
    "auth": "true",
    "authType": "basic",
    "user": "acme",
    "password": "c4n4ry-0f-acme",
}


def audit(emulator: Emulator, *arguments: str, **variables: str) -> Result:
    """Run the command for what the platform has."""
    environment = _environment(emulator) | variables
    return smtpconfig("audit", *KEYCLOAK, *arguments, **environment)


def audit_declared(emulator: Emulator, *arguments: str, **variables: str) -> Result:
    """Run the command for what a file or a stack declares."""
    environment = _environment(emulator) | variables
    return smtpconfig_for_program("audit", *arguments, **environment)


def _environment(emulator: Emulator) -> dict[str, str]:
    return {**emulator.environment, "SMTPCONFIG_RETRIES": "0"}


def tenants(result: Result) -> dict[str, dict[str, Any]]:
    """Return what `--json` says of each tenant, by its id."""
    return {each["tenantId"]: each for each in document(result)["tenants"]}


def codes(tenant: dict[str, Any]) -> list[str]:
    """Return the codes of what was found in a tenant."""
    return [each["code"] for each in tenant["findings"]]
