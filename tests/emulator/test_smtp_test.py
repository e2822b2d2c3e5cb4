"""testSMTPConnection holds a real SMTP session."""

from __future__ import annotations

import socket
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import AuthResult

from pulumi_smtpconfig.emulator import Emulator, Event
from pulumi_smtpconfig.emulator.smtp_test import DEADLINE, MOST_AT_ONCE
from tests.emulator.requests import REALM, SHIFT, send
from tests.smtp.smtp_server import PASSWORD, USER, SmtpServer, smtp_server
from tests.smtp.token_smtp_server import TokenSmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx
    from aiosmtpd.smtp import Envelope

TEST = f"{REALM}/testSMTPConnection"
FAILED = {"errorMessage": "Failed to send email"}
LOGIN = {"auth": "true", "user": USER, "password": PASSWORD}
EVENTS: list[Event] = []


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose events are noted."""
    EVENTS.clear()
    with Emulator(on_event=EVENTS.append) as emulator:
        yield emulator


def content(mail: Envelope) -> bytes:
    """Return the headers and the body of a mail."""
    assert isinstance(mail.content, bytes)
    return mail.content


def attempt(emulator: Emulator, **settings: Any) -> httpx.Response:
    """Let the emulator send a mail with these settings."""
    given = {"host": "localhost", "from": "a@example.com", **settings}
    return send(emulator.environment, TEST, given)


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
def test_one_mail_is_sent_over_tls_with_a_login(
    emulator: Emulator, tmp_path: Path, *, implicit: bool
) -> None:
    """A certificate counts whose authority the emulator was given; the mail is one line."""
    ca_bundle = tmp_path / "ca.pem"
    tls = {"ssl": "true"} if implicit else {"starttls": "true"}
    with smtp_server(ca_bundle, implicit=implicit) as server:
        untrusted = attempt(emulator, port=server.port, **tls, **LOGIN)
        emulator.mail_ca_bundle = ca_bundle
        sent = attempt(emulator, port=server.port, envelopeFrom="b@example.com", **tls, **LOGIN)
        (mail,) = server.mails
        server.mails.clear()
    assert (untrusted.status_code, untrusted.json()) == (500, FAILED)
    assert "CERTIFICATE_VERIFY_FAILED" in EVENTS[0].note
    assert sent.status_code == 204
    assert server.logins == [("LOGIN", USER, PASSWORD, True)]
    assert (mail.mail_from, mail.rcpt_tos) == ("b@example.com", ["operator@emulator.example"])
    assert content(mail).rstrip().endswith(b"\r\n\r\nThis is a test message")


def test_a_failure_is_told_to_the_client_as_keycloak_does_and_here_with_its_reason(
    emulator: Emulator, tmp_path: Path
) -> None:
    """The reason is the server's, without a secret."""
    emulator.mail_ca_bundle = tmp_path / "ca.pem"
    with smtp_server(tmp_path / "ca.pem") as server:
        wrong = attempt(
            emulator, port=server.port, starttls="true", auth="true", user=USER, password="canary"
        )
    assert (wrong.status_code, wrong.json()) == (500, FAILED)
    assert EVENTS[0].note.startswith("535 ")
    assert "canary" not in repr(EVENTS)


class Echoing(SmtpServer):
    """Repeats a login, plain and in base64."""

    def _authenticate(self, *given: Any) -> AuthResult:
        password = given[4].password
        both = f"{password.decode()} {b64encode(password).decode()}"
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no {both}")


def test_a_server_that_repeats_the_password_does_not_reveal_it(
    emulator: Emulator, tmp_path: Path
) -> None:
    """It is masked in what the emulator shows."""
    with smtp_server(tmp_path / "ca.pem", kind=Echoing, auth_require_tls=False) as server:
        login = {"auth": "true", "user": USER, "password": "canary-password"}
        answer = attempt(emulator, port=server.port, starttls="false", **login)
    assert answer.json() == FAILED
    assert EVENTS[0].note == "535 5.7.8 no ******** ********"


@pytest.mark.parametrize("host", ["192.0.2.1", "0", "::ffff:192.0.2.1", "2001:db8::1"])
def test_no_server_beyond_this_machine_is_contacted(emulator: Emulator, host: str) -> None:
    """The client is told why, and how to reach it all the same."""
    began = time.monotonic()
    answer = attempt(emulator, host=host)
    assert answer.status_code == 500
    assert answer.json()["errorMessage"].startswith(
        f"The emulator only sends test mails to servers on this machine, and {host} is elsewhere."
    )
    assert time.monotonic() - began < DEADLINE


def test_another_server_is_contacted_if_that_is_on(emulator: Emulator) -> None:
    """An address that nothing answers fails as on Keycloak."""
    emulator.sends_mail_anywhere = True
    answer = attempt(emulator, host="192.0.2.1", connectionTimeout="200")
    assert (answer.status_code, answer.json()) == (500, FAILED)


@pytest.mark.parametrize("where", ["host", "from", "replyTo", "envelopeFrom", "user"])
def test_a_line_break_adds_nothing_to_the_session(
    emulator: Emulator, tmp_path: Path, where: str
) -> None:
    """No setting can add a command or a header."""
    with smtp_server(tmp_path / "ca.pem", starttls=False) as server:
        answer = attempt(
            emulator, port=server.port, **{where: "a@example.com\r\nRCPT TO:<victim@example.com>"}
        )
        mails = list(server.mails)
        server.mails.clear()
    assert "victim" not in "".join(server.recipients)
    assert answer.status_code == (204 if where == "user" else 500)
    assert all(b"victim" not in content(mail) for mail in mails)


@contextmanager
def silent_server() -> Iterator[int]:
    """Accept connections and say nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


def test_a_silent_server_is_given_up_and_delays_nobody(emulator: Emulator) -> None:
    """Its settings' own time-outs count; other requests are served meanwhile."""
    with silent_server() as port, ThreadPoolExecutor(MOST_AT_ONCE * 2) as pool:
        waiting = [pool.submit(attempt, emulator, port=port, timeout=300) for _ in range(10)]
        assert send(emulator.environment, SHIFT).status_code == 200
        assert {each.result().status_code for each in waiting} == {500}


def test_the_emulator_ends_at_once_while_it_waits_for_a_mail_server() -> None:
    """Leaving the block does not wait for a silent server."""
    with silent_server() as port, ThreadPoolExecutor() as pool:
        with Emulator() as emulator:
            waiting = pool.submit(attempt, emulator, port=port)
            while not emulator.requests:
                time.sleep(0.01)
            time.sleep(0.2)
            began = time.monotonic()
        took = time.monotonic() - began
        assert waiting.exception()
    assert took < 5


def test_a_login_by_token_fetches_it_first(emulator: Emulator, tmp_path: Path) -> None:
    """From the settings' token endpoint; a masked client secret stands for the stored one."""
    bundle = tmp_path / "ca.pem"
    with smtp_server(bundle, kind=TokenSmtpServer, auth_require_tls=True) as server:
        assert isinstance(server, TokenSmtpServer)
        server.accepts = lambda user, token: (user, emulator._tokens.owner(token)) == (USER, "acme")
        both = tmp_path / "both.pem"
        both.write_bytes(bundle.read_bytes() + emulator.ca_bundle.read_bytes())
        emulator.mail_ca_bundle = both
        url = f"https://{emulator.address}/auth/realms/acme/protocol/openid-connect/token"
        settings = {
            "host": "localhost",
            "port": str(server.port),
            "from": "a@example.com",
            "starttls": "true",
            "auth": "true",
            "authType": "token",
            "user": USER,
            "authTokenUrl": url,
            "authTokenClientId": emulator.client_id,
            "authTokenClientSecret": emulator.client_secret,
        }
        send(emulator.environment, REALM, {"smtpServer": settings}, "PUT")
        sent = attempt(emulator, **settings, authTokenScope="mail")
        masked = attempt(emulator, **{**settings, "authTokenClientSecret": "*" * 10})
        wrong = attempt(emulator, **{**settings, "authTokenClientSecret": "wrong"})
        elsewhere = attempt(emulator, **{**settings, "authTokenUrl": "https://192.0.2.1/token"})
        server.mails.clear()
    assert [each.status_code for each in (sent, masked, wrong)] == [204, 204, 500]
    assert "192.0.2.1 is elsewhere" in elsewhere.json()["errorMessage"]
    assert len(server.tokens) == 2
