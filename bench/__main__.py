"""Measure this provider beside one that does nothing and a client without an engine."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.groups import Groups, growth
from bench.measure import Figures, import_seconds
from bench.platform import Platform, running_platform, throughput
from bench.subjects import COMPARED, VARIANTS, Subject
from tools.cache import Unavailable, end_children_on_signals, say
from tools.engine import engine_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Job = tuple[Subject | Groups, int, float]
    Results = dict["Case", list[Figures]]

HEADS = (
    *("tenants", "latency", "subject", "operation", "seconds"),
    *("CPU: provider or client", "CPU: program"),
    *("MB: provider or client", "MB: program", "MB: engine", "requests"),
)
PACKAGES = ("pulumi", "httpcore", "pydantic", "truststore")
ROLES = (("provider", "client"), ("program",), ("engine",))
REPEATS = 5
"""How often throughput and import are measured."""


class Case(NamedTuple):
    """What some figures belong to."""

    tenants: int
    latency: float
    subject: str
    operation: str


def main() -> None:
    """Print a table and write the results as JSON."""
    end_children_on_signals()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("--sizes", type=int, nargs="*", default=[1, 100, 1000], help="numbers of tenants")
    add("--repeats", type=int, nargs="*", default=[7, 5, 3], help="for each size")
    add("--latency", type=float, default=0.1, help="seconds before an answer; 0 skips this part")
    add("--fleet", type=int, nargs="*", default=[1000, 3000], help="tenants of fleets in groups")
    add("--group", type=int, default=250, help="tenants in a group")
    add("--fleet-repeats", type=int, default=3, help="for each fleet")
    add("--output", type=Path, default=Path("bench/results.json"), help="the JSON file")
    given = parser.parse_args()
    try:
        with running_platform() as server:
            general = _general(server)
            jobs = [
                *plan(given.sizes, given.repeats, given.latency),
                *plan_fleet(given.fleet, given.group, given.fleet_repeats),
            ]
            results = measure(jobs, server)
    except (Unavailable, RuntimeError, subprocess.SubprocessError, OSError) as error:
        sys.exit(f"{error}\nThe benchmark failed, and wrote nothing.")
    rows = [
        {**case._asdict(), "runs": [asdict(run) for run in runs]} for case, runs in results.items()
    ]
    given.output.write_text(json.dumps({**general, "cases": rows}, indent=1) + "\n")
    lines = [*(f"{key}: {general[key]}" for key in general), "", *table(results)]
    if given.fleet:
        lines += ["", *growth(results, given.group)]
    print("\n".join(lines))


def measure(jobs: Sequence[Job], server: Platform) -> Results:
    """Measure all subjects; fail if one sends another number of requests than it should."""
    results: Results = {}
    for number, (subject, tenants, seconds) in enumerate(jobs, start=1):
        server.reset(seconds)
        server.requests()
        for operation, figures in subject.life(tenants, seconds, server):
            case = Case(tenants, seconds, subject.name, operation)
            figures.requests = server.requests()
            expected = {kind: n * tenants for kind, n in subject.requests(operation).items()}
            if figures.requests != expected:
                raise RuntimeError(f"{case} sent {figures.requests}, not {expected}.")
            results.setdefault(case, []).append(figures)
            progress = f"[{number}/{len(jobs)}] {tenants}, {subject.name}, {operation}"
            say(f"{progress}: {figures.seconds:.2f} s")
    return results


def plan(sizes: Sequence[int], repeats: Sequence[int], latency: float) -> Iterator[Job]:
    """Take all subjects in turn, so that a busy minute affects each of them."""
    for turn in range(max(repeats, default=0)):
        for size, count in zip(sizes, repeats, strict=True):
            if turn < count:
                yield from ((subject, size, 0) for subject in COMPARED)
        if latency and turn < repeats[-1]:
            yield from ((subject, sizes[-1], latency) for subject in COMPARED)
    yield from ((subject, size, 0) for subject in VARIANTS for size in sizes[-2:])


def plan_fleet(sizes: Iterable[int], group: int, repeats: int) -> Iterator[Job]:
    """Take one group alone, then all sizes, in turn."""
    counts = sorted({group, *sizes}) if sizes else []
    for _ in range(repeats):
        yield from ((Groups(group), count, 0) for count in counts)


def table(results: Results) -> Iterator[str]:
    """Yield the lines of a Markdown table: medians, with minimum and maximum."""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{' --- |' * len(HEADS)}"
    for case in sorted(results, key=lambda case: (case.latency, case.tenants)):
        runs = results[case]
        cells = [
            *(f"{case.tenants:,}", f"{1000 * case.latency:.0f} ms", case.subject, case.operation),
            _spread([run.seconds for run in runs], ".2f"),
            *(_role([run.cpu for run in runs], *roles, form=".2f") for roles in ROLES[:2]),
            *(_role([run.megabytes for run in runs], *roles, form=".0f") for roles in ROLES),
            _spread([sum(run.requests.values()) for run in runs], ",.0f"),
        ]
        yield f"| {' | '.join(cells)} |"


def _role(runs: list[dict[str, float]], *roles: str, form: str) -> str:
    return _spread([run[role] for run in runs for role in roles if role in run], form)


def _spread(numbers: Sequence[float], form: str) -> str:
    if not numbers:
        return ""
    middle, least, most = (f"{x:{form}}" for x in (median(numbers), min(numbers), max(numbers)))
    return middle if least == most else f"{middle} ({least} to {most})"


def _general(server: Platform) -> dict[str, Any]:
    engine = subprocess.check_output([engine_folder() / "pulumi", "version"], text=True).strip()
    versions = ", ".join([f"engine {engine}", *(f"{name} {version(name)}" for name in PACKAGES)])
    return {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}",
        "requests a second": [round(throughput(server.variables())) for _ in range(REPEATS)],
        "seconds to import": [round(import_seconds(), 4) for _ in range(REPEATS)],
    }


if __name__ == "__main__":
    main()
