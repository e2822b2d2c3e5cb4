"""Installing a copy of the engine."""

from collections.abc import Callable
from pathlib import Path

from tools.engine_copy import cache, check_complete, check_version
from tools.engine_version import INSTALLED
from tools.install import install


def install_engine(fill: Callable[[Path], None]) -> Path:
    """Let `fill` make a copy in a folder that it is given, check it, and put it into the cache.

    Raises:
        Unavailable: the copy could not be made, is incomplete or does not run.
    """

    def checked(copy: Path) -> None:
        fill(copy)
        check_complete(copy)
        check_version(copy)

    return install(cache() / INSTALLED, checked)
