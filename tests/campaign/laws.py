"""What holds after each operation, and after what a user may do next."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tests.campaign.engine import Outcome, up
from tests.campaign.resource import body
from tests.campaign.told import NOTHING_SENT, UNKNOWN, Told, says
from tests.campaign.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.faults import Dealt
    from tests.campaign.gateway import Arrival
    from tests.campaign.resource import Resource
    from tests.campaign.world import World

Settings = dict[str, str]

UNSENT = {Told.NOT_REACHED, Told.NOT_VERIFIED, Told.NOT_CONFIGURED}
"""What says that nothing was sent to the platform."""

MOST_TRIES = 4
"""Two of each request, and once more with a fresh token."""


class Witnessed(NamedTuple):
    """An operation of one resource, as the user and the servers saw it.

    Attributes:
        attempted: The resource before it.
        outcome: The resource after it, and what the user was told.
        before: What the platform held before it.
        holds: What the platform holds after it.
        arrivals: The tenant's requests of which anything arrived.
        met: The faults that it met, or others at the same time.
        rejected: Whether the SMTP server rejected the settings.
        reads: Whether it was a refresh.
    """

    attempted: Resource
    outcome: Outcome
    before: Settings | None
    holds: Settings | None
    arrivals: list[Arrival]
    met: list[Dealt]
    rejected: bool
    reads: bool

    def __str__(self) -> str:
        faults = [f"{each.name}: {str(each.fault)[:300]}" for each in self.met]
        shown = [f"{self.attempted!s:.1000}", *faults, str(self.arrivals)]
        _, name, error = self.outcome.error.rpartition("pulumi_smtpconfig.errors.")
        return "\n".join([*shown, name + error or "no error"])

    @property
    def lies(self) -> list[str]:
        """What the user was told that is not so."""
        return [lie for lie, is_told in self._lies().items() if is_told]

    def _lies(self) -> dict[str, bool]:
        told, error = self.outcome.told, self.outcome.error
        is_clear = told not in {Told.SUCCESS, Told.UNKNOWN}
        may_differ = any(each.lies for each in self.met)
        asked: Kind = "token" if told is Told.NO_TOKEN else "mail"
        unsent = told in UNSENT and self.arrived("mail") > 0
        success = told is Told.SUCCESS
        required = self.outcome.resource.declared.get("verify") == "require"
        return {
            "told nothing that a user can act on": told is Told.NOTHING,
            "told two things at once": (told is Told.UNKNOWN) != says(error, UNKNOWN),
            "told a success that the platform does not hold": success and not self._is_true,
            "told a success of what was not verified": success and self.rejected and required,
            "told that nothing changed, but it did": (
                (is_clear or self.reads) and self.holds != self.before and not may_differ
            ),
            "told that nothing was sent, but something arrived": (
                unsent or (says(error, NOTHING_SENT) and self.arrived(asked) > 0)
            ),
            "told that the platform may hold either, but nothing arrived": (
                told is Told.UNKNOWN and not self.arrived("mail") and not self._is_blind
            ),
            "sent settings while reading": self.reads and self.arrived("mail") > 0,
            "tried more often than it may": self.arrived("mail") > MOST_TRIES,
        }

    def arrived(self, kind: Kind) -> int:
        """Return how many requests of a kind began to arrive."""
        return sum(each.kind in {kind, None} for each in self.arrivals)

    @property
    def after(self) -> Resource:
        """The resource, with the doubt that the operation leaves."""
        resource = self.outcome.resource
        if not self.outcome.error:
            return replace(resource, doubtful=not self._is_exact)
        unknown = self.outcome.told is Told.UNKNOWN
        changed = self.holds != self.before
        return replace(resource, doubtful=resource.doubtful or unknown or changed)

    @property
    def _is_exact(self) -> bool:
        return self.holds == body(self.outcome.resource.declared)

    @property
    def _is_true(self) -> bool:
        """Whether a success is one; going back to the state sends nothing, and keeps a doubt."""
        went_back = not (self.attempted.differs or self.arrived("mail"))
        return self.reads or self._is_exact or (self.attempted.doubtful and went_back)

    @property
    def _is_blind(self) -> bool:
        """Whether a connection broke where a client cannot know what was read of it."""
        return any(isinstance(each.fault, Wire) and each.fault.blind for each in self.met)


def recovers(world: World, failed: Resource) -> int:
    """Try what a user may do after a failure, each from there; return how many ups converged.

    The next up sends once what is declared, or nothing if the state has it already. A program that
    goes back to the state sends nothing, and leaves a platform that holds something else only to
    whom knows that; replacing the resource, as the error says, then helps.
    """
    with _rewound(world):
        _converges(world, failed)
    if failed.state is None:
        return 1
    with _rewound(world):
        _converges(world, failed.reverted())
        _converges(world, failed.reverted(), anew=failed.doubtful)
    return 3


def recovers_from_reading(world: World, witnessed: Witnessed) -> int:
    """Bring up what a refresh left; return how many ups converged.

    If it could read, and was not misled, the platform then holds what is declared.
    """
    outcome = up(world.host, witnessed.outcome.resource)
    assert not outcome.error, f"after a refresh: {outcome.error}"
    if world.reads(outcome.resource) and not witnessed.met:
        holds = world.platform.tenants.get(outcome.resource.tenant)
        assert holds == body(outcome.resource.declared), "no convergence after a refresh"
    return 1


def _converges(world: World, resource: Resource, *, anew: bool = False) -> None:
    sent = len(world.taken)
    outcome = up(world.host, resource, anew=anew)
    assert not outcome.error, f"without a fault: {outcome.error}"
    due = anew or resource.differs
    assert world.taken[sent:] == [resource.tenant] * due, "not sent exactly once if needed"
    holds = world.platform.tenants.get(resource.tenant)
    assert holds == body(resource.declared) or (resource.doubtful and not due), "no convergence"


@contextmanager
def _rewound(world: World) -> Iterator[None]:
    tenants = world.platform.tenants
    before = dict(tenants)
    try:
        yield
    finally:
        tenants.clear()
        tenants.update(before)
