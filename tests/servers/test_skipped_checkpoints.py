"""An engine that writes its state once at the end, killed in the midst of its work."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator import Emulator

PROGRAM = Path(__file__).parents[1] / "engine/programs/declared"
UP = ("up", "--yes", "--skip-preview", "--suppress-outputs")
SKIPPED = {"PULUMI_SKIP_CHECKPOINTS": "1"}
SEED = os.environ.get("SMTPCONFIG_KILL_SEED", "7")
TENANTS = [f"tenant{number}" for number in range(200)]
KILLS = 5
"""Of ups that create all tenants, and as many of ups that change them all."""

PATIENCE = 60.0
"""Seconds until a test gives up waiting for what takes a few."""


@pytest.fixture
def open_stack(emulator: Emulator, tmp_path: Path) -> Callable[[str], Stack]:
    """Open a stack whose checkpoints are skipped, in a folder of its own."""
    variables = {**emulator.environment, **SKIPPED}
    return lambda name: Stack(PROGRAM, tmp_path / name, engine_folder(), variables)


@pytest.fixture
def points(record_property: Callable[[str, object], None]) -> list[int]:
    """Numbers of requests after which the engine is killed, drawn at random."""
    drawn = Random(SEED).sample(range(len(TENANTS)), 2 * KILLS)  # noqa: S311 - to be repeated
    record_property("note", f"killed after {drawn} requests (SMTPCONFIG_KILL_SEED={SEED})")
    return drawn


def declare(stack: Stack, host: str) -> None:
    """Let the program declare a resource for each tenant."""
    mail = {
        "platform": "shift",
        "hostname": "idp.example.com",
        "host": host,
        "from_": "no-reply@acme.example",
        "user": "acme",
        "secret": {"password": f"the password for {host}"},
    }
    declared = {tenant: mail | {"tenant_id": tenant} for tenant in TENANTS}
    (stack.project / "declared.json").write_text(json.dumps(declared))


def kill_an_up(stack: Stack, emulator: Emulator, requests: int) -> None:
    """Start `pulumi up`, and kill the engine once it has led to so many requests."""
    emulator.requests.clear()
    engine = psutil.Popen(
        ["pulumi", "--non-interactive", *UP],
        cwd=stack.project,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + PATIENCE
    while len(emulator.requests) <= requests:
        assert time.monotonic() < end, "waited in vain"
        assert engine.poll() is None, "the up came to its end"
        time.sleep(0.002)
    kill_the_engine(engine)


def kill_the_engine(engine: psutil.Popen) -> None:
    """Kill it and nothing else, and see that what might still send ends by itself."""
    started = engine.children(recursive=True)
    hosts = [process for process in started if is_language_host(process)]
    engine.kill()
    engine.wait()
    assert not psutil.wait_procs(set(started) - set(hosts), PATIENCE)[1]
    for host in hosts:  # it sends nothing, and would wait for ever
        host.kill()


def is_language_host(process: psutil.Process) -> bool:
    """Tell whether a process is what the engine asks to run programs."""
    with suppress(psutil.NoSuchProcess):
        return process.name() == "pulumi-language-python"
    return False


def resources(stack: Stack) -> list[dict[str, Any]]:
    """Return the tenants in the stack's state; nothing else may be left over in it."""
    deployment = stack.exported()["deployment"]
    assert not deployment.get("pending_operations")
    every = deployment.get("resources", [])
    return [each for each in every if each["type"].endswith(":SmtpConfig")]


def assert_converged(stack: Stack, emulator: Emulator, host: str) -> None:
    """See that platform and state hold every tenant once, each as it is declared."""
    stack.must("preview", "--expect-no-changes", "--suppress-outputs")
    assert sorted(emulator.tenants) == sorted(TENANTS)
    sent = {(each["host"], each["password"]) for each in emulator.tenants.values()}
    assert sent == {(host, f"the password for {host}")}
    kept = resources(stack)
    ids = [f"shift/idp.example.com/{tenant}" for tenant in TENANTS]
    assert sorted(each["id"] for each in kept) == sorted(ids)
    assert len({each["urn"] for each in kept}) == len(TENANTS)
    assert {each["outputs"]["host"] for each in kept} == {host}
    assert not [each for each in kept if each.get("delete")]


def test_after_a_kill_at_any_point_the_next_up_converges(
    open_stack: Callable[[str], Stack], emulator: Emulator, points: list[int]
) -> None:
    """Nothing is doubled and nothing lost, though the state knows nothing of the killed up."""
    for number, point in enumerate(points):
        created = number < KILLS
        if created:
            emulator.tenants.clear()
            stack = open_stack(f"stack{number}")
        host = f"smtp{number}.acme.example"
        declare(stack, host)
        before = [] if created else resources(stack)
        kill_an_up(stack, emulator, point)
        stack.must("cancel", "--yes")
        assert resources(stack) == before
        stack.must(*UP)
        assert_converged(stack, emulator, host)
