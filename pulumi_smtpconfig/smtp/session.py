"""An SMTP session with a deadline, bounded replies and a single login attempt.

smtplib restarts its timeout with each byte, reads lines of any length, accepts a truncated line as
a reply, and drops the start of a malformed reply, so that a secret in it could not be recognised.
Its login tries one mechanism after the other and supports only ASCII. This session uses the one
that Jakarta Mail, the mailer of the platforms, would use.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.interface import Certificate
from pulumi_smtpconfig.redaction import parse_json

if TYPE_CHECKING:
    import socket

    from pulumi_smtpconfig.connect import Deadline

MAX_REPLY_BYTES = 64 * 1024
"""Limit for all lines of a reply together."""

MAX_COMMAND_LENGTH = 510
"""RFC 5321, 4.5.3.1.4, without the line end; the response to a challenge may be longer."""

QUIT_SECONDS = 2.0
"""Limit for the end of a session, which cannot change the outcome."""

MALFORMED = -1
"""The code of a `Reply` that does not have the form of an SMTP reply."""

AUTHENTICATED, OK, CHALLENGE = 235, 250, 334
POSITIVE = range(200, 300)
REFUSED, CLOSING = range(400, 600), 421
LOGIN, PLAIN, XOAUTH2 = "LOGIN", "PLAIN", "XOAUTH2"
ERROR_KEYS = ("status", "error", "error_description", "message", "scope")
REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)


class Reply(NamedTuple):
    """A reply code and the text of its lines, or `MALFORMED` and the lines as received."""

    code: int
    text: bytes


class ProtocolError(smtplib.SMTPException):
    """The server broke the SMTP protocol; the message says how.

    Attributes:
        received: What it sent; may contain a secret.
    """

    def __init__(self, message: str, received: bytes = b"") -> None:
        super().__init__(message)
        self.received = received


class Session(smtplib.SMTP):
    """An SMTP session, not connected yet.

    Attributes:
        deadline: When the session must be over.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(local_hostname="")  # smtplib would look up a default
        self.deadline = deadline
        self._unread = b""

    def attach(self, connection: socket.socket) -> None:
        """Use a new connection; closing the session closes it."""
        self.sock = connection
        self.local_hostname = _address_literal(connection)

    @property
    def tls_version(self) -> str:
        """The TLS version, or an empty string without TLS."""
        return (self.sock.version() or "") if isinstance(self.sock, ssl.SSLSocket) else ""

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate, which is trusted; None without TLS."""
        shown = self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None
        if not shown:
            return None
        begins, ends = (
            ssl.cert_time_to_seconds(str(shown[key])) for key in ("notBefore", "notAfter")
        )
        return Certificate(begins, ends)

    @property
    def auth_mechanisms(self) -> list[str]:
        """The AUTH mechanisms that Jakarta Mail finds in the answer to EHLO.

        The last line counts, and of those with the older `AUTH=` only `AUTH=LOGIN`, beside another.
        """
        said = (self.ehlo_resp or b"").decode("latin-1")
        lines = said.upper().split("\n")[1:] if self.does_esmtp else []
        extensions = dict(line.partition(" ")[::2] for line in lines)
        offered = extensions.get("AUTH", "").split()
        return [*offered, LOGIN] if {"AUTH", "AUTH=LOGIN"} <= extensions.keys() else offered

    def begin_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Start TLS with a server whose certificate must be valid for `host`.

        Raises:
            ProtocolError: Data arrived before TLS started, so its sender is not authenticated.
            OSError: The handshake failed.
        """
        # Before EHLO, it is the greeting of a port without TLS, as the handshake will tell.
        if self.ehlo_resp and (early := self._early()):
            raise ProtocolError("extra data arrived before TLS started and may be forged", early)
        self.sock = context.wrap_socket(self._timed_socket(), server_hostname=host)

    def send(self, s: Any) -> None:
        """Send data before the deadline.

        Raises:
            ProtocolError: A reply has already arrived, and would be taken for the next one.
        """
        self.expect_nothing()
        self._timed_socket()
        super().send(s)

    def expect_nothing(self) -> None:
        """Check that nothing has arrived since the last reply.

        Raises:
            ProtocolError: A reply has, and nobody asked for it.
        """
        if early := self._early():
            raise ProtocolError("it replied before the command was sent", early)

    def getreply(self) -> Reply:
        """Return the next reply; all its lines have the same code (RFC 5321, 4.2.1).

        Raises:
            OSError: The connection failed, or the deadline passed (`TimeoutError`).
        """
        lines: list[bytes] = []
        texts: list[bytes] = []
        remaining = MAX_REPLY_BYTES
        while True:
            lines.append(self._read_line(remaining))
            remaining -= len(lines[-1]) + 1
            match = REPLY_LINE.fullmatch(lines[-1])
            if not match or lines[-1][:3] != lines[0][:3]:
                return Reply(MALFORMED, b"\n".join(lines))
            code, separator, text = match.groups(b"")
            texts.append(text)
            if separator != b"-":
                return Reply(int(code), b"\n".join(texts))

    def command(self, verb: str, argument: str = "") -> Reply:
        """Send a command and return the reply."""
        self.putcmd(verb, argument)
        return self.getreply()

    def ehlo(self, name: str = "") -> Reply:
        """Send EHLO and store the extensions that the server offers."""
        return Reply(*super().ehlo(name))

    def greet(self) -> Reply:
        """Send EHLO, or HELO to a server that refuses it and so has no extensions.

        Jakarta Mail does so whatever the refusal is; with 421 the server closes the connection.
        """
        reply = self.ehlo()
        if reply.code not in REFUSED or reply.code == CLOSING:
            return reply
        return self.command("HELO", self.local_hostname)

    def reset(self) -> bool:
        """Send RSET, and return whether the session can go on; the answer comes soon or never."""
        try:
            self.deadline.shorten(QUIT_SECONDS)
            return self.command("RSET").code == OK
        except OSError:
            return False

    def end(self) -> None:
        """Send QUIT, and ignore failures."""
        with suppress(OSError):
            self.deadline.shorten(QUIT_SECONDS)
            self.command("QUIT")

    def _timed_socket(self) -> socket.socket:
        if not self.sock:
            raise smtplib.SMTPServerDisconnected
        self.sock.settimeout(self.deadline.remaining())
        return self.sock

    def _early(self) -> bytes:
        """Return what has arrived and was not read, without waiting for more."""
        connection = self._timed_socket()
        connection.settimeout(0)
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            self._unread += connection.recv(4096)
        return self._unread

    def _read_line(self, max_bytes: int) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > max_bytes:
                raise ProtocolError("its reply is too long")
            received = self._timed_socket().recv(4096)
            if not received:
                raise smtplib.SMTPServerDisconnected
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")


def _address_literal(connection: socket.socket) -> str:
    """Return this machine's address for EHLO (RFC 5321, 4.1.3), which needs no DNS look-up."""
    address = str(connection.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def authenticate(session: Session, mechanism: str, user: str, secret: str) -> Reply:
    """Try to log in once, and return the last reply.

    If the server sends another challenge, close the connection: it would count anything sent as a
    second attempt. The exception is the challenge of XOAUTH2 that holds an error: an empty response
    ends that login, and the reply has the error's words after its own.

    Raises:
        ProtocolError: The server accepted what it did not have yet, or had an error for.
    """
    responses = sasl_responses(mechanism, user, secret)
    is_short = len(f"AUTH {mechanism} {responses[0]}") <= MAX_COMMAND_LENGTH
    # Jakarta Mail sends a token in the command, however long it is, and so do others.
    is_initial = mechanism == XOAUTH2 or (mechanism == PLAIN and is_short)
    reply = session.command("AUTH", f"{mechanism} {responses.pop()}" if is_initial else mechanism)
    for response in responses:
        code, text = reply
        if code in POSITIVE:
            raise ProtocolError(f"it answered {code} before the password was sent", text)
        if code != CHALLENGE:
            return reply
        reply = session.command(response)
    if mechanism == XOAUTH2 and reply.code == CHALLENGE:
        reply = _end_of_error(session, reply.text)
    if reply.code == CHALLENGE:
        session.close()
    return reply


def sasl_responses(mechanism: str, user: str, secret: str) -> list[str]:
    """Return what a mechanism sends, one item for each challenge.

    PLAIN is of RFC 4616; LOGIN and XOAUTH2 are documented by Microsoft and Google alone.
    """
    texts = {
        LOGIN: [user, secret],
        PLAIN: [f"\0{user}\0{secret}"],
        XOAUTH2: [f"user={user}\x01auth=Bearer {secret}\x01\x01"],
    }
    return [b64encode(text.encode()).decode() for text in texts[mechanism]]


def _end_of_error(session: Session, challenge: bytes) -> Reply:
    """End a login by token that has failed (RFC 7628, section 3.2.3).

    XOAUTH2 has an empty response where that RFC's OAUTHBEARER has %x01.
    """
    words = _error_in(challenge)
    try:
        code, text = session.command("")
    except OSError:  # the error was the answer
        return Reply(CHALLENGE, words)
    if code in POSITIVE:
        raise ProtocolError(f"it answered {code} after an error", words)
    return Reply(code, b"\nafter the error ".join(filter(None, (text, words))))


def _error_in(challenge: bytes) -> bytes:
    """Return what a challenge says of an error, a JSON object (RFC 7628, section 3.2.2)."""
    try:
        decoded = b64decode(challenge, validate=True)
    except ValueError:
        return challenge
    content = parse_json(decoded)
    if not isinstance(content, dict):
        return decoded
    words = [str(content[key]) for key in ERROR_KEYS if content.get(key)]
    return ": ".join(words).encode("utf-8", "replace")
