"""The password: over TLS alone, once, and whatever it holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.interface import Verification
from tests.smtp.asked import asked, refusal, tried
from tests.smtp.scripted_server import scripted_server
from tests.smtp.scripts import DONE, GO, HI, OFFER, TO_AUTH, WELCOME
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server

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
def test_every_password_arrives_as_it_is(strict_server: SmtpServer, password: str) -> None:
    """Umlauts, quotes, line breaks and length change nothing, with either mechanism."""
    strict_server.password = password
    assert tried(strict_server.port, strict_server.ca_bundle, password=password)
    assert strict_server.logins[-1][1:] == (USER, password, True)


@pytest.mark.parametrize("offer", [AUTH, OFFER, b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"])
@pytest.mark.parametrize("starttls", [False, True])
def test_no_password_leaves_without_tls(offer: bytes, *, starttls: bool) -> None:
    """Whatever a server offers, and however it answers to STARTTLS."""
    refused = b"454 4.7.0 TLS not available\r\n"
    with scripted_server(HI, offer, refused) as server:
        refusal(server.port, starttls=starttls)
    assert not [line for line in server.heard if line.startswith(b"AUTH")]
    assert b"QUIT" in server.heard


def test_what_was_offered_before_tls_does_not_count(bundle: Path) -> None:
    """Whoever stands between may have forged it."""
    offers = b"250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"250 mx\r\n"
    with scripted_server(HI, offers[0], GO, offers[1], ca_bundle=bundle) as server:
        error = refusal(server.port, bundle)
    assert error.stage == "AUTH"
    assert "no AUTH" in error.happened


def test_what_comes_with_the_reply_before_tls_is_refused(bundle: Path) -> None:
    """A reply that somebody put in before the handshake is none of the server's."""
    forged = b"220 go\r\n250-forged\r\n250 AUTH PLAIN\r\n"
    with scripted_server(HI, OFFER, forged, ca_bundle=bundle) as server:
        error = refusal(server.port, bundle)
    assert error.stage == "STARTTLS"
    assert "forged" in error.happened
    assert not [line for line in server.heard if line.startswith(b"AUTH")]


@pytest.mark.parametrize("mechanisms", ["CRAM-MD5", "XOAUTH2 NTLM", "PLAIN-CLIENTTOKEN"])
def test_no_other_mechanism_is_tried(bundle: Path, mechanisms: str) -> None:
    """The error says what there is, and what platforms need."""
    offer = f"250-mx\r\n250 AUTH {mechanisms}\r\n".encode()
    with scripted_server(HI, OFFER, GO, offer, ca_bundle=bundle) as server:
        error = refusal(server.port, bundle)
    assert f'but "{mechanisms}"' in error.happened
    assert "PLAIN or LOGIN" in error.remedy


@pytest.mark.parametrize("first", [b"334 \r\n", b"334 VXNlcm5hbWU6\r\n", b"535 no\r\n"])
def test_a_server_that_asks_on_gets_no_second_answer(bundle: Path, first: bytes) -> None:
    """Anything said to another challenge would count as one more attempt."""
    with scripted_server(*TO_AUTH, first, first, ca_bundle=bundle) as server:
        assert refusal(server.port, bundle).stage == "AUTH"
    attempts = [line for line in server.heard if line.startswith(b"AUTH")]
    assert attempts == [f"AUTH PLAIN {BLOB}".encode()]
    assert (server.heard[-1] == b"QUIT") == first.startswith(b"535")


def test_a_password_too_long_for_a_command_answers_a_challenge(bundle: Path) -> None:
    """RFC 5321 allows a command 512 bytes, and RFC 4954 the answer to a challenge more."""
    password = "x" * 500
    script = (*TO_AUTH, b"334 \r\n", WELCOME, DONE)
    with scripted_server(*script, ca_bundle=bundle) as server:
        tried(server.port, bundle, password=password)
    blob = base64.b64encode(f"\0{USER}\0{password}".encode())
    assert server.heard[3:5] == [b"AUTH PLAIN", blob]


def test_what_is_tried_does_not_show_its_password() -> None:
    """A log or a traceback may print it."""
    assert "canary" not in repr(asked(587))
    assert isinstance(asked(587), Verification)
