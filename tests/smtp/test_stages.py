"""A session with a real server ends after MAIL FROM or RCPT TO and sends no mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.interface import Step
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server
from tests.smtp.verifying import RECIPIENT, SENDER, failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.smtp.smtp_server import SmtpServer


def test_good_settings_pass_every_stage(server: SmtpServer) -> None:
    """The steps are in order, each with its detail."""
    steps = dict(verify_at(server.port, server.ca_bundle, recipient=RECIPIENT))
    assert list(steps) == [
        *("look-up", "connection", "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO")
    ]
    assert steps["connection"] == f"127.0.0.1 port {server.port}"
    assert steps["STARTTLS"] == "TLSv1.3"
    assert steps["AUTH"] == "LOGIN"
    assert steps["MAIL FROM"] == '"2.1.0 Ok"'
    assert server.logins == [("LOGIN", USER, PASSWORD, True)]
    assert (server.senders, server.recipients) == ([SENDER], [RECIPIENT])


def test_without_a_recipient_the_session_ends_after_mail_from(server: SmtpServer) -> None:
    """RCPT TO is not sent."""
    assert verify_at(server.port, server.ca_bundle)[-1].stage == "MAIL FROM"
    assert not server.recipients


def test_without_a_user_there_is_no_login(server: SmtpServer) -> None:
    """A relay may accept mails from its own network."""
    steps = dict(verify_at(server.port, server.ca_bundle, user="", password=""))
    assert "AUTH" not in steps
    assert not server.logins


def test_implicit_tls_needs_no_starttls(bundle: Path) -> None:
    """The TLS stage is before the greeting, and the login is over TLS."""
    with smtp_server(bundle, implicit=True) as server:
        steps = dict(verify_at(server.port, bundle, ssl=True, starttls=False))
    assert list(steps)[2:4] == ["TLS", "greeting"]
    assert "STARTTLS" not in steps
    assert server.logins == [("LOGIN", USER, PASSWORD, True)]


@pytest.mark.parametrize("excluded", ["PLAIN", "LOGIN"])
def test_wrong_credentials_are_tried_once(bundle: Path, excluded: str) -> None:
    """The other mechanism is not tried, as that could lock the account."""
    with smtp_server(bundle, auth_exclude_mechanism=[excluded]) as server:
        error = failure_at(server.port, bundle, password="wr0ng-canary")
    assert error.stage == "AUTH"
    assert f"127.0.0.1:{server.port} failed at AUTH: it answered 535" in error.happened
    assert "password" in error.remedy
    assert len(server.logins) == 1
    assert not server.senders


FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "sender refused": ({"sender": "ceo@acme.example"}, "MAIL FROM", "envelopeFrom"),
    "recipient refused": ({"recipient": "ceo@acme.example"}, "RCPT TO", "verifyRecipient"),
    "ssl on a STARTTLS port": ({"ssl": True}, "TLS", "set starttls"),
    "a password without TLS": ({"starttls": False}, "AUTH", "set starttls"),
    "TLS required": (
        {"starttls": False, "user": "", "password": ""},
        "MAIL FROM",
        "set starttls",
    ),
    "login required": ({"user": "", "password": ""}, "MAIL FROM", "set user"),
    "unknown host": ({"host": "smtp.acme.invalid"}, "look-up", "host"),
}


@pytest.mark.parametrize(("changes", "stage", "remedy"), FAILURES.values(), ids=FAILURES.keys())
def test_an_error_has_its_stage_and_a_remedy(
    bundle: Path, changes: dict[str, Any], stage: str, remedy: str
) -> None:
    """The failed stage is not among those that passed."""
    with smtp_server(bundle, require_starttls=True, auth_required=True) as server:
        server.refused.add("ceo@acme.example")
        error = failure_at(server.port, bundle, **changes)
    assert (error.stage, error.doing) == (stage, "")
    assert f":{server.port} failed at {stage}: " in error.happened
    assert remedy in error.remedy
    assert stage not in [step.stage for step in error.passed if isinstance(step, Step)]


def test_if_starttls_is_not_offered_the_session_ends(bundle: Path) -> None:
    """The password is not sent, although the server would accept it without TLS."""
    with smtp_server(bundle, starttls=False) as server:
        error = failure_at(server.port, bundle)
    assert error.stage == "STARTTLS"
    assert "does not offer" in error.happened
    assert "set ssl" in error.remedy
    assert not server.logins


def test_a_closed_port_is_reported_with_its_address(bundle: Path) -> None:
    """The remedy mentions the firewall."""
    with smtp_server(bundle) as server:
        port = server.port
    error = failure_at(port, bundle)
    assert error.stage == "connection"
    assert '127.0.0.1: "Connection refused"' in error.happened
    assert "firewall" in error.remedy


def test_a_name_is_reached_at_the_address_that_answers(server: SmtpServer) -> None:
    """The server listens only on 127.0.0.1, and localhost may also be ::1."""
    assert verify_at(server.port, server.ca_bundle, host="localhost")[-1].stage == "MAIL FROM"
