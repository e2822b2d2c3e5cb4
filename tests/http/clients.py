"""Clients as a connection opens them, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.http import client as http_client
from pulumi_smtpconfig.tls import load_trust
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.http.responses import Response

PATH = "/auth/realms/acme/mail/setup"
URL = f"https://idp.example.com{PATH}"
MAX_WAIT = 20.0
"""Seconds that a test waits for something that takes a fraction of one."""


def open_client(**settings: object) -> Client:
    """Open a client with these settings of the stack; it tries once unless `retries` is given."""
    config = stack_config(**{"timeout": MAX_WAIT, "retries": 0, **settings})
    bundle = config.get("caBundle")
    trust = load_trust(*(bundle.text, bundle.source) if bundle else ("", ""))
    return http_client.open_client(config, trust, lambda _: None)


def client_for(emulator: Emulator, **settings: object) -> Client:
    """Open a client that reaches the emulator and trusts it."""
    here = {"connectTo": emulator.address, "caBundle": str(emulator.ca_bundle)}
    return open_client(**here, **settings)


def post(client: Client, url: str = URL, content: str = "{}", token: str = "a-token") -> Response:
    """Send a JSON body as a connection does."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return client.send("POST", url, content, headers, ())
