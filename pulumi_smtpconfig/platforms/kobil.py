"""KOBIL's platforms, SSMS and SHIFT (contract: "The two documented endpoints")."""

from __future__ import annotations

from pulumi_smtpconfig.authority import DNS_LABEL
from pulumi_smtpconfig.platforms.platform import (
    TOKEN_ENDPOINT,
    Platform,
    path_segment,
    path_segment_reason,
)


def _dns_label_reason(tenant_id: str) -> str:
    is_label = DNS_LABEL.fullmatch(tenant_id)
    return (
        "" if is_label else "must be a DNS label on SSMS: 1 to 63 letters, digits and inner hyphens"
    )


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
    tenant_reason=path_segment_reason,
    endpoint=lambda t: f"https://{t.hostname}/auth/realms/{path_segment(t)}/mail/setup",
    token_url=lambda _: "https://{hostname}/auth" + TOKEN_ENDPOINT,
    read_url=lambda t, setting: (
        f"https://{t.hostname}/auth/admin/realms/{path_segment(t)}"
        if setting("readBack") == "admin"
        else ""
    ),
    enable_reading="set smtpconfig:readBack to admin, and use a token with the role view-realm",
)
