"""Quote text from outside, unless it contains a secret.

Of a body only what an allow-list names is quoted. One rule, `contains_secret`, then decides whether
the quote is shown. Nothing is masked in place: a quote that fails is left out as a whole.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from functools import partial
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MESSAGE_KEYS = ("error", "error_description", "errorMessage", "status", "message")
TOKEN_KEYS = ("error", "error_description")

NOT_SHOWN = "(not shown, because it may contain a secret)"
EMPTY = "(an empty response)"
NO_ADDRESS = "an address that is not shown"
SAME_HOST = "another path of the same host"

MAX_QUOTE, MARGIN = 200, 100
"""Characters of a text that are shown, and that are searched beyond the cut."""

MAX_HOST = 100
MAX_TEXT, MAX_SECRET = 2000, 16 * 1024
"""Characters of a text and of a secret beyond which a search costs too much."""

PIECE = 8
"""Characters of a secret that tell too much."""

DEEPEST = 5
"""Escapes within escapes that are undone."""

ALIKE = str.maketrans("-_", "+/")
"""URL-safe base64 is read as base64."""

NO_ASCII = re.compile(r"[^\0-\x7f]+")
NO_WORD = re.compile(r"[\W_]+")
BETWEEN = re.compile(r"<[^<>]*>|=?,?\s")
"""What stands where a text was wrapped."""

LONG_NUMBER = re.compile("&#[0-9]{100,}")
UTF_8 = re.compile("[\xc2-\xf4][\x80-\xbf]{1,3}")
SOFT_BREAK = re.compile(r"=(?:\s|\\[rn])+")
QUOTED_PRINTABLE = re.compile("=([0-9a-fA-F]{2})")
BACKSLASHED = re.compile(
    r"\\(?:u(?P<unit>[0-9a-fA-F]{4})|u\{(?P<code>[0-9a-fA-F]{1,5})\}|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<other>.))"
)
PAGE = re.compile(r"<(?:!doctype\s+html|html|head|title|body)\b", re.IGNORECASE)
TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
BINARY = re.compile(rb"[\0-\x08\x0e-\x1f]")
HOST = re.compile(r"(?:(?:[\w-]+\.)*[\w-]+\.?|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?", re.ASCII)


def quote_text(text: str, secrets: Iterable[str]) -> str:
    """Quote a short text, such as an SMTP reply or a reason of the operating system."""
    return _quote([text], secrets)


def quote_body(body: bytes, secrets: Iterable[str], keys: Iterable[str] = MESSAGE_KEYS) -> str:
    """Quote a JSON object's values of `keys`, or a page's title; say of anything else what it is.

    The tokens that the object carries are secrets too.
    """
    content, text = _json(body), body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    what = "binary data" if BINARY.search(body) else "a text"
    if isinstance(content, dict):
        strings = {key: value for key, value in content.items() if isinstance(value, str)}
        tokens = [value for key, value in strings.items() if key.lower().endswith("token")]
        said = [strings[key] for key in keys if strings.get(key, "").strip()]
        if said:
            return _quote(said, [*secrets, *tokens])
        what = "a JSON object"
    elif isinstance(content, list):
        what = "a JSON list"
    elif text.startswith("<") and PAGE.search(text):
        title = TITLE.search(text)
        if title and title[1].strip():
            return _quote([title[1]], secrets)
        what = "an HTML page"
    size = f"{len(body):,} byte{'' if len(body) == 1 else 's'}"
    return f"({what} of {size}, not shown)" if body else EMPTY


def quote_host(location: str, secrets: Iterable[str]) -> str:
    """Quote the host and port of a `Location` header; say of anything else what it is.

    No host is shown beside a secret, as it may be the beginning of one that holds a slash.
    """
    try:
        scheme, authority, *_ = urlsplit(location)
    except ValueError:
        return NO_ADDRESS
    if location and not scheme and not authority:
        return SAME_HOST
    host = authority.rpartition("@")[2]
    searched = f"{location[: MAX_QUOTE + MARGIN]} {host}"
    if not HOST.fullmatch(host) or len(host) > MAX_HOST or contains_secret(searched, secrets):
        return NO_ADDRESS
    return f'"{host}"'


def contains_secret(text: str, secrets: Iterable[str]) -> bool:
    """Tell whether a text shows a secret, or 8 characters in a row of one, however written.

    A secret of under 8 characters counts as a whole only. Beyond 2,000 characters a text counts as
    one that does, as does every text where a secret has more than 16 KiB: neither is searched.
    """
    known = set(filter(None, secrets))
    if known and (len(text) > MAX_TEXT or max(map(len, known)) > MAX_SECRET):
        return True
    readings = set(_readings(text)) if known else set()
    views = set().union(*map(_views, readings))
    pieces = {piece for view in views for piece in _pieces(view)}
    return any(
        any(form in view for view in views)
        if len(form) < PIECE
        else not pieces.isdisjoint(_pieces(form))
        for secret in known
        for form in _forms(secret)
    )


def _quote(texts: list[str], secrets: Iterable[str]) -> str:
    texts = [_printable(text) for text in texts]
    if contains_secret(": ".join(text[: MAX_QUOTE + MARGIN] for text in texts), secrets):
        return NOT_SHOWN
    cut = (text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…" for text in texts)
    shown = ": ".join(filter(None, cut))
    return f'"{shown}"' if shown else EMPTY


def _printable(text: str) -> str:
    """Fold white space, and drop what controls a terminal or cannot be seen."""
    spaced = " ".join(text.split())
    return " ".join("".join(filter(str.isprintable, spaced)).split())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _forms(secret: str) -> set[str]:
    """Return a secret in the forms that are looked for: any under 8 characters as a whole."""
    forms = {*_undo(secret), *_undo(secret, lenient=True)}
    if len(_printable(secret)) < PIECE:
        return {view for form in forms for view in _views(form, bare=False) if view}
    views = {_folded(code) for code in _encoded(secret)}.union(*map(_views, forms))
    wholes = set(filter(None, map(_folded, forms)))
    wholes |= {view for view in (_masked(secret),) if len(view) >= PIECE // 2}
    return wholes | {view for view in views if len(view) >= PIECE}


def _encoded(secret: str) -> Iterator[str]:
    """Yield hex and base64 of a secret, for each place that it may have in a group of three bytes.

    What it then shares with its neighbours is left out.
    """
    data = secret.encode("utf-8", "surrogatepass")
    yield data.hex()
    for before in range(3):
        digits = b64encode(b"\0" * before + data).decode()
        yield digits[-(-before * 4 // 3) : (before + len(data)) // 3 * 4]


def _readings(text: str) -> Iterator[str]:
    """Yield a text in all the ways in which it may have been written."""
    for plain in {text, BETWEEN.sub("", text)}:
        for lenient in (False, True):
            chain = _undo(plain, lenient=lenient)
            yield from (*chain, BETWEEN.sub("", chain[-1]))
            for decoded in _decoded(chain[-1]):
                yield from (*_undo(decoded), *_undo(decoded, lenient=True))


def _undo(text: str, *, lenient: bool = False) -> list[str]:
    """Return a text with more and more escapes undone; lenient also those of mails."""
    chain = [text]
    for _ in range(DEEPEST):
        before = text
        if lenient:
            text = QUOTED_PRINTABLE.sub(r"%\1", SOFT_BREAK.sub("", text))
        text = html.unescape(LONG_NUMBER.sub("", unquote(text)))
        chain.append(text)
        text = BACKSLASHED.sub(_character, text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        chain.append(text)
        if text == before:
            break
    repaired = UTF_8.sub(lambda match: match[0].encode("latin-1").decode("utf-8", "replace"), text)
    return [*chain, text.replace("+", " "), repaired]


def _character(escape: re.Match[str]) -> str:
    if escape["other"]:
        return escape["other"]
    return chr(int(escape[escape.lastgroup or 0], 8 if escape["octal"] else 16))


def _decoded(text: str) -> Iterator[str]:
    """Yield what base64 and hex say, wherever they begin and whatever is between their digits."""
    base64 = re.sub("[^0-9a-zA-Z+/]", "", text.translate(ALIKE))
    for digits in (base64[start:] for start in range(4)):
        data = b64decode(digits + "A" * (-len(digits) % 4))[: len(digits) * 3 // 4]
        yield data.decode("utf-8", "replace")
    digits = re.sub("0x|[^0-9a-f]", "", text.lower())
    for start in range(2):
        end = len(digits) - (len(digits) - start) % 2
        yield bytes.fromhex(digits[start:end]).decode("utf-8", "replace")


def _views(text: str, *, bare: bool = True) -> set[str]:
    """Return a text without what charsets, cases, and anything between words make of it."""
    folded = _folded(text)
    views = {folded, _masked(text)}
    return views | {NO_WORD.sub("", folded)} if bare else views


def _masked(text: str) -> str:
    return _folded(NO_ASCII.sub("\N{REPLACEMENT CHARACTER}", text))


def _folded(text: str) -> str:
    text = _printable(text)
    if not text.isascii():  # by the character, as a run of combining marks takes quadratic time
        text = "".join(map(partial(normalize, "NFKD"), text))
    return text.casefold().translate(ALIKE)


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
