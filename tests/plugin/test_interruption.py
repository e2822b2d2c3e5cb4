from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.plugin.interruption import InterruptibleClient

if TYPE_CHECKING:
    from types import FrameType

THREADS = 8


def pausing(frame: FrameType, *_: object) -> Any:
    """Pause before each line of `stop`, so that all threads are in the midst of it."""
    if frame.f_code is InterruptibleClient.stop.__code__:
        time.sleep(0.01)
        return pausing
    return None


def test_a_client_is_stopped_by_several_threads_at_once() -> None:
    """The engine may cancel an operation twice; none of the calls fails."""
    client = InterruptibleClient(Config(lambda _: None), lambda _: None, lambda _: None)
    before = threading.gettrace()
    threading.settrace(pausing)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            stops = [pool.submit(client.stop) for _ in range(THREADS)]
    finally:
        threading.settrace(before)
    assert not [stop.exception() for stop in stops if stop.exception()]
