"""Secrets that are planted everywhere, and how to see that a text tells something of one."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = 'tk-canary.1/2+3~=%&<"'
CLIENT_SECRET = 'cs-canary "quoted" ßü%&+/<'
OAUTH_PASSWORD = "op-canary <b>&'ö' 100%"
SECRETS = (PASSWORD, TOKEN, CLIENT_SECRET, OAUTH_PASSWORD)
USER = "pulumi"


def basic(secret: str) -> str:
    """Return what HTTP Basic makes of a user and a secret."""
    return base64.b64encode(f"{USER}:{secret}".encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "URL": lambda secret: quote(secret, safe=""),
    "form": quote_plus,
    "HTML": html.escape,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "Basic": basic,
    "Python": lambda secret: repr(secret.encode())[2:-1],
}
"""How others write a secret when they echo it."""

WINDOW = 8
"""Characters of a secret that tell something of it."""

USER_IN_BASIC = len(f"{USER}:") * 8 // 6 + 2
"""Characters of Basic that tell the user, and at most a part of the secret's first letter."""


def leaks(text: str) -> list[str]:
    """Return the pieces of secrets, in any form, that a text holds."""
    return [piece for secret in SECRETS for piece in _pieces(secret) if piece in text]


def _pieces(secret: str) -> Iterator[str]:
    for name, form in FORMS.items():
        shown = form(secret)
        start = USER_IN_BASIC if name == "Basic" else 0
        yield from (shown[at : at + WINDOW] for at in range(start, len(shown) - WINDOW + 1))
