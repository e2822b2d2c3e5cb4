"""The proxy of HTTPS_PROXY carries the bytes, and can neither read nor change them."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed
from tests.http.connect_proxy import ConnectProxy, connect_proxy
from tests.http.wire import URL, address, connected, open_client, post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator

CANARY = "c4n4ry"
CONTENT = '{"host": "smtp.acme.example", "from": "no-reply@acme.example"}'
PATH = "/auth/realms/acme/mail/setup"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own proxies out."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def proxy(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    """A proxy that the environment names, whose tunnels all lead to the emulator."""
    with connect_proxy(address(emulator)) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{running.address}")
        yield running


def local(emulator: Emulator) -> str:
    """Return an URL that leads to the emulator without a proxy, too."""
    return f"https://localhost:{address(emulator)[1]}{PATH}"


def send(emulator: Emulator, url: str) -> int:
    """Send settings with the emulator's own token where the URL says, and return the status."""
    with open_client(emulator.ca_bundle, None) as client:
        return post(client, url, CONTENT, emulator.token).status


@pytest.mark.parametrize("url", [URL, f"https://idp.example.com:8443{PATH}"])
def test_the_proxy_is_asked_for_a_tunnel_and_sees_no_secret(
    emulator: Emulator, proxy: ConnectProxy, url: str
) -> None:
    """It hears host and port; certificate, token and settings are between us and the platform."""
    assert send(emulator, url) == 200
    (asked,) = proxy.seen
    assert proxy.targets == [f"idp.example.com:{8443 if '8443' in url else 443}"]
    assert emulator.token not in asked
    assert PATH not in asked
    assert "acme" in emulator.tenants


def test_the_variable_in_lower_case_counts_too(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both spellings are in use."""
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
    assert send(emulator, URL) == 200
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("names", ["localhost", "other.example.com, localhost", "*", "{netloc}"])
def test_a_host_of_no_proxy_is_reached_directly(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    """An internal platform is not behind the proxy; its name may stand there with its port."""
    url = local(emulator)
    monkeypatch.setenv("NO_PROXY", names.format(netloc=url.split("/")[2]))
    assert send(emulator, url) == 200
    assert proxy.seen == []


@pytest.mark.parametrize("names", ["", "example.com", "localhost:1", "127.0.0.1"])
def test_no_proxy_is_for_its_hosts_alone(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    """Any other host goes through the proxy."""
    monkeypatch.setenv("NO_PROXY", names)
    url = local(emulator)
    assert send(emulator, url) == 200
    assert proxy.targets == [url.split("/")[2]]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_for_http_is_not_used(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nothing is sent over http."""
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv(name, f"http://{proxy.address}")
    assert send(emulator, local(emulator)) == 200
    assert proxy.seen == []


def test_connect_to_uses_no_proxy(emulator: Emulator, proxy: ConnectProxy) -> None:
    """Every connection goes to the address that was given."""
    with connected(emulator) as client:
        post(client)
    assert len(emulator.requests) == 1
    assert proxy.seen == []


def test_the_proxys_password_is_for_the_proxy_alone(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens the tunnel, and does not go through it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@{proxy.address}")
    assert send(emulator, URL) == 200
    basic = b64encode(f"user:{CANARY}".encode()).decode()
    assert f"Basic {basic}" in proxy.seen[0]
    (request,) = emulator.requests
    assert basic not in str(request.headers)


@pytest.mark.parametrize(
    "status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]
)
def test_a_proxy_that_refuses_means_that_nothing_was_sent(
    emulator: Emulator, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """Its words are quoted, the place to look at is the variable, and its password is not told."""
    proxy.status = status
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@{proxy.address}")
    with pytest.raises(ConnectionFailed, match=status) as caught:
        send(emulator, URL)
    assert "HTTPS_PROXY" in caught.value.remedy
    assert CANARY not in str(caught.value)
    assert not emulator.requests
