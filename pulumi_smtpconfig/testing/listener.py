"""aiosmtpd in a thread, which notes what a server receives."""

import logging
import socket
import ssl
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .received import ReceivedLogin, ReceivedMessage, ReceivedSession

if TYPE_CHECKING:
    from .smtp_server import SmtpServer

NAMES = ("localhost", "127.0.0.1")

# aiosmtpd logs messages, which pytest would print when a test fails.
logging.getLogger("mail.log").setLevel(logging.ERROR)


def certified(
    ca_bundle: Path, names: Sequence[str] = NAMES, valid_until: datetime | None = None
) -> ssl.SSLContext:
    """Return a TLS context with a new certificate, and write its authority's to `ca_bundle`."""
    authority = trustme.CA(organization_name="pulumi-smtpconfig testing")
    authority.cert_pem.write_to_path(ca_bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=valid_until).configure_cert(context)
    return context


class Listener(Controller):
    """aiosmtpd's controller on a free port of an address, which is known before it starts."""

    def __init__(self, handler: Any, address: str, **options: Any) -> None:
        super().__init__(handler, hostname=address, **options)
        self._sock = _bound(address)
        self.port: int = self._sock.getsockname()[1]

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._sock, ssl=self.ssl_context)


def _bound(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.create_server((address, 0), family=family)
    # asyncio sends a reply of many lines without pauses only if the socket says that it is TCP.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, bound.detach())


@contextmanager
def listen(server: "SmtpServer", context: ssl.SSLContext, *, ssl: bool) -> Iterator[int]:
    """Serve on a free port, which is returned.

    Args:
        server: What holds the logins to accept, and notes what is received.
        context: The TLS context with its certificate.
        ssl: Whether connections are encrypted from the first byte; by STARTTLS otherwise.
    """
    tls = {"ssl_context": context} if ssl else {"tls_context": context}
    listener = _Recording(server, auth_require_tls=not ssl, **tls)
    listener.start()
    listener.recording = True
    try:
        yield listener.port
    finally:
        listener.stop()


class _Recording(Listener):
    """Gives each connection a handler of its own.

    Attributes:
        recording: Whether sessions are noted; the start makes a connection that is not.
    """

    recording = False

    def __init__(self, server: "SmtpServer", **options: Any) -> None:
        super().__init__(None, server.host, server_hostname="localhost", **options)
        self._server = server

    def factory(self) -> SMTP:
        session = ReceivedSession(tls=self.ssl_context is not None)
        if self.recording:
            self._server.sessions.append(session)
        handler = _Handler(self._server, session)
        return SMTP(handler, authenticator=handler.authenticate, **self.SMTP_kwargs)


class _Handler:
    """Answers the commands of one connection."""

    def __init__(self, server: "SmtpServer", session: ReceivedSession) -> None:
        self._server = server
        self._session = session

    def authenticate(
        self, _smtp: SMTP, _session: Session, _: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        user, password = (part.decode(errors="replace") for part in given)
        accepted = self._server.users.get(user) == password
        self._session.logins.append(ReceivedLogin(user, password, mechanism, accepted))
        return AuthResult(success=accepted, handled=False)

    def handle_STARTTLS(self, *_: object) -> bool:  # noqa: N802 - aiosmtpd's name
        self._session.tls = True
        return True

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, session: Session, _: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        self._session.hello = session.host_name = name
        return replies

    async def handle_HELO(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, _: Envelope, name: str
    ) -> str:
        self._session.hello = session.host_name = name
        return f"250 {smtp.hostname}"

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._session.senders.append(address)
        if address in self._server.refused:
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        self._session.recipients.append(address)
        if address in self._server.refused:
            return "550 5.1.1 Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, _: Session, envelope: Envelope
    ) -> str:
        sender, content = envelope.mail_from or "<>", envelope.original_content or b""
        message = ReceivedMessage(sender, tuple(envelope.rcpt_tos), content)
        self._server.messages.append(message)
        return "250 2.0.0 Ok"
