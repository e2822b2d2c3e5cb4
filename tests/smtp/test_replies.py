"""The remedy follows a refusal's words and its enhanced status code, not its first digit alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.smtp.advice import (
    ENABLE_SMTP_AUTH,
    GREYLISTED,
    LOGIN_REQUIRED,
    OTHER_PORT,
    RELAY_DENIED,
    REMEDIES,
    REPLIES,
    RETRY_LATER,
    SENDER_ADDRESS,
    SENDER_DOMAIN,
    USE_APP_LOGIN,
    USE_TLS,
    USE_XOAUTH2,
    remedy_for,
)
from pulumi_smtpconfig.smtp.session import Reply
from tests.smtp.scripted_server import GOOD, STAGES, scripted_server
from tests.smtp.verifying import RECIPIENT, failure_at

if TYPE_CHECKING:
    from pathlib import Path

REFUSALS: list[tuple[str, str, str]] = [
    ("AUTH", "530 5.7.0 Must issue a STARTTLS command first", USE_TLS),
    ("AUTH", "454 4.7.0 STARTTLS is required before AUTH", USE_TLS),
    ("AUTH", "538 5.7.11 Encryption required for requested authentication mechanism", USE_TLS),
    ("AUTH", "535 5.7.8 Error: must use TLS", USE_TLS),
    ("MAIL FROM", "530 Must issue a STARTTLS command first", USE_TLS),
    ("MAIL FROM", "550 must issue STARTTLS", USE_TLS),
    ("MAIL FROM", "451 5.7.3 STARTTLS is required to send mail [AM0PR0.outlook.com]", USE_TLS),
    ("MAIL FROM", "550 5.7.10 no", USE_TLS),
    ("MAIL FROM", "554 5.7.1 an SSL connection is required", USE_TLS),
    ("RCPT TO", "523 Encryption Needed", USE_TLS),
    ("EHLO", "421 4.7.0 secure connection needed", USE_TLS),
    (
        "AUTH",
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        USE_XOAUTH2,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
        USE_XOAUTH2,
    ),
    ("MAIL FROM", "550 5.7.30 Basic authentication is not supported", USE_XOAUTH2),
    (
        "AUTH",
        "535 5.7.139 Auth unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
        ENABLE_SMTP_AUTH,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria",
        ENABLE_SMTP_AUTH,
    ),
    ("AUTH", "535 5.7.3 Authentication unsuccessful [LO4P123.prod.outlook.com]", ENABLE_SMTP_AUTH),
    ("MAIL FROM", "530 5.7.57 Client not authenticated to send mail.", LOGIN_REQUIRED),
    ("MAIL FROM", "550 5.7.3 no", LOGIN_REQUIRED),
    ("MAIL FROM", "530 5.7.0 Authentication Required. For more information, go to", LOGIN_REQUIRED),
    ("MAIL FROM", "530 5.5.1 Authentication Required.", LOGIN_REQUIRED),
    ("RCPT TO", "550 5.7.1 authentication is required", LOGIN_REQUIRED),
    ("AUTH", "534 5.7.9 Application-specific password required.", USE_APP_LOGIN),
    ("AUTH", "534 5.7.14 Please log in via your web browser and then try again.", USE_APP_LOGIN),
    ("AUTH", "535 5.7.0 Use an app password", USE_APP_LOGIN),
    ("AUTH", "535 5.7.8 WebLoginRequired", USE_APP_LOGIN),
    ("AUTH", "535 5.7.8 Username and Password not accepted.", REMEDIES["AUTH"]),
    ("AUTH", "535 5.7.0 Authentication failed", REMEDIES["AUTH"]),
    ("AUTH", "525 5.7.13 User account disabled", REMEDIES["AUTH"]),
    ("AUTH", "454 4.7.0 Temporary authentication failure", RETRY_LATER),
    ("AUTH", "454 4.7.0 Too many login attempts", RETRY_LATER),
    ("AUTH", "502 5.5.1 VRFY disabled", OTHER_PORT),
    ("AUTH", "503 AUTH command used when not advertised", OTHER_PORT),
    ("MAIL FROM", "503 5.5.1 Error: send HELO/EHLO first", OTHER_PORT),
    ("MAIL FROM", "450 4.1.8 <a@b.de>: Sender address rejected: Domain not found", SENDER_DOMAIN),
    ("MAIL FROM", "553 5.1.8 Domain of sender address a@b.de does not exist", SENDER_DOMAIN),
    ("MAIL FROM", "550 5.1.7 Invalid sender", SENDER_ADDRESS),
    (
        "MAIL FROM",
        "553 5.7.1 Sender address rejected: not owned by user acme",
        REMEDIES["MAIL FROM"],
    ),
    ("MAIL FROM", "451 4.3.0 try later", RETRY_LATER),
    ("MAIL FROM", "451 4.7.1 Greylisting in action, please come back later", GREYLISTED),
    ("RCPT TO", "450 4.2.0 <a@b.de>: Recipient address rejected: Greylisted", GREYLISTED),
    ("RCPT TO", "450 4.7.1 come back later", RETRY_LATER),
    ("RCPT TO", "554 5.7.1 <a@b.de>: Relay access denied", RELAY_DENIED),
    ("RCPT TO", "454 4.7.1 <a@b.de>: Relay access denied", RELAY_DENIED),
    ("RCPT TO", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RELAY_DENIED),
    ("RCPT TO", "550 relay not permitted", RELAY_DENIED),
    ("RCPT TO", "550 5.1.1 User unknown", REMEDIES["RCPT TO"]),
]
"""What a stage is answered in servers' own words, and the remedy."""


@pytest.mark.parametrize(("stage", "reply", "remedy"), REFUSALS)
def test_a_refusal_has_the_remedy_of_its_words(
    bundle: Path, stage: str, reply: str, remedy: str
) -> None:
    """The whole session says so, at each stage where such a reply is seen."""
    number = STAGES.index(stage)
    faults = [f"{reply}\r\n".encode()] * 2  # the second to HELO
    with scripted_server(*GOOD[:number], *faults, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, recipient=RECIPIENT)
    assert error.stage == stage
    assert error.remedy == remedy


def test_every_row_is_tried() -> None:
    """A row without an example could not be known to apply."""
    assert {row.remedy for row in REPLIES} <= {remedy for *_, remedy in REFUSALS}


def test_the_code_of_any_line_counts() -> None:
    """Some servers have it on the first line alone."""
    assert remedy_for("MAIL FROM", Reply(550, b"no\n5.1.8 no such domain")) == SENDER_DOMAIN


@pytest.mark.parametrize("text", ["[5.1.8.9] is listed", "15.1.8 no", "see 5.1.8", "5.1.80 no"])
def test_only_a_status_code_is_taken_for_one(text: str) -> None:
    """An address or a version is none."""
    assert not remedy_for("MAIL FROM", Reply(550, text.encode()))


@given(stage=st.sampled_from([*REMEDIES]), code=st.integers(400, 599), text=st.binary(max_size=200))
def test_any_reply_can_be_looked_up(stage: str, code: int, text: bytes) -> None:
    """Whatever a server sends, the stage or a row has a remedy."""
    assert remedy_for(stage, Reply(code, text)) in {"", *(row.remedy for row in REPLIES)}
