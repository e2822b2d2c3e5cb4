"""Stock Keycloak (contract: "Stock Keycloak"): settings are merged into the realm's own map.

The password is read as the mask `**********`, which is never sent back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.platforms.encoding import (
    TOKEN_KEYS,
    as_text,
    decode,
    encode,
    other_keys,
)
from pulumi_smtpconfig.platforms.platform import (
    TOKEN_ENDPOINT,
    Platform,
    path_segment,
    path_segment_reason,
)
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant

BASIC, TOKEN, NO_LOGIN = "basic", "token", "none"
"""The values of `authType`."""

MAX_DIGITS = 15


def _realms(tenant: Tenant) -> str:
    return f"https://{tenant.hostname}{tenant.base_path}/admin/realms"


def _realm(tenant: Tenant) -> str:
    return f"{_realms(tenant)}/{path_segment(tenant)}"


SWITCHES = {"allowUtf8": "allowutf8", "debug": "debug"}
SECONDS = {key: key for key in ("timeout", "connectionTimeout", "writeTimeout")}
"""Keycloak's own settings: the key in the state, and the realm's, where times are milliseconds."""

SINCE = {"authTokenUrl": "26.2.0", "allowUtf8": "26.3.3"}
"""The first versions that know a setting (contract: "beyond the eleven fields")."""


def _encode(settings: SmtpSettings) -> dict[str, str]:
    """Return what is not empty.

    Keycloak keeps and uses a user only with `auth`, and an `authType` that somebody else set would
    ignore the password or the token.
    """
    stored = settings.stored()
    given = {key: value for key, value in encode(settings).items() if value}
    given |= {SWITCHES[key]: as_text(stored[key]) for key in SWITCHES if key in stored}
    given |= {SECONDS[key]: str(round(stored[key] * 1000)) for key in SECONDS if key in stored}
    if not settings.user:
        return given
    token = {key: stored[key] for key in (*TOKEN_KEYS, CLIENT_SECRET.key) if key in stored}
    return given | {"auth": "true", "authType": TOKEN if token else BASIC} | token


def _decode(live: Mapping[str, Any]) -> dict[str, Any]:
    """Decode the map with the kind of its login; where that cannot work, the user is not used."""
    login = as_text(live.get("authType")) or BASIC
    login = login if as_text(live.get("auth")) == "true" else NO_LOGIN
    token = {key: as_text(live.get(key)) for key in TOKEN_KEYS if login == TOKEN}
    uses_user = login == BASIC or any(token.values())
    texts = {"authType": login, **token}
    settings: dict[str, Any] = {key: value for key, value in texts.items() if value}
    settings |= decode(live if uses_user else {**live, "user": ""})
    settings |= {
        key: as_text(live[name]) == "true" for key, name in SWITCHES.items() if name in live
    }
    return settings | {key: _seconds(live[name]) for key, name in SECONDS.items() if name in live}


def _seconds(milliseconds: object) -> object:
    text = as_text(milliseconds)
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
        return text
    seconds = int(text) / 1000
    return int(seconds) if seconds.is_integer() else seconds


KEYCLOAK = Platform(
    title="Keycloak",
    tenant_reason=path_segment_reason,
    endpoint=_realm,
    token_url=lambda t: "https://{hostname}" + t.base_path + TOKEN_ENDPOINT,
    read_url=lambda t, _: _realm(t),
    method="PUT",
    encode=_encode,
    body=lambda new, live: {"smtpServer": {**other_keys(live), **new}},
    decode=_decode,
    own_settings=frozenset(
        {*TOKEN_KEYS, CLIENT_SECRET.key, CLIENT_SECRET.reference_key, *SWITCHES, *SECONDS}
    ),
    shows_secrets=True,
    since=SINCE,
    version_url=lambda t: f"https://{t.hostname}{t.base_path}/admin/serverinfo",
    list_url=lambda t: f"{_realms(t)}?briefRepresentation=true",
    test_url=lambda t: f"{_realm(t)}/testSMTPConnection",
    clear={"smtpServer": {}},
    merges=True,
    has_base_path=True,
)
