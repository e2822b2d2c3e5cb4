"""A client whose calls end when the engine cancels the operation, whatever they wait for."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.errors import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.interface import Reading, Request, Step, Verification

THREADS = 1024
"""More than `--parallel` ever asks for: Cancel needs a thread while all operations wait."""

R = TypeVar("R")


class InterruptibleClient(AuthorizedClient):
    """Waits in threads of its own, which nothing waits for once the client is stopped.

    Each call that may wait raises `OutcomeUnknown` then.
    """

    def __init__(
        self, config: Config, warn: Callable[[str], None], progress: Callable[[str], None]
    ) -> None:
        super().__init__(config, warn, progress)
        self._threads = ThreadPoolExecutor(THREADS)
        self._interrupted: Future[None] = Future()

    def send(self, request: Request) -> dict[str, Any]:  # noqa: D102 - as the class says
        return self._run(partial(super().send, request))

    def read(self, request: Request, within: float | None = None) -> Reading:  # noqa: D102 - likewise
        return self._run(partial(super().read, request, within))

    def try_settings(self, request: Request) -> None:  # noqa: D102 - likewise
        self._run(partial(super().try_settings, request))

    def verify(self, verification: Verification) -> list[Step]:  # noqa: D102 - likewise
        return self._run(partial(super().verify, verification))

    def stop(self) -> None:
        """End all calls, and those to come."""
        super().stop()
        if not self._interrupted.done():
            self._interrupted.set_result(None)

    def _run(self, call: Callable[[], R]) -> R:
        if not self._interrupted.done():
            running = self._threads.submit(copy_context().run, call)
            both: list[Future[Any]] = [running, self._interrupted]
            wait(both, return_when=FIRST_COMPLETED)
            if running.done():
                return running.result()
        raise OutcomeUnknown(
            "It was interrupted. If a request was being sent, the platform may have the old "
            "settings or the new ones.",
            "run `pulumi up` again: it sends what is missing. `pulumi preview --refresh` shows "
            "what the platform has, if it is read.",
        )
