"""Exported tenants as a Pulumi program in Python, formatted as ruff does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.cli.export.comments import comment
from pulumi_smtpconfig.property_names import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulumi_smtpconfig.cli.export.tenant import ExportedTenant

INDENT = " " * 4
ARGUMENTS = ATTRIBUTES | {"from": "from_"}


def python_program(head: Iterable[str], tenants: Iterable[ExportedTenant]) -> str:
    """Return the text of a program that declares tenants.

    Args:
        head: What its comment says of all of them.
        tenants: The tenants.
    """
    lines = ['"""Declare the mail settings of tenants."""', "", *comment(head)]
    declared = [line for tenant in tenants for line in ("", *_resource(tenant))]
    if declared:
        lines += ["", "from pulumi_smtpconfig import SmtpConfig", *declared]
    return "\n".join([*lines, ""])


def _resource(tenant: ExportedTenant) -> Iterator[str]:
    elsewhere = [key for key in tenant.remarks if key not in tenant.properties]
    remarks = [line for key in elsewhere for line in tenant.remarks[key]]
    yield from comment([*tenant.notes, *remarks])
    yield "SmtpConfig("
    yield f"{INDENT}{literal(tenant.name)},"
    for key, value in tenant.properties.items():
        yield from comment(tenant.remarks.get(key, ()), INDENT)
        yield f"{INDENT}{ARGUMENTS.get(key, key)}={literal(value)},"
    yield ")"


def literal(value: object) -> str:
    """Return the literal of a value, a text in the quotes that need fewer escapes."""
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = (
        repr(character)[1:-1] if character not in "'\"" else character for character in value
    )
    return quote + "".join(escaped).replace(quote, f"\\{quote}") + quote
