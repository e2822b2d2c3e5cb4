"""An HTTP proxy that opens tunnels, all of them to one address."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ESTABLISHED = "200 Connection established"


class ConnectProxy(socketserver.ThreadingTCPServer):
    """Answers each CONNECT with the same status, and keeps what it was asked.

    Args:
        upstream: Where a tunnel ends, whatever was asked for.
        status: What it answers; there is a tunnel only with 200.
    """

    daemon_threads = True

    def __init__(self, upstream: tuple[str, int], status: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.status = status
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens, as host:port."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def targets(self) -> list[str]:
        """What the tunnels were asked to lead to."""
        return [request.split()[1] for request in self.seen]


class _Handler(socketserver.StreamRequestHandler):
    server: ConnectProxy
    rbufsize = 0

    def handle(self) -> None:
        lines = iter(lambda: self.rfile.readline().decode("latin-1").rstrip(), "")
        self.server.seen.append("\n".join(lines))
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


@contextmanager
def connect_proxy(upstream: tuple[str, int], status: str = ESTABLISHED) -> Iterator[ConnectProxy]:
    """Run a proxy."""
    with ConnectProxy(upstream, status) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
