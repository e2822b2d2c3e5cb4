"""A user's machine, made of a few folders and shell scripts, to run the engine tool on."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.engine_build import SCRIPTS
from tools.engine_copy import PROGRAMS
from tools.engine_version import INSTALLED

TOOL = Path(__file__).parents[1] / "tools/engine.py"
BUILDS = """
case $1 in list) echo {root}/sdk; exit;; esac
echo $$ > {root}/begun
{then}
while [ "$1" != -o ]; do shift; done
cp {root}/sdk/bin/* "$2"
"""


class Machine:
    """A user's machine: a PATH of one folder, a cache, and nothing to download from."""

    def __init__(self, root: Path) -> None:
        self.root, self.path = root, root / "bin"
        self.cache = root / "cache/pulumi-smtpconfig/engine"
        self.copy = self.cache / INSTALLED
        self.env = {
            "PATH": str(self.path),
            "HOME": str(root),
            "XDG_CACHE_HOME": str(root / "cache"),
            "https_proxy": "http://127.0.0.1:1",
        }
        self.path.mkdir()
        os.mkfifo(root / "begun")
        self.begun = os.open(root / "begun", os.O_RDWR)

    def program(self, folder: Path, name: str, script: str = f"echo {INSTALLED}") -> None:
        """Put a program in a folder; left out, it is a `pulumi` that tells its version."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    def has_engine(self, folder: Path, *, without: str = "") -> None:
        """Put an engine in a folder."""
        for name in PROGRAMS:
            if name != without:
                self.program(folder, name)

    def has_go(self, *, then: str = "") -> None:
        """Put a Go on PATH that takes an engine from a shelf; `then` is what it does before."""
        for script in SCRIPTS:
            self.program((self.root / "sdk" / script).parent, Path(script).name)
        self.program(self.root / "sdk/bin", "pulumi")
        self.program(self.root / "sdk/bin", "pulumi-language-python")
        self.program(self.path, "go", BUILDS.format(root=self.root, then=then))
        for tool in ("cp", "sleep"):
            (self.path / tool).symlink_to(shutil.which(tool) or "")

    def go_has_begun(self) -> int:
        """Wait until Go runs and return its process id."""
        assert select.select([self.begun], [], [], 30)[0]
        return int(os.read(self.begun, 100))

    @contextmanager
    def start(self) -> Iterator["subprocess.Popen[str]"]:
        """Run the tool, and end it in any case."""
        pipe = subprocess.PIPE
        command = [sys.executable, str(TOOL)]
        with subprocess.Popen(command, env=self.env, stdout=pipe, stderr=pipe, text=True) as run:
            try:
                yield run
            finally:
                run.terminate()

    def run(self) -> tuple[int, str, str]:
        """Run the tool to its end: exit status, standard output, standard error."""
        with self.start() as run:
            out, err = run.communicate(timeout=20)
            return run.returncode, out, err

    def left(self) -> set[str]:
        """Name what there is in the cache, but for the lock."""
        return {entry.name for entry in self.cache.iterdir()} - {"lock"}
