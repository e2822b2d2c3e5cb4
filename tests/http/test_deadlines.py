"""The timeout bounds one try in wall time, whatever the other side does and at whatever stage."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, SmtpConfigError
from tests.http.clients import open_client, post
from tests.http.peers import JSON_HEAD, TAKEN, Peer
from tests.http.servers import ConnectProxy, address, serve, tls_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http.peers import Act

TIMEOUT = 0.5
SLACK = 1.0
"""Seconds after the timeout within which a try ends."""

MEASUREMENTS = 3
"""How often a try that ended late is measured again, because the machine may be busy."""

HOST = "idp.example.com"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
CHUNKED = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = JSON_HEAD + b"Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n"
LONG_BODY = JSON_HEAD + b"Content-Length: 1000000\r\n\r\n"
HANDSHAKE_RECORD = b"\x16\x03\x03\x40\x00"
"""The start of a TLS record of 16 KiB, of which a peer sends as much as it likes."""


def sends(start: bytes, again: bytes = b"", pause: float = 0.02, *, read: bool = True) -> Act:
    """Send `start` after the request, then `again` for ever; if that is empty, stay silent.

    If `read` is false, what comes first is a handshake, of which only the beginning is read.
    """

    def act(peer: Peer, connection: socket.socket) -> None:
        if read:
            peer.receive(connection)
        else:
            connection.recv(65536)
        connection.sendall(start)
        peer.repeat(connection, again, pause)

    return act


def reads_nothing(peer: Peer, _: socket.socket) -> None:
    """Leave the request where it is."""
    peer.stopped.wait()


def reads_slowly(peer: Peer, connection: socket.socket) -> None:
    """Always take some more of the request."""
    while not peer.stopped.wait(0.02):
        connection.recv(100)


class Attack(NamedTuple):
    """What a peer does.

    Attributes:
        act: What it does with a connection, in place of what would be due.
        to: The stage: "TLS" in place of a handshake, "response" after it, "CONNECT" as a proxy.
        proxy: The scheme of the proxy on the way; empty for none.
        bounded: Whether the bound on an answer's size may end the try before the timeout.
        size: The size of the request's body.
    """

    act: Act
    to: str = "response"
    proxy: str = ""
    bounded: bool = False
    size: int = 2

    @property
    def sent(self) -> bool:
        """Whether anything of the request may have reached the platform."""
        return self.to == "response"


def handshakes(proxy: str) -> dict[str, Attack]:
    """Return the attacks in place of a handshake with the platform."""
    way = f" through an {proxy} proxy" if proxy else ""
    return {
        f"TLS to the platform{way}, silent": Attack(sends(b"", read=False), to="TLS", proxy=proxy),
        f"TLS to the platform{way}, dripping": Attack(
            sends(HANDSHAKE_RECORD, b"\x02", read=False), to="TLS", proxy=proxy
        ),
    }


def tunnels(proxy: str) -> dict[str, Attack]:
    """Return the attacks in place of an answer to CONNECT."""
    start = b"HTTP/1.1 200 OK\r\nX-Slow: "
    flood = INTERIM * 50
    acts = {
        "silent": (sends(b""), False),
        "interim answers": (sends(b"", INTERIM), False),
        "a flood of interim answers": (sends(b"", flood, 0), True),
        "dripping header": (sends(start, b"x"), False),
        "endless header lines": (sends(start, b"\r\nx: y" * 1000, 0), True),
    }
    return {
        f"CONNECT to an {proxy} proxy, {name}": Attack(act, "CONNECT", proxy, bounded)
        for name, (act, bounded) in acts.items()
    }


def responses(proxy: str) -> dict[str, Attack]:
    """Return the attacks in place of a response."""
    way = f" through an {proxy} proxy" if proxy else ""
    start = b"HTTP/1.1 200 OK\r\nX-Slow: "
    acts = {
        "head, silent": (sends(b""), False),
        "head, dripping": (sends(start, b"x"), False),
        "head, interim answers": (sends(b"", INTERIM), False),
        "head, a flood of interim answers": (sends(b"", INTERIM * 50, 0), True),
        "head, endless header lines": (sends(start, b"\r\nx: y" * 1000, 0), True),
        "head, one endless header line": (sends(start, b"x" * 10000, 0), True),
        "body, silent": (sends(LONG_BODY + b"{}"), False),
        "body, dripping": (sends(LONG_BODY, b" "), False),
        "body, dripping in chunks": (sends(CHUNKED, b"1\r\n \r\n"), False),
        "body, a chunk's endless extension": (sends(CHUNKED + b"1;a=", b"x"), False),
        "body, endless extensions": (sends(CHUNKED, b"1;a=" + b"x" * 9000 + b"\r\n \r\n"), False),
        "body, dripping trailers": (sends(CHUNKED + b"2\r\n{}\r\n0\r\n", b"a: b\r\n"), False),
        "body, endless trailers": (
            sends(CHUNKED + b"2\r\n{}\r\n0\r\n", b"a: b\r\n" * 1000, 0),
            True,
        ),
        "body, dripping gzip": (sends(GZIPPED + gzip.compress(b"{}")[:-8], b"\0"), False),
    }
    attacks = {
        f"{name}{way}": Attack(act, proxy=proxy, bounded=bounded)
        for name, (act, bounded) in acts.items()
    }
    return attacks | {
        f"request, not read{way}": Attack(reads_nothing, proxy=proxy, size=30_000_000),
        f"request, read slowly{way}": Attack(reads_slowly, proxy=proxy, size=30_000_000),
    }


ATTACKS = {
    "TLS to an https proxy, silent": Attack(sends(b"", read=False), "proxy's TLS", "https"),
    "TLS to an https proxy, dripping": Attack(
        sends(HANDSHAKE_RECORD, b"\x02", read=False), "proxy's TLS", "https"
    ),
    **tunnels("http"),
    **tunnels("https"),
    **handshakes(""),
    **handshakes("http"),
    **handshakes("https"),
    **responses(""),
    **responses("https"),
}


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """What servers are started in."""
    with ExitStack() as stack:
        yield stack


@contextmanager
def full_backlog() -> Iterator[socket.socket]:
    """Listen at an address that answers no more connections, because its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        yield server


def start(
    attack: Attack, ca_bundle: str, servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Start the servers of an attack, and return the URL of the platform."""
    tls = tls_context(ca_bundle, "127.0.0.1")
    last_speaks_tls = attack.to == "response" or (attack.to, attack.proxy) == ("CONNECT", "https")
    attacker = Peer(attack.act, tls if last_speaks_tls else None)
    attacker.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    where = address(servers.enter_context(serve(attacker)))
    if attack.proxy and attack.to in {"CONNECT", "proxy's TLS"}:
        monkeypatch.setenv("HTTPS_PROXY", f"{attack.proxy}://{where}")
    elif attack.proxy:
        proxy = ConnectProxy(where, tls if attack.proxy == "https" else None)
        proxy = servers.enter_context(serve(proxy))
        monkeypatch.setenv("HTTPS_PROXY", f"{attack.proxy}://{address(proxy)}")
    return f"https://{where}/"


def seconds_to_fail(url: str, ca_bundle: str, kind: type[SmtpConfigError], size: int = 2) -> float:
    """Send a request that fails, and return how long that took, with the fastest measurement."""
    fastest = float("inf")
    bundle = {"caBundle": ca_bundle} if ca_bundle else {}
    client = open_client(timeout=TIMEOUT, **bundle)
    for _ in range(MEASUREMENTS):
        began = time.monotonic()
        with pytest.raises(SmtpConfigError) as caught:
            post(client, url, "x" * size)
        fastest = min(fastest, time.monotonic() - began)
        assert type(caught.value) is kind, str(caught.value)
        if fastest < TIMEOUT + SLACK:
            break
    return fastest


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_try_ends_at_its_timeout_whatever_comes(
    attack: Attack, ca_bundle: str, servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no stage can a peer that sends too little, too slowly or without end hold a request."""
    url = start(attack, ca_bundle, servers, monkeypatch)
    kind = OutcomeUnknown if attack.sent else ConnectionFailed
    seconds = seconds_to_fail(url, ca_bundle, kind, attack.size)
    assert (0 if attack.bounded else TIMEOUT * 0.9) <= seconds < TIMEOUT + SLACK


def test_each_try_has_a_timeout_of_its_own(ca_bundle: str) -> None:
    """A second try has the whole time again."""
    peer = Peer(sends(LONG_BODY, b" "), tls_context(ca_bundle, HOST))
    with serve(peer):
        client = open_client(
            caBundle=ca_bundle, connectTo=address(peer), timeout=TIMEOUT, retries=1
        )
        with pytest.raises(OutcomeUnknown, match=r"smtpconfig:timeout \(2 tries in "):
            post(client)
    assert len(peer.requests) == 2


def test_a_look_up_ends_at_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's own limit is longer.

    getaddrinfo is replaced, because a silent name server cannot be had in a test.
    """
    hang = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: hang.wait(20))
    try:
        assert seconds_to_fail("https://idp.example.com/", "", ConnectionFailed) < TIMEOUT + SLACK
    finally:
        hang.set()


def test_a_connection_ends_at_the_timeout() -> None:
    """The queue of the address is full, so it never answers."""
    with full_backlog() as server:
        seconds = seconds_to_fail(f"https://{address(server)}/", "", ConnectionFailed)
    assert TIMEOUT * 0.9 <= seconds < TIMEOUT + SLACK


@pytest.mark.parametrize("proxy", ["", "http", "https"])
def test_an_honest_peer_is_served_on_each_of_these_ways(
    ca_bundle: str, servers: ExitStack, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The attacks fail for what they do, and not for the servers that they are built from."""

    def act(peer: Peer, connection: socket.socket) -> None:
        while peer.receive(connection):
            connection.sendall(INTERIM + TAKEN)

    url = start(Attack(act, proxy=proxy), ca_bundle, servers, monkeypatch)
    client = open_client(caBundle=ca_bundle)
    assert [post(client, url).content for _ in range(3)] == [{"status": "OK"}] * 3


@pytest.mark.parametrize("context", ["platform", "proxy"])
def test_both_handshakes_through_an_https_proxy_trust_what_the_operation_trusts(
    ca_bundle: str,
    servers: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    context: str,
    tmp_path: object,
) -> None:
    """A certificate of another authority is refused, be it the proxy's or the platform's."""
    untrusted = tls_context(f"{tmp_path}/other.pem", "127.0.0.1")
    trusted = tls_context(ca_bundle, "127.0.0.1")
    peer = Peer(sends(TAKEN), untrusted if context == "platform" else trusted)
    where = address(servers.enter_context(serve(peer)))
    proxy = ConnectProxy(where, untrusted if context == "proxy" else trusted)
    proxy = servers.enter_context(serve(proxy))
    monkeypatch.setenv("HTTPS_PROXY", f"https://{address(proxy)}")
    client = open_client(caBundle=ca_bundle)
    with pytest.raises(ConnectionFailed, match="certificate is not trusted") as caught:
        post(client, f"https://{where}/")
    assert ("The proxy" in caught.value.happened) == (context == "proxy")
    assert not peer.requests
    assert bool(proxy.requests) == (context == "platform")
