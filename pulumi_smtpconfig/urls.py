"""Templates of URLs, which the owner of a platform or of its credentials writes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from pulumi_smtpconfig.request import Access


def filled(template: str, access: Access) -> str:
    """Put a tenant into a template, where `{hostname}` and `{tenantId}` stand for its own."""
    tenant = quote(access.tenant_id, safe="")
    return template.replace("{hostname}", access.hostname).replace("{tenantId}", tenant)


def is_https(url: str) -> bool:
    """Tell whether a URL is https, complete, and without a user before the host."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    plain = all("!" <= character <= "~" for character in url) and not set("@{}") & set(url)
    return parts.scheme == "https" and named and plain
