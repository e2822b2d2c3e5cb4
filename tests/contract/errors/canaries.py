"""Secrets that are planted everywhere, and how to see that a text tells something of one."""

from __future__ import annotations

from tests import secrets
from tests.conftest import PASSWORD

TOKEN = 'tk-canary.1/2+3~=%&<"'
CLIENT_SECRET = 'cs-canary "quoted" ßü%&+/<'
OAUTH_PASSWORD = "op-canary <b>&'ö' 100%"
SECRETS = (PASSWORD, TOKEN, CLIENT_SECRET, OAUTH_PASSWORD)
USER = secrets.USER

USUAL = ("raw", "ASCII JSON", "URL", "form", "HTML", "base64", "Basic", "Python")
FORMS = {name: secrets.FORMS[name] for name in USUAL}
"""How others write a secret when they echo it."""


def leaks(text: str) -> list[str]:
    """Return the pieces of secrets, in any form, that a text holds."""
    return secrets.leaks(text, SECRETS)
