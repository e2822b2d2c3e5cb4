"""A login by XOAUTH2 is one command, and an error challenge ends it."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import TokenLogin
from pulumi_smtpconfig.smtp.advice import REMEDIES, XOAUTH2_REFUSED
from pulumi_smtpconfig.smtp.stages import Services
from pulumi_smtpconfig.smtp.verifier import Verifier
from pulumi_smtpconfig.tls import Trust
from tests.smtp.scripted_server import GREETING, OFFER_STARTTLS, OK, START_TLS, Act, scripted_server
from tests.smtp.verifying import PATIENCE, verification

if TYPE_CHECKING:
    from pathlib import Path

    from tests.smtp.scripted_server import Reply

OFFER = b"250-mx.acme.example\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n"
UNTIL_AUTH = (GREETING, OFFER_STARTTLS, START_TLS, OFFER)
TOKEN = "eyJ-canary." + "x" * 3000
LOGIN = TokenLogin("https://login.example.com/token", "mail", "client-canary-secret")


def run(bundle: Path, *replies: Reply, tries: int = 1) -> Any:
    """Verify by token, several times in one operation; return the last error and the server."""
    error = None
    with scripted_server(*UNTIL_AUTH, *replies, ca_bundle=bundle) as server:
        services = Services(Trust(str(bundle)), lambda *_: TOKEN, {})
        with closing(Verifier(services, PATIENCE)) as verifier:
            for number in range(tries):
                settings = verification(server.port, password="", token=LOGIN, tenant=f"t{number}")
                error = None
                try:
                    verifier.verify(settings)
                except NotVerified as raised:
                    error = raised
                    assert "canary" not in str(error)
    return error, server


def challenge(error: object) -> bytes:
    """Return the challenge with an error."""
    text = error if isinstance(error, bytes) else json.dumps(error).encode()
    return b"334 " + b64encode(text) + b"\r\n"


def test_the_token_goes_in_the_command_however_long_it_is(bundle: Path) -> None:
    """As Jakarta Mail sends it."""
    error, server = run(bundle, b"235 welcome\r\n", OK)
    assert error is None
    response = b64encode(f"user=acme\x01auth=Bearer {TOKEN}\x01\x01".encode())
    assert server.received[3] == b"AUTH XOAUTH2 " + response


ERRORS: dict[str, tuple[bytes, str]] = {
    "Google's": (
        challenge({"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}),
        '"5.7.8 no, after the error 400: https://mail.google.com/"',
    ),
    "a number": (challenge({"status": 401}), '"5.7.8 no, after the error 401"'),
    "RFC 7628's": (
        challenge({"status": "invalid_token", "openid-configuration": "https://x"}),
        '"5.7.8 no, after the error invalid_token"',
    ),
    "a text": (challenge(b"expired"), '"5.7.8 no, after the error expired"'),
    "a list": (challenge([1]), '"5.7.8 no, after the error [1]"'),
    "no base64": (b"334 expired!\r\n", '"5.7.8 no, after the error expired!"'),
    "nothing": (b"334 \r\n", '"5.7.8 no"'),
    "no key that is known": (challenge({"a": "b"}), '"5.7.8 no"'),
    "lines": (b"334-a\r\n334 b\r\n", '"5.7.8 no, after the error a, b"'),
    "the token": (challenge({"status": TOKEN}), "(not shown"),
    "the secret": (challenge({"status": LOGIN.client_secret}), "(not shown"),
}


@pytest.mark.parametrize(("reply", "told"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_is_answered_with_nothing_and_told_with_the_refusal(
    bundle: Path, reply: bytes, told: str
) -> None:
    """Whatever form it has; the login is not tried again."""
    error, server = run(bundle, reply, b"535 5.7.8 no\r\n", tries=3)
    assert error.stage == "AUTH"
    assert f"it answered 535 {told}" in error.happened
    assert error.remedy == XOAUTH2_REFUSED
    assert server.received[4:] == [b"", b"QUIT"]
    assert server.connections == 1


@pytest.mark.parametrize("end", [Act.CUT, (b"53", Act.CUT)], ids=repr)
def test_an_error_counts_even_if_the_server_then_leaves(bundle: Path, end: Reply) -> None:
    """It was the answer to the login."""
    error, server = run(bundle, challenge({"status": "401"}), end, tries=3)
    assert '334 "401"' in error.happened
    assert error.remedy == XOAUTH2_REFUSED
    assert server.connections == 1


def test_a_second_challenge_gets_no_response(bundle: Path) -> None:
    """The server would count it as another attempt."""
    error, server = run(bundle, *[challenge({"status": "401"})] * 2)
    assert error.stage == "AUTH"
    assert server.received[4:] == [b""]


@pytest.mark.parametrize("code", [b"235", b"250"])
def test_success_after_an_error_is_none(bundle: Path, code: bytes) -> None:
    """The mailer gives up at the challenge, so its login would fail."""
    error, _ = run(bundle, challenge({"status": "401"}), code + b" welcome\r\n")
    assert error.stage == "AUTH"
    assert f"it answered {code.decode()} after an error" in error.happened


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (b"535 5.7.8 Bad credentials\r\n", XOAUTH2_REFUSED),
        (b"250 ok\r\n", REMEDIES["EHLO"]),
        (b"500 5.5.2 Line too long\r\n", XOAUTH2_REFUSED),
    ],
)
def test_a_refusal_does_not_blame_a_password(bundle: Path, reply: bytes, remedy: str) -> None:
    """There is none."""
    error, _ = run(bundle, reply)
    assert error.stage == "AUTH"
    assert error.remedy == remedy


def test_a_user_cannot_add_a_field() -> None:
    """%x01 separates them."""
    services = Services(Trust(), lambda *_: TOKEN, {})
    with closing(Verifier(services, PATIENCE)) as verifier, pytest.raises(NotVerified) as caught:
        verifier.verify(verification(1, user="a\x01auth=Bearer b", token=LOGIN))
    assert caught.value.stage == "AUTH"
    assert caught.value.passed == ()
