"""The benchmark, with the real engine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from tests.source import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

BENCH = [sys.executable, "-m", "bench", "--repeats", "1", "--latency", "0", "--sizes"]
CHECKOUT = PACKAGE.parent


def test_every_subject_is_measured(tmp_path: Path) -> None:
    """A subject that sends a request too many or too few makes the benchmark fail."""
    command = [*BENCH, "3", "--output", str(tmp_path / "results.json")]
    table = subprocess.check_output(command, cwd=CHECKOUT, text=True, timeout=300)
    cases = json.loads((tmp_path / "results.json").read_text())["cases"]
    assert len({case["subject"] for case in cases}) == 10
    for case in cases:
        assert f"| {case['subject']} | {case['operation']} |" in table
        for run in case["runs"]:
            assert run["seconds"] > 0
            assert {"provider", "client"} & run["megabytes"].keys()


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends the engine, the emulator and every other process."""
    command = [*BENCH, "1", "--output", str(tmp_path / "results.json")]
    with psutil.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as bench:
        next(line for line in bench.stderr if line.startswith("[1/"))
        started = bench.children(recursive=True)
        bench.send_signal(signal.SIGINT)
        errors = bench.stderr.read()
    assert bench.returncode == 128 + signal.SIGINT, errors
    assert not psutil.wait_procs(started, 20)[1]
    assert list(tmp_path.iterdir()) == []
