"""The tokens of one operation: kept in memory, and fetched once for all who need them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from copy import copy
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import SmtpConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pulumi_smtpconfig.auth.oauth import Granted


class Tokens:
    """Granted tokens by their source, safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Hashable, Future[Granted]] = {}

    def get(self, key: Hashable, fetch: Callable[[], Granted]) -> Granted:
        """Return the token under a key, and fetch it first unless there is one that still lives.

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
            raise copy(error) from None  # each thread says for itself what it was doing

    def discard(self, key: Hashable, failed: Granted) -> None:
        """Forget the token under a key, unless another thread has replaced the one that failed."""
        with self._lock:
            future = self._futures.get(key)
            if future and future.done() and not future.exception() and future.result() is failed:
                del self._futures[key]


def _settle(future: Future[Granted], fetch: Callable[[], Granted]) -> None:
    try:
        future.set_result(fetch())
    except BaseException as error:  # noqa: BLE001 - the threads that wait must hear of any
        future.set_exception(error)


def _is_over(future: Future[Granted]) -> bool:
    if not future.done():
        return False
    return bool(future.exception()) or future.result().best_before <= time.monotonic()
