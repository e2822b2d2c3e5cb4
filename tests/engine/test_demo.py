from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

DEMO = [sys.executable, "-u", "-m", "tools.demo"]


@pytest.fixture
def demo(engine: Path, tmp_path: Path) -> subprocess.Popen[str]:
    """The demo as a process, with its temporary files in the test's folder."""
    path = os.pathsep.join([str(engine), os.environ["PATH"]])
    return subprocess.Popen(
        DEMO,
        cwd=CHECKOUT,
        env=os.environ | {"TMPDIR": str(tmp_path), "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_demo_shows_all_steps_and_leaves_no_files(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    """The demo checks each step itself, and shows no password."""
    output, _ = demo.communicate()
    assert demo.returncode == 0, output
    assert output.count("=> 1 request(s)") == 4
    assert output.count("=> 0 request(s)") == 4
    assert '~ fromDisplayName: "Acme" => "Acme Corporation"' in output
    assert '"smtp.somewhere.example" => "smtp.acme.example"' in output
    assert "the first password" not in output
    assert "the next password" not in output
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_demo_leaves_no_files_and_no_processes(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    """After Ctrl-C the last line says so, and the exit status is 130."""
    assert demo.stdout
    while "=> 0 request(s)" not in demo.stdout.readline():
        assert demo.poll() is None
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate()
    started = [p for p in psutil.process_iter(["environ"]) if str(tmp_path) in str(p.info)]
    assert psutil.wait_procs(started, timeout=20)[1] == []
    assert demo.returncode == 130
    assert output.strip().splitlines()[-1].startswith("The demo was interrupted")
    assert list(tmp_path.iterdir()) == []
