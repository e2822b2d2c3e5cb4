"""Servers that answer without TLS, where https is due."""

from __future__ import annotations

import socketserver
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed
from tests.http.clients import open_client, post
from tests.http.servers import address, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = {
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "http 1.0 page": b"HTTP/1.0 200 OK\r\n\r\n<html>hello</html>",
    "page alone": b"<html><head><title>400</title></head></html>",
    "smtp": b"220 smtp.acme.example ESMTP ready\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "ftp": b"220 (vsFTPd 3.0.5)\r\n",
    "mysql": b"J\x00\x00\x00\x0a8.0.36\x00" + b"x" * 60,
    "echo": b"",
    "zeros": b"\0" * 64,
}


class PlainServer(socketserver.ThreadingTCPServer):
    """Answers whatever comes with the same bytes, or with what came, and hangs up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answer = answer


class Answer(socketserver.BaseRequestHandler):
    """One connection."""

    server: PlainServer

    def handle(self) -> None:
        """Answer once."""
        received = self.request.recv(4096)
        self.request.sendall(self.server.answer or received)


@pytest.fixture(params=ANSWERS)
def server(request: pytest.FixtureRequest) -> Iterator[PlainServer]:
    """A server that speaks something else than TLS."""
    with serve(PlainServer(ANSWERS[request.param])) as running:
        yield running


def test_a_server_without_tls_is_told_as_such(server: PlainServer) -> None:
    """The error says that only https is spoken, and what to put in front of such a server."""
    client = open_client(connectTo=address(server), retries=2)
    with pytest.raises(ConnectionFailed) as caught:
        post(client)
    assert "answers without TLS, and this provider speaks https only" in caught.value.happened
    assert "so nothing was sent" in caught.value.happened
    assert "tries" not in caught.value.happened
    assert "terminates TLS" in caught.value.remedy
    assert "connectTo" in caught.value.remedy


def test_a_proxy_without_tls_is_told_as_such(
    server: PlainServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most proxies are reached by http, whatever they lead to."""
    monkeypatch.setenv("HTTPS_PROXY", f"https://{address(server)}")
    monkeypatch.setenv("NO_PROXY", "")
    client = open_client(retries=2)
    with pytest.raises(ConnectionFailed) as caught:
        post(client)
    assert "The proxy answers without TLS" in caught.value.happened
    assert "HTTPS_PROXY to http://" in caught.value.remedy
