"""What a stock Keycloak answers where the base path is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.admin_api import NO_REALM, both

if TYPE_CHECKING:
    from tests.servers.keycloak import Keycloak

REQUESTS = [
    ("GET", "/admin/realms/master"),
    ("PUT", "/admin/realms/master"),
    ("POST", "/realms/master/protocol/openid-connect/token"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_a_needless_base_path_is_refused_in_json(
    keycloak: Keycloak, method: str, path: str
) -> None:
    """The words differ from those about a missing realm."""
    answer = keycloak.http.request(method, f"/auth{path}")
    refusal = {"error": "Unable to find matching target resource method"}
    assert (answer.status_code, answer.json()) == (404, refusal)


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_a_missing_base_path_is_refused_in_html(
    keycloak_below_auth: Keycloak, method: str, path: str
) -> None:
    """What answers above the base path is not Keycloak's API."""
    url = keycloak_below_auth.http.base_url.copy_with(raw_path=path.encode())
    answer = keycloak_below_auth.http.request(method, url)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert answer.text == "<html><body><h1>Resource not found</h1></body></html>"


def test_the_api_is_the_same_below_a_base_path(keycloak_below_auth: Keycloak) -> None:
    """With the right base path a realm is read, and a missing one is named missing."""
    assert keycloak_below_auth.smtp("master") == {}
    assert both(keycloak_below_auth, "missing", keycloak_below_auth.admin_token()) == NO_REALM
