"""`python -m tools.engine` on machines made of a few folders and shell scripts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tools.engine import GO_MODULES, HOST, NEWEST, OLDEST, PROGRAMS, SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semver import VersionInfo

CHECKOUT = Path(__file__).parents[2]
GO = """
[ "$1" = list ] && echo {root}/sdk && exit
{before}
while [ "$1" != -o ]; do shift; done
/bin/mkdir -p "$2" && /bin/cp {root}/sdk/bin/* "$2"
"""


class Machine:
    """A machine with one folder on PATH, an empty cache and no network."""

    def __init__(self, root: Path) -> None:
        self.root, self.path = root, root / "bin"
        self.copies = root / "cache/pulumi-smtpconfig/engine"
        self.copy = self.copies / f"v{NEWEST}"
        self.begun, self.release = root / "begun", root / "release"
        os.mkfifo(self.begun)
        os.mkfifo(self.release)

    def has(self, folder: Path, *names: str, script: str = f"echo v{NEWEST}") -> None:
        """Put programs into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)

    def has_go(self, before: str = "") -> None:
        """Put a Go on PATH that builds a working engine; `before` runs first."""
        self.has(self.root / "sdk/bin", "pulumi", HOST)
        for script in SCRIPTS:
            self.has((self.root / "sdk" / script).parent, Path(script).name)
        self.has(self.path, "go", script=GO.format(root=self.root, before=before))

    def has_slow_go(self) -> None:
        """Put a Go on PATH whose first build says that it has begun, and waits for a release."""
        wait = f"echo $$ > {self.begun}; read go < {self.release}"
        self.has_go(f"/bin/mkdir {self.root}/first 2>/dev/null && {{ {wait}; }}")

    @contextmanager
    def start(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Run the program in the background."""
        env = {
            "PATH": str(self.path),
            "HOME": str(self.root),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "https_proxy": "http://127.0.0.1:1",
        }
        command, pipe = [sys.executable, "-m", "tools.engine", *options], subprocess.PIPE
        with subprocess.Popen(
            command, cwd=CHECKOUT, env=env, stdout=pipe, stderr=pipe, text=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *options: str) -> tuple[int, str, str]:
        """Run the program to its end: exit status, standard output, standard error."""
        with self.start(*options) as process:
            out, err = process.communicate(timeout=30)
            return process.returncode, out, err

    def cached(self) -> set[str]:
        """List what is in the cache, except for the lock."""
        return {path.name for path in self.copies.iterdir()} - {"lock"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine that has nothing."""
    return Machine(tmp_path)


def test_the_engine_on_path_comes_first(machine: Machine) -> None:
    """Your own engine is used even if a copy is installed."""
    machine.has(machine.path, *PROGRAMS)
    machine.has(machine.copy, *PROGRAMS)
    assert machine.run() == (0, f"{machine.path}\n", "")


def test_a_link_on_path_leads_to_its_engine(machine: Machine) -> None:
    """If only `pulumi` is linked into PATH, the folder that it links to is used."""
    machine.has(machine.root / "opt", *PROGRAMS)
    machine.path.mkdir()
    (machine.path / "pulumi").symlink_to(machine.root / "opt/pulumi")
    assert machine.run()[:2] == (0, f"{machine.root / 'opt'}\n")


@pytest.mark.parametrize(
    ("script", "names"),
    [("echo v3.224.9", PROGRAMS), ("exit 3", PROGRAMS), ("echo dev", PROGRAMS), ("", ["pulumi"])],
    ids=["too old", "broken", "no version", "no language host"],
)
def test_an_unusable_engine_on_path_is_skipped(
    machine: Machine, script: str, names: tuple[str, ...]
) -> None:
    """The installed copy is used instead."""
    machine.has(machine.copy, *PROGRAMS)
    machine.has(machine.path, *names, script=script)
    assert machine.run()[:2] == (0, f"{machine.copy}\n")


def test_the_error_lists_what_was_tried(machine: Machine) -> None:
    """Each way has its reason; the last lines say what to install."""
    machine.has(machine.path, "pulumi", script="echo v3.224.9")
    machine.has(machine.path, "go", script="echo go: no proxy; exit 1")
    status, out, err = machine.run()
    assert (status, out) == (1, "")
    tried = err.partition("Tried:\n")[2]
    assert f"`pulumi` on PATH: no {HOST}" in tried
    assert "installed copy: no pulumi" in tried
    assert "official download: <urlopen error" in tried
    assert "build with Go: go: no proxy\n" in tried
    assert "Install the Pulumi CLI 3.225.0 or newer" in tried
    assert machine.cached() == set()


def test_the_oldest_engine_is_never_the_one_on_path(machine: Machine) -> None:
    """It is installed beside the newest, and found there the next time."""
    machine.has(machine.copy, *PROGRAMS)
    machine.has_go()
    machine.has(machine.path, *PROGRAMS)
    oldest = machine.copies / f"v{OLDEST}"
    assert machine.run("--oldest")[:2] == (0, f"{oldest}\n")
    assert machine.run("--oldest") == (0, f"{oldest}\n", "")
    assert machine.cached() == {oldest.name, machine.copy.name}


def test_an_installation_leaves_one_whole_copy(machine: Machine) -> None:
    """It replaces a broken copy, and removes what a killed run left."""
    machine.has_go()
    machine.has(machine.copy, HOST)
    machine.has(machine.copy.with_name("staging-old"), "pulumi")
    assert machine.run()[:2] == (0, f"{machine.copy}\n")
    assert machine.cached() == {machine.copy.name}
    assert {program.name for program in machine.copy.iterdir()} == set(PROGRAMS)


def test_an_incomplete_build_is_not_installed(machine: Machine) -> None:
    """Only an engine that is usable is moved into the cache."""
    machine.has_go()
    (machine.root / "sdk/bin" / HOST).unlink()
    status, _, err = machine.run()
    assert (status, machine.cached()) == (1, set())
    assert f"build with Go: no {HOST} in" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(machine: Machine, number: signal.Signals) -> None:
    """A signal kills all child processes and removes what was begun."""
    machine.has_slow_go()
    with machine.start() as process:
        go = psutil.Process(int(machine.begun.read_text()))
        process.send_signal(number)
        assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 128 + number
    assert machine.cached() == set()
    assert not go.is_running()


def test_two_runs_at_once_install_once(machine: Machine) -> None:
    """The second run says that it waits, then uses what the first one installed."""
    machine.has_slow_go()
    with machine.start() as first:
        machine.begun.read_text()
        with machine.start() as second:
            assert second.stderr
            assert next(second.stderr).startswith("Another run is installing into")
            machine.release.write_text("go\n")
            assert second.communicate(timeout=30)[0] == f"{machine.copy}\n"
        assert first.communicate(timeout=30)[0] == f"{machine.copy}\n"


@pytest.mark.parametrize("version", [OLDEST, NEWEST], ids=str)
def test_the_pinned_modules_are_the_named_version(version: VersionInfo) -> None:
    """The version in the program is the one that go.sum has checksums for."""
    pins = (GO_MODULES / f"cli-{version}/go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{version} " in pins
    assert f"github.com/pulumi/pulumi/sdk/v3 v{version} " in pins
