"""Warnings that a program shows on its resources, during preview too, once values are known."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi

from pulumi_smtpconfig.lint.linter import find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import DEFAULTED, KEYS, as_in_program

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Mapping

IDENTITY = ("platform", "hostname", "basePath", "tenantId")


def show_warnings(
    resource: pulumi.Resource,
    name: str,
    properties: Mapping[str, object],
    ignored: Collection[str],
) -> None:
    """Warn about likely mistakes, and about another resource for the same tenant.

    Args:
        resource: The resource to show them on; it has an output for each property.
        name: Its name in the program.
        properties: Its properties as the program gives them, by attribute.
        ignored: The codes of warnings to hide.
    """
    given = [key for key, value in properties.items() if value is not None or key in DEFAULTED]
    values = _values({KEYS.get(key, key): getattr(resource, key) for key in given})
    texts = _texts(name, values, ignored)
    _: pulumi.Output[None] = pulumi.Output.from_input(_show(texts, resource))


async def _show(texts: Awaitable[list[str]], resource: pulumi.Resource) -> None:
    with suppress(pulumi.RunError):  # the resource is not registered, and the program tells why
        for text in await texts:
            pulumi.log.warn(text, resource)


async def _texts(
    name: str, values: Awaitable[Mapping[str, object]], ignored: Collection[str]
) -> list[str]:
    properties = await values
    lint = [as_in_program(str(each)) for each in find_warnings(properties, ignored)]
    return lint + duplicate_texts(name, properties, tenants_of_this_run())


def duplicate_texts(name: str, properties: Mapping[str, object], tenants: Tenants) -> list[str]:
    """Return a warning for each other resource for the same tenant, and remember this one."""
    return [
        '"{}" and "{}" are for the same tenant, so the one that is sent last wins; '
        "remove one of them.".format(*sorted([other, name]))
        for other in find_duplicates(name, properties, tenants)
    ]


async def _values(outputs: Mapping[str, pulumi.Output[Any]]) -> dict[str, object]:
    return {key: await _value(output) for key, output in outputs.items()}


async def _value(output: pulumi.Output[Any]) -> object:
    value = await output.future() if await output.is_known() else UNKNOWN
    return "" if value is None else value


class DeclaredTenant(NamedTuple):
    """A resource's name in the program, and its tenant's identity as written."""

    name: str
    identity: tuple[str, ...]


Tenants = dict[tuple[str, ...], list[DeclaredTenant]]
"""The resources that are declared so far, by their tenant's identity in lower case."""

_of_runs: WeakKeyDictionary[pulumi.Resource, Tenants] = WeakKeyDictionary()
"""The tenants of each run by its stack, because one process may run several."""


def tenants_of_this_run() -> Tenants:
    """Return the tenants that the running program has declared so far."""
    stack = pulumi.runtime.get_root_resource()
    return {} if stack is None else _of_runs.setdefault(stack, {})


def find_duplicates(name: str, properties: Mapping[str, object], tenants: Tenants) -> list[str]:
    """Return the names of other resources for the same tenant, and remember this one."""
    values = [properties.get(key, "") for key in IDENTITY]
    if UNKNOWN in values:
        return []
    identity = tuple(map(str, values))
    others = tenants.setdefault(tuple(map(str.lower, identity)), [])
    found = [
        other.name for other in others if other.identity == identity or _folds_case(identity[0])
    ]
    others.append(DeclaredTenant(name, identity))
    return found


def _folds_case(platform: str) -> bool:
    # Only needed for tenants that differ only in case, so other programs do not pay for parsing.
    from pulumi_smtpconfig.platforms import PLATFORMS  # noqa: PLC0415 - see above
    from pulumi_smtpconfig.settings.choices import PlatformName  # noqa: PLC0415 - see above

    return PLATFORMS[PlatformName(platform)].folds_case
