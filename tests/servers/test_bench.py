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

BENCH = [sys.executable, "-m", "bench", "--latency", "0"]
SMALL = [*BENCH, "--fleet", "--repeats", "1", "--sizes"]
FLEET = [*BENCH, "--sizes", "--repeats", "--fleet-repeats", "1"]
CHECKOUT = PACKAGE.parent


def test_every_subject_is_measured(tmp_path: Path) -> None:
    """A subject that sends a request too many or too few makes the benchmark fail."""
    command = [*SMALL, "3", "--output", str(tmp_path / "results.json")]
    table = subprocess.check_output(command, cwd=CHECKOUT, text=True, timeout=300)
    cases = json.loads((tmp_path / "results.json").read_text())["cases"]
    assert len({case["subject"] for case in cases}) == 12
    for case in cases:
        assert f"| {case['subject']} | {case['operation']} |" in table
        for run in case["runs"]:
            assert run["seconds"] > 0
            assert {"provider", "client"} & run["megabytes"].keys()


def test_a_fleet_is_measured_in_groups(tmp_path: Path) -> None:
    """One group alone gives the bound of all, and every tenant is sent once."""
    command = [*FLEET, "--fleet", "15", "--group", "5", "--output", str(tmp_path / "results.json")]
    table = subprocess.check_output(command, cwd=CHECKOUT, text=True, timeout=600)
    cases = json.loads((tmp_path / "results.json").read_text())["cases"]
    sent = {
        case["tenants"]: case["runs"][0]["requests"] for case in cases if case["operation"] == "up"
    }
    assert sent == {5: {"mail": 5}, 15: {"mail": 15}}
    for operation in {case["operation"] for case in cases}:
        assert f"| 5 | 1 | {operation} | " in table
        assert f"| 15 | 3 | {operation} | " in table


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends the engine, the emulator and every other process."""
    command = [*SMALL, "1", "--output", str(tmp_path / "results.json")]
    with psutil.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as bench:
        next(line for line in bench.stderr if line.startswith("[1/"))
        started = bench.children(recursive=True)
        bench.send_signal(signal.SIGINT)
        errors = bench.stderr.read()
    assert bench.returncode == 128 + signal.SIGINT, errors
    assert not psutil.wait_procs(started, 20)[1]
    assert list(tmp_path.iterdir()) == []
