"""Find the Pulumi engine or install it: the only line on standard output is its folder."""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from tools.engine_build import GO_NEEDED, build
from tools.engine_copy import installed, on_path
from tools.engine_download import download
from tools.engine_install import install, only_installer
from tools.engine_process import Unavailable, say
from tools.engine_version import INSTALLED, OLDEST

Ways = dict[str, Callable[[], Path]]
FINDING: Ways = {"`pulumi` on PATH": on_path, "A copy installed earlier": installed}
INSTALLING: Ways = {
    "A copy installed earlier": installed,  # again: another run may just have made it
    f"Official download of {INSTALLED}": partial(install, download),
    f"Build of {INSTALLED} with Go": partial(install, build),
}


class EngineError(Exception):
    """No way of having the engine worked; the message lists each way and what to install."""


def engine_folder() -> Path:
    """Find the engine, or install it into the user's cache directory, and return its folder.

    Put the folder first on PATH: it holds `pulumi` and its Python language host. Progress goes to
    standard error; where neither a copy nor a download is to be had, a build takes minutes.

    Raises:
        EngineError: there is no engine and none could be installed.
    """
    tried: dict[str, str] = {}
    try:
        folder = _first(FINDING, tried) or _install(tried)
    except OSError as problem:
        tried["Writing to the user's cache directory"] = str(problem)
        folder = None
    if folder is None:
        raise EngineError(_report(tried))
    return folder


def _install(tried: dict[str, str]) -> Path | None:
    with only_installer():
        return _first(INSTALLING, tried)


def _first(ways: Ways, tried: dict[str, str]) -> Path | None:
    folders = (_attempt(name, way, tried) for name, way in ways.items())
    return next(filter(None, folders), None)


def _attempt(name: str, way: Callable[[], Path], tried: dict[str, str]) -> Path | None:
    try:
        return way()
    except Unavailable as reason:
        if tried.get(name) != str(reason):
            say(f"{name}: {reason}")
        tried[name] = str(reason)
    return None


def _report(tried: dict[str, str]) -> str:
    attempts = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
    return f"""\
There is no Pulumi engine here, and none could be installed. Tried:
{attempts}
Install the Pulumi CLI v{OLDEST} or newer with its Python language host
(https://www.pulumi.com/docs/install/), or Go {GO_NEEDED} or newer (https://go.dev/dl/)
with access to a Go module proxy, and run this again."""


def _stop(number: int, _frame: FrameType | None) -> None:
    _on_signals(signal.SIG_IGN)  # a second Ctrl-C must not cut the clearing up short
    os.write(2, b"Interrupted: ending and removing what was begun ...\n")  # print() may be running
    raise SystemExit(128 + number)


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, for one, sets it so
            signal.signal(number, handler)


def main() -> None:
    """Print the engine's folder; exit with 1 where there is none, 128 + signal when interrupted."""
    _on_signals(_stop)
    try:
        print(engine_folder())
    except EngineError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
