"""Nothing is sent to a server whose certificate is not for it, or whose TLS is too old."""

from __future__ import annotations

import socket
import ssl
import warnings
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed, SmtpConfigError
from tests.http.tls_witness import tls_witness
from tests.http.wire import PATIENCE, open_client, post

if TYPE_CHECKING:
    from pathlib import Path

    from tests.http.tls_witness import TlsWitness

HOST = "idp.example.com"
YESTERDAY = datetime.now(timezone.utc) - timedelta(days=1)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Where a server's authority is written to."""
    return tmp_path / "ca.pem"


def refusal(witness: TlsWitness, bundle: Path | None) -> SmtpConfigError:
    """Return why nothing was sent to a server, though repeats were allowed."""
    with (
        open_client(bundle, witness.address, retries=2) as client,
        pytest.raises(ConnectionFailed, match="nothing was sent") as caught,
    ):
        post(client)
    assert not witness.seen
    return caught.value


def test_a_good_certificate_of_a_bundled_authority_is_taken(bundle: Path) -> None:
    """A private authority needs nothing but its certificate in a file."""
    with tls_witness(bundle, HOST) as witness, open_client(bundle, witness.address) as client:
        assert post(client).status == 200
    assert witness.seen == [(HOST, HOST)]


def test_a_certificate_for_every_name_below_is_taken(bundle: Path) -> None:
    """A wildcard stands for one label."""
    with (
        tls_witness(bundle, "*.example.com") as witness,
        open_client(bundle, witness.address) as client,
    ):
        assert post(client).status == 200


@pytest.mark.parametrize(
    ("names", "valid_until", "words", "remedy"),
    [
        ([HOST], YESTERDAY, "expired", "renewed"),
        (["other.example.com"], None, "mismatch", "hostname"),
        (["*.idp.example.com", "*.com"], None, "mismatch", "hostname"),
    ],
    ids=["expired", "another name", "wildcards for others"],
)
def test_a_wrong_certificate_is_told_at_once(
    bundle: Path,
    names: list[str],
    valid_until: datetime | None,
    words: str,
    remedy: str,
) -> None:
    """What is wrong with it is quoted, with its own remedy, and not tried again."""
    with tls_witness(bundle, *names, valid_until=valid_until) as witness:
        error = refusal(witness, bundle)
    assert words in error.happened
    assert remedy in error.remedy
    assert "tries" not in error.happened


def test_an_unknown_authority_is_refused_and_the_remedy_is_the_bundle(bundle: Path) -> None:
    """The error says how to trust a private authority, and it is not tried again."""
    with tls_witness(bundle, HOST) as witness:
        error = refusal(witness, None)
    assert "smtpconfig:caBundle" in error.remedy
    assert "tries" not in error.happened


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let a context speak nothing newer than TLS 1.1."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def test_tls_below_1_2_is_refused(bundle: Path) -> None:
    """A server that an old client still reaches is not spoken to."""
    server = old(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with tls_witness(bundle, HOST, context=server) as witness:
        client = old(ssl.create_default_context(cafile=str(bundle)))
        with (
            socket.create_connection(witness.address, PATIENCE) as plain,
            client.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            assert connection.version() == "TLSv1.1"
        assert "protocol" in refusal(witness, bundle).happened.lower()


def test_a_server_without_tls_is_sent_nothing() -> None:
    """What does not answer as TLS is no platform."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with (
            open_client(None, server.getsockname(), timeout=0.5) as client,
            pytest.raises(ConnectionFailed),
        ):
            post(client, token="c4n4ry")
        connection, _ = server.accept()
        with connection:
            assert b"c4n4ry" not in connection.recv(65536)


def test_a_closed_port_means_that_nothing_was_sent() -> None:
    """A connection that is not made leaves the platform as it was, and is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()
    with (
        open_client(None, closed, retries=1) as client,
        pytest.raises(ConnectionFailed, match=r"Connection refused.*\(2 tries in "),
    ):
        post(client)
