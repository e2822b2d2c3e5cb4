"""The official download, by the installer that the Pulumi SDK brings."""

import os
import sys
from pathlib import Path

from tools.engine_process import follow, say
from tools.engine_version import INSTALLED

INSTALLER = Path(__file__).with_name("engine_official.py")


def download(copy: Path) -> None:
    """Make a copy of the official release.

    Raises:
        Unavailable: the download is out of reach or failed.
    """
    say(f"Downloading Pulumi {INSTALLED} ...")
    root = copy.with_name("root")
    command = [sys.executable, str(INSTALLER), str(root)]
    env = {**os.environ, "TMPDIR": str(copy.parent)}
    follow(command, lambda _: "still downloading", env, copy.parent)
    (root / "bin").rename(copy)
