"""Patterns for a secret in the spellings in which a text may show it."""

from __future__ import annotations

import base64
import re
import unicodedata
from html.entities import codepoint2name
from itertools import groupby
from typing import TYPE_CHECKING

from pulumi_smtpconfig.escapes import UNPRINTABLE, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_ENCODED = 5
"""Characters of base64 that a secret of 6 bytes has to itself, whatever stands before it."""

BACKSLASH = r"(?:\\|%(?:25){0,2}5c)"
AND, HASH, END = (f"(?:{c}|%(?:25){{0,2}}{ord(c):x})" for c in "&#;")
REST_OF_BASE64 = r"[\w+/=-]*"


def backslashes(text: str) -> int:
    """Count the backslashes of a text, also as URLs write them."""
    return len(re.findall(BACKSLASH, text, re.IGNORECASE))


def pattern(secret: str, length: int | None = None) -> re.Pattern[str]:
    """Return a pattern for the spellings of a secret, or of so many characters at its beginning.

    Only for a secret that has at most two backslashes can it be searched for in a short time.
    """
    return re.compile("|".join(_patterns(secret, length)), re.IGNORECASE)


def _patterns(secret: str, length: int | None) -> Iterator[str]:
    """Yield patterns for the forms in which a printable text may show a secret or its beginning."""
    if printable(secret):
        yield "".join(map(_spelled, list(_runs(secret))[:length]))
    rest = "" if length else REST_OF_BASE64
    for form in base64_forms(secret.encode()):
        if len(form) >= SHORTEST_ENCODED:
            yield re.escape(form[:length]) + rest


def _runs(secret: str) -> Iterator[str]:
    """Yield each character, but by the run what may be shown once for many, or not at all."""
    for kind, characters in groupby(secret, _kind):
        run = "".join(characters)
        yield from [run] if kind else run


def _kind(character: str) -> str:
    unprintable = unicodedata.category(character) in UNPRINTABLE
    return "unprintable" if unprintable else "backslash" if character == "\\" else ""


def _spelled(run: str) -> str:
    """Return a pattern for a character as texts, JSON, URLs and HTML write it, also one in another.

    Escaping multiplies backslashes, so a run of them may be shown as one.

    Every repetition is bounded, and a spelling with the backslashes before it can be read in one
    way alone, so that no text can make the search slow.
    """
    if _kind(run[0]) == "unprintable":
        return f"(?:{'|'.join(map(_spelled_alone, sorted(set(run))))}){{0,{len(run)}}}"
    return _spelled_alone(run[0]) + ("" if len(run) == 1 else f"{{1,{len(run)}}}")


def _spelled_alone(character: str) -> str:
    code, utf16, utf8 = ord(character), character.encode("utf-16-be"), character.encode()
    units = [utf16[i : i + 2].hex() for i in range(0, len(utf16), 2)]
    spellings = [
        rf"{AND}(?:amp{END})?(?:{HASH}(?:0{{0,5}}{code}|x0{{0,5}}{code:x})|{_name(code)}){END}",
        _escaped("u", units),
        "".join(rf"%(?:25){{0,2}}{byte:02x}" for byte in utf8),
        _escaped("x", [f"{byte:02x}" for byte in utf8]),
        BACKSLASH if character == "\\" else re.escape(character),
        *([r"\+"] if character == " " else []),
        *([] if character.isascii() else _in_latin_1(code)),
    ]
    return f"{BACKSLASH}{{0,7}}(?:{'|'.join(spellings)})"


def _escaped(letter: str, units: list[str]) -> str:
    """Return a pattern for units that are escaped by backslashes, one for the first of them."""
    return BACKSLASH + rf"{BACKSLASH}{{1,4}}".join(letter + unit for unit in units)


def _name(code: int) -> str:
    return codepoint2name.get(code, "#")


def _in_latin_1(code: int) -> list[str]:
    return ["\N{REPLACEMENT CHARACTER}", f"%{code:02x}", _escaped("x", [f"{code:02x}"])]


def base64_forms(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of a secret wherever it stands, as in `Basic` of user and password.

    A group of three bytes becomes four characters, so there are three alignments; the characters
    that the neighbours share are left out.
    """
    for before in range(3):
        groups = (before + len(secret)) // 3
        first = -(-before * 4 // 3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + secret).decode()[first : groups * 4]
