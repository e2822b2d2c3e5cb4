"""Secrets as a careless platform repeats them, and the search for one that came through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import secrets as written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

HEAD = "canary-"
TAIL = "finch"
"""Begin and end of each secret of a campaign."""


def echo(random: Random, secrets: list[str]) -> str:
    """Return a sentence that repeats each secret in a form of its own, in any order."""
    said = [random.choice(list(written.FORMS.values()))(secret) for secret in secrets]
    return " ".join(["cannot take", *random.sample(said, len(said))])


def leaks(text: str, tokens: Iterable[str]) -> list[str]:
    """Return what a text shows of these long tokens, and of all secrets with that begin and end."""
    inner = filter(None, (token[80:100] for token in tokens))
    return written.leaks(text, [HEAD, TAIL, *inner])
