"""The emulator responds as a real Keycloak does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.pair import CLIENT, REALMS, USER, Pair, agreed, pair_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.keycloak import Keycloak

BASIC = {"host": "smtp.acme.example", "from": "mail@acme.example"}
LOGIN = {**BASIC, "auth": "true", "authType": "basic", "user": "acme", "password": "secret"}


@pytest.fixture(scope="module")
def pair(keycloak: Keycloak) -> Iterator[Pair]:
    """Give both the same realms, each with a client and a user."""
    with pair_of(keycloak) as pair:
        yield pair


def test_a_client_gets_the_same_grant(pair: Pair) -> None:
    """Only the token itself and the order of scopes differ.

    Keycloak counts the lifetime from the start of a second, so it may be one second less.
    """
    emulated, real = (answer.json() for answer in pair.grant(CLIENT))
    assert emulated.keys() == real.keys()
    assert 0 <= emulated.pop("expires_in") - real.pop("expires_in") <= 1
    for grant in (emulated, real):
        grant["access_token"] = grant["access_token"].count(".")
        grant["scope"] = set(grant["scope"].split())
    assert emulated == real


def test_a_user_gets_the_same_grant_without_a_refresh_token(pair: Pair) -> None:
    """The emulator has no sessions, so there is nothing to refresh."""
    emulated, real = (answer.json() for answer in pair.grant(USER))
    assert real.keys() - emulated.keys() == {"refresh_token", "session_state"}
    assert emulated.keys() <= real.keys()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({**CLIENT, "client_secret": "wrong"}, 401, id="wrong secret"),
        pytest.param({**CLIENT, "client_secret": ""}, 401, id="empty secret"),
        pytest.param({**CLIENT, "client_id": "unknown"}, 401, id="unknown client"),
        pytest.param({"grant_type": "client_credentials"}, 401, id="no client"),
        pytest.param({**USER, "client_secret": "wrong"}, 401, id="wrong secret for a user"),
        pytest.param({**USER, "password": "wrong"}, 401, id="wrong password"),
        pytest.param({**USER, "password": ""}, 401, id="empty password"),
        pytest.param({**USER, "username": "nobody"}, 401, id="unknown user"),
        pytest.param({**USER, "username": ""}, 401, id="empty name"),
        pytest.param({**CLIENT, "grant_type": "password"}, 401, id="no user"),
        pytest.param({**CLIENT, "grant_type": "magic"}, 400, id="unsupported grant"),
        pytest.param({"client_id": "pulumi"}, 400, id="no grant type"),
    ],
)
def test_a_grant_is_refused_the_same_way(pair: Pair, form: dict[str, str], status: int) -> None:
    """OAuth2's error, its description and the cache headers are the same."""
    assert agreed(pair.grant(form)) == status


def test_an_unknown_realm_refuses_grants_the_same_way(pair: Pair) -> None:
    """The token endpoint has its own message for it, whoever asks."""
    assert agreed(pair.grant(CLIENT, "missing")) == 404


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="nothing"),
        pytest.param(BASIC, id="no login"),
        pytest.param(LOGIN, id="a login"),
        pytest.param({**LOGIN, "password": ""}, id="empty password"),
        pytest.param({**LOGIN, "password": "${vault.mail}"}, id="vault"),
        pytest.param({**LOGIN, "password": "${vault.mail}x"}, id="no vault"),
        pytest.param({**BASIC, "port": "", "replyTo": "", "x": "y"}, id="empty values"),
    ],
)
def test_settings_are_read_the_same_way(pair: Pair, settings: dict[str, str]) -> None:
    """The emulator's realm is a subset of Keycloak's; only its id differs."""
    pair.write(settings)
    emulated, real = pair.read("/admin/realms/whole", "Bearer {}", pair.tokens("whole"))
    assert (emulated.status_code, real.status_code) == (200, 200)
    assert emulated.headers["content-type"] == real.headers["content-type"]
    assert emulated.json() == {name: real.json()[name] for name in emulated.json()} | {
        "id": emulated.json()["id"]
    }


@pytest.mark.parametrize(("realm", "status"), [("reduced", 200), ("closed", 403)])
def test_without_view_realm_the_same_keys_are_left(pair: Pair, realm: str, status: int) -> None:
    """A lesser role reads a few keys without mail; no role is refused."""
    pair.emulator.role = REALMS[realm]
    answers = pair.read(f"/admin/realms/{realm}", "Bearer {}", pair.tokens(realm))
    pair.emulator.role = "view-realm"
    assert agreed(answers) == status


def test_another_method_is_refused_the_same_way(pair: Pair) -> None:
    """PATCH is one that Keycloak does not have either."""
    answers = pair.read("/admin/realms/whole", "Bearer {}", pair.tokens("whole"), "PATCH")
    assert agreed(answers) == 405


@pytest.mark.parametrize(
    ("path", "authorization", "owner", "status"),
    [
        pytest.param("/admin/realms/whole", "", "whole", 401, id="no token"),
        pytest.param("/admin/realms/whole", "Bearer a.b.c", "whole", 401, id="bad token"),
        pytest.param("/admin/realms/whole", "Basic {}", "whole", 401, id="not a bearer"),
        pytest.param(
            "/admin/realms/whole", "Bearer {}", "deleted", 403, id="another realm's token"
        ),
        pytest.param("/admin/realms/missing", "Bearer {}", "whole", 404, id="unknown realm"),
        pytest.param("/admin/realms/WHOLE", "Bearer {}", "whole", 404, id="another case"),
        pytest.param(
            "/admin/realms/missing", "Bearer {}", "master", 404, id="unknown to an administrator"
        ),
        pytest.param(
            "/admin/realms/missing", "Bearer a.b.c", "whole", 401, id="unknown, bad token"
        ),
        pytest.param("/wrong/admin/realms/whole", "Bearer {}", "whole", 404, id="wrong base path"),
        pytest.param("/wrong/admin/realms/whole", "", "whole", 404, id="wrong base, no token"),
        pytest.param("/admin/realms/whole/mail", "Bearer {}", "whole", 404, id="beyond a realm"),
    ],
)
def test_a_read_is_refused_the_same_way(
    pair: Pair, path: str, authorization: str, owner: str, status: int
) -> None:
    """A missing realm, a forbidden one and a wrong path are different errors."""
    assert agreed(pair.read(path, authorization, pair.tokens(owner))) == status


def test_the_tokens_of_a_deleted_realm_are_refused(pair: Pair) -> None:
    """Only the token endpoint tells its own client; the read tells an administrator too."""
    tokens = pair.tokens("deleted")
    del pair.emulator.tenants["deleted"]
    pair.keycloak.delete_realm("deleted")
    where = "/admin/realms/deleted"
    assert agreed(pair.read(where, "Bearer {}", tokens)) == 401
    assert agreed(pair.read(where, "Bearer {}", pair.tokens("master"))) == 404
    assert agreed(pair.grant(CLIENT, "deleted")) == 404
