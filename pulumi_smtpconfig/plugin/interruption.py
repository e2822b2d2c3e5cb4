"""A client whose calls end when the engine cancels the operation, whatever they wait for."""

from __future__ import annotations

import threading
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    InvalidStateError,
    ThreadPoolExecutor,
    wait,
)
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown
from pulumi_smtpconfig.http.responses import NOTHING_CHANGED, RUN_AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.auth.tokens import TokenSource
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.http.responses import Response
    from pulumi_smtpconfig.interface import Reading, Request, Step, Verification

THREADS = 100_000
"""More than `--parallel` may ask for, because Cancel needs one while all operations wait; threads
start as they are needed."""

R = TypeVar("R")

_begun: ContextVar[threading.Event] = ContextVar("begun")
"""Whether the running call began to send its own request, besides those for a token."""


class InterruptibleClient(AuthorizedClient):
    """Waits in threads of its own, which nothing waits for once the client is stopped.

    Each call that may wait raises then: `OutcomeUnknown` if it may have changed settings, else
    `ConnectionFailed`.
    """

    def __init__(
        self, config: Config, warn: Callable[[str], None], progress: Callable[[str], None]
    ) -> None:
        super().__init__(config, warn, progress)
        self._threads = ThreadPoolExecutor(THREADS)
        self._interrupted: Future[None] = Future()

    def send(self, request: Request) -> dict[str, Any]:  # noqa: D102 - as the class says
        return self._run(partial(super().send, request), changes=True)

    def read(self, request: Request, within: float | None = None) -> Reading:  # noqa: D102 - likewise
        return self._run(partial(super().read, request, within))

    def try_settings(self, request: Request) -> None:  # noqa: D102 - likewise
        self._run(partial(super().try_settings, request))

    def verify(self, verification: Verification) -> list[Step]:  # noqa: D102 - likewise
        return self._run(partial(super().verify, verification))

    def stop(self) -> None:
        """End all calls, and those to come."""
        super().stop()
        with suppress(InvalidStateError):  # another thread stops it too
            self._interrupted.set_result(None)

    def _send(self, client: Client, request: Request, token: TokenSource, bearer: str) -> Response:
        _begun.get().set()  # before the client looks whether it is stopped
        return super()._send(client, request, token, bearer)

    def _run(self, call: Callable[[], R], *, changes: bool = False) -> R:
        begun = threading.Event()
        _begun.set(begun)
        if not self._interrupted.done():
            running = self._threads.submit(copy_context().run, call)
            both: list[Future[Any]] = [running, self._interrupted]
            wait(both, return_when=FIRST_COMPLETED)
            if running.done():
                return running.result()
        if not (changes and begun.is_set()):
            raise ConnectionFailed(NOTHING_CHANGED, RUN_AGAIN)
        raise OutcomeUnknown(
            "It was interrupted. If a request was being sent, the platform may have the old "
            "settings or the new ones.",
            "run `pulumi up` again: it sends what is missing. `pulumi preview --refresh` shows "
            "what the platform has, if it is read.",
        )
