from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.auth.tokens import AccessToken, TokenCache
from pulumi_smtpconfig.errors import TokenNotGranted
from tests.http.clients import MAX_WAIT

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 4
KEY = "source and URL"


class CountingKey:
    """A key that counts its look-ups."""

    def __init__(self) -> None:
        self.lookups = threading.Semaphore(0)

    def __hash__(self) -> int:
        self.lookups.release()
        return 0

    def __eq__(self, other: object) -> bool:
        return self is other


class Endpoint:
    """Grants a new token each time, or fails."""

    def __init__(self, life: float = math.inf, failure: Exception | None = None) -> None:
        self.tokens: list[AccessToken] = []
        self.count = 0
        self._life = life
        self._failure = failure

    def __call__(self) -> AccessToken:
        """Grant the next token, or fail."""
        self.count += 1
        if self._failure:
            raise self._failure
        self.tokens.append(AccessToken(f"token {self.count}", time.monotonic() + self._life))
        return self.tokens[-1]


def get_in_threads(fetch: Callable[[], AccessToken]) -> list[AccessToken | BaseException]:
    """Let four threads ask for a token before the first one's fetch ends; return their results."""
    key, cache = CountingKey(), TokenCache()

    def fetch_when_all_wait() -> AccessToken:
        for _ in range(THREADS + 1):  # each thread looks up, and the first one stores
            assert key.lookups.acquire(timeout=MAX_WAIT)
        cache.discard("another", AccessToken("", 0))  # waits until the last one leaves the lock
        return fetch()

    def get(_: int) -> AccessToken | BaseException:
        try:
            return cache.get(key, fetch_when_all_wait)
        except Exception as error:  # noqa: BLE001 - the tests compare what each thread meets
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(get, range(THREADS)))


def test_threads_share_one_fetch() -> None:
    """Four resources at the same time cost one token."""
    endpoint = Endpoint()
    assert get_in_threads(endpoint) == endpoint.tokens * THREADS
    assert endpoint.count == 1


def test_threads_share_a_failed_fetch_but_not_its_error() -> None:
    """A wrong password is tried once, so it locks no account; each error is a thread's own."""
    endpoint = Endpoint(failure=TokenNotGranted("no", "do"))
    errors = get_in_threads(endpoint)
    assert [str(error) for error in errors] == [str(TokenNotGranted("no", "do"))] * THREADS
    assert set(map(type, errors)) == {TokenNotGranted}
    assert len(set(map(id, errors))) == THREADS
    assert endpoint.count == 1


def test_a_bug_reaches_every_thread() -> None:
    """No exception, whatever its type, leaves a thread waiting."""
    errors = get_in_threads(Endpoint(failure=ZeroDivisionError()))
    assert list(map(type, errors)) == [ZeroDivisionError] * THREADS


@pytest.mark.parametrize(("life", "fetches"), [(3600, 1), (0, 2)])
def test_a_token_is_fetched_again_only_after_it_expires(life: float, fetches: int) -> None:
    """Until then the next resource uses it too."""
    cache, endpoint = TokenCache(), Endpoint(life)
    same = cache.get(KEY, endpoint) is cache.get(KEY, endpoint)
    assert (same, endpoint.count) == (fetches == 1, fetches)


def test_each_key_has_its_own_token() -> None:
    """One tenant's token is not used for another."""
    cache, endpoint = TokenCache(), Endpoint()
    assert cache.get("acme", endpoint) is not cache.get("other", endpoint)
    assert cache.get("acme", endpoint) is endpoint.tokens[0]


def test_a_failure_is_not_cached() -> None:
    """The next resource tries again."""
    cache, endpoint = TokenCache(), Endpoint()
    with pytest.raises(TokenNotGranted):
        cache.get(KEY, Endpoint(failure=TokenNotGranted("no", "do")))
    assert cache.get(KEY, endpoint) is endpoint.tokens[0]


def test_a_refused_token_is_discarded_once() -> None:
    """Of threads that meet the same refusal one fetches, and the others use the new token."""
    cache, endpoint = TokenCache(), Endpoint()
    refused = cache.get(KEY, endpoint)
    cache.discard(KEY, refused)
    renewed = cache.get(KEY, endpoint)
    assert renewed is endpoint.tokens[1]
    cache.discard(KEY, refused)
    assert cache.get(KEY, endpoint) is renewed
    assert endpoint.count == 2
