"""The fleet on several machines at once, with its state in a real PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.fleet.project import sent
from tests.servers.fleet_machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.postgres import Postgres

GROUPS = ("eu", "us", "asia", "africa")
TENANTS = 1000
PATIENCE_SECONDS = 90


def started(emulator: Emulator, requests: int) -> bool:
    """Wait until the platform has seen as many requests; tell whether it has."""
    end = time.monotonic() + PATIENCE_SECONDS
    while len(emulator.requests) < requests and time.monotonic() < end:
        time.sleep(0.02)
    return len(emulator.requests) >= requests


def test_four_groups_at_once_bring_up_a_thousand_tenants(
    postgres: Postgres,
    emulator: Emulator,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Every tenant has its own settings and password, none was sent twice, and all states agree."""
    tenants = {
        f"t{number}": {
            "group": GROUPS[number % len(GROUPS)],
            "host": f"smtp.t{number}.example",
            "user": f"user{number}",
            "password": {"file": f"t{number}"},
        }
        for number in range(TENANTS)
    }
    (tmp_path / "passwords").mkdir()
    for name in tenants:
        (tmp_path / "passwords" / name).write_text(f"password of {name}\n")
    machines = [Machine(tmp_path / group, group, postgres, emulator) for group in GROUPS]
    begun = time.monotonic()
    with ThreadPoolExecutor(len(machines)) as pool:
        runs = list(pool.map(lambda machine: machine.up(tenants), machines))
    seconds = time.monotonic() - begun
    assert [run.output for run in runs if run.status] == []
    assert sorted(sent(emulator)) == sorted(tenants)
    for name, settings in tenants.items():
        live = emulator.tenants[name]
        assert (live["host"], live["user"]) == (settings["host"], settings["user"])
        assert live["password"] == f"password of {name}"
    with ThreadPoolExecutor(len(machines)) as pool:
        check = ("preview", "--expect-no-changes")
        outputs = pool.map(lambda machine: machine.stack.must(*check), machines)
        assert all(f"{TENANTS // len(GROUPS) + 1} unchanged" in output for output in outputs)
    record_property("note", f"{TENANTS} tenants in {len(GROUPS)} groups at once: {seconds:.0f} s")


def test_a_second_run_of_a_group_is_told_of_the_lock_and_loses_nothing(
    postgres: Postgres, emulator: Emulator, tmp_path: Path
) -> None:
    """It sends nothing; the first run ends well, and the second one's change comes next time."""
    group, platform = "locked", {"group": "locked"}
    first, second = (Machine(tmp_path / name, group, postgres, emulator) for name in "ab")
    emulator.latency = 4
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first.up, {"acme": platform})
        assert started(emulator, 1)
        output, status = second.up({"acme": platform, "globex": platform})
        assert status
        assert not running.done()
        assert "the stack is currently locked by 1 lock(s)" in output
        assert "`pulumi cancel`" in output
        assert postgres.environment["PGPASSWORD"] not in output
        assert running.result().status == 0
    emulator.latency = 0
    assert sent(emulator) == ["acme"]
    output, status = second.up({"acme": platform, "globex": platform})
    assert (status, sent(emulator)) == (0, ["acme", "globex"]), output
    output, status = first.up({"acme": platform, "globex": platform})
    assert (status, sent(emulator)) == (0, ["acme", "globex"]), output


def test_a_tenant_moves_to_another_group_on_another_machine(
    postgres: Postgres, emulator: Emulator, tmp_path: Path
) -> None:
    """Both groups run at the same time; the tenant keeps its settings throughout."""
    old, new = (Machine(tmp_path / group, group, postgres, emulator) for group in ("old", "new"))
    assert old.up({"acme": {"group": "old"}, "globex": {"group": "new"}}).status == 0
    moved = {"acme": {"group": "new"}, "globex": {"group": "old"}}
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda machine: machine.up(moved), (old, new)))
    assert [run.output for run in runs if run.status] == []
    assert sorted(sent(emulator)) == ["acme", "acme", "globex"]
    assert emulator.tenants["acme"]["host"] == "smtp.example.com"
