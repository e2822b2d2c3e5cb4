"""Running other programs: short ones for their answer, long ones with signs of life."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

SIGN_OF_LIFE_SECONDS = 10
NOISE = re.compile(
    r"go: downloading |\S*$|\[ERROR\] (?:To see the full|Re-run Maven|For more info|\[Help)"
)

Environment = Mapping[str, str]


class Unavailable(Exception):
    """One way of having a program does not work; the message says why."""


def say(text: str) -> None:
    """Tell the user what is going on, on standard error."""
    print(text, file=sys.stderr, flush=True)


def ask(*command: str, env: Environment, cwd: Path | None = None) -> str:
    """Run a command that ends within a minute and return its stripped standard output.

    Raises:
        Unavailable: it cannot be run, does not end in time, or fails.
    """
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Unavailable(f"`{shlex.join(command)}` did not run: {problem}") from None
    if done.returncode:
        words = _last_words(done.stderr.splitlines(), done.returncode)
        raise Unavailable(f"`{shlex.join(command)}`: {words}")
    return done.stdout.strip()


def follow(
    command: list[str], progress: Callable[[list[str]], str], env: Environment, cwd: Path
) -> None:
    """Run a long command, saying every ten seconds what `progress` makes of the lines so far.

    Raises:
        Unavailable: the command cannot be run or fails; the message is its last words.
    """
    lines: list[str] = []
    started = time.monotonic()
    with _group(command, env, cwd) as process:
        reader = Thread(target=_collect, args=(process, lines), daemon=True)
        reader.start()
        while _runs_on(process):
            say(f"  {time.monotonic() - started:.0f} s: {progress(lines)}")
        reader.join()
    if process.returncode:
        raise Unavailable(_last_words(lines, process.returncode))


@contextmanager
def _group(command: list[str], env: Environment, cwd: Path) -> Iterator["subprocess.Popen[str]"]:
    # Signals interrupt the main thread alone: one that comes in the midst of a start, which a
    # second thread does, loses no child.
    starting = ThreadPoolExecutor(1).submit(_start, command, env, cwd)
    try:
        yield starting.result()
    finally:
        with starting.result() as process:
            if process.poll() is None:
                _end(process)


def _start(command: list[str], env: Environment, cwd: Path) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # and so, should this process be killed, the next line ends it
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as problem:
        raise Unavailable(str(problem)) from None


def _end(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _collect(process: "subprocess.Popen[str]", lines: list[str]) -> None:
    for line in process.stdout or ():
        lines.append(line.rstrip())  # noqa: PERF401 - read by another thread while it grows


def _runs_on(process: "subprocess.Popen[str]") -> bool:
    try:
        process.wait(timeout=SIGN_OF_LIFE_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _last_words(lines: list[str], status: int) -> str:
    words = [line for line in lines if not NOISE.match(line)][-3:]
    return " / ".join(words) or f"it failed without a word, with status {status}"
