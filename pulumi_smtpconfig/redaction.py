"""Quoting what others say without repeating a secret that they echo."""

from __future__ import annotations

import re
import unicodedata
from html.entities import codepoint2name
from typing import TYPE_CHECKING

from pulumi_smtpconfig.escapes import UNPRINTABLE, printable, undone
from pulumi_smtpconfig.traces import base64_forms, is_traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_QUOTE = 300
"""Characters that are quoted at most."""

LONGEST_TEXT = 64 * 1024
"""Characters of a text that is quoted at all: to search a longer one costs too much time."""

SHORTEST_REPLACEABLE = 6
"""Characters from which on a secret can be told from ordinary text."""

SHORTEST_ENCODED = 5
"""Characters of base64 that a secret of 6 bytes has to itself, whatever stands before it."""

BEGINNING = 12
"""Characters that are searched for first, as a pattern for a whole token takes 0.4 s to compile."""

LONGEST_REPLACEABLE = 1000
"""Characters of a secret that is replaced at all, as its pattern takes 0.3 s to compile."""

MOST_COMPARED = 300_000
"""Characters that a search compares at most, where a text is full of a secret's beginning."""

NOT_QUOTED = "(an answer that is not quoted, as it may repeat a secret)"
REPLACED = "[secret]"
MOST_BACKSLASHES = 2
"""More of them make the search slow, as each could be escaped by any number of others."""

MOST_ESCAPED = 2000
"""Backslashes of a text in which one that holds backslashes is searched for."""

BACKSLASH = r"(?:\\|%(?:25){0,2}5c)"
AND, HASH, END = (f"(?:{c}|%(?:25){{0,2}}{ord(c):x})" for c in "&#;")
REST_OF_BASE64 = r"[\w+/=-]*"
TAG = re.compile(r"<[^<>]*>")


def quoted(text: str, secrets: Iterable[str]) -> str:
    """Return `text` in quotation marks, or a note when there is nothing that may be quoted.

    Control characters and tags are dropped and at most 300 characters kept. Each secret is
    replaced, also where it is escaped as in JSON, URLs, HTML or base64. A text that holds a secret
    of under 6 characters, which cannot be told from ordinary text, or one in yet another spelling,
    or a piece of one, or one of above 1,000 characters, is left out as a whole.
    """
    if len(text) > LONGEST_TEXT:
        return "(an answer too long to quote)"
    text = printable(text)
    given = sorted(filter(None, secrets), key=len, reverse=True)
    for secret in given:
        if not (_is_searchable(secret, text) and _is_begun(secret, text)):
            continue
        shown = _pattern(secret)
        if len(secret) < SHORTEST_REPLACEABLE and shown.search(text):
            return NOT_QUOTED
        text = shown.sub(REPLACED, text)
    if _is_left(given, text):
        return NOT_QUOTED
    text = TAG.sub(" ", text)  # not before, as a secret may hold what looks like a tag
    text = " ".join(text.split())
    return f'"{_shortened(text)}"' if text else "(an empty answer)"


def _is_searchable(secret: str, text: str) -> bool:
    own = secret.count("\\")
    if len(secret) > LONGEST_REPLACEABLE or own > MOST_BACKSLASHES:
        return False
    return not own or len(re.findall(BACKSLASH, text, re.IGNORECASE)) <= MOST_ESCAPED


def _is_begun(secret: str, text: str) -> bool:
    """Tell whether a text holds the beginning of a secret, not too often to see what follows."""
    begun = sum(1 for _ in _pattern(secret, BEGINNING).finditer(text))
    return 0 < begun * len(secret) <= MOST_COMPARED


def _is_left(secrets: list[str], text: str) -> bool:
    """Tell whether anything of a secret is left where all that can be replaced are."""
    bare = undone(text.replace(REPLACED, " "))
    return any(undone(secret) in bare for secret in secrets) or is_traced(
        text.split(REPLACED), secrets
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def _pattern(secret: str, length: int | None = None) -> re.Pattern[str]:
    return re.compile("|".join(_patterns(secret, length)), re.IGNORECASE)


def _patterns(secret: str, length: int | None) -> Iterator[str]:
    """Yield patterns for the forms in which a printable text may show a secret or its beginning."""
    if printable(secret):
        # Escaping multiplies backslashes, so a run of them may be shown as one.
        yield "".join(map(_spelled, re.findall(r"\\+|[^\\]", secret)[:length]))
    rest = "" if length else REST_OF_BASE64
    for form in base64_forms(secret.encode()):
        if len(form) >= SHORTEST_ENCODED:
            yield re.escape(form[:length]) + rest


def _spelled(run: str) -> str:
    """Return a pattern for a character as texts, JSON, URLs and HTML write it, also one in another.

    A run of backslashes may be written as one or more.

    Every repetition is bounded, so that no text can make the search slow.
    """
    character = run[0]
    code, utf16, utf8 = ord(character), character.encode("utf-16-be"), character.encode()
    units = [utf16[i : i + 2].hex() for i in range(0, len(utf16), 2)]
    spellings = [
        rf"{AND}(?:amp{END})?(?:{HASH}(?:0{{0,5}}{code}|x0{{0,5}}{code:x})|{_name(code)}){END}",
        "".join(rf"{BACKSLASH}{{1,4}}u{unit}" for unit in units),
        "".join(rf"%(?:25){{0,2}}{byte:02x}" for byte in utf8),
        "".join(rf"{BACKSLASH}{{1,4}}x{byte:02x}" for byte in utf8),
        BACKSLASH if character == "\\" else re.escape(character),
        *([r"\+"] if character == " " else []),
        *([] if character.isascii() else _in_latin_1(code)),
    ]
    optional = "?" if unicodedata.category(character) in UNPRINTABLE else ""
    often = optional or ("" if len(run) == 1 else f"{{1,{len(run)}}}")
    return f"{BACKSLASH}{{0,7}}(?:{'|'.join(spellings)}){often}"


def _name(code: int) -> str:
    return codepoint2name.get(code, "#")


def _in_latin_1(code: int) -> list[str]:
    return ["\N{REPLACEMENT CHARACTER}", f"%{code:02x}", rf"{BACKSLASH}{{1,4}}x{code:02x}"]
