"""A certificate whose name is only its subject's common name is taken by no part of the package."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from pulumi_smtpconfig import tls
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.errors import ConnectionFailed, SmtpConfigError, TokenNotGranted
from tests.authorized_client.clients import platform_request
from tests.certificates import with_a_common_name_alone
from tests.http.clients import MAX_WAIT, open_client, post
from tests.http.servers import ConnectProxy, RecordingServer, address, serve
from tests.smtp.scripted_server import GOOD, Act, scripted_server
from tests.smtp.verifying import failure_at
from tests.stack_config import stack_config

HOST = "idp.example.com"


@pytest.fixture
def ca_bundle(tmp_path: Path) -> str:
    """The path of a file for the authority of a test's server."""
    return str(tmp_path / "ca.pem")


@pytest.fixture(params=["OpenSSL", "truststore"], autouse=True)
def trusting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify with each of the two contexts, whatever this machine would use."""
    if request.param == "truststore":
        monkeypatch.setattr(tls, "_found_by_openssl", lambda: None)


def is_told(error: SmtpConfigError) -> bool:
    """Return whether an error says what is wrong with such a certificate."""
    told = "subjectAltName" in error.remedy and "common name" in error.remedy
    return told and "not trusted" in error.happened and "mismatch" in error.happened


def test_such_a_certificate_is_valid_for_others(ca_bundle: str) -> None:
    """A client that still looks at common names takes it, so its name is all that is wrong."""
    with serve(RecordingServer(with_a_common_name_alone(HOST, ca_bundle))) as server:
        client = ssl.create_default_context(cafile=ca_bundle)
        assert client.hostname_checks_common_name
        with (
            socket.create_connection(("127.0.0.1", server.server_port), MAX_WAIT) as plain,
            client.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            assert "subjectAltName" not in (connection.getpeercert() or {})


def test_the_platform_gets_nothing(ca_bundle: str) -> None:
    """The error says which kind of name counts."""
    with serve(RecordingServer(with_a_common_name_alone(HOST, ca_bundle))) as server:
        client = open_client(caBundle=ca_bundle, connectTo=address(server), retries=2)
        with pytest.raises(ConnectionFailed, match="nothing was sent") as caught:
            post(client)
    assert is_told(caught.value)
    assert not server.requests


def test_the_token_endpoint_gets_no_secret(ca_bundle: str) -> None:
    """It is told as for the platform."""
    settings = {"clientId": "pulumi", "clientSecret": "c4n4ry", "caBundle": ca_bundle}
    with serve(RecordingServer(with_a_common_name_alone(HOST, ca_bundle))) as server:
        config = stack_config(**settings, connectTo=address(server), retries="0")
        client = AuthorizedClient(config, lambda _: None)
        with pytest.raises(TokenNotGranted) as caught:
            client.send(platform_request())
        client.close()
    assert is_told(caught.value)
    assert not server.requests


def test_an_https_proxy_gets_no_request(ca_bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not even learn which host is meant."""
    with serve(ConnectProxy("127.0.0.1:1")) as proxy:
        context = with_a_common_name_alone("localhost", ca_bundle)
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
        port = address(proxy).rpartition(":")[2]
        monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{port}")
        client = open_client(caBundle=ca_bundle)
        with pytest.raises(ConnectionFailed, match="nothing was sent") as caught:
            post(client)
    assert is_told(caught.value)
    assert not proxy.requests


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
def test_an_smtp_server_gets_no_login(ca_bundle: str, *, implicit: bool) -> None:
    """The session ends in the handshake."""
    context = with_a_common_name_alone("localhost", ca_bundle)
    replies = ((Act.TLS, b"220 hello\r\n"),) if implicit else GOOD
    with scripted_server(*replies, context=context) as server:
        error = failure_at(
            server.port, Path(ca_bundle), host="localhost", ssl=implicit, starttls=not implicit
        )
    assert is_told(error)
    assert server.received[-1:] == ([] if implicit else [b"STARTTLS"])
