"""`smtpconfig export` from a real Keycloak, and its program with the real engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.exported import arguments_of
from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.keycloak import Keycloak

LIVE = {
    "host": "smtp.acme.example",
    "port": "2525",
    "from": "no-reply@acme.example",
    "fromDisplayName": "Ümlaut 'x' \"y\": # no",
    "ssl": "false",
    "starttls": "true",
    "auth": "true",
    "authType": "basic",
    "user": "acme",
    "password": "correct horse battery",
    "timeout": "12500",
    "debug": "false",
    "envelopeFrom": "<>",
}
PROJECT = "name: exported\nruntime: python\n"


def smtpconfig(keycloak: Keycloak, token: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the export with a token."""
    variables = {"SMTPCONFIG_CA_BUNDLE": str(keycloak.ca_bundle), "SMTPCONFIG_TOKEN": token}
    command = [sys.executable, "-m", "pulumi_smtpconfig", "export"]
    return subprocess.run(
        [*command, "--platform", "keycloak", "--hostname", keycloak.address, *more],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_up_of_an_exported_program_changes_nothing(
    keycloak: Keycloak, realm: str, tmp_path: Path
) -> None:
    """With the same password the realm's whole representation stays, as the preview says."""
    keycloak.set_smtp(realm, LIVE)
    before = keycloak.realm(realm)
    project = tmp_path / "exported"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PROJECT)
    program = project / "__main__.py"
    ended = smtpconfig(keycloak, keycloak.admin_token(), realm, "--output", str(program))
    assert ended.returncode == 0, ended.stderr
    ((_, arguments),) = arguments_of(program.read_text("utf-8")).items()
    secret = keycloak.create_client(realm, "pulumi", ["manage-realm"])
    variables = {
        "SMTPCONFIG_CA_BUNDLE": str(keycloak.ca_bundle),
        "SMTPCONFIG_CLIENT_ID": "pulumi",
        "SMTPCONFIG_CLIENT_SECRET": secret,
        arguments["password_from"].removeprefix("env:"): LIVE["password"],
    }
    stack = Stack(project, tmp_path / "stack", engine_folder(), variables)
    preview = stack.must("preview")
    up = stack.must("up", "--yes", "--skip-preview")
    assert f'Tenant "{realm}" on {keycloak.address} already has' in preview
    assert "already has these mail settings. `pulumi up` sends them again" in preview
    assert "replace" not in preview + up
    assert keycloak.realm(realm) == before
    stack.must("preview", "--refresh", "--expect-no-changes")


def test_all_realms_that_a_token_sees_are_exported(keycloak: Keycloak, realm: str) -> None:
    """One without settings is named; one that the token may not read is told, not lost."""
    other = f"{realm}-2"
    keycloak.create_realm(other)
    keycloak.set_smtp(realm, LIVE)
    everything = smtpconfig(keycloak, keycloak.admin_token(), "--json")
    results = {
        each["tenantId"]: each["result"] for each in json.loads(everything.stdout)["tenants"]
    }
    assert everything.returncode == 0, everything.stderr
    listed = {each["realm"] for each in keycloak.ask("GET", "").json()}
    assert {*results} == listed
    assert (results[realm], results[other]) == ("declared", "no settings")
    secret = keycloak.create_client("master", f"one-{realm}", ["view-realm"], of=f"{realm}-realm")
    keycloak.ask("GET", f"/{other}")
    token = keycloak.token(
        "master",
        grant_type="client_credentials",
        client_id=f"one-{realm}",
        client_secret=secret,
    )
    few = smtpconfig(keycloak, token, "--json")
    seen = {each["tenantId"]: each["result"] for each in json.loads(few.stdout)["tenants"]}
    assert seen == {realm: "declared"}
    named = smtpconfig(keycloak, token, realm, other, "--json")
    assert named.returncode == 1
    seen = {each["tenantId"]: each["result"] for each in json.loads(named.stdout)["tenants"]}
    assert seen == {realm: "declared", other: "failed"}
    assert "view-realm" in named.stderr


def test_a_listed_realm_without_the_role_is_told(keycloak: Keycloak, realm: str) -> None:
    """A token with another role of a realm sees its name, and not its settings."""
    keycloak.set_smtp(realm, LIVE)
    name = f"users-{realm}"
    secret = keycloak.create_client("master", name, ["manage-users"], of=f"{realm}-realm")
    token = keycloak.token(
        "master", grant_type="client_credentials", client_id=name, client_secret=secret
    )
    ended = smtpconfig(keycloak, token, "--json")
    assert ended.returncode == 1
    assert [each["result"] for each in json.loads(ended.stdout)["tenants"]] == ["failed"]
    assert realm in ended.stderr
    assert "view-realm" in ended.stderr


def test_a_token_that_sees_no_realm_is_refused(keycloak: Keycloak, realm: str) -> None:
    """The error names the list that was asked for."""
    secret = keycloak.create_client("master", f"none-{realm}", of=f"{realm}-realm")
    token = keycloak.token(
        "master",
        grant_type="client_credentials",
        client_id=f"none-{realm}",
        client_secret=secret,
    )
    ended = smtpconfig(keycloak, token)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"Could not list the tenants on {keycloak.address}" in ended.stderr
    assert "403" in ended.stderr
