"""One row a platform: which tenants it can have, where to send their settings, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from pulumi_smtpconfig.tenant import DNS_LABEL, PlatformName

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.settings import SmtpSettings
    from pulumi_smtpconfig.tenant import Tenant


class Platform(NamedTuple):
    """What the lifecycle has to know of a platform.

    Attributes:
        title: Its name in sentences.
        tenant_reason: Why it can have no tenant of this identifier; empty where it can.
        endpoint: The URL that a tenant's settings are posted to.
        encode: The body of that POST.
        token_url: The template of its token endpoint; empty where none is documented.
    """

    title: str
    tenant_reason: Callable[[str], str]
    endpoint: Callable[[Tenant], str]
    encode: Callable[[SmtpSettings], dict[str, str]]
    token_url: str = ""


def _dns_label_reason(tenant_id: str) -> str:
    good = DNS_LABEL.fullmatch(tenant_id)
    return "" if good else "must be a DNS label on SSMS: 1 to 63 letters, digits and inner hyphens"


def _path_segment_reason(tenant_id: str) -> str:
    return "cannot be a segment of a path" if tenant_id in {".", ".."} else ""


def _ssms_endpoint(tenant: Tenant) -> str:
    return f"https://{tenant.tenant_id}.{tenant.hostname}/digitanium/v4/mail/config"


def _shift_endpoint(tenant: Tenant) -> str:
    return f"https://{tenant.hostname}/auth/realms/{quote(tenant.tenant_id, safe='')}/mail/setup"


def _encode(settings: SmtpSettings) -> dict[str, str]:
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


def _text(boolean: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if boolean else "false"


PLATFORMS = {
    PlatformName.SSMS: Platform("SSMS", _dns_label_reason, _ssms_endpoint, _encode),
    PlatformName.SHIFT: Platform(
        "SHIFT",
        _path_segment_reason,
        _shift_endpoint,
        _encode,
        "https://{hostname}/auth/realms/{tenantId}/protocol/openid-connect/token",
    ),
}
