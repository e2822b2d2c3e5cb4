"""What was measured, by what and how often, and the numbers that a table shows of it."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.measure import Figures

NOTHING, WAITING = "do-nothing provider", "do-nothing provider that waits"
OURS, SSMS, OAUTH2 = "this provider", "this provider, SSMS", "this provider, OAuth2"
CHECKPOINTS = "this provider, checkpoints kept"


class Case(NamedTuple):
    """Something measured under its conditions."""

    subject: str
    size: int
    latency: float


class Spread(NamedTuple):
    """The median of some measurements, with the least and the most."""

    median: float
    least: float
    most: float


class Results:
    """All figures of a run of the benchmark.

    Attributes:
        throughput: Requests a second that the emulator answered, each time it was asked.
        imports: Seconds that `import pulumi_smtpconfig` took beyond pulumi, each time.
    """

    def __init__(self) -> None:
        self.throughput: list[float] = []
        self.imports: list[float] = []
        self._figures: dict[tuple[Case, str], list[Figures]] = {}

    def add(self, case: Case, operation: str, figures: Figures) -> None:
        """Keep what one operation took."""
        self._figures.setdefault((case, operation), []).append(figures)

    @property
    def cases(self) -> list[Case]:
        """What was measured, small before large, then quick before slow."""
        cases = dict.fromkeys(case for case, _ in self._figures)
        return sorted(cases, key=lambda case: (case.latency, case.size))

    def operations(self, case: Case) -> list[str]:
        """Return the operations of a case in their order."""
        return [operation for each, operation in self._figures if each == case]

    def all(self, case: Case, operation: str) -> list[Figures]:
        """Return every measurement of an operation; none where it was not measured."""
        return self._figures.get((case, operation), [])

    def spread(
        self, case: Case, operation: str, number: Callable[[Figures], float | None]
    ) -> Spread | None:
        """Return the spread of a number, or None where it was not measured."""
        return spread(number(figures) for figures in self.all(case, operation))

    def seconds(self, case: Case, operation: str = "up") -> Spread | None:
        """Return the spread of how long an operation took."""
        return self.spread(case, operation, lambda figures: figures.seconds)

    @property
    def sizes(self) -> list[int]:
        """All numbers of tenants, in ascending order."""
        return sorted({case.size for case, _ in self._figures})


def spread(numbers: Iterable[float | None]) -> Spread | None:
    """Return the spread of numbers, None for no number."""
    known = [number for number in numbers if number is not None]
    return Spread(median(known), min(known), max(known)) if known else None
