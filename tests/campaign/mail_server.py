"""An SMTP server that may fail at each step of a session."""

from __future__ import annotations

import socketserver
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl

    from typing_extensions import Self

REPLIES = {
    "": b"220 mx.acme.example ESMTP\r\n",
    "EHLO": b"250-mx.acme.example\r\n250 AUTH PLAIN\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
}
OK = b"250 ok\r\n"


class Rejection(NamedTuple):
    """What an SMTP session meets.

    Attributes:
        verb: The command that meets it; empty for the connection itself.
        reply: What is sent instead of the usual reply.
        lasts: Whether the connection is not cut then.
    """

    verb: str
    reply: bytes = b""
    lasts: bool = True


def rejections(echo: str) -> list[Rejection]:
    """Return what makes settings unusable, with words of the server's own."""
    said = echo.encode()
    return [
        Rejection("", b"554 5.7.1 " + said + b"\r\n"),
        Rejection("", lasts=False),
        Rejection("", said + b"\r\n"),
        Rejection("EHLO", b"550 5.7.1 " + said + b"\r\n"),
        Rejection("EHLO", b"250 mx.acme.example\r\n"),
        Rejection("EHLO", b"250 AUTH XOAUTH2\r\n"),
        Rejection("EHLO", b"250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n"),
        Rejection("AUTH", b"535 5.7.8 " + said + b"\r\n"),
        Rejection("AUTH", b"454 4.7.0 " + said + b"\r\n"),
        Rejection("AUTH", b"334 \r\n"),
        Rejection("AUTH", b"250 ok\r\n"),
        Rejection("AUTH", b"235 2.7.0 wel", lasts=False),
        Rejection("AUTH", lasts=False),
        Rejection("MAIL", b"553 5.7.1 " + said + b"\r\n"),
        Rejection("MAIL", b"530 5.7.0 " + said + b"\r\n"),
        Rejection("MAIL", lasts=False),
    ]


class MailServer(socketserver.ThreadingTCPServer):
    """Accepts every login over TLS, unless a rejection is next.

    Attributes:
        port: Its port on 127.0.0.1.
        next: What the next session meets; None after it met it.
    """

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.context = context
        self.port: int = self.server_address[1]
        self.next: Rejection | None = None
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Session(socketserver.BaseRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with (
            suppress(OSError, EOFError),
            self.server.context.wrap_socket(self.request, server_side=True) as connection,
            connection.makefile("rwb", buffering=0) as lines,
        ):
            verb = ""
            while verb != "QUIT":
                rejection = self.server.next
                if rejection and rejection.verb == verb:
                    self.server.next = None
                    lines.write(rejection.reply)
                    if not rejection.lasts:
                        return
                else:
                    lines.write(REPLIES.get(verb, OK))
                verb = lines.readline().decode().strip().upper().partition(" ")[0] or "QUIT"
