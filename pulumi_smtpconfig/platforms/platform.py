"""One row a platform: which tenants it can have, where to send their settings, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from pulumi_smtpconfig.platforms.smtp_server_map import (
    decode,
    decode_for_keycloak,
    encode,
    encode_for_keycloak,
    others,
)
from pulumi_smtpconfig.settings.models import DNS_LABEL, PlatformName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant

TOKEN_ENDPOINT = "/realms/{tenantId}/protocol/openid-connect/token"  # noqa: S105 - a path


class Platform(NamedTuple):
    """What the lifecycle has to know of a platform.

    Attributes:
        title: Its name in sentences.
        tenant_reason: Why it can have no tenant of this identifier; empty where it can.
        endpoint: The URL that a tenant's settings are sent to.
        token_url: The template of a tenant's token endpoint; empty where none is documented.
        read_url: The template of the URL that the live settings are read from, given a look-up of
            connection settings; empty where they are not read.
        enable_reading: What a user does so that they are.
        method: The HTTP method that sends the settings.
        encode: The settings in the platform's form.
        body: What is sent, made of that form and of the live map.
        live: The live map in what was read; None where that does not tell.
        decode: The live map in the form that the state keeps.
        clear: What is sent to remove all settings; None where the platform cannot.
        merges: Whether what is sent depends on the live map.
        has_base_path: Whether its API may be below a path.
        folds_case: Whether tenants that differ in case alone are one.
    """

    title: str
    tenant_reason: Callable[[str], str]
    endpoint: Callable[[Tenant], str]
    token_url: Callable[[Tenant], str]
    read_url: Callable[[Tenant, Callable[[str], str]], str]
    enable_reading: str = ""
    method: str = "POST"
    encode: Callable[[SmtpSettings], dict[str, str]] = encode
    body: Callable[[dict[str, str], Mapping[str, Any]], dict[str, Any]] = lambda new, _: new
    live: Callable[[Mapping[str, Any]], Any] = lambda realm: realm.get("smtpServer")
    decode: Callable[[Mapping[str, Any]], dict[str, Any]] = decode
    clear: Mapping[str, Any] | None = None
    merges: bool = False
    has_base_path: bool = False
    folds_case: bool = False


def _dns_label_reason(tenant_id: str) -> str:
    good = DNS_LABEL.fullmatch(tenant_id)
    return "" if good else "must be a DNS label on SSMS: 1 to 63 letters, digits and inner hyphens"


def _path_segment_reason(tenant_id: str) -> str:
    return "cannot be a segment of a path" if tenant_id in {".", ".."} else ""


def _segment(tenant: Tenant) -> str:
    return quote(tenant.tenant_id, safe="")


SSMS = Platform(
    title="SSMS",
    tenant_reason=_dns_label_reason,
    endpoint=lambda t: f"https://{t.tenant_id}.{t.hostname}/digitanium/v4/mail/config",
    token_url=lambda _: "",
    read_url=lambda _, setting: setting("readUrl"),
    enable_reading="set smtpconfig:readUrl to the URL of a realm's representation",
    live=lambda realm: realm.get("smtpServer", realm if "host" in realm else None),
    folds_case=True,
)

SHIFT = Platform(
    title="SHIFT",
    tenant_reason=_path_segment_reason,
    endpoint=lambda t: f"https://{t.hostname}/auth/realms/{_segment(t)}/mail/setup",
    token_url=lambda _: "https://{hostname}/auth" + TOKEN_ENDPOINT,
    read_url=lambda t, setting: (
        f"https://{t.hostname}/auth/admin/realms/{_segment(t)}"
        if setting("readBack") == "admin"
        else ""
    ),
    enable_reading="set smtpconfig:readBack to admin, and use a token with the role view-realm",
)

KEYCLOAK = Platform(
    title="Keycloak",
    tenant_reason=_path_segment_reason,
    endpoint=lambda t: f"https://{t.hostname}{t.base_path}/admin/realms/{_segment(t)}",
    token_url=lambda t: "https://{hostname}" + t.base_path + TOKEN_ENDPOINT,
    read_url=lambda t, _: f"https://{t.hostname}{t.base_path}/admin/realms/{_segment(t)}",
    method="PUT",
    encode=encode_for_keycloak,
    body=lambda new, live: {"smtpServer": {**others(live), **new}},
    decode=decode_for_keycloak,
    clear={"smtpServer": {}},
    merges=True,
    has_base_path=True,
)

PLATFORMS = {
    PlatformName.SSMS: SSMS,
    PlatformName.SHIFT: SHIFT,
    PlatformName.KEYCLOAK: KEYCLOAK,
}
