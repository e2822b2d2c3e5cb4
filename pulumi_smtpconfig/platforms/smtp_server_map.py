"""The settings as platforms write them, a map of texts, to and fro.

See the contract, "Body" and "Reading back". Read back, absent is empty and text is boolean; the
password says nothing, and other keys are not ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings

TEXTS = (
    "host",
    "from",
    "fromDisplayName",
    "replyTo",
    "replyToDisplayName",
    "envelopeFrom",
    "user",
)
OURS = {*TEXTS, "port", "ssl", "starttls", "auth", "authType", "password"}
SMTP_PORT, SMTPS_PORT = 25, 465


def encode(settings: SmtpSettings) -> dict[str, str]:
    """Return all eleven fields of the contract, every value a text and a cleared one empty."""
    return {
        "host": settings.host,
        "from": settings.from_,
        "port": str(settings.port),
        "starttls": _text(settings.starttls),
        "ssl": _text(settings.ssl),
        "replyTo": settings.reply_to,
        "replyToDisplayName": settings.reply_to_display_name,
        "fromDisplayName": settings.from_display_name,
        "envelopeFrom": settings.envelope_from,
        "user": settings.user,
        "password": settings.password.get_secret_value(),
    }


def encode_for_keycloak(settings: SmtpSettings) -> dict[str, str]:
    """Return what is not empty (contract: "Stock Keycloak").

    A user and a password are kept and used only with `auth`, and an `authType` that somebody else
    set would ignore them.
    """
    given = {key: value for key, value in encode(settings).items() if value}
    return given | ({"auth": "true", "authType": "basic"} if settings.user else {})


def decode(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the live settings but for the password; a port left out is what mail then uses."""
    texts = {key: _text(live.get(key)) for key in TEXTS}
    ssl, starttls = (_text(live.get(key)) == "true" for key in ("ssl", "starttls"))
    port = _text(live.get("port")) or str(SMTPS_PORT if ssl else SMTP_PORT)
    number = int(port) if port.isascii() and port.isdigit() else port
    settings = texts | {"port": number, "ssl": ssl, "starttls": starttls}
    return {key: value for key, value in settings.items() if value != ""}


def decode_for_keycloak(live: Mapping[str, Any]) -> dict[str, Any]:
    """Decode for Keycloak, which uses a user only with `auth`."""
    authenticates = _text(live.get("auth")) == "true"
    return decode(live if authenticates else {**live, "user": ""})


def others(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a map that this package does not set, and so preserves."""
    return {key: value for key, value in live.items() if key not in OURS}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
