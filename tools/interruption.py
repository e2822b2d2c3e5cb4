"""Ending a program that is told to stop as if it had ended by itself, with all its clearing up."""

import os
import signal
from collections.abc import Callable
from types import FrameType


def end_cleanly_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and SIGHUP raise SystemExit with 128 + signal."""
    _on_signals(_stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    _on_signals(signal.SIG_IGN)  # a second Ctrl-C must not cut the clearing up short
    os.write(2, b"Interrupted: ending and removing what was begun ...\n")  # print() may be running
    raise SystemExit(128 + number)


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, for one, sets it so
            signal.signal(number, handler)
