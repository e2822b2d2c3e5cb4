"""A stage passes with the reply that is due, at the time it is due, and with no other."""

from __future__ import annotations

import select
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.connect import Deadline
from pulumi_smtpconfig.smtp.advice import REMEDIES, TAMPERING
from pulumi_smtpconfig.smtp.session import ProtocolError, Session
from tests.smtp.scripted_server import (
    GOOD,
    GREETING,
    OFFER_STARTTLS,
    OK,
    STAGES,
    UNTIL_AUTH,
    WELCOME,
    scripted_server,
)
from tests.smtp.smtp_server import PASSWORD
from tests.smtp.verifying import PATIENCE, RECIPIENT, failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.errors import NotVerified
    from tests.smtp.scripted_server import Reply

OFFER_LOGIN = b"250-mx.acme.example\r\n250 AUTH LOGIN\r\n"
UNTIL_LOGIN = (*UNTIL_AUTH[:-1], OFFER_LOGIN)
USER_NAME, ASK_PASSWORD = b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"
DUE = {0: {220}, 1: {250}, 2: {220}, 3: {250}, 4: {235}, 5: {250}, 6: {250, 251}}
"""The codes with which each reply of a good script passes its stage (RFC 5321, RFC 4954)."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of tests with many examples write their authority."""
    return tmp_path_factory.mktemp("authority") / "ca.pem"


def failure(bundle: Path, *replies: Reply, recipient: str = RECIPIENT) -> NotVerified:
    """Return the error of a session with these replies."""
    with scripted_server(*replies, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, recipient=recipient)
    assert error.remedy in {*REMEDIES.values(), TAMPERING}
    return error


@given(number=st.integers(0, len(GOOD) - 1), code=st.integers(0, 399), lines=st.integers(1, 3))
@settings(max_examples=60)
def test_a_stage_passes_only_with_its_own_code(
    authority: Path, number: int, code: int, lines: int
) -> None:
    """Another code of success, of a challenge, 1yz or none at all is told, with what was due."""
    assume(code not in DUE[number])
    text = f"{code:03}-welcome\r\n" * (lines - 1) + f"{code:03} welcome\r\n"
    error = failure(authority, *GOOD[:number], text.encode())
    assert error.stage == STAGES[number]
    assert "welcome" in error.happened
    assert f"{code:03}" in error.happened
    assert "password" not in error.remedy
    if code >= 200:
        assert f"where {min(DUE[number])}" in error.happened


@given(
    number=st.integers(0, len(GOOD) - 1),
    first=st.sampled_from([220, 235, 250, 334, 421, 535]),
    other=st.sampled_from([220, 235, 250, 251, 334, 421, 550]),
    good_last=st.booleans(),
)
@settings(max_examples=60)
def test_all_lines_of_a_reply_have_one_code(
    authority: Path, number: int, first: int, other: int, *, good_last: bool
) -> None:
    """Neither the first line nor the last one decides (RFC 5321, section 4.2.1)."""
    last = min(DUE[number]) if good_last else other
    assume(first != last)
    reply = f"{first}-one\r\n{last} two\r\n".encode()
    error = failure(authority, *GOOD[:number], reply)
    assert error.stage == STAGES[number]
    assert f"{first}-one, {last} two" in error.happened


def test_a_recipient_may_be_forwarded(bundle: Path) -> None:
    """251 accepts a recipient too (RFC 5321, section 4.2.2)."""
    with scripted_server(*GOOD[:-1], b"251 will forward\r\n", ca_bundle=bundle) as server:
        assert verify_at(server.port, bundle, recipient=RECIPIENT)[-1].stage == "RCPT TO"


LONG = "x" * 500
EARLY: dict[str, tuple[tuple[Reply, ...], str]] = {
    "to AUTH LOGIN": ((*UNTIL_LOGIN, WELCOME), PASSWORD),
    "to the user name": ((*UNTIL_LOGIN, USER_NAME, WELCOME), PASSWORD),
    "to AUTH PLAIN without a response": ((*UNTIL_AUTH, WELCOME), LONG),
    "250 to AUTH LOGIN": ((*UNTIL_LOGIN, OK), PASSWORD),
    "250 to the user name": ((*UNTIL_LOGIN, USER_NAME, OK), PASSWORD),
    "220 to AUTH PLAIN without a response": ((*UNTIL_AUTH, b"220 welcome\r\n"), LONG),
}


@pytest.mark.parametrize(("replies", "password"), EARLY.values(), ids=EARLY.keys())
def test_a_login_that_is_accepted_before_the_password_fails(
    bundle: Path, replies: tuple[Reply, ...], password: str
) -> None:
    """It shows nothing about the password, which is not sent any more."""
    with scripted_server(*replies, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, password=password)
    assert error.stage == "AUTH"
    assert "before the password was sent" in error.happened
    assert error.remedy == REMEDIES["EHLO"]
    assert server.received[len(replies) - 1 :] == [b"QUIT"]


@pytest.mark.parametrize("last", [b"334 \r\n", OK, b"220 hi\r\n", b"354 go\r\n"], ids=repr)
@pytest.mark.parametrize(
    "before", [UNTIL_AUTH, (*UNTIL_LOGIN, USER_NAME, ASK_PASSWORD)], ids=["PLAIN", "LOGIN"]
)
def test_only_235_accepts_a_login(bundle: Path, before: tuple[Reply, ...], last: bytes) -> None:
    """The success of another command is none, nor is a challenge when everything was sent."""
    error = failure(bundle, *before, last)
    assert error.stage == "AUTH"
    assert f"it answered {last[:3].decode()}" in error.happened
    assert "where 235 was expected" in error.happened


def test_good_logins_of_both_mechanisms_pass(bundle: Path) -> None:
    """The replies of the tests above are good but for the one that differs."""
    replies = (*UNTIL_LOGIN, USER_NAME, ASK_PASSWORD, WELCOME, OK, OK)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        assert dict(verify_at(server.port, bundle))["AUTH"] == "LOGIN"
    with scripted_server(*UNTIL_AUTH, b"334 \r\n", WELCOME, OK, ca_bundle=bundle) as server:
        assert dict(verify_at(server.port, bundle, password=LONG))["AUTH"] == "PLAIN"


PIPELINED: dict[str, tuple[tuple[Reply, ...], str]] = {
    "EHLO": ((GREETING + b"250 AUTH PLAIN\r\n",), "EHLO"),
    "STARTTLS": ((GREETING, OFFER_STARTTLS + b"220 go\r\n"), "STARTTLS"),
    "AUTH LOGIN": ((*UNTIL_AUTH[:-1], OFFER_LOGIN + USER_NAME), "AUTH"),
    "the user name": ((*UNTIL_LOGIN, USER_NAME + ASK_PASSWORD), "AUTH"),
    "the password": ((*UNTIL_LOGIN, USER_NAME, ASK_PASSWORD + WELCOME), "AUTH"),
    "MAIL FROM": ((*UNTIL_AUTH, WELCOME + OK), "MAIL FROM"),
    "RCPT TO": ((*UNTIL_AUTH, WELCOME, OK + OK), "RCPT TO"),
    "RCPT TO, a line without an end": ((*UNTIL_AUTH, WELCOME, OK + b"2"), "RCPT TO"),
    "RCPT TO, an empty line": ((*UNTIL_AUTH, WELCOME, OK + b"\r\n"), "RCPT TO"),
    "nothing": ((*UNTIL_AUTH, WELCOME, OK, OK + b"550 no\r\n"), "RCPT TO"),
}


@pytest.mark.parametrize(("replies", "stage"), PIPELINED.values(), ids=PIPELINED.keys())
def test_a_reply_that_nobody_asked_for_yet_ends_the_session(
    bundle: Path, replies: tuple[Reply, ...], stage: str
) -> None:
    """The error says what came, and no further command but QUIT is sent."""
    with scripted_server(*replies, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, recipient=RECIPIENT)
    assert error.stage == stage
    assert stage not in [getattr(step, "stage", "") for step in error.passed]
    assert "before the command was sent" in error.happened
    assert len([line for line in server.received if line != b"QUIT"]) == len(replies) - 1


def test_a_refusal_after_the_last_reply_is_not_a_success(bundle: Path) -> None:
    """Two replies to MAIL FROM contradict each other."""
    replies = (*UNTIL_AUTH, WELCOME, OK + b"553 not yours\r\n")
    error = failure(bundle, *replies, recipient="")
    assert error.stage == "MAIL FROM"
    assert '"553 not yours"' in error.happened


@pytest.mark.parametrize("over_tls", [True, False])
def test_a_reply_is_early_even_if_it_was_not_received_yet(*, over_tls: bool) -> None:
    """What waits in the buffers of TLS and of the operating system counts too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        peer = listener.accept()[0]
    with closing(Session(Deadline(PATIENCE))) as session:
        session.attach(client)
        if over_tls:
            peer = begin_tls(session, peer)
        with peer:
            peer.sendall(GREETING)
            assert session.getreply().code == 220
            peer.sendall(b"250 early\r\n")
            assert session.sock
            select.select([session.sock], [], [], PATIENCE)
            with pytest.raises(ProtocolError) as caught:
                session.command("EHLO")
    assert caught.value.received == b"250 early\r\n"


def begin_tls(session: Session, peer: socket.socket) -> ssl.SSLSocket:
    """Start TLS between a session and its peer, and return the peer's end."""
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(ours)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    with ThreadPoolExecutor(1) as pool:
        wrapped = pool.submit(theirs.wrap_socket, peer, server_side=True)
        session.begin_tls(ours, "127.0.0.1")
        return wrapped.result()


@pytest.mark.parametrize("early", [b"220 go\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"HTTP/1.1\r\n"])
@pytest.mark.parametrize("together", [True, False])
def test_plain_text_after_starttls_never_counts(
    bundle: Path, early: bytes, *, together: bool
) -> None:
    """Whatever arrives between the reply to STARTTLS and TLS ends the session."""
    go = (b"220 go\r\n" + early,) if together else (b"220 go\r\n", early)
    error = failure(bundle, GREETING, OFFER_STARTTLS, go)
    assert error.stage == "STARTTLS"
