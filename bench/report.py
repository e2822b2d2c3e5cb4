"""The tables of a run of the benchmark, as Markdown."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from bench.aims import aims
from bench.results import Case, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.measure import Figures
    from bench.results import Results, Spread

PACKAGES = ("pulumi", "httpx", "pydantic", "truststore")
HEADS = (
    *("N", "what", "operation", "CPU: provider or client", "program"),
    *("MB: provider or client", "program", "engine"),
)
BEGIN, END = "<!-- Written by `make bench`. -->", "<!-- The end of what it wrote. -->"


def page(text: str, results: Results, engine: str, picture: str) -> str:
    """Return the text of a page with the tables between its two marks.

    Raises:
        ValueError: The text has no such marks.
    """
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError("The page has no place for the tables.")
    written = "\n".join(_written(results, engine, picture))
    return f"{before}{BEGIN}\n{written}\n{END}{after}"


def machine(engine: str) -> str:
    """Return what all was measured with."""
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    python = f"Python {platform.python_version()}"
    cores = f"{os.cpu_count()} cores"
    return ", ".join([cores, python, f"Pulumi engine {engine}", *versions])


def _written(results: Results, engine: str, picture: str) -> Iterator[str]:
    yield f"Measured with {machine(engine)}. The emulator answered"
    yield f"{_shown(spread(results.throughput), ',.0f')} requests a second."
    yield ""
    yield f"![Seconds of an up by the number of tenants]({picture})"
    yield ""
    rows = [
        [each.what, each.limit, each.measured, "yes" if each.reached else "no"]
        for each in aims(results)
    ]
    yield from _table(["aim", "limit", "measured", "reached"], rows)
    for latency in sorted({case.latency for case in results.cases}):
        cases = [case for case in results.cases if case.latency == latency]
        yield from _of_latency(results, latency, cases)


def _of_latency(results: Results, latency: float, cases: list[Case]) -> Iterator[str]:
    when = f"Each answer after {1000 * latency:.0f} ms" if latency else "Each answer at once"
    yield from ["", f"### {when}", "", "Seconds: the median, and the least to the most.", ""]
    heads = list(dict.fromkeys(case.subject for case in cases))
    yield from _table(["N", "operation", *heads], list(_seconds(results, cases, heads)))
    yield from ["", "CPU seconds, memory at its peak, and requests:", ""]
    rows = [_row(results, case, each) for case in cases for each in results.operations(case)]
    yield from _table([*HEADS, "requests"], rows)


def _seconds(results: Results, cases: list[Case], heads: list[str]) -> Iterator[list[str]]:
    for size in sorted({case.size for case in cases}):
        same = [case for case in cases if case.size == size]
        operations = dict.fromkeys(each for case in same for each in results.operations(case))
        for operation in operations:
            row = (Case(subject, size, same[0].latency) for subject in heads)
            cells = [_shown(results.seconds(case, operation), ".2f") for case in row]
            yield [f"{size:,}", operation, *cells]


def _row(results: Results, case: Case, operation: str) -> list[str]:
    def shown(number: Callable[[Figures], float | None], form: str) -> str:
        return _shown(results.spread(case, operation, number), form)

    return [
        f"{case.size:,}",
        case.subject,
        operation,
        shown(lambda each: each.cpu.get("provider", each.cpu.get("client")), ".2f"),
        shown(lambda each: each.cpu.get("program"), ".2f"),
        shown(lambda each: each.peak.get("provider", each.peak.get("client")), ".0f"),
        shown(lambda each: each.peak.get("program"), ".0f"),
        shown(lambda each: each.peak.get("engine"), ".0f"),
        shown(lambda each: sum(each.requests.values()), ",.0f"),
    ]


def _shown(numbers: Spread | None, form: str) -> str:
    if numbers is None:
        return ""
    middle, least, most = (format(number, form) for number in numbers)
    return middle if least == most else f"{middle} ({least} to {most})"


def _table(heads: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))
    yield from map(_line, rows)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
