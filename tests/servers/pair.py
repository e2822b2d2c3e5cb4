"""The emulator and a real Keycloak, which the same requests are put to."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from ssl import create_default_context
from typing import TYPE_CHECKING

import httpx

from pulumi_smtpconfig.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator.platform import Role
    from tests.servers.keycloak import Keycloak

REALMS: dict[str, Role | None] = {
    "whole": "manage-realm",
    "viewed": "view-realm",
    "reduced": "query-realms",
    "closed": None,
    "deleted": "view-realm",
}
"""With the role that the client of each has."""
CLIENT = {
    "grant_type": "client_credentials",
    "client_id": "pulumi",
    "client_secret": "secret of pulumi",
}
USER = {**CLIENT, "grant_type": "password", "username": "ann", "password": "pw"}


@dataclass(frozen=True)
class Pair:
    """The emulator and Keycloak, and a client for each, whose paths begin behind the base path."""

    emulator: Emulator
    keycloak: Keycloak
    clients: tuple[httpx.Client, httpx.Client]

    def grant(self, form: dict[str, str], realm: str = "whole") -> list[httpx.Response]:
        """Ask both for a token."""
        path = f"/realms/{realm}/protocol/openid-connect/token"
        return [client.post(path, data=form) for client in self.clients]

    def tokens(self, realm: str) -> list[str]:
        """What each grants the client of a realm; an administrator's tokens for `master`.

        From now on the emulator's tokens have the role of that client, as Keycloak's do.
        """
        self.emulator.role = REALMS.get(realm, "manage-realm")
        if realm == "master":
            return [self.emulator.token, self.keycloak.admin_token()]
        return [answer.json()["access_token"] for answer in self.grant(CLIENT, realm)]

    def read(
        self, path: str, authorization: str, tokens: list[str], method: str = "GET"
    ) -> list[httpx.Response]:
        """Ask both for what is there, with a header that may hold each one's token."""
        return [
            client.request(method, path, headers={"Authorization": authorization.format(token)})
            for client, token in zip(self.clients, tokens, strict=True)
        ]

    def send(
        self,
        method: str,
        path: str,
        body: object,
        tokens: list[str],
        media_type: str = "application/json",
    ) -> list[httpx.Response]:
        """Send both a body: JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return [
            client.request(
                method,
                path,
                content=content,
                headers={"Authorization": f"Bearer {token}", "Content-Type": media_type},
            )
            for client, token in zip(self.clients, tokens, strict=True)
        ]

    def settings(self) -> list[dict[str, str]]:
        """Return the mail settings of `whole` as each shows them to an administrator."""
        answers = self.read("/admin/realms/whole", "Bearer {}", self.tokens("master"))
        return [answer.json()["smtpServer"] for answer in answers]

    def write(self, settings: dict[str, str]) -> None:
        """Let both have the mail settings, as somebody else may set them."""
        self.emulator.tenants["whole"] = settings
        self.keycloak.set_smtp("whole", settings)


@contextmanager
def pair_of(keycloak: Keycloak) -> Iterator[Pair]:
    """Give a Keycloak and a new emulator the same realms, each with a client and a user."""
    with Emulator(tenants=REALMS) as emulator:
        emulator.client_secret, emulator.users["ann"] = CLIENT["client_secret"], USER["password"]
        for realm, role in REALMS.items():
            keycloak.create_realm(realm, access_token_lifespan=60)
            keycloak.create_client(realm, CLIENT["client_id"], [role] if role else [])
            keycloak.create_user(realm, "ann", USER["password"])
        trust = create_default_context(cafile=str(emulator.ca_bundle))
        url = f"https://{emulator.address}/auth"
        with httpx.Client(base_url=url, verify=trust, trust_env=False) as client:
            yield Pair(emulator, keycloak, (client, keycloak.http))


def agreed(answers: list[httpx.Response]) -> int:
    """Make sure that both answer alike, to caches and parsers too, and give the status."""
    headers = ("content-type", "cache-control", "pragma")
    emulated, real = (
        (
            answer.json() if answer.content else None,
            answer.status_code,
            [answer.headers.get(name) for name in headers],
        )
        for answer in answers
    )
    assert emulated == real
    return emulated[1]
