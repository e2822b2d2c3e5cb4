"""Quote text from outside, unless it contains a secret.

An allow-list names the parts of a body that are quoted. One rule, `contains_secret`, then decides
whether the quote is shown. Nothing is masked in place: a quote that fails is left out as a whole.
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
"""Characters of a text that are shown, and how many more are searched."""

MAX_HOST = 100
MAX_TEXT, MAX_SECRET = 2000, 16 * 1024
"""Characters of a text and of a secret above which a search costs too much."""

PIECE = 8
"""Characters of a secret in a row that reveal too much."""

MAX_NESTING = 5
"""How deep escapes within escapes are undone."""

STANDARD_BASE64 = str.maketrans("-_", "+/")
"""Turns URL-safe base64 into the standard form."""

NON_ASCII = re.compile(r"[^\0-\x7f]+")
NON_WORD = re.compile(r"[\W_]+")
WRAPPED = re.compile(r"<[^<>]*>|=?,?\s")
"""What a server inserts where it wraps a text."""

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
    """Quote the values of `keys` in a JSON object, or a page's title; else say what the body is.

    Tokens in the object are secrets too.
    """
    content, text = parse_json(body), body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
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
    """Quote the host and port of a `Location` header; else say what kind of address it is.

    A secret anywhere near hides the host too, because the host may be the start of one.
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


def public_url(url: str) -> str:
    """Return a configured URL without its user part, query and fragment, which may be secret."""
    try:
        scheme, authority, path, *_ = urlsplit(url)
    except ValueError:
        return "an invalid URL"
    return f"{scheme}://{authority.rpartition('@')[2]}{path}"


def contains_secret(text: str, secrets: Iterable[str]) -> bool:
    """Return whether a text contains a secret, or 8 characters of one in a row, however encoded.

    A secret of under 8 characters counts only as a whole. A text of more than 2,000 characters is
    not searched and counts as containing one, as does any text if a secret exceeds 16 KiB.
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
    texts = list(filter(None, map(_printable, texts)))
    if contains_secret(": ".join(text[: MAX_QUOTE + MARGIN] for text in texts), secrets):
        return NOT_SHOWN
    cut = (text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…" for text in texts)
    shown = ": ".join(cut)
    return f'"{shown}"' if shown else EMPTY


def _printable(text: str) -> str:
    """Fold white space, and drop what controls a terminal or cannot be seen."""
    spaced = " ".join(text.split())
    return " ".join("".join(filter(str.isprintable, spaced)).split())


def parse_json(body: bytes) -> Any:
    """Return what a body contains as JSON; None if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _forms(secret: str) -> set[str]:
    """Return the forms of a secret to look for; those under 8 characters only as a whole."""
    forms = {*_undo(secret), *_undo(secret, lenient=True)}
    if len(_printable(secret)) < PIECE:
        return {view for form in forms for view in _views(form, bare=False) if view}
    views = {_folded(code) for code in _encoded(secret)}.union(*map(_views, forms))
    wholes = set(filter(None, map(_folded, forms)))
    wholes |= {view for view in (_masked(secret),) if len(view) >= PIECE // 2}
    return wholes | {view for view in views if len(view) >= PIECE}


def _encoded(secret: str) -> Iterator[str]:
    """Yield hex and base64 of a secret, at each offset in base64's groups of three bytes.

    The digits that also depend on its neighbours are left out.
    """
    data = secret.encode("utf-8", "surrogatepass")
    yield data.hex()
    for before in range(3):
        digits = b64encode(b"\0" * before + data).decode()
        yield digits[-(-before * 4 // 3) : (before + len(data)) // 3 * 4]


def _readings(text: str) -> Iterator[str]:
    """Yield everything that a text may mean once its encodings are undone."""
    for plain in {text, WRAPPED.sub("", text)}:
        for lenient in (False, True):
            chain = _undo(plain, lenient=lenient)
            yield from (*chain, WRAPPED.sub("", chain[-1]))
            for decoded in _decoded(chain[-1]):
                yield from (*_undo(decoded), *_undo(decoded, lenient=True))


def _undo(text: str, *, lenient: bool = False) -> list[str]:
    """Return a text after each step of undoing escapes; `lenient` includes quoted-printable."""
    chain = [text]
    for _ in range(MAX_NESTING):
        before = text
        if lenient:
            text = QUOTED_PRINTABLE.sub(r"%\1", SOFT_BREAK.sub("", text))
        text = html.unescape(LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", unquote(text)))
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
    """Yield what a text decodes to from base64 and hex, at any offset and with any separators."""
    base64 = re.sub("[^0-9a-zA-Z+/]", "", text.translate(STANDARD_BASE64))
    for digits in (base64[start:] for start in range(4)):
        data = b64decode(digits + "A" * (-len(digits) % 4))[: len(digits) * 3 // 4]
        yield data.decode("utf-8", "replace")
    digits = re.sub("0x|[^0-9a-f]", "", text.lower())
    for start in range(2):
        end = len(digits) - (len(digits) - start) % 2
        yield bytes.fromhex(digits[start:end]).decode("utf-8", "replace")


def _views(text: str, *, bare: bool = True) -> set[str]:
    """Return a text without differences of case, form, charset, and separators between words."""
    folded = _folded(text)
    views = {folded, _masked(text)}
    return views | {NON_WORD.sub("", folded)} if bare else views


def _masked(text: str) -> str:
    return _folded(NON_ASCII.sub("\N{REPLACEMENT CHARACTER}", text))


def _folded(text: str) -> str:
    text = _printable(text)
    if not text.isascii():  # one by one: a run of combining marks takes quadratic time
        text = "".join(map(partial(normalize, "NFKD"), text))
    return text.casefold().translate(STANDARD_BASE64)


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
