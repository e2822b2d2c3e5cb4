"""`smtpconfig verify` reads a password from several places and never shows it."""

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
VALID = ("--host", "127.0.0.1", "--from", "no-reply@acme.example")


def test_a_reference_wins_over_the_variable(server: SmtpServer, tmp_path: Path) -> None:
    """It names a variable or a file, whose last line break is not part of the password."""
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", "utf-8")
    variables = {"SMTPCONFIG_SMTP_PASSWORD": CANARY, "MINE": PASSWORD}
    for reference in ("env:MINE", f"file:{file}"):
        assert verify(server, "--password-from", reference, **variables).exit_code == 0
    assert [password for _, _, password, _ in server.logins] == [PASSWORD, PASSWORD]


def test_a_missing_password_error_lists_the_ways_to_provide_it(server: SmtpServer) -> None:
    """Without a terminal there is no prompt, and no connection is made."""
    result = verify(server, "--json")
    assert result.exit_code == 2
    assert document(result)["verified"] is False
    for way in ("SMTPCONFIG_SMTP_PASSWORD", "env:NAME", "file:/path", "terminal"):
        assert way in result.stderr
    assert "Connecting to" not in result.stderr


@pytest.mark.parametrize(
    "reference",
    ["env:NOWHERE", "file:/nowhere", "file:/dev/null", "env:EMPTY"],
    ids=["no variable", "no file", "not a regular file", "empty"],
)
def test_an_unreadable_password_has_exit_code_2(server: SmtpServer, reference: str) -> None:
    """The error names the reference, and no connection is made."""
    result = verify(server, "--password-from", reference, EMPTY="")
    assert result.exit_code == 2
    assert reference in result.stderr
    assert "Connecting to" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--password", CANARY),
        (f"--password={CANARY}",),
        ("verify", "--password", CANARY),
        ("verify", *VALID, f"--password={CANARY}"),
        ("show", "--password", CANARY),
    ],
    ids=str,
)
def test_a_password_option_is_refused(arguments: tuple[str, ...]) -> None:
    """The error says why and what to use, whatever else is wrong."""
    result = smtpconfig(*arguments)
    assert result.exit_code == 2
    assert "other users of this machine can read" in result.stderr
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
def test_a_misplaced_password_is_not_repeated(arguments: tuple[str, ...]) -> None:
    """A password in the wrong place has exit code 2 and is in no output."""
    assert smtpconfig("verify", *VALID, *arguments, **GIVEN).exit_code == 2


def test_an_echoed_password_is_not_shown(tmp_path: Path) -> None:
    """The server may repeat it in plain text or as it was sent."""
    bundle = tmp_path / "ca.pem"
    sent = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
    echo = b"535 no: " + sent + b" is " + PASSWORD.encode() + b"\r\n"
    replies = (Act.TLS, b"220 hello\r\n"), b"250-hello\r\n250 AUTH PLAIN\r\n", echo
    with scripted_server(*replies, ca_bundle=bundle) as server:
        where = ("--port", str(server.port), "--ca-bundle", str(bundle), "--ssl", "--user", USER)
        result = smtpconfig("verify", *VALID, *where, **GIVEN)
    assert result.exit_code == 1
    assert "535" in result.stderr
    assert sent.decode() not in result.output


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.text(st.characters(codec="utf-8")))
def test_no_password_is_in_any_output(tmp_path: Path, rest: str) -> None:
    """Any text is either tried or refused; `smtpconfig` checks the output for its start."""
    file = tmp_path / "password"
    file.write_bytes(f"{CANARY}{rest}".encode())
    closed = ("--port", "1", "--user", USER, "--password-from", f"file:{file}")
    result = smtpconfig("verify", *VALID, *closed, "--json")
    assert result.exit_code in {1, 2}
    assert not document(result)["verified"]
