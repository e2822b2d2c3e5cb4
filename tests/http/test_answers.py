"""Each answer belongs to the request before it, and is complete."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown
from pulumi_smtpconfig.http.responses import parse_response
from tests.http.clients import MAX_WAIT, open_client, post
from tests.http.peers import CONNECTED, FORBIDDEN, JSON_HEAD, TAKEN, Peer, answers
from tests.http.servers import address, serve, tls_context

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from pulumi_smtpconfig.http.client import Client
    from tests.http.peers import Act

OK = b'{"status":"OK"}'
ZIPPED = gzip.compress(OK)
DEFLATED = zlib.compress(OK)
CHUNKED = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\n\r\n"


def sized(body: bytes, length: int | None = None, encoding: str = "") -> bytes:
    """Return an answer that says how long its body is."""
    coded = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    length = len(body) if length is None else length
    return JSON_HEAD + f"{coded}Content-Length: {length}\r\n\r\n".encode() + body


ANSWERS = {
    "with a length": TAKEN,
    "in chunks": CHUNKED + b"f\r\n" + OK + b"\r\n0\r\n\r\n",
    "with trailers": CHUNKED + b"f\r\n" + OK + b"\r\n0\r\na: b\r\n\r\n",
    "without content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "with an empty body": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "after interim answers": EARLY_HINTS * 3 + TAKEN,
    "with a long head": TAKEN.replace(b"\r\n", b"\r\n" + b"a: b\r\n" * 8000, 1),
    "compressed": sized(ZIPPED, encoding="gzip"),
}
SURPLUS = {
    "an answer": TAKEN,
    "two answers": TAKEN + TAKEN,
    "half an answer": TAKEN[:40],
    "an interim answer": EARLY_HINTS,
    "one byte": b"H",
    "an empty line": b"\r\n",
    "a zero": b"\0",
}
WAYS = {
    "in the same record": lambda answer, surplus: [answer + surplus],
    "in a record of its own": lambda answer, surplus: [answer, surplus],
    "later": lambda answer, surplus: [answer, surplus],
}


@contextmanager
def client_of(peer: Peer, ca_bundle: str, **settings: object) -> Iterator[Client]:
    """Open a client whose connections all lead to a peer."""
    with serve(peer):
        client = open_client(caBundle=ca_bundle, connectTo=address(peer), **settings)
        yield client


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("surplus", SURPLUS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_connection_with_unread_bytes_serves_no_other_request(
    ca_bundle: str, answer: str, surplus: str, way: str
) -> None:
    """What follows an answer is not the answer to the next tenant's request, which is refused."""
    sent = threading.Event()

    def act(peer: Peer, connection: socket.socket) -> None:
        while peer.receive(connection):
            if len(peer.requests) > 1:
                connection.sendall(FORBIDDEN)
                continue
            for record in WAYS[way](ANSWERS[answer], SURPLUS[surplus]):
                connection.sendall(record)
                peer.stopped.wait(0.01 if way == "later" else 0)
            sent.set()

    peer = Peer(act, tls_context(ca_bundle, "idp.example.com"))
    with client_of(peer, ca_bundle) as client:
        first = post(client, content="first")
        assert sent.wait(MAX_WAIT)
        second = post(client, content="second")
    assert first.status in {200, 204, 403}
    assert second.status == 403
    assert second.body == b"{}"
    assert [request[-6:].strip() for request in peer.requests] == [b"first", b"second"]
    assert peer.connections == 2


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_request_has_a_connection_of_its_own(ca_bundle: str, answer: str) -> None:
    """Whatever a server still says of one tenant, however late, cannot answer another's request."""
    peer = Peer(answers(ANSWERS[answer]), tls_context(ca_bundle, "idp.example.com"))
    with client_of(peer, ca_bundle) as client:
        for _ in range(5):
            post(client)
    assert len(peer.requests) == peer.connections == 5
    assert all(b"\r\nconnection: close\r\n" in request.lower() for request in peer.requests)


def test_a_connection_that_the_server_closed_is_replaced(ca_bundle: str) -> None:
    """Nothing was lost, so nothing is told."""
    left = threading.Event()

    def act(peer: Peer, connection: socket.socket) -> None:
        peer.receive(connection)
        connection.sendall(TAKEN)
        connection.close()
        left.set()

    peer = Peer(act, tls_context(ca_bundle, "idp.example.com"))
    with client_of(peer, ca_bundle) as client:
        for _ in range(3):
            assert post(client).status == 200
            assert left.wait(MAX_WAIT)
            left.clear()
    assert peer.connections == len(peer.requests) == 3


@pytest.mark.parametrize("early", [TAKEN, b"H"], ids=["an answer", "one byte"])
def test_an_answer_that_comes_before_the_request_is_none(ca_bundle: str, early: bytes) -> None:
    """Nothing is sent to a server that speaks first."""
    context = tls_context(ca_bundle, "idp.example.com")
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # the server's handshake ends last
    received, unsent = ssl.MemoryBIO(), ssl.MemoryBIO()

    def act(peer: Peer, connection: socket.socket) -> None:
        tls = context.wrap_bio(received, unsent, server_side=True)
        for _ in range(2):
            received.write(connection.recv(65536))
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                tls.write(early)
            connection.sendall(unsent.read())
        if connection.recv(65536):
            peer.requests.append(b"anything")

    peer = Peer(act)
    with (
        client_of(peer, ca_bundle) as client,
        pytest.raises(ConnectionFailed, match="spoke or left before it was asked"),
    ):
        post(client)
    assert not peer.requests


@pytest.mark.parametrize("surplus", SURPLUS)
def test_what_a_proxy_adds_to_its_answer_is_not_taken_for_the_servers(
    surplus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came before TLS, so anyone may have sent it."""
    proxy = Peer(answers(CONNECTED + SURPLUS[surplus]))
    with serve(proxy):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address(proxy)}")
        client = open_client()
        with pytest.raises(ConnectionFailed, match=r"The proxy .* before it was asked"):
            post(client)
    assert len(proxy.requests) == 1


def cut(answer: bytes) -> Act:
    """Send an answer, and end the connection without telling so over TLS."""
    return answers_once(answer, say_so=False)


def ended(answer: bytes) -> Act:
    """Send an answer, and end the connection as TLS asks for."""
    return answers_once(answer, say_so=True)


def answers_once(answer: bytes, *, say_so: bool) -> Act:
    """Send an answer, and end the connection."""

    def act(peer: Peer, connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        peer.receive(connection)
        connection.sendall(answer)
        if say_so:
            connection.unwrap()

    return act


CUT = {
    "a length, cut": cut(sized(OK, 40)),
    "a length, ended": ended(sized(OK, 16)),
    "a chunk, cut": cut(CHUNKED + b"40\r\n" + OK),
    "chunks, cut before the last": cut(CHUNKED + b"f\r\n" + OK + b"\r\n"),
    "chunks, ended before the last": ended(CHUNKED + b"f\r\n" + OK + b"\r\n"),
    "chunks, cut in the last": cut(CHUNKED + b"f\r\n" + OK + b"\r\n0\r\n"),
    "chunks, cut in the trailers": cut(CHUNKED + b"f\r\n" + OK + b"\r\n0\r\na: b\r\n"),
    "no length, cut": cut(JSON_HEAD + b"\r\n" + OK),
    "no length, HTTP/1.0, cut": cut(b"HTTP/1.0 200 OK\r\n\r\n" + OK),
    "the head, cut": cut(JSON_HEAD),
    "an interim answer, cut": cut(EARLY_HINTS),
    "nothing": cut(b""),
    **{f"gzip, {n} bytes short": answers(sized(ZIPPED[:-n], None, "gzip")) for n in range(1, 9)},
    "gzip, in chunks": answers(
        JSON_HEAD
        + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"{len(ZIPPED) - 8:x}\r\n".encode()
        + ZIPPED[:-8]
        + b"\r\n0\r\n\r\n"
    ),
    "gzip, and a byte": answers(sized(ZIPPED + b"\0", None, "gzip")),
    "gzip, and another": answers(sized(ZIPPED + ZIPPED, None, "gzip")),
    **{
        f"deflate, {n} bytes short": answers(sized(DEFLATED[:-n], None, "deflate"))
        for n in range(1, 5)
    },
    "deflate, and a byte": answers(sized(DEFLATED + b"\n", None, "deflate")),
    "gzip, with another check sum": answers(
        sized(ZIPPED[:-8] + b"\0\0\0\0" + ZIPPED[-4:], None, "gzip")
    ),
}


@pytest.mark.parametrize("act", CUT.values(), ids=CUT.keys())
def test_a_body_that_is_cut_is_no_answer(ca_bundle: str, act: Act) -> None:
    """The status is 200, and what arrived is JSON that says OK."""
    peer = Peer(act, tls_context(ca_bundle, "idp.example.com"))
    with client_of(peer, ca_bundle) as client, pytest.raises(OutcomeUnknown):
        parse_response(post(client), (), {})
    assert len(peer.requests) == 1


def test_a_body_without_a_length_ends_when_tls_says_so(ca_bundle: str) -> None:
    """RFC 9112, section 9.8."""
    peer = Peer(ended(JSON_HEAD + b"\r\n" + OK), tls_context(ca_bundle, "idp.example.com"))
    with client_of(peer, ca_bundle) as client:
        assert post(client).body == OK
