"""The client of an operation is made as the connection settings say, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import ConfigurationError, ConnectionFailed
from pulumi_smtpconfig.http.client import Client, open_client
from pulumi_smtpconfig.tls import load_trust
from tests.http.wire import post
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.config import Config

CANARY = "c4n4ry"


def opened(config: Config, warn: Callable[[str], None]) -> Client:
    """Open a client as a connection does."""
    bundle = config.get("caBundle")
    trust = load_trust(*(bundle.text, bundle.source) if bundle else ("", ""))
    return open_client(config, trust, warn)


def refusal(**settings: str) -> ConfigurationError:
    """Return why no client is made with these settings."""
    with pytest.raises(ConfigurationError) as caught:
        opened(stack_config(**settings), warn=pytest.fail)
    return caught.value


@pytest.mark.parametrize("value", ["0", "3600.1", "-1", "nan", "inf", "30s", "1,5", "soon"])
def test_a_timeout_is_seconds_within_an_hour(value: str) -> None:
    """The error names the setting, what it has, and what it may have."""
    error = refusal(timeout=value)
    assert "smtpconfig:timeout" in error.happened
    assert repr(value) in error.happened
    assert "seconds" in error.remedy


@pytest.mark.parametrize("value", ["-1", "11", "1.5", "three", "²", "0x2", "9" * 5000])
def test_retries_are_a_small_number(value: str) -> None:
    """None is allowed and so are ten; patience ends somewhere."""
    error = refusal(retries=value)
    assert "smtpconfig:retries" in error.happened
    assert repr(value) in error.happened
    assert "from 0 to 10" in error.remedy


@pytest.mark.parametrize(
    "value",
    [
        *("localhost", ":8443", "localhost:", "localhost:0", "localhost:65536", "localhost:https"),
        *("https://localhost:8443", "localhost:8443/", "localhost:²", "9" * 5000),
    ],
    ids=lambda value: value[:30],
)
def test_connect_to_is_host_and_port(value: str) -> None:
    """Both are needed, and nothing more."""
    error = refusal(connectTo=value)
    assert "smtpconfig:connectTo" in error.happened
    assert "host:port" in error.remedy


@pytest.mark.parametrize("content", [None, "", "no PEM", "-----BEGIN CERTIFICATE-----\n"])
def test_a_bundle_is_a_file_of_certificates(tmp_path: Path, content: str | None) -> None:
    """A wrong path and a wrong file are told by setting and path."""
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    error = refusal(caBundle=str(bundle))
    assert f"smtpconfig:caBundle cannot be loaded from {bundle}: " in error.happened
    assert "PEM" in error.remedy


def test_a_folder_is_no_bundle(tmp_path: Path) -> None:
    """What cannot be read is no trust."""
    assert str(tmp_path) in refusal(caBundle=str(tmp_path)).happened


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
def test_a_bad_proxy_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The error names the variable and the form that it has to have."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)
    error = refusal()
    assert CANARY not in str(error)
    assert "HTTPS_PROXY" in error.happened
    assert "http://host:port" in error.remedy


def test_connect_to_is_warned_of(emulator: Emulator) -> None:
    """What leads every connection elsewhere is not forgotten in a config."""
    lines: list[str] = []
    config = stack_config(connectTo=emulator.address, caBundle=str(emulator.ca_bundle))
    opened(config, lines.append).close()
    (line,) = lines
    assert "smtpconfig:connectTo" in line
    assert emulator.address in line


def test_without_settings_there_is_a_client_and_no_warning() -> None:
    """Every setting has a default."""
    opened(stack_config(), warn=pytest.fail).close()


def test_timeout_and_retries_are_kept(emulator: Emulator) -> None:
    """They count for each request of the client."""
    there = {"connectTo": emulator.address, "caBundle": str(emulator.ca_bundle)}
    client = opened(stack_config(**there, retries="1", timeout=" 20.5 "), lambda _: None)
    emulator.order(*[Fault(503, "busy", {"Retry-After": "0"})] * 3)
    assert post(client).status == 503
    client.close()
    assert len(emulator.requests) == 2


def test_an_ipv6_address_stands_in_brackets() -> None:
    """As in an URL; that nobody listens there shows that it was understood."""
    client = opened(stack_config(connectTo="[::1]:1", retries="0"), lambda _: None)
    with pytest.raises(ConnectionFailed):
        post(client)
    client.close()
