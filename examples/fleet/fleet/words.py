"""Turn pydantic errors into messages for whoever edits the file, without its values."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .model import SHAPES, Settings
from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError

    from .reading import Document, Place

KNOWN = [field.alias or name for name, field in Settings.model_fields.items()]
PASSWORD = (
    "must be one of {secret: NAME}, {env: NAME} and {file: NAME}; "  # noqa: S105 - a message
    "the password itself never stands in this file"
)
KEY = re.compile("[a-zA-Z]{1,40}")
"""The form of a key; anything else may be part of a password."""

REASONS = {
    "missing": "is required",
    "int": "must be a whole number from 1 to 65535",
    "less": "must be a whole number from 1 to 65535",
    "greater": "must be a whole number from 1 to 65535",
    "bool": "must be true or false",
    "string": "must be text",
    "list": "must be a list",
    "too": "must have one at least",
}
"""Messages by the first word of pydantic's error type."""


def problems_of(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Yield a problem for each validation error, with its line."""
    for detail in error.errors(include_input=False, include_url=False):
        place = tuple(map(str, detail["loc"]))
        place = place[:-1] if place[-1:] == ("[key]",) else place
        if detail["type"] == "extra_forbidden" and place[-2:-1] == ("password",):
            place = place[:-1]  # the key may be the password itself
        what = _reason(place, detail["type"], detail.get("ctx", {}))
        if detail["type"] == "extra_forbidden" and not KEY.fullmatch(place[-1]):
            place, what = place[:-1], "has a key that is not known here"
        yield Problem(document.line(place), ": ".join(filter(None, (where(place), what))))


def where(place: Place) -> str:
    """Return a place as the start of a message: `tenant "acme": port`."""
    shown = [key if key.isascii() and key.isprintable() else json.dumps(key) for key in place]
    if place[:1] == ("tenants",) and place[1:]:
        tenant = f"tenant {json.dumps(place[1])}"
        return ": ".join(filter(None, (tenant, ".".join(shown[2:]))))
    return ": ".join(key for key in shown if not key.isdigit())


def _reason(place: Place, kind: str, context: dict[str, Any]) -> str:
    if place[-1:] == ("password",) and place != ("tenants", "password"):
        return PASSWORD
    if kind == "extra_forbidden":
        close = get_close_matches(place[-1], KNOWN, 1) if place[1:] else []
        return "is not known here" + "".join(f"; do you mean {key}?" for key in close)
    if kind == "string_pattern_mismatch":
        return SHAPES[context["pattern"]]
    if kind == "literal_error":
        return f"must be {context['expected']}"
    return REASONS.get(kind.partition("_")[0], "must be a mapping of keys to values")
