from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

import psutil

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

TENANTS = [f"tenant{number}" for number in range(12)]
AT_ONCE = 4
"""Threads of the dynamic host."""

PATIENCE = 20.0
"""Seconds until a test gives up waiting for what takes a fraction of one."""


def declare_tenants(stack: Stack) -> None:
    """Let the program declare a resource for each tenant."""
    mail = {
        "platform": "shift",
        "hostname": "idp.example.com",
        "host": "smtp.example.com",
        "from_": "a@example.com",
    }
    declared = {tenant: mail | {"tenant_id": tenant} for tenant in TENANTS}
    (stack.project / "declared.json").write_text(json.dumps(declared))


def start_up(stack: Stack) -> psutil.Popen:
    """Start `pulumi up` and do not wait for it."""
    return psutil.Popen(
        ["pulumi", "--non-interactive", *UP],
        cwd=stack.project,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_killed_engine_leaves_no_provider_behind_and_the_next_up_recovers(
    open_stack: Callable[[Path], Stack], emulator: Emulator
) -> None:
    """The orphaned provider stops by itself, and after `pulumi cancel` an up completes the work."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/declared")
    declare_tenants(stack)
    emulator.order(*[Fault()] * 5, *[Fault(delay=10 * PATIENCE)] * AT_ONCE)
    engine = start_up(stack)
    wait_until(lambda: len(emulator.requests) == 5 + AT_ONCE)
    providers = [p for p in engine.children(recursive=True) if "pulumi.dynamic" in p.cmdline()]
    assert providers
    engine.kill()
    engine.wait()
    gone, alive = psutil.wait_procs(providers, timeout=PATIENCE)
    assert (len(gone), alive) == (len(providers), [])
    assert len(emulator.tenants) == 5
    stack.must("cancel", "--yes")
    stack.must(*UP)
    assert sorted(emulator.tenants) == sorted(TENANTS)
    stack.must("preview", "--expect-no-changes")
