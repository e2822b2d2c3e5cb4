"""A session with a real server goes up to the sender or the recipient, and never to a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.interface import Step
from tests.smtp.asked import RECIPIENT, SENDER, refusal, tried
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.smtp.smtp_server import SmtpServer


def test_good_settings_pass_each_stage(server: SmtpServer) -> None:
    """The steps say what is notable, in the order in which they were taken."""
    steps = dict(tried(server.port, server.ca_bundle, recipient=RECIPIENT))
    assert list(steps) == [
        *("look-up", "connection", "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO")
    ]
    assert steps["connection"] == f"127.0.0.1 port {server.port}"
    assert steps["STARTTLS"] == "TLSv1.3"
    assert steps["AUTH"] == "PLAIN"
    assert steps["MAIL FROM"] == '"2.1.0 Ok"'
    assert server.logins == [("PLAIN", USER, PASSWORD, True)]
    assert (server.senders, server.recipients) == ([SENDER], [RECIPIENT])


def test_without_a_recipient_none_is_asked_for(server: SmtpServer) -> None:
    """The sender is the last thing that is tried."""
    assert tried(server.port, server.ca_bundle)[-1].stage == "MAIL FROM"
    assert not server.recipients


def test_without_a_user_nobody_logs_in(server: SmtpServer) -> None:
    """A server may take mail from its own network."""
    steps = dict(tried(server.port, server.ca_bundle, user="", password=""))
    assert "AUTH" not in steps
    assert not server.logins


def test_tls_from_the_first_byte_needs_no_starttls(bundle: Path) -> None:
    """The stage stands before the greeting, and the password goes over it."""
    with smtp_server(bundle, implicit=True) as server:
        steps = dict(tried(server.port, bundle, ssl=True, starttls=False))
    assert list(steps)[2:4] == ["TLS", "greeting"]
    assert "STARTTLS" not in steps
    assert server.logins == [("PLAIN", USER, PASSWORD, True)]


def test_login_serves_where_plain_is_not_offered(bundle: Path) -> None:
    """Some servers offer nothing else."""
    with smtp_server(bundle, auth_exclude_mechanism=["PLAIN"]) as server:
        assert dict(tried(server.port, bundle))["AUTH"] == "LOGIN"
    assert server.logins == [("LOGIN", USER, PASSWORD, True)]


@pytest.mark.parametrize("excluded", ["PLAIN", "LOGIN"])
def test_wrong_credentials_are_tried_once(bundle: Path, excluded: str) -> None:
    """An account is not locked by what can try the other mechanism too."""
    with smtp_server(bundle, auth_exclude_mechanism=[excluded]) as server:
        error = refusal(server.port, bundle, password="wr0ng-canary")
    assert error.stage == "AUTH"
    assert f"127.0.0.1:{server.port} failed at AUTH: it answered 535" in error.happened
    assert "password" in error.remedy
    assert len(server.logins) == 1
    assert not server.senders


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "the sender": ({"sender": "ceo@acme.example"}, "MAIL FROM", "envelopeFrom"),
    "the recipient": ({"recipient": "ceo@acme.example"}, "RCPT TO", "verifyRecipient"),
    "ssl at a port that begins without": ({"ssl": True}, "TLS", "set starttls"),
    "no TLS for a password": ({"starttls": False}, "AUTH", "set starttls"),
    "no TLS where the server wants it": (
        {"starttls": False, "user": "", "password": ""},
        "MAIL FROM",
        "set starttls",
    ),
    "no user where the server wants one": ({"user": "", "password": ""}, "MAIL FROM", "set user"),
    "a host that nobody knows": ({"host": "smtp.acme.invalid"}, "look-up", "host"),
}


@pytest.mark.parametrize(("changes", "stage", "remedy"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_stage_that_failed_is_named_with_what_to_do(
    bundle: Path, changes: dict[str, Any], stage: str, remedy: str
) -> None:
    """The error has the stages before it, and what was refused is not tried in another way."""
    with smtp_server(bundle, require_starttls=True, auth_required=True) as server:
        server.refused.add("ceo@acme.example")
        error = refusal(server.port, bundle, **changes)
    assert (error.stage, error.doing) == (stage, "")
    assert f":{server.port} failed at {stage}: " in error.happened
    assert remedy in error.remedy
    assert stage not in [step.stage for step in error.passed if isinstance(step, Step)]


def test_starttls_that_is_not_offered_is_no_reason_to_go_on(bundle: Path) -> None:
    """The password stays here, though the server would take it without TLS."""
    with smtp_server(bundle, starttls=False) as server:
        error = refusal(server.port, bundle)
    assert error.stage == "STARTTLS"
    assert "does not offer" in error.happened
    assert "set ssl" in error.remedy
    assert not server.logins


def test_a_closed_port_is_told_by_its_address(bundle: Path) -> None:
    """Nothing answers there, and the error says where that is."""
    with smtp_server(bundle) as server:
        port = server.port
    error = refusal(port, bundle)
    assert error.stage == "connection"
    assert "127.0.0.1: Connection refused" in error.happened
    assert "firewall" in error.remedy


def test_a_name_with_several_addresses_is_reached_at_the_one_that_answers(
    server: SmtpServer,
) -> None:
    """The server listens at 127.0.0.1 alone, and localhost may be ::1 too."""
    assert tried(server.port, server.ca_bundle, host="localhost")[-1].stage == "MAIL FROM"
