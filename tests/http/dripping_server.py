"""An https server whose answers come byte by byte."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BYTES = 400
PAUSE = 0.05
"""Seconds between two bytes; all of them take 20 s."""


class DrippingServer(socketserver.ThreadingTCPServer):
    """Sends the first part of an answer at once, one byte more every 50 ms, and then the rest."""

    def __init__(self, context: ssl.SSLContext, at_once: bytes, after: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.at_once = at_once
        self.after = after
        self.stopped = threading.Event()


class _Handler(socketserver.BaseRequestHandler):
    server: DrippingServer

    def handle(self) -> None:
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as connection,
        ):
            connection.recv(65536)
            connection.sendall(self.server.at_once)
            for _ in range(BYTES):
                if self.server.stopped.wait(PAUSE):
                    return
                connection.sendall(b"x")
            connection.sendall(self.server.after)


@contextmanager
def dripping_server(ca_bundle: Path, at_once: bytes, after: bytes) -> Iterator[tuple[str, int]]:
    """Run a server for idp.example.com, and give its address."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("idp.example.com").configure_cert(context)
    with DrippingServer(context, at_once, after) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield "127.0.0.1", server.server_address[1]
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()
