"""Reaching an SMTP server before a deadline: its addresses, looked up and tried in turn."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import ExitStack
from typing import Any, NamedTuple


class Deadline:
    """When all must be done.

    Attributes:
        seconds: How many there were in all.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, above 0.

        Raises:
            TimeoutError: None are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def shorten(self, seconds: float) -> None:
        """Let at most so many seconds be left."""
        self._end = min(self._end, time.monotonic() + seconds)


class Address(NamedTuple):
    """One of a host's addresses, as the operating system gives and takes it."""

    family: int
    socket_address: Any

    @property
    def name(self) -> str:
        """The address as people write it."""
        return str(self.socket_address[0])


class NotReached(OSError):
    """No address took the connection; the message says why for each."""


def look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Return a host's addresses, best first; a name server that is silent is not waited for.

    Raises:
        OSError: There are none (`socket.gaierror`), or no answer came in time (`TimeoutError`).
    """
    found: Future[list[Address]] = Future()
    # Nothing can stop the operating system's look-up, so its thread is left behind.
    threading.Thread(target=_look_up, args=(host, port, found), daemon=True).start()
    try:
        return found.result(deadline.left())
    except FutureTimeoutError:  # another class than TimeoutError until Python 3.11
        raise TimeoutError from None


def _look_up(host: str, port: int, found: Future[list[Address]]) -> None:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.set_result(list(dict.fromkeys(Address(a[0], a[4]) for a in answers)))
    except Exception as error:  # noqa: BLE001 - the thread that waits raises it
        found.set_exception(error)


def connect(addresses: list[Address], deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers; each has its share of the time that is left.

    Raises:
        NotReached: None does.
    """
    failures = []
    for number, address in enumerate(addresses):
        try:
            return _connected(address, deadline.left() / (len(addresses) - number))
        except OSError as error:  # noqa: PERF203 - each address has its own answer
            failures.append(f"{address.name}: {error.strerror or 'no answer'}")
    raise NotReached("; ".join(failures))


def _connected(address: Address, seconds: float) -> socket.socket:
    with ExitStack() as on_failure:
        connection = socket.socket(address.family, socket.SOCK_STREAM)
        on_failure.callback(connection.close)
        connection.settimeout(seconds)
        connection.connect(address.socket_address)
        on_failure.pop_all()
    return connection
