"""One thread after the other tries a login, and nobody waits for ever."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.logins import Login, Logins, StillTrying, Turns, name, not_again, quote_again
from pulumi_smtpconfig.redaction import NOT_SHOWN

PATIENCE = 20.0
"""Seconds until a test gives up on what takes a fraction of a second."""

TEXTS = st.lists(st.text(max_size=3), max_size=3).map(tuple)
LOGINS = st.builds(Login, TEXTS, st.text(max_size=3), TEXTS, TEXTS)


@given(one=LOGINS, other=LOGINS)
def test_a_login_is_known_by_all_its_parts(one: Login, other: Login) -> None:
    """No two logins are taken for one, however their texts are cut."""
    logins = Logins(Turns)
    assert logins.known(one) is logins.known(Login(*one))
    assert (logins.known(one) is logins.known(other)) == (one == other)


def test_any_text_can_be_a_password() -> None:
    """A lone surrogate, which UTF-8 cannot encode, is one too."""
    logins, login = Logins(Turns), Login(("h",), "password", ("\ud800",), ("\udfff\0",))
    assert logins.known(login) is logins.known(login)


def test_what_is_kept_of_a_login_is_a_salted_digest() -> None:
    """Neither the secret nor the same digest in another operation."""
    login = Login(("h",), "password", ("acme",), ("pw-canary",))
    first, second = Logins(Turns), Logins(Turns)
    first.known(login)
    second.known(login)
    assert first._known.keys().isdisjoint(second._known)
    assert "canary" not in f"{gc.get_referents(first._known)!r} {login!r}"


def test_one_thread_has_the_turn() -> None:
    """All others wait until it ends, however it ends."""
    turns, inside, most = Turns(), [0], [0]

    def take(number: int) -> None:
        with suppress(ZeroDivisionError), turns.turn(str(number), PATIENCE):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.001)
            inside[0] -= 1
            1 / (number % 2)

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(take, range(60)))
    assert most == [1]


def test_without_progress_nobody_waits_for_ever() -> None:
    """The error says whose turn it is."""
    turns = Turns()
    with (
        turns.turn("the first", PATIENCE),
        pytest.raises(StillTrying) as caught,
        turns.turn("the second", 0.05),
    ):
        pytest.fail("two have the turn")
    assert caught.value.tenant == "the first"


def test_whoever_waits_goes_on_while_there_is_progress() -> None:
    """Many tenants behind a slow server wait longer than one."""
    turns, took, ended = Turns(), threading.Event(), threading.Event()

    def work() -> None:
        with turns.turn("the first", PATIENCE):
            took.set()
            for _ in range(30):
                time.sleep(0.05)
                turns.progress += 1
            ended.set()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work)
        assert took.wait(PATIENCE)
        with turns.turn("the second", 1):
            assert ended.is_set()


def test_what_a_server_said_is_searched_for_the_secrets_of_whoever_reads_it() -> None:
    """Another tenant has others, and its secret may even be the name of the first."""
    happened, words = 'It answered 535 "no hunter22 here".', '"no hunter22 here"'
    told = not_again(happened, words, 'Tenant "a" on b', ["hunter22"])
    assert told.startswith(f"It answered 535 {NOT_SHOWN}. ")
    assert 'Tenant "a" on b' in told
    assert happened in not_again(happened, words, "x", ["another secret"])
    assert name('Tenant "s3cr3t-name" on b', ["s3cr3t-name"]) == "another tenant"
    assert quote_again('"fine"', ["hunter22"]) == '"fine"'
