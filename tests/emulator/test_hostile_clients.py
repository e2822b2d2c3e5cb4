import signal
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.emulator.requests import (
    SHIFT,
    connect,
    handshake,
    http,
    read_some,
    send,
)
from tests.emulator.terminal import terminal

NAME = "idp.example.com"
HEAD = b"POST /auth/realms/acme/mail/setup HTTP/1.1\r\nHost: idp.example.com\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
DEEP = http(
    b"POST",
    b"/auth/realms/acme/mail/setup",
    b"Content-Type: application/json",
    b"Authorization: Bearer TOKEN",
    body=b"[" * 60_000,
)
INSIDE_TLS: dict[str, bytes] = {
    "nothing": b"",
    "half a request line": b"POST /au",
    "half the headers": HEAD,
    "half the body": HEAD + b"Content-Length: 100\r\n\r\nhalf",
    "half a chunk": CHUNKED + b"ff\r\nhalf",
    "garbage": b"\x00\xff\x16\x03\x01\r\n\r\n",
    "empty lines": b"\r\n" * 1000,
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "HTTP/1.0 with a host": b"GET / HTTP/1.0\r\nHost: idp.example.com\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nHost: idp.example.com\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + b"Host: idp.example.com\r\n\r\n",
    "absolute form": http(target=b"https://idp.example.com/auth/realms/acme/mail/setup"),
    "absolute form with a password": http(target=b"https://user:pw@idp.example.com/"),
    "asterisk form": http(b"OPTIONS", b"*"),
    "CONNECT": http(b"CONNECT", b"idp.example.com:443"),
    "CONNECT to an endpoint": http(b"CONNECT", b"/auth/admin/realms/acme"),
    "TRACE": http(b"TRACE", b"/auth/admin/realms/acme"),
    "HEAD": http(b"HEAD", b"/auth/admin/realms/acme"),
    "an unknown method": http(b"BREW", b"/"),
    "a method of 10,000 letters": http(b"X" * 10_000, b"/"),
    "upgrade to WebSocket": http(b"GET", b"/", b"Upgrade: websocket", b"Connection: Upgrade"),
    "upgrade to HTTP/2": http(b"GET", b"/", b"Upgrade: h2c", b"Connection: Upgrade"),
    "Expect": http(b"POST", b"/", b"Expect: 100-continue", b"Content-Length: 5"),
    "an unknown Expect": http(b"POST", b"/", b"Expect: the unexpected"),
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "the same length twice": HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "a length of 5,000 digits": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a length in Arabic digits": HEAD + b"Content-Length: \xd9\xa1\r\n\r\n",
    "length and chunks": HEAD
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a folded coding": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n",
    "a chunk of negative size": CHUNKED + b"-1\r\n\r\n",
    "a chunk of huge size": CHUNKED + b"f" * 21 + b"\r\n",
    "a chunk without end": CHUNKED + b"1\r\nxx\r\n",
    "garbage after a chunk": CHUNKED + b"1\r\nx\r\n!\r\n\r\n",
    "an endless chunk extension": CHUNKED + b"1;" + b"x" * 100_000,
    "an endless trailer": CHUNKED + b"0\r\n" + b"x: y\r\n" * 20_000,
    "a space before the colon": HEAD + b"X : y\r\n\r\n",
    "a bare carriage return": HEAD + b"X: a\rb\r\n\r\n",
    "line feeds only": HEAD.replace(b"\r", b"") + b"\n",
    "garbage after a request": http(b"GET", b"/", connection=b"keep-alive") + b"\x00" * 1000,
    "garbage after a refusal": CHUNKED + b"1ffff\r\n" + b"x" * 0x1FFFF + b"!" * 1000,
    "100 requests at once": http(b"GET", b"/", connection=b"keep-alive") * 100,
    "JSON that is nested too deeply": DEEP,
    "a number of 60,000 digits": DEEP.replace(b"[", b"7"),
    "a form of 30,000 fields": http(
        b"POST",
        b"/auth/realms/acme/protocol/openid-connect/token",
        b"Content-Type: application/x-www-form-urlencoded",
        body=b"a&" * 30_000,
    ),
    "Basic credentials that are none": http(
        b"POST",
        b"/auth/realms/acme/protocol/openid-connect/token",
        b"Authorization: Basic \xff=\x01",
        b"Content-Type: application/x-www-form-urlencoded",
        body=b"grant_type=client_credentials&scope=%ED%A0%80",
    ),
}


def client_hello(name: bytes) -> bytes:
    """Return a TLS 1.2 handshake's first message, which asks for this name in raw bytes."""
    entry = b"\x00" + struct.pack(">H", len(name)) + name
    names = struct.pack(">H", len(entry)) + entry
    groups, signatures = b"\x00\x0a\x00\x04\x00\x02\x00\x17", b"\x00\x0d\x00\x04\x00\x02\x04\x03"
    extensions = struct.pack(">HH", 0, len(names)) + names + groups + signatures
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\xc0\x2b" + b"\x01\x00"
    body += struct.pack(">H", len(extensions)) + extensions
    message = b"\x01" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


BEFORE_TLS: dict[str, bytes] = {
    "plain HTTP": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.9\r\n",
    "a terminal's sequences": b"\x1b[2J\x1b]0;owned\x07",
    "zeros": bytes(100_000),
    "half a handshake": client_hello(b"idp.example.com")[:40],
    "a record of a wrong version": b"\x16\x09\x09" + client_hello(b"x")[3:],
    "an alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "an early record of data": b"\x17\x03\x03\x00\x05hello",
    "a name with an escape": client_hello(b"\x1b[2J.example.com"),
    "a name that is not ASCII": client_hello(b"\xff\xfe.example.com"),
    "a name in UTF-8": client_hello("münchen.example".encode()),
    "a name with a NUL": client_hello(b"idp\x00.example.com"),
    "an empty name": client_hello(b""),
    "a name of 250 letters": client_hello(b"x" * 250),
    "a name of 300 letters": client_hello(b"x" * 300),
    "dots only": client_hello(b"..."),
    "a wildcard": client_hello(b"*"),
    "an address as the name": client_hello(b"127.0.0.1"),
    "a network as the name": client_hello(b"10.0.0.0/8"),
    "a mail address as the name": client_hello(b"a@example.com"),
    "a bad mail address as the name": client_hello(b"Someone <a@>"),
    "a path as the name": client_hello(b"../../etc/passwd"),
    "invalid punycode as the name": client_hello(b"xn--\xa0-.example"),
    "an invalid label as the name": client_hello(b"xn--zzzzzzzzzzz.example"),
    "a URL as the name": client_hello(b"https://idp.example.com/"),
}

Environment = Mapping[str, str]


def reset(sock: socket.socket) -> None:
    """Close the connection with a reset instead of an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    """The environment that leads to an emulator that prints no error in the whole module."""
    with ThreadPoolExecutor() as pool, terminal() as (process, variables):
        assert process.stdout
        pool.submit(process.stdout.read)  # otherwise the pipe is full one day
        yield variables
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr
        errors = process.stderr.read()
        assert errors == "", errors


@pytest.mark.parametrize("sent", INSIDE_TLS.values(), ids=INSIDE_TLS)
@pytest.mark.parametrize("leave", [socket.socket.close, reset, None], ids=["end", "reset", "wait"])
def test_a_request_that_is_none_does_no_harm(
    environment: Environment, sent: bytes, leave: Callable[[socket.socket], None] | None
) -> None:
    """Whether its client leaves, resets or waits for a response, others are served."""
    token = environment["SMTPCONFIG_TOKEN"].encode()
    with handshake(environment, NAME) as tls, suppress(ConnectionError, ssl.SSLError):
        tls.sendall(sent.replace(b"TOKEN", token))
        if leave:
            leave(tls)
        else:
            read_some(tls)
    assert send(environment, SHIFT).status_code == 200


@pytest.mark.parametrize("sent", BEFORE_TLS.values(), ids=BEFORE_TLS)
@pytest.mark.parametrize("leave", [reset, read_some], ids=["reset", "wait"])
def test_a_handshake_that_is_none_does_no_harm(
    environment: Environment, sent: bytes, leave: Callable[[socket.socket], None]
) -> None:
    """Whatever it sends, and whatever name it asks for, others are served."""
    with connect(environment) as plain, suppress(ConnectionError):
        plain.sendall(sent)
        leave(plain)
    assert send(environment, SHIFT).status_code == 200
