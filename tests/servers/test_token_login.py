"""A login by token, end to end: one realm grants the token with which another one mails."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from httpx import HTTPStatusError

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.servers.token_mail_server import TokenMailServer, token_mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.keycloak import Keycloak

MASK = "*" * 10
MAILBOX = "no-reply@acme.example"


@pytest.fixture
def told() -> list[str]:
    """What the user was told."""
    return []


@pytest.fixture
def granting(keycloak: Keycloak, realm: str) -> tuple[str, str, str]:
    """A realm that grants tokens: its name, and the id and secret of a client."""
    name = f"{realm}-grants"
    keycloak.create_realm(name)
    return name, "mail", keycloak.create_client(name, "mail")


@pytest.fixture
def server(keycloak: Keycloak, granting: tuple[str, str, str]) -> Iterator[TokenMailServer]:
    """A mail server that takes tokens of that realm."""
    name, *client = granting
    with token_mail_server(keycloak, name, (client[0], client[1])) as running:
        yield running


@pytest.fixture
def lifecycle(
    keycloak: Keycloak,
    realm: str,
    monkeypatch: pytest.MonkeyPatch,
    told: list[str],
    server: TokenMailServer,
) -> Iterator[Lifecycle]:
    """An operation with a client that may manage the realm; its mail server outlives it."""
    assert not server.logins
    secret = keycloak.create_client(realm, "pulumi", ["manage-realm"])
    variables = {"CLIENT_ID": "pulumi", "CLIENT_SECRET": secret, "RETRIES": "0"}
    for name, value in {**variables, "CA_BUNDLE": str(keycloak.ca_bundle)}.items():
        monkeypatch.setenv(f"SMTPCONFIG_{name}", value)
    with closing(AuthorizedClient(Config(lambda _: None), told.append)) as client:
        yield Lifecycle(client, told.append)


@pytest.fixture
def inputs(
    keycloak: Keycloak,
    realm: str,
    granting: tuple[str, str, str],
    server: TokenMailServer,
    lifecycle: Lifecycle,
) -> dict[str, Any]:
    """The checked inputs of the realm that mails."""
    name, client_id, secret = granting
    host = f"localhost:{keycloak.address.rpartition(':')[2]}"
    checked = lifecycle.check(
        {
            "platform": "keycloak",
            "hostname": host,
            "tenantId": realm,
            "host": "localhost",
            "port": server.port,
            "from": MAILBOX,
            "user": MAILBOX,
            "authTokenUrl": f"https://{host}/realms/{name}/protocol/openid-connect/token",
            "authTokenClientId": client_id,
            "authTokenClientSecret": secret,
            "authTokenScope": "profile",
        }
    )
    assert not checked.problems
    return checked.inputs


def mail(keycloak: Keycloak, realm: str) -> None:
    """Let the realm mail its only user."""
    if not keycloak.ask("GET", f"/{realm}/users?username=ann").json():
        keycloak.create_user(realm, "ann", "pw")
    (user,) = keycloak.ask("GET", f"/{realm}/users?username=ann").json()
    keycloak.ask("PUT", f"/{realm}/users/{user['id']}/send-verify-email")


def test_a_declared_token_is_what_keycloak_logs_in_with(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: TokenMailServer,
) -> None:
    """The mail arrives, by a token that the other realm takes for its own."""
    _, outputs = lifecycle.create(inputs)
    mail(keycloak, realm)
    assert server.logins == [(MAILBOX, True)]
    assert len(server.mails) == 1
    read = lifecycle.read(outputs)
    assert read
    assert read.outputs == outputs
    assert not lifecycle.diff(outputs, inputs).changes


def test_verify_logs_in_as_keycloak_does_afterwards(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: TokenMailServer,
) -> None:
    """Both fetch a token of the same client, and the server takes each for the realm's own."""
    lifecycle.create(inputs | {"verify": "require"})
    assert server.logins == [(MAILBOX, True)]
    assert not server.mails
    mail(keycloak, realm)
    assert server.logins == [(MAILBOX, True)] * 2


def test_a_wrong_client_secret_is_found_before_anything_is_stored(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: TokenMailServer,
) -> None:
    """The stage is the token's, with the words of the realm that did not grant one."""
    wrong = inputs | {"verify": "require", "authTokenClientSecret": "an0ther-secret"}
    with pytest.raises(NotVerified, match="unauthorized_client") as caught:
        lifecycle.create(wrong)
    assert caught.value.stage == "token"
    assert "an0ther-secret" not in str(caught.value)
    assert keycloak.smtp(realm) == {}
    assert not server.logins


def test_a_rotated_client_secret_is_sent_and_used(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: TokenMailServer,
) -> None:
    """With the wrong one Keycloak gets no token, so nobody logs in."""
    _, outputs = lifecycle.create(inputs | {"authTokenClientSecret": "another"})
    with pytest.raises(HTTPStatusError):
        mail(keycloak, realm)
    assert lifecycle.diff(outputs, inputs).changes == ["authTokenClientSecret"]
    lifecycle.update(outputs, inputs)
    mail(keycloak, realm)
    assert server.logins == [(MAILBOX, True)]


@pytest.mark.parametrize(
    "console",
    [
        {"authType": "basic", "password": "p4ssw0rd-1"},
        {"authType": "none"},
        {"auth": "false"},
        {"authTokenScope": "email"},
        {"authTokenClientId": "another"},
    ],
    ids=str,
)
def test_another_login_on_the_console_is_drift_and_put_right(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    console: dict[str, str],
) -> None:
    """The realm's own representation is as it was before, once the next up has run."""
    _, outputs = lifecycle.create(inputs)
    before = keycloak.smtp(realm)
    secret = {"authTokenClientSecret": inputs["authTokenClientSecret"]}
    keycloak.set_smtp(realm, before | secret | console)
    read = lifecycle.read(outputs)
    assert read
    assert lifecycle.diff(read.outputs, inputs).changes
    lifecycle.update(read.outputs, inputs)
    assert keycloak.smtp(realm) == before


def test_a_password_that_takes_the_place_of_a_token_leaves_none_of_it(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any], told: list[str]
) -> None:
    """Adoption names what goes, and the realm has a password alone afterwards."""
    lifecycle.create(inputs)
    by_password = {k: v for k, v in inputs.items() if not k.startswith("authToken")}
    told.clear()
    lifecycle.create(by_password | {"password": "p4ssw0rd-1"})
    keys = "authType, authTokenUrl, authTokenClientId, authTokenScope, authTokenClientSecret"
    (warning,) = told
    assert warning.endswith(f"had other mail settings, which were replaced: {keys}.")
    live = keycloak.smtp(realm)
    assert not [key for key in live if key.startswith("authToken")]
    assert (live["authType"], live["password"]) == ("basic", MASK)


def test_a_password_that_is_gone_is_drift_and_sent_again(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any]
) -> None:
    """A realm without one cannot mail, although its other settings are right."""
    by_password = {k: v for k, v in inputs.items() if not k.startswith("authToken")}
    by_password |= {"password": "p4ssw0rd-1"}
    _, outputs = lifecycle.create(by_password)
    live = keycloak.smtp(realm)
    keycloak.set_smtp(realm, {key: value for key, value in live.items() if key != "password"})
    read = lifecycle.read(outputs)
    assert read
    assert lifecycle.diff(read.outputs, by_password).changes == ["password"]
    lifecycle.update(read.outputs, by_password)
    assert keycloak.smtp(realm) == live


def test_what_only_keycloak_has_is_stored_in_its_units(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any], told: list[str]
) -> None:
    """Left out afterwards, it stays; this version knows all of it."""
    own = {"allowUtf8": True, "debug": False, "timeout": 20, "connectionTimeout": 2.5}
    _, outputs = lifecycle.create(inputs | own)
    live = keycloak.smtp(realm)
    assert (live["allowutf8"], live["debug"]) == ("true", "false")
    assert (live["timeout"], live["connectionTimeout"]) == ("20000", "2500")
    read = lifecycle.read(outputs)
    assert read
    assert read.outputs == outputs
    lifecycle.update(outputs, inputs | {"fromDisplayName": "Acme"})
    assert keycloak.smtp(realm) == live | {"fromDisplayName": "Acme"}
    assert not [text for text in told if "does not know" in text]
