"""Installing into a cache: one run at a time, out of sight until it is whole."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from tools.engine_process import SIGN_OF_LIFE_SECONDS, say

STAGING = "staging-"


@contextmanager
def only_installer(cache: Path, what: str) -> Iterator[None]:
    """Wait until no other run installs there; then clear away what a killed one left behind.

    Args:
        cache: the folder below which everything is installed; it is made when there is none.
        what: the name of the thing, for those who wait.
    """
    cache.mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache / "lock")
    _wait_for(lock, what)
    try:
        for stale in cache.glob(f"{STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        yield
    finally:
        lock.release()


def install(target: Path, fill: Callable[[Path], None]) -> Path:
    """Let `fill` make the folder in a staging folder, move it into place at once, and return it.

    Args:
        target: where it shall be; what is there already is replaced.
        fill: makes the folder that it is given, and raises when that is not fit for use; what it
            needs meanwhile goes beside that folder, whose parent is removed afterwards.
    """
    staging = TemporaryDirectory(prefix=STAGING, dir=target.parent, ignore_cleanup_errors=True)
    with staging as folder:
        copy = Path(folder, target.name)
        fill(copy)
        shutil.rmtree(target, ignore_errors=True)  # an incomplete one, or it would have been used
        return copy.rename(target)


def _wait_for(lock: FileLock, what: str) -> None:
    started = time.monotonic()
    seconds = 0
    while not _acquired(lock, seconds):
        waited = time.monotonic() - started
        say(f"Another run is installing {what}: waiting for it, {waited:.0f} s so far ...")
        seconds = SIGN_OF_LIFE_SECONDS


def _acquired(lock: FileLock, seconds: int) -> bool:
    with suppress(Timeout):
        lock.acquire(timeout=seconds)
    return lock.is_locked
