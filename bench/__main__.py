"""Measure this provider beside one that does nothing and a client without an engine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from subprocess import CalledProcessError

from bench.importing import seconds_to_import
from bench.plan import Plan
from bench.plot import svg
from bench.report import page
from bench.results import Results
from bench.service import Service
from bench.throughput import requests_per_second
from tools.engine import EngineError, engine_folder
from tools.engine_process import ask, say
from tools.interruption import end_cleanly_on_signals

PAGE = Path(__file__).parents[1] / "docs/performance.md"
ASKED = 5
"""How often the emulator's throughput is measured."""


def main() -> None:
    """Measure all and rewrite the page; a run that does not come to its end leaves it as it is."""
    end_cleanly_on_signals()
    given = _parser().parse_args()
    try:
        _run(given)
    except (EngineError, RuntimeError, CalledProcessError, OSError, ValueError) as error:
        sys.exit(f"{error}\nThe benchmark failed; {given.page} is as it was.")


def _run(given: argparse.Namespace) -> None:
    engine = engine_folder()
    page_before = given.page.read_text("utf-8")
    results = measured(Plan(engine, given.sizes, given.repeats, given.latency))
    picture = given.page.with_suffix(".svg")
    version = ask(str(engine / "pulumi"), "version", env={}).removeprefix("v")
    written = page(page_before, results, version, picture.name)
    picture.write_text(svg(results), "utf-8")
    given.page.write_text(written, "utf-8")
    say(f"Wrote {given.page} and {picture.name}.")


def measured(plan: Plan) -> Results:
    """Carry out a plan, saying what it is at."""
    results = Results()
    with Service() as service:
        results.throughput += [requests_per_second(service.given) for _ in range(ASKED)]
        say(f"The emulator answers {max(results.throughput):,.0f} requests a second.")
        results.imports += seconds_to_import()
        jobs = list(plan.jobs())
        for number, job in enumerate(jobs, start=1):
            service.begin(job.latency)
            for operation, figures in job.subject.life(job.size, job.latency, service):
                results.add(job.case, operation, figures)
                what = f"N = {job.size:,}, {1000 * job.latency:.0f} ms, {job.subject.name}"
                say(f"[{number}/{len(jobs)}] {what}, {operation}: {figures.seconds:.2f} s")
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("--sizes", type=int, nargs="+", default=[1, 100, 1000], help="numbers of tenants")
    add("--repeats", type=int, nargs="+", default=[7, 5, 3], help="how often, for each number")
    add("--latency", type=float, default=0.1, help="seconds before each answer; 0 for none of it")
    add("--page", type=Path, default=PAGE, help="the page whose tables are rewritten")
    return parser


if __name__ == "__main__":
    main()
