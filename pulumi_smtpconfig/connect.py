"""Look up a host and connect to it before a deadline."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, NamedTuple

from pulumi_smtpconfig.redaction import quote_text


class Deadline:
    """A time limit that several steps share.

    Attributes:
        seconds: The limit at the start.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that remain, always above 0.

        Raises:
            TimeoutError: The deadline has passed.
        """
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def shorten(self, seconds: float) -> None:
        """Move the deadline to `seconds` from now, unless it is earlier already."""
        self._end = min(self._end, time.monotonic() + seconds)


class Address(NamedTuple):
    """An address of a host, in the form that `socket.connect` takes."""

    family: int
    socket_address: Any

    @property
    def ip(self) -> str:
        """The IP address as text."""
        return str(self.socket_address[0])


class Unreachable(OSError):
    """No address accepted the connection; the message gives the reason for each."""


def look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Return the addresses of a host, in the order in which to try them.

    Raises:
        OSError: The host does not resolve (`socket.gaierror`), or not in time (`TimeoutError`).
    """
    found: Future[list[Address]] = Future()
    # Nothing can stop getaddrinfo, so its thread is a daemon that may outlive this call.
    threading.Thread(target=_look_up, args=(host, port, found), daemon=True).start()
    try:
        return found.result(deadline.remaining())
    except FutureTimeoutError:  # not the built-in TimeoutError before Python 3.11
        raise TimeoutError from None


def _look_up(host: str, port: int, found: Future[list[Address]]) -> None:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.set_result(list(dict.fromkeys(Address(info[0], info[4]) for info in infos)))
    except Exception as error:  # noqa: BLE001 - the waiting thread raises it
        found.set_exception(error)


def connect(addresses: list[Address], deadline: Deadline) -> socket.socket:
    """Connect to the first address that answers; the addresses share the remaining time.

    Raises:
        Unreachable: No address accepts the connection.
    """
    failures = []
    for number, address in enumerate(addresses):
        try:
            return _connect(address, deadline.remaining() / (len(addresses) - number))
        except OSError as error:  # noqa: PERF203 - one failed address does not end the loop
            reason = quote_text(error.strerror, ()) if error.strerror else "no answer"
            failures.append(f"{address.ip}: {reason}")
    raise Unreachable("; ".join(failures))


def _connect(address: Address, seconds: float) -> socket.socket:
    connection = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address.socket_address)
    except BaseException:
        connection.close()
        raise
    return connection
