"""A Keycloak ends with those who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tools.engine_process import Unavailable
from tools.keycloak_java import java_environment
from tools.keycloak_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PROGRAM = """
from tools.keycloak import Keycloak
with Keycloak():
    input()
"""


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program that starts a Keycloak with temporary files in a folder of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as run:
        yield run
        run.kill()


def is_starting(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until a program has begun to start its Keycloak, and return the processes of that."""
    assert run.stderr
    assert next(run.stderr) == "Starting Keycloak ...\n"
    return psutil.Process(run.pid).children(recursive=True)


def test_an_interrupted_start_leaves_nothing(
    starting: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Ctrl-C ends all processes, then removes the files."""
    family = is_starting(starting)
    starting.send_signal(signal.SIGINT)
    starting.communicate(timeout=60)
    assert not psutil.wait_procs(family, timeout=0)[1]
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_the_program_is_the_end_of_its_keycloak(
    starting: subprocess.Popen[str],
) -> None:
    """No process stays, even if the program is killed and can end none."""
    family = is_starting(starting)
    starting.kill()
    assert family
    assert not psutil.wait_procs(family, timeout=60)[1]


def test_a_keycloak_that_cannot_start_says_why(tmp_path: Path) -> None:
    """Its last words are the message."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kc.sh").write_text("echo no such option; exit 2")
    with (
        pytest.raises(Unavailable, match=r"did not start.* no such option$"),
        serving(tmp_path, [], java_environment()),
    ):
        pass
