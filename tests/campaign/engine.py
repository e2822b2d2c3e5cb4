"""What the engine does with a resource in an up: check, diff, and at most one step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tests.campaign.told import Told, told
from tests.contract.host import Host, HostError

if TYPE_CHECKING:
    from tests.campaign.resource import Properties, Resource


class Outcome(NamedTuple):
    """A resource after an up, and the error that the user read; empty after a success."""

    resource: Resource
    error: str

    @property
    def told(self) -> Told:
        """What the user was told."""
        return told(self.error)


def up(host: Host, resource: Resource, *, anew: bool = False) -> Outcome:
    """Bring a resource up; after a failure the state stays as it was.

    Args:
        host: Runs the provider.
        resource: What to bring up.
        anew: Whether to replace what is there (`--replace`).
    """
    inputs, problems = host.check(resource.declared, None if anew else resource.state)
    assert not problems
    try:
        state = _step(host, None if anew else resource.state, inputs)
    except HostError as error:
        return Outcome(resource, str(error))
    return Outcome(replace(resource, state=state), "")


def refresh(host: Host, resource: Resource) -> Outcome:
    """Read what the platform has; a resource that is gone has no state any more."""
    assert resource.state
    try:
        id_, state, _ = host.read(resource.state)
    except HostError as error:
        return Outcome(resource, str(error))
    return Outcome(replace(resource, state=state if id_ else None), "")


def _step(host: Host, state: Properties | None, inputs: Properties) -> Properties:
    if state is None:
        return host.create(inputs)[1]
    changed, replaces = host.diff(state, inputs)
    assert not replaces
    return host.update(state, inputs) if changed else state
