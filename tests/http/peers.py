"""Peers that do with a connection what a test says, and record what reached them."""

from __future__ import annotations

import os
import socket
import socketserver
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Act = Callable[["Peer", socket.socket], None]

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TAKEN = JSON_HEAD + b'Content-Length: 15\r\n\r\n{"status":"OK"}'
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}"
PATIENCE = 5.0
"""Seconds that a refused client may take to leave."""

CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Peer(socketserver.ThreadingTCPServer):
    """A server, over TLS if it has a context, that does with each connection what `act` says.

    Attributes:
        requests: The head and body of each request that reached the server.
        connections: The number of connections that were accepted.
        stopped: Set when the test ends.
    """

    daemon_threads = True

    def __init__(self, act: Act, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _PeerHandler)
        self.act = act
        self.context = context
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopped = threading.Event()

    def shutdown(self) -> None:
        """Stop, in the middle of an act too."""
        self.stopped.set()
        super().shutdown()

    def receive(self, connection: socket.socket) -> bool:
        """Read one request and record it; return whether there was one."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (received := connection.recv(65536)):
                return False
            data += received
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return True

    def repeat(self, connection: socket.socket, data: bytes, pause: float = 0.02) -> None:
        """Send data again and again, with a pause after each time, until the client leaves."""
        while not self.stopped.wait(pause):
            connection.sendall(data)


class _PeerHandler(socketserver.BaseRequestHandler):
    server: Peer

    def handle(self) -> None:
        self.server.connections += 1
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            context = self.server.context
            if not context:
                self.server.act(self.server, self.request)
                return
            with context.wrap_socket(
                self.request, server_side=True, do_handshake_on_connect=False
            ) as connection:
                try:
                    connection.do_handshake()
                except ssl.SSLError:
                    read_the_rest(connection)
                    raise
                self.server.act(self.server, connection)


def read_the_rest(connection: ssl.SSLSocket) -> None:
    """Read until the client leaves: unread bytes would reset the connection, and lose the alert."""
    with socket.socket(fileno=os.dup(connection.fileno())) as plain:
        plain.settimeout(PATIENCE)
        while plain.recv(65536):
            pass


def answers(*parts: bytes, pause: float = 0.0) -> Act:
    """Answer each request with these parts, each in a TLS record of its own."""

    def act(peer: Peer, connection: socket.socket) -> None:
        while peer.receive(connection):
            for part in parts:
                connection.sendall(part)
                peer.stopped.wait(pause)

    return act
