"""Do the same for many things, several at once."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from pulumi_smtpconfig.errors import SmtpConfigError, only_our_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

Item = TypeVar("Item", bound="Hashable")
Result = TypeVar("Result")


def at_once(
    items: Sequence[Item], work: Callable[[Item], Result], threads: int
) -> Iterator[tuple[Item, Result | SmtpConfigError]]:
    """Yield each item and what came of it, or the error, in the order in which they end.

    The threads are daemons, which do not keep Ctrl-C waiting for a server that is silent. They
    begin nothing more once the caller takes no more results.

    Args:
        items: What to work on.
        work: What to do with one; an exception that is not ours becomes one.
        threads: How many to work on at once.
    """
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Item, Result | SmtpConfigError]] = queue.SimpleQueue()
    for item in items:
        todo.put(item)

    def run() -> None:
        with suppress(queue.Empty):
            while True:
                item = todo.get_nowait()
                try:
                    done.put((item, only_our_errors(work)(item)))
                except SmtpConfigError as error:
                    done.put((item, error))

    for _ in items[:threads]:
        threading.Thread(target=run, daemon=True).start()
    try:
        for _ in items:
            yield done.get()
    finally:
        with suppress(queue.Empty):
            while True:
                todo.get_nowait()
