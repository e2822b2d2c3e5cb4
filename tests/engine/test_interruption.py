from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import psutil

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import MAIL, UP, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

TENANTS = [f"tenant{number}" for number in range(12)]
THREADS = 4
"""Threads of the dynamic host."""

MAX_WAIT = 20.0
"""Seconds that a test waits for something that takes a fraction of one."""

SETTLED = 1.0
"""Seconds without a write."""


def start_up(stack: Stack) -> psutil.Popen:
    """Start `pulumi up` without waiting for its end."""
    return psutil.Popen(
        ["pulumi", "--non-interactive", *UP],
        cwd=stack.project,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for another process."""
    end = time.monotonic() + MAX_WAIT
    while not happened():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.02)


def has_settled(state: Path) -> bool:
    """Return whether the engine has stopped writing its state, which a kill could cut short."""
    newest = max(file.stat().st_mtime for file in state.rglob("*") if file.is_file())
    return time.time() - newest > SETTLED


def test_a_killed_engine_leaves_no_provider_running_and_the_next_up_recovers(
    declared: Stack, emulator: Emulator
) -> None:
    """The provider exits by itself, and after `pulumi cancel` an up sends the rest."""
    declare(declared, {t: MAIL | {"platform": "shift", "tenant_id": t} for t in TENANTS})
    emulator.order(*[Fault()] * 5, *[Fault(delay=10 * MAX_WAIT)] * THREADS)
    engine = start_up(declared)
    wait_until(lambda: len(emulator.requests) == 5 + THREADS)
    wait_until(lambda: has_settled(declared.state))
    providers = [p for p in engine.children(recursive=True) if "pulumi.dynamic" in p.cmdline()]
    assert providers
    engine.kill()
    engine.wait()
    gone, alive = psutil.wait_procs(providers, timeout=MAX_WAIT)
    assert (len(gone), alive) == (len(providers), [])
    assert len(emulator.tenants) == 5
    declared.must("cancel", "--yes")
    declared.must(*UP)
    assert sorted(emulator.tenants) == sorted(TENANTS)
    declared.must("preview", "--expect-no-changes")
