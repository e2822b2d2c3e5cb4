"""Exit when the engine is gone: a killed engine leaves its provider process running."""

from __future__ import annotations

import os
import select
import stat
import sys
import threading

ENGINE_IS_GONE = 1
"""The exit status; nobody is left to read it."""


def exit_with_the_engine() -> None:
    """Exit this process at once when the engine closes the pipe that it reads our output from.

    The engine holds that pipe from start to end. Its process id would not help: the engine starts
    this process through a shell, which outlives a killed engine. If standard output is not a pipe,
    or the system cannot watch one (Windows), nothing is watched.
    """
    output = sys.__stdout__.fileno() if sys.__stdout__ else -1
    if hasattr(select, "poll") and stat.S_ISFIFO(os.fstat(output).st_mode):
        threading.Thread(target=_watch, args=(output,), daemon=True).start()


def _watch(pipe: int) -> None:
    poller = select.poll()
    poller.register(pipe, 0)
    poller.poll()
    os._exit(ENGINE_IS_GONE)
