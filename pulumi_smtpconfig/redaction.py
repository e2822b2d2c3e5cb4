"""Quote text from outside, unless it contains a secret.

An allow-list names the parts of a body that are quoted. One rule, `contains_secret`, then decides
whether the quote is shown. Nothing is masked in place: a quote that fails is left out as a whole.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from urllib.parse import SplitResult

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

MAX_READINGS = 32 * 1024
"""Characters of everything that a text may mean, above which the search costs too much."""

PIECE = 8
"""Characters of a secret in a row that reveal too much."""

NON_ASCII = re.compile(r"[^\0-\x7f]+")
NON_WORD = re.compile(r"[\W_]+")
WRAPPED = re.compile(r"<[^<>]*>|=?,?\s")
"""What a server inserts where it wraps a text."""

ESCAPED = re.compile(r"[%&\\=<\s\ud800-\udfff]")
"""What a text has some of if there is anything in it to undo."""

QUOTED_PRINTABLE = re.compile("=([0-9a-fA-F]{2})")
UTF_16 = re.compile(r"\\u(?:\{([0-9a-fA-F]{1,5})\}|([0-9a-fA-F]{4}))")
BACKSLASHED = re.compile(r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})|(?P<other>.))")
WHITE_SPACE = {"n": "\n", "r": "\r", "t": "\t"}
PAGE = re.compile(r"<(?:!doctype\s+html|html|head|title|body)\b", re.IGNORECASE)
TITLE = re.compile(r"<title\b[^<>]*>([^<]*)</title", re.IGNORECASE)
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
    parts = _split(location)
    if not parts:
        return NO_ADDRESS
    if location and not parts.scheme and not parts.netloc:
        return SAME_HOST
    host = parts.netloc.rpartition("@")[2]
    searched = f"{location[: MAX_QUOTE + MARGIN]} {host}"
    if not HOST.fullmatch(host) or len(host) > MAX_HOST or contains_secret(searched, secrets):
        return NO_ADDRESS
    return f'"{host}"'


def public_url(url: str) -> str:
    """Return a configured URL without its user part, query and fragment, which may be secret."""
    parts = _split(url)
    if not parts:
        return "an invalid URL"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _split(url: str) -> SplitResult | None:
    try:  # what is not ASCII is no URL, and Python would normalise it in quadratic time
        return urlsplit(url) if url.isascii() else None
    except ValueError:
        return None


def contains_secret(text: str, secrets: Iterable[str]) -> bool:
    """Return whether a text contains a secret, or 8 characters of one in a row, however encoded.

    A secret of under 8 characters counts only as a whole. A text counts as containing one if it has
    more than 2,000 characters or may be read in too many ways, and any text does if a secret
    exceeds 16 KiB.
    """
    return SecretSearch(secrets).finds(text)


class SecretSearch:
    """`contains_secret` for many texts: what to look for is found out once.

    Args:
        secrets: The secrets; empty ones do not count.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = set(filter(None, secrets))

    def finds(self, text: str) -> bool:
        """Return whether a text contains one of the secrets, or may."""
        return self.search(text) is not False

    def search(self, text: str) -> bool | None:
        """Return whether a text contains one of the secrets; None if it costs too much to tell."""
        if not self._secrets:
            return False
        if len(text) > MAX_TEXT or max(map(len, self._secrets)) > MAX_SECRET:
            return None
        readings = _undone([text])
        readings |= _undone(each for reading in readings for each in _decoded(reading))
        if sum(map(len, readings)) > MAX_READINGS:
            return None
        views = {view for reading in readings for view in _views(reading)}
        pieces, wholes = self._sought
        return any(not pieces.isdisjoint(_pieces(view)) for view in views) or any(
            whole in view for whole in wholes for view in views
        )

    @cached_property
    def _sought(self) -> tuple[set[str], set[str]]:
        forms = {form for secret in self._secrets for form in _forms(secret)}
        pieces = {piece for form in forms for piece in _pieces(form)}
        return pieces, {form for form in forms if len(form) < PIECE}


def _quote(texts: list[str], secrets: Iterable[str]) -> str:
    text = ": ".join(filter(None, map(_printable, texts)))
    if contains_secret(text[: MAX_QUOTE + MARGIN], secrets):
        return NOT_SHOWN
    shown = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…"
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
    views = {view for reading in _undone([secret]) for view in _views(reading)}
    least = PIECE // 2 if len(_printable(secret)) >= PIECE else 1
    return {view for view in views if len(view) >= least}


def _undone(texts: Iterable[str]) -> set[str]:
    """Return texts, and what they are once escapes and line breaks are undone, in any order.

    The work ends once there are too many.
    """
    found: set[str] = set()
    new = set(texts)
    while new and sum(map(len, found)) <= MAX_READINGS:
        found |= new
        new = {undo(text) for text in new if ESCAPED.search(text) for undo in UNDO} - found
    return found


def _undo_html(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a number of thousands of digits, which only a secret has room for
        return text


def _undo_utf_16(text: str) -> str:
    """Undo the escapes of JSON and JavaScript for characters by number."""
    plain = UTF_16.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    """Return what follows a backslash; a byte becomes one of a URL."""
    if escape["other"]:
        return WHITE_SPACE.get(escape["other"], escape["other"])
    return f"%{escape['hex'] or format(int(escape['octal'], 8), '02x')}"


UNDO: tuple[Callable[[str], str], ...] = (
    unquote,
    _undo_html,
    _undo_utf_16,
    partial(BACKSLASHED.sub, _character),
    lambda text: unquote(QUOTED_PRINTABLE.sub(r"%\1", text)),
    partial(WRAPPED.sub, ""),
)


def _decoded(text: str) -> Iterator[str]:
    """Yield what a text decodes to from base64 and hex, at any offset and with any separators."""
    base64 = re.sub("[^0-9a-zA-Z+/]", "", text.replace("-", "+").replace("_", "/"))
    for digits in (base64[start:] for start in range(4)):
        data = b64decode(digits + "A" * (-len(digits) % 4))[: len(digits) * 3 // 4]
        yield data.decode("utf-8", "replace")
    digits = re.sub("0x|[^0-9a-f]", "", text.lower())
    for start in range(2):
        end = len(digits) - (len(digits) - start) % 2
        yield bytes.fromhex(digits[start:end]).decode("utf-8", "replace")


def _views(text: str) -> Iterator[str]:
    """Yield a text without differences of case and form, of charset, and of separators."""
    folded = _folded(text)
    yield from (folded, NON_WORD.sub("", folded))
    yield _folded(NON_ASCII.sub("\N{REPLACEMENT CHARACTER}", text))


def _folded(text: str) -> str:
    text = _printable(text)
    if not text.isascii():  # one by one: a run of combining marks takes quadratic time
        text = "".join(map(partial(normalize, "NFKD"), text))
    return text.casefold().replace(" ", "+")  # as forms write it


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
