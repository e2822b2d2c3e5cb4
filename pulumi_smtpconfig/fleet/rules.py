"""Rules about the file as a whole; checked even if the shape of some settings is wrong."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pulumi_smtpconfig.authority import InvalidAuthority, parse_authority
from pulumi_smtpconfig.fleet.document import Place, describe
from pulumi_smtpconfig.lint.rules import CONTROL
from pulumi_smtpconfig.platforms import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_smtpconfig.fleet.document import Document
    from pulumi_smtpconfig.fleet.problems import Problem
    from pulumi_smtpconfig.fleet.tenants import DeclaredTenant

FOLDS_CASE = {name.value: platform.folds_case for name, platform in PLATFORMS.items()}


def find_problems(document: Document, tenants: Sequence[DeclaredTenant]) -> Iterator[Problem]:
    """Yield tenants without group or credentials, undeclared groups and duplicate tenants.

    Also triggers that could end the line of a diff that shows them.
    """
    in_file = *_groups(document), *_triggers(document)
    for place, what in (*_missing(tenants), *in_file, *_duplicates(document, tenants)):
        yield document.problem(place, what)


def _missing(tenants: Sequence[DeclaredTenant]) -> Iterator[tuple[Place, str]]:
    for each in tenants:
        given = {"group": each.group, "credentials": each.properties.get("credentials")}
        missing = [key for key, value in given.items() if not value]
        if missing:
            place = ("tenants", each.name)
            yield place, f"needs {' and '.join(missing)}, here or in the defaults"


def _groups(document: Document) -> Iterator[tuple[Place, str]]:
    groups = document.mapping().get("groups")
    if not isinstance(groups, list):
        return
    known = {*map(str, groups)}
    if len(known) < len(groups):
        yield ("groups",), "lists a group twice; two runs of one stack would lock each other out"
    for place in _places(document):
        group = document.mapping(*place).get("group")
        if group is not None and str(group) not in known:
            yield (*place, "group"), "is not one of the groups at the top, so no stack has it"


def _triggers(document: Document) -> Iterator[tuple[Place, str]]:
    for place in _places(document):
        if _has_control(document.mapping(*place).get("triggers")):
            # The resource takes it, but a pipeline's log could read the next line as a command.
            yield (
                (*place, "triggers"),
                "contains a line break or other control character; remove it",
            )


def _has_control(value: object) -> bool:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            pending += [*each, *each.values()]
        elif isinstance(each, list):
            pending += each
        elif CONTROL.search(str(each)):
            return True
    return False


def _places(document: Document) -> list[Place]:
    return [("defaults",), *(("tenants", name) for name in document.mapping("tenants"))]


def _duplicates(
    document: Document, tenants: Sequence[DeclaredTenant]
) -> Iterator[tuple[Place, str]]:
    first: dict[tuple[str, ...], Place] = {}
    for each in tenants:
        place = ("tenants", each.name)
        other = first.setdefault(_identity(each), place)
        if other != place:
            where = f"{describe(other)} in line {document.line(other)}"
            yield place, f"is the same tenant as {where}; keep one of the two"


def _identity(tenant: DeclaredTenant) -> tuple[str, ...]:
    keys = ("platform", "basePath", "tenantId")
    platform, base_path, name = (str(tenant.properties.get(key, "")) for key in keys)
    name = name.lower() if FOLDS_CASE.get(platform) else name
    return platform, _canonical(str(tenant.properties.get("hostname", ""))), base_path, name


@lru_cache
def _canonical(hostname: str) -> str:
    try:
        return str(parse_authority(hostname))
    except InvalidAuthority:
        return hostname
