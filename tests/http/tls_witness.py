"""An https server that says which name each TLS session was made for."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class TlsWitness(ThreadingHTTPServer):
    """Answers each POST with `{}`, and remembers the names of session and request."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        context.sni_callback = self._remember
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.seen: list[tuple[str, str]] = []
        self.names: dict[object, str] = {}

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self.server_port

    def _remember(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self.names[connection] = name or ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: TlsWitness

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.server.names[self.connection], self.headers["host"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def tls_witness(
    ca_bundle: Path,
    *names: str,
    context: ssl.SSLContext | None = None,
    valid_until: datetime | None = None,
) -> Iterator[TlsWitness]:
    """Run a witness with a certificate for `names`, and write its authority to `ca_bundle`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_bundle)
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=valid_until).configure_cert(context)
    with TlsWitness(context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
