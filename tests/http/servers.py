"""Servers that record what passes between a client and them."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

ESTABLISHED = "200 Connection established"

Server = TypeVar("Server", bound=socketserver.TCPServer)


@contextmanager
def serve(server: Server) -> Iterator[Server]:
    """Run a server in a thread."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def address(server: socketserver.TCPServer | socket.socket) -> str:
    """Return where a server or socket listens, as host:port."""
    plain = server if isinstance(server, socket.socket) else server.socket
    host, port = plain.getsockname()
    return f"{host}:{port}"


def tls_context(
    ca_bundle: str,
    *names: str,
    context: ssl.SSLContext | None = None,
    not_after: datetime | None = None,
) -> ssl.SSLContext:
    """Give a server's context a certificate for `names`; write its authority to `ca_bundle`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_bundle)
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


class RecordingServer(ThreadingHTTPServer):
    """Answers each POST with `{}`.

    Attributes:
        requests: For each request the server name of its TLS session, and its Host header.
        sessions: The server name of each TLS session.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _RecordingHandler)
        context.sni_callback = self._record
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.requests: list[tuple[str, str]] = []
        self.sessions: dict[object, str] = {}

    def _record(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self.sessions[connection] = name or ""


class _RecordingHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RecordingServer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.server.sessions[self.connection], self.headers["host"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def recording_server(
    ca_bundle: str,
    *names: str,
    context: ssl.SSLContext | None = None,
    not_after: datetime | None = None,
) -> AbstractContextManager[RecordingServer]:
    """Run a recording server whose certificate is for `names`."""
    return serve(
        RecordingServer(tls_context(ca_bundle, *names, context=context, not_after=not_after))
    )


class ConnectProxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy whose tunnels all lead to `upstream`; over TLS if it has a context.

    Attributes:
        status: The answer to each CONNECT; only `ESTABLISHED` opens a tunnel.
        requests: The head of each request.
    """

    daemon_threads = True

    def __init__(self, upstream: str, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _ProxyHandler)
        if context:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        host, _, port = upstream.partition(":")
        self.upstream = host, int(port)
        self.status = ESTABLISHED
        self.requests: list[str] = []

    @property
    def targets(self) -> list[str]:
        """The host and port that each request named."""
        return [request.split()[1] for request in self.requests]


class _ProxyHandler(socketserver.StreamRequestHandler):
    server: ConnectProxy
    rbufsize = 0

    def handle(self) -> None:
        lines = iter(lambda: self.rfile.readline().decode("latin-1").rstrip(), "")
        with suppress(OSError):
            self._serve(lines)

    def _serve(self, lines: Iterator[str]) -> None:
        self.server.requests.append("\n".join(lines))
        self.wfile.write(f"HTTP/1.1 {self.server.status}\r\nContent-Length: 0\r\n\r\n".encode())
        if self.server.status == ESTABLISHED:
            with socket.create_connection(self.server.upstream) as upstream:
                threading.Thread(target=_pump, args=(upstream, self.connection)).start()
                _pump(self.connection, upstream)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
