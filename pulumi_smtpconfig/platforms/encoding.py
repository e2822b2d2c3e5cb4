"""The encoding of settings as a map of strings, such as a realm's `smtpServer`.

See the contract, "Body" and "Reading back". A missing key means an empty value, the password
read back is meaningless, and other keys are not ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.lint.mail_services import SMTP, SMTPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings

TEXT_KEYS = (
    "host",
    "from",
    "fromDisplayName",
    "replyTo",
    "replyToDisplayName",
    "envelopeFrom",
    "user",
)
DIGITS = re.compile("[0-9]{1,5}")
TOKEN_KEYS = ("authTokenUrl", "authTokenClientId", "authTokenScope")
"""Keycloak's keys of a login by token, without the secret."""

OWN_KEYS = {
    *(*TEXT_KEYS, "port", "ssl", "starttls", "auth", "authType", "password"),
    *(*TOKEN_KEYS, "authTokenClientSecret"),
}


def encode(settings: SmtpSettings) -> dict[str, str]:
    """Return all eleven fields of the contract, each a string; a cleared one is empty."""
    return {
        "host": settings.host,
        "from": settings.from_,
        "port": str(settings.port),
        "starttls": as_text(settings.starttls),
        "ssl": as_text(settings.ssl),
        "replyTo": settings.reply_to,
        "replyToDisplayName": settings.reply_to_display_name,
        "fromDisplayName": settings.from_display_name,
        "envelopeFrom": settings.envelope_from,
        "user": settings.user,
        "password": settings.password.get_secret_value(),
    }


def decode(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the live settings without the password; without a port, the one that mail uses."""
    texts = {key: as_text(live.get(key)) for key in TEXT_KEYS}
    ssl, starttls = (as_text(live.get(key)) == "true" for key in ("ssl", "starttls"))
    port = as_text(live.get("port")) or str(SMTPS if ssl else SMTP)
    number = int(port) if DIGITS.fullmatch(port) else port
    settings = texts | {"port": number, "ssl": ssl, "starttls": starttls}
    return {key: value for key, value in settings.items() if value != ""}


def other_keys(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a map that this package does not set, and so preserves."""
    return {key: value for key, value in live.items() if key not in OWN_KEYS}


def as_text(value: object) -> str:
    """Return a value as the map writes it: `true` and `false`, and nothing for None.

    Half a character, which JSON can say and the engine cannot keep, becomes a question mark.
    """
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).encode(errors="replace").decode()
