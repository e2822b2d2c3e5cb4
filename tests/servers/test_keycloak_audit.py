"""`smtpconfig audit` of a real Keycloak."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.command import process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.keycloak import Keycloak

LIVE = {
    "host": "smtp.acme.example",
    "port": "587",
    "from": "no-reply@acme.example",
    "ssl": "false",
    "starttls": "true",
    "auth": "true",
    "authType": "basic",
    "user": "acme",
    "password": "correct horse battery",
}
DEFAULTS = {
    "group": "all",
    "platform": "keycloak",
    "credentials": "idp",
    "host": LIVE["host"],
    "from": LIVE["from"],
    "user": LIVE["user"],
    "password": {"env": "SMTP_PASSWORD_ACME"},
}


def audit(keycloak: Keycloak, token: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command with a token, and return its exit code and what it found in each realm."""
    sets = {"idp": {"token": token, "hostnames": [keycloak.address]}}
    variables = {
        "SMTPCONFIG_CA_BUNDLE": str(keycloak.ca_bundle),
        "SMTPCONFIG_TOKEN": token,
        "SMTPCONFIG_CREDENTIALS": json.dumps(sets),
        "SMTP_PASSWORD_ACME": LIVE["password"],
    }
    ended = process("audit", *arguments, "--json", variables=variables)
    assert LIVE["password"] not in ended.stdout
    found = json.loads(ended.stdout)
    assert found["tenants"], ended.stderr
    return ended.returncode, {each["tenantId"]: each for each in found["tenants"]}


def codes(tenant: dict[str, Any]) -> list[str]:
    """Return the codes of what was found."""
    return [each["code"] for each in tenant["findings"]]


def test_all_realms_that_a_token_sees_are_audited(
    keycloak: Keycloak, realm: str, tmp_path: Path
) -> None:
    """One that is well, one without settings, one without a password, and one that is wrong."""
    lives: dict[str, dict[str, str]] = {
        realm: LIVE,
        f"{realm}-empty": {},
        f"{realm}-no-password": {key: LIVE[key] for key in LIVE if key != "password"},
        f"{realm}-wrong": LIVE | {"host": "https://smtp.acme.example", "ssl": "true"},
    }
    for name, live in lives.items():
        if name != realm:
            keycloak.create_realm(name)
        keycloak.set_smtp(name, live)
    page = tmp_path / "page.html"
    more = ("--hostname", keycloak.address, "--html", str(page))
    code, found = audit(keycloak, keycloak.admin_token(), *more)
    assert code == 1
    assert {*found} == {each["realm"] for each in keycloak.ask("GET", "").json()}
    assert (found[realm]["state"], found[realm]["password"]) == ("ok", "set")
    assert codes(found[f"{realm}-empty"]) == ["A104"]
    assert codes(found[f"{realm}-no-password"]) == ["A107"]
    assert {"E301", "W105"} <= {*codes(found[f"{realm}-wrong"])}
    assert all(name in page.read_text("utf-8") for name in lives)


def test_realms_are_compared_with_a_fleets_file(
    keycloak: Keycloak, realm: str, tmp_path: Path
) -> None:
    """Drift is named, of what a program would have sent; a realm that is gone is told."""
    drifted = f"{realm}-drifted"
    keycloak.create_realm(drifted)
    keycloak.set_smtp(realm, LIVE)
    keycloak.set_smtp(drifted, LIVE | {"port": "2525"})
    tenants: dict[str, Any] = {name: {} for name in (realm, drifted, f"{realm}-gone")}
    file = {
        "groups": ["all"],
        "defaults": DEFAULTS | {"hostname": keycloak.address},
        "tenants": tenants,
    }
    (tmp_path / "tenants.yaml").write_text(json.dumps(file))
    code, found = audit(keycloak, keycloak.admin_token(), str(tmp_path / "tenants.yaml"))
    assert code == 1
    assert found[realm]["state"] == "ok"
    assert found[drifted]["drift"] == [{"name": "port", "declared": "587", "live": "2525"}]
    assert codes(found[drifted]) == ["A106"]
    assert codes(found[f"{realm}-gone"]) == ["A103"]
