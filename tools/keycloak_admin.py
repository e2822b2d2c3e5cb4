"""What the tests need an administrator of a Keycloak for."""

from collections.abc import Sequence
from typing import Any

import httpx

NAME = "admin"
PASSWORD = "admin"  # noqa: S105 - it guards a server on this machine that forgets all with its end


SMALL_KEY = {
    "name": "small",
    "providerId": "rsa-generated",
    "config": {"keySize": ["1024"], "priority": ["100"]},
}
"""A realm's own key would be twice as long and take seconds to find, for every realm."""


class Administrator:
    """The administrator of a Keycloak, who may do everything in every realm."""

    http: httpx.Client
    """A client that trusts the Keycloak; its URLs begin behind the relative path."""

    _bearer = "none yet"

    def admin_token(self) -> str:
        """Return a new token of the master realm; it lives for 60 s."""
        user = {"username": NAME, "password": PASSWORD}
        return self.token("master", grant_type="password", client_id="admin-cli", **user)

    def token(self, realm: str, **form: str) -> str:
        """Return the access token that a realm grants for the fields of an OAuth2 token request."""
        path = f"/realms/{realm}/protocol/openid-connect/token"
        answer = self.http.post(path, data=form).raise_for_status()
        return str(answer.json()["access_token"])

    def create_realm(self, name: str, access_token_lifespan: int = 300) -> None:
        """Create a realm whose access tokens live for that many seconds."""
        realm = {
            "realm": name,
            "enabled": True,
            "accessTokenLifespan": access_token_lifespan,
            "components": {"org.keycloak.keys.KeyProvider": [SMALL_KEY]},
        }
        self.ask("POST", "", realm)

    def delete_realm(self, name: str) -> None:
        """Delete a realm and all that is in it."""
        self.ask("DELETE", f"/{name}")

    def create_client(
        self, realm: str, client_id: str, roles: Sequence[str] = (), of: str = "realm-management"
    ) -> str:
        """Create a confidential client for both grants and return its secret.

        Args:
            realm: where it and its service account are.
            client_id: its name, in lower case.
            roles: what its service account may do, and nothing else.
            of: the client whose roles these are. The master realm has one for every realm that
                can be administered from there, such as `acme-realm`, and no `realm-management`.
        """
        secret = f"secret of {client_id}"
        client = {
            "clientId": client_id,
            "secret": secret,
            "serviceAccountsEnabled": True,
            "directAccessGrantsEnabled": True,
        }
        account = {
            "username": f"service-account-{client_id}",
            "serviceAccountClientId": client_id,
            "enabled": True,
            "clientRoles": {of: list(roles)},
        }
        self.ask("POST", f"/{realm}/partialImport", {"clients": [client], "users": [account]})
        return secret

    def create_user(
        self, realm: str, username: str, password: str, roles: Sequence[str] = ()
    ) -> None:
        """Create a user who can log in and has these roles of realm-management.

        The realm's own public client `admin-cli` takes their password, as any of create_client's.
        """
        user = {
            "username": username,
            "email": f"{username}@users.example",
            "firstName": username,  # without the names a login would first ask for them
            "lastName": username,
            "enabled": True,
            "credentials": [{"type": "password", "value": password}],
            "clientRoles": {"realm-management": list(roles)},
        }
        self.ask("POST", f"/{realm}/partialImport", {"users": [user]})

    def realm(self, name: str) -> dict[str, Any]:
        """Return the whole representation of a realm."""
        representation: dict[str, Any] = self.ask("GET", f"/{name}").json()
        return representation

    def smtp(self, realm: str) -> dict[str, str]:
        """Return the mail settings of a realm, the password masked."""
        settings: dict[str, str] = self.realm(realm)["smtpServer"]
        return settings

    def set_smtp(self, realm: str, settings: dict[str, str]) -> None:
        """Replace the mail settings of a realm, as somebody does who uses the admin console."""
        self.ask("PUT", f"/{realm}", {"smtpServer": settings})

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Send what no other method does to the admin API, and return the answer to a success.

        Args:
            method: of HTTP.
            path: what follows `/admin/realms`.
            body: sent as JSON.

        Raises:
            httpx.HTTPStatusError: the answer is no success.
        """
        answer = self._send(method, path, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._bearer = self.admin_token()
            answer = self._send(method, path, body)
        return answer.raise_for_status()

    def _send(self, method: str, path: str, body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._bearer}"}
        return self.http.request(method, f"/admin/realms{path}", json=body, headers=headers)
