"""Resources of one run that are for the same tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import pulumi

from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY = ("platform", "hostname", "basePath", "tenantId")


class Twin(NamedTuple):
    """A resource's name in the program, and where its tenant is, as written."""

    name: str
    place: tuple[str, ...]


Tenants = dict[tuple[str, ...], list[Twin]]
_of_runs: WeakKeyDictionary[pulumi.Resource, Tenants] = WeakKeyDictionary()
"""The tenants of each run by its stack, as one process may run several."""


def tenants_of_this_run() -> Tenants:
    """Return the tenants that the running program has declared so far."""
    stack = pulumi.runtime.get_root_resource()
    return {} if stack is None else _of_runs.setdefault(stack, {})


def twins(name: str, properties: Mapping[str, object], tenants: Tenants) -> list[str]:
    """Return the names of others for the tenant of a resource, and remember this one."""
    values = [properties.get(key, "") for key in IDENTITY]
    if UNKNOWN in values:
        return []
    place = tuple(map(str, values))
    others = tenants.setdefault(tuple(map(str.lower, place)), [])
    found = [twin.name for twin in others if twin.place == place or _folds_case(place[0])]
    others.append(Twin(name, place))
    return found


def _folds_case(platform: str) -> bool:
    # Asked only of tenants that differ in case alone, so that no other program pays for parsing.
    from pulumi_smtpconfig.platforms import PLATFORMS  # noqa: PLC0415 - as said
    from pulumi_smtpconfig.tenant import PlatformName  # noqa: PLC0415 - as said

    return PLATFORMS[PlatformName(platform)].folds_case
