"""The bearer token of a request: one that the user gives, or one that is fetched once for all."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pulumi_smtpconfig.errors import SmtpConfigError
from pulumi_smtpconfig.http.responses import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from pulumi_smtpconfig.auth.credentials import Resolved


class TokenSource(Protocol):
    """Where the token of one request comes from.

    Attributes:
        secrets: What no error shows.
        renewed: What to add to an error if the platform refuses a renewed token too; empty if a
            token cannot be renewed.
        remedy: What to do if the platform refuses the token.
    """

    secrets: set[str]
    renewed: str
    remedy: str

    def token(self) -> str:
        """Return the token to send."""

    def discard(self) -> None:
        """Forget the token that was returned last, so that `token` fetches another."""


class StaticToken:
    """A token that the user gives; it cannot be renewed here."""

    renewed = ""

    def __init__(self, resolved: Resolved, secrets: Iterable[str]) -> None:
        self._token = resolved.credentials.token.get_secret_value()
        self.secrets = {*secrets, *resolved.credentials.secrets()}
        self.remedy = f"set a new token for this tenant in {resolved.source}, {AGAIN}"

    def token(self) -> str:
        """Return the token."""
        return self._token

    def discard(self) -> None:
        """Keep the token, because there is no other."""


@dataclass(frozen=True)
class AccessToken:
    """A token, and the time on the monotonic clock from which it is no longer used."""

    token: str = field(repr=False)
    best_before: float


class TokenCache:
    """The access tokens of one operation by their source, safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Hashable, Future[AccessToken]] = {}

    def get(self, key: Hashable, fetch: Callable[[], AccessToken]) -> AccessToken:
        """Return the token under a key, and fetch it first if there is none or it has expired.

        Threads that ask at the same time share one fetch, and its failure too, so that wrong
        credentials are tried once and no account is locked.

        Raises:
            SmtpConfigError: It was not granted.
        """
        with self._lock:
            future = self._futures.get(key)
            if mine := future is None or _is_over(future):
                future = self._futures[key] = Future()
        if mine:
            _settle(future, fetch)
        try:
            return future.result()
        except SmtpConfigError as error:
            raise copy(error) from None  # each thread adds what it was doing

    def discard(self, key: Hashable, refused: AccessToken) -> None:
        """Forget the token under a key, unless another thread has already replaced it."""
        with self._lock:
            future = self._futures.get(key)
            if future and future.done() and not future.exception() and future.result() is refused:
                del self._futures[key]


def _settle(future: Future[AccessToken], fetch: Callable[[], AccessToken]) -> None:
    try:
        future.set_result(fetch())
    except BaseException as error:  # noqa: BLE001 - the threads that wait need any of them
        future.set_exception(error)


def _is_over(future: Future[AccessToken]) -> bool:
    if not future.done():
        return False
    return bool(future.exception()) or future.result().best_before <= time.monotonic()
