"""Each tenant of a file with the defaults, as the properties of its resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from pulumi_smtpconfig.fleet.model import FLAGS, FOR_ALL, KEYS, NAME, NUMBERS, REFERENCES
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_smtpconfig.fleet.document import Document
    from pulumi_smtpconfig.fleet.model import Password

BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}
"""What some version of YAML, or an earlier one of this reader, takes for a boolean."""

WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})([eE][+-]?[0-9]{1,3})?")


class DeclaredTenant(NamedTuple):
    """A tenant of the file, with the defaults.

    Attributes:
        name: Its name in the file, which is that of its resource.
        group: Its group; empty if it has none.
        properties: What its resource is given, by key in the state, without secrets. What is left
            out is not there; credentials and secrets that are not of the right form are `UNKNOWN`.
        references: Where its secrets are stored, by key in the state.
    """

    name: str
    group: str
    properties: dict[str, Any]
    references: dict[str, Password]


def declared_tenants(document: Document) -> Iterator[DeclaredTenant]:
    """Yield each tenant, even if the file has problems."""
    defaults = document.mapping("defaults")
    for name in document.mapping("tenants"):
        own = document.mapping("tenants", name)
        yield _tenant(name, {**defaults, **{key: own[key] for key in own if key not in FOR_ALL}})


def defaults_alone(document: Document) -> DeclaredTenant:
    """Return what a tenant would be that sets nothing itself, and whose name is not known."""
    alone = _tenant("", document.mapping("defaults"))
    return alone._replace(properties={"tenantId": UNKNOWN, **alone.properties})


def _tenant(name: str, values: Mapping[str, Any]) -> DeclaredTenant:
    given = {key: values[key] for key in KEYS if values.get(key) is not None}
    group = given.pop("group", "")
    references = {key: _reference(key, given.pop(key)) for key in REFERENCES if key in given}
    typed = {key: _typed(key, value) for key, value in given.items()}
    typed |= {key: UNKNOWN for key, stored in references.items() if not stored}
    found = {key: stored for key, stored in references.items() if stored}
    return DeclaredTenant(name, str(group), {"tenantId": name, **typed}, found)


def _reference(key: str, value: object) -> Password | None:
    try:
        return REFERENCES[key].model_validate(value)
    except ValidationError:
        return None


def _typed(key: str, value: object) -> object:
    """Return a value as a program would give it; one of the wrong type is left as it is."""
    if key == "credentials":
        return value if isinstance(value, str) and re.fullmatch(NAME, value) else UNKNOWN
    if isinstance(value, str) and key in FLAGS:
        return BOOLEANS.get(value.lower(), value)
    if isinstance(value, str) and key in NUMBERS:
        return int(value) if WHOLE.fullmatch(value) else _decimal(value)
    return value


def _decimal(text: str) -> float | str:
    return float(text) if NUMBER.fullmatch(text) else text
