"""Quoting what others say without repeating a secret that they echo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.escapes import printable, undone
from pulumi_smtpconfig.spellings import backslashes, pattern
from pulumi_smtpconfig.traces import is_traced

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_QUOTE = 300
"""Characters that are quoted at most."""

LONGEST_TEXT = 64 * 1024
"""Characters of a text that is quoted at all: to search a longer one costs too much time."""

SHORTEST_REPLACEABLE = 6
"""Characters from which on a secret can be told from ordinary text."""

BEGINNING = 12
"""Characters that are searched for first, as a pattern for a whole token takes 0.4 s to compile."""

LONGEST_REPLACEABLE = 1000
"""Characters of a secret that is replaced at all, as its pattern takes 0.3 s to compile."""

MOST_COMPARED = 2_000_000
"""Characters that a search compares at most, where a text is full of a secret's beginning."""

NOT_QUOTED = "(an answer that is not quoted, as it may repeat a secret)"
REPLACED = "[secret]"
MOST_BACKSLASHES = 2
"""More of them make the search slow, as each could be escaped by any number of others."""

MOST_ESCAPED = 2000
"""Backslashes of a text in which one that holds backslashes is searched for."""

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
        shown = pattern(secret)
        if len(secret) < SHORTEST_REPLACEABLE and shown.search(text):
            return NOT_QUOTED
        text = shown.sub(REPLACED, text)
    if _is_left(given, text):
        return NOT_QUOTED
    text = TAG.sub(" ", text)  # not before, as a secret may hold what looks like a tag
    text = " ".join(text.split())
    return f'"{_shortened(text)}"' if text else "(an empty answer)"


def _is_searchable(secret: str, text: str) -> bool:
    own = backslashes(secret)
    if len(secret) > LONGEST_REPLACEABLE or own > MOST_BACKSLASHES:
        return False
    return not own or backslashes(text) <= MOST_ESCAPED


def _is_begun(secret: str, text: str) -> bool:
    """Tell whether a text holds the beginning of a secret, not too often to see what follows."""
    begun = sum(len(match[0]) for match in pattern(secret, BEGINNING).finditer(text))
    return 0 < begun * len(secret) <= MOST_COMPARED


def _is_left(secrets: list[str], text: str) -> bool:
    """Tell whether anything of a secret is left where all that can be replaced are."""
    bare = undone(text.replace(REPLACED, " "))
    return any(undone(secret) in bare for secret in secrets) or is_traced(
        text.split(REPLACED), secrets
    )


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
