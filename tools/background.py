"""Servers in the background that never outlive who started them."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from tools.cache import Unavailable, last_lines

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

READY_SECONDS = 300
GUARD = 'trap : QUIT; { "$@"; kill -s KILL 0; } & cat >/dev/null; kill -s "$0" 0; wait'
"""Ends its process group when standard input is closed, as it is even if this process is killed."""


@contextmanager
def background(
    command: Sequence[str],
    log: Path,
    ready: re.Pattern[str],
    *,
    env: Mapping[str, str],
    stop: str = "KILL",
) -> Iterator[re.Match[str]]:
    """Run a server in the folder of its log until the context ends; yield what `ready` matched.

    Raises:
        Unavailable: The server ended or was not ready in time; the message is the end of its log.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["sh", "-c", GUARD, stop, *command],
            cwd=log.parent,
            env=env,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as guard,
    ):
        try:
            yield _wait_for(ready, log, guard)
        finally:
            family = _children(guard)
            guard.communicate()
            psutil.wait_procs(family, timeout=10)


def _wait_for(ready: re.Pattern[str], log: Path, guard: subprocess.Popen[bytes]) -> re.Match[str]:
    end = time.monotonic() + READY_SECONDS
    while guard.poll() is None and time.monotonic() < end:
        if match := ready.search(log.read_text(errors="replace")):
            return match
        time.sleep(0.05)
    raise Unavailable(f"{log.name} did not start: {last_lines(log, 5)}")


def _children(guard: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(guard.pid).children(recursive=True) if guard.poll() is None else []
