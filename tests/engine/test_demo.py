from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psutil
import pytest

from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

DEMO = [sys.executable, "-u", "-m", "tools.demo"]


@pytest.fixture
def demo(request: pytest.FixtureRequest, engine: Path, tmp_path: Path) -> subprocess.Popen[str]:
    """The demo as a process, with its temporary files in the test's folder."""
    path = os.pathsep.join([str(engine), os.environ["PATH"]])
    pause = {"DEMO_PAUSE": getattr(request, "param", "")}
    return subprocess.Popen(
        DEMO,
        cwd=CHECKOUT,
        env=os.environ | {"TMPDIR": str(tmp_path), "PATH": path} | pause,
        stdin=subprocess.PIPE,
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


@pytest.mark.parametrize("demo", ["1"], indirect=True)
def test_a_demo_that_pauses_can_be_watched_meanwhile(demo: subprocess.Popen[str]) -> None:
    """It waits for Enter after each step, and the page that it names is served until then."""
    assert demo.stdin
    assert demo.stdout
    output = ""
    while "Press Enter" not in output:
        assert demo.poll() is None, output
        output += demo.stdout.read(1)
    (page,) = re.findall(r"https://127\.0\.0\.1:\d+/", output)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urlopen(page, timeout=20, context=context) as response:  # noqa: S310 - always https
        assert response.status == 200
    demo.stdin.write("\n")
    demo.stdin.flush()
    while "Up: one POST" not in demo.stdout.readline():
        assert demo.poll() is None
    demo.send_signal(signal.SIGINT)
    demo.communicate()
    assert demo.returncode == 130
