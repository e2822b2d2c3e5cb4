from __future__ import annotations

import socket
import ssl
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pulumi_smtpconfig.errors import ConfigurationError, ConnectionFailed, SmtpConfigError
from tests.http.clients import MAX_WAIT, open_client, post
from tests.http.servers import RecordingServer, address, recording_server

HOST = "idp.example.com"
YESTERDAY = datetime.now(timezone.utc) - timedelta(days=1)


def refusal(server: RecordingServer, ca_bundle: str = "") -> SmtpConfigError:
    """Return why nothing was sent to a server, although retries were allowed."""
    client = open_client(caBundle=ca_bundle, connectTo=address(server), retries=2)
    with pytest.raises(ConnectionFailed, match="nothing was sent") as caught:
        post(client)
    assert not server.requests
    return caught.value


@pytest.mark.parametrize("name", [HOST, "*.example.com"])
def test_a_certificate_of_an_authority_in_the_bundle_is_trusted(ca_bundle: str, name: str) -> None:
    """A private authority needs only a file with its certificate; a wildcard is for one label."""
    with recording_server(ca_bundle, name) as server:
        client = open_client(caBundle=ca_bundle, connectTo=address(server))
        assert post(client).status == 200
    assert server.requests == [(HOST, HOST)]


@pytest.mark.parametrize(
    ("names", "not_after", "reason", "remedy"),
    [
        ([HOST], YESTERDAY, "expired", "renewed"),
        (["other.example.com"], None, "mismatch", "hostname"),
        (["*.idp.example.com", "*.com"], None, "mismatch", "hostname"),
    ],
    ids=["expired", "another name", "other wildcards"],
)
def test_a_bad_certificate_is_reported_at_once(
    ca_bundle: str, names: list[str], not_after: datetime | None, reason: str, remedy: str
) -> None:
    """The error quotes the reason, has a remedy for it, and is not retried."""
    with recording_server(ca_bundle, *names, not_after=not_after) as server:
        error = refusal(server, ca_bundle)
    assert reason in error.happened
    assert remedy in error.remedy
    assert "tries" not in error.happened


def test_an_unknown_authority_is_refused_and_the_remedy_is_the_bundle(ca_bundle: str) -> None:
    """The error says how to trust a private authority, and is not retried."""
    with recording_server(ca_bundle, HOST) as server:
        error = refusal(server)
    assert "smtpconfig:caBundle" in error.remedy
    assert "tries" not in error.happened


@pytest.mark.parametrize(
    "content", [None, "", "no PEM", "-----BEGIN CERTIFICATE-----\n", "folder"], ids=repr
)
def test_a_bundle_is_a_file_of_certificates(ca_bundle: str, content: str | None) -> None:
    """The error for anything else names the setting and the path."""
    if content == "folder":
        Path(ca_bundle).mkdir()
    elif content is not None:
        Path(ca_bundle).write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        open_client(caBundle=ca_bundle)
    assert f"smtpconfig:caBundle cannot be loaded from {ca_bundle}: " in caught.value.happened
    assert "PEM" in caught.value.remedy


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Limit a context to TLS 1.1."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def test_tls_below_1_2_is_refused(ca_bundle: str) -> None:
    """A server that an old client still reaches gets nothing."""
    context = old(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with recording_server(ca_bundle, HOST, context=context) as server:
        client = old(ssl.create_default_context(cafile=ca_bundle))
        with (
            socket.create_connection(("127.0.0.1", server.server_port), MAX_WAIT) as plain,
            client.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            assert connection.version() == "TLSv1.1"
        assert "protocol" in refusal(server, ca_bundle).happened.lower()


def test_a_server_without_tls_gets_nothing() -> None:
    """The token is sent only after a TLS handshake."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(MAX_WAIT)
        client = open_client(connectTo=address(server), timeout=0.5)
        with pytest.raises(ConnectionFailed):
            post(client, token="c4n4ry")
        connection, _ = server.accept()
        with connection:
            assert b"c4n4ry" not in connection.recv(65536)


def test_a_closed_port_means_that_nothing_was_sent() -> None:
    """A connection that fails leaves the platform as it was, and is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = address(server)
    client = open_client(connectTo=closed, retries=1)
    with pytest.raises(ConnectionFailed, match=r"Connection refused.*\(2 tries in "):
        post(client)
