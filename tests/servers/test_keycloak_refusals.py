"""What a stock Keycloak answers to requests that it refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.servers.admin_api import (
    NO_ISSUER,
    NO_REALM,
    SETTINGS,
    UNAUTHORIZED,
    ask_token,
    both,
    client_token,
    read,
    write,
)

if TYPE_CHECKING:
    from tests.servers.keycloak import Keycloak


def test_a_missing_realm_is_named_so_to_any_valid_token(keycloak: Keycloak, realm: str) -> None:
    """A token of another realm is told too, and the case of a name counts."""
    token = client_token(keycloak, realm)
    assert both(keycloak, "missing", token) == NO_REALM
    assert both(keycloak, realm.upper(), token) == NO_REALM


def test_a_deleted_realm_takes_its_tokens_along(keycloak: Keycloak, realm: str) -> None:
    """Its own credentials do not see it missing: the token endpoint says so instead."""
    token = client_token(keycloak, realm, "manage-realm")
    keycloak.delete_realm(realm)
    assert both(keycloak, realm, token) == UNAUTHORIZED
    assert both(keycloak, realm, keycloak.admin_token()) == NO_REALM
    assert ask_token(keycloak, realm) == NO_ISSUER


@pytest.mark.parametrize("realm_name", ["master", "missing"])
@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
def test_a_bad_token_learns_nothing(keycloak: Keycloak, realm_name: str, token: str) -> None:
    """The refusal is the same whether the realm exists or not."""
    assert both(keycloak, realm_name, token) == UNAUTHORIZED


def test_a_token_is_refused_once_it_has_expired(keycloak: Keycloak) -> None:
    """An old token reads like a bad one."""
    keycloak.create_realm("quick", access_token_lifespan=2)
    token = client_token(keycloak, "quick", "manage-realm")
    while read(keycloak, "quick", token).is_success:
        time.sleep(0.1)
    assert both(keycloak, "quick", token) == UNAUTHORIZED


def test_a_disabled_realm_is_read_and_written_but_gives_no_token(
    keycloak: Keycloak, realm: str
) -> None:
    """The administrator does not notice; the realm's own clients do."""
    keycloak.ask("PUT", f"/{realm}", {"enabled": False})
    keycloak.set_smtp(realm, SETTINGS)
    assert keycloak.smtp(realm) == SETTINGS
    refusal = {"error": "access_denied", "error_description": "Realm not enabled"}
    assert ask_token(keycloak, realm) == (403, refusal)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"smtpServer": "x"}, "Cannot parse the JSON"),
        ({"smtpServer": {"host": {}}}, "Cannot parse the JSON"),
        ({"smtpServers": {}}, "Invalid json representation for RealmRepresentation"),
    ],
    ids=["a map that is text", "a value that is a map", "an unknown key"],
)
def test_a_body_that_is_no_realm_is_refused(
    keycloak: Keycloak, realm: str, body: object, words: str
) -> None:
    """A realm has only keys that Keycloak knows, each of its own type."""
    answer = write(keycloak, realm, keycloak.admin_token(), body)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"client_secret": "wrong"}, "unauthorized_client"),
        ({}, "unauthorized_client"),
        ({"client_id": "nobody", "client_secret": "x"}, "invalid_client"),
        ({"client_id": "admin-cli"}, "unauthorized_client"),
    ],
    ids=["wrong secret", "no secret", "unknown client", "public client"],
)
def test_a_client_that_cannot_prove_itself_gets_no_token(
    keycloak: Keycloak, realm: str, form: dict[str, str], refusal: str
) -> None:
    """A client that is unknown and one that is not believed differ by their error."""
    keycloak.create_client(realm, "mailer")
    status, body = ask_token(keycloak, realm, **form)
    assert (status, body["error"]) == (401, refusal)


def test_a_wrong_password_gets_no_token(keycloak: Keycloak, realm: str) -> None:
    """The status is 401 on 26.4 and 400 on 26.7, the body is one."""
    keycloak.create_user(realm, "ann", "right")
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "ann"}
    status, body = ask_token(keycloak, realm, **form, password="wrong")
    assert status in (400, 401)
    assert body == {"error": "invalid_grant", "error_description": "Invalid user credentials"}
    assert ask_token(keycloak, realm, **form, password="right")[0] == 200


def test_mail_settings_need_a_sender(keycloak: Keycloak, realm: str) -> None:
    """A map that is neither empty nor has `from` is refused, with `errorMessage` for `error`."""
    keycloak.set_smtp(realm, SETTINGS)
    answer = write(keycloak, realm, keycloak.admin_token(), {"smtpServer": {"host": "any"}})
    assert answer.status_code == 400
    assert answer.json()["errorMessage"].startswith("Invalid sender address 'null'.")
    assert keycloak.smtp(realm) == SETTINGS
