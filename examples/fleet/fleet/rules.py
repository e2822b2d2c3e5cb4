"""Rules for tenants beyond the types of settings; checked even if some types are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .document import Place, describe
from .model import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .document import Document
    from .problems import Problem

Tenants = dict[Place, dict[str, Any]]
"""The settings of each tenant as written, by its place in the file."""

HTTPS = "443"
CASELESS = "ssms"
"""The platform whose tenants are DNS labels, so `ACME` and `acme` are the same tenant."""


def find_problems(document: Document) -> Iterator[Problem]:
    """Yield missing settings, undeclared groups and duplicate tenants."""
    tenants = _with_defaults(document)
    found = (*_missing(tenants), *_groups(document), *_duplicates(document, tenants))
    for place, what in found:
        yield document.problem(place, what)


def _missing(tenants: Tenants) -> Iterator[tuple[Place, str]]:
    for place, settings in tenants.items():
        missing = [key for key in REQUIRED if settings.get(key) is None]
        if missing:
            yield place, f"needs {', '.join(missing)}, here or in the defaults"


def _groups(document: Document) -> Iterator[tuple[Place, str]]:
    groups = document.values.get("groups") if isinstance(document.values, dict) else None
    if not isinstance(groups, list):
        return
    known = {*map(str, groups)}
    if len(known) < len(groups):
        yield ("groups",), "lists a group twice; two runs of one stack would lock each other out"
    defaults = {("defaults",): _mapping(document.values, "defaults")}
    for place, settings in (defaults | _tenants(document)).items():
        if settings.get("group") is not None and str(settings["group"]) not in known:
            yield (*place, "group"), "is not one of the groups at the top, so no stack has it"


def _duplicates(document: Document, tenants: Tenants) -> Iterator[tuple[Place, str]]:
    first: dict[tuple[str, ...], Place] = {}
    for place, settings in tenants.items():
        other = first.setdefault(_identity(place[-1], settings), place)
        if other != place:
            where = f"{describe(other)} in line {document.line(other)}"
            yield place, f"is the same tenant as {where}; keep one of the two"


def _identity(name: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    platform, base_path = settings.get("platform"), settings.get("basePath")
    host, _, port = str(settings.get("hostname")).lower().partition(":")
    hostname = f"{host.rstrip('.')}:{port.lstrip('0') or HTTPS}"
    tenant = str(settings.get("tenantId") or name)
    tenant = tenant.lower() if platform == CASELESS else tenant
    return str(platform), hostname, str(base_path), tenant


def _with_defaults(document: Document) -> Tenants:
    defaults = _mapping(document.values, "defaults")
    return {place: {**defaults, **own} for place, own in _tenants(document).items()}


def _tenants(document: Document) -> Tenants:
    tenants = _mapping(document.values, "tenants")
    return {("tenants", name): _mapping(tenants, name) for name in tenants}


def _mapping(values: Any, key: str) -> dict[str, Any]:
    inner = values.get(key) if isinstance(values, dict) else None
    return inner if isinstance(inner, dict) else {}
