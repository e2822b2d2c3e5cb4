"""The example for Keycloak, with the real engine on a real Keycloak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from tests.servers.keycloak import Keycloak

EXAMPLE = Path(__file__).parents[2] / "examples/keycloak"
UP = ("up", "--yes", "--skip-preview")


@pytest.fixture
def stack(keycloak: Keycloak, realm: str, tmp_path: Path) -> Stack:
    """A stack of the example, with a client that may manage its realm and nothing else."""
    secret = keycloak.create_client(realm, "pulumi", ["manage-realm"])
    variables = {
        "SMTPCONFIG_CA_BUNDLE": str(keycloak.ca_bundle),
        "SMTPCONFIG_CLIENT_ID": "pulumi",
        "SMTPCONFIG_CLIENT_SECRET": secret,
    }
    stack = Stack(EXAMPLE, tmp_path, engine_folder(), variables)
    stack.configure(hostname=f"localhost:{keycloak.address.rpartition(':')[2]}", realm=realm)
    stack.configure_secret("smtpPassword", "a password")
    return stack


def test_the_example_lives_from_preview_to_destroy(
    keycloak: Keycloak, realm: str, stack: Stack
) -> None:
    """It sets, sees drift by name, puts it right, creates what is gone again, and clears."""
    stack.must("preview")
    assert keycloak.smtp(realm) == {}
    stack.must(*UP)
    assert keycloak.smtp(realm)["host"] == "smtp.acme.example"
    stack.must("preview", "--refresh", "--expect-no-changes")
    keycloak.set_smtp(realm, keycloak.smtp(realm) | {"host": "smtp.somewhere.example"})
    output = stack.must("preview", "--refresh", "--diff")
    assert '"smtp.somewhere.example" => "smtp.acme.example"' in output
    stack.must(*UP, "--refresh")
    assert keycloak.smtp(realm)["host"] == "smtp.acme.example"
    keycloak.set_smtp(realm, {})
    stack.must("refresh", "--yes")
    stack.must(*UP)
    assert keycloak.smtp(realm)["host"] == "smtp.acme.example"
    stack.must("destroy", "--yes")
    assert keycloak.smtp(realm) == {}


def test_a_destroy_with_rotated_config_needs_the_program(
    keycloak: Keycloak, realm: str, stack: Stack
) -> None:
    """A destroy uses the credentials of the last up, and with `--run-program` today's."""
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        del stack.environment[f"SMTPCONFIG_{name}"]
    configure(stack, "first", keycloak.create_client(realm, "first", ["manage-realm"]))
    stack.must(*UP)
    (client,) = keycloak.ask("GET", f"/{realm}/clients?clientId=first").json()
    keycloak.ask("DELETE", f"/{realm}/clients/{client['id']}")
    configure(stack, "second", keycloak.create_client(realm, "second", ["manage-realm"]))
    assert stack.run("destroy", "--yes", "--skip-preview").status
    assert keycloak.smtp(realm)
    stack.must("destroy", "--yes", "--skip-preview", "--run-program")
    assert keycloak.smtp(realm) == {}


def configure(stack: Stack, client_id: str, secret: str) -> None:
    """Put OAuth2 credentials into the stack's config."""
    stack.configure(**{"smtpconfig:clientId": client_id})
    stack.configure_secret("smtpconfig:clientSecret", secret)
