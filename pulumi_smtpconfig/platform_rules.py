"""What a platform cannot do, said on the property that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.options import CLEAR
from pulumi_smtpconfig.problems import UNKNOWN, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.declared import Declared


def platform_problems(declared: Declared) -> Iterator[Problem]:
    """Yield a problem for each property that does not fit the platform, once both are known."""
    tenant, options = declared.tenant, declared.options
    reads: list[object] = [tenant.platform]
    if UNKNOWN in reads:
        return
    platform = declared.platform
    reason = "" if _is_unknown(tenant.tenant_id) else platform.tenant_reason(tenant.tenant_id)
    if reason:
        yield Problem("tenantId", reason)
    if tenant.base_path and not _is_unknown(tenant.base_path) and not platform.has_base_path:
        yield Problem("basePath", f"is for Keycloak; the paths of {platform.title} are fixed")
    if options.on_delete == CLEAR and platform.clear is None:
        yield Problem("onDelete", f'must be "retain": {platform.title} offers no way to clear')


def _is_unknown(value: object) -> bool:
    return value is UNKNOWN
