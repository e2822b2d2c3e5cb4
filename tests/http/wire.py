"""Clients for tests, which reach one address whatever the URL says."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pulumi_smtpconfig.http.client import Client
from pulumi_smtpconfig.http.transport import open_transport, proxy_for_https
from pulumi_smtpconfig.tls import Trust

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.http.responses import Response

URL = "https://idp.example.com/auth/realms/acme/mail/setup"
PATIENCE = 20.0
"""Seconds until a test gives up waiting for what takes a fraction of one."""


def address(emulator: Emulator) -> tuple[str, int]:
    """Return where the emulator listens, as `connectTo` takes it."""
    host, _, port = emulator.address.partition(":")
    return host, int(port)


def open_client(
    ca_bundle: Path | None,
    address: tuple[str, int] | None,
    timeout: float = PATIENCE,
    retries: int = 0,
) -> AbstractContextManager[Client]:
    """Open a client whose every connection goes to `address`, or where the URL says."""
    trust = Trust(str(ca_bundle) if ca_bundle else None)
    proxy = "" if address else proxy_for_https()
    return closing(Client(open_transport(trust, address, proxy), timeout, retries))


def connected(
    emulator: Emulator, timeout: float = PATIENCE, retries: int = 0
) -> AbstractContextManager[Client]:
    """Open a client that reaches the emulator and trusts it."""
    return open_client(emulator.ca_bundle, address(emulator), timeout, retries)


def post(client: Client, url: str = URL, content: str = "{}", token: str = "a-token") -> Response:
    """Send a JSON body as a connection does."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return client.send("POST", url, content, headers, ())
