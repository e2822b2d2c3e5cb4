"""The benchmark itself, with the real engine, for three tenants."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.__main__ import PAGE
from bench.results import CHECKPOINTS, NOTHING, OAUTH2, OURS, SSMS
from tests.source import PACKAGE

BENCH = [sys.executable, "-m", "bench", "--repeats", "1", "--latency", "0"]
CHECKOUT = PACKAGE.parent


@pytest.fixture
def performance(tmp_path: Path) -> Path:
    """A copy of the page that the benchmark rewrites."""
    return Path(shutil.copy(PAGE, tmp_path / PAGE.name))


def cells(line: str) -> list[str]:
    """Return the cells of a table's row; none of another line."""
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_the_tables_tell_what_was_sent(performance: Path) -> None:
    """Each up sends one request for each tenant and no other operation but a refresh any."""
    command = [*BENCH, "--sizes", "3", "--page", str(performance)]
    subprocess.run(command, cwd=CHECKOUT, check=True, timeout=300)
    rows = [cells(line) for line in performance.read_text("utf-8").splitlines()]
    sent = {(row[1], row[2]): row[-1] for row in rows if len(row) == 9 and row[0] == "3"}
    assert sent[OURS, "up"] == sent[OURS, "refresh"] == "3"
    assert sent[OURS, "up, no changes"] == sent[OURS, "preview, no changes"] == "0"
    assert sent[OURS, "destroy"] == sent[NOTHING, "up"] == "0"
    assert sent[SSMS, "up"] == "3"
    assert sent[OAUTH2, "up"] == "6"
    assert sent["plain client, 4 connections", "up"] == "3"
    assert (CHECKPOINTS, "up") not in sent
    assert OURS in performance.with_suffix(".svg").read_text("utf-8")


def test_an_interrupted_run_leaves_the_page_and_no_process(performance: Path) -> None:
    """Ctrl-C in the midst ends the engine, the emulator and all else that was started."""
    before = performance.read_bytes()
    command = [*BENCH, "--sizes", "1", "--page", str(performance)]
    with psutil.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as bench:
        first = next(line for line in bench.stderr if line.startswith("[1/"))
        started = bench.children(recursive=True)
        bench.send_signal(signal.SIGINT)
        bench.stderr.read()
    assert OURS in first
    assert bench.returncode == 128 + signal.SIGINT
    assert not psutil.wait_procs(started, 20)[1]
    assert performance.read_bytes() == before
    assert not performance.with_suffix(".svg").exists()
