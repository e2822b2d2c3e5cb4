"""Servers in the background, played by shell scripts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tools.background import background
from tools.cache import Unavailable

CHECKOUT = Path(__file__).parents[2]
READY = re.compile("ready as (.*)")
SERVER = ["sh", "-c", "echo ready as $$; sleep 600; echo"]
PROGRAM = f"""
import os, re
from pathlib import Path
from tools.background import background
with background({SERVER}, Path("{{log}}"), re.compile("{READY.pattern}"), env=os.environ) as ready:
    print(ready[1], flush=True)
    input()
"""


def test_a_server_ends_with_its_context(tmp_path: Path) -> None:
    """Its child processes end too."""
    with background(SERVER, tmp_path / "server", READY, env=os.environ) as ready:
        server = psutil.Process(int(ready[1]))
        family = [server, *server.children()]
    assert psutil.wait_procs(family, timeout=0)[1] == []


def test_a_server_ends_when_the_tests_are_killed(tmp_path: Path) -> None:
    """`kill -9` leaves no server behind."""
    command = [sys.executable, "-c", PROGRAM.format(log=tmp_path / "server")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as tests:
        assert tests.stdout
        server = psutil.Process(int(tests.stdout.readline()))
        family = [server, *server.children()]
        tests.kill()
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The error is the end of its log."""
    server = background(["sh", "-c", "echo no such option"], tmp_path / "x", READY, env=os.environ)
    with pytest.raises(Unavailable, match=r"^x did not start: no such option$"), server:
        pass
