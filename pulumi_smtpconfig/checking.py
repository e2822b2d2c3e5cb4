"""Everything that is wrong with a resource beyond the types of its properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint import errors
from pulumi_smtpconfig.passwords import VAULT_IS_KEYCLOAKS, needs_vault
from pulumi_smtpconfig.platform_rules import platform_problems
from pulumi_smtpconfig.problems import UNKNOWN, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.declared import Declared
    from pulumi_smtpconfig.request import Sender


def problems_of(declared: Declared, sender: Sender) -> Iterator[Problem]:
    """Yield each problem that is known, as soon as the values which it is about are."""
    yield from platform_problems(declared)
    for finding in errors(declared.stored()):
        yield Problem(finding.property, finding.reason)
    yield from _two_passwords(declared)
    yield from _vault(declared)
    yield from _credentials(declared, sender)


def _two_passwords(declared: Declared) -> Iterator[Problem]:
    both: list[object] = [declared.settings.password, declared.options.password_from]
    if UNKNOWN not in both and all(both):
        yield Problem("passwordFrom", "stands in place of password; give one of them")


def _vault(declared: Declared) -> Iterator[Problem]:
    both: list[object] = [declared.settings.password, declared.options.verify]
    if UNKNOWN not in both and needs_vault(declared):
        yield Problem("password", VAULT_IS_KEYCLOAKS)


def _credentials(declared: Declared, sender: Sender) -> Iterator[Problem]:
    name, hostname = declared.options.credentials, declared.tenant.hostname
    reads: list[object] = [name, hostname]
    reason = "" if UNKNOWN in reads else sender.problem(name, hostname)
    if reason:
        yield Problem("credentials", reason)
