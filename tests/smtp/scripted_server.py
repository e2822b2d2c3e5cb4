"""An SMTP server that says what a test wrote down, however wrong that is."""

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
"""Seconds between the bytes of a drip."""


@dataclass(frozen=True)
class Drip:
    """Bytes that are sent one by one, 20 a second."""

    text: bytes


@dataclass(frozen=True)
class Endless:
    """Bytes that are sent again and again as fast as the client takes them."""

    text: bytes


class Act(Enum):
    """What is done instead of saying something."""

    SILENCE = "keep the connection open"
    CUT = "close the connection"
    TLS = "begin TLS"


Part = bytes | Drip | Endless | Act
Reply = Part | tuple[Part, ...]


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Says the first reply at once, one more for each line that it hears, and then `250 ok`.

    Attributes:
        port: Where it listens.
        heard: The lines that it heard, without their ends.
    """

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None, replies: tuple[Reply, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.replies = replies
        self.port: int = self.server_address[1]
        self.heard: list[bytes] = []
        self.stopped = threading.Event()


class _Handler(socketserver.BaseRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        with suppress(OSError, EOFError):
            for number, reply in enumerate(self.server.replies):
                if number:
                    self.server.heard.append(self._line())
                for part in reply if isinstance(reply, tuple) else (reply,):
                    self._say(part)
            while True:
                self.server.heard.append(self._line())
                self._say(b"250 ok\r\n")

    def finish(self) -> None:
        self.request.close()

    def _say(self, part: Part) -> None:
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

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            byte = self.request.recv(1)
            if not byte:
                raise EOFError
            line += byte
        return line.strip()


@contextmanager
def scripted_server(
    *replies: Reply, ca_bundle: Path | None = None, context: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """Run a server; `Act.TLS` in its replies needs a file that its authority is written to."""
    if ca_bundle:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(ca_bundle)
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with ScriptedServer(context, replies) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()
