"""Operations that end when the engine cancels them, whatever they wait for."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_smtpconfig.errors import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 1024
"""More than `--parallel` ever asks for: Cancel needs a thread while all operations wait."""

R = TypeVar("R")


class Operations:
    """Runs operations in threads of their own, which nothing waits for once they are cancelled."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS)
        self._cancelled: Future[None] = Future()

    def run(self, operation: Callable[[], R]) -> R:
        """Return what an operation returns.

        Raises:
            OutcomeUnknown: It was cancelled first.
        """
        running = self._threads.submit(copy_context().run, operation)
        both: list[Future[Any]] = [running, self._cancelled]
        wait(both, return_when=FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise OutcomeUnknown(
            "It was interrupted. If a request was being sent, the platform may have the old "
            "settings or the new ones.",
            "run `pulumi up` again: it sends what is missing. `pulumi preview --refresh` shows "
            "what the platform has, if it is read.",
        )

    def cancel(self) -> None:
        """End all waits, and those of operations to come."""
        if not self._cancelled.done():
            self._cancelled.set_result(None)
