"""What is measured in which order: each subject in turn, so that a busy minute meets them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.results import CHECKPOINTS, NOTHING, OAUTH2, OURS, SSMS, WAITING, Case
from bench.subjects import Client, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.subjects import Subject

CLIENTS = (Client(4), Client(64))
SENDING = ("up", "refresh")
"""The operations that wait for the platform."""


class Job(NamedTuple):
    """One life of a subject."""

    subject: Subject
    size: int
    latency: float

    @property
    def case(self) -> Case:
        """What its figures belong to."""
        return Case(self.subject.name, self.size, self.latency)


class Plan(NamedTuple):
    """How much is measured.

    Attributes:
        engine: The folder of the engine.
        sizes: Numbers of tenants, in ascending order.
        repeats: How often each size is measured.
        latency: Seconds that a platform takes to answer where it is no immediate one; the largest
            size alone is measured with it, and 0 measures nothing.
    """

    engine: Path
    sizes: Sequence[int]
    repeats: Sequence[int]
    latency: float

    def jobs(self) -> Iterator[Job]:
        """Yield all jobs in their order."""
        for turn in range(max(self.repeats)):
            for size, repeats in zip(self.sizes, self.repeats, strict=True):
                if turn < repeats:
                    yield from self._at_once(size)
            if turn < self.repeats[-1] and self.latency:
                yield from self._waiting(self.sizes[-1])
        yield from self._once()

    def _at_once(self, size: int) -> Iterator[Job]:
        ours = Provider(OURS, self.engine)
        nothing = Provider(NOTHING, self.engine, "nothing")
        return (Job(subject, size, 0) for subject in (ours, nothing, *CLIENTS))

    def _waiting(self, size: int) -> Iterator[Job]:
        ours = Provider(OURS, self.engine, operations=SENDING)
        waiting = Provider(WAITING, self.engine, "nothing", operations=SENDING)
        return (Job(subject, size, self.latency) for subject in (ours, waiting, *CLIENTS))

    def _once(self) -> Iterator[Job]:
        most = self.sizes[-1]
        yield Job(Provider(SSMS, self.engine, platform="ssms", operations=SENDING), most, 0)
        yield Job(Provider(OAUTH2, self.engine, granted=True, operations=SENDING), most, 0)
        kept = Provider(CHECKPOINTS, self.engine, checkpoints=True, operations=("up",))
        for size in self.sizes[1:]:
            yield Job(kept, size, 0)
