from __future__ import annotations

import socket
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConfigurationError, ConnectionFailed
from tests.http.clients import PATH, URL, client_for, open_client, post
from tests.http.servers import (
    ConnectProxy,
    address,
    recording_server,
    serve,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator

CANARY = "c4n4ry"
CONTENT = '{"host": "smtp.acme.example", "from": "no-reply@acme.example"}'


@pytest.fixture
def proxy(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    """A proxy in HTTPS_PROXY whose tunnels all lead to the emulator."""
    with serve(ConnectProxy(emulator.address)) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address(running)}")
        yield running


def send(emulator: Emulator, url: str = URL) -> int:
    """Send settings to a URL with the emulator's token, and return the status."""
    client = open_client(caBundle=str(emulator.ca_bundle))
    return post(client, url, CONTENT, emulator.token).status


def test_a_handshake_without_an_answer_ends_at_the_deadline() -> None:
    """Nothing was sent to a server that accepts connections and stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = open_client(connectTo=address(silent), timeout=0.5)
        with pytest.raises(ConnectionFailed, match="smtpconfig:timeout") as caught:
            post(client)
    assert "smtpconfig:timeout" in caught.value.remedy


def test_each_host_name_has_tls_sessions_of_its_own(ca_bundle: str) -> None:
    """With `connectTo` all names share an address, but none is sent within another's session."""
    names = ("a.example.com", "b.example.com", "a.example.com", "b.example.com")
    with recording_server(ca_bundle, *set(names)) as server:
        client = open_client(caBundle=ca_bundle, connectTo=address(server))
        for name in names:
            post(client, f"https://{name}/")
    assert server.requests == [(name, name) for name in names]
    assert len(server.sessions) == 4


@pytest.mark.parametrize("port", ["", ":8443"])
def test_the_proxy_opens_a_tunnel_and_sees_no_secret(
    emulator: Emulator, proxy: ConnectProxy, port: str
) -> None:
    """It sees host and port; token and settings stay between the client and the platform."""
    assert send(emulator, f"https://idp.example.com{port}{PATH}") == 200
    (request,) = proxy.requests
    assert proxy.targets == [f"idp.example.com{port or ':443'}"]
    assert emulator.token not in request
    assert PATH not in request
    assert "acme" in emulator.tenants


def test_the_variable_counts_in_lower_case_too(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both spellings are in use."""
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("https_proxy", f"http://{address(proxy)}")
    assert send(emulator) == 200
    assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    ("names", "direct"),
    [
        *((names, True) for names in ("localhost", "other.example.com, localhost", "*", "{host}")),
        *((names, False) for names in ("", "example.com", "localhost:1", "127.0.0.1")),
    ],
)
def test_only_the_hosts_of_no_proxy_are_reached_directly(
    emulator: Emulator,
    proxy: ConnectProxy,
    monkeypatch: pytest.MonkeyPatch,
    names: str,
    *,
    direct: bool,
) -> None:
    """A name may have a port, which then counts."""
    host = emulator.address.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("NO_PROXY", names.format(host=host))
    assert send(emulator, f"https://{host}{PATH}") == 200
    assert proxy.targets == ([] if direct else [host])


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_for_http_is_not_used(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nothing is sent over http."""
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv(name, f"http://{address(proxy)}")
    host = emulator.address.replace("127.0.0.1", "localhost")
    assert send(emulator, f"https://{host}{PATH}") == 200
    assert proxy.requests == []


def test_connect_to_uses_no_proxy(emulator: Emulator, proxy: ConnectProxy) -> None:
    """Every connection goes to the given address."""
    client = client_for(emulator)
    post(client)
    assert len(emulator.requests) == 1
    assert proxy.requests == []


def test_the_password_of_the_proxy_goes_to_the_proxy_alone(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens the tunnel and is not sent through it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@{address(proxy)}")
    assert send(emulator) == 200
    basic = b64encode(f"user:{CANARY}".encode()).decode()
    assert f"Basic {basic}" in proxy.requests[0]
    (request,) = emulator.requests
    assert basic not in str(request.headers)


@pytest.mark.parametrize(
    "status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]
)
def test_a_proxy_that_refuses_means_that_nothing_was_sent(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """The error quotes the proxy and names the variable, but not the password."""
    proxy.status = status
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@{address(proxy)}")
    with pytest.raises(ConnectionFailed, match=status) as caught:
        send(emulator)
    assert "HTTPS_PROXY" in caught.value.remedy
    assert CANARY not in str(caught.value)
    assert not emulator.requests


@pytest.mark.parametrize(
    "proxy",
    [
        f"ftp://user:{CANARY}@proxy.example:3128",
        f"socks5://user:{CANARY}@proxy.example:1080",
        f"http://user:{CANARY}@proxy.example:port",
        f"http://user:{CANARY}@[::1",
        f"http://user:{CANARY}\t@proxy.example:3128",
    ],
    ids=lambda proxy: ascii(proxy.replace(CANARY, "...")),
)
def test_an_invalid_proxy_is_reported_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The error names the variable and the form that it needs."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(ConfigurationError) as caught:
        open_client()
    assert CANARY not in str(caught.value)
    assert "HTTPS_PROXY" in caught.value.happened
    assert "http://host:port" in caught.value.remedy
