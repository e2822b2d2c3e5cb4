"""A server that refuses EHLO is greeted with HELO, as Jakarta Mail does, and has no extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.smtp.scripted_server import (
    GOOD,
    GREETING,
    OFFER_STARTTLS,
    OK,
    START_TLS,
    scripted_server,
)
from tests.smtp.verifying import failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

REFUSALS = (
    *(b"500 what\r\n", b"501 5.5.4 no\r\n", b"502 5.5.1 not here\r\n", b"504 no\r\n"),
    *(b"550 no\r\n", b"554-no\r\n554 no\r\n", b"450 4.7.1 no\r\n"),
)
PLAIN: dict[str, Any] = {"starttls": False, "user": "", "password": ""}


@pytest.mark.parametrize("refusal", REFUSALS, ids=repr)
def test_an_older_server_is_greeted_with_helo(refusal: bytes) -> None:
    """The session goes on, and says how the server was greeted."""
    with scripted_server(GREETING, refusal, b"250 mx.acme.example\r\n", OK) as server:
        steps = dict(verify_at(server.port, **PLAIN))
    assert [line.upper() for line in server.received[:3]] == [
        *(b"EHLO [127.0.0.1]", b"HELO [127.0.0.1]", b"MAIL FROM:<BOUNCE@ACME.EXAMPLE>"),
    ]
    assert steps["EHLO"] == '"mx.acme.example" to HELO, because it refused EHLO'


@pytest.mark.parametrize(
    ("changes", "stage"),
    [({"starttls": True}, "STARTTLS"), ({"starttls": False, "user": "acme"}, "AUTH")],
)
def test_an_older_server_has_neither_starttls_nor_logins(
    changes: dict[str, object], stage: str
) -> None:
    """The error says why."""
    with scripted_server(
        GREETING, b"502 no\r\n", b"250-mx\r\n250-STARTTLS\r\n250 AUTH\r\n"
    ) as server:
        error = failure_at(server.port, **{**PLAIN, **changes})
    assert error.stage == stage
    assert "because it refused EHLO" in error.happened


def test_the_refusal_of_helo_is_told() -> None:
    """It is the last word of the server."""
    with scripted_server(GREETING, b"502 no EHLO\r\n", b"554 no HELO\r\n") as server:
        error = failure_at(server.port, **PLAIN)
    assert error.stage == "EHLO"
    assert '554 "no HELO"' in error.happened


@pytest.mark.parametrize("reply", [b"421 busy\r\n", b"220 hi\r\n", b"HTTP/1.1 400\r\n"], ids=repr)
def test_what_is_no_refusal_of_ehlo_gets_no_helo(reply: bytes) -> None:
    """With 421 the server closes the connection."""
    with scripted_server(GREETING, reply) as server:
        assert failure_at(server.port, **PLAIN).stage == "EHLO"
    assert b"HELO" not in b" ".join(server.received)


def test_after_starttls_there_is_no_helo(bundle: Path) -> None:
    """A server with STARTTLS knows EHLO, and its logins would be lost."""
    replies = (GREETING, OFFER_STARTTLS, START_TLS, b"502 no\r\n", *GOOD)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        assert failure_at(server.port, bundle).stage == "STARTTLS"
    assert b"HELO" not in b" ".join(server.received)
