"""The program of a fleet: all tenants of the stack's group."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_smtpconfig import SmtpConfig
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.fleet.credentials import require_hostnames
from pulumi_smtpconfig.fleet.file import inspect
from pulumi_smtpconfig.fleet.judgement import find_mistakes
from pulumi_smtpconfig.fleet.passwords import NoPasswords, Passwords
from pulumi_smtpconfig.fleet.problems import FleetError, file_error
from pulumi_smtpconfig.known_mistakes import after_checks
from pulumi_smtpconfig.property_names import ATTRIBUTES
from pulumi_smtpconfig.resource import ARGUMENTS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from pulumi_smtpconfig.fleet.file import FleetFile
    from pulumi_smtpconfig.fleet.problems import Problem
    from pulumi_smtpconfig.known_mistakes import Declared

CREDENTIALS = "SMTPCONFIG_CREDENTIALS"
NEW_OBJECTS = 50_000
"""How many new objects start the garbage collector."""


class Tenant(SmtpConfig):
    """A tenant of a fleet, which registers `endpoint` and what it is given as outputs.

    An output that nobody gave is made when a program asks for it. Pulumi's SDK goes through all
    pending outputs whenever some arrive, so these would cost a preview of 1,000 tenants an eighth
    of its program's time, and a quarter of its memory.
    """

    def __getattr__(self, name: str) -> pulumi.Output[None]:
        """Return the output of an argument that is not given."""
        if name not in ARGUMENTS:
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
        return pulumi.Output.from_input(None)

    def _after_checks(self, value: pulumi.Input[Any], _: Declared) -> asyncio.Future[Any]:
        return after_checks(value)  # `find_mistakes` has judged it

    def _register(
        self,
        name: str,
        properties: dict[str, Any],
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        outputs = {key: value for key, value in properties.items() if value is not None}
        super()._register(name, {**outputs, "endpoint": None}, given, opts)


class Fleet:
    """The tenants of a file that are in the stack's group, one `SmtpConfig` each.

    The group is `fleet:group`. Passwords are in the secret `fleet:passwords` and in the folder
    `fleet:passwordFolder`, if the file says so. In a project of another name, its own `group`,
    `passwords` and `passwordFolder` count too. Any mistake in the file ends the program.

    Args:
        path: The file, from the folder that the program runs in.

    Attributes:
        tenants: The resource of each tenant, by its name in the file.

    Raises:
        RunError: The file has mistakes, all of which are told with file, line and tenant; a set of
            credentials is not bound to hosts; a password is missing; or there is no such group.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        _collect_garbage_less_often()
        try:
            require_hostnames(
                {
                    CREDENTIALS: os.environ.get(CREDENTIALS),
                    "smtpconfig:credentials": pulumi.Config("smtpconfig").get("credentials"),
                }
            )
            declared = _declared(*inspect(Path(path)))
        except FleetError as error:
            raise pulumi.RunError(str(error)) from None
        self.tenants: dict[str, SmtpConfig] = {
            name: Tenant(name, **{ATTRIBUTES.get(key, key): given[key] for key in given})
            for name, given in declared.items()
        }


def _collect_garbage_less_often() -> None:
    """Run the garbage collector less often, because all resources last.

    By default, it takes a third of the CPU time of a program with 1,000 tenants.
    """
    young, *older = gc.get_threshold()
    if young:  # the collector is on
        gc.set_threshold(max(young, NEW_OBJECTS), *older)


def _declared(file: FleetFile, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    """Return what the resource of each tenant of the group is given.

    Args:
        file: The file that declares them.
        problems: What is wrong with its form, in whatever group: what a tenant is, and of which
            group, is certain only if there is nothing.

    Raises:
        FleetError: There is no such group, a password is missing, or anything else is wrong.
    """
    group = _stack_config("group")
    if problems and group not in file.groups:
        raise file_error(*problems)
    if not group:
        known = ", ".join(file.groups)
        raise FleetError(
            f"fleet:group is not set; run `pulumi config set fleet:group NAME` with one of the "
            f"groups of {file.name}: {known}"
        )
    passwords = Passwords(_stack_config("passwords"), _stack_config("passwordFolder"))
    declared: dict[str, dict[str, Any]] = {}
    for tenant in file.of_group(group):
        try:
            declared[tenant.name] = file.properties(tenant, passwords)
        except FleetError as error:  # noqa: PERF203 - all problems are told at once
            problems += error.problems
            declared[tenant.name] = file.properties(tenant, NoPasswords())
    sender = AuthorizedClient(Config(pulumi.runtime.get_config), lambda _: None)
    mistakes = find_mistakes(file, declared, sender)
    problems += [each for each in mistakes if not each.is_warning]
    if problems:
        raise file_error(*problems)
    return declared


def _stack_config(key: str) -> str | None:
    """Return a key of the fleet in the stack's config, or of the project."""
    value = pulumi.Config("fleet").get(key)
    return pulumi.Config().get(key) if value is None else value
