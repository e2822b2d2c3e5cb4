"""TokenCache in memory: fetched once for all who need one, and forgotten when they are over."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.auth.tokens import AccessToken, TokenCache
from pulumi_smtpconfig.errors import TokenNotGranted
from tests.http.wire import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 4
KEY = "source and URL"


class CountedKey:
    """A key that tells how often it was looked up."""

    def __init__(self) -> None:
        self.looked_up = threading.Semaphore(0)

    def __hash__(self) -> int:
        self.looked_up.release()
        return 0

    def __eq__(self, other: object) -> bool:
        return self is other


class Endpoint:
    """Grants a new token each time, or fails."""

    def __init__(self, life: float = math.inf, failure: Exception | None = None) -> None:
        self.granted: list[AccessToken] = []
        self.asked = 0
        self._life = life
        self._failure = failure

    def __call__(self) -> AccessToken:
        """Grant the next token, or fail."""
        self.asked += 1
        if self._failure:
            raise self._failure
        self.granted.append(AccessToken(f"token {self.asked}", time.monotonic() + self._life))
        return self.granted[-1]


def at_once(fetch: Callable[[], AccessToken]) -> list[AccessToken | BaseException]:
    """Let four threads ask while the fetch of the first is under way; return what each got."""
    key, tokens = CountedKey(), TokenCache()

    def when_all_wait() -> AccessToken:
        for _ in range(THREADS + 1):  # each thread looks up, and the first one stores
            assert key.looked_up.acquire(timeout=PATIENCE)
        tokens.discard("another", AccessToken("", 0))  # the last one has left the lock
        return fetch()

    def ask(_: int) -> AccessToken | BaseException:
        try:
            return tokens.get(key, when_all_wait)
        except Exception as error:  # noqa: BLE001 - what each thread meets is what is looked at
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, range(THREADS)))


def test_threads_that_ask_at_once_share_one_fetch() -> None:
    """Four resources cost one token."""
    endpoint = Endpoint()
    assert at_once(endpoint) == endpoint.granted * THREADS
    assert endpoint.asked == 1


def test_threads_that_ask_at_once_share_its_failure() -> None:
    """A wrong password is tried once, so that no account is locked."""
    endpoint = Endpoint(failure=TokenNotGranted("no", "do"))
    errors = at_once(endpoint)
    assert [str(error) for error in errors] == [str(TokenNotGranted("no", "do"))] * THREADS
    assert endpoint.asked == 1


def test_each_thread_has_an_error_of_its_own() -> None:
    """Each says for itself what it was doing."""
    errors = at_once(Endpoint(failure=TokenNotGranted("no", "do")))
    assert set(map(type, errors)) == {TokenNotGranted}
    assert len(set(map(id, errors))) == THREADS


def test_a_mistake_reaches_every_thread() -> None:
    """No failure, of whatever type, lets a thread wait for ever."""
    errors = at_once(Endpoint(failure=ZeroDivisionError()))
    assert list(map(type, errors)) == [ZeroDivisionError] * THREADS


def test_a_token_that_lives_is_fetched_once() -> None:
    """The second resource has the first one's."""
    tokens, endpoint = TokenCache(), Endpoint(life=3600)
    assert tokens.get(KEY, endpoint) is tokens.get(KEY, endpoint)
    assert endpoint.asked == 1


def test_a_token_that_is_over_is_fetched_again() -> None:
    """What the margin or its end has reached is not sent."""
    tokens, endpoint = TokenCache(), Endpoint(life=0)
    assert tokens.get(KEY, endpoint) is not tokens.get(KEY, endpoint)
    assert endpoint.asked == 2


def test_tokens_of_several_sources_are_not_mixed() -> None:
    """Another tenant's token is another one."""
    tokens, endpoint = TokenCache(), Endpoint()
    assert tokens.get("acme", endpoint) is not tokens.get("other", endpoint)
    assert tokens.get("acme", endpoint) is endpoint.granted[0]


def test_a_failure_is_not_kept() -> None:
    """The next resource tries for itself."""
    tokens, endpoint = TokenCache(), Endpoint()
    with pytest.raises(TokenNotGranted):
        tokens.get(KEY, Endpoint(failure=TokenNotGranted("no", "do")))
    assert tokens.get(KEY, endpoint) is endpoint.granted[0]


def test_a_discarded_token_is_fetched_again() -> None:
    """What the platform refused is forgotten."""
    tokens, endpoint = TokenCache(), Endpoint()
    tokens.discard(KEY, tokens.get(KEY, endpoint))
    assert tokens.get(KEY, endpoint) is endpoint.granted[1]


def test_a_token_is_discarded_only_while_it_is_the_one_that_failed() -> None:
    """Of threads that meet the same refusal one fetches, and the others find the fresh token."""
    tokens, endpoint = TokenCache(), Endpoint()
    failed = tokens.get(KEY, endpoint)
    tokens.discard(KEY, failed)
    fresh = tokens.get(KEY, endpoint)
    tokens.discard(KEY, failed)
    assert tokens.get(KEY, endpoint) is fresh
    assert endpoint.asked == 2
