from __future__ import annotations

import subprocess
import time
from typing import IO, TYPE_CHECKING

import psutil
import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.docs.pages import DOCS, headings
from tests.engine.conftest import MAIL, UP, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

TROUBLESHOOTING = DOCS / "troubleshooting.md"
WARNING = (
    "Attempting to deploy or update resources with 2 pending operations from previous deployment."
)
TENANTS = [f"tenant{number}" for number in range(12)]
THREADS = 4
"""Threads of the dynamic host."""

MAX_WAIT = 60.0
"""Seconds that a test waits for something that takes a few on an idle machine."""

SETTLED = 1.0
"""Seconds without a write."""


def start_up(stack: Stack, *words: str, stdout: IO[str] | int = subprocess.DEVNULL) -> psutil.Popen:
    """Start `pulumi`, by default an up, without waiting for its end."""
    return psutil.Popen(
        ["pulumi", "--non-interactive", *(words or UP)],
        cwd=stack.project,
        env=stack.environment,
        stdout=stdout,
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


def kill_up_after(stack: Stack, emulator: Emulator, requests: int) -> None:
    """Kill an up once it has sent so many requests; its provider ends by itself."""
    emulator.requests.clear()
    engine = start_up(stack)
    wait_until(lambda: len(emulator.requests) == requests)
    wait_until(lambda: has_settled(stack.state))
    providers = [p for p in engine.children(recursive=True) if "pulumi.dynamic" in p.cmdline()]
    assert providers
    engine.kill()
    engine.wait()
    gone, alive = psutil.wait_procs(providers, timeout=MAX_WAIT)
    assert (len(gone), alive) == (len(providers), [])


def pending(stack: Stack) -> list[str]:
    """Return the pending operations in the state: `creating`, `updating`."""
    operations = stack.exported()["deployment"].get("pending_operations") or []
    return [operation["type"] for operation in operations]


def documented(option: str) -> list[list[str]]:
    """Return the words of the commands in the block that shows an option below the warning."""
    text = TROUBLESHOOTING.read_text("utf-8").partition("### Attempting to deploy")[2]
    (block,) = [b for b in text.partition("\n### ")[0].split("```")[1::2] if option in b]
    return [line.split()[1:] for line in block.replace(" &&", "").splitlines() if line != "sh"]


def test_a_killed_engine_leaves_no_provider_running_and_the_next_up_recovers(
    declared: Stack, emulator: Emulator
) -> None:
    """The provider exits by itself, and after `pulumi cancel` an up sends the rest."""
    declare(declared, {t: MAIL | {"platform": "shift", "tenant_id": t} for t in TENANTS})
    emulator.order(*[Fault()] * 5, *[Fault(delay=10 * MAX_WAIT)] * THREADS)
    kill_up_after(declared, emulator, requests=5 + THREADS)
    assert len(emulator.tenants) == 5
    declared.must("cancel", "--yes")
    declared.must(*UP)
    assert sorted(emulator.tenants) == sorted(TENANTS)
    declared.must("preview", "--expect-no-changes")


def interrupt(stack: Stack, emulator: Emulator, **changes: str) -> None:
    """Kill an up of three tenants, two of which are being sent, and remove its lock."""
    mail = MAIL | {"platform": "shift"} | changes
    declare(stack, {tenant: mail | {"tenant_id": tenant} for tenant in TENANTS[:3]})
    emulator.order(Fault(), *[Fault(delay=10 * MAX_WAIT)] * 2)
    kill_up_after(stack, emulator, requests=3)
    stack.must("cancel", "--yes")


@pytest.mark.parametrize("way", ["--clear-pending-creates", "stack import"])
def test_a_pending_create_ends_as_the_documents_say(
    declared: Stack, emulator: Emulator, way: str
) -> None:
    """An up sends it again and repeats the warning; the commands end it, and tenants converge."""
    interrupt(declared, emulator)
    assert WARNING.replace("2", "…") in headings(TROUBLESHOOTING)
    for _ in range(2):
        output = declared.must(*UP)
        assert WARNING in output
        assert "interrupted while creating" in output
        assert pending(declared) == ["creating"] * 2
    for words in documented(way):
        declared.must(*words, *(["--yes"] if words == ["up"] else []))
    assert not pending(declared)
    assert WARNING not in declared.must(*UP, "--expect-no-changes")
    assert sorted(emulator.tenants) == TENANTS[:3]


def test_a_pending_create_may_end_before_it_is_sent_again(
    declared: Stack, emulator: Emulator
) -> None:
    """As the documents have it: the record goes first, then an up sends what is missing."""
    interrupt(declared, emulator)
    assert len(emulator.tenants) == 1
    for words in documented("--clear-pending-creates"):
        declared.must(*words, *(["--yes"] if words == ["up"] else []))
    assert not pending(declared)
    assert sorted(emulator.tenants) == TENANTS[:3]
    declared.must("preview", "--expect-no-changes")


def test_a_pending_update_ends_with_the_next_up(declared: Stack, emulator: Emulator) -> None:
    """The warning is shown once more, and the settings are sent again."""
    declare(declared, {t: MAIL | {"platform": "shift", "tenant_id": t} for t in TENANTS[:3]})
    declared.must(*UP)
    interrupt(declared, emulator, from_display_name="new")
    assert pending(declared) == ["updating"] * 2
    output = declared.must(*UP)
    assert WARNING in output
    assert "interrupted while updating" in output
    assert not pending(declared)
    assert WARNING not in declared.must(*UP, "--expect-no-changes")
    assert {tenant["fromDisplayName"] for tenant in emulator.tenants.values()} == {"new"}
