"""Install programs into the user's cache: one run at a time, whole or not at all."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import platformdirs
import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

CACHE = platformdirs.user_cache_path("pulumi-smtpconfig")
STAGING = "staging-"
PROGRESS_SECONDS = 10


class Unavailable(Exception):
    """A program is not available; the message says why."""


def say(text: str) -> None:
    """Print progress to standard error."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Wait until no other run installs into the folder, and lend a scratch folder inside it.

    Rename what is ready into the folder. The scratch folder is removed at the end, and by the next
    run if this one is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another run is installing into {folder}: waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for stale in folder.glob(f"{STAGING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        with TemporaryDirectory(prefix=STAGING, dir=folder, ignore_cleanup_errors=True) as scratch:
            yield Path(scratch)


def run(command: Sequence[str], log: Path, *, cwd: Path, env: Mapping[str, str]) -> None:
    """Run a long command, and report the last line of its output every ten seconds.

    Raises:
        Unavailable: The command failed; the message is the end of its output.
    """
    started = time.monotonic()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        while _is_running(process):
            say(f"  {time.monotonic() - started:.0f} s: {last_lines(log, 1)}")
    if process.returncode:
        raise Unavailable(last_lines(log, 3) or f"exit status {process.returncode}")


def last_lines(log: Path, count: int) -> str:
    """Return the last lines of a log that are not blank, as one line."""
    lines = log.read_text(errors="replace").splitlines()
    return " / ".join([line.strip() for line in lines if line.strip()][-count:])


def end_children_on_signals() -> None:
    """Exit with 128 + signal on Ctrl-C, SIGTERM and SIGHUP, after killing all child processes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP, for example
            signal.signal(number, _stop)


def end_children() -> None:
    """Kill all child processes, and wait until they have ended."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=PROGRESS_SECONDS)


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(PROGRESS_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _stop(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not stop the cleanup
    end_children()
    sys.exit(128 + number)
