"""Turn pydantic errors into messages for whoever edits the file, without its values."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.fleet.model import FOR_ALL, KEYS, REFERENCES, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError

    from pulumi_smtpconfig.fleet.document import Document, Place
    from pulumi_smtpconfig.fleet.problems import Problem

PASSWORD = (
    "must be {secret: NAME}, {env: NAME} or {file: NAME}, "  # noqa: S105 - a message
    "and never the password itself"
)
KEY = re.compile("[a-zA-Z]{1,40}")
"""The form of a key; anything else may be part of a password."""

REASONS = {
    "missing": "is required",
    "string": "must be text",
    "list": "must be a list",
    "too": "must not be empty",
}
"""Messages by the first word of pydantic's error type."""


def problems_of(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Yield a problem for each validation error, with its line."""
    for detail in error.errors(include_input=False, include_url=False):
        place, unknown = tuple(map(str, detail["loc"])), detail["type"] == "extra_forbidden"
        if place[-1:] == ("[key]",):
            place = place[:-1]
        if unknown and place[-2:-1] and place[-2] in REFERENCES:
            place = place[:-1]  # the key may be the password itself
        what = _reason(place, detail["type"], detail.get("ctx", {}))
        if unknown and not KEY.fullmatch(place[-1]):
            place, what = place[:-1], "has an unknown key"
        yield document.problem(place, what)


def _reason(place: Place, kind: str, context: dict[str, Any]) -> str:
    if place[-1:] and place[-1] in REFERENCES and place[:-1] != ("tenants",):
        return PASSWORD
    if kind == "extra_forbidden":
        if place[-1] in FOR_ALL:
            return "is the same for all tenants; set it in the defaults"
        return f"is an unknown key{_suggestion(place[-1]) if place[1:] else ''}"
    if kind == "string_pattern_mismatch":
        return SHAPES[context["pattern"]]
    return REASONS.get(kind.partition("_")[0], "must be a mapping of keys to values")


@lru_cache  # a key that is wrong in one tenant is often wrong in all
def _suggestion(key: str) -> str:
    return "".join(f"; did you mean {close}?" for close in get_close_matches(key, KEYS, 1))
