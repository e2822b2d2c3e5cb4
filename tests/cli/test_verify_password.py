"""Where `smtpconfig verify` has a password from, and that nothing else ever shows it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.command import document, smtpconfig
from tests.cli.test_verify import GIVEN, verify
from tests.smtp.scripted_server import Act, scripted_server
from tests.smtp.smtp_server import PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.smtp.smtp_server import SmtpServer

CANARY = "c4n4ry"
WHOLE = ("--host", "127.0.0.1", "--from", "no-reply@acme.example")


def test_a_reference_wins_over_the_variable(server: SmtpServer, tmp_path: Path) -> None:
    """A variable of one's own and a file are read; the last line break of a file is not."""
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", "utf-8")
    wrong = {"SMTPCONFIG_SMTP_PASSWORD": CANARY, "MINE": PASSWORD}
    for reference in ("env:MINE", f"file:{file}"):
        assert verify(server, "--password-from", reference, **wrong).exit_code == 0
    assert [password for _, _, password, _ in server.logins] == [PASSWORD, PASSWORD]


def test_a_user_without_a_password_is_told_the_ways_to_give_it(server: SmtpServer) -> None:
    """Where nobody can be asked, the variable and the references are named; nothing is tried."""
    result = verify(server, "--json")
    assert result.exit_code == 2
    assert document(result)["verified"] is False
    for way in ("SMTPCONFIG_SMTP_PASSWORD", "env:NAME", "file:/path", "terminal"):
        assert way in result.stderr
    assert "Talking to" not in result.stderr


@pytest.mark.parametrize(
    "reference",
    ["env:NOWHERE", "file:/nowhere", "file:/dev/null", "env:EMPTY"],
    ids=["no variable", "no file", "no ordinary file", "empty"],
)
def test_a_password_that_cannot_be_read_is_a_wrong_option(
    server: SmtpServer, reference: str
) -> None:
    """It names the reference, and nothing is tried."""
    result = verify(server, "--password-from", reference, EMPTY="")
    assert result.exit_code == 2
    assert reference in result.stderr
    assert "Talking to" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--password", CANARY),
        (f"--password={CANARY}",),
        ("verify", "--password", CANARY),
        ("verify", *WHOLE, f"--password={CANARY}"),
        ("show", "--password", CANARY),
    ],
    ids=str,
)
def test_a_password_in_a_command_is_refused_with_the_reason(arguments: tuple[str, ...]) -> None:
    """The error says what to use, and does not repeat it; nothing else has to be right."""
    result = smtpconfig(*arguments)
    assert result.exit_code == 2
    assert "read by every user of this machine" in result.stderr
    assert "--password-from" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (CANARY,),
        ("--user", USER, CANARY),
        ("--port", CANARY),
        ("--password-from", CANARY),
        ("--password-from", f"file:{CANARY}"),
        ("--pass", CANARY),
        (f"-p{CANARY}",),
        (f"--passwd={CANARY}",),
        (f"--ssl={CANARY}",),
        ("--recipient", CANARY),
        ("--envelope-from", CANARY),
    ],
    ids=str,
)
def test_what_is_misplaced_is_not_repeated(arguments: tuple[str, ...]) -> None:
    """A password that slips to where none belongs is a wrong usage, and in no output."""
    assert smtpconfig("verify", *WHOLE, *arguments, **GIVEN).exit_code == 2


def test_the_server_cannot_make_it_say_the_password(tmp_path: Path) -> None:
    """What the server repeats, plain or as it was sent, is quoted without it."""
    bundle = tmp_path / "ca.pem"
    sent = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
    echo = b"535 no: " + sent + b" is " + PASSWORD.encode() + b"\r\n"
    replies = (Act.TLS, b"220 hello\r\n"), b"250-hello\r\n250 AUTH PLAIN\r\n", echo
    with scripted_server(*replies, ca_bundle=bundle) as server:
        where = ("--port", str(server.port), "--ca-bundle", str(bundle), "--ssl", "--user", USER)
        result = smtpconfig("verify", *WHOLE, *where, **GIVEN)
    assert result.exit_code == 1
    assert "535" in result.stderr
    assert sent.decode() not in result.output


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.text(st.characters(codec="utf-8")))
def test_no_password_is_in_any_output(tmp_path: Path, rest: str) -> None:
    """Whatever it is, it is tried or refused; `smtpconfig` of these tests looks for its begin."""
    file = tmp_path / "password"
    file.write_bytes(f"{CANARY}{rest}".encode())
    closed = ("--port", "1", "--user", USER, "--password-from", f"file:{file}")
    result = smtpconfig("verify", *WHOLE, *closed, "--json")
    assert result.exit_code in {1, 2}
    assert not document(result)["verified"]
