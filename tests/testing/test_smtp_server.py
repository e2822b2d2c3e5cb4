"""The SMTP server for users' tests, met by the standard library's client."""

from __future__ import annotations

import doctest
import logging
import smtplib
import ssl
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig import testing
from pulumi_smtpconfig.testing import ReceivedLogin, ReceivedMessage, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "canary horse"
SENDER, RECIPIENTS = "no-reply@acme.example", ["help@acme.example", "sales@acme.example"]
MAIL = "Subject: Hello\r\n\r\ncanary link\r\n"


@contextmanager
def connected(
    server: SmtpServer, *, implicit: bool = False, host: str = "127.0.0.1"
) -> Iterator[smtplib.SMTP]:
    """Connect and encrypt, trusting the server's authority alone."""
    context = ssl.create_default_context(cafile=str(server.ca_bundle))
    if implicit:
        with smtplib.SMTP_SSL(host, server.ssl_port, context=context) as client:
            yield client
    else:
        with smtplib.SMTP(host, server.port) as client:
            client.starttls(context=context)
            yield client


def log_in(client: smtplib.SMTP, user: str, password: str) -> int:
    """Log in by PLAIN, with text beyond ASCII too, and return the reply's code."""
    client.ehlo("client.example")
    response = b64encode(f"\0{user}\0{password}".encode()).decode()
    return client.docmd("AUTH", f"PLAIN {response}")[0]


def test_the_example_of_the_package_works() -> None:
    """`doctest` runs it."""
    assert doctest.testmod(testing, raise_on_error=True).attempted


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN"])
def test_a_client_that_trusts_its_authority_logs_in(
    smtp_server: SmtpServer, mechanism: str, host: str, *, implicit: bool
) -> None:
    """Its certificate holds for both names on both ports, and the session tells of the login."""
    smtp_server.users["acme"] = PASSWORD
    with connected(smtp_server, implicit=implicit, host=host) as client:
        client.ehlo("client.example")
        client.esmtp_features["auth"] = mechanism
        client.login("acme", PASSWORD)
    (session,) = smtp_server.sessions
    assert (session.tls, session.hello) == (True, "client.example")
    assert session.logins == [ReceivedLogin("acme", PASSWORD, mechanism, accepted=True)]


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@pytest.fixture(scope="module")
def shared() -> Iterator[SmtpServer]:
    """A server that all examples of a law share."""
    with SmtpServer() as running:
        yield running


@given(known=st.dictionaries(NAMES, NAMES, max_size=3), user=NAMES, password=NAMES)
def test_only_known_logins_are_accepted(
    shared: SmtpServer, known: dict[str, str], user: str, password: str
) -> None:
    """A user and a password are accepted if they are an item of `users`, and noted in any case."""
    accepted = known.get(user) == password
    shared.users.clear()
    shared.users.update(known)
    shared.sessions.clear()
    with connected(shared) as client:
        assert log_in(client, user, password) == (235 if accepted else 535)
    (session,) = shared.sessions
    assert session.logins == [ReceivedLogin(user, password, "PLAIN", accepted)]


def test_a_change_of_users_takes_effect_at_once(smtp_server: SmtpServer) -> None:
    """A session sees a password that was set after it began."""
    with connected(smtp_server) as client:
        assert log_in(client, "acme", PASSWORD) == 535
        smtp_server.users["acme"] = PASSWORD
        assert log_in(client, "acme", PASSWORD) == 235


def test_a_login_needs_tls(smtp_server: SmtpServer) -> None:
    """It is neither offered nor accepted before STARTTLS, and the session says so."""
    smtp_server.users["acme"] = PASSWORD
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        assert log_in(client, "acme", PASSWORD) not in {235, 535}
        assert not client.has_extn("auth")
    (session,) = smtp_server.sessions
    assert not session.tls
    assert not session.logins


@pytest.mark.parametrize("response", ["AGEA/w==", "AP8AYQ=="], ids=["password", "user"])
def test_a_login_in_another_encoding_is_refused(smtp_server: SmtpServer, response: str) -> None:
    """Bytes that are not UTF-8 are no known user's, and end no session."""
    with connected(smtp_server) as client:
        client.ehlo()
        assert client.docmd("AUTH", f"PLAIN {response}")[0] == 535
        assert client.noop()[0] == 250
    assert (
        "�" in smtp_server.sessions[0].logins[0].user + smtp_server.sessions[0].logins[0].password
    )


def test_a_message_is_kept_as_it_was_sent(smtp_server: SmtpServer) -> None:
    """With its envelope, in order."""
    with connected(smtp_server) as client:
        client.sendmail(SENDER, RECIPIENTS, MAIL)
        client.sendmail("", RECIPIENTS[0], MAIL)
    first, second = smtp_server.messages
    assert first == ReceivedMessage(SENDER, tuple(RECIPIENTS), MAIL.encode())
    assert (second.sender, second.recipients) == ("<>", (RECIPIENTS[0],))


def test_a_refused_address_is_noted_and_gets_no_message(smtp_server: SmtpServer) -> None:
    """A sender's session may go on with another one; a recipient's goes on with the others."""
    smtp_server.refused.update({SENDER, RECIPIENTS[0]})
    with connected(smtp_server) as client:
        client.ehlo()
        assert client.mail(SENDER)[0] == 553
        client.rset()
        refused = client.sendmail("other@acme.example", RECIPIENTS, MAIL)
    assert refused.keys() == {RECIPIENTS[0]}
    (session,) = smtp_server.sessions
    assert session.senders == [SENDER, "other@acme.example"]
    assert session.recipients == RECIPIENTS
    assert [message.recipients for message in smtp_server.messages] == [(RECIPIENTS[1],)]


def test_an_older_client_is_greeted(smtp_server: SmtpServer) -> None:
    """HELO is answered and noted as EHLO is."""
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        assert client.helo("old.example")[0] == 250
    assert smtp_server.sessions[0].hello == "old.example"


def test_no_repr_and_no_log_shows_a_secret(
    smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Both are printed when a test fails."""
    caplog.set_level(logging.DEBUG)
    smtp_server.users["acme"] = PASSWORD
    with connected(smtp_server) as client:
        client.login("acme", PASSWORD)
        client.sendmail(SENDER, RECIPIENTS, MAIL)
    assert smtp_server.sessions[0].logins
    shown = repr((smtp_server, smtp_server.sessions, smtp_server.messages))
    assert "acme" in shown
    for text in (shown, caplog.text, repr(vars(smtp_server.sessions[0]))):
        assert "canary" not in text
        assert b64encode(f"\0acme\0{PASSWORD}".encode()).decode() not in text


def test_it_ends_with_the_block_even_if_a_client_stays() -> None:
    """The ports are closed, and the folder is gone."""
    with SmtpServer() as server:
        client = smtplib.SMTP(server.host, server.port)
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(server.host, server.port)
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(server.host, server.ssl_port)
    client.close()
    assert not server.ca_bundle.parent.exists()


def test_a_server_may_start_again() -> None:
    """It keeps its users, and nothing of the start is taken for a session."""
    server = SmtpServer()
    for _ in range(2):
        with server:
            assert not server.sessions


def test_two_servers_know_nothing_of_each_other(smtp_server: SmtpServer) -> None:
    """Neither their users nor their authorities are the same."""
    smtp_server.users["acme"] = PASSWORD
    with SmtpServer() as other:
        with connected(other) as client:
            assert log_in(client, "acme", PASSWORD) == 535
        other.ca_bundle = smtp_server.ca_bundle
        with pytest.raises(ssl.SSLCertVerificationError), connected(other):
            raise AssertionError
