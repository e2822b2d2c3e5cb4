"""Engines that are there already, and what makes a copy fit for use."""

import os
import shutil
from pathlib import Path

import platformdirs
from semver import VersionInfo

from tools.engine_process import Unavailable, ask
from tools.engine_version import INSTALLED, OLDEST

HOST = "pulumi-language-python"
PROGRAMS = ("pulumi", HOST, "pulumi-language-python-exec", "pulumi-resource-pulumi-python")


def on_path() -> Path:
    """Return the folder of the user's own `pulumi`.

    Raises:
        Unavailable: there is none, it lacks its Python language host, or it is too old.
    """
    program = shutil.which("pulumi")
    if program is None:
        raise Unavailable("none there")
    folder = _with_host(Path(program).absolute())
    check_version(folder)
    return folder


def installed() -> Path:
    """Return the folder of the copy that an earlier run installed.

    Raises:
        Unavailable: there is none, or a part of it is missing.
    """
    folder = cache() / INSTALLED
    if not folder.exists():
        raise Unavailable(f"none in {folder}")
    check_complete(folder)
    return folder


def cache() -> Path:
    """Return the folder below the user's cache directory that everything installed goes to."""
    return platformdirs.user_cache_path("pulumi-smtpconfig") / "engine"


def check_complete(folder: Path) -> None:
    """Raise Unavailable unless all programs of an engine are in the folder and can be run."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=folder) is None]
    if missing:
        raise Unavailable(f"{folder} is incomplete, without {', '.join(missing)}")


def check_version(folder: Path) -> None:
    """Raise Unavailable unless the folder's `pulumi` runs and is new enough."""
    program = folder / "pulumi"
    answer = ask(str(program), "version", env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    try:
        version = VersionInfo.parse(answer.removeprefix("v"))
    except ValueError:
        raise Unavailable(f"`{program} version` answers {answer!r}, no version") from None
    if version < OLDEST:
        raise Unavailable(f"{program} is v{version}, older than v{OLDEST}")


def _with_host(program: Path) -> Path:
    for folder in (program.parent, program.resolve().parent):  # it may be a link to the real place
        if shutil.which(HOST, path=folder):
            return folder
    raise Unavailable(f"{program} has no {HOST} beside it")
