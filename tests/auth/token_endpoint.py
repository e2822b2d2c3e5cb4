"""A token endpoint that answers as it is told, and a client that asks it for a token."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.auth.credentials import Credentials, Resolved
from pulumi_smtpconfig.auth.oauth import fetch_token
from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.http.wire import connected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_smtpconfig.auth.tokens import AccessToken
    from pulumi_smtpconfig.emulator import ReceivedRequest
    from pulumi_smtpconfig.http.client import Client

URL = "https://login.example.com/token"
SOURCE = '"prod" of smtpconfig:credentials'
CLIENT = {"clientId": "pulumi", "clientSecret": "client secret & ü=1"}
TOKEN = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 60}


class TokenEndpoint(NamedTuple):
    """A real server, which has no endpoint at `URL`: every answer is given beforehand."""

    server: Emulator
    client: Client

    def order(self, answer: object = TOKEN, status: int = 200, **headers: str) -> None:
        """Give the next answer, as it is when it is a text, else as JSON."""
        body = answer if isinstance(answer, str) else json.dumps(answer)
        self.server.order(Fault(status, body, headers))

    def ask(self, credentials: Mapping[str, str] = CLIENT) -> AccessToken:
        """Ask for a token, once."""
        resolved = Resolved(Credentials.model_validate(credentials), SOURCE)
        return fetch_token(self.client, resolved, URL, resolved.credentials.secrets())

    def asked(self, credentials: Mapping[str, str] = CLIENT) -> ReceivedRequest:
        """Ask for a token, and return what arrived."""
        self.order()
        self.ask(credentials)
        return self.server.requests[-1]


@contextmanager
def token_endpoint(retries: int = 0) -> Iterator[TokenEndpoint]:
    """Run a token endpoint."""
    with Emulator() as server, connected(server, retries=retries) as client:
        yield TokenEndpoint(server, client)
