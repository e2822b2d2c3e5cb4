"""A session sends the password unchanged, only over TLS and only once."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.interface import Verification
from tests.smtp.scripted_server import (
    GREETING,
    OFFER_STARTTLS,
    OK,
    START_TLS,
    UNTIL_AUTH,
    WELCOME,
    scripted_server,
)
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server
from tests.smtp.verifying import failure_at, verification, verify_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.smtp.smtp_server import SmtpServer

AUTH = b"250-mx.acme.example\r\n250 AUTH PLAIN LOGIN\r\n"
BLOB = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
PASSWORDS = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=600
)


@pytest.fixture(scope="module", params=["PLAIN", "LOGIN"])
def strict_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SmtpServer]:
    """Run a server that offers one mechanism."""
    (excluded,) = {"PLAIN", "LOGIN"} - {request.param}
    bundle = tmp_path_factory.mktemp("authority") / "ca.pem"
    with smtp_server(bundle, auth_exclude_mechanism=[excluded]) as running:
        yield running


@given(password=PASSWORDS)
@settings(max_examples=25)
def test_every_password_arrives_unchanged(strict_server: SmtpServer, password: str) -> None:
    """Both mechanisms carry any characters and any length."""
    strict_server.password = password
    assert verify_at(strict_server.port, strict_server.ca_bundle, password=password)
    assert strict_server.logins[-1][1:] == (USER, password, True)


@pytest.mark.parametrize(
    "offer", [AUTH, OFFER_STARTTLS, b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"]
)
@pytest.mark.parametrize(("host", "starttls"), [("0.0.0.0", False), ("127.0.0.1", True)])  # noqa: S104 - a host to connect to
def test_no_password_is_sent_without_tls(offer: bytes, host: str, *, starttls: bool) -> None:
    """The server's offers and its reply to STARTTLS do not matter.

    0.0.0.0 leads to this machine, but is none of the loopback addresses.
    """
    refused = b"454 4.7.0 TLS not available\r\n"
    with scripted_server(GREETING, offer, refused) as server:
        failure_at(server.port, host=host, starttls=starttls)
    assert not [line for line in server.received if line.startswith(b"AUTH")]
    assert b"QUIT" in server.received


def test_extensions_offered_before_tls_are_ignored(bundle: Path) -> None:
    """They may be forged."""
    offers = b"250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"250 mx\r\n"
    with scripted_server(GREETING, offers[0], START_TLS, offers[1], ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle)
    assert error.stage == "AUTH"
    assert "no AUTH" in error.happened


def test_data_before_tls_ends_the_session(bundle: Path) -> None:
    """A reply that is injected before the handshake is not read as the server's."""
    forged = b"220 go\r\n250-forged\r\n250 AUTH PLAIN\r\n"
    with scripted_server(GREETING, OFFER_STARTTLS, forged, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle)
    assert error.stage == "STARTTLS"
    assert "forged" in error.happened
    assert not [line for line in server.received if line.startswith(b"AUTH")]


@pytest.mark.parametrize("first", [b"334 \r\n", b"334 VXNlcm5hbWU6\r\n", b"535 no\r\n"])
def test_a_second_challenge_gets_no_response(bundle: Path, first: bytes) -> None:
    """The server would count a response as another attempt."""
    with scripted_server(*UNTIL_AUTH, first, first, ca_bundle=bundle) as server:
        assert failure_at(server.port, bundle).stage == "AUTH"
    attempts = [line for line in server.received if line.startswith(b"AUTH")]
    assert attempts == [f"AUTH PLAIN {BLOB}".encode()]
    assert (server.received[-1] == b"QUIT") == first.startswith(b"535")


def test_a_password_too_long_for_a_command_is_sent_after_the_challenge(bundle: Path) -> None:
    """RFC 5321 limits a command to 512 bytes; RFC 4954 allows longer responses to a challenge."""
    password = "x" * 500
    script = (*UNTIL_AUTH, b"334 \r\n", WELCOME, OK)
    with scripted_server(*script, ca_bundle=bundle) as server:
        verify_at(server.port, bundle, password=password)
    blob = base64.b64encode(f"\0{USER}\0{password}".encode())
    assert server.received[3:5] == [b"AUTH PLAIN", blob]


def test_the_repr_of_a_verification_has_no_password() -> None:
    """Logs and tracebacks may print it."""
    assert "canary" not in repr(verification(587))
    assert isinstance(verification(587), Verification)
