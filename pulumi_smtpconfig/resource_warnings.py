"""Warnings that a program shows on its resources, during preview too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi

from pulumi_smtpconfig.lint.engine import WARNING_CODES, find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import DEFAULTED, KEYS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Mapping, Sequence

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
    from pulumi_smtpconfig.platforms.platform import PLATFORMS  # noqa: PLC0415 - as said
    from pulumi_smtpconfig.settings.models import PlatformName  # noqa: PLC0415 - as said

    return PLATFORMS[PlatformName(platform)].folds_case


def codes(name: str, lint_ignore: Sequence[str] | None) -> set[str]:
    """Return the codes that a resource of this name ignores.

    Raises:
        RunError: It is no list, or holds what is no warning's code.
    """
    if isinstance(lint_ignore, str):
        raise pulumi.RunError(f'lint_ignore of "{name}" must be a list of codes, as in ["W102"].')
    unknown = sorted(set(map(str, lint_ignore or ())) - WARNING_CODES)
    if unknown:
        raise pulumi.RunError(
            f'lint_ignore of "{name}" holds what is no code of a warning: {", ".join(unknown)}. '
            "docs/lint.md lists them."
        )
    return set(lint_ignore or ())


def show_warnings(
    resource: pulumi.Resource,
    name: str,
    properties: Mapping[str, object],
    ignored: Collection[str],
) -> None:
    """Warn of settings that are likely wrong, and of another resource for the same tenant.

    Args:
        resource: What the warnings stand on; it has an output for each property.
        name: Its name in the program.
        properties: Its properties as the program gives them, by attribute.
        ignored: The codes of warnings that are not shown.
    """
    given = [key for key, value in properties.items() if value is not None or key in DEFAULTED]
    values = _values({KEYS.get(key, key): getattr(resource, key) for key in given})
    texts = _texts(name, values, ignored)
    _: pulumi.Output[None] = pulumi.Output.from_input(_show(texts, resource))


async def _show(texts: Awaitable[list[str]], resource: pulumi.Resource) -> None:
    for text in await texts:
        pulumi.log.warn(text, resource)


async def _texts(
    name: str, values: Awaitable[Mapping[str, object]], ignored: Collection[str]
) -> list[str]:
    properties = await values
    likely_wrong = [str(each) for each in find_warnings(properties) if each.code not in ignored]
    doubled = [
        '"{}" and "{}" are for the same tenant, so the one that is sent last wins; '
        "remove one of them.".format(*sorted([twin, name]))
        for twin in twins(name, properties, tenants_of_this_run())
    ]
    return likely_wrong + doubled


async def _values(outputs: Mapping[str, pulumi.Output[Any]]) -> dict[str, object]:
    return {key: await _value(output) for key, output in outputs.items()}


async def _value(output: pulumi.Output[Any]) -> object:
    value = await output.future() if await output.is_known() else UNKNOWN
    return "" if value is None else value
