"""A token endpoint whose responses a test sets, and a client that asks it for a token."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.auth.credentials import Credentials, Resolved
from pulumi_smtpconfig.auth.oauth import fetch_token
from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.http.clients import client_for

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
    """A server without an endpoint at `URL`, so that each response is one that a test sets."""

    server: Emulator
    client: Client

    def respond(self, content: object = TOKEN, status: int = 200, **headers: str) -> None:
        """Set the next response: text as it is, anything else as JSON."""
        body = content if isinstance(content, str) else json.dumps(content)
        self.server.order(Fault(status, body, headers))

    def fetch(self, credentials: Mapping[str, str] = CLIENT) -> AccessToken:
        """Fetch a token."""
        resolved = Resolved(Credentials.model_validate(credentials), SOURCE)
        return fetch_token(self.client, resolved, URL, resolved.credentials.secrets())

    def request(self, credentials: Mapping[str, str]) -> ReceivedRequest:
        """Fetch a token, and return the request for it."""
        self.respond()
        self.fetch(credentials)
        return self.server.requests[-1]


@contextmanager
def token_endpoint(retries: int = 0) -> Iterator[TokenEndpoint]:
    """Run a token endpoint."""
    with Emulator() as server:
        client = client_for(server, retries=retries)
        yield TokenEndpoint(server, client)
