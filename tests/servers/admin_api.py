"""Requests to a Keycloak with any token, and its refusals.

Measured on 26.4.0 and 26.7.3, which agree in all of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tests.servers.keycloak import Keycloak

Refusal = tuple[int, Any]

UNAUTHORIZED = (401, {"error": "HTTP 401 Unauthorized"})
FORBIDDEN = (403, {"error": "HTTP 403 Forbidden"})
NO_REALM = (404, {"error": "Realm not found."})
NO_PATH = (404, {"error": "Unable to find matching target resource method"})
NO_ISSUER = (404, {"error": "Realm does not exist"})
SETTINGS = {"host": "smtp.acme.example", "from": "mail@acme.example"}


def read(keycloak: Keycloak, realm: str, token: str) -> httpx.Response:
    """Read a realm."""
    headers = {"Authorization": f"Bearer {token}"}
    return keycloak.http.get(f"/admin/realms/{realm}", headers=headers)


def write(keycloak: Keycloak, realm: str, token: str, body: object = None) -> httpx.Response:
    """Write mail settings, or another body."""
    headers = {"Authorization": f"Bearer {token}"}
    body = body or {"smtpServer": SETTINGS}
    return keycloak.http.put(f"/admin/realms/{realm}", headers=headers, json=body)


def both(keycloak: Keycloak, realm: str, token: str) -> tuple[int, Any]:
    """Read and write, make sure that the answers are the same, and give it."""
    answers = [
        (each.status_code, each.json())
        for each in (read(keycloak, realm, token), write(keycloak, realm, token))
    ]
    assert answers[0] == answers[1]
    return answers[0]


def client_token(keycloak: Keycloak, realm: str, *roles: str) -> str:
    """Create a client with some roles of a realm and get a token for it."""
    secret = keycloak.create_client(realm, "mailer", roles)
    return keycloak.token(
        realm, grant_type="client_credentials", client_id="mailer", client_secret=secret
    )


def ask_token(keycloak: Keycloak, realm: str, **form: str) -> tuple[int, Any]:
    """Ask for a token; the fields are those of a client_credentials grant where not said."""
    fields = {"grant_type": "client_credentials", "client_id": "mailer", **form}
    answer = keycloak.http.post(f"/realms/{realm}/protocol/openid-connect/token", data=fields)
    return answer.status_code, answer.json()
