"""`smtpconfig verify` against a real SMTP server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import document, smtpconfig
from tests.smtp.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SENDER = "no-reply@acme.example"
GIVEN = {"SMTPCONFIG_SMTP_PASSWORD": PASSWORD}


def to(server: SmtpServer) -> tuple[str, ...]:
    """Return options for a server, with its user."""
    where = ("--host", "127.0.0.1", "--port", str(server.port), "--from", SENDER)
    return (*where, "--user", USER, "--ca-bundle", str(server.ca_bundle))


def verify(server: SmtpServer, *more: str, **variables: str) -> Result:
    """Verify settings at a server, which gets no mail."""
    result = smtpconfig("verify", *to(server), *more, **variables)
    assert not server.mails
    return result


def test_good_settings_show_every_stage(server: SmtpServer) -> None:
    """Each stage is a row with the server's reply, and the exit code is 0."""
    result = verify(server, "--recipient", "help@acme.example", **GIVEN)
    assert result.exit_code == 0
    title, *rows = result.stdout.splitlines()
    assert title == f"127.0.0.1:{server.port} is verified. No mail was sent."
    passed = [" ".join(row.split()[1:]) for row in rows if "✓" in row]
    assert [row for row in passed if row.startswith("MAIL FROM")] == ['MAIL FROM "2.1.0 Ok"']
    assert server.senders == [SENDER]
    assert server.recipients == ["help@acme.example"]


def test_implicit_tls_is_verified_too(tmp_path: Path) -> None:
    """With `--ssl`, STARTTLS is off by default."""
    with smtp_server(tmp_path / "ca.pem", implicit=True) as server:
        assert verify(server, "--ssl", **GIVEN).exit_code == 0


def test_a_failed_stage_is_the_last_row(server: SmtpServer) -> None:
    """The error quotes the server and has a remedy."""
    server.password = "another one"
    result = verify(server, **GIVEN)
    assert result.exit_code == 1
    assert "is not verified." in result.stdout
    assert result.stdout.rstrip().splitlines()[-1].split() == ["✗", "AUTH", "failed"]
    lines = result.stderr.splitlines()
    at = lines.index("Error: Could not verify the settings.")
    assert "failed at AUTH: it answered 535" in lines[at + 1]
    assert lines[at + 2].startswith("  Next: check user and password")


def test_json_has_the_same_keys_for_success_and_failure(server: SmtpServer) -> None:
    """Standard output is a JSON object and nothing else."""
    verified = document(verify(server, "--json", **GIVEN))
    assert (verified["verified"], verified["stage"], verified["happened"]) == (True, None, None)
    server.refused.add(SENDER)
    result = verify(server, "--json", **GIVEN)
    assert result.exit_code == 1
    failed = document(result)
    assert (failed["verified"], failed["stage"]) == (False, "MAIL FROM")
    assert [step["stage"] for step in failed["steps"]][-1] == "AUTH"
    assert "Sender address rejected" in failed["happened"]
    assert failed["remedy"] in result.stderr
    assert set(verified) == set(failed)


def test_the_envelope_sender_wins_over_the_from_address(server: SmtpServer) -> None:
    """MAIL FROM has the envelope sender."""
    assert verify(server, "--envelope-from", "bounce@acme.example", **GIVEN).exit_code == 0
    assert server.senders == ["bounce@acme.example"]


def test_without_a_user_no_password_is_read(tmp_path: Path) -> None:
    """A relay without a login is verified even if the variable has a password."""
    with smtp_server(tmp_path / "ca.pem", auth_require_tls=False) as server:
        *rest, _, _, _, ca_bundle = to(server)
        result = smtpconfig("verify", *rest, "--ca-bundle", ca_bundle, **GIVEN)
    assert result.exit_code == 0
    assert not server.logins


def test_an_unreachable_server_has_exit_code_1() -> None:
    """The settings do not work."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = str(closed.getsockname()[1])
    where = ("--host", "127.0.0.1", "--port", port, "--from", SENDER)
    result = smtpconfig("verify", *where, "--json")
    assert result.exit_code == 1
    assert document(result)["stage"] == "connection"


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_address_is_shown_in_brackets(host: str) -> None:
    """The option may have brackets or not."""
    result = smtpconfig("verify", "--host", host, "--port", "1", "--from", SENDER)
    assert result.exit_code == 1
    assert result.stdout.startswith("[::1]:1 is not verified.")
    assert "Connecting to [::1]:1 ..." in result.stderr
    assert "\n  [::1]:1 failed at connection" in result.stderr


def test_a_host_with_a_port_is_invalid() -> None:
    """Brackets are removed only if there is nothing else to remove."""
    result = smtpconfig("verify", "--host", "[::1]:25", "--from", SENDER)
    assert result.exit_code == 2
    assert "--host: includes a port" in result.stderr


@pytest.mark.parametrize(("option", "code"), [("--ca-bundle", 2), ("SMTPCONFIG_CA_BUNDLE", 3)])
def test_a_missing_ca_bundle_is_reported_with_its_source(
    server: SmtpServer, option: str, code: int
) -> None:
    """The option wins and has exit code 2; the JSON still has the lint warnings."""
    more = ["--ca-bundle", "/nowhere.pem"] if option.startswith("--") else ["--ca-bundle", ""]
    result = verify(server, *more, "--json", **GIVEN, SMTPCONFIG_CA_BUNDLE="/nowhere/else.pem")
    assert result.exit_code == code
    assert f"{option} cannot be loaded from /nowhere" in result.stderr
    shown = document(result)
    assert shown["remedy"]
    assert [finding["code"] for finding in shown["findings"]] == ["W103"]
    assert "[W103]" in result.stderr
