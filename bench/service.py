"""The emulator in a process of its own, so that its work is not mistaken for a client's."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.endpoints import route

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from typing_extensions import Self

TOKEN = "SMTPCONFIG_TOKEN"  # noqa: S105 - a variable's name
LIFETIME = 3600.0
"""Seconds that a granted token lives: longer than any operation that is measured."""


class Service:
    """A running emulator.

    Attributes:
        given: The variables that lead the provider there, with a token for all tenants.
        granted: Those with which it fetches a token for each tenant.
    """

    given: dict[str, str]
    granted: dict[str, str]

    def __enter__(self) -> Self:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, end = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(end,), daemon=True)
        self._process.start()
        end.close()
        self.given, client = self._pipe.recv()
        self.granted = {key: self.given[key] for key in self.given if key != TOKEN} | client
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join()

    def begin(self, latency: float) -> None:
        """Forget all tenants and requests, and from now on answer after so many seconds."""
        self._pipe.send(latency)
        self._pipe.recv()

    def requests(self) -> Counter[str]:
        """Return the number of requests by their kind since this was asked last."""
        self._pipe.send(None)
        counted: Counter[str] = self._pipe.recv()
        return counted


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when the other end of the pipe does
    with Emulator(token_lifetime=LIFETIME) as emulator, suppress(EOFError, OSError):
        client = {
            "SMTPCONFIG_CLIENT_ID": emulator.client_id,
            "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret,
        }
        pipe.send((emulator.environment, client))
        while True:
            latency = pipe.recv()
            if latency is not None:
                emulator.latency = latency
                emulator.tenants.clear()
            pipe.send(_counted(emulator))


def _counted(emulator: Emulator) -> Counter[str]:
    found = [route(request) for request in emulator.requests]
    emulator.requests.clear()
    return Counter[str](to.kind if to else "other" for to in found)
