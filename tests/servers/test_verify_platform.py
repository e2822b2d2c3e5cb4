"""`verify="platform"`: the server itself tries new settings before they are stored."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.servers.mail_server import MailServer, mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.keycloak import Keycloak

PASSWORD = "smtp-p4ssw0rd \"ü'"
MAILBOX = "operator@acme.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes this password alone."""
    with mail_server() as running:
        running.password = PASSWORD
        yield running


@pytest.fixture
def lifecycle(
    keycloak: Keycloak, realm: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lifecycle]:
    """An operation with a client that may manage the realm."""
    secret = keycloak.create_client(realm, "pulumi", ["manage-realm"])
    variables = {"CLIENT_ID": "pulumi", "CLIENT_SECRET": secret}
    for name, value in {**variables, "CA_BUNDLE": str(keycloak.ca_bundle)}.items():
        monkeypatch.setenv(f"SMTPCONFIG_{name}", value)
    with closing(AuthorizedClient(Config(lambda _: None), print)) as client:
        yield Lifecycle(client, print)


@pytest.fixture
def inputs(
    keycloak: Keycloak, realm: str, server: MailServer, lifecycle: Lifecycle
) -> dict[str, Any]:
    """The checked inputs of the realm, with the right password."""
    checked = lifecycle.check(
        {
            "platform": "keycloak",
            "tenantId": realm,
            "verify": "platform",
            "hostname": f"localhost:{keycloak.address.rpartition(':')[2]}",
            "host": "127.0.0.1",
            "port": server.port,
            "starttls": False,
            "from": "no-reply@acme.example",
            "user": "acme",
            "password": PASSWORD,
        }
    )
    assert not checked.problems
    return checked.inputs


def give_address(keycloak: Keycloak, realm: str) -> None:
    """Give the client's user an e-mail address, as an administrator does."""
    (user,) = keycloak.ask("GET", f"/{realm}/users?username=service-account-pulumi").json()
    keycloak.ask("PUT", f"/{realm}/users/{user['id']}", user | {"email": MAILBOX})


def test_right_settings_send_one_mail_and_are_stored(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: MailServer,
) -> None:
    """The mail goes to the token's user, with the password that is stored after it."""
    give_address(keycloak, realm)
    _, outputs = lifecycle.create(inputs)
    assert server.logins == [("acme", PASSWORD)]
    assert server.recipients == [MAILBOX]
    assert keycloak.smtp(realm)["host"] == "127.0.0.1"
    lifecycle.update(outputs, inputs | {"triggers": ["again"]})
    assert server.recipients == [MAILBOX]


def test_a_wrong_password_is_found_before_anything_is_stored(
    keycloak: Keycloak,
    realm: str,
    lifecycle: Lifecycle,
    inputs: dict[str, Any],
    server: MailServer,
) -> None:
    """The settings in force stay, and the server's words are told."""
    give_address(keycloak, realm)
    _, outputs = lifecycle.create(inputs)
    before = keycloak.smtp(realm)
    server.recipients.clear()
    with pytest.raises(NotVerified) as caught:
        lifecycle.update(outputs, inputs | {"password": "wrong p4ssw0rd"})
    assert keycloak.smtp(realm) == before
    assert server.recipients == []
    assert server.logins[-1] == ("acme", "wrong p4ssw0rd")
    assert "The platform answered 500" in caught.value.happened
    assert "Failed to send email" in caught.value.happened
    assert "wrong p4ssw0rd" not in str(caught.value)
    assert "trying them on the platform" in str(caught.value)


def test_a_user_without_an_address_is_told_how_to_get_one(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any]
) -> None:
    """A service account has none at first; the server tells its log alone that this is why."""
    with pytest.raises(NotVerified, match="service-account-<client>"):
        lifecycle.create(inputs)
    assert keycloak.smtp(realm) == {}
