"""Read tenants.yaml, check it, and turn it into arguments of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from .document import Document, parse
from .messages import problems_of
from .model import File, Settings
from .problems import FleetError, file_error
from .rules import find_problems

if TYPE_CHECKING:
    from pathlib import Path

    from .passwords import Passwords


SECRETS = {"password": "password", "auth_token_client_secret": "authTokenClientSecret"}
"""The settings that are secrets, and their keys in the file."""


def read(path: Path) -> Fleet:
    """Read the tenants of a fleet.

    Raises:
        FleetError: The file has problems; lists all of them, with file, line and tenant.
    """
    document = parse(path)
    problems = [*document.problems, *find_problems(document)]
    try:
        file = File.model_validate(document.values)
    except ValidationError as error:
        problems += problems_of(error, document)
    if problems:
        raise file_error(path.name, *problems)
    return Fleet(path.name, document, file)


class Fleet(NamedTuple):
    """The tenants of a valid file."""

    name: str
    document: Document
    file: File

    @property
    def groups(self) -> list[str]:
        """The names of all groups."""
        return self.file.groups

    def tenants(self, group: str) -> dict[str, Settings]:
        """Return the settings of each tenant of a group, including the defaults.

        Raises:
            FleetError: There is no such group.
        """
        if group not in self.groups:
            known = ", ".join(self.groups)
            raise FleetError(f'fleet:group is "{group}", but the groups of {self.name} are {known}')
        return {
            name: self._with_defaults(own)
            for name, own in self.file.tenants.items()
            if self._group(own) == group
        }

    def arguments(self, group: str, passwords: Passwords) -> dict[str, dict[str, Any]]:
        """Return the arguments of `SmtpConfig` for each tenant of a group.

        Raises:
            FleetError: There is no such group, or a password cannot be found.
        """
        arguments, problems = {}, []
        for name, settings in self.tenants(group).items():
            arguments[name] = {"tenant_id": name, **settings.arguments()}
            for field, key in SECRETS.items():
                try:
                    arguments[name] |= passwords.arguments(getattr(settings, field), field)
                except FleetError as error:  # noqa: PERF203 - all problems are told at once
                    place = ("tenants", name, key)
                    problems.append(self.document.problem(place, str(error)))
        if problems:
            raise file_error(self.name, *problems)
        return arguments

    def _group(self, own: Settings) -> str | None:
        return own.group if "group" in own.model_fields_set else self.file.defaults.group

    def _with_defaults(self, own: Settings) -> Settings:
        given = {key: getattr(own, key) for key in own.model_fields_set}
        return self.file.defaults.model_copy(update=given) if given else self.file.defaults
