"""smtplib's session with a deadline, bounded replies, and one login.

smtplib itself waits anew for each byte, reads lines without an end, takes a line that was cut for a
reply, and drops the beginning of what is no reply, so that no search finds a secret in it. Its own
login tries one mechanism after the other, and takes ASCII alone. PLAIN and LOGIN are what Jakarta
Mail, which the platforms send with, tries first.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket

    from pulumi_smtpconfig.smtp.connect import Deadline

LARGEST_REPLY = 64 * 1024
"""Bytes of a reply, all of its lines together."""

FAREWELL = 2.0
"""Seconds that the end of a session may take, as it changes no outcome."""

NO_REPLY = -1
"""The code of what does not have the form of a reply."""

LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)


class Reply(NamedTuple):
    """What a server said: a code and its lines without it, or `NO_REPLY` and the whole lines."""

    code: int
    text: bytes


class Unclear(smtplib.SMTPException):
    """What the server said cannot be taken for a reply; the message says why."""


class Session(smtplib.SMTP):
    """A session, without a connection at first.

    Args:
        deadline: When it must be over.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(local_hostname="")  # any name, as smtplib would look one up
        self._deadline = deadline
        self._unread = b""

    def begin(self, connection: socket.socket) -> None:
        """Use a connection before its greeting, and close it with the session."""
        self.sock = connection
        self.local_hostname = _literal(connection)

    @property
    def tls(self) -> str:
        """The version of TLS; empty without."""
        return (self.sock.version() or "") if isinstance(self.sock, ssl.SSLSocket) else ""

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS with a server whose certificate is for `host`.

        Raises:
            Unclear: More was said than has been read, and nobody knows by whom.
            OSError: There is no TLS.
        """
        if self._unread:
            raise Unclear("more than its reply came before TLS began, which may be forged")
        self.sock = context.wrap_socket(self._ready(), server_hostname=host)

    def send(self, s: Any) -> None:
        """Send within what is left of the time.

        Raises:
            Unclear: A reply is there already, which would be taken for the answer.
        """
        if self._unread:
            raise Unclear("it replied before it was asked")
        self._ready()
        super().send(s)

    def getreply(self) -> Reply:
        """Return the next reply.

        Raises:
            OSError: None came; a `TimeoutError` where none came in time.
        """
        lines: list[bytes] = []
        texts: list[bytes] = []
        left = LARGEST_REPLY
        while True:
            lines.append(self._line(left))
            left -= len(lines[-1]) + 1
            match = LINE.fullmatch(lines[-1])
            if not match:
                return Reply(NO_REPLY, b"\n".join(lines))
            code, more, text = match.groups(b"")
            texts.append(text)
            if more != b"-":
                return Reply(int(code), b"\n".join(texts))

    def ask(self, command: str, argument: str = "") -> Reply:
        """Send a command, and return the reply."""
        self.putcmd(command, argument)
        return self.getreply()

    def hello(self) -> Reply:
        """Send EHLO, and keep what the server offers now."""
        return Reply(*self.ehlo())

    def leave(self, *, reset: bool = False) -> None:
        """Say good-bye, whatever becomes of it."""
        with suppress(OSError):
            self._deadline.shorten(FAREWELL)
            if reset:
                self.ask("RSET")
            self.ask("QUIT")

    def _ready(self) -> socket.socket:
        if not self.sock:
            raise smtplib.SMTPServerDisconnected
        self.sock.settimeout(self._deadline.left())
        return self.sock

    def _line(self, most: int) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > most:
                raise Unclear("its reply has no end")
            received = self._ready().recv(4096)
            if not received:
                raise smtplib.SMTPServerDisconnected
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")


def _literal(connection: socket.socket) -> str:
    """Return a name of this machine that needs no look-up, as RFC 5321 has it in 4.1.3."""
    address = str(connection.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


AUTHENTICATED = 235
CHALLENGE = 334
LONGEST_COMMAND = 510
"""Characters of a command; an answer to a challenge may be longer."""


def mechanism(session: Session) -> str:
    """Return the mechanism to use; empty where the server offers none that is known here."""
    offered = offers(session)
    return next((name for name in ("PLAIN", "LOGIN") if name in offered), "")


def offers(session: Session) -> list[str]:
    """Return the mechanisms that the server offers."""
    return session.esmtp_features.get("auth", "").upper().split()


def answers(name: str, user: str, password: str) -> list[str]:
    """Return what a mechanism sends, one after the other, as RFC 4616 and LOGIN have it."""
    if name == "PLAIN":
        return [_base64(f"\0{user}\0{password}")]
    return [_base64(user), _base64(password)]


def secrets_of(user: str, password: str) -> list[str]:
    """Return the forms in which a password leaves, which a server may echo."""
    if not password:
        return []
    return [password, *answers("PLAIN", user, password), answers("LOGIN", user, password)[1]]


def log_in(session: Session, name: str, user: str, password: str) -> Reply:
    """Try to log in, and return the last reply.

    A server that challenges once more is left without a word, which it would take for an answer.
    """
    given = answers(name, user, password)
    at_once = name == "PLAIN" and len(f"AUTH PLAIN {given[0]}") <= LONGEST_COMMAND
    reply = session.ask("AUTH", f"PLAIN {given.pop()}" if at_once else name)
    for answer in given:
        if reply.code != CHALLENGE:
            return reply
        reply = session.ask(answer)
    if reply.code == CHALLENGE:
        session.close()
    return reply


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
