"""What each role of a stock Keycloak may do with a realm's mail settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.admin_api import FORBIDDEN, NO_REALM, SETTINGS, both, client_token, read, write

if TYPE_CHECKING:
    from tests.servers.keycloak import Keycloak


@pytest.mark.parametrize("role", ["manage-realm", "view-realm", "realm-admin"])
def test_a_role_that_reads_reads_everything(keycloak: Keycloak, realm: str, role: str) -> None:
    """manage-realm includes what view-realm allows: the representation is the administrator's."""
    keycloak.set_smtp(realm, SETTINGS)
    answer = read(keycloak, realm, client_token(keycloak, realm, role))
    assert (answer.status_code, answer.json()) == (200, keycloak.realm(realm))


@pytest.mark.parametrize("role", ["manage-realm", "realm-admin"])
def test_a_role_that_writes_writes(keycloak: Keycloak, realm: str, role: str) -> None:
    """manage-realm alone suffices; the answer has no body."""
    answer = write(keycloak, realm, client_token(keycloak, realm, role))
    assert (answer.status_code, answer.content) == (204, b"")
    assert keycloak.smtp(realm) == SETTINGS


@pytest.mark.parametrize("role", ["view-realm", "query-realms", "manage-users", "view-clients"])
def test_other_roles_do_not_write(keycloak: Keycloak, realm: str, role: str) -> None:
    """To read, or to manage something else in the realm, is not to manage the realm."""
    answer = write(keycloak, realm, client_token(keycloak, realm, role))
    assert (answer.status_code, answer.json()) == FORBIDDEN
    assert keycloak.smtp(realm) == {}


@pytest.mark.parametrize("role", ["query-realms", "query-users", "manage-users", "view-clients"])
def test_other_roles_read_a_few_keys_without_mail(
    keycloak: Keycloak, realm: str, role: str
) -> None:
    """Their answer is a success that says nothing of the settings, which are there."""
    keycloak.set_smtp(realm, SETTINGS)
    answer = read(keycloak, realm, client_token(keycloak, realm, role))
    assert (answer.status_code, answer.json()["realm"]) == (200, realm)
    assert answer.json().keys() <= {
        "realm",
        "bruteForceProtected",
        "supportedLocales",
        "registrationEmailAsUsername",
        "organizationsEnabled",
    }


@pytest.mark.parametrize("roles", [[], ["impersonation"]], ids=["none", "impersonation"])
def test_without_such_a_role_a_realm_is_closed(
    keycloak: Keycloak, realm: str, roles: list[str]
) -> None:
    """A service account that may do nothing is refused, to read as well."""
    assert both(keycloak, realm, client_token(keycloak, realm, *roles)) == FORBIDDEN


def test_another_realm_is_closed(keycloak: Keycloak, realm: str) -> None:
    """A realm's own token does not open another one."""
    assert both(keycloak, "master", client_token(keycloak, realm, "realm-admin")) == FORBIDDEN


def test_a_client_of_the_master_realm_may_manage_one_realm(keycloak: Keycloak, realm: str) -> None:
    """Its role is of the client that stands for that realm there; other realms it cannot write."""
    name = f"client-of-{realm}"
    secret = keycloak.create_client("master", name, ["manage-realm"], of=f"{realm}-realm")
    token = keycloak.token(
        "master", grant_type="client_credentials", client_id=name, client_secret=secret
    )
    assert write(keycloak, realm, token).status_code == 204
    assert write(keycloak, "master", token).status_code == 403
    assert both(keycloak, "missing", token) == NO_REALM
