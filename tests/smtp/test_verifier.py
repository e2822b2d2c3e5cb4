"""One session and one try for each login, whatever the server does, and with many at once."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.redaction import NOT_SHOWN
from pulumi_smtpconfig.smtp.advice import RETRY_LATER
from pulumi_smtpconfig.smtp.verifier import MAX_OPEN
from tests.smtp.scripted_server import GOOD, OK, UNTIL_AUTH, WELCOME, Act, Drip, scripted_server
from tests.smtp.smtp_server import PASSWORD, smtp_server
from tests.smtp.verifying import PATIENCE, SENDER, verification, verifier_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pulumi_smtpconfig.interface import Step, Verification
    from tests.smtp.scripted_server import Reply
    from tests.smtp.smtp_server import SmtpServer

TENANTS = 30
THREADS = [1, 4, TENANTS]
CANARY = "pw-canary-0123456789"
Result = "list[Step] | NotVerified"


def tenants(port: int, **changes: Any) -> list[Verification]:
    """Return the settings of many tenants that share a login and a sender."""
    return [verification(port, tenant=f'Tenant "t{n}" on x', **changes) for n in range(TENANTS)]


def verify_all(
    bundle: Path, settings: Iterable[Verification], threads: int = 1, seconds: float = PATIENCE
) -> list[list[Step] | NotVerified]:
    """Verify settings in one operation, so many at once, and return the steps or the error."""
    with closing(verifier_for(bundle, seconds)) as verifier:

        def verify(one: Verification) -> list[Step] | NotVerified:
            try:
                return verifier.verify(one)
            except NotVerified as error:
                return error

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(verify, settings))


def errors_of(results: Iterable[list[Step] | NotVerified]) -> list[NotVerified]:
    """Return the errors, of which there are no others."""
    errors = [result for result in results if isinstance(result, NotVerified)]
    assert len(errors) == len(list(results))
    return errors


@pytest.mark.parametrize("threads", THREADS)
def test_a_refused_login_is_tried_once(server: SmtpServer, threads: int) -> None:
    """All others fail with the same words, and are told whose try it was."""
    settings = tenants(server.port, password="wr0ng-canary")
    errors = errors_of(verify_all(server.ca_bundle, settings, threads))
    assert len(server.logins) == server.connections == 1
    tried = min((error.happened for error in errors), key=len)
    assert "failed at AUTH: it answered 535" in tried
    others = [error.happened for error in errors if error.happened != tried]
    assert len(others) == TENANTS - 1
    assert all(happened.startswith(tried) for happened in others)
    assert len({happened.partition("That was for ")[2] for happened in others}) == 1
    assert all('That was for Tenant "t' in happened for happened in others)
    assert {error.remedy for error in errors} == {errors[0].remedy}
    assert {error.stage for error in errors} == {"AUTH"}
    assert len({id(error) for error in errors}) == TENANTS
    assert "canary" not in str(errors)


@pytest.mark.parametrize("threads", THREADS)
def test_a_good_login_is_one_session(server: SmtpServer, threads: int) -> None:
    """Each sender and recipient is still checked, and one that is refused fails alone."""
    server.refused.update({"s7@acme.example", "r8@acme.example"})
    settings = [
        one._replace(sender=f"s{n}@acme.example", recipient=f"r{n}@acme.example")
        for n, one in enumerate(tenants(server.port))
    ]
    results = verify_all(server.ca_bundle, settings, threads)
    assert len(server.logins) == server.connections == 1
    assert sorted(server.senders) == sorted(one.sender for one in settings)
    errors = {n: result for n, result in enumerate(results) if isinstance(result, NotVerified)}
    assert {n: error.stage for n, error in errors.items()} == {7: "MAIL FROM", 8: "RCPT TO"}
    stages = [step.stage for step in errors[8].passed if hasattr(step, "stage")]
    assert stages[-3:] == ["STARTTLS", "AUTH", "MAIL FROM"]
    passed = [result for result in results if isinstance(result, list)]
    assert {tuple(step.stage for step in steps) for steps in passed} == {
        ("look-up", "connection", "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO")
    }


@pytest.mark.parametrize("refused", [False, True])
def test_the_same_sender_and_recipient_are_tried_once(server: SmtpServer, *, refused: bool) -> None:
    """What the server said to the first is told to the others."""
    server.refused.update({SENDER} if refused else ())
    results = verify_all(server.ca_bundle, tenants(server.port), threads=4)
    assert len(server.logins) == len(server.senders) == 1
    assert [isinstance(result, NotVerified) for result in results] == [refused] * TENANTS


def test_another_login_is_another_try(server: SmtpServer) -> None:
    """A corrected password, another user and another port are not judged by the first."""
    right = verification(server.port)
    settings = [
        right._replace(password="wrong"),
        right,
        right._replace(user="another"),
        right._replace(host="localhost"),
        right._replace(password="wrong"),
    ]
    results = verify_all(server.ca_bundle, settings)
    assert [isinstance(result, list) for result in results] == [False, True, False, True, False]
    assert len(server.logins) == 4


def test_a_host_is_the_same_in_capitals(server: SmtpServer) -> None:
    """Names of hosts have no case."""
    hosts = ("localhost", "LOCALHOST", "LocalHost")
    settings = [verification(server.port, password="wrong", host=host) for host in hosts]
    assert len(errors_of(verify_all(server.ca_bundle, settings))) == len(hosts)
    assert len(server.logins) == 1


def test_another_operation_tries_again(server: SmtpServer) -> None:
    """The password may have been corrected at the server."""
    settings = verification(server.port)
    server.password = "not yet"
    assert errors_of(verify_all(server.ca_bundle, [settings]))
    server.password = PASSWORD
    assert isinstance(verify_all(server.ca_bundle, [settings])[0], list)


@pytest.mark.parametrize("threads", [1, TENANTS])
@pytest.mark.parametrize(
    "reply",
    [
        *(b"535 5.7.8 no\r\n", b"534 5.7.9 app password needed\r\n", b"530 first STARTTLS\r\n"),
        *(b"454 4.7.0 try later\r\n", b"432 4.7.12 change it\r\n", b"421 4.7.0 too many\r\n"),
        *(b"550 blocked\r\n", b"504 no such mechanism\r\n", b"334 \r\n", b"250 ok\r\n", b"no\r\n"),
    ],
    ids=repr,
)
def test_whatever_else_a_server_answers_to_a_login_counts(
    bundle: Path, reply: bytes, threads: int
) -> None:
    """A temporary refusal too, because servers count it and would lock the account."""
    with scripted_server(*UNTIL_AUTH, reply, ca_bundle=bundle) as server:
        errors = errors_of(verify_all(bundle, tenants(server.port), threads))
    assert server.connections == 1
    assert {error.stage for error in errors} == {"AUTH"}


@pytest.mark.parametrize("fault", [Act.CUT, (b"23", Act.CUT)], ids=repr)
@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_a_try_without_an_answer_is_left_to_the_next_tenant(
    bundle: Path, number: int, fault: Reply
) -> None:
    """A connection that breaks says nothing about the login."""
    replies = (*GOOD[:number], fault)
    with scripted_server(*replies, later=GOOD, ca_bundle=bundle) as server:
        results = verify_all(bundle, tenants(server.port), threads=4)
    assert sum(isinstance(result, NotVerified) for result in results) == 1
    assert server.connections == 2


def test_a_thread_that_dies_leaves_the_try_to_the_next(server: SmtpServer) -> None:
    """Ctrl-C or a bug in one thread must not block the others."""
    verifier = verifier_for(server.ca_bundle)
    broken = verification(server.port, sender=None)
    with closing(verifier):
        with pytest.raises(AttributeError):
            verifier.verify(broken)
        assert verifier.verify(verification(server.port))


@pytest.mark.parametrize(
    "replies",
    [
        (*GOOD[:6], Act.CUT),
        (*GOOD[:6], b"421 bye\r\n", Act.CUT),
        (*GOOD[:6], b"500 what\r\n"),
        (*GOOD[:6], OK, b"421 too many mails\r\n"),
        (*GOOD[:6], OK, b"452 too many mails\r\n"),
        (*GOOD[:6], OK, b"503 nested MAIL\r\n"),
        (*GOOD[:6], OK, b"530 log in first\r\n"),
        (*GOOD[:6], OK, Act.CUT),
        (*GOOD[:6], (OK, b"421 idle\r\n", Act.CUT)),
        (*GOOD[:6], (OK, Act.CUT)),
    ],
    ids=lambda replies: repr(replies[6:]),
)
def test_a_session_that_serves_one_mail_only_is_replaced(
    bundle: Path, replies: tuple[Reply, ...]
) -> None:
    """What an open session cannot do says nothing about the next sender."""
    with scripted_server(*replies, ca_bundle=bundle) as server:
        settings = [verification(server.port, sender=f"s{n}@acme.example") for n in range(5)]
        results = verify_all(bundle, settings)
    assert all(isinstance(result, list) for result in results)
    assert server.connections == 5


@pytest.mark.parametrize("fault", [Act.SILENCE, Drip(b"2" * 4096)], ids=["silence", "drip"])
def test_a_session_that_hangs_is_replaced_in_time(bundle: Path, fault: Reply) -> None:
    """The next tenant gets a new session with all of its time."""
    replies = (*GOOD[:6], OK, fault)
    with scripted_server(*replies, later=GOOD, ca_bundle=bundle) as server:
        settings = [verification(server.port, sender=f"s{n}@acme.example") for n in range(2)]
        results = verify_all(bundle, settings, seconds=3)
    assert all(isinstance(result, list) for result in results)
    assert server.connections == 2


def test_whoever_waits_for_a_hanging_server_is_told(bundle: Path) -> None:
    """The wait is bounded, and the error says for whom the server is still tried."""
    begin = time.monotonic()
    with scripted_server(Act.SILENCE, ca_bundle=bundle) as server:
        errors = errors_of(verify_all(bundle, tenants(server.port), TENANTS, seconds=1))
    assert time.monotonic() - begin < PATIENCE
    waited = [error for error in errors if "still serves Tenant" in error.happened]
    assert waited
    assert {(error.stage, error.remedy) for error in waited} == {("connection", RETRY_LATER)}


def test_a_shared_answer_shows_no_secret_of_anybody(bundle: Path) -> None:
    """The words were quoted for the first tenant, and are searched again for each other one."""
    reply = f"535 5.7.8 your old one was {CANARY}\r\n".encode()
    with scripted_server(*UNTIL_AUTH, reply, ca_bundle=bundle) as server:
        first, second, third = tenants(server.port)[:3]
        results = verify_all(bundle, [first, second._replace(secrets=(CANARY,)), third])
    shown, hidden, again = (error.happened for error in errors_of(results))
    assert CANARY in shown
    assert CANARY not in hidden
    assert NOT_SHOWN in hidden
    assert 'That was for Tenant "t0" on x' in hidden
    assert CANARY in again


def test_a_tenants_name_is_not_shown_if_it_is_anothers_secret(server: SmtpServer) -> None:
    """Nothing of a secret is shown, not even by chance."""
    first = verification(server.port, password="wrong", tenant=f'Tenant "{CANARY}" on x')
    second = first._replace(tenant='Tenant "b" on x', secrets=(CANARY,))
    *_, error = errors_of(verify_all(server.ca_bundle, [first, second]))
    assert CANARY not in error.happened
    assert "That was for another tenant" in error.happened


def test_a_shared_step_shows_no_secret_of_anybody(bundle: Path) -> None:
    """What the server said on the way to the login is told again too."""
    greeting = f"220 {CANARY} ESMTP\r\n".encode()
    with scripted_server(greeting, *GOOD[1:], ca_bundle=bundle) as server:
        first = verification(server.port)
        second = first._replace(sender="two@acme.example", secrets=(CANARY,))
        results = verify_all(bundle, [first, second, second._replace(sender=first.sender)])
    assert server.connections == 1
    assert [CANARY in str(result) for result in results] == [True, False, False]


def test_no_secret_is_kept(server: SmtpServer) -> None:
    """Neither a refused login nor an open session refers to its password."""
    right = verification(server.port, password=PASSWORD, secrets=(CANARY,))
    with closing(verifier_for(server.ca_bundle)) as verifier:
        assert verifier.verify(right)
        with pytest.raises(NotVerified):
            verifier.verify(right._replace(password="wr0ng-canary"))
        del right
        kept = [text for text in reachable(verifier) if isinstance(text, (str, bytes, bytearray))]
    assert kept
    assert not [text for text in kept if "canary" in str(text)]


def reachable(root: object) -> list[object]:
    """Return what an object keeps alive, apart from modules, classes and functions."""
    found, new = {id(root): root}, [root]
    while new:
        known = (type, type(gc), type(reachable), type(threading.Thread.start))
        referents = [
            other
            for other in gc.get_referents(*new)
            if id(other) not in found and not isinstance(other, known)
        ]
        new = list({id(other): other for other in referents}.values())
        found |= {id(other): other for other in new}
    return list(found.values())


def test_sessions_end_with_quit(server: SmtpServer, bundle: Path) -> None:
    """The end of the operation ends each of them once."""
    with scripted_server(*GOOD, ca_bundle=bundle) as scripted:
        users = [verification(scripted.port, user=f"u{n}") for n in range(3)]
        verify_all(bundle, users)
        assert scripted.received.count(b"QUIT") == scripted.connections == 3
        assert scripted.received[-1] == b"QUIT"
    del server


def test_the_end_is_bounded(bundle: Path) -> None:
    """Servers that do not answer QUIT cost 2 s in all, not each."""
    replies = (*GOOD[:6], OK, Act.SILENCE)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        verifier = verifier_for(bundle)
        for number in range(MAX_OPEN):
            verifier.verify(verification(server.port, user=f"u{number}"))
        begin = time.monotonic()
        verifier.close()
    assert time.monotonic() - begin < MAX_OPEN


def test_few_sessions_wait_for_another_tenant(bundle: Path) -> None:
    """Servers limit the connections of a client, so many logins do not hold one each."""
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        users = [verification(server.port, user=f"u{n}") for n in range(3 * MAX_OPEN)]
        assert all(isinstance(result, list) for result in verify_all(bundle, users))
        assert server.connections == 3 * MAX_OPEN
        assert server.most <= MAX_OPEN + 2  # a server notices the end of a connection late


def test_a_relay_without_a_login_is_one_session_too(bundle: Path) -> None:
    """Nothing is tried, but servers limit sessions."""
    with smtp_server(bundle) as server:
        settings = tenants(server.port, user="", password="")
        changed = [one._replace(sender=f"s{n}@acme.example") for n, one in enumerate(settings)]
        assert all(isinstance(result, list) for result in verify_all(bundle, changed, 4))
    assert (server.connections, len(server.senders)) == (1, TENANTS)


def test_an_address_that_is_refused_for_now_costs_no_other_login(bundle: Path) -> None:
    """A server that greylists senders keeps its session."""
    for_now: tuple[Reply, ...] = (b"450 greylisted\r\n", OK)
    replies = (*GOOD[:5], *for_now * 5)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        settings = [verification(server.port, sender=f"s{n}@acme.example") for n in range(5)]
        assert len(errors_of(verify_all(bundle, settings))) == 5
    assert server.connections == 1


def test_the_welcome_of_one_login_opens_no_other(bundle: Path) -> None:
    """Settings without a user do not go into a session that is logged in, nor the reverse."""
    replies = (*UNTIL_AUTH, WELCOME, OK, OK)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        verify_all(bundle, [verification(server.port), verification(server.port, user="")])
        assert server.connections == 2
