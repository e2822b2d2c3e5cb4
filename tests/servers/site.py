"""A web site of somebody else, over https so that no browser treats it as less secure."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Site(NamedTuple):
    """A running site."""

    url: str


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with an empty page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><body>evil</body>")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Run it in a thread."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = folder / "site.pem"
    trustme.CA().issue_cert("evil.localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    context.load_cert_chain(pem)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Site(f"https://evil.localhost:{server.server_address[1]}/")
        finally:
            server.shutdown()
            thread.join()
