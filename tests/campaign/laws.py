"""What holds after each operation, and after what a user may do next."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.campaign.engine import Outcome, up
from tests.campaign.resource import body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.campaign.faults import Dealt
    from tests.campaign.resource import Resource
    from tests.campaign.world import World

Settings = dict[str, str]


@contextmanager
def explained(resource: Resource, outcome: Outcome, met: Iterable[Dealt]) -> Iterator[None]:
    """Say after a broken law what had happened."""
    try:
        yield
    except AssertionError as law:
        faults = [f"{each.fault!r:.200}" for each in met]
        happened = "\n".join([str(resource), *faults, outcome.error or "no error"])
        raise AssertionError(f"{law}\n{happened}") from law


def judged(
    attempted: Resource,
    outcome: Outcome,
    before: Settings | None,
    holds: Settings | None,
    *,
    lied: bool,
) -> Resource:
    """Hold an operation to its laws, and return the resource with the doubt that it leaves.

    Args:
        attempted: The resource before the operation.
        outcome: What the user was told, and the resource after it.
        before: What the platform held before.
        holds: What it holds now.
        lied: Whether the platform took what it said that it refused, which nobody can tell.
    """
    resource = outcome.resource
    if outcome.error:
        assert outcome.unknown or lied or holds == before, "a clear failure changed the platform"
        return replace(resource, doubtful=resource.doubtful or outcome.unknown or holds != before)
    sent = resource.state is not attempted.state
    exact = holds == body(resource.declared)
    assert exact or (resource.doubtful and not sent), "the platform does not hold a success"
    return replace(resource, doubtful=not exact)


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
    yield
    tenants.clear()
    tenants.update(before)
