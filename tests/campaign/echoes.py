"""Secrets as a careless platform repeats them, and the search for one that came through."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

HEAD = "canary-"
TAIL = "finch"
"""Begin and end of each secret of a campaign; they look the same in all forms but base64."""


def basic(secret: str) -> str:
    """Return what HTTP Basic makes of a user and a secret."""
    return b64encode(f"user:{secret}".encode()).decode()


FORMS = (str, json.dumps, quote, html.escape, basic)


def echo(random: Random, secrets: list[str]) -> str:
    """Return a sentence that repeats each secret in a form of its own, in any order."""
    said = [random.choice(FORMS)(secret) for secret in secrets]
    return " ".join(["cannot take", *random.sample(said, len(said))])


def leaks(text: str, tokens: Iterable[str]) -> list[str]:
    """Return what a text shows of these long tokens, and of all secrets with that begin and end."""
    inner = [form[80:100] for token in tokens for form in (token, basic(token))]
    forms = filter(None, (HEAD, TAIL, basic(HEAD)[8:16], *inner))
    return [form for form in forms if form.lower() in text.lower()]
