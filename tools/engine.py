"""Find the Pulumi engine or install it: the only line on standard output is its folder."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tools.engine_build import GO_NEEDED, build
from tools.engine_copy import cache, installed, on_path
from tools.engine_download import download
from tools.engine_install import install_engine
from tools.engine_process import Unavailable, say
from tools.engine_version import INSTALLED, OLDEST
from tools.install import only_installer
from tools.interruption import end_cleanly_on_signals

Ways = dict[str, Callable[[], Path]]
FINDING: Ways = {"`pulumi` on PATH": on_path, "A copy installed earlier": installed}
INSTALLING: Ways = {
    "A copy installed earlier": installed,  # again: another run may just have made it
    f"Official download of {INSTALLED}": partial(install_engine, download),
    f"Build of {INSTALLED} with Go": partial(install_engine, build),
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
    with only_installer(cache(), "the engine"):
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


def main() -> None:
    """Print the engine's folder; exit with 1 where there is none, 128 + signal when interrupted."""
    end_cleanly_on_signals()
    try:
        print(engine_folder())
    except EngineError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
