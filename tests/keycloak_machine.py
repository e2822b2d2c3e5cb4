"""A user's machine, made of a folder and shell scripts, to install a Keycloak on."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tools.keycloak_copy import VERSION

ROOT = Path(__file__).parents[1]
FETCHES = """
for word; do case $word in -DoutputDirectory=*) folder=${{word#*=}};; esac; done
cp {shelf} "$folder/keycloak-quarkus-dist-{version}.zip"
"""


class Machine:
    """A user's machine: a PATH of one folder, and a cache."""

    def __init__(self, root: Path) -> None:
        self.path, self.cache = root / "bin", root / "cache/pulumi-smtpconfig/keycloak"
        self.env = {"PATH": str(self.path), "XDG_CACHE_HOME": str(root / "cache")}
        self.shelf = root / "shelf.zip"
        self.path.mkdir()
        for tool in ("sh", "cp"):
            (self.path / tool).symlink_to(shutil.which(tool) or "")

    def program(self, name: str, script: str) -> None:
        """Put a program on PATH."""
        (self.path / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.path / name).chmod(0o755)

    def has_maven(self, script: str) -> None:
        """Put a Maven on PATH that has a distribution with this `kc.sh` on a shelf."""
        with ZipFile(self.shelf, "w") as archive:
            archive.writestr(f"keycloak-{VERSION}/bin/kc.sh", script)
        self.program("mvn", FETCHES.format(shelf=self.shelf, version=VERSION))

    def digest(self) -> str:
        """Return the checksum of the archive on the shelf."""
        return hashlib.sha256(self.shelf.read_bytes()).hexdigest()

    def run(self) -> tuple[int, str, str]:
        """Run the tool to its end: exit status, standard output, standard error."""
        command = [sys.executable, "-m", "tools.keycloak"]
        done = subprocess.run(
            command, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def left(self) -> set[str]:
        """Name what there is in the cache, but for the lock."""
        return {entry.name for entry in self.cache.iterdir()} - {"lock"}
