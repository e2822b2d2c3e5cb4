"""An SMTP server that sends what a test tells it to, valid or not."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE = 0.05
"""Seconds between the bytes of a `Drip`."""


@dataclass(frozen=True)
class Drip:
    """Bytes sent one by one."""

    text: bytes


@dataclass(frozen=True)
class Endless:
    """Bytes sent repeatedly, as fast as the client reads them."""

    text: bytes


class Act(Enum):
    """What the server does instead of sending bytes."""

    SILENCE = "keep the connection open"
    CUT = "close the connection"
    TLS = "start TLS"


Part = bytes | Drip | Endless | Act
Reply = Part | tuple[Part, ...]


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Sends the first reply at once, the next after each line it receives, and then `250 ok`.

    Attributes:
        port: Its port.
        received: The lines it received, without line ends.
        connections: How many it has accepted.
        open: How many of them are open.
        most: How many were open at once.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(
        self,
        context: ssl.SSLContext | None,
        replies: tuple[Reply, ...],
        later: tuple[Reply, ...] | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.port: int = self.server_address[1]
        self.received: list[bytes] = []
        self.stopped = threading.Event()
        self.connections = self.open = self.most = 0
        self._scripts = replies, replies if later is None else later
        self._lock = threading.Lock()

    def begin(self) -> tuple[Reply, ...]:
        """Count a connection that begins, and return its script."""
        with self._lock:
            self.connections += 1
            self.open += 1
            self.most = max(self.most, self.open)
            return self._scripts[self.connections > 1]

    def end(self) -> None:
        """Count a connection that ends."""
        with self._lock:
            self.open -= 1


class _Handler(socketserver.BaseRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        with suppress(OSError, EOFError):
            for number, reply in enumerate(self.server.begin()):
                if number:
                    self.server.received.append(self._read_line())
                for part in reply if isinstance(reply, tuple) else (reply,):
                    self._send(part)
            while True:
                self.server.received.append(self._read_line())
                self._send(b"250 ok\r\n")

    def finish(self) -> None:
        self.request.close()
        self.server.end()

    def _send(self, part: Part) -> None:
        if part is Act.CUT:
            raise EOFError
        if part is Act.SILENCE:
            self.server.stopped.wait()
        if part is Act.TLS and self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        if isinstance(part, bytes):
            self.request.sendall(part)
        if isinstance(part, Drip):
            self._drip(part.text)
        while isinstance(part, Endless):
            self.request.sendall(part.text)

    def _drip(self, text: bytes) -> None:
        for byte in text:
            self.request.sendall(bytes([byte]))
            self.server.stopped.wait(PAUSE)

    def _read_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            byte = self.request.recv(1)
            if not byte:
                raise EOFError
            line += byte
        return line.strip()


@contextmanager
def scripted_server(
    *replies: Reply,
    later: tuple[Reply, ...] | None = None,
    ca_bundle: Path | None = None,
    context: ssl.SSLContext | None = None,
) -> Iterator[ScriptedServer]:
    """Run a server; `Act.TLS` needs a file to write the authority of its certificate to.

    Args:
        replies: What it sends on the first connection.
        later: What it sends on all others; the same if it is None.
        ca_bundle: Where to write the authority.
        context: How it begins TLS, if that is not by the authority.
    """
    if ca_bundle:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(ca_bundle)
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with ScriptedServer(context, replies, later) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


GREETING = b"220 mx.acme.example ESMTP\r\n"
OFFER_STARTTLS = b"250-mx.acme.example\r\n250 STARTTLS\r\n"
START_TLS = (b"220 go\r\n", Act.TLS)
OFFER_AUTH = b"250-mx.acme.example\r\n250 AUTH PLAIN\r\n"
WELCOME = b"235 welcome\r\n"
OK = b"250 ok\r\n"

GOOD = (GREETING, OFFER_STARTTLS, START_TLS, OFFER_AUTH, WELCOME, OK, OK)
"""The replies of a session that succeeds."""

STAGES = ("greeting", "EHLO", "STARTTLS", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO")
"""The stage of each reply in `GOOD`."""

UNTIL_AUTH = GOOD[: STAGES.index("AUTH")]
"""The replies before the one to AUTH."""
