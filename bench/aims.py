"""What the project aims at, and whether a run of the benchmark reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.results import NOTHING, OAUTH2, OURS, WAITING, Case, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.results import Results

LEAST_THROUGHPUT = 2000
LONGEST_IMPORT = 0.15
MOST_MEMORY = 80


class Aim(NamedTuple):
    """An aim, what was measured, and whether that reaches it."""

    what: str
    limit: str
    measured: str
    reached: bool


def aims(results: Results) -> Iterator[Aim]:
    """Yield the aims that were measured."""
    throughput, imports = spread(results.throughput), spread(results.imports)
    if throughput:
        yield _least("requests a second of the emulator", LEAST_THROUGHPUT, throughput.median)
    most = results.sizes[-1]
    for operation in ("up", "preview, no changes", "up, no changes"):
        yield from _ratio(results, operation, most, 1.10)
    yield from _ratio(results, "up", 1, 1.15)
    yield from _waiting(results)
    yield from _memory(results, Case(OURS, most, 0))
    yield from _requests(results, Case(OURS, most, 0), {"mail": most})
    yield from _requests(results, Case(OAUTH2, most, 0), {"mail": most, "token": most})
    if imports:
        what = "seconds to import pulumi_smtpconfig, beyond pulumi"
        yield _most(what, f"{LONGEST_IMPORT:.2f}", f"{imports.median:.3f}", imports.median)


def _ratio(results: Results, operation: str, size: int, limit: float) -> Iterator[Aim]:
    ours = results.seconds(Case(OURS, size, 0), operation)
    nothing = results.seconds(Case(NOTHING, size, 0), operation)
    if ours and nothing:
        what = f"{operation}, N = {size:,}, against a provider that does nothing"
        ratio = ours.median / nothing.median
        yield _most(what, f"{limit:.2f}", f"{ratio:.2f}", ratio)


def _waiting(results: Results) -> Iterator[Aim]:
    for case in results.cases:
        bound = results.seconds(case._replace(subject=WAITING))
        ours = results.seconds(case)
        if case.subject == OURS and bound and ours:
            what = f"up, N = {case.size:,} at {1000 * case.latency:.0f} ms, against one that waits"
            ratio = ours.median / bound.median
            yield _most(what, "1.15", f"{ratio:.2f}", ratio)


def _memory(results: Results, case: Case) -> Iterator[Aim]:
    peaks = (
        results.spread(case, operation, lambda figures: figures.peak.get("provider"))
        for operation in results.operations(case)
    )
    most = max((peak.most for peak in peaks if peak), default=None)
    if most is not None:
        what = f"MB of the provider at its peak, N = {case.size:,}"
        yield _most(what, f"{MOST_MEMORY}", f"{most:.0f}", most)


def _requests(results: Results, case: Case, expected: dict[str, int]) -> Iterator[Aim]:
    sent = [figures.requests for figures in results.all(case, "up")]
    if sent:
        what = f"requests of an up, {case.subject}, N = {case.size:,}"
        other = next((each for each in sent if each != expected), expected)
        yield Aim(what, _counts(expected), _counts(other), other == expected)


def _counts(requests: dict[str, int]) -> str:
    return " + ".join(f"{count:,} {kind}" for kind, count in sorted(requests.items()))


def _least(what: str, limit: float, measured: float) -> Aim:
    return Aim(what, f"at least {limit:,}", f"{measured:,.0f}", measured >= limit)


def _most(what: str, limit: str, measured: str, number: float) -> Aim:
    return Aim(what, f"at most {limit}", measured, number <= float(limit))
