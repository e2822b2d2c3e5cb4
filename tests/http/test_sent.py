"""What an error says was sent is what reached the platform, and the one who refused is named."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, Refused, SmtpConfigError
from pulumi_smtpconfig.http.responses import REMEDIES, parse_response
from tests.http.clients import URL, open_client, post
from tests.http.peers import CONNECTED, JSON_HEAD, TAKEN, Peer, answers
from tests.http.servers import ConnectProxy, address, serve, tls_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.http.peers import Act

HOST = "idp.example.com"
USER, CANARY = "us3r", "c4n4ry c4n4ry"
BASIC = b64encode(f"{USER}:{CANARY}".encode()).decode()
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n"
LONG_HEAD = b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 30000
NO_JSON = JSON_HEAD + b"Content-Length: 1\r\n\r\n?"
ERROR_500 = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"


class Tls(NamedTuple):
    """How a server speaks TLS.

    Attributes:
        names: The names that its certificate is for.
        ends: Whether that ended yesterday.
        trusted: Whether the client knows the authority.
        wants_certificate: Whether it demands a certificate of the client.
        newest: The newest version of TLS that it speaks.
    """

    names: Sequence[str] = (HOST, "127.0.0.1")
    ended: bool = False
    trusted: bool = True
    wants_certificate: bool = False
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self, ca_bundle: str) -> ssl.SSLContext:
        """Return the server's context, and add its authority to the bundle if it is trusted."""
        authority = f"{ca_bundle}.one"
        yesterday = datetime.now(timezone.utc) - timedelta(days=1) if self.ended else None
        context = tls_context(authority, *self.names, not_after=yesterday)
        context.maximum_version = self.newest
        if self.trusted:
            with Path(ca_bundle).open("a") as bundle:
                bundle.write(Path(authority).read_text())
        if self.wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(authority)
        return context


OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def says(data: bytes) -> Act:
    """Send something at once, and leave."""
    return lambda _, connection: connection.sendall(data)


def leaves(_: Peer, connection: socket.socket) -> None:
    """Take some bytes, and close the connection."""
    connection.recv(65536)


def resets(_: Peer, connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def stays_silent(peer: Peer, _: socket.socket) -> None:
    """Do nothing."""
    peer.stopped.wait()


def answers_plainly(_: Peer, connection: socket.socket) -> None:
    """Answer the first bytes of TLS with a line."""
    connection.recv(1)
    connection.sendall(b"220 ready\r\n")


def asked(act: Act) -> Act:
    """Read a request before the act."""

    def read_first(peer: Peer, connection: socket.socket) -> None:
        peer.receive(connection)
        act(peer, connection)

    return read_first


class Failure(NamedTuple):
    """What goes wrong, and what is told.

    Attributes:
        kind: The error.
        told: What it says.
        remedy: What its next step names.
        sent: Whether the platform reads the request.
        repeated: Whether the request is tried again.
        platform: What the platform does with a connection.
        tls: How it speaks TLS; None for not at all.
        proxy: The scheme of the proxy on the way; empty for none.
        proxy_does: What the proxy does with a connection; None to connect to the platform.
        proxy_tls: How an https proxy speaks TLS; None for not at all.
    """

    kind: type[SmtpConfigError]
    told: str
    remedy: str
    sent: bool = False
    repeated: bool = True
    platform: Act = answers(TAKEN)
    tls: Tls | None = Tls()
    proxy: str = ""
    proxy_does: Act | None = None
    proxy_tls: Tls | None = Tls()


def unreached(told: str, remedy: str, platform: Act, proxy: str = "") -> Failure:
    """Return a failure of the handshake with the platform."""
    return Failure(ConnectionFailed, told, remedy, platform=platform, tls=None, proxy=proxy)


def untrusted(tls: Tls, reason: str, remedy: str, proxy: str = "") -> Failure:
    """Return a failure to trust the platform."""
    told = f"The server's certificate is not trusted: .*{reason}.*, so nothing was sent"
    return Failure(ConnectionFailed, told, remedy, repeated=False, tls=tls, proxy=proxy)


def wants_certificate(newest: ssl.TLSVersion, proxy: str = "") -> Failure:
    """Return the failure that a platform demands a certificate."""
    told = "The server asks for a client certificate, which .* so it took nothing"
    tls = Tls(wants_certificate=True, newest=newest)
    return Failure(ConnectionFailed, told, "certificate", repeated=False, tls=tls, proxy=proxy)


def lost(told: str, platform: Act, proxy: str, *, repeated: bool = True) -> Failure:
    """Return a failure after the request was sent."""
    remedy = "may have the old ones or the new ones"
    return Failure(
        OutcomeUnknown,
        told,
        remedy,
        sent=True,
        repeated=repeated,
        platform=platform,
        proxy=proxy,
    )


def refused_by_proxy(
    status: str, remedy: str = "NO_PROXY", proxy: str = "http", *, repeated: bool = False
) -> Failure:
    """Return the failure that a proxy refuses to connect."""
    told = f'The proxy refused .*"{status}", so nothing was sent'
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    does = answers(answer)
    return Failure(ConnectionFailed, told, remedy, repeated=repeated, proxy=proxy, proxy_does=does)


def no_tunnel(told: str, proxy_does: Act, proxy: str = "http") -> Failure:
    """Return the failure that a proxy does not connect."""
    told = f"The proxy did not connect to the server{told}.*, so nothing was sent"
    return Failure(ConnectionFailed, told, "HTTPS_PROXY", proxy=proxy, proxy_does=proxy_does)


def ways(proxy: str) -> dict[str, Failure]:
    """Return the failures of a platform, on one way to it."""
    reached = "The server was not reached: .*, so nothing was sent"
    sent = "The request was sent, but no complete response came: "
    failures = {
        "it does not speak TLS": Failure(
            ConnectionFailed,
            "The server answers without TLS, .*, so nothing was sent",
            "terminates TLS",
            repeated=False,
            platform=answers_plainly,
            tls=None,
            proxy=proxy,
        ),
        "it leaves in the handshake": unreached(reached, "hostname", leaves, proxy),
        "it resets in the handshake": unreached(reached, "hostname", resets, proxy),
        "it is silent in the handshake": unreached(
            "not reached within smtpconfig:timeout, so nothing", "timeout", stays_silent, proxy
        ),
        "an unknown authority": untrusted(Tls(trusted=False), "issuer", "caBundle", proxy),
        "an expired certificate": untrusted(Tls(ended=True), "expired", "renewed", proxy),
        "another name": untrusted(Tls(["x.example"]), "mismatch", "hostname", proxy),
        "a client certificate, TLS 1.2": wants_certificate(OLD, proxy),
        "a client certificate, TLS 1.3": wants_certificate(NEW, proxy),
        "it leaves after the request": lost(sent, asked(says(b"")), proxy),
        "it is silent after the request": lost(
            "was sent, .* within smtpconfig:timeout", asked(stays_silent), proxy
        ),
        "it resets after the request": lost(sent, asked(resets), proxy),
        "no HTTP": lost(f"{sent}.*illegal status", asked(says(b"220 ready\r\n\r\n")), proxy),
        "half a head": lost(sent, asked(says(TAKEN[:30])), proxy),
        "half a body": lost(sent, asked(says(TAKEN[:-3])), proxy),
        "a long head": lost(f"{sent}.*64 KiB", asked(says(LONG_HEAD)), proxy),
        "many interim answers": lost(f"{sent}.*64 KiB", asked(says(INTERIM * 9000)), proxy),
        "a body that is not JSON": lost("200 OK", answers(NO_JSON), proxy, repeated=False),
        "500": lost("answered 500", answers(ERROR_500), proxy, repeated=False),
        "502": lost("answered 502", answers(ERROR_500.replace(b"500", b"502")), proxy),
        "101": lost(
            "The server answered 101 Switching Protocols, which was not asked for",
            answers(SWITCHING),
            proxy,
            repeated=False,
        ),
        "426": Failure(
            Refused,
            "The platform answered 426 Upgrade Required",
            "HTTP/1.1",
            sent=True,
            repeated=False,
            platform=answers(b"HTTP/1.1 426 Upgrade\r\nContent-Length: 0\r\n\r\n"),
            proxy=proxy,
        ),
    }
    return {f"{name}, {proxy or 'no'} proxy": failure for name, failure in failures.items()}


def proxies(proxy: str) -> dict[str, Failure]:
    """Return the failures of a proxy."""
    failures = {
        "403": refused_by_proxy("403 Forbidden", "allow this host", proxy),
        "407": refused_by_proxy("407 Proxy Authentication Required", "user:password@", proxy),
        "400": refused_by_proxy("400 Bad Request", proxy=proxy),
        "426": refused_by_proxy("426 Upgrade Required", proxy=proxy),
        "302": refused_by_proxy("302 Found", proxy=proxy),
        "502": refused_by_proxy("502 Bad Gateway", proxy=proxy, repeated=True),
        "503": refused_by_proxy("503 Unavailable", proxy=proxy, repeated=True),
        "101": no_tunnel("", answers(SWITCHING), proxy),
        "no HTTP": no_tunnel(": .*illegal status", asked(says(b"220 ready\r\n\r\n")), proxy),
        "it leaves": no_tunnel(":", asked(says(b"")), proxy),
        "it resets": no_tunnel(":", asked(resets), proxy),
        "it is silent": no_tunnel(" within smtpconfig:timeout", asked(stays_silent), proxy),
        "it adds to its answer": no_tunnel(": .*before it was", answers(CONNECTED + b"x"), proxy),
        "a long head": no_tunnel(": .*64 KiB", asked(says(LONG_HEAD)), proxy),
        "many interim answers": no_tunnel(": .*64 KiB", asked(says(INTERIM * 9000)), proxy),
    }
    return {f"the {proxy} proxy: {name}": failure for name, failure in failures.items()}


def proxy_tls(told: str, remedy: str, tls: Tls | None, *, repeated: bool = False) -> Failure:
    """Return a failure of the handshake with an https proxy."""
    return Failure(
        ConnectionFailed,
        f"The proxy{told}",
        remedy,
        proxy="https",
        proxy_tls=tls,
        repeated=repeated,
        proxy_does=None if tls else leaves,
    )


FAILURES = {
    **ways(""),
    **ways("http"),
    **ways("https"),
    **proxies("http"),
    **proxies("https"),
    "the https proxy does not speak TLS": proxy_tls(
        " did not connect .*, so nothing was sent", "HTTPS_PROXY", None, repeated=True
    ),
    "the https proxy is of an unknown authority": proxy_tls(
        "'s certificate is not trusted.*, so nothing was sent", "caBundle", Tls(trusted=False)
    ),
    "the https proxy has another name": proxy_tls(
        "'s certificate is not trusted.*, so nothing was sent", "HTTPS_PROXY", Tls(["x.example"])
    ),
    "the https proxy asks for a certificate, TLS 1.2": proxy_tls(
        " asks for a client certificate", "HTTPS_PROXY", Tls(wants_certificate=True, newest=OLD)
    ),
    "the https proxy asks for a certificate, TLS 1.3": proxy_tls(
        " asks for a client certificate", "HTTPS_PROXY", Tls(wants_certificate=True)
    ),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_an_error_says_whether_the_platform_read_the_request(
    ca_bundle: str, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the platform received is the witness; the error names who failed and what to set."""
    tls_context(ca_bundle, "unused.example")
    platform = Peer(failure.platform, failure.tls.context(ca_bundle) if failure.tls else None)
    settings: dict[str, object] = {"connectTo": address(platform)}
    with ExitStack() as running:
        running.enter_context(serve(platform))
        if failure.proxy:
            tls = failure.proxy_tls if failure.proxy == "https" else None
            context = tls.context(ca_bundle) if tls else None
            proxy = (
                Peer(failure.proxy_does, context)
                if failure.proxy_does
                else ConnectProxy(address(platform), context)
            )
            running.enter_context(serve(proxy))
            monkeypatch.setenv("HTTPS_PROXY", f"{failure.proxy}://{address(proxy)}")
            settings = {}
        timeout = 0.5 if "timeout" in failure.told else 20
        client = open_client(caBundle=ca_bundle, timeout=timeout, retries=1, **settings)
        with pytest.raises(failure.kind, match=f"(?s){failure.told}") as caught:
            parse_response(post(client), (), REMEDIES)
    assert type(caught.value) is failure.kind
    assert failure.remedy in caught.value.remedy
    assert bool(platform.requests) == failure.sent
    assert ("(2 tries in " in caught.value.happened) == failure.repeated


@pytest.mark.parametrize(
    "words",
    [BASIC, f"Basic {BASIC}", CANARY, quote(CANARY), f"{USER}:{CANARY}", CANARY[::-1] + CANARY],
    ids=lambda words: words.replace("c4n4ry", "..."),
)
@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxys_words_are_quoted_without_its_password(
    words: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy may return the header that it got."""
    with serve(Peer(answers(f"HTTP/1.1 {status} {words}\r\n\r\n".encode()))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}:{quote(CANARY)}@{address(proxy)}")
        client = open_client()
        with pytest.raises(ConnectionFailed) as caught:
            client.send("POST", URL, "{}", {}, client.secrets)
    (request,) = proxy.requests
    assert BASIC in request.decode()
    for secret in (BASIC, CANARY, quote(CANARY)):
        assert secret not in str(caught.value)


def test_failed_tunnels_do_not_use_up_the_connections(
    ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fail, the next request is still sent."""
    refused = 120

    def act(peer: Peer, connection: socket.socket) -> None:
        if peer.connections <= refused:
            return
        with context.wrap_socket(connection, server_side=True) as tls:
            answers(TAKEN)(peer, tls)

    context = tls_context(ca_bundle, HOST)
    with serve(Peer(act)) as platform, serve(ConnectProxy(address(platform))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address(proxy)}")
        client = open_client(caBundle=ca_bundle)
        for _ in range(refused):
            with pytest.raises(ConnectionFailed):
                post(client)
        assert post(client).status == 200
