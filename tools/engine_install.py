"""Installing a copy: one run at a time, out of sight until it is whole."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from tools.engine_copy import cache, check_complete, check_version
from tools.engine_process import SIGN_OF_LIFE_SECONDS, say
from tools.engine_version import INSTALLED

STAGING = "staging-"


@contextmanager
def only_installer() -> Iterator[None]:
    """Wait until no other run installs; then clear away what a killed one left behind."""
    cache().mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache() / "lock")
    _wait_for(lock)
    try:
        for stale in cache().glob(f"{STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        yield
    finally:
        lock.release()


def _wait_for(lock: FileLock) -> None:
    started = time.monotonic()
    seconds = 0
    while not _acquired(lock, seconds):
        waited = time.monotonic() - started
        say(f"Another run is installing the engine: waiting for it, {waited:.0f} s so far ...")
        seconds = SIGN_OF_LIFE_SECONDS


def _acquired(lock: FileLock, seconds: int) -> bool:
    with suppress(Timeout):
        lock.acquire(timeout=seconds)
    return lock.is_locked


def install(fill: Callable[[Path], None]) -> Path:
    """Let `fill` make a copy in a staging folder, check it, and move it into place at once.

    Args:
        fill: makes the folder that it is given; what it needs meanwhile goes beside that folder,
            whose parent is removed afterwards.

    Raises:
        Unavailable: the copy could not be made, is incomplete or does not run.
    """
    with TemporaryDirectory(prefix=STAGING, dir=cache(), ignore_cleanup_errors=True) as staging:
        copy = Path(staging) / INSTALLED
        fill(copy)
        check_complete(copy)
        check_version(copy)
        return _publish(copy)


def _publish(copy: Path) -> Path:
    target = cache() / copy.name
    shutil.rmtree(target, ignore_errors=True)  # an incomplete one, or it would have been used
    copy.rename(target)
    return target
