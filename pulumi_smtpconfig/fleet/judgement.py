"""What a preview says of each tenant, with the lines of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.fleet.document import describe
from pulumi_smtpconfig.fleet.file import inspect
from pulumi_smtpconfig.fleet.passwords import NoPasswords
from pulumi_smtpconfig.fleet.problems import Problem, in_order
from pulumi_smtpconfig.fleet.tenants import defaults_alone
from pulumi_smtpconfig.lifecycle.checks import parse_checked
from pulumi_smtpconfig.lint.linter import WARNING_CODES, find_warnings, parse_codes
from pulumi_smtpconfig.lint.rules import RULES
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pulumi_smtpconfig.fleet.document import Document
    from pulumi_smtpconfig.fleet.file import FleetFile
    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.problems import Problem as Finding

READS = {rule.code: rule.reads for rule in RULES}
IN_FILE = {secret.reference_key: secret.key for secret in LOGIN_SECRETS}


class Judged(NamedTuple):
    """What a preview refuses, and what it warns of."""

    errors: list[Finding]
    warnings: list[Finding]


def judge(properties: Mapping[str, Any], sender: Sender) -> Judged:
    """Judge what a resource is given, as its declaration and the provider's check do together."""
    silenced, wrong = parse_codes(properties.get("lintIgnore"))
    kept = {**properties, "lintIgnore": sorted(silenced - WARNING_CODES) or None}
    declaration, problems = parse_checked(kept, sender)
    return Judged([*wrong, *problems], [*find_warnings(declaration.stored(), silenced)])


def check(path: Path, sender: Sender) -> tuple[FleetFile, tuple[Problem, ...]]:
    """Read a file, and return everything that is wrong or likely wrong with it, in line order.

    Secrets that the file only refers to are not known.

    Raises:
        FleetError: The file cannot be read, or is not YAML.
    """
    file, problems = inspect(path)
    nothing = NoPasswords()
    given = {name: file.properties(tenant, nothing) for name, tenant in file.tenants.items()}
    return file, in_order([*problems, *find_mistakes(file, given, sender)])


def find_mistakes(
    file: FleetFile, properties: Mapping[str, Mapping[str, Any]], sender: Sender
) -> Iterator[Problem]:
    """Yield what a preview says of tenants; what is wrong with a default, once.

    Args:
        file: The file that declares them.
        properties: What the resource of each is given, by the tenant's name in the file.
        sender: Knows which credentials there are, and for which hosts.
    """
    alone = defaults_alone(file.document)
    of_defaults = {*_all(judge(file.properties(alone, NoPasswords()), sender))}
    for name, given in properties.items():
        for finding in _all(judge(given, sender)):
            key = IN_FILE.get(finding.property, finding.property)
            is_shared = finding in of_defaults and _is_inherited(file.document, name, finding, key)
            place = ("defaults", key) if is_shared else ("tenants", name, key)
            yield Problem(
                file.document.file(place),
                file.document.line(place),
                f"{describe(place[:-1])}: {finding._replace(property=key)}",
                "" if is_shared else name,
                key,
                finding.code,
                finding.code in WARNING_CODES,
            )


def _all(judged: Judged) -> list[Finding]:
    return [*judged.errors, *judged.warnings]


def _is_inherited(document: Document, name: str, finding: Finding, key: str) -> bool:
    """Return whether a tenant has what is wrong from the defaults, and nothing of it itself."""
    own = document.mapping("tenants", name).keys()
    is_default = document.mapping("defaults").get(key) is not None
    return is_default and own.isdisjoint((key, *READS.get(finding.code, ())))
