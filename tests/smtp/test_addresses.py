"""What the commands carry: one address each, and never another command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.smtp.asked import RECIPIENT, refusal, tried
from tests.smtp.scripted_server import scripted_server
from tests.smtp.scripts import GOOD
from tests.smtp.smtp_server import smtp_server

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


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            (field, f"a{end}RCPT TO:<b@c.de>")
            for field in ("sender", "recipient")
            for end in "\r\n"
        ),
        *(
            (field, f"a@b.de{end}")
            for field in ("sender", "recipient")
            for end in "\0 <>\x7f\ud800"
        ),
        *((field, f"a{part}b") for field in ("user", "password") for part in "\0\udcff"),
        *(("host", value) for value in ("", "a\r\nb", "a b", "a\0b", "a..b", ".a", "ä" * 70)),
    ],
    ids=ascii,
)
def test_what_no_command_may_carry_is_not_sent(bundle: Path, field: str, value: str) -> None:
    """The stage that would have carried it is named before a connection is made."""
    changes: dict[str, Any] = {field: value}
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        error = refusal(server.port, bundle, **changes)
    assert (error.stage, error.passed) == (STAGE[field], ())
    assert not server.heard


def test_each_command_carries_what_was_asked(bundle: Path) -> None:
    """There are no others, and the greeting names this end by its address, without a look-up."""
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        tried(server.port, bundle, recipient=RECIPIENT)
    commands = [line for line in server.heard if not line.startswith(b"AUTH")]
    assert [line.decode().upper() for line in commands] == [
        *("EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]"),
        *("MAIL FROM:<BOUNCE@ACME.EXAMPLE>", "RCPT TO:<HELP@ACME.EXAMPLE>", "RSET", "QUIT"),
    ]


def test_an_address_beyond_ascii_is_sent_where_the_server_takes_it(server: SmtpServer) -> None:
    """SMTPUTF8 stands for both addresses."""
    tried(server.port, server.ca_bundle, sender="jörg@acme.example", recipient="käte@acme.example")
    assert (server.senders, server.recipients) == (["jörg@acme.example"], ["käte@acme.example"])


@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_an_address_beyond_ascii_is_refused_where_the_server_does_not(
    bundle: Path, field: str
) -> None:
    """The error names its stage, as mails would fail there too."""
    changes: dict[str, Any] = {field: "jörg@acme.example"}
    with smtp_server(bundle, enable_SMTPUTF8=False) as server:
        error = refusal(server.port, bundle, **changes)
    assert error.stage == STAGE[field]
    assert "ASCII" in error.remedy
