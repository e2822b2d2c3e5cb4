"""Which tenants a platform has, as far as a token sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ReadFailed, error_context

if TYPE_CHECKING:
    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.lifecycle.declaration import Declaration

LISTING = "master"
"""The realm whose tokens may list realms, for credentials that name no token endpoint."""


def list_tenants(client: AuthorizedClient, tenant: Declaration) -> list[str]:
    """Return all tenants that the platform lists to the token, sorted.

    Args:
        client: What asks.
        tenant: A tenant of that platform, `LISTING` for instance.

    Raises:
        SmtpConfigError: There is no such list, or it cannot be read.
    """
    request = tenant.list_request()
    with error_context(f"Could not list the tenants on {tenant.tenant.hostname}."):
        realms = client.read_list(request) if request else []
        names = [realm.get("realm") if isinstance(realm, dict) else None for realm in realms]
        found = [name for name in names if isinstance(name, str) and name]
        if len(found) < len(names):
            raise ReadFailed(
                "The list has entries without the name of a realm.",
                "check hostname and basePath, or name the tenants.",
            )
    return sorted(set(found))
