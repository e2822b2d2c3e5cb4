"""Read tenants.yaml: its groups, and each tenant as the properties of its resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from pulumi_smtpconfig.fleet.document import Document, parse
from pulumi_smtpconfig.fleet.messages import problems_of
from pulumi_smtpconfig.fleet.model import File
from pulumi_smtpconfig.fleet.problems import FleetError, file_error
from pulumi_smtpconfig.fleet.rules import find_problems
from pulumi_smtpconfig.fleet.tenants import DeclaredTenant, declared_tenants

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.fleet.passwords import Passwords
    from pulumi_smtpconfig.fleet.problems import Problem

DEFAULTS = "defaults.yaml"
"""The file beside tenants.yaml that has the defaults, if it is there."""


class FleetFile(NamedTuple):
    """What a file declares.

    Attributes:
        document: The file as written.
        groups: The names of all groups.
        tenants: Every tenant by its name, in the file's order.
    """

    document: Document
    groups: list[str]
    tenants: dict[str, DeclaredTenant]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.document.name

    def of_group(self, group: str) -> list[DeclaredTenant]:
        """Return the tenants of a group.

        Raises:
            FleetError: There is no such group.
        """
        if group not in self.groups:
            known = ", ".join(self.groups)
            raise FleetError(f'fleet:group is "{group}", but the groups of {self.name} are {known}')
        return [each for each in self.tenants.values() if each.group == group]

    def properties(self, tenant: DeclaredTenant, passwords: Passwords) -> dict[str, Any]:
        """Return what a tenant's resource is given, by key in the state.

        Raises:
            FleetError: A password cannot be found; names file, line and tenant.
        """
        found, problems = dict(tenant.properties), []
        for key, stored in tenant.references.items():
            try:
                found |= passwords.property(key, stored)
            except FleetError as error:  # noqa: PERF203 - all problems are told at once
                place = ("tenants", tenant.name, key)
                problems.append(self.document.problem(place, str(error)))
        if problems:
            raise file_error(*problems)
        return found


def inspect(path: Path) -> tuple[FleetFile, list[Problem]]:
    """Read as much of a fleet as is in order, and return all problems with its shape.

    What the values of settings are is not judged here.

    Raises:
        FleetError: The file cannot be read, or is not YAML.
    """
    document = parse(path)
    beside = path.with_name(DEFAULTS)
    if path.name != DEFAULTS and beside.exists():
        document = document.with_defaults(parse(beside))
    tenants = {each.name: each for each in declared_tenants(document)}
    problems = [*document.problems, *find_problems(document, [*tenants.values()])]
    try:
        File.model_validate(document.values)
    except ValidationError as error:
        problems += problems_of(error, document)
    groups = document.mapping().get("groups")
    known = [*map(str, groups)] if isinstance(groups, list) else []
    return FleetFile(document, known, tenants), problems
