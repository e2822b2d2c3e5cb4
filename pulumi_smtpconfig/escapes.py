"""Undoing what programs do to a text that they pass on."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

DEEPEST = 5
"""Escapes within escapes that are undone."""

UNPRINTABLE = {"Cc", "Cf", "Cs"}
"""Categories of characters that nobody sees."""

ESCAPE = re.compile(
    r"\\(?:u(?P<unit>[0-9a-fA-F]{4})|u\{(?P<code>[0-9a-fA-F]{1,6})\}|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<other>.))"
)


def undone(text: str) -> str:
    """Undo all escapes, in whatever order they were made, and what charsets do not share."""
    for _ in range(DEEPEST):
        before, text = text, ESCAPE.sub(_character, html.unescape(unquote(text)))
        if text == before:
            break
    return folded(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def folded(text: str) -> str:
    """Return a text without what charsets, forms and capitals make of it."""
    return printable(unicodedata.normalize("NFKC", text).replace("+", " ").casefold())


def printable(text: str) -> str:
    """Drop what controls a terminal, or is no whole character."""
    return "".join(c for c in text if unicodedata.category(c) not in UNPRINTABLE)


def _character(escape: re.Match[str]) -> str:
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    code = escape["unit"] or escape["code"] or escape["byte"]
    return chr(min(int(code, 16), 0x10FFFF)) if code else escape["other"]
