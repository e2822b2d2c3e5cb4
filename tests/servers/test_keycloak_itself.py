"""What a stock Keycloak does with mail settings: the provider and the emulator rely on it.

Measured on 26.4.0 and 26.7.3, which agree in all of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from httpx import HTTPStatusError

from pulumi_smtpconfig.lint.platform_mailers import mailer_of
from tests.servers.mail_server import mail_server

if TYPE_CHECKING:
    from tests.servers.keycloak import Keycloak

MASK = "*" * 10
BASIC = {"host": "smtp.acme.example", "from": "mail@acme.example"}
LOGIN = {**BASIC, "auth": "true", "authType": "basic", "user": "acme", "password": "secret"}


def login_of_a_mail(keycloak: Keycloak, realm: str, settings: dict[str, str]) -> list[Any]:
    """Store a password, then write these settings over it, and see the login of a mail."""
    with mail_server() as server:
        place = {"host": "127.0.0.1", "port": server.port}
        keycloak.set_smtp(realm, {**LOGIN, **place})
        keycloak.set_smtp(realm, {**LOGIN, **place, **settings})
        keycloak.create_user(realm, "ann", "pw")
        (user,) = keycloak.ask("GET", f"/{realm}/users").json()
        keycloak.ask("PUT", f"/{realm}/users/{user['id']}/send-verify-email")
        return server.logins


def test_a_put_replaces_the_whole_map_and_nothing_else(keycloak: Keycloak, realm: str) -> None:
    """A key that is left out is gone, and the rest of the realm is as it was."""
    before = keycloak.realm(realm)
    keycloak.set_smtp(realm, {**LOGIN, "port": "587", "replyTo": "help@acme.example"})
    keycloak.set_smtp(realm, BASIC)
    assert keycloak.realm(realm) == {**before, "smtpServer": BASIC}


def test_settings_are_cleared_by_an_empty_map(keycloak: Keycloak, realm: str) -> None:
    """A realm has an empty map at first, and can have it again."""
    assert keycloak.smtp(realm) == {}
    keycloak.set_smtp(realm, LOGIN)
    keycloak.set_smtp(realm, {})
    assert keycloak.smtp(realm) == {}


@pytest.mark.parametrize("key", ["host", "from", "fromDisplayName", "user", "password"])
def test_255_characters_of_a_value_are_stored(keycloak: Keycloak, realm: str, key: str) -> None:
    """One more is refused, in words that do not say why, so the preview says it."""
    limit = mailer_of("keycloak").max_length
    assert limit == 255
    keycloak.set_smtp(realm, {**LOGIN, key: "ü" * limit})
    before = keycloak.smtp(realm)
    with pytest.raises(HTTPStatusError) as refused:
        keycloak.set_smtp(realm, {**LOGIN, key: "ü" * (limit + 1)})
    assert refused.value.response.status_code == 400
    assert refused.value.response.json() == {"errorMessage": "Database operation failed"}
    assert keycloak.smtp(realm) == before


@pytest.mark.parametrize("body", [{}, {"smtpServer": None}], ids=["no map", "null"])
def test_without_a_map_the_settings_stay(
    keycloak: Keycloak, realm: str, body: dict[str, Any]
) -> None:
    """A PUT that does not speak of mail changes no mail settings."""
    keycloak.set_smtp(realm, BASIC)
    keycloak.ask("PUT", f"/{realm}", body)
    assert keycloak.smtp(realm) == BASIC


@pytest.mark.parametrize("auth", [{}, {"auth": "false"}, {"auth": ""}], ids=["none", "no", "empty"])
def test_user_and_password_are_kept_with_auth_alone(
    keycloak: Keycloak, realm: str, auth: dict[str, str]
) -> None:
    """Without `auth: true` Keycloak takes the request and drops both."""
    keycloak.set_smtp(realm, {**BASIC, "user": "acme", "password": "secret", **auth})
    assert keycloak.smtp(realm) == {**BASIC, **auth}


@pytest.mark.parametrize(
    ("password", "shown"),
    [("secret", MASK), ("", MASK), ("${vault.mail}", "${vault.mail}")],
    ids=["text", "empty text", "vault reference"],
)
def test_a_password_is_read_as_its_mask(
    keycloak: Keycloak, realm: str, password: str, shown: str
) -> None:
    """Ten asterisks stand for any password, an empty one too; a vault reference is shown."""
    keycloak.set_smtp(realm, {**LOGIN, "password": password})
    assert keycloak.smtp(realm) == {**LOGIN, "password": shown}


@pytest.mark.parametrize("user", ["acme", "somebody-else"])
def test_a_mask_that_is_written_stands_for_the_stored_password(
    keycloak: Keycloak, realm: str, user: str
) -> None:
    """The stored password goes on being used, for another user as well."""
    logins = login_of_a_mail(keycloak, realm, {"user": user, "password": MASK})
    assert logins == [(user, "secret")]


def test_a_mask_that_is_written_over_no_password_is_none(keycloak: Keycloak, realm: str) -> None:
    """The asterisks themselves are never stored."""
    keycloak.set_smtp(realm, {**LOGIN, "password": MASK})
    assert "password" not in keycloak.smtp(realm)


def test_values_become_text(keycloak: Keycloak, realm: str) -> None:
    """Numbers and booleans are stored as strings, null as nothing, an empty text as it is."""
    odd = {"port": 587, "starttls": True, "ssl": False, "replyTo": None, "envelopeFrom": ""}
    keycloak.ask("PUT", f"/{realm}", {"smtpServer": {**BASIC, **odd}})
    text = {"port": "587", "starttls": "true", "ssl": "false", "envelopeFrom": ""}
    assert keycloak.smtp(realm) == {**BASIC, **text}


def test_keys_of_others_are_stored_too(keycloak: Keycloak, realm: str) -> None:
    """Any key that is written is read again."""
    settings = {**BASIC, "timeout": "5000", "allowutf8": "true", "anything": "at all"}
    keycloak.set_smtp(realm, settings)
    assert keycloak.smtp(realm) == settings


def test_a_new_realm_inherits_nothing(keycloak: Keycloak) -> None:
    """The master realm's settings are its own."""
    keycloak.set_smtp("master", LOGIN)
    keycloak.create_realm("heir")
    keycloak.set_smtp("master", {})
    assert keycloak.smtp("heir") == {}
