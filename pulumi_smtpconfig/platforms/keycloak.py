"""Stock Keycloak (contract: "Stock Keycloak"): settings are merged into the realm's own map.

The password is read as the mask `**********`, which is never sent back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.platforms.encoding import as_text, decode, encode, other_keys
from pulumi_smtpconfig.platforms.platform import (
    TOKEN_ENDPOINT,
    Platform,
    path_segment,
    path_segment_reason,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant


def _realm(tenant: Tenant) -> str:
    return f"https://{tenant.hostname}{tenant.base_path}/admin/realms/{path_segment(tenant)}"


def _encode(settings: SmtpSettings) -> dict[str, str]:
    """Return what is not empty.

    Keycloak keeps and uses a user and a password only with `auth`, and an `authType` that somebody
    else set would ignore them.
    """
    given = {key: value for key, value in encode(settings).items() if value}
    return given | ({"auth": "true", "authType": "basic"} if settings.user else {})


def _decode(live: Mapping[str, Any]) -> dict[str, Any]:
    """Decode the map; without `auth`, Keycloak does not use its user."""
    authenticates = as_text(live.get("auth")) == "true"
    return decode(live if authenticates else {**live, "user": ""})


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
    clear={"smtpServer": {}},
    merges=True,
    has_base_path=True,
)
