"""An SMTP server that takes few connections at once, and knows exactly how many there are."""

from __future__ import annotations

import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REPLIES = {b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n"}


class LimitedServer(socketserver.ThreadingTCPServer):
    """Refuses connections above its limit; accepts every login and sender.

    Attributes:
        port: Its port.
        connections: How many it has accepted or refused.
        refused: How many of them it has refused.
        most: How many were open at once.
        logins: The arguments of all AUTH commands.
    """

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, limit: int, refusal: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port: int = self.server_address[1]
        self.limit, self.refusal = limit, refusal
        self.connections = self.refused = self.open = self.most = 0
        self.logins: list[bytes] = []
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Count a connection, and return whether it is refused."""
        with self._lock:
            self.connections += 1
            is_refused = self.open >= self.limit
            self.refused += is_refused
            self.open += not is_refused
            self.most = max(self.most, self.open)
            return is_refused

    def end(self) -> None:
        """Count the end of one that was not refused."""
        with self._lock:
            self.open -= 1


class _Handler(socketserver.StreamRequestHandler):
    server: LimitedServer

    def handle(self) -> None:
        if self.server.begin():
            self.wfile.write(self.server.refusal)
            return
        with suppress(OSError):
            self.wfile.write(b"220 ready\r\n")
            while (line := self.rfile.readline()) and not line.upper().startswith(b"QUIT"):
                verb, _, argument = line.strip().partition(b" ")
                if verb == b"AUTH":
                    self.server.logins.append(argument)
                time.sleep(0.01)
                self.wfile.write(REPLIES.get(verb.upper(), b"250 ok\r\n"))
        self.server.end()  # before the client knows
        with suppress(OSError):
            self.wfile.write(b"221 bye\r\n")


@contextmanager
def limited_server(limit: int, refusal: bytes) -> Iterator[LimitedServer]:
    """Run a server that takes so many connections, and says this to others before it closes."""
    with LimitedServer(limit, refusal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
