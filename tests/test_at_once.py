"""Work on many things at once."""

from __future__ import annotations

import threading
import time

import pytest

from pulumi_smtpconfig.at_once import at_once

THREADS = 4


def test_nothing_more_is_begun_once_nobody_waits() -> None:
    """What runs ends by itself, and what has not begun never does: Ctrl-C stops the work."""
    begun: list[int] = []
    running = threading.Semaphore(0)

    def work(item: int) -> None:
        begun.append(item)
        if item:
            running.acquire()

    def stop_after_one() -> None:
        for _ in at_once(range(1000), work, THREADS):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_after_one()
    running.release(1000)
    time.sleep(0.3)
    assert len(begun) <= THREADS + 1


def test_each_is_done_once() -> None:
    """Whatever the number of threads."""
    for threads in (1, THREADS, 100):
        found = dict(at_once(range(50), lambda item: item * 2, threads))
        assert found == {item: item * 2 for item in range(50)}
