"""Telling whether a text shows a piece of a secret, cut or wrapped as it may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.escapes import folded, undone
from pulumi_smtpconfig.spellings import base64_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIECE = 8
"""Characters of a secret that tell something of it."""

LONGEST_SOUGHT = 16 * 1024
"""Characters of a secret whose pieces are looked for, as each of them costs time."""

BETWEEN_LINES = re.compile("<[^<>]*>|,? |=")
"""What may stand where a text was wrapped; line breaks are dropped before."""

NO_WORD = re.compile(r"[\W_]+")
QUOTED_PRINTABLE = re.compile("=([0-9a-f]{2})", re.IGNORECASE)
"""RFC 2045, 6.7."""


def is_traced(parts: Iterable[str], secrets: Iterable[str]) -> bool:
    """Tell whether parts of a text show 8 characters in a row of a secret.

    They may be escaped, in base64, hex or quoted-printable, and have anything but letters and
    digits between them. A secret of under 8 characters shows none.
    """
    shown = {piece for part in parts for view in _views(part) for piece in _pieces(view)}
    sought = (secret[:LONGEST_SOUGHT] for secret in secrets if len(secret) >= PIECE)
    return any(piece in shown for secret in sought for piece in _pieces_of(secret))


def _views(text: str) -> set[str]:
    """Return a text in all ways in which it may have to be read."""
    wholes = {text, QUOTED_PRINTABLE.sub(r"%\1", text)}
    wholes |= {BETWEEN_LINES.sub("", whole) for whole in wholes}
    return _bare({view for whole in wholes for view in (whole, folded(whole), undone(whole))})


def _pieces_of(secret: str) -> Iterator[str]:
    encoded = secret.encode("utf-8", "surrogatepass")
    forms = {folded(form) for form in (*base64_forms(encoded), encoded.hex())}
    for view in _bare({secret, folded(secret), undone(secret), *forms}):
        yield from _pieces(view)


def _bare(texts: set[str]) -> set[str]:
    return texts | {NO_WORD.sub("", text) for text in texts}


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
