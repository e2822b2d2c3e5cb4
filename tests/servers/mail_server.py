"""A mail server that takes every mail, to see which settings Keycloak really uses."""

from __future__ import annotations

import base64
import socketserver
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 and notes each login."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.port = str(self.server_address[1])
        self.logins: list[tuple[str, str]] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.password = ""
        """The password that it takes; empty for any."""


class Session(socketserver.StreamRequestHandler):
    """One connection: extended SMTP with plain authentication."""

    server: MailServer

    def handle(self) -> None:
        """Answer every command with success."""
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            command, *words = line.decode(errors="replace").split() or [""]
            self.wfile.write(self._answer(command.upper(), words))
            if command.upper() == "QUIT":
                return

    def _answer(self, command: str, words: list[str]) -> bytes:
        if command == "EHLO":
            return b"250-here\r\n250 AUTH PLAIN\r\n"
        if command == "AUTH":
            _, user, password = base64.b64decode(words[1]).decode().split("\0")
            self.server.logins.append((user, password))
            is_right = self.server.password in {"", password}
            return b"235 welcome\r\n" if is_right else b"535 5.7.8 wrong\r\n"
        if command == "MAIL":
            self.server.senders.append(words[0].partition("<")[2].rstrip(">"))
        if command == "RCPT":
            self.server.recipients.append(words[0].partition("<")[2].rstrip(">"))
        if command == "DATA":
            self.wfile.write(b"354 go on\r\n")
            while self.rfile.readline() not in (b".\r\n", b""):
                pass
        return b"250 done\r\n"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server in a thread."""
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
