"""The login is the one that Jakarta Mail, the platforms' mailer, would use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.connect import Address
from pulumi_smtpconfig.smtp.advice import (
    NO_AUTH,
    NO_MECHANISM,
    UNTRIED_MECHANISM,
    USE_TLS,
    USE_XOAUTH2,
)
from pulumi_smtpconfig.smtp.stages import _is_loopback
from tests.smtp.scripted_server import GREETING, OFFER_STARTTLS, OK, START_TLS, scripted_server
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server
from tests.smtp.verifying import failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.errors import NotVerified
    from tests.smtp.smtp_server import SmtpServer


def failure_with(bundle: Path, offer: str) -> NotVerified:
    """Return the error at a server with this line in its answer to EHLO, which gets no login."""
    ehlo = f"250-mx\r\n250 {offer}\r\n".encode()
    with scripted_server(GREETING, OFFER_STARTTLS, START_TLS, ehlo, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle)
    assert error.stage == "AUTH"
    assert not [line for line in server.received if line.startswith(b"AUTH")]
    return error


def test_a_server_whose_login_is_broken_fails(server: SmtpServer) -> None:
    """The platform would not try PLAIN after LOGIN."""
    server.broken.add("LOGIN")
    assert failure_at(server.port, server.ca_bundle).stage == "AUTH"
    assert server.logins == [("LOGIN", USER, PASSWORD, True)]


def test_a_server_whose_plain_is_broken_passes(server: SmtpServer) -> None:
    """The platform would not try PLAIN at all."""
    server.broken.add("PLAIN")
    assert dict(verify_at(server.port, server.ca_bundle))["AUTH"] == "LOGIN"


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        *(("LOGIN", "LOGIN"), ("PLAIN", "PLAIN"), ("PLAIN LOGIN", "LOGIN")),
        *(("plain login", "LOGIN"), ("NTLM DIGEST-MD5 PLAIN", "PLAIN")),
        *(("XOAUTH2 CRAM-MD5 PLAIN LOGIN", "LOGIN"), ("PLAIN XLOGIN", "PLAIN")),
        *(("PLAIN\r\n250 AUTH=LOGIN", "LOGIN"), ("NTLM\r\n250 AUTH=LOGIN PLAIN", "LOGIN")),
        *(("LOGIN\r\n250 AUTH PLAIN", "PLAIN"), ("PLAIN\r\n250 AUTH=PLAIN", "PLAIN")),
    ],
)
def test_login_is_used_before_plain_and_plain_before_all_others(
    bundle: Path, offered: str, used: str
) -> None:
    """The order in which the server lists them does not matter."""
    ehlo = f"250-mx\r\n250 AUTH {offered}\r\n".replace("250 AUTH", "250-AUTH", offered.count("\n"))
    login = (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n") if used == "LOGIN" else ()
    replies = (GREETING, OFFER_STARTTLS, START_TLS, ehlo.encode(), *login, b"235 welcome\r\n", OK)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        assert dict(verify_at(server.port, bundle))["AUTH"] == used


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        *(("NTLM", "NTLM"), ("DIGEST-MD5", "DIGEST-MD5"), ("NTLM DIGEST-MD5", "DIGEST-MD5")),
        *(("GSSAPI NTLM XOAUTH2", "NTLM"), ("CRAM-MD5 DIGEST-MD5", "DIGEST-MD5")),
    ],
)
def test_what_jakarta_mail_alone_knows_cannot_be_tried_here(
    bundle: Path, offered: str, used: str
) -> None:
    """The error does not say that the settings are wrong, nor what platforms do not know."""
    error = failure_with(bundle, f"AUTH {offered}")
    assert f'"{offered}"' in error.happened
    assert f"uses {used}, and that cannot be tried here" in error.happened
    assert error.remedy == UNTRIED_MECHANISM


@pytest.mark.parametrize("offered", ["CRAM-MD5", "GSSAPI SCRAM-SHA-256", "PLAIN-CLIENTTOKEN"])
def test_a_server_with_none_that_jakarta_mail_knows_fails(bundle: Path, offered: str) -> None:
    """The error lists the mechanisms, and the remedy all that would do."""
    error = failure_with(bundle, f"AUTH {offered}")
    assert f'but "{offered}"' in error.happened
    assert error.remedy == NO_MECHANISM
    assert "LOGIN, PLAIN, DIGEST-MD5 and NTLM" in error.remedy


def test_a_server_with_logins_by_token_alone_says_so(bundle: Path) -> None:
    """Jakarta Mail uses XOAUTH2 only if it is told to."""
    assert failure_with(bundle, "AUTH XOAUTH2 OAUTHBEARER").remedy == USE_XOAUTH2


@pytest.mark.parametrize("offer", ["SIZE 1000", "AUTH", "AUTH=LOGIN", "AUTH=PLAIN LOGIN"])
def test_a_server_without_logins_is_another_case(bundle: Path, offer: str) -> None:
    """The port may be the wrong one, or no login is needed."""
    error = failure_with(bundle, offer)
    assert "offers no AUTH" in error.happened
    assert error.remedy == NO_AUTH


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[127.0.0.1]"])
def test_a_login_without_tls_is_tried_on_loopback(bundle: Path, host: str) -> None:
    """Nobody can read it there, and development servers have no TLS."""
    with smtp_server(bundle, starttls=False) as server:
        steps = dict(verify_at(server.port, starttls=False, host=host))
    assert steps["AUTH"] == "LOGIN"
    assert "STARTTLS" not in steps
    assert server.logins == [("LOGIN", USER, PASSWORD, False)]


@pytest.mark.parametrize(
    ("ips", "loopback"),
    [
        *((["127.0.0.1"], True), (["127.255.255.254"], True), (["::1"], True)),
        *((["::1", "127.0.0.1"], True), (["127.0.0.1", "192.0.2.1"], False)),
        *((["0.0.0.0"], False), (["::"], False), (["10.0.0.1"], False), (["128.0.0.1"], False)),  # noqa: S104 - no listener
        *((["fe80::1%2"], False), (["192.168.0.1"], False), (["::2"], False)),
    ],
)
def test_loopback_is_a_name_that_resolves_to_nothing_else(
    ips: list[str], *, loopback: bool
) -> None:
    """Each address counts, because any of them may be connected to."""
    assert _is_loopback([Address(0, (ip, 25)) for ip in ips]) == loopback


def test_a_server_that_offers_logins_only_after_starttls_is_told_as_such(bundle: Path) -> None:
    """On loopback the login may be tried without TLS, but this server would not take it."""
    with smtp_server(bundle) as server:
        error = failure_at(server.port, starttls=False)
    assert error.stage == "AUTH"
    assert error.remedy == USE_TLS


def test_without_tls_elsewhere_the_error_says_how_to_go_on(bundle: Path) -> None:
    """It says what that means, and which warning lint has for it."""
    with scripted_server(GREETING, b"250 AUTH LOGIN\r\n") as server:
        error = failure_at(server.port, starttls=False, host="0.0.0.0")  # noqa: S104 - no listener
    assert "there is no TLS, so the password was not sent" in error.happened
    assert "loopback" in error.remedy
    assert "W202" in error.remedy
    with smtp_server(bundle, starttls=False) as plain:
        error = failure_at(plain.port, bundle)
    assert "set starttls to false: mail then goes unencrypted" in error.remedy
    assert "W202" in error.remedy
    assert not plain.logins
