"""How others may write a secret, and whether a text shows one. It knows nothing of the package."""

from __future__ import annotations

import html
import json
import quopri
import re
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

USER = "pulumi"
PIECE = 8
"""Characters in a row that tell too much of a secret."""


def each(pattern: str, text: str) -> str:
    """Write every character of a text by a pattern for its number."""
    return "".join(pattern.format(ord(character)) for character in text)


def each_byte(pattern: str, text: str) -> str:
    """Write every byte of a text by a pattern."""
    return "".join(pattern.format(byte) for byte in text.encode())


def in_json(text: str) -> str:
    """Return what JSON writes between quotation marks."""
    return json.dumps(text)[1:-1]


def basic(text: str) -> str:
    """Return what HTTP Basic makes of a user and a secret."""
    return b64encode(f"{USER}:{text}".encode()).decode()


ESCAPES: dict[str, Callable[[str], str]] = {
    "ASCII JSON": in_json,
    "UTF-8 JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "PHP's JSON": lambda text: in_json(text).replace("/", r"\/"),
    "Gson's JSON": lambda text: re.sub("[<>&='/]", lambda c: f"\\u{ord(c[0]):04x}", text),
    "JavaScript": partial(each, "\\u{{{:x}}}"),
    "Python": lambda text: repr(text.encode())[2:-1],
    "octal": partial(each_byte, "\\{:03o}"),
    "URL": lambda text: quote(text, safe=""),
    "URL in lower case": lambda text: re.sub("%..", lambda c: c[0].lower(), quote(text)),
    "URL throughout": partial(each_byte, "%{:02X}"),
    "form": quote_plus,
    "HTML": html.escape,
    "HTML text": partial(html.escape, quote=False),
    "HTML 5": lambda text: html.escape(text).replace("!", "&excl;").replace("@", "&commat;"),
    "HTML in decimals": partial(each, "&#{};"),
    "HTML in hex": partial(each, "&#x{:X};"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "quoted-printable throughout": partial(each_byte, "={:02X}"),
}
"""What programs do to a text, character by character, and to what others made of it."""

CHARSETS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "capitals": str.upper,
    "decomposed": partial(unicodedata.normalize, "NFD"),
    "full width": lambda text: re.sub("[!-~]", lambda c: chr(ord(c[0]) + 0xFEE0), text),
    "another charset": lambda text: re.sub("[^ -~]", "\N{REPLACEMENT CHARACTER}", text),
}
"""What becomes of a text's characters."""

CODES: dict[str, Callable[[str], str]] = {
    "base64": lambda text: b64encode(text.encode()).decode(),
    "URL-safe base64": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "Basic": basic,
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
}
"""What becomes of a text as a whole."""

FORMS = CHARSETS | ESCAPES | CODES


def cores(code: str) -> list[Callable[[str], str]]:
    """Return what a code writes of a text that may stand within another one."""
    if "hex" in code:
        return [CODES[code]]
    altchars = b"-_" if "URL" in code else b"+/"
    return [partial(_core, before, altchars) for before in range(3)]


def _core(before: int, altchars: bytes, text: str) -> str:
    data = b"\0" * before + text.encode()
    digits = b64encode(data, altchars).decode()
    return digits[-(-before * 4 // 3) : len(data) // 3 * 4]


WRITTEN = (*CHARSETS.values(), *ESCAPES.values(), *(core for code in CODES for core in cores(code)))
"""Writes a piece as it stands in what is written of the whole."""


def leaks(
    text: str,
    secrets: Iterable[str],
    written: Iterable[Callable[[str], str]] = WRITTEN,
    piece: int = PIECE,
) -> list[str]:
    """Return what a text shows of secrets: short ones, and 8 characters in a row of others."""
    forms = tuple(written)
    pieces = (shown for secret in secrets for shown in _pieces(secret, forms, piece))
    return [shown for shown in pieces if shown and shown in text]


@lru_cache(maxsize=4096)
def _pieces(secret: str, forms: tuple[Callable[[str], str], ...], piece: int) -> frozenset[str]:
    return frozenset(_shown(secret, forms, piece))


def _shown(secret: str, forms: tuple[Callable[[str], str], ...], piece: int) -> Iterator[str]:
    least = min(len(secret), piece)
    for start in range(len(secret) - least + 1):
        shown = (form(secret[start : start + least]) for form in forms)
        yield from (text for text in shown if legible(text) >= min(least, PIECE - 2))
    yield from (form(secret) for form in forms if legible(form(secret)) >= PIECE)


def legible(text: str) -> int:
    """Count the characters that can be read where a charset was replaced."""
    return len(text.replace("\N{REPLACEMENT CHARACTER}", ""))
