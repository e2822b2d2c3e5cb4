"""A command carries one address and never a second command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.smtp.scripted_server import GOOD, scripted_server
from tests.smtp.smtp_server import smtp_server
from tests.smtp.verifying import RECIPIENT, failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.smtp.smtp_server import SmtpServer

STAGE = {
    "host": "look-up",
    "user": "AUTH",
    "password": "AUTH",
    "sender": "MAIL FROM",
    "recipient": "RCPT TO",
}
INVALID_CREDENTIALS = "a\0b", "a\udcffb"
INVALID_ADDRESSES = (
    *(f"a{end}RCPT TO:<b@c.de>" for end in "\r\n"),
    *(f"a@b.de{end}" for end in "\0 <>\x7f\ud800"),
)
INVALID = {
    "host": ("", "a\r\nb", "a b", "a\0b", "a..b", ".a", "ä" * 70),
    "user": INVALID_CREDENTIALS,
    "password": INVALID_CREDENTIALS,
    "sender": INVALID_ADDRESSES,
    "recipient": INVALID_ADDRESSES,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in INVALID.items() for value in values],
    ids=ascii,
)
def test_an_invalid_value_fails_its_stage_before_connecting(
    bundle: Path, field: str, value: str
) -> None:
    """A value that a command cannot carry is reported and never sent."""
    changes: dict[str, Any] = {field: value}
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, **changes)
    assert (error.stage, error.passed) == (STAGE[field], ())
    assert not server.received


def test_a_session_sends_exactly_these_commands(bundle: Path) -> None:
    """EHLO names this machine by its address, which needs no look-up."""
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        verify_at(server.port, bundle, recipient=RECIPIENT)
    commands = [line for line in server.received if not line.startswith(b"AUTH")]
    assert [line.decode().upper() for line in commands] == [
        *("EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]"),
        *("MAIL FROM:<BOUNCE@ACME.EXAMPLE>", "RCPT TO:<HELP@ACME.EXAMPLE>", "RSET", "QUIT"),
    ]


def test_a_server_with_smtputf8_gets_non_ascii_addresses(server: SmtpServer) -> None:
    """SMTPUTF8 covers the sender and the recipient."""
    sender, recipient = "jörg@acme.example", "käte@acme.example"
    verify_at(server.port, server.ca_bundle, sender=sender, recipient=recipient)
    assert (server.senders, server.recipients) == ([sender], [recipient])


@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_a_server_without_smtputf8_fails_the_stage_of_a_non_ascii_address(
    bundle: Path, field: str
) -> None:
    """Real mails would fail at the same stage."""
    changes: dict[str, Any] = {field: "jörg@acme.example"}
    with smtp_server(bundle, enable_SMTPUTF8=False) as server:
        error = failure_at(server.port, bundle, **changes)
    assert error.stage == STAGE[field]
    assert "ASCII" in error.remedy
