"""An SMTP server over TLS whose users log in with tokens of a Keycloak, by XOAUTH2."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from aiosmtpd.smtp import Envelope, Session

    from tests.servers.keycloak import Keycloak


TIMEOUT = 10.0
"""Seconds to close all connections."""

MAX_AUTH = 12 * 1024
"""Octets of an AUTH command with its token (RFC 4954, section 4)."""


class LongLines(SMTP):
    """A session that reads lines as long as a token."""

    line_length_limit = MAX_AUTH


class TokenMailServer(Controller):
    """Listens on a free port of 127.0.0.1, and asks a realm whether a token is its own.

    Attributes:
        port: Its port.
        logins: The user of each login, and whether the realm takes the token for active.
        mails: The mails delivered.
        sessions: One for each connection so far.
    """

    def __init__(
        self, keycloak: Keycloak, realm: str, client: tuple[str, str], listener: socket.socket
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keycloak.certificate)
        super().__init__(self, hostname="127.0.0.1", tls_context=context, require_starttls=True)
        self.port: int = listener.getsockname()[1]
        self.logins: list[tuple[str, bool]] = []
        self.mails: list[Envelope] = []
        self.sessions: list[SMTP] = []
        self._listener = listener
        host = f"localhost:{keycloak.address.rpartition(':')[2]}"  # as the token's issuer says
        self._introspect = f"https://{host}/realms/{realm}/protocol/openid-connect/token/introspect"
        self._client = client
        self._trust = ssl.create_default_context(cafile=str(keycloak.ca_bundle))

    def factory(self) -> SMTP:
        """Return a session for a new connection."""
        session = LongLines(self.handler, **self.SMTP_kwargs)
        session.command_size_limits["AUTH"] = MAX_AUTH
        self.sessions.append(session)
        return session

    def end_sessions(self) -> None:
        """Close the connections whose clients have left without waiting for the end."""

        async def close() -> None:
            for session in self.sessions:
                if session.transport:
                    session.transport.close()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(TIMEOUT)

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)

    async def auth_XOAUTH2(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, words: list[str]
    ) -> AuthResult:
        """Take a token that the realm says is active."""
        user, token, *_ = base64.b64decode(words[1]).decode().split("\x01")
        form = {"token": token.removeprefix("auth=Bearer ")}
        async with httpx.AsyncClient(verify=self._trust, trust_env=False) as client:
            answer = await client.post(self._introspect, data=form, auth=self._client)
        active = bool(answer.json()["active"])
        self.logins.append((user.removeprefix("user="), active))
        return AuthResult(success=active, handled=False)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def token_mail_server(
    keycloak: Keycloak, realm: str, client: tuple[str, str]
) -> Iterator[TokenMailServer]:
    """Run a server that asks a realm about tokens, as this client."""
    server = TokenMailServer(keycloak, realm, client, socket.create_server(("127.0.0.1", 0)))
    server.start()
    try:
        yield server
    finally:
        server.end_sessions()
        server.stop()
