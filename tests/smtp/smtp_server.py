"""A real SMTP server, aiosmtpd, that records what it receives."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import AuthResult

from pulumi_smtpconfig.testing.listener import NAMES, Listener, certified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, LoginPassword, Session

USER, PASSWORD = "acme", 'sümtp "canary" ßword'


class SmtpServer(Listener):
    """Listens on a free port of 127.0.0.1 and accepts one user.

    Attributes:
        port: Its port.
        ca_bundle: A PEM file with the authority of its certificate.
        password: The password it accepts; a test may change it.
        refused: The senders and recipients it refuses; a test may add some.
        refusal: Its reply to a sender that it refuses.
        broken: The mechanisms whose logins it always refuses; a test may add some.
        connections: How many it has accepted.
        logins: The mechanism, user and password of each login, and whether it used TLS.
        senders: The address of each MAIL FROM.
        recipients: The address of each RCPT TO.
        mails: The mails delivered.
    """

    def __init__(self, ca_bundle: Path, address: str, **options: Any) -> None:
        super().__init__(self, address, authenticator=self._authenticate, **options)
        self.ca_bundle = ca_bundle
        self.password = PASSWORD
        self.connections = 0
        self.refused: set[str] = set()
        self.refusal = "553 5.7.1 Sender address rejected: not owned by user"
        self.broken: set[str] = set()
        self.logins: list[tuple[str, str, str, bool]] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.mails: list[Envelope] = []

    def factory(self) -> SMTP:
        """Count a connection."""
        self.connections += 1
        protocol: SMTP = super().factory()  # type: ignore[no-untyped-call]
        return protocol

    def _authenticate(
        self, _server: SMTP, session: Session, _: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        user, password = given.login.decode(), given.password.decode()
        over_tls = bool(session.ssl or self.ssl_context)
        self.logins.append((mechanism, user, password, over_tls))
        success = (user, password) == (USER, self.password) and mechanism not in self.broken
        return AuthResult(success=success, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Handle MAIL FROM."""
        self.senders.append(address)
        if address in self.refused:
            return self.refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        """Handle RCPT TO."""
        self.recipients.append(address)
        if address in self.refused:
            return "550 5.1.1 Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Record a mail, which fails the test."""
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def smtp_server(  # noqa: PLR0913 - all but one are named
    ca_bundle: Path,
    *,
    names: Sequence[str] = NAMES,
    starttls: bool = True,
    implicit: bool = False,
    valid_until: datetime | None = None,
    kind: type[SmtpServer] = SmtpServer,
    bind: str = "127.0.0.1",
    **options: Any,
) -> Iterator[SmtpServer]:
    """Run a server, and check at the end that no mail was delivered.

    Args:
        ca_bundle: Where to write the authority of its certificate.
        names: The names in its certificate.
        starttls: Whether it offers STARTTLS and requires it before a login.
        implicit: Whether it uses TLS from the first byte instead.
        valid_until: When the certificate expires.
        kind: The class of the server.
        bind: The address that it listens on.
        options: Arguments of aiosmtpd's `SMTP`, such as `auth_exclude_mechanism`.
    """
    context = certified(ca_bundle, names, valid_until)
    if implicit:
        options |= {"ssl_context": context}
    elif starttls:
        options |= {"tls_context": context}
    options = {"auth_require_tls": starttls and not implicit, **options}
    server = kind(ca_bundle, bind, **options)
    server.start()
    server.connections = 0  # the start makes one
    try:
        yield server
    finally:
        server.stop()
    assert not server.mails
